/**
 * Heavy pure work: what the World's port `compute` runs, in a worker thread when it is big, inline in simulation.
 *
 * A job takes and gives what survives a structured clone; an error for the client comes back as data, because a
 * thrown one would lose its class on the way. The same input always gives the same result.
 */
import { requireService } from '../kit/access.ts';
import { errors, HeatError, isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import { validateResource } from '../kit/validate.ts';
import { encodeExpr } from '../template/encode.ts';
import { environmentAsValue } from '../template/environment.ts';
import type { AskedConstraint } from '../template/parameters.ts';
import { type Definition, type Prepared, plan } from '../template/prepare.ts';
import type { Template } from '../template/template.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { isMap, type Value } from '../values/value.ts';
import { environmentOf, readTemplate, type TemplateJob, textsOf, typeRules } from './inputs.ts';
import { type ValidateJob, validated } from './validating.ts';

export interface PlanJob extends TemplateJob {
  readonly stackId: string;
  readonly stackName: string;
  readonly projectId: string;
  readonly timeoutMs: number;
}

/** One resource of a plan; texts are encodeExpr's. */
export interface PlannedResource {
  readonly name: string;
  readonly type: string;
  readonly implementation: string;
  readonly properties: string;
  readonly metadata: string;
  readonly deletionPolicy: string;
  readonly description: string;
  readonly requires: readonly string[];
  readonly exports: readonly string[];
}

/** What a stack shall be. All texts, nothing sealed yet; `secret`: a hidden parameter may be anywhere in it. */
export interface PlanMade {
  readonly template: string;
  readonly environment: string;
  readonly outputs: string;
  readonly version: string;
  readonly description: string;
  readonly parameters: string;
  readonly resources: readonly PlannedResource[];
  readonly hidden: readonly string[];
  /** Some type of it calls a cloud. */
  readonly callsCloud: boolean;
  /** What services must be asked before the stack is accepted. */
  readonly asked: readonly AskedConstraint[];
  readonly secret: boolean;
}

interface Refused {
  readonly kind: 'refused';
  readonly type: string;
  readonly status: number;
  readonly message: string;
}

export type PlanResult = { readonly kind: 'made'; readonly plan: PlanMade } | Refused;

/** `body` is JSON text. */
export type ValidateResult = { readonly kind: 'valid'; readonly body: string } | Refused;

/** The error that a refused job stands for. */
export function refusal({ type, status, message }: Refused): HeatError {
  return new HeatError(type, status, message);
}

/** All jobs by name, over the types that are registered. */
export function jobs(registry: Registry): {
  readonly plan: (job: PlanJob) => PlanResult;
  readonly validate: (job: ValidateJob) => ValidateResult;
} {
  return {
    plan: job => orRefused(() => ({ kind: 'made', plan: planned(job, registry) })),
    validate: job => orRefused(() => ({ kind: 'valid', body: writeJson(validated(job, registry)) })),
  };
}

function orRefused<R>(run: () => R): R | Refused {
  try {
    return run();
  } catch (error) {
    if (!isHeatError(error)) throw error;
    return { kind: 'refused', type: error.type, status: error.status, message: error.message };
  }
}

function planned(job: PlanJob, registry: Registry): PlanMade {
  const raw = readTemplate(job.template);
  const resources = raw.get('resources') ?? null;
  if (isMap(resources) && resources.size > limits.maxResourcesPerStack) {
    throw errors.RequestLimitExceeded({ message: 'Maximum resources per stack exceeded.' });
  }
  const files = textsOf(parseJson(job.files));
  const environment = environmentOf(job, raw, files);
  const { template, prepared } = plan({
    raw,
    environment,
    files,
    pseudo: { stackId: job.stackId, stackName: job.stackName, projectId: job.projectId },
    ...typeRules(registry, job.access),
    check: definition => checkDefinition(definition, registry, job),
  });
  return {
    template: writeJson(template.raw),
    environment: writeJson(environmentAsValue(environment)),
    outputs: outputsText(prepared),
    version: template.version,
    description: writeJson(descriptionOf(template)),
    parameters: writeJson(prepared.parameters.shown()),
    resources: [...prepared.definitions.values()].map(resourceOf),
    hidden: [...prepared.parameters.hidden],
    callsCloud: [...prepared.definitions.values()].some(
      ({ implementation }) => registry.get(implementation)?.life.kind === 'cloud',
    ),
    asked: prepared.parameters.asked,
    secret: prepared.parameters.hidden.size > 0,
  };
}

function checkDefinition(definition: Definition, registry: Registry, { access, timeoutMs }: PlanJob): void {
  const type = registry.get(definition.implementation);
  if (type === undefined) return;
  if (access !== undefined) requireService(type.name, access, 'template');
  validateResource(type, definition, { stackTimeoutMs: timeoutMs });
}

function descriptionOf(template: Template): Value {
  const { description } = template;
  return description === null || description === '' ? 'No description' : description;
}

function resourceOf(definition: Definition): PlannedResource {
  return {
    name: definition.name,
    type: definition.type,
    implementation: definition.implementation,
    properties: encodeExpr(definition.properties),
    metadata: encodeExpr(definition.metadata),
    deletionPolicy: definition.deletionPolicy,
    description: definition.description,
    requires: [...definition.requires],
    exports: definition.exports,
  };
}

/** Outputs as they are kept: a list of [name, description, expression's text]; description undefined is left out. */
function outputsText(prepared: Prepared): string {
  const list: Value[] = [];
  for (const { name, description, value } of prepared.outputs.values()) {
    list.push([name, encodeExpr(value), ...(description === undefined ? [] : [description])]);
  }
  return writeJson(list);
}

/**
 * Heavy pure work: what the World's port `compute` runs, in a worker thread when it is big, inline in simulation.
 *
 * A job takes and gives what survives a structured clone; an error for the client comes back as data, because a
 * thrown one would lose its class on the way. The same input always gives the same result.
 */
import { errors, HeatError, isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import { validateResource } from '../kit/validate.ts';
import { encodeExpr } from '../template/encode.ts';
import { type Environment, environmentAsValue, parseEnvironment } from '../template/environment.ts';
import { mergeEnvironments } from '../template/merge-environments.ts';
import type { AskedConstraint } from '../template/parameters.ts';
import { type Definition, type Prepared, plan } from '../template/prepare.ts';
import { parseHead, type Template } from '../template/template.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { parseTemplateText } from '../values/yaml.ts';

export interface PlanJob {
  readonly template: string;
  /** JSON text of {environment, environment_files, parameters}. */
  readonly environment: string;
  /** JSON text of a map: name → content. */
  readonly files: string;
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

export type PlanResult =
  | { readonly kind: 'made'; readonly plan: PlanMade }
  | { readonly kind: 'refused'; readonly type: string; readonly status: number; readonly message: string };

/** The error that a refused plan stands for. */
export function refusal(result: Extract<PlanResult, { kind: 'refused' }>): HeatError {
  return new HeatError(result.type, result.status, result.message);
}

/** All jobs by name, over the types that are registered. */
export function jobs(registry: Registry): { readonly plan: (job: PlanJob) => PlanResult } {
  return {
    plan: job => {
      try {
        return { kind: 'made', plan: planned(job, registry) };
      } catch (error) {
        if (!isHeatError(error)) throw error;
        return { kind: 'refused', type: error.type, status: error.status, message: error.message };
      }
    },
  };
}

function planned(job: PlanJob, registry: Registry): PlanMade {
  const raw = read(job.template);
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
    typeExists: type => registry.get(type) !== undefined,
    typeNames: () => registry.names(),
    attributeNames: type => attributeNamesOf(registry, type),
    after: (definition, all) => registry.get(definition.implementation)?.after?.(definition, all) ?? [],
    ignoresProperties: type => registry.get(type)?.anyProperties === true,
    check: definition => checkDefinition(definition, registry, job.timeoutMs),
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

function attributeNamesOf(registry: Registry, type: string): ReadonlySet<string> | undefined {
  const known = registry.get(type);
  if (known === undefined || known.anyProperties) return undefined;
  return new Set(Object.keys(known.attributes));
}

function checkDefinition(definition: Definition, registry: Registry, timeoutMs: number): void {
  const type = registry.get(definition.implementation);
  if (type !== undefined) validateResource(type, definition, { stackTimeoutMs: timeoutMs });
}

function read(text: string): ValueMap {
  if (text.length > limits.maxTemplateBytes) {
    const message = `Template size (${text.length} bytes) exceeds maximum allowed size (${limits.maxTemplateBytes} bytes).`;
    throw errors.RequestLimitExceeded({ message });
  }
  let raw: Value;
  try {
    raw = parseTemplateText(text);
  } catch (error) {
    if (!(error instanceof ValueSyntaxError)) throw error;
    throw errors.BadRequest({
      message: `Template not in valid format: Error parsing template [root stack] ${error.message}`,
    });
  }
  if (!isMap(raw)) {
    throw errors.BadRequest({
      message: 'Template not in valid format: The template is not a JSON object or YAML mapping.',
    });
  }
  return raw;
}

function textsOf(value: Value): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  if (isMap(value)) for (const [name, text] of value) if (typeof text === 'string') texts.set(name, text);
  return texts;
}

function environmentOf(job: PlanJob, raw: Value, files: ReadonlyMap<string, string>): Environment {
  const asked = parseJson(job.environment);
  const parts: ValueMap = isMap(asked) ? asked : emptyMap;
  const names = parts.get('environment_files') ?? null;
  const given = parts.get('parameters') ?? null;
  const parameters = isMap(given) ? given : emptyMap;
  if (isList(names) && names.length > 0) {
    const bodies = names.map(name => ({ name: String(name), body: fileBody(String(name), files) }));
    return mergeEnvironments(bodies, parameters, parseHead(raw).parameters);
  }
  const text = parts.get('environment') ?? null;
  const own = parseEnvironment(typeof text === 'string' ? readEnvironment(text) : text);
  return { ...own, parameters: mapOf([...own.parameters, ...parameters]) };
}

function fileBody(name: string, files: ReadonlyMap<string, string>): Value {
  const text = files.get(name);
  if (text === undefined) throw errors.BadRequest({ message: `The environment file "${name}" is not in "files".` });
  return readEnvironment(text);
}

function readEnvironment(text: string): Value {
  try {
    return parseTemplateText(text);
  } catch (error) {
    if (!(error instanceof ValueSyntaxError)) throw error;
    throw errors.BadRequest({ message: `Environment not in valid format: ${error.message}` });
  }
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

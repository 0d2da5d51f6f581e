/**
 * Heavy pure work: what the World's port `compute` runs, in a worker thread when it is big, inline in simulation.
 *
 * A job takes and gives what survives a structured clone; an error for the client comes back as data, because a
 * thrown one would lose its class on the way. The same input always gives the same result.
 */
import { requireType } from '../kit/access.ts';
import { errors, HeatError, isHeatError } from '../kernel/errors.ts';
import type { Registry } from '../kit/resource.ts';
import { propertiesPath, validatePolicies, validateResource, validateUpdatePolicy } from '../kit/validate.ts';
import { encodeExpr } from '../template/encode.ts';
import { type Environment, environmentAsValue } from '../template/environment.ts';
import { failure } from '../template/functions/function.ts';
import { type Globals, noGlobals } from '../template/globals.ts';
import type { Definition, Prepared } from '../template/planning.ts';
import { plan } from '../template/prepare.ts';
import { type Breakpoints, breakpointsOf, parseRegistry, type TypeRegistry } from '../template/resource-registry.ts';
import type { Template } from '../template/template.ts';
import { withinWork } from '../template/work.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { mapOf, type Value } from '../values/value.ts';
import { type Asked, Asking } from './asking.ts';
import { environmentOf, readTemplate, type TemplateJob, textsOf } from './inputs.ts';
import { checkImmutable, patched, storedJob, type Stored } from './patching.ts';
import { facadeFrom, plainFacade, type PlanFacts } from './plan-facts.ts';
import { readingOnce } from './readings.ts';
import { checkNested, countResources, type Level, rulesOf, type Tree, treeOf, Wanted, withTemplates } from './tree.ts';
import { type ValidateJob, validated } from './validating.ts';

export interface PlanJob extends TemplateJob {
  readonly stackId: string;
  readonly stackName: string;
  readonly projectId: string;
  readonly timeoutMs: number;
  /** Its stack is accepted already: it waits for its turn, however long. */
  readonly patient?: true;
  /** How deep the stack is in its tree; absent: it is the root. */
  readonly depth?: number;
  /** Resources of the tree's other stacks. */
  readonly others?: number;
  /** Secrets of a stack above are in its texts. */
  readonly secret?: boolean;
  /** Of a nested stack: what its resource says of itself (facadeText). */
  readonly facade?: string;
  /** Of an update: what the stack has. With `existing` (PATCH) the job's own texts go on top of it. */
  readonly update?: {
    readonly stored: Stored;
    readonly existing: boolean;
    readonly clearParameters: readonly string[];
  };
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
  /** encodeExpr of [depends_on, update_policy]; '' where it has neither. */
  readonly policies: string;
  readonly requires: readonly string[];
  readonly exports: readonly string[];
  /** Its thing is a stack. */
  readonly nested: boolean;
  /** Somebody else's thing, which is only watched. */
  readonly externalId?: string;
  /** Hooks and restricted actions (template/breakpoints.ts), with blanks between them. */
  readonly breakpoints?: string;
}

/** What a stack shall be. All texts, nothing sealed yet; `secret`: a hidden parameter may be anywhere in it. */
export interface PlanMade {
  readonly template: string;
  readonly environment: string;
  /** JSON text of a map: name → content. */
  readonly files: string;
  readonly outputs: string;
  readonly version: string;
  readonly description: string;
  readonly parameters: string;
  readonly resources: readonly PlannedResource[];
  /** Of all names, also of those that it does not have. */
  readonly breakpoints: Breakpoints;
  readonly hidden: readonly string[];
  /** Some type of it calls a cloud. */
  readonly callsCloud: boolean;
  /** What services must be asked before the stack is accepted. */
  readonly asked: readonly Asked[];
  readonly secret: boolean;
  /** The template and the parameters hold secrets of a stack above. */
  readonly givenSecrets: boolean;
  readonly facts: PlanFacts;
  /** `files` has templates that were fetched for this plan (fetching.ts), or are the operator's. */
  readonly fetched?: true;
}

interface Refused {
  readonly kind: 'refused';
  readonly type: string;
  readonly status: number;
  readonly message: string;
}

/** It cannot go on without the templates at these URLs, or the names of zones (fetching.ts). */
export interface Wants {
  readonly kind: 'wants';
  readonly urls: readonly string[];
  readonly zones: boolean;
}

export type PlanResult = { readonly kind: 'made'; readonly plan: PlanMade } | Refused | Wants;

/** `body` is JSON text. */
export type ValidateResult = { readonly kind: 'valid'; readonly body: string } | Refused | Wants;

/** The error that a refused job stands for. */
export function refusal({ type, status, message }: Refused): HeatError {
  return new HeatError(type, status, message);
}

/** What a job ends with that was not done in its time: no template that is not made for that takes so long. */
export function tookTooLong(): Refused {
  const { type, status, message } = errors.RequestLimitExceeded({ message: 'The template takes too long to look at.' });
  return { kind: 'refused', type, status, message };
}

/** All jobs by name, over the types that are registered and what the operator gives to all stacks. */
export function jobs(
  registry: Registry,
  globals: Globals = noGlobals,
): {
  readonly plan: (job: PlanJob) => PlanResult;
  readonly validate: (job: ValidateJob) => ValidateResult;
} {
  return {
    plan: job => orRefused(() => ({ kind: 'made', plan: planned(job, registry, globals) })),
    validate: job => orRefused(() => ({ kind: 'valid', body: writeJson(validated(job, registry, globals)) })),
  };
}

function orRefused<R extends { readonly kind: string }>(run: () => R): R | Refused | Wants {
  return readingOnce(() => {
    try {
      return withinWork(run);
    } catch (error) {
      if (error instanceof Wanted) return { kind: 'wants', urls: error.urls, zones: error.zones };
      if (!isHeatError(error)) throw error;
      return { kind: 'refused', type: error.type, status: error.status, message: error.message };
    }
  });
}

/** The whole definition that an update asks for. Throws ImmutableParameterModified. */
function updated({ update, ...job }: PlanJob): PlanJob {
  if (update === undefined) return job;
  const { stored, existing, clearParameters } = update;
  const whole = existing ? { ...job, ...patched(stored, { ...job, clearParameters }) } : job;
  checkImmutable(storedJob(stored), whole);
  return whole;
}

function planned(given: PlanJob, registry: Registry, globals: Globals): PlanMade {
  const job = updated(given);
  const raw = readTemplate(job);
  const files = textsOf(parseJson(job.files));
  const { projectId, access, stackName } = job;
  const { unfetched, extended } = job;
  const tree = treeOf({ registry, access, files: withTemplates(files, globals), projectId, unfetched, extended });
  tree.count = job.others ?? 0;
  countResources({ tree, copies: 1 }, raw);
  const environment: Environment = { ...environmentOf(job, raw, files), globalRegistry: globals.registry };
  const types = parseRegistry(environment.resourceRegistry, environment.globalRegistry);
  const level: Level = { tree, environment, stackName, depth: job.depth ?? 0, copies: 1 };
  const zones = { asked: false };
  const asking = new Asking();
  const { template, prepared } = plan({
    raw,
    isExtended: job.extended === true,
    environment,
    files,
    pseudo: { stackId: job.stackId, stackName: job.stackName, projectId: job.projectId },
    ...rulesOf(level),
    zones: () => {
      tree.callsCloud = true;
      zones.asked = true;
      return zonesOf(job);
    },
    ...(job.facade === undefined ? {} : { facade: facadeFrom(job.facade) }),
    check: definition => checkDefinition(definition, level, job, asking),
  });
  return {
    template: writeJson(template.raw),
    environment: writeJson(environmentAsValue(environment)),
    ...filesKept(job.files, files, tree, globals),
    outputs: outputsText(prepared),
    version: template.version,
    description: writeJson(descriptionOf(template)),
    parameters: writeJson(prepared.parameters.shown()),
    resources: [...prepared.definitions.values()].map(each => resourceOf(each, registry, types)),
    breakpoints: types.breakpoints,
    hidden: [...prepared.parameters.hidden],
    callsCloud: tree.callsCloud,
    asked: asking.all(prepared.parameters),
    secret: job.secret === true || prepared.parameters.hidden.size > 0,
    givenSecrets: job.secret === true,
    facts: factsOf(job, zones.asked),
  };
}

/**
 * The operator's templates that this tree uses become files of the stack, as fetched ones do: what is made of them later
 * is made of what was planned.
 */
function filesKept(
  text: string,
  files: ReadonlyMap<string, string>,
  { read }: Tree,
  { templates }: Globals,
): Pick<PlanMade, 'files' | 'fetched'> {
  const used = [...read.keys()].filter(name => templates.has(name) && files.get(name) !== templates.get(name));
  if (used.length === 0) return { files: text };
  const all = mapOf([...files, ...used.map((name): [string, string] => [name, templates.get(name) ?? ''])]);
  return { files: writeJson(all), fetched: true };
}

/** Throws Wanted as long as nobody asked Nova. */
function zonesOf({ zones }: PlanJob): readonly string[] {
  if (zones === undefined) throw new Wanted([], true);
  if ('failure' in zones) throw failure.value(zones.failure);
  return zones.names;
}

function factsOf({ zones, facade = plainFacade, extended }: PlanJob, askedZones: boolean): PlanFacts {
  return {
    ...(askedZones && zones !== undefined && 'names' in zones ? { zones: zones.names } : {}),
    ...(facade === plainFacade ? {} : { facade }),
    ...(extended === true ? { extended } : {}),
  };
}

function checkDefinition(definition: Definition, level: Level, { access, timeoutMs }: PlanJob, asking: Asking): void {
  const type = level.tree.registry.get(definition.implementation);
  if (type === undefined) return;
  if (access !== undefined) requireType(type, access);
  validatePolicies(type, definition);
  if (!type.anyProperties) validateUpdatePolicy(type, definition);
  // What is only watched is as it is, whatever its properties say (Heat asks its service for it, and no more).
  if (definition.externalId === undefined) {
    const path = propertiesPath(definition.name, definition.words);
    asking.add(type, validateResource(type, definition, { path, stackTimeoutMs: timeoutMs }), path);
  }
  checkNested(definition, type, level);
}

function descriptionOf(template: Template): Value {
  const { description } = template;
  return description === null || description === '' ? 'No description' : description;
}

function resourceOf(definition: Definition, registry: Registry, types: TypeRegistry): PlannedResource {
  const breakpoints = breakpointsOf(types.breakpoints, definition.name);
  return {
    name: definition.name,
    type: definition.type,
    implementation: definition.implementation,
    properties: encodeExpr(definition.properties),
    metadata: encodeExpr(definition.metadata),
    deletionPolicy: definition.deletionPolicy,
    description: definition.description,
    policies: policiesOf(definition),
    requires: [...definition.requires],
    exports: definition.exports,
    nested: registry.get(definition.implementation)?.life.kind === 'nested',
    ...(definition.externalId === undefined ? {} : { externalId: definition.externalId }),
    ...(breakpoints === undefined ? {} : { breakpoints }),
  };
}

function policiesOf({ dependsOn, updatePolicy }: Definition): string {
  const hasPolicy = updatePolicy !== null && !(updatePolicy instanceof Map && updatePolicy.size === 0);
  if (dependsOn.length === 0 && !hasPolicy) return '';
  return encodeExpr([[...dependsOn], ...(hasPolicy ? [updatePolicy] : [])]);
}

/** Outputs as they are kept: a list of [name, description, expression's text]; description undefined is left out. */
function outputsText(prepared: Prepared): string {
  const list: Value[] = [];
  for (const { name, description, value } of prepared.outputs.values()) {
    list.push([name, encodeExpr(value), ...(description === undefined ? [] : [description])]);
  }
  return writeJson(list);
}

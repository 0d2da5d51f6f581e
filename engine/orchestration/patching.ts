/**
 * What an update is an update of: a PATCH is put on top of what the stack has, and immutable parameters stay (contract:
 * rest-api §3.7). Pure, and as heavy as reading two templates: for the compute port's jobs.
 */
import { errors } from '../kernel/errors.ts';
import { type Environment, environmentAsValue, parseEnvironment } from '../template/environment.ts';
import { convertValue, ParameterFailure } from '../template/parameter-values.ts';
import type { ParameterSchema } from '../template/parameter-schema.ts';
import { parseHead } from '../template/template.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { pyEquals } from '../values/python.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { environmentOf, readTemplate, type TemplateJob, textsOf } from './inputs.ts';

/** A stack's contents as they are kept, opened. */
export interface Stored {
  readonly template: string;
  /** JSON text of an environment's sections (environmentAsValue). */
  readonly environment: string;
  readonly files: string;
  readonly extended?: boolean;
}

/** What a PATCH asks for; the texts as in TemplateJob. */
export interface Asked {
  /** Absent: the stored one. */
  readonly template?: string;
  readonly environment: string;
  readonly files: string;
  /** Of `template`; absent: the stored one's. */
  readonly extended?: boolean;
  /** Of these no stored value is kept. */
  readonly clearParameters: readonly string[];
}

/** The parts of a job about a stack's stored contents. */
export function storedJob({ template, environment, files, extended = false }: Stored): TemplateJob {
  return { extended, template, environment: asAsked(parseJson(environment)), files };
}

/**
 * The job of a whole new definition: what is asked for over what is stored. Values of parameters that the template
 * does not have (any more) are dropped, given ones too. Throws what a create's environment is refused with.
 */
export function patched(stored: Stored, asked: Asked): TemplateJob {
  const template = asked.template ?? stored.template;
  const extended = asked.extended ?? stored.extended ?? false;
  const raw = readTemplate({ template, extended });
  const files = mapOf([...textsOf(parseJson(stored.files)), ...textsOf(parseJson(asked.files))]);
  const given = environmentOf({ template, extended, environment: asked.environment, files: '' }, raw, textsOf(files));
  const kept = parseEnvironment(parseJson(stored.environment));
  const known = parseHead(raw, extended).parameters;
  const cleared = new Set(asked.clearParameters);
  const values = [...[...kept.parameters].filter(([name]) => !cleared.has(name)), ...given.parameters];
  const environment: Environment = {
    parameters: mapOf(values.filter(([name]) => known.has(name))),
    parameterDefaults: mapOf([...kept.parameterDefaults, ...given.parameterDefaults]),
    resourceRegistry: mergedRegistry(kept.resourceRegistry, given.resourceRegistry),
    encryptedParamNames: kept.encryptedParamNames,
    eventSinks: [...kept.eventSinks, ...given.eventSinks],
  };
  return { template, extended, environment: asAsked(environmentAsValue(environment)), files: writeJson(files) };
}

/** An environment's sections as a job takes them. */
export function asAsked(environment: Value): string {
  return writeJson(
    mapOf([
      ['environment', environment],
      ['environment_files', []],
      ['parameters', mapOf([])],
    ]),
  );
}

/** Entry by entry, at every depth. null takes away what is there, with a wildcard all that it matches. */
function mergedRegistry(kept: ValueMap, given: ValueMap): ValueMap {
  const merged = new Map(kept);
  for (const [name, entry] of given) {
    const before = merged.get(name);
    if (entry === null) remove(merged, name);
    else if (isMap(entry) && isMap(before ?? null)) merged.set(name, mergedRegistry(before as ValueMap, entry));
    else merged.set(name, entry);
  }
  return merged;
}

function remove(entries: Map<string, Value>, name: string): void {
  if (!name.endsWith('*')) {
    entries.delete(name);
    return;
  }
  for (const [known, entry] of entries) {
    if (known.startsWith(name.slice(0, -1)) && !isMap(entry)) entries.delete(known);
  }
}

/**
 * Throws ImmutableParameterModified where the new definition gives a parameter that is immutable in it another value
 * than it had. Values are compared in the parameter's type: `"5"` for the number 5 is no change (Heat compares what
 * was written, and refuses it).
 */
export function checkImmutable(before: TemplateJob, after: TemplateJob): void {
  const names = immutableChanged(valuesOf(before), valuesOf(after));
  if (names.length > 0) throw errors.ImmutableParameterModified({ names });
}

interface Valued {
  readonly schemas: ReadonlyMap<string, ParameterSchema>;
  readonly environment: Environment;
}

function valuesOf(job: TemplateJob): Valued {
  const raw = readTemplate(job);
  return {
    schemas: parseHead(raw, job.extended).parameters,
    environment: environmentOf(job, raw, textsOf(parseJson(job.files))),
  };
}

/** Names of the immutable parameters whose values differ, in alphabetical order. */
function immutableChanged(before: Valued, after: Valued): readonly string[] {
  const changed: string[] = [];
  for (const schema of after.schemas.values()) {
    if (!schema.immutable) continue;
    const old = valueIn(before, schema.name);
    const now = valueIn(after, schema.name);
    // Without a value, or with one that its type does not take, other checks speak.
    if (old !== undefined && now !== undefined && !pyEquals(old, now)) changed.push(schema.name);
  }
  return changed.sort();
}

function valueIn({ schemas, environment }: Valued, name: string): Value | undefined {
  const schema = schemas.get(name);
  if (schema === undefined) return undefined;
  const value = environment.parameters.get(name) ?? environment.parameterDefaults.get(name) ?? schema.default ?? null;
  if (value === null) return undefined;
  try {
    return convertValue(schema, value);
  } catch (error) {
    if (error instanceof ParameterFailure) return undefined;
    throw error;
  }
}

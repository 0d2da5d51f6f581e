/**
 * environment_files: several environments merged into one (contract: templates §6).
 *
 * Files go in order onto the request's own parameters, so that files win. A parameter's strategy is fixed by the
 * first file that sets it; a later file may only say the same. As long as nothing is there the first parameters are
 * taken whole; after that names that the template lacks, and nulls, are passed over.
 */
import { errors } from '../kernel/errors.ts';
import { parseJson } from '../values/json.ts';
import { pyStr, pyTruthy, pyType } from '../values/python.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import { checkSections, type Environment, fromSections, mergeStrategies } from './environment.ts';
import type { ParameterSchema } from './parameter-schema.ts';

export interface EnvironmentFile {
  readonly name: string;
  /** The file's content, read. */
  readonly body: Value;
}

/** The names whose types the strategies need: those of the template (parseHead gives them). */
export type Schemas = ReadonlyMap<string, ParameterSchema>;

/**
 * One environment of many files. Throws BadRequest for a file that is no environment or a value that cannot be merged,
 * ConflictingMergeStrategyForParam.
 */
export function mergeEnvironments(
  files: readonly EnvironmentFile[],
  bodyParameters: ValueMap,
  schemas: Schemas,
): Environment {
  const merged = new Map<string, Value>([['parameters', bodyParameters]]);
  const fixed = new Map<string, string>();
  for (const { name: file, body } of files) {
    if (body === null || body === '') continue;
    const raw = checkSections(body, `Environment file ${file} not in valid format: `);
    const strategies = raw.get(mergeStrategies) ?? null;
    for (const [section, value] of raw) {
      if (section === mergeStrategies || !pyTruthy(value)) continue;
      const before = merged.get(section) ?? null;
      if ((section === 'parameters' || section === 'parameter_defaults') && isMap(value)) {
        const old = isMap(before) ? before : new Map<string, Value>();
        merged.set(section, mergeParameters(old, value, { schemas, fixed, strategies, file }));
      } else {
        merged.set(section, mergeSection(before, value));
      }
    }
  }
  return fromSections(merged);
}

function mergeSection(before: Value, value: Value): Value {
  if (isList(value)) return isList(before) ? [...before, ...value] : value;
  if (!isMap(value) || !isMap(before) || before.size === 0) return value;
  const merged = new Map(before);
  for (const [key, item] of value) if (item !== null) merged.set(key, item);
  return merged;
}

interface Merge {
  readonly schemas: Schemas;
  /** Strategies that earlier files fixed, by parameter. */
  readonly fixed: Map<string, string>;
  readonly strategies: Value;
  readonly file: string;
}

function mergeParameters(old: ValueMap, given: ValueMap, merge: Merge): ValueMap {
  for (const [name, value] of given) {
    if (!merge.schemas.has(name) || value === null) continue;
    const strategy = strategyFor(name, merge);
    const before = merge.fixed.get(name);
    if (before === undefined) merge.fixed.set(name, strategy);
    else if (before !== strategy) {
      throw errors.ConflictingMergeStrategyForParam({ strategy, param: name, file: merge.file });
    }
  }
  if (old.size === 0) return given;
  const merged = new Map(old);
  for (const [name, value] of given) {
    const schema = merge.schemas.get(name);
    if (schema === undefined || value === null) continue;
    const strategy = merge.fixed.get(name);
    if (strategy !== 'merge' && strategy !== 'deep_merge') merged.set(name, value);
    else merged.set(name, mergeValue(schema, merged.get(name) ?? null, value, strategy === 'deep_merge'));
  }
  return merged;
}

const known = new Set(['overwrite', 'merge', 'deep_merge']);

/** The file's own entry, else what earlier files fixed, else the file's default. */
function strategyFor(name: string, { fixed, strategies }: Merge): string {
  const entry = (key: string) => (isMap(strategies) ? strategies.get(key) : undefined);
  const fallback = pyStr(entry('default') ?? 'overwrite');
  const own = entry(name);
  const strategy = own === undefined ? (fixed.get(name) ?? fallback) : pyStr(own);
  return known.has(strategy) ? strategy : fallback;
}

function mergeValue(schema: ParameterSchema, old: Value, value: Value, deep: boolean): Value {
  const fail = () =>
    errors.BadRequest({
      message: `Invalid parameter in environment: ${schema.name} of type ${schema.type} cannot be merged with ${pyType(value)}.`,
    });
  switch (schema.type) {
    case 'string':
      if (typeof value !== 'string' || (old !== null && typeof old !== 'string')) throw fail();
      return `${old ?? ''}${value}`;
    case 'comma_delimited_list':
      if (typeof value !== 'string' && !isList(value)) throw fail();
      return mergeLists(old, value, fail);
    case 'json':
      return mergeMaps(readJson(old, fail), readJson(value, fail), deep, fail);
    case 'number':
    case 'boolean':
      throw fail();
  }
}

function readJson(value: Value, fail: () => Error): Value {
  if (typeof value !== 'string' || value === '') return value;
  try {
    return parseJson(value);
  } catch (error) {
    if (error instanceof ValueSyntaxError) throw fail();
    throw error;
  }
}

function mergeLists(old: Value, value: Value, fail: () => Error): Value {
  if (!pyTruthy(old)) return value;
  if (isList(old) && isList(value)) return [...old, ...value];
  if (typeof old === 'string' && typeof value === 'string') return `${old},${value}`;
  throw fail();
}

function mergeMaps(old: Value, value: Value, deep: boolean, fail: () => Error): Value {
  if (!pyTruthy(old)) return value;
  if (!isMap(old) || !isMap(value)) throw fail();
  const merged = new Map(old);
  for (const [key, item] of value) {
    if (item === null) continue;
    merged.set(key, deep ? mergeDeep(merged.get(key) ?? null, item, fail) : item);
  }
  return merged;
}

function mergeDeep(old: Value, item: Value, fail: () => Error): Value {
  if (isMap(item)) return mergeMaps(old, item, true, fail);
  if (isList(item)) return mergeLists(old, item, fail);
  if (typeof item !== 'string') return item;
  if (old !== null && typeof old !== 'string') throw fail();
  return `${old ?? ''}${item}`;
}

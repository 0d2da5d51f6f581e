/** Whether what a service shows is what was asked for. Pure. */
import type { Json } from '../diff/scenario.ts';

/**
 * What stands at a dotted path; '' is all of it. Numbers choose from lists, and a name that has dots itself is taken
 * whole. Undefined: nothing stands there.
 */
export function at(value: unknown, path: string): unknown {
  if (path === '') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, path)) return fields[path];
  const [first = '', ...rest] = path.split('.');
  return rest.length > 0 && Object.hasOwn(fields, first) ? at(fields[first], rest.join('.')) : undefined;
}

/**
 * `{}` is anything but null. Maps have these keys at least; lists have these items and no others, in any order; numbers, booleans and texts are
 * the same as texts, in whatever case (Cinder says 'True').
 */
export function isSeen(expected: Json, actual: unknown): boolean {
  if (Array.isArray(expected)) {
    return Array.isArray(actual) && actual.length === expected.length && pairs(expected as readonly Json[], actual);
  }
  if (typeof expected === 'object' && expected !== null) {
    if (Object.keys(expected).length === 0) return actual !== undefined && actual !== null;
    if (typeof actual !== 'object' || actual === null) return false;
    const fields = actual as Readonly<Record<string, unknown>>;
    return Object.entries(expected).every(
      ([key, value]) => Object.hasOwn(fields, key) && isSeen(value as Json, fields[key]),
    );
  }
  if (expected === null || actual === null || actual === undefined) return expected === (actual ?? null);
  if (typeof actual === 'object') return false;
  return String(expected).toLowerCase() === String(actual).toLowerCase();
}

/** Each expected one has an actual one of its own. */
function pairs([first, ...rest]: readonly Json[], actual: readonly unknown[]): boolean {
  if (first === undefined) return true;
  return actual.some((one, i) => isSeen(first, one) && pairs(rest, actual.toSpliced(i, 1)));
}

/** With physical ids where `{get_resource: name}` stands. */
export function resolved(json: Json, ids: ReadonlyMap<string, string>): Json {
  if (Array.isArray(json)) return json.map(each => resolved(each as Json, ids));
  if (typeof json !== 'object' || json === null) return json;
  const { get_resource: name, ...rest } = json as Readonly<Record<string, Json>>;
  if (typeof name === 'string' && Object.keys(rest).length === 0) return ids.get(name) ?? `(no resource ${name})`;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, resolved(value as Json, ids)]));
}

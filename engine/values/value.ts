/**
 * Template values: data that must come back as it went in.
 *
 * JavaScript's own numbers and objects lose things (1.0 becomes 1, 12345678901234567890 loses digits, integer-like
 * keys move to the front, `__proto__` is no key), so values have a model of their own: integers are `bigint`, floats
 * keep the text they were written in, maps are `Map`s. A plain JavaScript number or object is never a Value. All of
 * it survives a structured clone, so values cross worker threads unchanged.
 */
export type Value = null | boolean | string | bigint | Float | ValueList | ValueMap;
export type ValueList = readonly Value[];
export type ValueMap = ReadonlyMap<string, Value>;

/** A floating-point number as it was written: JSON's or YAML's text, e.g. `1.0`, `1e3`, `-0.5`, `.inf`. */
export interface Float {
  readonly float: string;
}

export function float(text: string): Float {
  return { float: text };
}

/** Lists and maps are told first: this is asked of everything, and `in` is slow where many shapes come by. */
export function isFloat(value: Value): value is Float {
  return typeof value === 'object' && value !== null && !isList(value) && !isMap(value) && 'float' in value;
}

export function isList(value: Value): value is ValueList {
  return Array.isArray(value);
}

export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}

export function isNumber(value: Value): value is bigint | Float {
  return typeof value === 'bigint' || isFloat(value);
}

/** A map from plain entries; keys keep their order. */
export function mapOf(entries: Iterable<readonly [string, Value]>): ValueMap {
  return new Map(entries);
}

export const emptyMap: ValueMap = new Map();

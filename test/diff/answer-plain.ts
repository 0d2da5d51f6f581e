/** An answer's JSON as plain data to be kept and compared: what JavaScript's numbers would lose is told in words. */
import { parseJson } from '../../engine/values/json.ts';
import { isFloat, isList, type Value } from '../../engine/values/value.ts';

/** Floats become `float 1`, however they are written, integers too long for a double `integer 12345678901234567890`. */
export function plainAnswer(text: string): unknown {
  return plain(parseJson(text.replace(strange, found => (found.startsWith('"') ? found : `"float ${found}"`))));
}

/** Strings, to be passed over, and what Python writes though JSON has no word for it. */
const strange = /"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g;

function plain(value: Value): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : `integer ${value}`;
  }
  if (isFloat(value)) return `float ${Number(value.float)}`;
  if (isList(value)) return value.map(plain);
  return Object.fromEntries([...value].map(([key, each]) => [key, plain(each)]));
}

/** Python's equality as a key, so that sets of values can be kept: 1, 1.0 and true are one, '1' is another. */
import { floatNumber } from '../../values/floats.ts';
import { compareText } from '../../values/json.ts';
import { isFloat, isList, isMap, type Value } from '../../values/value.ts';

/** Two values have the same key where Python's == holds between them (not-a-number aside). */
export function equalityKey(value: Value): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (typeof value === 'bigint') return value.toString();
  if (isFloat(value)) {
    const n = floatNumber(value);
    return Number.isInteger(n) ? BigInt(n).toString() : String(n);
  }
  if (isList(value)) return `[${value.map(equalityKey).join(',')}]`;
  if (!isMap(value)) return '';
  const entries = [...value].sort(([a], [b]) => compareText(a, b));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${equalityKey(item)}`).join(',')}}`;
}

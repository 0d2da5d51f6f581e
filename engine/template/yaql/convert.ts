/** Between template values and yaql's: data go in as tuples and frozen maps; what comes out is read to its end. */
import { floatNumber, floatOf } from '../../values/floats.ts';
import { writeJson } from '../../values/json.ts';
import { isFloat, isList, type Value } from '../../values/value.ts';
import { fail } from './failure.ts';
import { checkLength, checkMemory, type Meter } from './meter.ts';
import { Moment } from './moment.ts';
import { bytesOf, dictBytes, listSize } from './sizes.ts';
import { strftime } from './strftime.ts';
import { str, typeName } from './text.ts';
import { Dict, each, isCollection, isSet, sizeOf, tuple, type Yaql } from './values.ts';

/** Data of a template. Floats keep what they mean, not how they were written. */
export function fromValue(value: Value): Yaql {
  if (value === null || typeof value !== 'object') return value;
  if (isFloat(value)) return floatNumber(value);
  if (isList(value)) return tuple(value.map(fromValue));
  return new Dict(new Map([...value].map(([key, item]) => [`s${key.length}:${key}`, [key, fromValue(item)]])));
}

/**
 * A result for the template: collections become lists (sets in the order in which they were made, where Python has
 * none), keys become texts as JSON writes them, a datetime becomes its text.
 */
export function toValue(result: Yaql, meter: Meter): Value {
  meter.step();
  if (result === null || typeof result === 'boolean' || typeof result === 'string') return result;
  if (typeof result === 'bigint') {
    str(result, meter);
    return result;
  }
  if (typeof result === 'number') return floatOf(result);
  if (result instanceof Dict) return mapValue(result, meter);
  if (isCollection(result)) {
    const known = sizeOf(result);
    if (known !== undefined) checkLength(known);
    const values: Value[] = [];
    for (const item of each(result)) {
      if (known === undefined) checkLength(values.length + 1);
      if (isSet(result)) checkHashable(item);
      values.push(toValue(item, meter));
    }
    checkMemory(listSize(values.length));
    return values;
  }
  if (result instanceof Moment) return strftime(result, '%Y-%m-%dT%H:%M:%S.%f');
  throw fail(`The result of an expression cannot be a ${typeName(result)}`);
}

/** A set's lists and maps could not be in the set that Python makes of the result. */
function checkHashable(item: Yaql): void {
  if (item instanceof Dict) throw fail("unhashable type: 'dict'");
  if (isCollection(item)) throw fail(`unhashable type: '${isSet(item) ? 'set' : 'list'}'`);
}

function mapValue(result: Dict, meter: Meter): Value {
  checkLength(result.entries.size);
  const map = new Map<string, Value>();
  let allTexts = true;
  for (const [key, item] of result.entries.values()) {
    allTexts &&= typeof key === 'string';
    checkHashable(key);
    map.set(keyText(key, meter), toValue(item, meter));
  }
  checkMemory(dictBytes(map.size, allTexts));
  return map;
}

/** A key as JSON writes it. */
function keyText(key: Yaql, meter: Meter): string {
  if (typeof key === 'string') return key;
  if (key === null || typeof key === 'boolean' || typeof key === 'number' || typeof key === 'bigint') {
    return writeJson(toValue(key, meter));
  }
  throw fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

/** What a result takes at the least: a text may be too long for its memory. */
export function checkResult(result: Yaql): void {
  if (typeof result === 'string' || typeof result === 'bigint') checkMemory(bytesOf(result));
}

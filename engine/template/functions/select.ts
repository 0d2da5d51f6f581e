/**
 * Fn::Select: an item of a list or a map, which may also come as JSON text (contract: templates §3).
 *
 * What is not there is the empty text, and so is what is selected in nothing (null, ''): a value that is only known
 * later must not fail before.
 */
import { floatNumber } from '../../values/floats.ts';
import { parseJson } from '../../values/json.ts';
import { pyInt } from '../../values/python.ts';
import { ValueSyntaxError } from '../../values/syntax.ts';
import { isFloat, isList, isMap, type Value } from '../../values/value.ts';
import { failure, intrinsic } from './function.ts';
import { at } from './get-param.ts';

export const select = intrinsic({
  id: 'Fn::Select',
  make(args, name) {
    if (Array.isArray(args) && args.length === 2) return;
    throw failure.value(`Arguments to "${name}" must be of the form [index, collection]`);
  },
  apply(args, name) {
    const [index = null, given = null] = isList(args) ? args : [];
    if (given === '') return '';
    const collection = typeof given === 'string' ? read(given, name) : given;
    if (isMap(collection)) {
      if (typeof index !== 'string') throw failure.type(`Index to "${name}" must be a string`);
      return collection.get(index) ?? (collection.has(index) ? null : '');
    }
    if (isList(collection)) {
      const position = whole(index);
      if (position === undefined) throw failure.type(`Index to "${name}" must be an integer`);
      return at(collection, position) ?? (inside(collection, position) ? null : '');
    }
    if (collection === null) return '';
    throw failure.type(`Arguments to ${name} not fully resolved`);
  },
});

function read(text: string, name: string): Value {
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof ValueSyntaxError)) throw error;
    throw failure.value(`"${name}": ${error.message}`);
  }
}

function inside(list: readonly Value[], position: bigint): boolean {
  return position < BigInt(list.length) && position >= -BigInt(list.length);
}

/** What Python's int() makes of it: a float is cut, true is 1. */
function whole(index: Value): bigint | undefined {
  if (typeof index === 'bigint') return index;
  if (typeof index === 'boolean') return index ? 1n : 0n;
  if (typeof index === 'string') return pyInt(index);
  const n = index !== null && isFloat(index) ? floatNumber(index) : Number.NaN;
  return Number.isFinite(n) ? BigInt(Math.trunc(n)) : undefined;
}

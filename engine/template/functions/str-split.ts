/** str_split: a text cut at a delimiter, or one piece of it (contract: templates §3). */
import { floatNumber } from '../../values/floats.ts';
import { pyInt, pyStrip, pyType } from '../../values/python.ts';
import { isFloat, isList, type Value } from '../../values/value.ts';
import { failure, intrinsic } from './function.ts';
import { at } from './get-param.ts';

const example = (name: string) => `"${name}" : [ ",", "apples,pears", <index>]`;

export const strSplit = intrinsic({
  id: 'str_split',
  make(args, name) {
    if (typeof args === 'string' || args instanceof Map) {
      throw failure.type(`Incorrect arguments to "${name}" should be: ${example(name)}`);
    }
  },
  apply(args, name) {
    const [delimiter, text, ...rest] = isList(args) ? args : [];
    if (delimiter === undefined || text === undefined) {
      throw failure.value(`Incorrect arguments to "${name}" should be: ${example(name)}`);
    }
    if (text === null) return null;
    if (typeof text !== 'string') throw failure.type(`'${pyType(text)}' object has no attribute 'split'`);
    const pieces = split(text, delimiter);
    const [position] = rest;
    if (position === undefined) return pieces;
    const piece = at(pieces, whole(position, name));
    if (piece !== undefined) return piece;
    throw failure.value(`Incorrect index to "${name}" should be between 0 and ${pieces.length - 1}`);
  },
});

function split(text: string, delimiter: Value): readonly string[] {
  if (delimiter === '') throw failure.value('empty separator');
  if (typeof delimiter === 'string') return text.split(delimiter);
  if (delimiter !== null) throw failure.type(`must be str or None, not ${pyType(delimiter)}`);
  const stripped = pyStrip(text);
  return stripped === '' ? [] : stripped.split(/[\s\x1c-\x1f\x85]+/u);
}

/** Python's int(): a float is cut, True is 1. */
function whole(position: Value, name: string): bigint {
  if (typeof position === 'bigint') return position;
  if (typeof position === 'boolean') return position ? 1n : 0n;
  const n = isFloat(position) ? floatNumber(position) : undefined;
  if (n !== undefined && Number.isFinite(n)) return BigInt(Math.trunc(n));
  const parsed = typeof position === 'string' ? pyInt(position) : undefined;
  if (parsed !== undefined) return parsed;
  if (typeof position === 'string' || n !== undefined) {
    throw failure.value(`Incorrect index to "${name}" should be: ${example(name)}`);
  }
  throw failure.type(
    `int() argument must be a string, a bytes-like object or a real number, not '${pyType(position)}'`,
  );
}

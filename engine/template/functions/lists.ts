/** list_concat, list_concat_unique, filter, contains: functions of lists (contract: templates §3). */
import { pyRepr, pyTruthy, pyType } from '../../values/python.ts';
import { isList, type Value } from '../../values/value.ts';
import { dumps } from '../python-json.ts';
import { checkSize, sizeOf, spend } from './bounds.ts';
import { equalityKey } from './equality.ts';
import { failure, intrinsic } from './function.ts';

export const listConcat = intrinsic({ id: 'list_concat', apply: concat });

/** Of equal ones the first is kept. */
export const listConcatUnique = intrinsic({
  id: 'list_concat_unique',
  apply(args, name) {
    const seen = new Set<string>();
    return concat(args, name).filter(item => {
      const key = keyOf(item);
      return seen.has(key) ? false : seen.add(key) !== undefined;
    });
  },
});

function concat(args: Value, name: string): Value[] {
  if (!isList(args)) {
    throw failure.type(
      `Incorrect arguments to "${name}" should be: "${name}" : [ [ <value 1>, <value 2> ], [ <value 3>, <value 4> ] ]`,
    );
  }
  const all: Value[] = [];
  let size = 0;
  for (const list of args) {
    if (list === null) continue;
    if (!isList(list)) {
      const found = `${dumps(args, false)} contains an item that is not a list: ${dumps(list, false)}`;
      throw failure.type(`Incorrect arguments: Items to concat must be lists. ${found}`);
    }
    size += sizeOf(list);
    checkSize(size, name);
    for (const item of list) all.push(item);
  }
  return all;
}

/** The list without the values; what is empty in any way comes through as it is. */
export const filter = intrinsic({
  id: 'filter',
  make(args, name) {
    if (!Array.isArray(args)) throw failure.type(`Argument to "${name}" must be a list`);
    if (args.length === 2) return;
    const form = 'expected 2 arguments of the form [values, sequence]';
    throw failure.value(`"${name}" ${form} but got ${args.length} arguments instead`);
  },
  apply(args, name) {
    const [values = null, sequence = null] = isList(args) ? args : [];
    if (!pyTruthy(sequence)) return sequence;
    if (!isList(sequence)) throw failure.type(`"${name}" only works with lists`);
    if (!pyTruthy(values)) return sequence;
    if (!isList(values)) throw failure.type(`"${name}" filters a list of values`);
    const taken = new Set(values.map(keyOf));
    return sequence.filter(item => !taken.has(keyOf(item)));
  },
});

export const contains = intrinsic({
  id: 'contains',
  make(args, name) {
    if (!Array.isArray(args) || args.length === 0) {
      throw failure.type(`Incorrect arguments to "${name}" should be: "${name}" : [ "value1", [ "value1", "value2"]]`);
    }
    if (args.length !== 2) {
      throw failure.value(`Arguments to "${name}" must be of the form: [value1, [value1, value2]]`);
    }
  },
  apply(args, name) {
    const [value = null, sequence = null] = isList(args) ? args : [];
    if (isList(sequence)) {
      const key = keyOf(value);
      return sequence.some(item => keyOf(item) === key);
    }
    if (typeof sequence !== 'string') throw failure.type(`Second argument to "${name}" should be a sequence.`);
    if (typeof value === 'string') return sequence.includes(value);
    throw failure.type(`'in <string>' requires string as left operand, not ${pyType(value)}`);
  },
});

function keyOf(value: Value): string {
  const key = equalityKey(value);
  spend(key.length);
  return key;
}

/** An item for a message. Nothing of one whose text is too long: a part of a secret would not be known for one. */
export function shortRepr(value: Value): string {
  const text = pyRepr(value);
  return text.length <= 200 ? text : `an item of ${text.length} characters`;
}

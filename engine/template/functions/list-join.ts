/**
 * list_join: strings joined by a delimiter (contract: templates §3).
 *
 * From 2015-10-15 it takes several lists and writes maps and lists in them as JSON; before, and as Fn::Join, it takes
 * one list of strings.
 */
import { pyTruthy } from '../../values/python.ts';
import { isList, isMap, type Value } from '../../values/value.ts';
import { dumps } from '../python-json.ts';
import { checkSize } from './bounds.ts';
import { failure, intrinsic } from './function.ts';
import { shortRepr } from './lists.ts';

export const listJoin = intrinsic({
  id: 'list_join',
  make(args, name) {
    const example = `Incorrect arguments to "${name}" should be: "${name}" : [ " ", [ "str1", "str2"]]`;
    if (!Array.isArray(args)) throw failure.type(example);
    if (args.length !== 2) throw failure.value(example);
  },
  apply(args, name) {
    const [delimiter, strings] = isList(args) ? args : [];
    if (strings !== null && !isList(strings ?? null)) throw failure.type(`"${name}" must operate on a list`);
    const items = (isList(strings ?? null) ? strings : []) as readonly Value[];
    return join(delimiter, name, items, item => {
      if (item === null) return '';
      if (typeof item === 'string') return item;
      throw failure.type(`Items to join must be strings not ${shortRepr(item)}`);
    });
  },
});

export const listJoinMultiple = intrinsic({
  id: 'list_join:2015-10-15',
  make(args, name) {
    const example = `Incorrect arguments to "${name}" should be: "${name}" : [ " ", [ "str1", "str2"] ...]`;
    if (!Array.isArray(args)) throw failure.type(example);
    if (args.length < 2) throw failure.value(example);
  },
  apply(args, name) {
    const [delimiter, ...lists] = isList(args) ? args : [];
    const items: Value[] = [];
    for (const list of lists) {
      if (!pyTruthy(list)) continue;
      if (!isList(list)) throw failure.type(`"${name}" must operate on a list`);
      for (const item of list) items.push(item);
    }
    return join(delimiter, name, items, item => {
      if (item === null) return '';
      if (typeof item === 'string') return item;
      if (isList(item) || isMap(item)) return dumps(item);
      throw failure.type(`Items to join must be string, map or list not ${shortRepr(item)}`);
    });
  },
});

function join(
  delimiter: Value | undefined,
  name: string,
  items: readonly Value[],
  text: (item: Value) => string,
): string {
  if (typeof delimiter !== 'string') throw failure.type(`"${name}" delimiter must be a string`);
  const texts = items.map(text);
  let size = delimiter.length * texts.length;
  for (const part of texts) size += part.length;
  checkSize(size, name);
  return texts.join(delimiter);
}

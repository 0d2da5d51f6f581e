/**
 * repeat: a template once for each item of lists, or each combination of theirs (contract: templates §3).
 *
 * Placeholders are replaced as text in the template's resolved value, one after the other: a value may hold the next
 * placeholder. From 2016-10-14 a map stands for its keys; from 2017-09-01 `permutations: false` walks the lists side
 * by side.
 */
import { pyType } from '../../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../../values/value.ts';
import { type Expr, isCall } from '../expr.ts';
import { checkSize, searchedPerUnit, sizeOf, spend } from './bounds.ts';
import { type FunctionDefinition, failure, intrinsic } from './function.ts';

interface Rules {
  readonly id: string;
  readonly maps: boolean;
  readonly permutations: boolean;
}

export const repeat2015 = repeater({ id: 'repeat', maps: false, permutations: false });
export const repeat2016 = repeater({ id: 'repeat:2016-10-14', maps: true, permutations: false });
export const repeat2017 = repeater({ id: 'repeat:2017-09-01', maps: true, permutations: true });

function repeater(rules: Rules): FunctionDefinition {
  return intrinsic({
    id: rules.id,
    make(args, name) {
      const map = asMap(args);
      if (map === undefined) throw failure.type(`Arguments to "${name}" must be a map`);
      if (!map.has('for_each') || !map.has('template')) throw failure.key(`"${name}" syntax should be ${syntax}`);
      const permutations = map.has('permutations') ? map.get('permutations') : true;
      if (rules.permutations && typeof permutations !== 'boolean') {
        throw failure.type(`"permutations" should be boolean type for ${name} function.`);
      }
    },
    validate(call) {
      const forEach = asMap(call.args)?.get('for_each') ?? null;
      if (isCall(forEach) || forEach instanceof Map) return undefined;
      return 'The "for_each" argument to "repeat" must contain a map';
    },
    apply(args, name) {
      const map: ValueMap = isMap(args) ? args : new Map();
      const forEach = map.get('for_each') ?? null;
      if (!isMap(forEach)) throw failure.type(`The "for_each" argument to "${name}" must contain a map`);
      const nested = !rules.permutations || map.get('permutations') !== false;
      const lists = [...forEach.values()].map(list => itemsOf(list, name, rules.maps && nested));
      if (lists.length === 0) throw failure.value('not enough values to unpack (expected 2, got 0)');
      return expand(map.get('template') ?? null, [...forEach.keys()], lists, nested, name);
    },
  });
}

const syntax = [
  'repeat:',
  '              template: This is %var%',
  '              for_each:',
  `                %var%: ['a', 'b', 'c']`,
].join('\n');

function asMap(args: Expr): ReadonlyMap<string, Expr> | undefined {
  return args instanceof Map ? (args as ReadonlyMap<string, Expr>) : undefined;
}

/** Null, a reference that is not there yet, is an empty list; it does not count in comparing lengths. */
function itemsOf(list: Value, name: string, maps: boolean): readonly Value[] | null {
  if (list === null) return null;
  if (isList(list)) return list;
  if (maps && isMap(list)) return [...list.keys()];
  throw failure.type(`The values of the "for_each" argument to "${name}" must be lists${maps ? ' or maps' : ''}`);
}

function expand(
  template: Value,
  keys: readonly string[],
  lists: readonly (readonly Value[] | null)[],
  nested: boolean,
  name: string,
): readonly Value[] {
  const lengths = new Set(lists.filter(list => list !== null).map(list => list.length));
  if (!nested && lengths.size > 1) {
    throw failure.value(`For ${name}, the length of for_each values should be equal if no nested loop.`);
  }
  const full = lists.map(list => list ?? []);
  const count = nested
    ? full.reduce((product, list) => product * list.length, 1)
    : Math.min(...full.map(list => list.length));
  checkSize(count, name);
  spend(count * turnCost);
  const results: Value[] = [];
  let size = 0;
  const turn = full.map(list => list[0] ?? null);
  for (let i = 0; i < count; i++) {
    if (nested) combine(full, i, turn);
    else full.forEach((list, k) => void (turn[k] = list[i] ?? null));
    const result = substitute(template, keys, turn, name);
    size = sizeOf(result, size);
    checkSize(size, name);
    results.push(result);
  }
  return results;
}

/** What a turn costs beside its text (work.ts). */
const turnCost = 256;

/** The i-th combination, the last list turning fastest. */
function combine(lists: readonly (readonly Value[])[], i: number, into: Value[]): void {
  let rest = i;
  for (let k = lists.length - 1; k >= 0; k--) {
    const list = lists[k] ?? [];
    into[k] = list[rest % list.length] ?? null;
    rest = Math.floor(rest / list.length);
  }
}

function substitute(template: Value, keys: readonly string[], values: readonly Value[], name: string): Value {
  if (typeof template === 'string') return substituteText(template, keys, values, name);
  if (isList(template)) return template.map(item => substitute(item, keys, values, name));
  if (!isMap(template)) return template;
  const map = new Map<string, Value>();
  for (const [key, item] of template) {
    map.set(substituteText(key, keys, values, name), substitute(item, keys, values, name));
  }
  return map;
}

function substituteText(template: string, keys: readonly string[], values: readonly Value[], name: string): string {
  let text = template;
  keys.forEach((key, i) => {
    const value = values[i] ?? null;
    if (typeof value !== 'string')
      throw failure.type(`replace() argument 2 must be str, not ${value === null ? 'None' : pyType(value)}`);
    spend(text.length / searchedPerUnit);
    if (key !== '' && !text.includes(key)) return;
    const pieces = key === '' ? ['', ...text, ''] : text.split(key);
    checkSize(text.length + (pieces.length - 1) * value.length, name);
    text = pieces.join(value);
  });
  return text;
}

/** Values that break things: what type confusion, encodings, limits and Python's and JavaScript's own words trip over. */
import { emptyMap, float, mapOf, type Value } from '../../engine/values/value.ts';
import type { Dice } from './dice.ts';

const texts: readonly string[] = [
  '',
  ' ',
  'a',
  'x',
  'name',
  '0',
  '1',
  '-1',
  '5.0',
  'true',
  'no',
  'null',
  'None',
  'a,b,,c',
  'a/b',
  'a.b',
  '%x%',
  '{}',
  '[1, "a"]',
  '{"a": [1]}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '\ud83d\ude00',
  'é',
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!',
  '10.0.0.0/24',
  '2001:db8::1',
  '00:11:22:33:44:55',
  '*/5 * * * *',
  'file:///x.yaml',
  'http://h/x.yaml',
  'nested.yaml',
  'Delete',
  'Retain',
  'Snapshot',
  'OS::stack_id',
  '.member.0.Name=a',
];

/** What JSON, YAML or a database has no place for. */
const nasty: readonly string[] = ['\u0000', '\ud800', '\u2028', '\ufeff', '\u0085', '\ufffe', '\u0007'];

const patterns: readonly string[] = [
  '[a-z]+',
  '(a+)+$',
  '(a|a)*b',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(?P<x>a)(?P=x)',
  '\\d{1,1000}',
  '[',
  '(?i)A',
  '(?<=a)b',
  '.{1000}{1000}',
  'a{,3}|b',
];

const numbers: readonly Value[] = [
  0n,
  1n,
  2n,
  -1n,
  3n,
  10n,
  255n,
  65_536n,
  9_007_199_254_740_993n,
  -(2n ** 70n),
  float('1.0'),
  float('-0.0'),
  float('1e400'),
  float('.5'),
  float('1.5e-7'),
];

export function scalar(dice: Dice): Value {
  switch (dice.below(8)) {
    case 0:
      return null;
    case 1:
      return dice.chance(0.5);
    case 2:
    case 3:
      return dice.pick(numbers);
    default:
      return text(dice);
  }
}

export function text(dice: Dice): string {
  const x = dice.next();
  if (x < 0.002) return dice.pick(nasty);
  return x < 0.01 ? dice.pick(texts).repeat(dice.between(10, 500)) : dice.pick(texts);
}

export function pattern(dice: Dice): string {
  return dice.pick(patterns);
}

/** Any value at all, mostly small. */
export function garbage(dice: Dice, depth = 0): Value {
  if (depth > 3 || dice.chance(0.55)) return scalar(dice);
  if (dice.chance(0.5)) return dice.times(dice.few(4), () => garbage(dice, depth + 1));
  return mapOf(dice.times(dice.few(4), () => [dice.pick(texts), garbage(dice, depth + 1)] as const));
}

/** A value in so many lists or maps. */
export function deep(dice: Dice, levels: number): Value {
  let value: Value = scalar(dice);
  for (let i = 0; i < levels; i++) value = dice.chance(0.5) ? [value] : mapOf([['a', value]]);
  return value;
}

export const nothing = emptyMap;

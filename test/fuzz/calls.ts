/**
 * Calls of functions, right ones mostly: a function's arguments as a table, from names that the template has. What they
 * are given may be anything that gives a value, so functions stand in functions.
 */
import { mapOf, type Value } from '../../engine/values/value.ts';
import type { Dice } from './dice.ts';
import { garbage, scalar, text } from './scalars.ts';

/** What the template that is being written has. */
export interface Names {
  readonly kind: 'hot' | 'cfn';
  readonly parameters: readonly string[];
  readonly resources: readonly string[];
  readonly conditions: readonly string[];
  readonly mappings: readonly string[];
  readonly files: readonly string[];
}

type Make = (dice: Dice, names: Names, depth: number) => Value;

const map = (...entries: readonly (readonly [string, Value])[]): Value => mapOf(entries);
const name = (dice: Dice, from: readonly string[]): Value =>
  dice.chance(0.05) ? scalar(dice) : (dice.some(from) ?? text(dice));
const attributes = ['value', 'show', 'name', 'networks', 'outputs', 'refs', 'resource.0', 'resource.a.value', 'nope'];
const attribute = (dice: Dice): Value => dice.pick(attributes);
const strings: Make = (dice, names, depth) => dice.times(dice.few(4), () => textual(dice, names, depth));
const list: Make = (dice, names, depth) => dice.times(dice.few(4), () => value(dice, names, depth));
const object: Make = (dice, names, depth) =>
  mapOf(dice.times(dice.few(3), () => [text(dice), value(dice, names, depth)] as const));
const condition: Make = (dice, names, depth) => {
  const known = dice.some(names.conditions);
  if (known !== undefined && dice.chance(0.6)) return known;
  return dice.chance(0.5) || depth > 3 ? dice.chance(0.5) : conditionCall(dice, names, depth + 1);
};

const params: Make = (dice, names, depth) =>
  mapOf(dice.times(dice.few(3), i => [`%${'xyz'[i] ?? 'w'}%`, value(dice, names, depth)] as const));
const template: Make = dice => dice.pick(['%x% and %y%', '%x%%x%', '', 'no', '%xx%y%']);
const replace: Make = (dice, names, depth) =>
  map(['template', template(dice, names, depth)], ['params', params(dice, names, depth)]);

/** By name: the arguments of functions of HOT. */
const hot: Readonly<Record<string, Make>> = {
  get_param: (dice, { parameters }) => {
    const known = name(dice, parameters);
    return dice.chance(0.7) ? known : [known, ...dice.times(dice.few(2), () => scalar(dice))];
  },
  get_resource: (dice, { resources }) => name(dice, resources),
  get_attr: (dice, { resources }) => [
    name(dice, resources),
    ...(dice.chance(0.95) ? [attribute(dice)] : []),
    ...dice.times(dice.few(2), () => scalar(dice)),
  ],
  get_file: (dice, { files }) => name(dice, files),
  list_join: (dice, names, depth) => [text(dice), strings(dice, names, depth)],
  str_replace: replace,
  str_replace_strict: replace,
  str_replace_vstrict: replace,
  repeat: (dice, names, depth) =>
    map(
      ['template', dice.chance(0.5) ? template(dice, names, depth) : map(['%x%', '%y%'])],
      ['for_each', map(['%x%', list(dice, names, depth)], ['%y%', strings(dice, names, depth)])],
      ...(dice.chance(0.2) ? [['permutations', dice.chance(0.5)] as const] : []),
    ),
  digest: (dice, names, depth) => [dice.pick(['md5', 'sha256', 'SHA1', 'nope']), textual(dice, names, depth)],
  str_split: (dice, names, depth) => [
    dice.pick([',', '', '/', 'aa']),
    textual(dice, names, depth),
    ...(dice.chance(0.3) ? [scalar(dice)] : []),
  ],
  map_merge: (dice, names, depth) => dice.times(dice.few(3), () => object(dice, names, depth)),
  map_replace: (dice, names, depth) => [
    object(dice, names, depth),
    map(['keys', object(dice, names, depth)], ['values', object(dice, names, depth)]),
  ],
  yaql: (dice, names, depth) =>
    map(
      ['expression', dice.pick(expressions)],
      ...(dice.chance(0.8) ? [['data', value(dice, names, depth)] as const] : []),
    ),
  if: (dice, names, depth) => [condition(dice, names, depth), value(dice, names, depth), value(dice, names, depth)],
  filter: (dice, names, depth) => [list(dice, names, depth), list(dice, names, depth)],
  make_url: dice =>
    map(
      ['scheme', dice.pick(['http', 'a:b', ''])],
      ['host', dice.pick(['h', '::1', 'a b', ''])],
      ['port', dice.pick([80n, '80', 0n, 70_000n, 'x'] as const)],
      ['path', text(dice)],
      ['query', map([text(dice), scalar(dice)])],
    ),
  list_concat: (dice, names, depth) => dice.times(dice.few(3), () => list(dice, names, depth)),
  list_concat_unique: (dice, names, depth) => dice.times(dice.few(3), () => list(dice, names, depth)),
  contains: (dice, names, depth) => [scalar(dice), list(dice, names, depth)],
  resource_facade: dice => dice.pick(['metadata', 'deletion_policy', 'update_policy', 'nope']),
};

const expressions = [
  '$.data',
  '$.data.len()',
  '$.data.where($ > 1)',
  '$.data.select($ + 1).sum()',
  'range(1000000000)',
  '$.data.a.b.c',
  'let(x => $.data) -> $x',
  '"a" * 1000000000',
  'regex("(a+)+$").matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!")',
  '[1, 2, 3].join($.data)',
  'dict(a => 1).a',
  '$.data.flatten().distinct()',
  '(((((((((((1',
  '$',
  '',
];

/** Those of CloudFormation, some of which HOT has too. */
const cfn: Readonly<Record<string, Make>> = {
  Ref: (dice, { parameters, resources }) =>
    dice.chance(0.1) ? 'AWS::NoValue' : name(dice, dice.chance(0.5) ? parameters : resources),
  'Fn::GetAtt': (dice, { resources }) => [name(dice, resources), attribute(dice)],
  'Fn::FindInMap': (dice, { mappings }) => [name(dice, mappings), dice.pick(['a', 'b', 'x']), dice.pick(['k', 'l'])],
  'Fn::GetAZs': dice => dice.pick(['', 'RegionOne']),
  'Fn::Select': (dice, names, depth) => [
    dice.pick(['0', 1n, 'a', -1n] as const),
    dice.chance(0.5) ? list(dice, names, depth) : object(dice, names, depth),
  ],
  'Fn::Join': (dice, names, depth) => [text(dice), strings(dice, names, depth)],
  'Fn::Split': (dice, names, depth) => [dice.pick([',', '']), textual(dice, names, depth)],
  'Fn::Replace': (dice, names, depth) => [params(dice, names, depth), textual(dice, names, depth)],
  'Fn::Base64': textual,
  'Fn::MemberListToMap': dice => ['Name', 'Value', ['.member.0.Name=a', '.member.0.Value=b', text(dice)]],
  'Fn::ResourceFacade': dice => dice.pick(['Metadata', 'DeletionPolicy', 'UpdatePolicy']),
  'Fn::If': (dice, names, depth) => [
    condition(dice, names, depth),
    value(dice, names, depth),
    value(dice, names, depth),
  ],
  // What only AWS has: data, where that is not switched on.
  'Fn::Sub': (dice, names, depth) => {
    const known = String(name(dice, dice.chance(0.5) ? names.parameters : names.resources));
    const written = `\${${known}}${dice.pick(['', '.value', '}', '${', '${!x}', '${own}', '${}'])}`;
    return dice.chance(0.6) ? written : [written, map(['own', value(dice, names, depth)])];
  },
  'Fn::Cidr': dice => [
    dice.pick(['10.0.0.0/16', '2001:db8::/56', '10.0.0.0/33', 'x', '0.0.0.0/0']),
    dice.pick([1n, '3', 256n, 257n, -1n] as const),
    dice.pick([8n, '0', 32n, 64n, 128n, 'x'] as const),
  ],
  'Fn::Length': list,
  'Fn::ToJsonString': (dice, names, depth) =>
    dice.chance(0.5) ? list(dice, names, depth) : object(dice, names, depth),
};

const conditional: Readonly<Record<Names['kind'], Readonly<Record<string, Make>>>> = {
  hot: {
    equals: (dice, names, depth) => [value(dice, names, depth), scalar(dice)],
    not: condition,
    and: (dice, names, depth) => dice.times(dice.between(1, 3), () => condition(dice, names, depth)),
    or: (dice, names, depth) => dice.times(dice.between(1, 3), () => condition(dice, names, depth)),
    contains: (dice, names, depth) => [scalar(dice), list(dice, names, depth)],
    get_param: (dice, { parameters }) => name(dice, parameters),
  },
  cfn: {
    'Fn::Equals': (dice, names, depth) => [value(dice, names, depth), scalar(dice)],
    'Fn::Not': (dice, names, depth) => [condition(dice, names, depth)],
    'Fn::And': (dice, names, depth) => dice.times(dice.between(1, 3), () => condition(dice, names, depth)),
    'Fn::Or': (dice, names, depth) => dice.times(dice.between(1, 3), () => condition(dice, names, depth)),
    Ref: (dice, { parameters }) => name(dice, parameters),
  },
};

const tables: Readonly<Record<Names['kind'], readonly (readonly [string, Make])[]>> = {
  hot: [...Object.entries(hot), ...Object.entries(hot), ...Object.entries(cfn)],
  cfn: [...Object.entries(cfn), ...Object.entries(cfn), ...Object.entries(hot)],
};
const conditionTables: Readonly<Record<Names['kind'], readonly (readonly [string, Make])[]>> = {
  hot: Object.entries(conditional.hot),
  cfn: Object.entries(conditional.cfn),
};

export function call(dice: Dice, names: Names, depth: number): Value {
  const [fn, make] = dice.pick(tables[names.kind]);
  return called(dice, fn, () => make(dice, names, depth + 1), names, depth);
}

export function conditionCall(dice: Dice, names: Names, depth: number): Value {
  const [fn, make] = dice.pick(conditionTables[names.kind]);
  return called(dice, fn, () => make(dice, names, depth + 1), names, depth);
}

function called(dice: Dice, fn: string, make: () => Value, names: Names, depth: number): Value {
  if (dice.chance(0.06)) return map([fn, garbage(dice)]);
  if (dice.chance(0.04) && depth < 5) return map([fn, call(dice, names, depth + 1)]);
  return map([fn, make()]);
}

/** A value, or a call that may give one. */
export function value(dice: Dice, names: Names, depth: number): Value {
  if (depth > 4 || dice.chance(0.45)) return scalar(dice);
  if (dice.chance(0.6)) return call(dice, names, depth);
  return dice.chance(0.5)
    ? dice.times(dice.few(3), () => value(dice, names, depth + 1))
    : mapOf(dice.times(dice.few(3), () => [text(dice), value(dice, names, depth + 1)] as const));
}

/** A text, or a call that may give one. */
export function textual(dice: Dice, names: Names, depth: number): Value {
  return depth > 4 || dice.chance(0.7) ? text(dice) : call(dice, names, depth);
}

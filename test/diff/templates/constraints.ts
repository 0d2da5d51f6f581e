/** Constraints of parameters: each in every version, with good values and bad ones, and the forms that are refused. */
import type { Json } from '../scenario.ts';
import { keyName } from './furnish.ts';
import {
  type Case,
  type Cell,
  type Column,
  columns,
  type HotDate,
  isHot,
  newest,
  one,
  type Parts,
  template,
} from './case.ts';

const row = 'templates §4';

interface Constraint {
  readonly name: string;
  readonly since?: HotDate;
  readonly type: string;
  /** HOT's entry. */
  readonly hot: Parts;
  /** CFN's keys; left out where it has none. */
  readonly cfn?: Parts;
  readonly good: readonly Json[];
  readonly bad: readonly Json[];
}

const custom = (name: string, good: readonly Json[], bad: readonly Json[], type = 'string'): Constraint => ({
  name,
  type,
  hot: { custom_constraint: name },
  good,
  bad,
});

const basic: readonly Constraint[] = [
  {
    name: 'length',
    type: 'string',
    hot: { length: { min: 2, max: 3 } },
    cfn: { MinLength: 2, MaxLength: 3 },
    good: ['ab', 'abc', 'éßñ'],
    bad: ['a', 'abcd', ''],
  },
  {
    name: 'range',
    type: 'number',
    hot: { range: { min: 2, max: 4 } },
    cfn: { MinValue: 2, MaxValue: 4 },
    good: [2, '4', 2.5, '3.0'],
    bad: [1, 5, '4.1', -3],
  },
  {
    name: 'modulo',
    since: '2017-02-24',
    type: 'number',
    hot: { modulo: { step: 3, offset: 1 } },
    good: [1, 4, '7', -2],
    bad: [3, 5, 0],
  },
  {
    name: 'allowed_values',
    type: 'string',
    hot: { allowed_values: ['a', 'b', '5', true] },
    cfn: { AllowedValues: ['a', 'b', '5', true] },
    good: ['a', 'b', 5, '5'],
    bad: ['c', '', 'A', true],
  },
  {
    name: 'allowed_pattern',
    type: 'string',
    hot: { allowed_pattern: '[a-z]+\\d?|x' },
    cfn: { AllowedPattern: '[a-z]+\\d?|x' },
    good: ['abc', 'a1', 'x'],
    bad: ['ABC', 'a12', '', 'ab\n'],
  },
];

const far = '2999-01-01T00:00:00Z';
const statics: readonly Constraint[] = [
  custom('cron_expression', ['* * * * *', '0 0 1 1 *'], ['x', '* * *', '61 * * * *']),
  custom('dns_domain', ['example.com.', 'a.b.'], ['example.com', '-a.com.', 'a..b.']),
  custom('dns_name', ['example.com', 'a', 'a.b.'], ['-a', 'a..b', 'ä', 'a_b']),
  custom('rel_dns_name', ['a.b', 'host'], ['a.', '-a']),
  custom('expiration', [far, '2999-01-01', '29990101'], ['2001-01-01T00:00:00Z', 'x']),
  custom('ip_addr', ['10.0.0.1', '::1'], ['10.0.0.256', 'x', '', '10.0.0.1/24']),
  custom('ip_or_cidr', ['10.0.0.1', '10.0.0.0/24', '::/64', '10.0.0.7/8'], ['x', '10.0.0.0/33']),
  custom(
    'net_cidr',
    ['10.0.0.0/24', 'fe80::/64', '10.0.0.1/24', 'FE80::1/64'],
    ['10.0.0.1/24x', '10.0.0.0', 'x', '10.0.0.0/024'],
  ),
  custom('iso_8601', ['2020-01-02T03:04:05Z', '2020-01-02'], ['x', '2020-13-01']),
  custom('mac_addr', ['00:11:22:aa:bb:cc'], ['x', '00:11:22:aa:bb', '']),
  custom('timezone', ['UTC', 'Europe/Berlin', 'us/pacific', ''], ['Mars/Base']),
  custom('test_constr', [], ['x']),
  custom('nobody.knows', [], ['x']),
  custom('nova.flavor', ['m1.small'], ['nope-flavor']),
  custom('nova.network', ['private'], ['nope-network']),
  custom('nova.keypair', [keyName], ['nope-key']),
  custom('nova.server', [], ['nope-server']),
  custom('glance.image', ['cirros'], ['nope-image']),
  custom('neutron.network', ['private', 'public'], ['nope-network']),
  custom('neutron.subnet', ['private-subnet'], ['nope-subnet']),
  custom('neutron.port', [], ['nope-port']),
  custom('neutron.router', [], ['nope-router']),
  custom('neutron.security_group', ['default'], ['nope-group']),
  custom('cinder.volume', [], ['nope-volume']),
  custom('cinder.snapshot', [], ['nope-snapshot']),
  custom('cinder.vtype', [], ['nope-type']),
];

/** Those of the language itself, in every version that has them. */
export const constraints: readonly Constraint[] = basic;
/** Those by name, which all versions treat alike: shown in the newest. */
export const customConstraints: readonly Constraint[] = statics;

export const hasConstraint = ({ since, cfn }: Constraint, column: Column): boolean =>
  isHot(column) ? since === undefined || column >= since : cfn !== undefined;

const cfnTypes: Readonly<Record<string, string>> = { string: 'String', number: 'Number' };

function parameter(column: Column, { type, hot, cfn }: Constraint): Json {
  return isHot(column) ? { type, constraints: [hot] } : { Type: cfnTypes[type] ?? type, ...cfn };
}

function cases(constraint: Constraint, column: Column): Case[] {
  const { name, good, bad } = constraint;
  const cell = (kind: Cell['kind']): Cell => ({ table: 'constraints', row: name, column, kind });
  const at = `constraints/${name}/${column}`;
  const names = good.map((_, i) => `p${i}`);
  const all = (list: readonly string[]): Parts =>
    template(column, { parameters: Object.fromEntries(list.map(each => [each, parameter(column, constraint)])) });
  const thorough = column === newest || column === 'aws';
  return [
    ...(good.length === 0
      ? []
      : [
          one(`${at}/good`, row, all(names), {
            parameters: Object.fromEntries(good.map((each, i) => [`p${i}`, each])),
            cells: [cell('good')],
          }),
        ]),
    ...bad
      .slice(0, thorough ? undefined : 1)
      .map((each, i) =>
        one(`${at}/bad-${i}`, row, all(['p']), { asks: ['preview'], parameters: { p: each }, cells: [cell('bad')] }),
      ),
  ];
}

/** Before it was known it says nothing. */
function unknown(constraint: Constraint, column: Column): Case[] {
  if (!isHot(column)) return [];
  const cells: readonly Cell[] = [{ table: 'constraints', row: constraint.name, column, kind: 'bad' }];
  const parameters = { p: parameter(column, constraint) };
  return [
    one(`constraints/${constraint.name}/${column}/unknown`, row, template(column, { parameters }), {
      parameters: { p: 4 },
      cells,
    }),
  ];
}

const p = (schema: Json): Parts => template(newest, { parameters: { p: schema } });
const constrained = (type: string, entry: Json, rest: Parts = {}): Parts => p({ type, constraints: [entry], ...rest });
const cfnP = (schema: Parts): Parts => template('aws', { parameters: { p: schema } });

/** Template, and the parameter's value. */
const forms: Readonly<Record<string, readonly [text: Json, given?: Json]>> = {
  'not-a-list': [p({ type: 'string', constraints: 'x' }), 'a'],
  'null-list': [p({ type: 'string', constraints: null }), 'a'],
  'not-a-map': [constrained('string', 'x'), 'a'],
  'unknown-key': [constrained('string', { foo: 1 }), 'a'],
  'only-description': [constrained('string', { description: 'd' }), 'a'],
  'two-in-one': [constrained('string', { length: { min: 2 }, allowed_pattern: 'b' }), 'a'],
  'length-not-a-map': [constrained('string', { length: 5 }), 'a'],
  'length-unknown-key': [constrained('string', { length: { mim: 5 } }), 'a'],
  'length-text': [constrained('string', { length: { min: 'x' } }), 'a'],
  'length-digits': [constrained('string', { length: { min: '2' } }), 'a'],
  'length-float': [constrained('string', { length: { max: 2.5 } }), 'a'],
  'length-empty': [constrained('string', { length: {} }), 'a'],
  'length-null': [constrained('string', { length: { min: null, max: 1 } }), 'ab'],
  'length-of-number': [constrained('number', { length: { min: 1 } }), 5],
  'length-of-boolean': [constrained('boolean', { length: { min: 1 } }), true],
  'length-of-list': [constrained('comma_delimited_list', { length: { min: 2 } }), 'a'],
  'length-of-json': [constrained('json', { length: { max: 1 } }), { a: 1, b: 2 }],
  'range-unknown-key': [constrained('number', { range: { from: 5 } }), 5],
  'range-empty': [constrained('number', { range: {} }), 5],
  'range-not-a-map': [constrained('number', { range: [1, 2] }), 5],
  'range-text': [constrained('number', { range: { min: 'x' } }), 5],
  'range-digits': [constrained('number', { range: { min: '6' } }), 5],
  'range-of-string': [constrained('string', { range: { min: 1 } }), '5'],
  'range-float': [constrained('number', { range: { min: 1.5 } }), 1],
  'range-min-only': [constrained('number', { range: { min: 6 } }), 5],
  'range-max-only': [constrained('number', { range: { max: 4 } }), 5],
  'modulo-no-offset': [constrained('number', { modulo: { step: 2 } }), 5],
  'modulo-zero': [constrained('number', { modulo: { step: 0, offset: 0 } }), 5],
  'modulo-offset-too-big': [constrained('number', { modulo: { step: 2, offset: 3 } }), 5],
  'modulo-signs': [constrained('number', { modulo: { step: 2, offset: -1 } }), 5],
  'modulo-negative': [constrained('number', { modulo: { step: -2, offset: -1 } }), -3],
  'modulo-of-string': [constrained('string', { modulo: { step: 2, offset: 1 } }), '5'],
  'modulo-float-value': [constrained('number', { modulo: { step: 2, offset: 1 } }), 3.5],
  'modulo-unknown-key': [constrained('number', { modulo: { steps: 2, offset: 1 } }), 3],
  'values-not-a-list': [constrained('string', { allowed_values: 'a' }), 'a'],
  'values-of-number': [constrained('number', { allowed_values: [1, '2', 3.0] }), 2],
  'values-of-number-bad': [constrained('number', { allowed_values: [1, '2'] }), 3],
  'values-of-boolean': [constrained('boolean', { allowed_values: [true] }), 'off'],
  'values-of-list': [constrained('comma_delimited_list', { allowed_values: ['a', 'b'] }), 'a,c'],
  'values-of-list-good': [constrained('comma_delimited_list', { allowed_values: ['a', 'b'] }), 'b,a'],
  'values-of-json': [constrained('json', { allowed_values: [{}] }), {}],
  'values-empty': [constrained('string', { allowed_values: [] }), 'a'],
  'pattern-not-text': [constrained('string', { allowed_pattern: 5 }), '5'],
  'pattern-of-number': [constrained('number', { allowed_pattern: '5' }), 5],
  'pattern-of-list': [constrained('comma_delimited_list', { allowed_pattern: 'a' }), 'a'],
  'pattern-alternatives': [constrained('string', { allowed_pattern: 'a|ab' }), 'ab'],
  'pattern-dollar': [constrained('string', { allowed_pattern: '^a$' }), 'a\n'],
  'pattern-unicode-digit': [constrained('string', { allowed_pattern: '\\d+' }), '٣'],
  'pattern-bad': [constrained('string', { allowed_pattern: '(' }), 'a'],
  'custom-of-json': [constrained('json', { custom_constraint: 'ip_addr' }), {}],
  'custom-of-list': [constrained('comma_delimited_list', { custom_constraint: 'ip_addr' }), '10.0.0.1'],
  'custom-of-number': [constrained('number', { custom_constraint: 'test_constr' }), 5],
  'custom-not-text': [constrained('string', { custom_constraint: 5 }), 'a'],
  'description-as-message': [constrained('string', { length: { min: 4 }, description: 'four at least' }), 'abc'],
  'description-of-custom': [constrained('string', { custom_constraint: 'ip_addr', description: 'an address' }), 'abc'],
  'first-broken-counts': [
    p({ type: 'string', constraints: [{ length: { max: 2 } }, { allowed_pattern: 'x' }, { allowed_values: ['x'] }] }),
    'abc',
  ],
  'default-good': [constrained('string', { length: { min: 2 } }, { default: 'ab' })],
  'default-bad': [constrained('string', { length: { min: 4 } }, { default: 'ab' })],
  'default-bad-unused': [constrained('string', { length: { min: 4 } }, { default: 'ab' }), 'abcd'],
  'default-bad-custom': [constrained('string', { custom_constraint: 'ip_addr' }, { default: 'ab' })],
  'default-bad-values': [constrained('string', { allowed_values: ['x', 'y'] }, { default: 'z' })],
  'default-bad-list': [constrained('comma_delimited_list', { allowed_values: ['x'] }, { default: 'x,z' })],
  'hidden-bad': [constrained('string', { length: { min: 40 } }, { hidden: true }), 'abc'],
  'cfn-description': [cfnP({ Type: 'String', MinLength: 4, ConstraintDescription: 'four at least' }), 'abc'],
  'cfn-length-of-number': [cfnP({ Type: 'Number', MinLength: 4 }), 5],
  'cfn-range-of-string': [cfnP({ Type: 'String', MinValue: 4 }), '5'],
  'cfn-digits': [cfnP({ Type: 'Number', MinValue: '4', MaxValue: '9' }), 3],
  'cfn-text': [cfnP({ Type: 'Number', MinValue: 'x' }), 3],
  'cfn-values-not-a-list': [cfnP({ Type: 'String', AllowedValues: 'a' }), 'a'],
  'cfn-pattern-not-text': [cfnP({ Type: 'String', AllowedPattern: 5 }), 'a'],
  'cfn-custom': [cfnP({ Type: 'String', CustomConstraint: 'ip_addr' }), 'a'],
  'cfn-default-bad': [cfnP({ Type: 'String', AllowedValues: ['x'], Default: 'a' })],
  'cfn-list-values': [cfnP({ Type: 'CommaDelimitedList', AllowedValues: ['x'] }), 'x,y'],
};

export const constraintCases: readonly Case[] = [
  ...columns.flatMap(column =>
    basic.flatMap(each => (hasConstraint(each, column) ? cases(each, column) : unknown(each, column))),
  ),
  ...statics.flatMap(each => cases(each, newest)),
  ...Object.entries(forms).map(([name, [text, given]]) =>
    one(`constraints/${name}`, row, text, given === undefined ? {} : { parameters: { p: given } }),
  ),
];

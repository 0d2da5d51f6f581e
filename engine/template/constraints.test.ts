import { describe, expect, it } from 'vitest';
import { fromPlain, type Plain } from '../values/json.ts';
import { float, type Value } from '../values/value.ts';
import { applies, type Constraint, check, checkAll, constraintName } from './constraints.ts';

const range = (min?: bigint, max?: bigint): Constraint => ({ kind: 'range', min, max });
const length = (min?: bigint, max?: bigint): Constraint => ({ kind: 'length', min, max });
const allowed = (...values: Plain[]): Constraint => ({ kind: 'allowed_values', values: values.map(v => fromPlain(v)) });
const pattern = (text: string): Constraint => ({ kind: 'allowed_pattern', pattern: text });
const modulo = (step: bigint, offset: bigint): Constraint => ({ kind: 'modulo', step, offset });
const custom = (name: string): Constraint => ({ kind: 'custom_constraint', name });

describe('constraints say, in Heat’s words,', () => {
  it.each<[Constraint, Value, string]>([
    [length(4n, 8n), 'abc', 'length (3) is out of range (min: 4, max: 8)'],
    [length(undefined, 1n), '😀😀', 'length (2) is out of range (min: None, max: 1)'],
    [length(1n), [], 'length (0) is out of range (min: 1, max: None)'],
    [length(1n), new Map(), 'length (0) is out of range (min: 1, max: None)'],
    [length(1n), 5n, "object of type 'int' has no len()"],
    [range(undefined, 4n), 5n, '5 is out of range (min: None, max: 4)'],
    [range(1n, 4n), float('0.5'), '0.5 is out of range (min: 1, max: 4)'],
    [range(2n), true, 'True is out of range (min: 2, max: None)'],
    [
      range(undefined, 9_007_199_254_740_993n),
      float('9007199254740994.0'),
      '9007199254740994.0 is out of range (min: None, max: 9007199254740993)',
    ],
    [allowed('a', 'b'), 'abc', '"abc" is not an allowed value ["a", "b"]'],
    [allowed(1, 2), 3n, '3 is not an allowed value [1, 2]'],
    [allowed('a', 'b'), ['a', 'c'], '["a", "c"] is not an allowed value ["a", "b"]'],
    [allowed('1'), 1n, '1 is not an allowed value ["1"]'],
    [pattern('[a-z]+'), 'x1', '"x1" does not match pattern "[a-z]+"'],
    [pattern('a|ab'), 'ab', '"ab" does not match pattern "a|ab"'],
    [pattern('(a+)+\\1b'), 'a'.repeat(60), `"${'a'.repeat(60)}" takes too long to match against pattern "(a+)+\\1b"`],
    [modulo(2n, 0n), 3n, '3 is not a multiple of 2 with an offset of 0'],
    [modulo(-5n, -1n), 5n, '5 is not a multiple of -5 with an offset of -1'],
    [custom('nope'), 'v', '"v" does not validate nope (constraint not found)'],
    [custom('__proto__'), 'v', '"v" does not validate __proto__ (constraint not found)'],
    [custom('designate.zone'), 'v', '"v" does not validate designate.zone (this constraint is not available yet)'],
    [custom('ip_addr'), 'v', "Error validating value 'v': Invalid IP address"],
    [custom('ip_addr'), ['10.0.0.1'], "Error validating value '['10.0.0.1']': Invalid IP address"],
  ])('%o on %o: %s', (constraint, value, text) => {
    expect(check(constraint, value)).toBe(text);
  });

  it.each<[Constraint, Value]>([
    [length(4n, 8n), 'abcd'],
    [range(1n, 4n), float('4.0')],
    [range(1n, 4n), float('.nan')],
    [range(undefined, 9_007_199_254_740_992n), float('9007199254740992.0')],
    [allowed('a', 'b'), ['b', 'a']],
    [allowed('a'), []],
    [allowed(1), float('1.0')],
    [allowed(1), true],
    [pattern('\\d+'), '٣'],
    [modulo(5n, 2n), -3n],
    [modulo(2n, 1n), float('3.0')],
    [modulo(-5n, -1n), 4n],
  ])('nothing about %o on %o', (constraint, value) => {
    expect(check(constraint, value)).toBeUndefined();
  });

  it('the description, where there is one', () => {
    expect(check({ ...length(4n), description: 'too short' }, 'abc')).toBe('too short');
  });

  it('the first that is broken', () => {
    expect(checkAll([length(1n), pattern('b'), length(4n)], 'a')).toBe('"a" does not match pattern "b"');
    expect(checkAll([length(1n)], 'a')).toBeUndefined();
  });

  it('not what is secret', () => {
    const secret = 'hunter22';
    const all = [range(1n), allowed('a'), pattern('a'), modulo(2n, 0n), custom('ip_addr'), custom('nope')];
    for (const constraint of all) {
      const said = check(constraint, secret, { secret: true });
      expect(said).toContain('******');
      expect(said).not.toContain(secret);
    }
  });
});

it('compares allowed values in the schema’s type', () => {
  expect(check(allowed('1'), 1n, { convert: v => (v === '1' ? 1n : v) })).toBeUndefined();
});

it('knows what applies to what', () => {
  expect(applies(length(1n), 'number')).toBe(false);
  expect(applies(range(1n), 'number')).toBe(true);
  expect(applies(allowed(1), 'map')).toBe(false);
  expect(applies(custom('x'), 'map')).toBe(false);
  expect(`${constraintName(length(1n))} constraint invalid for number`).toBe('Length constraint invalid for number');
});

describe('custom constraints', () => {
  const cases: Readonly<Record<string, { good: Value[]; bad: Value[] }>> = {
    ip_addr: {
      good: ['10.0.0.1', '::', 'fe80::1', '::ffff:10.0.0.1', '1:2:3:4:5:6:7:8'],
      bad: [
        '',
        '10.0.0',
        '010.0.0.1',
        '256.0.0.1',
        '1::2::3',
        '1:2:3:4:5:6:7',
        '1:2:3:4:5:6:7:8::',
        'fe80::1%eth0',
        5n,
      ],
    },
    mac_addr: {
      good: ['aa:bb:cc:dd:ee:ff', 'AA-BB-CC-DD-EE-FF', 'aabb.ccdd.eeff', 'aabbccddeeff'],
      bad: ['', 'aa:bb:cc:dd:ee', 'gg:bb:cc:dd:ee:ff', 'aa:bb:cc:dd:ee:ff:00'],
    },
    net_cidr: {
      good: ['10.0.0.0/24', '0.0.0.0/0', '2001:db8::/32', '::/0', 'fe80:0:1::/64'],
      bad: ['', '10.0.0.0', '10.0.0.0/33', '10.0.0.0/24/1', 'a b', '10.0.0.0/-1'],
    },
    ip_or_cidr: { good: ['10.0.0.1', '10.0.0.0/8'], bad: ['x'] },
    dns_name: {
      good: ['', 'a.example.org', 'a.example.org.', 'x-1'],
      bad: ['a..b', '-a.org', 'a_b', 'a.b.123', 'a'.repeat(64)],
    },
    rel_dns_name: { good: ['host'], bad: ['host.example.org.', 'a b'] },
    dns_domain: { good: ['', 'example.org.'], bad: ['example.org', 'exa mple.'] },
    iso_8601: {
      good: ['2024-02-29', '2024-02-29T12:00:00Z', '2024-02-29 12:00+02:00', '20240229T120000.5Z'],
      bad: ['', '2023-02-29', '2024-13-01', '2024-01-01T24:00', 'tomorrow', 5n],
    },
    cron_expression: {
      good: ['', '* * * * *', '0 23 * * mon-fri', '*/5 0-6/2 1,15 jan 7', '* * * * * 30'],
      bad: ['* * * *', '60 * * * *', 'a * * * *', '*/0 * * * *', '5-1 * * * *', '* * * foo *'],
    },
    json_string: { good: ['{"a": 1}', '1'], bad: ['{', '', 5n] },
    test_constr: { good: [0n, float('0.5')], bad: ['0', []] },
  };
  for (const [name, { good, bad }] of Object.entries(cases)) {
    it.each(good)(`${name} takes %o`, value => expect(check(custom(name), value)).toBeUndefined());
    it.each(bad)(`${name} refuses %o`, value => {
      expect(check(custom(name), value)).toMatch(/^Error validating value '/);
    });
  }

  it('recommend a network’s own form', () => {
    const said = (value: string) => check(custom('net_cidr'), value);
    expect(said('10.0.0.0')).toContain("'10.0.0.0' isn't a recognized IP subnet cidr, '10.0.0.0/32' is recommended");
    expect(said('10.0.0.7/08')).toContain("'10.0.0.0/8' is recommended");
    expect(said('1:0:0:2:0:0:0:3')).toContain("'1:0:0:2::3/128' is recommended");
    for (const taken of ['10.0.0.7/8', '2001:db8:0:0:1:0:0:0/64', 'FE80::1/64']) expect(said(taken)).toBeUndefined();
  });

  it('that a service answers are put to whoever plans, but for empty ones', () => {
    const asked: string[] = [];
    const ask = (name: string, value: string) => asked.push(`${name} ${value}`);
    for (const value of ['m1', '', null]) expect(check(custom('nova.flavor'), value, { ask })).toBeUndefined();
    expect(check(custom('expiration'), '2030-01-01', { ask })).toBeUndefined();
    expect(asked).toEqual(['nova.flavor m1', 'expiration 2030-01-01']);
  });

  it('know time zones by any of their names', () => {
    for (const zone of ['UTC', 'Europe/Berlin', 'us/pacific', 'Etc/GMT+5']) {
      expect(check(custom('timezone'), zone)).toBeUndefined();
    }
    expect(check(custom('timezone'), 'Mars/Base')).toBe(
      "Error validating value 'Mars/Base': Invalid timezone: 'Mars/Base'",
    );
  });

  it('that need another service are refused by name', () => {
    expect(check(custom('trove.flavor'), 'm1')).toContain('not available yet');
    for (const name of ['expiration', 'timezone', 'trove.flavor']) expect(check(custom(name), '')).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { differences } from '../../kit/change.ts';
import type { Live, LifeContext, LocalLife, Made, ResourceType } from '../../kit/resource.ts';
import { resolveProperties, validateResource } from '../../kit/validate.ts';
import { limits } from '../../kernel/limits.ts';
import type { Call, Expr } from '../../template/expr.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import { float, type ValueMap } from '../../values/value.ts';
import delay from './delay.ts';
import none from './none.ts';
import randomString from './random-string.ts';
import testResource from './test-resource.ts';
import value from './value.ts';

const path = 'resources.r.properties';
const waiting: Call = { fn: 'get_attr', args: ['o', 'x'], at: `${path}.p.get_attr` };

/** A small generator of its own, so that a failure comes back. */
function context(seed = 1): LifeContext {
  let state = seed;
  return {
    resourceName: 'r',
    stackName: 's',
    physicalName: 's-r-abcdefghijkl',
    stackTimeoutMs: 3_600_000,
    below(n) {
      state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0;
      const mixed = Math.imul(state ^ (state >>> 13), 0x297a2d39) >>> 0;
      return Math.floor((((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 32) * n);
    },
    uuid: () => '11111111-2222-4333-8444-555555555555',
  };
}

function resolved(type: ResourceType, plain: PlainMap): ValueMap {
  return resolveProperties(type, fromPlain(plain) as ValueMap, path);
}

function outcome(type: ResourceType, plain: PlainMap, seed = 1) {
  return (type.life as LocalLife).create(resolved(type, plain), context(seed));
}

function made(type: ResourceType, plain: PlainMap, seed = 1): Made {
  const result = outcome(type, plain, seed);
  if (result.kind === 'failed') throw new Error(result.message);
  return result.value;
}

function live(type: ResourceType, plain: PlainMap, seed = 1): Live {
  const { physicalId, data } = made(type, plain, seed);
  return { resourceName: 'r', physicalName: 's-r-abcdefghijkl', physicalId, data, properties: resolved(type, plain) };
}

function problem(type: ResourceType, given: Readonly<Record<string, Plain | Call | undefined>>): string | undefined {
  const properties = new Map<string, Expr>(
    Object.entries(given).map(([k, v]) => [k, v === waiting ? waiting : fromPlain(v as Plain)]),
  );
  try {
    validateResource(type, { name: 'r', properties }, { stackTimeoutMs: 3_600_000 });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe('OS::Heat::RandomString', () => {
  const roll = (plain: PlainMap, seed = 1) => made(randomString, plain, seed).data.get('value') as string;

  it('is 32 letters and digits', () => {
    for (let seed = 1; seed <= 50; seed++) expect(roll({}, seed)).toMatch(/^[a-zA-Z0-9]{32}$/);
  });

  it('is a secret, is its own reference, and has the physical name as its id', () => {
    const one = live(randomString, {});
    expect(randomString.secret).toBe(true);
    expect(one.physicalId).toBe('s-r-abcdefghijkl');
    expect(randomString.referenceId(one)).toBe(one.data.get('value'));
    expect(randomString.attribute(one, 'value')).toBe(one.data.get('value'));
    expect(randomString.attribute(one, 'nope')).toBeUndefined();
  });

  it('rolls the same again from the same dice, and otherwise never', () => {
    expect(roll({}, 5)).toBe(roll({}, 5));
    expect(new Set(Array.from({ length: 200 }, (_, i) => roll({}, i + 1))).size).toBe(200);
  });

  it('meets every minimum, wherever it stands', () => {
    const places = new Set<number>();
    for (let seed = 1; seed <= 200; seed++) {
      const text = roll(
        {
          length: 12,
          character_classes: [
            { class: 'digits', min: 3 },
            { class: 'uppercase', min: 2 },
          ],
          character_sequences: [{ sequence: '%&', min: 4 }, { sequence: '😀' }],
        },
        seed,
      );
      const characters = Array.from(text);
      expect(characters).toHaveLength(12);
      const count = (form: RegExp) => characters.filter(c => form.test(c)).length;
      expect(count(/[0-9]/)).toBeGreaterThanOrEqual(3);
      expect(count(/[A-Z]/)).toBeGreaterThanOrEqual(2);
      expect(count(/[%&]/)).toBeGreaterThanOrEqual(4);
      expect(characters.filter(c => c === '😀').length).toBeGreaterThanOrEqual(1);
      expect(count(/[0-9A-Z%&]/) + characters.filter(c => c === '😀').length).toBe(12);
      places.add(characters.findIndex(c => /[0-9]/.test(c)));
    }
    expect(places.size).toBeGreaterThan(4);
  });

  it('is spread evenly over its class, in every place', () => {
    const seen = new Map<string, number>();
    const n = 400;
    for (let seed = 1; seed <= n; seed++) {
      const text = roll({ length: 100, character_classes: [{ class: 'octdigits' }] }, seed);
      for (const c of text) seen.set(c, (seen.get(c) ?? 0) + 1);
    }
    expect([...seen.keys()].sort().join('')).toBe('01234567');
    for (const count of seen.values()) expect(Math.abs(count - n * 12.5)).toBeLessThan(n * 1.0);
  });

  it.each([
    ['lettersdigits', /^[a-zA-Z0-9]+$/],
    ['letters', /^[a-zA-Z]+$/],
    ['lowercase', /^[a-z]+$/],
    ['uppercase', /^[A-Z]+$/],
    ['digits', /^[0-9]+$/],
    ['hexdigits', /^[0-9A-F]+$/],
    ['octdigits', /^[0-7]+$/],
  ])('knows the class %s, also by the old name of the property', (name, form) => {
    expect(roll({ character_classes: [{ class: name }], length: 512 })).toMatch(form);
    expect(roll({ sequence: name, length: 512 })).toMatch(form);
  });

  it('without any class is letters and digits', () => {
    expect(roll({ character_classes: [], length: 3 })).toMatch(/^[a-zA-Z0-9]{3}$/);
    expect(roll({ character_classes: null, length: 1 })).toMatch(/^[a-zA-Z0-9]$/);
  });

  it('from sequences alone takes nothing else', () => {
    expect(roll({ character_classes: [], character_sequences: [{ sequence: 'xy' }] })).toMatch(/^[xy]{32}$/);
  });

  it('refuses minimums that exceed the length', () => {
    const tooShort = 'Length property cannot be smaller than combined character class and character sequence minimums';
    const given = { length: 5, character_classes: [{ min: 3 }], character_sequences: [{ sequence: 'a', min: 3 }] };
    expect(problem(randomString, given)).toBe(tooShort);
    expect(problem(randomString, { ...given, length: 6 })).toBeUndefined();
    expect(problem(randomString, { ...given, length: waiting })).toBeUndefined();
    expect(problem(randomString, { ...given, character_classes: waiting })).toBeUndefined();
    expect(outcome(randomString, given)).toEqual({
      kind: 'failed',
      waitMs: 0,
      error: 'StackValidationFailed',
      message: tooShort,
    });
  });

  it('fails on an empty sequence as Python does', () => {
    expect(outcome(randomString, { character_sequences: [{ sequence: '' }] })).toMatchObject({
      kind: 'failed',
      error: 'IndexError',
    });
  });

  it.each<[PlainMap, string]>([
    [{ length: 0 }, `${path}.length: : 0 is out of range (min: 1, max: 512)`],
    [{ length: 513 }, `${path}.length: : 513 is out of range (min: 1, max: 512)`],
    [{ character_sequences: [{}] }, `${path}.character_sequences[0]: : Property sequence not assigned`],
    [{ character_classes: [{ min: 0 }] }, `${path}.character_classes[0].min: : 0 is out of range (min: 1, max: 512)`],
    [{ foo: 1 }, `${path}: : Unknown Property foo`],
  ])('%j: %s', (given, text) => {
    expect(problem(randomString, given)).toBe(`Property error: : ${text}`);
  });

  it('names the allowed classes', () => {
    const allowed = '["lettersdigits", "letters", "lowercase", "uppercase", "digits", "hexdigits", "octdigits"]';
    const said = problem(randomString, { character_classes: [{ class: 'vowels' }] });
    expect(said).toContain(`character_classes[0].class: : "vowels" is not an allowed value ${allowed}`);
  });
});

describe('OS::Heat::Value', () => {
  it('gives the value as it was given', () => {
    for (const given of ['5', 5, true, null, [1, { a: null }], {}]) {
      expect(value.attribute(live(value, { value: given }), 'value')).toEqual(fromPlain(given));
    }
    expect(value.attribute(live(value, { value: '5', type: 'number' }), 'value')).toBe('5');
    expect(value.attribute(live(value, { value: 5, type: 'string' }), 'value')).toBe(5n);
  });

  it('is referred to by its physical name', () => {
    expect(value.referenceId(live(value, { value: 1 }))).toBe('s-r-abcdefghijkl');
  });

  it.each<[string, Plain, string]>([
    ['number', 'x', "could not convert string to float: 'x'"],
    ['comma_delimited_list', 'a,b', `"'a,b'" is not a list`],
    ['json', '{}', '"{}" is not a map'],
    ['boolean', 'off', '"off" is not a valid boolean'],
    ['string', [1], 'Value must be a string; got [1]'],
  ])('as %s refuses %j, when planned and when made', (type, given, text) => {
    const said = `Property error: : ${path}.value: : ${text}`;
    expect(problem(value, { type, value: given })).toBe(said);
    expect(() => made(value, { type, value: given })).toThrow(said);
  });

  it('knows no other types, and wants a value', () => {
    expect(problem(value, { type: 'any', value: 1 })).toContain('type: : "any" is not an allowed value ["string", ');
    expect(problem(value, { type: '__proto__', value: 1 })).toContain('is not an allowed value');
    expect(problem(value, {})).toBe(`Property error: : ${path}: : Property value not assigned`);
    expect(problem(value, { value: waiting, type: 'number' })).toBeUndefined();
  });
});

describe('OS::Heat::None', () => {
  it('takes anything, and answers null to anything', () => {
    expect(problem(none, { what: waiting, ever: null })).toBeUndefined();
    const one = live(none, { what: 1 });
    expect(one.physicalId).toBe('11111111-2222-4333-8444-555555555555');
    expect(none.referenceId(one)).toBe(one.physicalId);
    expect(none.attribute(one, 'anything')).toBe(null);
  });
});

describe('OS::Heat::TestResource', () => {
  const end = (type: ResourceType, plain: PlainMap) =>
    (type.life as LocalLife).delete?.(
      { ...live(type, { ...plain, fail: false }), properties: resolved(type, plain) },
      context(),
    );

  it('keeps its value', () => {
    const one = live(testResource, { value: 'hello' });
    expect(one.physicalId).toBe('s-r-abcdefghijkl');
    expect(testResource.attribute(one, 'output')).toBe('hello');
    expect(testResource.attribute(live(testResource, {}), 'output')).toBe('test_string');
  });

  it('waits strictly longer than it is told, by action', () => {
    expect(outcome(testResource, {}).waitMs).toBe(0);
    expect(outcome(testResource, { wait_secs: 2 }).waitMs).toBe(2_001);
    expect(outcome(testResource, { wait_secs: '0.5' }).waitMs).toBe(501);
    expect(outcome(testResource, { wait_secs: 2, action_wait_secs: { create: 1 } }).waitMs).toBe(1_001);
    expect(outcome(testResource, { wait_secs: 2, action_wait_secs: { update: 1 } }).waitMs).toBe(2_001);
    expect(end(testResource, { wait_secs: 2, action_wait_secs: { create: 1 } })?.waitMs).toBe(2_001);
    expect(end(testResource, { wait_secs: 2, action_wait_secs: { delete: 0 } })?.waitMs).toBe(0);
  });

  it('never ends below zero, and never past what a timer can take', () => {
    for (const wait of [-1, '1e300', 'nan', 'inf']) {
      expect(outcome(testResource, { wait_secs: wait }).waitMs).toBe(limits.longestWaitMs);
    }
  });

  it('fails creating after the wait, deleting never', () => {
    expect(outcome(testResource, { fail: true, wait_secs: 1 })).toEqual({
      kind: 'failed',
      waitMs: 1_001,
      error: 'ValueError',
      message: 'Test Resource failed r',
    });
    expect(end(testResource, { fail: true, wait_secs: 1 })).toEqual({ kind: 'done', waitMs: 1_001, value: null });
  });

  it('takes a client and an entity, and waits for nothing when checked or read', () => {
    expect(problem(testResource, { client_name: 'nova', entity_name: 'servers', attr_wait_secs: 9 })).toBeUndefined();
    expect(problem(testResource, { constraint_prop_secs: 3 })).toBeUndefined();
    expect(problem(testResource, { wait_secs: 'x' })).toContain("could not convert string to float: 'x'");
  });
});

describe('OS::Heat::Delay', () => {
  const waits = (plain: PlainMap, seed = 1) => outcome(delay, plain, seed).waitMs;
  const ending = (plain: PlainMap) => (delay.life as LocalLife).delete?.(live(delay, plain), context())?.waitMs;

  it('waits what it is told, in the actions it is told', () => {
    expect(waits({})).toBe(0);
    expect(waits({ min_wait: 2 })).toBe(2_000);
    expect(waits({ min_wait: 2, actions: ['DELETE'] })).toBe(0);
    expect(ending({ min_wait: 2 })).toBe(0);
    expect(ending({ min_wait: 2, actions: ['CREATE', 'DELETE'] })).toBe(2_000);
    const { suspend, resume } = delay.life as LocalLife;
    const resting = live(delay, { min_wait: 2, actions: ['SUSPEND'] });
    expect(suspend?.(resting, context()).waitMs).toBe(2_000);
    expect(resume?.(resting, context()).waitMs).toBe(0);
    expect(resume?.(live(delay, { min_wait: 3, actions: ['RESUME'] }), context()).waitMs).toBe(3_000);
  });

  it('spreads the jitter evenly', () => {
    const all = Array.from({ length: 500 }, (_, i) =>
      waits({ min_wait: 1, max_jitter: 4, jitter_multiplier: 0.5 }, i + 1),
    );
    expect(Math.min(...all)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...all)).toBeLessThanOrEqual(3_000);
    expect(Math.abs(all.reduce((a, b) => a + b) / all.length - 2_000)).toBeLessThan(120);
    expect(new Set(all).size).toBeGreaterThan(300);
  });

  it('may not take longer than its stack', () => {
    const exceeds = (n: string) => `OS::Heat::Delay maximum delay ${n}s exceeds stack timeout.`;
    expect(problem(delay, { min_wait: 3_601 })).toBe(exceeds('3601.0'));
    expect(problem(delay, { min_wait: 3_601, jitter_multiplier: 1 })).toBe(exceeds('3601'));
    expect(problem(delay, { min_wait: 1_000, max_jitter: 5, jitter_multiplier: 1_000 })).toBe(exceeds('6000'));
    expect(problem(delay, { min_wait: 'nan' })).toBe(exceeds('nan'));
    expect(problem(delay, { min_wait: 3_600 })).toBeUndefined();
    expect(problem(delay, { min_wait: waiting })).toBeUndefined();
  });

  it('fails where its times are no numbers after all', () => {
    expect(outcome(delay, { min_wait: 'nan' })).toMatchObject({ kind: 'failed', error: 'ValueError' });
    expect(waits({ min_wait: '1e300' })).toBe(limits.longestWaitMs);
  });

  it('has a multiplier of 1.0, which is not 1', () => {
    expect(resolved(delay, {}).get('jitter_multiplier')).toEqual(float('1.0'));
  });

  it('has no id; a reference gives its name', () => {
    const one = live(delay, {});
    expect(one.physicalId).toBe('');
    expect(delay.referenceId(one)).toBe('r');
  });

  it.each<[PlainMap, string]>([
    [{ min_wait: -1 }, 'min_wait: : -1 is out of range (min: 0, max: None)'],
    [
      { actions: ['UPDATE'] },
      'actions: : ["UPDATE"] is not an allowed value ["CREATE", "DELETE", "SUSPEND", "RESUME"]',
    ],
  ])('%j: %s', (given, text) => {
    expect(problem(delay, given)).toBe(`Property error: : ${path}.${text}`);
  });
});

describe('changes in place', () => {
  const change = (type: ResourceType, before: PlainMap, after: PlainMap) => {
    const [was, is] = [resolved(type, before), resolved(type, after)];
    const { inPlace, replacing, immutable } = differences(type, was, is);
    if (replacing.size > 0 || immutable.size > 0) return 'replaced without being asked';
    const { update } = type.life as LocalLife;
    if (update === undefined) return 'replaced: it has no update';
    return update(
      { before: live(type, before), after: is, changed: inPlace, metadata: null },
      { ...context(), physicalName: 'another' },
    );
  };
  const kept = (value: Plain, waitMs = 0) => ({
    kind: 'done',
    waitMs,
    value: { physicalId: 's-r-abcdefghijkl', data: new Map([['value', value]]) },
  });

  it('TestResource keeps another value, but not an empty one', () => {
    expect(change(testResource, { value: 'x' }, { value: 'y' })).toEqual(kept('y'));
    expect(change(testResource, { value: 'x' }, {})).toEqual(kept('test_string'));
    expect(change(testResource, { value: 'x' }, { value: '' })).toEqual(kept('x'));
    expect(change(testResource, { value: 'x' }, { value: 'x', wait_secs: 2 })).toEqual(kept('x', 2_001));
  });

  it('TestResource takes the time of an update', () => {
    const waits = { wait_secs: 9, action_wait_secs: { update: 1, create: 5 } };
    expect(change(testResource, {}, { value: 'y', ...waits })).toEqual(kept('y', 1_001));
    expect(change(testResource, { value: 'x', ...waits }, { value: 'y' })).toEqual(kept('y', 0));
  });

  it('TestResource fails after that time, and keeps nothing', () => {
    expect(change(testResource, { value: 'x' }, { value: 'y', fail: true, wait_secs: 1 })).toEqual({
      kind: 'failed',
      waitMs: 1_001,
      error: 'ValueError',
      message: 'Test Resource failed r',
    });
  });

  it('TestResource is replaced for another value where it was told so, and for nothing else', () => {
    expect(change(testResource, { value: 'x' }, { value: 'y', update_replace: true })).toBe('replace');
    expect(change(testResource, { value: 'x', update_replace: true }, { value: 'y', update_replace: true })).toBe(
      'replace',
    );
    expect(change(testResource, { value: 'x', update_replace: true }, { value: '', update_replace: true })).toBe(
      'replace',
    );
    expect(change(testResource, { value: 'x' }, { value: 'x', update_replace: true })).toEqual(kept('x'));
    expect(change(testResource, { value: 'x', update_replace: true }, { value: 'y' })).toEqual(kept('y'));
    expect(change(testResource, {}, { update_replace_value: 'z' })).toBe('replaced without being asked');
  });

  it('Value has another value, of another type too', () => {
    const same = { kind: 'done', waitMs: 0, value: { physicalId: 's-r-abcdefghijkl', data: new Map() } };
    expect(change(value, { value: 'x' }, { value: ['y'] })).toEqual(same);
    expect(change(value, { value: '5', type: 'string' }, { value: 5, type: 'number' })).toEqual(same);
  });

  it('a RandomString and a Delay are replaced', () => {
    expect(change(randomString, { length: 5 }, { length: 6 })).toBe('replaced without being asked');
    expect(change(randomString, { salt: 'a' }, { salt: 'b' })).toBe('replaced without being asked');
    expect(change(delay, { min_wait: 0 }, { min_wait: 1 })).toBe('replaced: it has no update');
  });
});

import { expect, it } from 'vitest';
import { Faults } from './faults.ts';

const post = { service: 'network', method: 'POST', path: '/v2.0/ports' };

const faultsOf = (...rules: readonly string[]): Faults => {
  const faults = new Faults();
  faults.set(rules);
  return faults;
};

it('lets everything pass without a rule', () => {
  expect(new Faults().fateOf(post)).toEqual({ effect: undefined, latencyMs: 0, perItemMs: 0 });
});

it.each([
  ['kind=500', { kind: 'status', status: 500, done: false, retryAfter: undefined }],
  ['kind=503-after,retry-after=2', { kind: 'status', status: 503, done: true, retryAfter: 2 }],
  [
    'kind=409,service=network,method=post,path=/ports',
    { kind: 'status', status: 409, done: false, retryAfter: undefined },
  ],
  ['kind=refuse', { kind: 'refuse' }],
  ['kind=ends-in-error', { kind: 'ends-in-error' }],
  ['kind=timeout-after', { kind: 'timeout-after', ms: 60_000 }],
  ['kind=lands-late,ms=70', { kind: 'lands-late', ms: 70 }],
])('does what %s says', (rule, effect) => {
  expect(faultsOf(rule).fateOf(post).effect).toEqual(effect);
});

it.each(['service=compute', 'method=GET', 'path=/networks'])('leaves alone what is not %s', narrow => {
  expect(faultsOf(`${narrow},kind=500`).fateOf(post).effect).toBeUndefined();
});

it.each([
  ['kind=200', 'kind must be'],
  ['', 'is none of'],
  ['rate=0.5', 'kind must be'],
  ['kind=500,rate=1.5', 'rate must be a number from 0 to 1'],
  ['kind=500,rate=x', 'rate must be'],
  ['kind=500,colour=red', '"colour=red" is none of'],
  ['kind=latency,ms=-1', 'ms must be'],
])('refuses "%s" and keeps what was in force', (rule, message) => {
  const faults = faultsOf('kind=409');
  expect(() => faults.set([rule])).toThrow(message);
  expect(faults.list()).toEqual([{ rule: 'kind=409', hits: 0 }]);
});

it('hits as often as its rate says, the same ones whenever the seed is the same', () => {
  const hitsOf = (rule: string): boolean[] => {
    const faults = faultsOf(rule);
    return Array.from({ length: 1_000 }, () => faults.fateOf(post).effect !== undefined);
  };
  const first = hitsOf('kind=500,rate=0.1,seed=7');
  expect(hitsOf('kind=500,rate=0.1,seed=7')).toEqual(first);
  expect(hitsOf('kind=500,rate=0.1,seed=8')).not.toEqual(first);
  expect(first.filter(Boolean).length).toBeGreaterThan(60);
  expect(first.filter(Boolean).length).toBeLessThan(140);
});

it('hits no more often than it may, and counts', () => {
  const faults = faultsOf('kind=500,times=2');
  const effects = [1, 2, 3].map(() => faults.fateOf(post).effect?.kind);
  expect(effects).toEqual(['status', 'status', undefined]);
  expect(faults.list()).toEqual([{ rule: 'kind=500,times=2', hits: 2 }]);
});

it('adds latencies up, beside the first effect that hits', () => {
  const faults = faultsOf('kind=latency,ms=100,per-item=0.2', 'kind=refuse', 'kind=500', 'kind=latency,ms=5');
  expect(faults.fateOf(post)).toEqual({ effect: { kind: 'refuse' }, latencyMs: 105, perItemMs: 0.2 });
});

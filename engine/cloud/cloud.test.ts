import { limits } from '../kernel/limits.ts';
import { afterEach, describe, expect, it } from 'vitest';
import { type CloudRig, get, post, startCloudRig } from '../../test/support/cloud-rig.ts';
import { type Doing, type Got, json } from '../../test/support/fake-services.ts';
import { passwordCredential, tokenCredential } from './credential.ts';

let rig: CloudRig;
afterEach(() => rig.stop());

const start = async (
  handle: (got: Got) => Doing | Promise<Doing>,
  options?: Parameters<typeof startCloudRig>[1],
): Promise<CloudRig> => (rig = await startCloudRig(handle, options));

const demo = passwordCredential(
  { name: 'demo', domain: { name: 'Default' }, password: 'password' },
  { name: 'demo', domain: { name: 'Default' } },
);
const ok = (): Doing => json(200, { fine: true });
const settle = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Answers what is next in the list, and the last of it for ever. */
const inTurn = (...doings: Doing[]): (() => Doing) => {
  let i = 0;
  return () => doings[Math.min(i++, doings.length - 1)]!;
};

describe('as whom', () => {
  it('logs in once for calls that come together, and not again afterwards', async () => {
    await start(ok);
    const together = Array.from({ length: 20 }, (_, i) => rig.cloud.call(demo, get(`/servers/${i}`), 5_000));
    for (const outcome of await Promise.all(together)) {
      expect(outcome).toEqual({ kind: 'answered', answer: { status: 200, body: '{"fine":true}' } });
    }
    await rig.cloud.call(demo, get('/servers'), 5_000);
    expect(rig.keystone.logins).toBe(1);
    expect(rig.calls()).toHaveLength(21);
    expect(rig.cloud.counters()).toContainEqual({ service: 'compute', method: 'GET', result: '200', calls: 22 });
  });

  it('replaces a token before its end', async () => {
    await start(ok);
    rig.keystone.lifeMs = 400;
    await rig.cloud.call(demo, get('/a'), 5_000);
    await settle(320);
    await rig.cloud.call(demo, get('/a'), 5_000);
    const [first, second] = rig.calls().map(({ headers }) => headers['x-auth-token']);
    expect(second).not.toBe(first);
    expect(rig.keystone.logins).toBe(2);
  });

  it('takes a new token when the old one is refused, for any method, once', async () => {
    await start(got => (rig.keystone.tokens.has(String(got.headers['x-auth-token'])) ? json(202, {}) : json(401, {})));
    await rig.cloud.call(demo, get('/a'), 5_000);
    rig.keystone.tokens.clear();
    expect(await rig.cloud.call(demo, post('/servers'), 5_000)).toMatchObject({
      kind: 'answered',
      answer: { status: 202 },
    });
    expect(rig.calls().map(({ method }) => method)).toEqual(['GET', 'POST', 'POST']);
  });

  it('hands on a 401 that a new token does not mend, and that of a token which cannot be replaced', async () => {
    await start(() => json(401, { error: {} }));
    expect(await rig.cloud.call(demo, post('/a'), 5_000)).toMatchObject({ answer: { status: 401 } });
    expect(rig.calls()).toHaveLength(2);
    const own = tokenCredential(rig.keystone.issue('demo', 'demo'));
    expect(await rig.cloud.call(own, post('/a'), 5_000)).toMatchObject({ answer: { status: 401 } });
    expect(rig.calls()).toHaveLength(3);
  });

  it("uses a user's own token, of which it learns project and catalog", async () => {
    await start(ok);
    rig.keystone.catalog.set('compute', `${rig.service.url}/v2.1/%(project)s`);
    const token = rig.keystone.issue('demo', 'p-demo');
    await rig.cloud.call(tokenCredential(token), get('/servers'), 5_000);
    expect(rig.calls()).toMatchObject([{ path: '/v2.1/p-demo/servers', headers: { 'x-auth-token': token } }]);
  });

  it('says 401 with its words where Keystone refuses, and does not ask again at once', async () => {
    await start(ok);
    const outcome = await rig.cloud.call(tokenCredential('none'), post('/servers'), 5_000);
    expect(outcome).toMatchObject({ kind: 'answered', answer: { status: 401 } });
    expect(outcome.kind === 'answered' && outcome.answer.body).toContain('requires authentication');
    await rig.cloud.call(tokenCredential('none'), post('/servers'), 5_000);
    expect(rig.keystone.got).toHaveLength(1);
    expect(rig.calls()).toHaveLength(0);
  });

  it.each(['', 'token:', 'token:a b', 'trust:', 'password:{', 'nonsense'])('sends nothing as %j', async credential => {
    await start(ok);
    expect(await rig.cloud.call(credential, post('/servers'), 5_000)).toMatchObject({ kind: 'unsent' });
    expect(rig.keystone.got).toHaveLength(0);
  });

  it('sends nothing while Keystone is away or broken', async () => {
    await start(ok);
    rig.keystone.fault = () => json(503, {});
    expect(await rig.cloud.call(demo, post('/servers'), 600)).toMatchObject({ kind: 'unsent' });
    await rig.keystone.stop();
    expect(await rig.cloud.call(demo, post('/servers'), 600)).toMatchObject({ kind: 'unsent' });
    expect(rig.calls()).toHaveLength(0);
  });
});

describe('where', () => {
  it('sends nothing to a service that the catalog does not have, or not there', async () => {
    await start(ok, { region: 'Two' });
    const outcome = await rig.cloud.call(demo, post('/servers'), 5_000);
    expect(outcome).toEqual({ kind: 'unsent', reason: 'the catalog has no compute service for this region' });
  });

  it('asks with a microversion, no newer than the service has, unless the call names one', async () => {
    await start(ok);
    await rig.cloud.call(demo, get('/a'), 5_000);
    await rig.cloud.call(demo, get('/b', { headers: { 'OpenStack-API-Version': 'compute 2.19' } }), 5_000);
    await rig.cloud.call(demo, get('/c'), 5_000);
    expect(rig.calls().map(({ headers }) => headers['openstack-api-version'])).toEqual([
      'compute 2.60',
      'compute 2.19',
      'compute 2.60',
    ]);
    expect(rig.service.got).toHaveLength(4);
  });
});

describe('again', () => {
  it('repeats a GET after what passes, cut connections too', async () => {
    await start(inTurn('cut', json(502, {}), ok()));
    expect(await rig.cloud.call(demo, get('/a'), 10_000)).toMatchObject({ answer: { status: 200 } });
    expect(rig.calls()).toHaveLength(3);
  });

  it('gives a GET up after some tries, and with its deadline', async () => {
    await start(() => json(500, {}));
    expect(await rig.cloud.call(demo, get('/a'), 20_000)).toMatchObject({ answer: { status: 500 } });
    expect(rig.calls()).toHaveLength(4);
    const began = performance.now();
    await rig.cloud.call(demo, get('/hang'), 200);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it.each<[string, Doing, object]>([
    ['a cut connection', 'cut', { kind: 'unknown' }],
    ['a cut answer', 'cut body', { kind: 'unknown' }],
    ['a 500', json(500, {}), { kind: 'answered', answer: { status: 500 } }],
    ['a 503 that says when', json(503, {}, { 'retry-after': '0' }), { kind: 'answered', answer: { status: 503 } }],
    ['a 409', json(409, { a: 1 }), { kind: 'answered', answer: { status: 409, body: '{"a":1}' } }],
  ])('never repeats a POST after %s', async (_what, doing, outcome) => {
    await start(() => doing);
    expect(await rig.cloud.call(demo, post('/servers'), 5_000)).toMatchObject(outcome);
    await settle(100);
    expect(rig.calls()).toHaveLength(1);
  });

  it('repeats a POST that was not taken (429), when the service says, and holds the project back meanwhile', async () => {
    const at: number[] = [];
    const doing = inTurn(json(429, {}, { 'retry-after': '1' }), json(202, {}));
    await start(() => {
      at.push(performance.now());
      return doing();
    });
    const first = rig.cloud.call(demo, post('/servers'), 10_000);
    await settle(300);
    const second = rig.cloud.call(demo, get('/b'), 10_000);
    expect(await first).toMatchObject({ answer: { status: 202 } });
    expect(await second).toMatchObject({ answer: { status: 202 } });
    expect(at).toHaveLength(3);
    expect(Math.min(at[1]!, at[2]!) - at[0]!).toBeGreaterThan(950);
  });

  it('hands on a 429 that is longer than the deadline', async () => {
    await start(() => json(429, {}, { 'retry-after': '20' }));
    const began = performance.now();
    expect(await rig.cloud.call(demo, post('/a'), 3_000)).toMatchObject({ answer: { status: 429 } });
    expect(performance.now() - began).toBeLessThan(1_000);
  });
});

describe('bounds', () => {
  it('keep to so many calls of a project at once', async () => {
    await start(async () => {
      await settle(30);
      return ok();
    });
    await Promise.all(Array.from({ length: 100 }, (_, i) => rig.cloud.call(demo, get(`/${i}`), 10_000)));
    expect(rig.service.most()).toBeLessThanOrEqual(32);
    expect(rig.service.most()).toBeGreaterThan(16);
  });

  it('let nothing begin once the lease is over, not even what waits for its place', async () => {
    let may = true;
    await start(
      async () => {
        await settle(100);
        return ok();
      },
      { mayStart: () => may },
    );
    await rig.cloud.call(demo, get('/warm'), 5_000);
    const calls = Array.from({ length: 40 }, () => rig.cloud.call(demo, post('/servers'), 5_000));
    await settle(30);
    may = false;
    const kinds = (await Promise.all(calls)).map(({ kind }) => kind);
    expect(kinds.filter(kind => kind === 'unsent')).toHaveLength(40 - limits.cloudFirst);
    expect(rig.calls()).toHaveLength(1 + limits.cloudFirst);
  });

  it('let nothing that changes something leave late: it waits for half of its time, a read for all of it', async () => {
    await start(async () => {
      await settle(3_000);
      return ok();
    });
    await rig.cloud.call(demo, get('/warm'), 30_000);
    const first = Array.from({ length: limits.cloudFirst }, () => rig.cloud.call(demo, get('/first'), 30_000));
    await settle(200);
    const second = [rig.cloud.call(demo, post('/servers'), 500), rig.cloud.call(demo, get('/read'), 30_000)];
    expect(await Promise.all(second)).toMatchObject([
      { kind: 'unsent', crowded: true, reason: 'too many compute calls wait' },
      { kind: 'answered' },
    ]);
    expect(rig.calls().some(({ method }) => method === 'POST')).toBe(false);
    await Promise.all(first);
  }, 60_000);

  it('end every call at its deadline', async () => {
    await start(() => 'hang');
    for (const call of [get('/a'), post('/a'), get('/b', { cacheMs: 1_000 })]) {
      const began = performance.now();
      const outcome = await rig.cloud.call(demo, call, 150);
      expect(outcome.kind).not.toBe('answered');
      expect(performance.now() - began).toBeLessThan(1_000);
    }
  });
});

describe('answers in memory', () => {
  it('serve the same user and project for so long as asked, and only when good', async () => {
    let status = 200;
    await start(() => json(status, { at: rig.calls().length }));
    const flavors = get('/flavors', { cacheMs: 300 });
    const all = await Promise.all(Array.from({ length: 5 }, () => rig.cloud.call(demo, flavors, 5_000)));
    expect(new Set(all.map(outcome => JSON.stringify(outcome))).size).toBe(1);
    expect(rig.calls()).toHaveLength(1);
    await rig.cloud.call(tokenCredential(rig.keystone.issue('other', 'demo')), flavors, 5_000);
    await rig.cloud.call(tokenCredential(rig.keystone.issue('demo', 'other')), flavors, 5_000);
    expect(rig.calls()).toHaveLength(3);
    await settle(350);
    status = 404;
    expect(await rig.cloud.call(demo, flavors, 5_000)).toMatchObject({ answer: { status: 404 } });
    await rig.cloud.call(demo, flavors, 5_000);
    expect(rig.calls()).toHaveLength(5);
  });
});

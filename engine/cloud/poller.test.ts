import { afterEach, describe, expect, it } from 'vitest';
import { type CloudRig, get, startCloudRig } from '../../test/support/cloud-rig.ts';
import { type Doing, type Got, json } from '../../test/support/fake-services.ts';
import type { CloudCall, CloudOutcome } from '../kernel/world.ts';
import { tokenCredential } from './credential.ts';

let rig: CloudRig;
afterEach(() => rig.stop());

const settle = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** A Nova of which a list shows what it has: pages of at most so many, changes since a time, deleted ones then. */
class Servers {
  readonly all = new Map<string, { status: string; updated: number; text: string }>();
  /** Not in lists, though there. */
  readonly unlisted = new Set<string>();
  page = 1_000;
  date = true;
  /** What lists are answered with instead. */
  list: Doing | undefined;

  set(id: string, status: string): void {
    const text = `{"id":"${id}","status":"${status}","big":12345678901234567890,"f":1.0}`;
    this.all.set(id, { status, updated: Math.floor(Date.now() / 1_000) * 1_000, text });
  }

  handle = ({ path }: Got): Doing => {
    const url = new URL(path, 'http://x');
    if (!url.pathname.endsWith('/servers/detail')) return this.show(url.pathname.split('/').at(-1) ?? '');
    if (this.list !== undefined) return this.list;
    const query = url.searchParams;
    const since = query.get('changes-since');
    const marker = query.get('marker');
    const seen = [...this.all].filter(
      ([id, { status, updated }]) =>
        !this.unlisted.has(id) && (since === null ? status !== 'DELETED' : updated >= Date.parse(since)),
    );
    const from = marker === null ? 0 : seen.findIndex(([id]) => id === marker) + 1;
    const page = seen.slice(from, from + Math.min(this.page, Number(query.get('limit') ?? 1_000)));
    const last = page.at(-1)?.[0];
    const more = from + page.length < seen.length;
    const links = more
      ? `,"servers_links":[{"rel":"next","href":"http://elsewhere/servers/detail?marker=${last}"}]`
      : '';
    return {
      status: 200,
      headers: this.date ? {} : { date: '' },
      body: `{"servers":[${page.map(([, { text }]) => text).join(',')}]${links}}`,
    };
  };

  private show(id: string): Doing {
    const server = this.all.get(id);
    if (server === undefined || server.status === 'DELETED') return json(404, { itemNotFound: { code: 404 } });
    return { status: 200, body: `{"server":${server.text}}` };
  }
}

async function start(
  changesSince = false,
): Promise<{ servers: Servers; poll: (id: string, as?: string) => Promise<CloudOutcome> }> {
  const servers = new Servers();
  rig = await startCloudRig(servers.handle);
  const own = tokenCredential(rig.keystone.issue('demo', 'demo'));
  const call = (id: string): CloudCall =>
    get(`/servers/${id}`, { poll: { list: '/servers/detail', plural: 'servers', key: 'server', id, changesSince } });
  return { servers, poll: (id, as = own) => rig.cloud.call(as, call(id), 10_000) };
}

const lists = (): Got[] => rig.calls().filter(({ path }) => path.includes('/detail'));
const shows = (): Got[] => rig.calls().filter(({ path }) => !path.includes('/detail'));
const status = (outcome: CloudOutcome): unknown => outcome.kind === 'answered' && outcome.answer.status;
const stateIn = (outcome: CloudOutcome): string =>
  (/"status":"(\w+)"/.exec(outcome.kind === 'answered' ? outcome.answer.body : '') ?? ['', 'none'])[1]!;
const ids = (n: number): string[] => Array.from({ length: n }, (_, i) => `s${i}`);

describe('polls together', () => {
  it('are one list beside the first, each answered as if it had been shown', async () => {
    const { servers, poll } = await start();
    for (const id of ids(200)) servers.set(id, 'BUILD');
    const outcomes = await Promise.all(ids(200).map(id => poll(id)));
    outcomes.forEach((outcome, i) => {
      expect(outcome).toEqual({
        kind: 'answered',
        answer: { status: 200, body: `{"server":{"id":"s${i}","status":"BUILD","big":12345678901234567890,"f":1.0}}` },
      });
    });
    expect(lists()).toHaveLength(1);
    expect(shows()).toHaveLength(1);
  });

  it('are a plain GET, at once, for one alone', async () => {
    const { servers, poll } = await start();
    servers.set('s0', 'BUILD');
    await poll('s0'); // the token's and the versions' time
    await settle(400);
    const began = performance.now();
    expect(stateIn(await poll('s0'))).toBe('BUILD');
    expect(performance.now() - began).toBeLessThan(200);
    expect(lists()).toHaveLength(0);
  });

  it('follow pages by their marker, not to another host', async () => {
    const { servers, poll } = await start();
    servers.page = 30;
    for (const id of ids(100)) servers.set(id, 'ACTIVE');
    const outcomes = await Promise.all(ids(100).map(id => poll(id)));
    expect(outcomes.every(outcome => stateIn(outcome) === 'ACTIVE')).toBe(true);
    expect(lists()).toHaveLength(4);
    expect(shows()).toHaveLength(1);
  });

  it('are shown before they count as gone', async () => {
    const { servers, poll } = await start();
    for (const id of ids(10)) servers.set(id, 'ACTIVE');
    servers.unlisted.add('s5');
    const outcomes = await Promise.all([...ids(10), 'none'].map(id => poll(id)));
    expect(stateIn(outcomes[5]!)).toBe('ACTIVE');
    expect(status(outcomes[10]!)).toBe(404);
    expect(
      shows()
        .map(({ path }) => path.split('/').at(-1))
        .sort(),
    ).toEqual(['none', 's0', 's5']);
  });

  it('do not list a project that has far more than is asked for, more than once', async () => {
    const { servers, poll } = await start();
    for (const id of ids(500)) servers.set(id, 'ACTIVE');
    for (let round = 0; round < 3; round++) {
      const outcomes = await Promise.all(['s490', 's491', 's492'].map(id => poll(id)));
      expect(outcomes.map(stateIn)).toEqual(['ACTIVE', 'ACTIVE', 'ACTIVE']);
    }
    expect(lists()).toHaveLength(1);
    expect(lists()[0]?.path).toContain('limit=50');
  });

  it('are of one project: another gets its own', async () => {
    const { servers, poll } = await start();
    const other = tokenCredential(rig.keystone.issue('bob', 'other'));
    for (const id of ids(6)) servers.set(id, 'ACTIVE');
    await Promise.all(ids(6).flatMap(id => [poll(id), poll(id, other)]));
    expect(new Set(lists().map(({ headers }) => headers['x-auth-token'])).size).toBe(2);
  });

  it('are shown one by one, each with its own credential, where the list is refused', async () => {
    const { servers, poll } = await start();
    servers.set('s1', 'ACTIVE');
    servers.list = json(403, {});
    const outcomes = await Promise.all(['s1', 's1', 's2', 's1'].map(id => poll(id)));
    expect(outcomes.map(status)).toEqual([200, 200, 404, 200]);
  });

  it.each<[string, Doing, string]>([
    ['broken text', { status: 200, body: '{"servers":[{"id"' }, 'unknown'],
    ['something else', json(200, { volumes: [] }), 'unknown'],
    ['a server error', json(500, {}), 'answered'],
  ])('fail together, and say so, where the list is %s', async (_what, doing, kind) => {
    const { servers, poll } = await start();
    for (const id of ids(5)) servers.set(id, 'ACTIVE');
    servers.list = doing;
    const outcomes = await Promise.all(ids(5).map(id => poll(id)));
    expect(status(outcomes[0]!)).toBe(200);
    for (const outcome of outcomes.slice(1)) {
      expect(outcome.kind).toBe(kind);
      expect(status(outcome)).not.toBe(200);
    }
  });
});

describe('lists of changes', () => {
  it('follow a full one, bring what changed, and what was deleted', async () => {
    const { servers, poll } = await start(true);
    for (const id of ids(100)) servers.set(id, 'BUILD');
    await Promise.all(ids(100).map(id => poll(id)));
    for (const [, server] of servers.all) server.updated -= 60_000; // long ago
    await settle(350);
    servers.set('s3', 'ACTIVE');
    servers.set('s4', 'DELETED');
    servers.set('new', 'BUILD');
    const outcomes = await Promise.all([...ids(100), 'new'].map(id => poll(id)));
    expect(outcomes.map(stateIn).filter(state => state === 'BUILD')).toHaveLength(99);
    expect(stateIn(outcomes[3]!)).toBe('ACTIVE');
    expect(status(outcomes[4]!)).toBe(404);
    const [full, changes] = lists().map(({ path }) => path);
    expect(lists()).toHaveLength(2);
    expect(full).not.toContain('changes-since');
    expect(changes).toContain('changes-since=20');
    expect(shows()).toHaveLength(2); // the first of each round
  });

  it('overlap, for clocks that differ', async () => {
    const { servers, poll } = await start(true);
    for (const id of ids(20)) servers.set(id, 'BUILD');
    await Promise.all(ids(20).map(id => poll(id)));
    await settle(350);
    servers.set('s7', 'ACTIVE');
    servers.all.get('s7')!.updated -= 8_000;
    const outcomes = await Promise.all(ids(20).map(id => poll(id)));
    expect(stateIn(outcomes[7]!)).toBe('ACTIVE');
    expect(lists()).toHaveLength(2);
  });

  it('are not trusted where the service does not tell its time, or were not read to their end', async () => {
    const { servers, poll } = await start(true);
    servers.date = false;
    for (const id of ids(20)) servers.set(id, 'BUILD');
    for (let round = 0; round < 2; round++) {
      await Promise.all(ids(20).map(id => poll(id)));
      await settle(350);
    }
    expect(lists().map(({ path }) => path.includes('changes-since'))).toEqual([false, false]);
    servers.date = true;
    await Promise.all(ids(20).map(id => poll(id)));
    await settle(350);
    for (const [, server] of servers.all) server.updated -= 60_000;
    for (let i = 0; i < 200; i++) servers.set(`x${i}`, 'BUILD');
    servers.set('s0', 'ACTIVE');
    servers.set('s1', 'ACTIVE');
    const outcomes = await Promise.all(['s9', 's0', 's1'].map(id => poll(id)));
    expect(outcomes.map(stateIn)).toEqual(['BUILD', 'ACTIVE', 'ACTIVE']);
  });
});

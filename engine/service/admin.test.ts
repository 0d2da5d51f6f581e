import { describe, expect, it } from 'vitest';
import type { Caller } from '../../proto/engine.ts';
import { started } from '../../test/support/stack-rig.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { CloudCall, CloudOutcome } from '../kernel/world.ts';
import { markedCollections } from '../resources/collections.ts';
import { createRegistry } from '../resources/registry.ts';
import { createEngineService } from './service.ts';

const admin: Caller = {
  project: 'admin-project',
  userId: 'u',
  userName: 'admin',
  roles: ['admin'],
  isAdmin: true,
  token: 'secret-token',
  requestId: 'req-00000000-0000-4000-8000-000000000001',
};
const member: Caller = { ...admin, isAdmin: false, project: 'p' };

const template = (seconds: number) => `heat_template_version: 2018-08-31
resources:
  a: {type: OS::Heat::TestResource, properties: {action_wait_secs: {create: ${seconds}}}}
`;

type Thing = Readonly<Record<string, string | readonly string[]>>;

/** An engine's service over a cloud that has these things; what was asked of it. */
async function rig(things: Readonly<Record<string, readonly Thing[] | number>> = {}) {
  const engine = await started();
  const calls: CloudCall[] = [];
  const credentials: string[] = [];
  const answered = (status: number, body: unknown): CloudOutcome => ({
    kind: 'answered',
    answer: { status, body: JSON.stringify(body) },
  });
  const cloud = {
    call: async (credential: string, call: CloudCall): Promise<CloudOutcome> => {
      calls.push(call);
      credentials.push(credential);
      if (call.method === 'DELETE') return call.path.endsWith('stuck') ? answered(409, {}) : answered(204, {});
      const listing = markedCollections.find(({ service: at, list }) => {
        return at === call.service && call.path.split('?')[0] === list.split('?')[0];
      });
      const name = listing?.name ?? '';
      const listed = things[name] ?? [];
      return typeof listed === 'number' ? answered(listed, {}) : answered(200, { [name]: listed });
    },
  };
  const world = { ...engine.world, cloud };
  const service = createEngineService(world, engine.node, createRegistry());
  const stackOf = async (stack: Uuid) => {
    const [row] = await engine.store.read('stacks', [stack]);
    return { project: 'p', name: String(row?.columns['name']), id: stack };
  };
  return { ...engine, world, service, stackOf, calls, credentials };
}

describe('what operators ask', () => {
  it('is for admins alone', async () => {
    const { service, create, stackOf, node } = await rig();
    const stack = await stackOf(await create(template(0)));
    const thing = { service: 'network', collection: 'ports', id: 'x' };
    const asked = [
      service.resetStack(member, stack),
      service.wakeStack(member, stack),
      service.listServices(member),
      service.listParked(member),
      service.listDebts(member),
      service.listOrphans(member, 0),
      service.removeOrphan(member, thing, 0),
    ];
    for (const each of asked) await expect(each).rejects.toThrow('You are not authorized to use service:index.');
    await node.stop();
  });

  it('engines are those of the directory; a reset and a wake reach the stack of any project', async () => {
    const { service, create, stackOf, ended, node, store, world } = await rig();
    expect(await service.listServices(admin)).toEqual([
      { node: 'local', address: 'local', since: undefined, shards: 1_024 },
    ]);
    const id = await create(template(600));
    await service.resetStack(admin, await stackOf(id));
    expect(await ended(id)).toBe('CREATE_FAILED: Stack status manually reset');
    for (let i = 0; i < 3; i++) await store.strike(id, Date.now() + i, world.dice.uuid());
    const [parked] = await service.listParked(admin);
    expect(parked).toMatchObject({ stack: { id, name: 'one' }, state: 'CREATE_FAILED', strikes: 3 });
    expect(parked?.errorId).toMatch(/^[0-9a-f-]{36}$/);
    await service.wakeStack({ ...admin, requestId: 'req-00000000-0000-4000-8000-000000000002' }, await stackOf(id));
    expect(await service.listDebts(admin)).toEqual([]);
    await node.stop();
  });
});

describe('orphans', () => {
  const mark = (letter: string) => `one-a-${letter.repeat(12)}`;

  /** A stack whose events tell of two creates: the first was heard of, the second never. */
  async function withEvents(things: Parameters<typeof rig>[0]) {
    const parts = await rig(things);
    const id = await parts.create(template(0));
    await parts.ended(id);
    const lane = { session: parts.world.dice.uuid() as never, lane: 0 as never };
    await parts.store.begin(lane.session);
    const told = (physical_id: string, n: number) => ({
      stack: id,
      id: `01900000-0000-7000-8000-00000000000${n}` as Uuid,
      clock: 1 as never,
      resource_name: 'a',
      resource_type: 'OS::Neutron::Net',
      action: 'CREATE',
      status: 'COMPLETE',
      reason: '',
      physical_id,
      properties: null,
    });
    const events = [told(mark('a'), 1), told('kept', 2), told(mark('b'), 3)];
    await parts.store.commit(lane, 1 as never, { rows: [], events, contents: [], names: [] });
    return { ...parts, id };
  }

  const created_at = '2020-01-01T00:00:00Z';
  const things = {
    networks: [
      { id: 'kept', name: mark('a'), project_id: 'p', created_at },
      { id: 'twin', name: mark('b'), project_id: 'p', created_at },
      { id: 'young', name: mark('b'), project_id: 'p', created_at: '2999-01-01T00:00:00' },
      { id: 'other', name: `heat-net-${'c'.repeat(12)}`, project_id: 'p', created_at },
      { id: 'plain', name: 'one-a', project_id: 'p', created_at },
      { id: 'stuck', name: 'x', description: mark('b'), project_id: 'p', created_at },
    ],
    ports: [{ id: 'beside', name: '', description: `${mark('b')}-port-0`, project_id: 'p', created_at }],
    images: [{ id: 'image', tags: [mark('b')], owner: 'p', created_at }],
    volumes: 403,
  };

  it('are told from what was left on purpose, what is somebody else’s, and what may be on its way', async () => {
    const { service, id, node, credentials, calls } = await withEvents(things);
    const { orphans, unseen, collections } = await service.listOrphans(admin, 600_000);
    const stack = { project: 'p', name: 'one', id };
    expect(orphans.map(({ id: thing, isCertain, stack: by }) => [thing, isCertain, by])).toEqual([
      ['image', true, stack],
      ['beside', false, stack],
      ['kept', false, stack],
      ['twin', true, stack],
      ['other', false, undefined],
      ['stuck', true, stack],
    ]);
    expect(unseen).toEqual([{ service: 'volumev3', collection: 'volumes', reason: 'the service answered 403' }]);
    expect(collections).toBe(markedCollections.length - 1);
    expect(new Set(credentials)).toEqual(new Set(['token:secret-token']));
    expect(calls.every(({ method }) => method === 'GET')).toBe(true);
    await node.stop();
  });

  it('that a row claims are none', async () => {
    const { service, id, node, store, world } = await withEvents(things);
    const [resource] = await store.select('resources', { where: [{ column: 'stack', in: [id] }] });
    const [made] = (await store.load([resource?.key as Uuid])).rows.filter(({ table }) => table === 'incarnations');
    if (made === undefined || resource === undefined) throw new Error('it has one');
    const session = world.dice.uuid() as never;
    await store.begin(session);
    const state = JSON.parse(made.state) as Record<string, unknown>;
    const claim = { ...made, key: world.dice.uuid(), version: 1, columns: { ...made.columns, physical_id: 'twin' } };
    const making = {
      ...made,
      key: world.dice.uuid(),
      version: 1,
      state: JSON.stringify({ ...state, life: 'making', physicalName: mark('b') }),
      columns: { ...made.columns, physical_id: null },
    };
    const only = { events: [], contents: [], names: [] };
    await store.commit({ session, lane: 0 as never }, 1 as never, { rows: [claim], ...only });
    const idsLeft = async () => (await service.listOrphans(admin, 600_000)).orphans.map(each => each.id);
    expect(await idsLeft()).toEqual(['image', 'beside', 'kept', 'other', 'stuck']);
    await store.commit({ session, lane: 0 as never }, 2 as never, { rows: [making], ...only });
    expect(await idsLeft()).toEqual(['kept', 'other']);
    await node.stop();
  });

  it('are removed only if they are ours for certain', async () => {
    const { service, node, calls } = await withEvents(things);
    const network = (id: string) => service.removeOrphan(admin, { service: 'network', collection: 'networks', id }, 0);
    for (const id of ['kept', 'other', 'plain', 'nothing'])
      await expect(network(id)).rejects.toThrow(`network networks ${id} is no orphan of ours`);
    await expect(
      service.removeOrphan(admin, { service: 'network', collection: 'nothings', id: 'twin' }, 0),
    ).rejects.toThrow('is no orphan of ours');
    expect(calls.some(({ method }) => method === 'DELETE')).toBe(false);
    await network('twin');
    await expect(network('stuck')).rejects.toThrow('network networks stuck stays: the service answered 409');
    const removed = calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path);
    expect(removed).toEqual(['/v2.0/networks/twin', '/v2.0/networks/stuck']);
    await node.stop();
  });
});

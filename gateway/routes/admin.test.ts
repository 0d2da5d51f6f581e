import { describe, expect, it } from 'vitest';
import { errors } from '../../engine/kernel/errors.ts';
import { createdAt } from '../fixtures/engine.ts';
import { rig } from '../fixtures/gateway.ts';

const id = '00000000-0000-4000-8000-000000000001';
const stack = { project: 'p1', name: 'one', id };
const admin = { token: 'admin' } as const;

describe('GET /services', () => {
  it('lists the engines as Heat does', async () => {
    const answer = await rig().ask('GET', '/v1/p1/services', admin);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({
      services: [
        {
          id: 'engine-1',
          binary: 'heat-engine',
          engine_id: 'engine-1',
          host: '127.0.0.1',
          hostname: '127.0.0.1',
          topic: 'engine',
          report_interval: 5,
          created_at: '2026-08-01T12:00:00',
          updated_at: null,
          deleted_at: null,
          status: 'up',
        },
      ],
    });
  });

  it('says in Heat’s words that none answers', async () => {
    const { ask, engine } = rig();
    engine.failure = errors.Unavailable({ message: 'No engine could be reached.' });
    const answer = await ask('GET', '/v1/p1/services', admin);
    expect(answer.statusCode).toBe(503);
    expect(answer.json().error.message).toBe('All heat engines are down.');
  });
});

describe('what is ours below /admin', () => {
  it('is for admins alone', async () => {
    const { ask, engine } = rig();
    for (const [method, path] of [
      ['GET', '/services'],
      ['GET', '/admin/engines'],
      ['GET', '/admin/parked'],
      ['GET', '/admin/debts'],
      ['GET', '/admin/orphans'],
      ['DELETE', '/admin/orphans/network/ports/x'],
      ['POST', `/stacks/one/${id}/reset`],
      ['POST', `/stacks/one/${id}/wake`],
    ] as const) {
      for (const token of ['member', 'reader', 'owner', 'stack-user'])
        expect((await ask(method, `/v1/p1${path}`, { token })).statusCode).toBe(403);
    }
    expect(engine.operated).toEqual([]);
  });

  it('shows engines, parked stacks and debts', async () => {
    const { ask, engine } = rig();
    Object.assign(engine, {
      parked: [{ stack, state: 'CREATE_IN_PROGRESS', strikes: 3, errorId: 'e' }],
      debts: [{ stack, type: 'OS::Nova::Server', service: 'compute', mark: 'm', until: createdAt, looks: 2 }],
    });
    const shown = { stack_name: 'one', id, project: 'p1' };
    expect((await ask('GET', '/v1/p1/admin/engines', admin)).json()).toEqual({
      engines: [{ node: 'engine-1', address: '127.0.0.1:50051', since: '2026-08-01T12:00:00Z', shards: 7 }],
    });
    expect((await ask('GET', '/v1/p1/admin/parked', admin)).json()).toEqual({
      parked: [{ stack: shown, stack_status: 'CREATE_IN_PROGRESS', strikes: 3, error_id: 'e' }],
    });
    expect((await ask('GET', '/v1/p1/admin/debts', admin)).json()).toEqual({
      debts: [
        {
          stack: shown,
          resource_type: 'OS::Nova::Server',
          service: 'compute',
          mark: 'm',
          until: '2026-08-01T12:00:00Z',
          looks: 2,
        },
      ],
    });
  });

  it('shows orphans, and deletes one', async () => {
    const { ask, engine } = rig();
    const thing = { service: 'network', collection: 'ports', id: 'x/1' };
    engine.orphans = {
      orphans: [{ ...thing, mark: 'm', project: undefined, createdAt: undefined, stack: undefined, isCertain: false }],
      unseen: [{ service: 'image', collection: 'images', reason: 'the service answered 403' }],
      things: 9,
      collections: 12,
    };
    expect((await ask('GET', '/v1/p1/admin/orphans?older_than=5', admin)).json()).toEqual({
      orphans: [{ ...thing, mark: 'm', project: null, created_at: null, stack: null, certain: false }],
      unseen: engine.orphans.unseen,
      things: 9,
      collections: 12,
    });
    expect((await ask('GET', '/v1/p1/admin/orphans?older_than=x', admin)).statusCode).toBe(400);
    expect((await ask('DELETE', '/v1/p1/admin/orphans/network/ports/y', admin)).statusCode).toBe(204);
    expect(engine.operated).toEqual(['orphans 5000', 'remove network ports y 600000']);
  });

  it('resets and wakes stacks', async () => {
    const { ask, engine } = rig();
    const created = (await ask('POST', '/v1/p1/stacks', { body: { stack_name: 'one', template: {} } })).json();
    const path = `/v1/p1/stacks/one/${created.stack.id}`;
    expect((await ask('POST', `${path}/reset`, admin)).statusCode).toBe(202);
    expect((await ask('POST', `${path}/wake`, admin)).statusCode).toBe(202);
    expect((await ask('POST', `/v1/p1/stacks/two/${id}/wake`, admin)).statusCode).toBe(404);
    expect(engine.operated).toEqual(['reset one', 'wake one']);
  });
});

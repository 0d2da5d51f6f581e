/** Software configs: Heat's routes, bodies and errors. */
import { describe, expect, it } from 'vitest';
import { rig } from '../fixtures/gateway.ts';

const base = '/v1/p1/software_configs';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

describe('software configs', () => {
  it('are made with 200, shown in full, listed without what they hold, and deleted', async () => {
    const { ask } = rig();
    const body = { name: 'n', group: 'script', config: 'echo', options: { a: 1 } };
    const made = await ask('POST', base, { body });
    expect(made.statusCode).toBe(200);
    const { software_config: config } = made.json();
    expect(config.id).toMatch(uuid);
    const entry = { id: config.id, name: 'n', group: 'script', creation_time: '2026-08-01T12:00:00Z' };
    expect(config).toEqual({ ...entry, config: 'echo', inputs: [], outputs: [], options: { a: 1 } });
    expect(Object.keys(config).join()).toBe('id,name,group,creation_time,config,inputs,outputs,options');
    expect((await ask('GET', `${base}/${config.id}`)).json()).toEqual({ software_config: config });
    expect((await ask('GET', base)).json()).toEqual({ software_configs: [entry] });
    expect((await ask('DELETE', `${base}/${config.id}`)).statusCode).toBe(204);
    const gone = await ask('GET', `${base}/${config.id}`);
    expect(gone.statusCode).toBe(404);
    expect(gone.json().error).toMatchObject({
      type: 'NotFound',
      message: `Software config with id ${config.id} not found`,
    });
  });

  it('are listed with limit and marker; with their project for an admin', async () => {
    const { ask, engine } = rig();
    await ask('GET', `${base}?limit=2&marker=m`);
    expect(engine.configQueries).toEqual([{ limit: 2, marker: 'm' }]);
    await ask('POST', base, { body: { name: 'n' } });
    expect((await ask('GET', base, { token: 'admin' })).json().software_configs[0].project).toBe('p1');
    expect((await ask('GET', `${base}?limit=x`)).statusCode).toBe(400);
    const everywhere = await ask('GET', `${base}?global_tenant=True`);
    expect(everywhere.statusCode).toBe(403);
    expect(everywhere.json().error.message).toBe('You are not authorized to use software_configs:global_index.');
  });

  it('need a body to be made', async () => {
    const answer = await rig().ask('POST', base);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.type).toBe('HTTPBadRequest');
  });

  it('may be looked at by readers; stack users may nothing', async () => {
    const { ask } = rig();
    expect((await ask('GET', base, { token: 'reader' })).statusCode).toBe(200);
    for (const [method, url, policy] of [
      ['GET', base, 'index'],
      ['POST', base, 'create'],
      ['GET', `${base}/x`, 'show'],
      ['DELETE', `${base}/x`, 'delete'],
    ] as const) {
      const refused = await ask(method, url, { token: 'stack-user' });
      expect(refused.statusCode).toBe(403);
      expect(refused.json().error.message).toBe(`You are not authorized to use software_configs:${policy}.`);
    }
  });

  it('know no other methods', async () => {
    expect((await rig().ask('PUT', `${base}/x`)).statusCode).toBe(405);
  });
});

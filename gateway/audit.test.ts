import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditRecord } from './audit.ts';
import { type Rig, rig } from './fixtures/gateway.ts';

let records: AuditRecord[] = [];
let gateway: Rig;
beforeEach(() => {
  records = [];
  gateway = rig({ audit: { write: record => records.push(record) } });
});
afterEach(() => gateway.app.close());

const id = '0b9ee8ff-5b05-4d46-8c55-dd1fe3d4ef6c';
const template = { heat_template_version: '2018-08-31', parameters: { word: { type: 'string', hidden: true } } };
const body = { stack_name: 'web', template, parameters: { word: 'secret-1' } };

describe('the audit log', () => {
  it('says who created which stack, and nothing of what is in it', async () => {
    const { headers } = await gateway.ask('POST', '/v1/p1/stacks', { body });
    expect(records).toHaveLength(1);
    const [record] = records;
    const [, name, made] = /\/stacks\/([^/]+)\/([^/]+)$/.exec(String(headers['location'])) ?? [];
    expect(record).toEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
      request_id: headers['x-openstack-request-id'],
      from: '127.0.0.1',
      user: 'u1',
      user_name: 'demo',
      project: 'p1',
      method: 'POST',
      action: 'stacks:create',
      stack: made,
      stack_name: name,
      status: 201,
      result: 'taken',
    });
    expect(JSON.stringify(records)).not.toMatch(/secret-1|heat_template_version|"member"/);
  });

  it('names the stack, the action and the resource that a request means', async () => {
    const path = `/v1/p1/stacks/web/${id}`;
    await gateway.ask('DELETE', path);
    await gateway.ask('POST', `${path}/actions`, { body: { suspend: null } });
    await gateway.ask('PATCH', `${path}/resources/server`, { body: { mark_unhealthy: true } });
    expect(records.map(({ action, stack, stack_name, resource }) => [action, stack, stack_name, resource])).toEqual([
      ['stacks:delete', id, 'web', undefined],
      ['actions:suspend', id, 'web', undefined],
      ['resource:mark_unhealthy', id, 'web', 'server'],
    ]);
  });

  it('has what was refused, and whom; of those who only read, none but them', async () => {
    await gateway.ask('GET', '/v1/p1/stacks');
    expect(records).toEqual([]);
    await gateway.ask('POST', '/v1/p1/stacks', { token: 'stack-user', body });
    await gateway.ask('GET', '/v1/p1/stacks', { token: 'none' });
    await gateway.ask('GET', '/v1/another/stacks');
    await gateway.ask('POST', '/v1/p1/stacks', { body: 'no JSON' });
    expect(records.map(({ user, action, status, result }) => [user, action, status, result])).toEqual([
      ['u1', 'stacks:create', 403, 'refused'],
      ['', '', 401, 'refused'],
      ['u1', '', 403, 'refused'],
      ['u1', 'stacks:create', 400, 'refused'],
    ]);
  });

  it('keeps the id that the caller gave the request', async () => {
    const global = 'req-11111111-2222-3333-4444-555555555555';
    await gateway.ask('DELETE', `/v1/p1/stacks/web/${id}`, { headers: { 'x-openstack-request-id': global } });
    expect(records[0]?.global_request_id).toBe(global);
  });
});

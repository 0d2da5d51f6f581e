import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePortBase, portsOf } from '../../cli/ports.ts';
import { Journal } from './journal.ts';
import { isRequest } from './openstack.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

let dataDir = '';
let portBase = 0;
let sandbox: Sandbox;
let token = '';

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'convect-serve-'));
  portBase = await freePortBase();
  sandbox = await startSandbox({ portBase, dataDir });
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: 'demo', domain, password: 'password' } } };
  const response = await fetch(`${sandbox.keystoneUrl}/auth/tokens`, {
    method: 'POST',
    body: JSON.stringify({ auth: { identity, scope: { project: { name: 'demo', domain } } } }),
  });
  token = response.headers.get('x-subject-token') ?? '';
});

afterEach(async () => {
  await sandbox.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const control = async (method: string, path: string, body?: object): Promise<{ status: number; body: unknown }> => {
  const url = sandbox.keystoneUrl.replace('/v3', path);
  const response = await fetch(url, { method, ...(body && { body: JSON.stringify(body) }) });
  return { status: response.status, body: await response.json() };
};

const fault = async (...faults: readonly string[]): Promise<void> => {
  expect((await control('PUT', '/__faults', { faults })).status).toBe(200);
};

const neutron = (method: string, path: string, body?: unknown, more: object = {}): Promise<Response> =>
  fetch(`http://127.0.0.1:${portsOf(portBase).neutron}/v2.0${path}`, {
    method,
    headers: { 'x-auth-token': token },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...more,
  });

const create = (name: string, more: object = {}): Promise<Response> =>
  neutron('POST', '/networks', { network: { name } }, more);

/** How many networks of this name there are. */
async function count(name: string): Promise<number> {
  const body = (await (await neutron('GET', `/networks?name=${name}`)).json()) as { networks: readonly object[] };
  return body.networks.length;
}

it('answers 401 without a token, in the words of the middleware, but tells its version to all', async () => {
  token = 'nonsense';
  const refused = await neutron('GET', '/networks');
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toBe(`Keystone uri="http://127.0.0.1:${portBase + 50}"`);
  expect((await fetch(`http://127.0.0.1:${portsOf(portBase).neutron}/`)).status).toBe(200);
});

it('answers a body that is no JSON in the words of the service', async () => {
  const answer = await neutron('POST', '/networks', '{"network": ');
  expect(answer.status).toBe(400);
  expect(await answer.json()).toEqual({
    NeutronError: { type: 'HTTPBadRequest', message: 'Body contains invalid data', detail: '' },
  });
});

it('fails with and without having done what was asked', async () => {
  await fault('service=network,method=POST,kind=503,retry-after=3,times=1', 'method=POST,kind=500-after,times=1');
  const first = await create('a');
  expect([first.status, first.headers.get('retry-after')]).toEqual([503, '3']);
  expect(await first.json()).toMatchObject({ NeutronError: { type: 'HTTPServiceUnavailable' } });
  expect(await count('a')).toBe(0);
  expect((await create('a')).status).toBe(500);
  expect(await count('a')).toBe(1);
  expect((await create('b')).status).toBe(201);
});

it('cuts connections before and after having done what was asked', async () => {
  await fault('method=POST,kind=refuse,times=1', 'method=POST,kind=timeout-after,ms=20,times=1');
  await expect(create('a')).rejects.toThrow();
  expect(await count('a')).toBe(0);
  await expect(create('a')).rejects.toThrow();
  expect(await count('a')).toBe(1);
});

it('does it long after the sender heard that the connection is cut', async () => {
  await fault('method=POST,kind=lands-late,ms=300');
  await expect(create('a')).rejects.toThrow();
  expect(await count('a')).toBe(0);
  await sleep(400);
  expect(await count('a')).toBe(1);
});

it('takes its time, more for more', async () => {
  await fault('method=GET,kind=latency,ms=50,per-item=40');
  const started = performance.now();
  // No router is an item of none; two networks are seen by everybody.
  await neutron('GET', '/routers');
  const one = performance.now();
  await neutron('GET', '/networks');
  const two = performance.now();
  expect(one - started).toBeGreaterThanOrEqual(49);
  expect(two - one).toBeGreaterThanOrEqual(129);
});

it('refuses a rule that it cannot read, and lists those in force', async () => {
  await fault('kind=500,path=/nowhere');
  const bad = await control('POST', '/__faults', { faults: ['kind=purple'] });
  expect(bad.status).toBe(400);
  expect(JSON.stringify(bad.body)).toContain('kind must be');
  expect((await control('POST', '/__faults', {})).status).toBe(400);
  expect((await control('POST', '/__faults', { faults: ['kind=refuse,path=/nowhere'] })).body).toEqual({
    faults: [
      { rule: 'kind=500,path=/nowhere', hits: 0 },
      { rule: 'kind=refuse,path=/nowhere', hits: 0 },
    ],
  });
  expect((await control('DELETE', '/__faults')).body).toEqual({ faults: [] });
});

it('counts calls by service and method', async () => {
  await control('DELETE', '/__calls');
  await create('a');
  await count('a');
  await count('a');
  expect((await control('GET', '/__calls')).body).toEqual({ network: { POST: 1, GET: 2 } });
  const get = { service: 'network', method: 'GET', path: expect.stringMatching(/^\/v2\.0\/networks\?name=a/) };
  const post = { service: 'network', method: 'POST', path: '/v2.0/networks' };
  expect((await control('GET', '/__calls/latest')).body).toEqual([post, get, get]);
});

it('has in its journal, after a restart too, who made what', async () => {
  const { network } = (await (await create('kept')).json()) as { network: { id: string } };
  await sandbox.stop();
  sandbox = await startSandbox({ portBase, dataDir });
  expect(await count('kept')).toBe(1);
  const made = Journal.read(join(dataDir, 'journal')).filter(isRequest);
  expect(made).toMatchObject([
    { service: 'network', method: 'POST', status: 201, id: network.id, marks: { name: 'kept' } },
  ]);
});

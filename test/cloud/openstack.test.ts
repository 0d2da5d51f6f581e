import { beforeEach, expect, it } from 'vitest';
import { compose } from './compose.ts';
import { InProcessCloud } from './inprocess.ts';
import { isFurnished, isRequest, type RequestEntry, requestsOf } from './openstack.ts';

let cloud: InProcessCloud;

beforeEach(() => {
  cloud = new InProcessCloud();
});

const requests = (): RequestEntry[] => cloud.entries.filter(isRequest);

it('writes a line for what was done: who, what, when, and by what it is found again', () => {
  const id = cloud.make('network', 'POST /v2.0/networks', { network: { name: 'net', description: 'mark' } });
  cloud.now += 5;
  cloud.ask('network', `DELETE /v2.0/networks/${id}`);
  expect(requests()).toMatchObject([
    {
      service: 'network',
      user: 'demo-user',
      project: cloud.projects.demoProjectId,
      method: 'POST',
      path: '/v2.0/networks',
      status: 201,
      id,
      marks: { name: 'net', description: 'mark' },
      at: cloud.now - 5,
    },
    { method: 'DELETE', path: `/v2.0/networks/${id}`, status: 204, at: cloud.now },
  ]);
});

it('writes nothing for what was refused or only read, and keeps no secret of a body beside the row', () => {
  cloud.ask('network', 'GET /v2.0/networks');
  cloud.ask('network', 'POST /v2.0/networks', { network: { bogus: 1 } });
  cloud.ask('network', 'DELETE /v2.0/networks/none');
  expect(requests()).toEqual([]);
  const headers = { 'x-auth-token': adminToken() };
  const body = { user: { name: 'u', password: 'a secret', x_mark: 'm' } };
  cloud.ask('identity', 'POST /v3/users', body, { headers });
  expect(requests().at(-1)?.marks).toEqual({ name: 'u', x_mark: 'm' });
  expect(JSON.stringify(cloud.entries)).not.toContain('a secret');
});

const adminToken = (): string => {
  const domain = { id: 'default' };
  const identity = { methods: ['password'], password: { user: { name: 'admin', domain, password: 'password' } } };
  const auth = { identity, scope: { project: { name: 'admin', domain } } };
  return cloud.ask('identity', 'POST /v3/auth/tokens', { auth }).headers['x-subject-token'] ?? '';
};

it('takes back all that a refused request had done by then, in every service', () => {
  const network = cloud.make('network', 'POST /v2.0/networks', { network: {} });
  const subnet = { network_id: network, ip_version: 4, cidr: '10.1.0.0/24' };
  cloud.make('network', 'POST /v2.0/subnets', { subnet });
  const before = cloud.ask('network', 'GET /v2.0/ports').body;
  // The router is there already when its gateway turns out to be on no external network.
  const refused = cloud.ask('network', 'POST /v2.0/routers', {
    router: { external_gateway_info: { network_id: network } },
  });
  expect(refused.status).toBe(400);
  expect(cloud.ask('network', 'GET /v2.0/routers').body).toEqual({ routers: [] });
  expect(cloud.ask('network', 'GET /v2.0/ports').body).toEqual(before);
});

it('is rebuilt from its journal as it was, also from a shortened one', () => {
  cloud.make('network', 'POST /v2.0/networks', { network: { name: 'kept' } });
  const gone = cloud.make('network', 'POST /v2.0/networks', { network: { name: 'gone' } });
  cloud.ask('network', `DELETE /v2.0/networks/${gone}`);
  const fresh = new InProcessCloud();
  const whole = compose([]);
  whole.cloud.replay([fresh.composed.cloud.snapshot(), ...cloud.entries]);
  const short = compose([]);
  short.cloud.replay([cloud.composed.cloud.snapshot(), ...requestsOf(cloud.entries)]);
  const state = JSON.stringify(cloud.composed.cloud.snapshot());
  expect(JSON.stringify(short.cloud.snapshot())).toBe(state);
  expect(sorted(whole.cloud.snapshot())).toEqual(sorted(cloud.composed.cloud.snapshot()));
});

const sorted = (entry: object): unknown[] =>
  [...(entry as { changes: readonly { table: string; id: string }[] }).changes].sort((a, b) =>
    `${a.table} ${a.id}` < `${b.table} ${b.id}` ? -1 : 1,
  );

it('knows a journal of a furnished cloud, and keeps requests without logins when it is shortened', () => {
  expect(isFurnished([])).toBe(false);
  expect(isFurnished([cloud.composed.cloud.snapshot()])).toBe(true);
  adminToken();
  cloud.make('network', 'POST /v2.0/networks', { network: {} });
  expect(requestsOf(cloud.entries)).toMatchObject([{ path: '/v2.0/networks', changes: [] }]);
});

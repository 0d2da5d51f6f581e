/** Resources, events, build info, and what is absent. */
import { describe, expect, it } from 'vitest';
import type { EventShown, ResourceShown } from '../../proto/engine.ts';
import { mapOf } from '../../engine/values/value.ts';
import { createdAt, type FakeStack } from '../fixtures/engine.ts';
import { type Rig, rig } from '../fixtures/gateway.ts';

const host = 'http://heat.example:8004';
const eventId = '22222222-2222-4222-8222-222222222222';

function withParts(): Rig & { readonly stack: FakeStack; readonly url: string } {
  const made = rig();
  const stack = made.engine.add('one');
  const resource: ResourceShown = {
    stack: stack.shown.identity,
    name: 'a b',
    type: 'OS::Heat::RandomString',
    action: 'CREATE',
    status: 'COMPLETE',
    reason: 'state changed',
    physicalId: undefined,
    createdAt,
    updatedAt: createdAt + 2_000,
    requiredBy: ['c'],
    description: 'd',
    attributes: undefined,
  };
  const event: EventShown = {
    stack: stack.shown.identity,
    id: eventId,
    at: createdAt,
    resourceName: 'a b',
    resourceType: 'OS::Heat::RandomString',
    action: 'CREATE',
    status: 'IN_PROGRESS',
    reason: 'state changed',
    physicalId: 'phys',
    properties: mapOf([['length', 8n]]),
  };
  stack.resources.push(resource);
  stack.events.push(event);
  return { ...made, stack, url: `/v1/p1/stacks/one/${stack.shown.identity.id}` };
}

describe('resources', () => {
  const entry = (url: string) => ({
    resource_name: 'a b',
    logical_resource_id: 'a b',
    physical_resource_id: '',
    resource_status: 'CREATE_COMPLETE',
    resource_status_reason: 'state changed',
    resource_type: 'OS::Heat::RandomString',
    creation_time: '2026-08-01T12:00:00Z',
    updated_time: '2026-08-01T12:00:02Z',
    required_by: ['c'],
    links: [
      { href: `${host}${url}/resources/a%20b`, rel: 'self' },
      { href: `${host}${url}`, rel: 'stack' },
    ],
  });

  it('are listed in Heat’s keys', async () => {
    const { ask, url, engine } = withParts();
    expect((await ask('GET', `${url}/resources`)).json()).toEqual({ resources: [entry(url)] });
    expect(engine.resourceQueries).toEqual([
      { types: undefined, filters: new Map(), withDetail: false, nestedDepth: 0 },
    ]);
  });

  it('are filtered, and shown with detail', async () => {
    const { ask, url, engine } = withParts();
    const query = 'type=OS::Heat&type=X&status=CREATE_FAILED&action=CREATE&name=n&id=5&physical_resource_id=p';
    const answer = await ask('GET', `${url}/resources?${query}&with_detail=True&nested_depth=9`);
    expect(answer.json().resources).toEqual([{ ...entry(url), description: 'd', attributes: {} }]);
    expect(engine.resourceQueries[0]).toMatchObject({ types: ['OS::Heat', 'X'], withDetail: true, nestedDepth: 5 });
    expect(Object.fromEntries(engine.resourceQueries[0]?.filters ?? [])).toEqual({
      name: ['n'],
      action: ['CREATE'],
      status: ['FAILED'],
      id: ['5'],
      physical_id: ['p'],
    });
  });

  it.each([
    ['nme=x&limit=5', "Invalid filter parameters ['nme', 'limit']"],
    ['nested_depth=deep', "Only integer is acceptable by 'nested_depth'."],
    ['with_detail=1', 'Unrecognized value "1" for "with_detail", acceptable values are: true, false.'],
  ])('refuse %s', async (query, message) => {
    const { ask, url } = withParts();
    const answer = await ask('GET', `${url}/resources?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toEqual({ message, type: 'HTTPBadRequest', traceback: null });
  });

  it('are shown one by one, with the attributes asked for', async () => {
    const { ask, url } = withParts();
    const answer = await ask('GET', `${url}/resources/a%20b?with_attr=x&with_attr=y`);
    expect(answer.json()).toEqual({
      resource: { ...entry(url), description: 'd', attributes: { x: 'asked', y: 'asked' } },
    });
    expect((await ask('GET', `${url}/resources/a%20b/metadata`)).json()).toEqual({ metadata: { a: 1 } });
    const missing = await ask('GET', `${url}/resources/zz`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json().error).toEqual({
      message: 'The Resource (zz) could not be found in Stack one.',
      type: 'ResourceNotFound',
      traceback: null,
    });
  });
});

describe('events', () => {
  const entry = (url: string) => ({
    id: eventId,
    links: [
      { href: `${host}${url}/resources/a%20b/events/${eventId}`, rel: 'self' },
      { href: `${host}${url}/resources/a%20b`, rel: 'resource' },
      { href: `${host}${url}`, rel: 'stack' },
    ],
    event_time: '2026-08-01T12:00:00Z',
    resource_name: 'a b',
    logical_resource_id: 'a b',
    resource_status: 'CREATE_IN_PROGRESS',
    resource_status_reason: 'state changed',
    physical_resource_id: 'phys',
  });

  it('of a stack: newest first', async () => {
    const { ask, url, engine } = withParts();
    expect((await ask('GET', `${url}/events`)).json()).toEqual({ events: [entry(url)] });
    expect(engine.eventQueries[0]).toEqual({
      resourceName: undefined,
      filters: new Map(),
      descending: true,
      sortBy: 'time',
      limit: undefined,
      marker: undefined,
      nestedDepth: undefined,
    });
  });

  it('as heatclient asks while it waits', async () => {
    const { ask, url, engine } = withParts();
    await ask('GET', `${url}/events?sort_dir=asc&marker=${eventId}&limit=7`);
    expect(engine.eventQueries[0]).toMatchObject({ descending: false, marker: eventId, limit: 7, sortBy: 'time' });
  });

  it.each([
    ['sort_keys=resource_type', { sortBy: 'resource_type', descending: false }],
    ['sort_keys=nonsense&sort_keys=event_time&sort_dir=desc', { sortBy: 'time', descending: true }],
    ['sort_keys=nonsense', { sortBy: 'time', descending: true }],
    ['nested_depth=0', { nestedDepth: undefined }],
    ['resource_status=COMPLETE&resource_status=FAILED', { filters: new Map([['status', ['COMPLETE', 'FAILED']]]) }],
    [
      'resource_action=CREATE&resource_name=n&resource_type=t',
      {
        filters: new Map([
          ['action', ['CREATE']],
          ['resource_name', ['n']],
          ['resource_type', ['t']],
        ]),
      },
    ],
  ])('query: %s', async (query, expected) => {
    const { ask, url, engine } = withParts();
    expect((await ask('GET', `${url}/events?${query}`)).statusCode).toBe(200);
    expect(engine.eventQueries[0]).toMatchObject(expected);
  });

  it('of nested stacks tell the root', async () => {
    const { ask, url, engine } = withParts();
    const answer = await ask('GET', `${url}/events?nested_depth=3`);
    expect(answer.json().events[0].links.at(-1)).toEqual({ href: `${host}${url}`, rel: 'root_stack' });
    expect(engine.eventQueries[0]?.nestedDepth).toBe(3);
  });

  it('of a resource, or 404 where there are none', async () => {
    const { ask, url, engine } = withParts();
    expect((await ask('GET', `${url}/resources/a%20b/events?resource_name=zz`)).json()).toEqual({
      events: [entry(url)],
    });
    expect(engine.eventQueries[0]).toMatchObject({ resourceName: 'a b', filters: new Map() });
    const none = await ask('GET', `${url}/resources/zz/events`);
    expect(none.statusCode).toBe(404);
    expect(none.json().error).toEqual({
      message: 'No events found for resource zz',
      type: 'HTTPNotFound',
      traceback: null,
    });
  });

  it('one by one: with type and properties', async () => {
    const { ask, url } = withParts();
    expect((await ask('GET', `${url}/resources/a%20b/events/${eventId}`)).json()).toEqual({
      event: { ...entry(url), resource_type: 'OS::Heat::RandomString', resource_properties: { length: 8 } },
    });
    const missing = await ask('GET', `${url}/resources/a%20b/events/zz`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json().error.message).toBe('No event zz found');
  });

  it('without a physical id: null', async () => {
    const { ask, url, stack } = withParts();
    stack.events = stack.events.map(event => ({ ...event, physicalId: undefined }));
    expect((await ask('GET', `${url}/events`)).json().events[0].physical_resource_id).toBeNull();
  });
});

describe('build info', () => {
  it('is what Heat says', async () => {
    const answer = await rig().ask('GET', '/v1/p1/build_info');
    expect(answer.json()).toEqual({ api: { revision: 'unknown' }, engine: { revision: 'unknown' } });
    expect((await rig().ask('GET', '/v1/p1/build_info', { token: 'stack-user' })).statusCode).toBe(403);
  });
});

describe('what is absent', () => {
  const id = '11111111-1111-4111-8111-111111111111';
  const stack = `/v1/p1/stacks/x/${id}`;

  it.each([
    ['POST', `${stack}/snapshots`, 'Stack snapshot'],
    ['DELETE', `${stack}/snapshots/s`, 'Stack snapshot'],
    ['GET', '/v1/p1/software_deployments', 'Software deployment'],
    ['GET', '/v1/p1/software_deployments/metadata/s', 'Software deployment'],
  ] as const)('%s %s: 501', async (method, url, feature) => {
    const answer = await rig().ask(method, url);
    expect(answer.statusCode).toBe(501);
    expect(answer.json()).toEqual({
      code: 501,
      title: 'Not Implemented',
      explanation: 'The server has either erred or is incapable of performing the requested operation.',
      error: { message: `${feature} is not available in this version.`, type: 'NotImplementedError', traceback: null },
    });
  });

  it('asks for rights first', async () => {
    expect((await rig().ask('POST', `${stack}/snapshots`, { token: 'stack-user' })).json().error.message).toBe(
      'You are not authorized to use stacks:snapshot.',
    );
    expect((await rig().ask('GET', '/v1/p1/services')).statusCode).toBe(403);
  });

  it.each([
    ['DELETE', 'abandon'],
    ['GET', 'export'],
  ] as const)('%s /%s is switched off, as in Heat', async (method, suffix) => {
    const answer = await rig().ask(method, `${stack}/${suffix}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toEqual({
      message: 'Stack Abandon is not supported.',
      type: 'NotSupported',
      traceback: null,
    });
  });
});

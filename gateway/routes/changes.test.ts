/** PUT and PATCH of a stack, previews, actions, health, why. */
import { describe, expect, it } from 'vitest';
import { errors } from '../../engine/kernel/errors.ts';
import { emptyMap, mapOf } from '../../engine/values/value.ts';
import { createdAt, type FakeStack } from '../fixtures/engine.ts';
import { type Rig, rig } from '../fixtures/gateway.ts';

const template = { heat_template_version: '2018-08-31' };
const malformed = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';

function withStack(): Rig & { readonly stack: FakeStack; readonly url: string } {
  const made = rig();
  const stack = made.engine.add('one');
  return { ...made, stack, url: `/v1/p1/stacks/one/${stack.shown.identity.id}` };
}

describe('PUT of a stack', () => {
  it('is accepted, in WebOb’s words', async () => {
    const { ask, engine, url } = withStack();
    const answer = await ask('PUT', url, { body: { template, stack_name: 5, bogus: 1 } });
    expect(answer.statusCode).toBe(202);
    expect(answer.json()).toEqual({
      message: 'The request is accepted for processing.<br /><br />\n\n\n',
      code: '202 Accepted',
      title: 'Accepted',
    });
    expect(engine.changes).toEqual([
      {
        existing: false,
        template: mapOf([['heat_template_version', '2018-08-31']]),
        environment: undefined,
        environmentFiles: [],
        files: new Map(),
        parameters: emptyMap,
        clearParameters: [],
        timeoutMins: undefined,
        disableRollback: undefined,
        tags: undefined,
        converge: false,
      },
    ]);
  });

  it('brings all that it may', async () => {
    const { ask, engine, url } = withStack();
    const body = {
      template: 'heat_template_version: 2018-08-31',
      parameters: { a: 1 },
      environment: 'parameters: {b: 2}',
      environment_files: ['e'],
      files: { e: '{}' },
      timeout_mins: '5',
      disable_rollback: 'TRUE',
      tags: '',
      converge: true,
      clear_parameters: ['only PATCH looks at it'],
    };
    expect((await ask('PUT', url, { body })).statusCode).toBe(202);
    expect(engine.changes[0]).toMatchObject({
      template: body.template,
      environment: body.environment,
      environmentFiles: ['e'],
      timeoutMins: 5,
      disableRollback: true,
      tags: [''],
      converge: true,
      clearParameters: [],
    });
  });

  it('leaves the timeout with 0 and with null', async () => {
    const { ask, engine, url } = withStack();
    await ask('PUT', url, { body: { template, timeout_mins: 0 } });
    await ask('PUT', url, { body: { template, timeout_mins: null } });
    expect(engine.changes.map(({ timeoutMins }) => timeoutMins)).toEqual([undefined, undefined]);
  });

  it.each([
    [{}, 'HTTPBadRequest', 'No template specified'],
    [{ template: null }, 'HTTPBadRequest', 'No template specified'],
    [{ template: 5 }, 'HTTPBadRequest', `${malformed} "template" must be a map or a text, not a number.`],
    [
      { template, timeout_mins: -1 },
      'HTTPBadRequest',
      "Value '-1' is invalid for 'timeout_mins' which only accepts non-negative integer.",
    ],
    [{ template, timeout_mins: 'x' }, 'HTTPBadRequest', "Only integer is acceptable by 'timeout_mins'."],
    [{ template, tags: 'x'.repeat(81) }, 'HTTPBadRequest', expect.stringContaining('is longer than 80 characters')],
    [{ template, disable_rollback: 'maybe' }, 'ValueError', expect.stringContaining('"maybe"')],
    [{ template, disable_rollback: null }, 'ValueError', expect.stringContaining('null')],
    [{ template, converge: 'maybe' }, 'ValueError', expect.stringContaining('"maybe"')],
    [
      { template, environment_files: ['e'] },
      'HTTPBadRequest',
      '"environment_files" names "e", which is not among "files".',
    ],
  ])('%j is refused', async (body, type, message) => {
    const { ask, engine, url } = withStack();
    const answer = await ask('PUT', url, { body });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toMatchObject({ type, message });
    expect(engine.changes).toEqual([]);
  });

  it('without a body is malformed, as a stack user not allowed', async () => {
    const { ask, url } = withStack();
    expect((await ask('PUT', url)).json().error.message).toBe(`${malformed} The request has no body.`);
    const denied = await ask('PUT', url, { body: { template }, token: 'stack-user' });
    expect(denied.statusCode).toBe(403);
    expect(denied.json().error.message).toBe('You are not authorized to use stacks:update.');
  });

  it('says what the engine refuses', async () => {
    const { ask, engine, url } = withStack();
    engine.failure = errors.NotSupported({ feature: 'Updating a stack when it is suspended' });
    const answer = await ask('PUT', url, { body: { template } });
    expect([answer.statusCode, answer.json().error.message]).toEqual([
      400,
      'Updating a stack when it is suspended is not supported.',
    ]);
  });

  it('by name is a redirect, an id that is none a 404', async () => {
    const { ask, stack } = withStack();
    const found = await ask('PUT', '/v1/p1/stacks/one', { body: { template } });
    expect([found.statusCode, found.headers['location']]).toEqual([
      302,
      `http://heat.example:8004/v1/p1/stacks/one/${stack.shown.identity.id}`,
    ]);
    expect((await ask('PUT', '/v1/p1/stacks/one/no-uuid', { body: { template } })).statusCode).toBe(404);
  });
});

describe('PATCH of a stack', () => {
  it('needs nothing but a body', async () => {
    const { ask, engine, url } = withStack();
    expect((await ask('PATCH', url, { body: {} })).statusCode).toBe(202);
    expect(engine.changes[0]).toMatchObject({ existing: true, template: undefined, tags: undefined });
    expect((await ask('PATCH', url)).statusCode).toBe(400);
  });

  it('clears parameters, keeps tags for null, and may name kept files', async () => {
    const { ask, engine, url } = withStack();
    const body = { clear_parameters: ['a', 'b'], tags: null, environment_files: ['kept'] };
    expect((await ask('PATCH', url, { body })).statusCode).toBe(202);
    expect(engine.changes[0]).toMatchObject({
      clearParameters: ['a', 'b'],
      tags: undefined,
      environmentFiles: ['kept'],
    });
  });

  it.each([
    [5, 'must be a list of names, not a number.'],
    [null, 'must be a list of names, not null.'],
    [[1], 'must hold names, not a number.'],
  ])('refuses clear_parameters: %j', async (names, hint) => {
    const { ask, url } = withStack();
    const answer = await ask('PATCH', url, { body: { clear_parameters: names } });
    expect([answer.statusCode, answer.json().error.message]).toEqual([400, `${malformed} "clear_parameters" ${hint}`]);
  });

  it.each([
    [{}, 'update_no_change'],
    [{ template: null, files: {}, environment: '', parameters: {}, environment_files: [] }, 'update_no_change'],
    [{ existing: true }, 'update_no_change'],
    [{ parameters: { a: 1 } }, 'update_patch'],
    [{ template }, 'update_patch'],
    [{ tags: null }, 'update_patch'],
    [{ converge: true }, 'update_patch'],
  ])('%j needs the right to %s', async (body, policy) => {
    const { ask, url } = withStack();
    const answer = await ask('PATCH', url, { body, token: 'stack-user' });
    expect(answer.json().error).toMatchObject({
      type: 'Forbidden',
      message: `You are not authorized to use stacks:${policy}.`,
    });
  });
});

describe('the preview of an update', () => {
  const made = {
    name: 'r',
    type: 'OS::Heat::Value',
    description: 'd',
    requiredBy: ['s'],
    metadata: emptyMap,
    properties: emptyMap,
    attributes: mapOf([['value', 'v']]),
    action: 'CREATE',
    status: 'COMPLETE',
    reason: 'state changed',
    physicalId: 'phys',
    createdAt,
    updatedAt: createdAt,
    because: ['value: 1 → 2, in place'],
    calls: ['PUT network /v2.0/networks/phys'],
  };

  it('shows resources in the engine’s form, without properties', async () => {
    const { ask, engine, stack, url } = withStack();
    engine.preview = { ...engine.preview, updated: [made] };
    const answer = await ask('PUT', `${url}/preview?show_nested=true`, { body: { template } });
    const { project: tenant, name: stack_name, id: stack_id } = stack.shown.identity;
    expect(answer.json()).toEqual({
      resource_changes: {
        unchanged: [],
        updated: [
          {
            updated_time: '2026-08-01T12:00:00Z',
            creation_time: '2026-08-01T12:00:00Z',
            resource_name: 'r',
            physical_resource_id: 'phys',
            resource_action: 'CREATE',
            resource_status: 'COMPLETE',
            resource_status_reason: 'state changed',
            resource_type: 'OS::Heat::Value',
            resource_identity: { tenant, stack_name, stack_id, path: '/resources/r' },
            stack_identity: { tenant, stack_name, stack_id, path: '' },
            stack_name,
            required_by: ['s'],
            description: 'd',
            metadata: {},
            attributes: { value: 'v' },
            because: ['value: 1 → 2, in place'],
            calls: ['PUT network /v2.0/networks/phys'],
          },
        ],
        replaced: [],
        added: [],
        deleted: [],
      },
    });
    expect(engine.previews).toEqual([{ change: expect.objectContaining({ existing: false }), withNested: true }]);
  });

  it('of a PATCH needs no template; GET is a wrong method', async () => {
    const { ask, engine, url } = withStack();
    expect((await ask('PATCH', `${url}/preview`, { body: {} })).statusCode).toBe(200);
    expect(engine.previews).toEqual([{ change: expect.objectContaining({ existing: true }), withNested: false }]);
    expect((await ask('GET', `${url}/preview`)).statusCode).toBe(405);
    expect((await ask('PUT', `${url}/preview?show_nested=x`, { body: { template } })).statusCode).toBe(400);
  });

  it('names the stack below that a resource is of', async () => {
    const { ask, engine, url } = withStack();
    const child = engine.add('child').shown.identity;
    engine.preview = { ...engine.preview, added: [{ ...made, stack: child }] };
    const { resource_changes: changes } = (await ask('PATCH', `${url}/preview`, { body: {} })).json();
    expect(changes.added[0]).toMatchObject({ stack_name: 'child', stack_identity: { stack_id: child.id } });
  });
});

describe('actions', () => {
  it.each(['suspend', 'resume', 'check', 'cancel_update', 'cancel_without_rollback'])('%s', async action => {
    const { ask, engine, url } = withStack();
    const answer = await ask('POST', `${url}/actions`, { body: { [action]: null } });
    expect([answer.statusCode, answer.body]).toEqual([200, 'null']);
    expect(engine.acted).toEqual([action]);
  });

  it.each([
    [undefined, 'No action specified'],
    [{}, 'No action specified'],
    [{ suspend: null, check: null }, 'Multiple actions specified'],
    [{ bogus: null }, 'Invalid action bogus specified'],
    [{ toString: null }, 'Invalid action toString specified'],
  ])('%j is refused', async (body, message) => {
    const { ask, engine, url } = withStack();
    const answer = await ask('POST', `${url}/actions`, body === undefined ? {} : { body });
    expect([answer.statusCode, answer.json().error.message]).toEqual([400, message]);
    expect(engine.acted).toEqual([]);
  });

  it('need their right; by name they redirect', async () => {
    const { ask, url } = withStack();
    const denied = await ask('POST', `${url}/actions`, { body: { check: null }, token: 'stack-user' });
    expect(denied.json().error.message).toBe('You are not authorized to use actions:action.');
    const found = await ask('POST', '/v1/p1/stacks/one/actions', { body: { check: null } });
    expect([found.statusCode, found.headers['location']]).toEqual([302, `http://heat.example:8004${url}/actions`]);
  });
});

describe('the health of a resource', () => {
  function withResource(): ReturnType<typeof withStack> {
    const made = withStack();
    made.stack.resources.push({
      stack: made.stack.shown.identity,
      name: 'r',
      type: 'OS::Heat::Value',
      action: 'CREATE',
      status: 'COMPLETE',
      reason: '',
      physicalId: undefined,
      createdAt,
      updatedAt: createdAt,
      requiredBy: [],
      description: '',
      attributes: undefined,
    });
    return made;
  }

  it.each([
    [
      { mark_unhealthy: true, resource_status_reason: 'smells' },
      { unhealthy: true, reason: 'smells' },
    ],
    [
      { mark_unhealthy: 'True', resource_status_reason: null },
      { unhealthy: true, reason: undefined },
    ],
    [
      { mark_unhealthy: false, resource_status_reason: '' },
      { unhealthy: false, reason: undefined },
    ],
  ])('%j', async (body, mark) => {
    const { ask, engine, url } = withResource();
    const answer = await ask('PATCH', `${url}/resources/r`, { body });
    expect([answer.statusCode, answer.body]).toEqual([200, 'null']);
    expect(engine.marks).toEqual([{ name: 'r', mark }]);
  });

  it.each([
    [{}, 'Missing mandatory (mark_unhealthy) key from mark unhealthy request'],
    [{ resource_status_reason: 'x' }, 'Missing mandatory (mark_unhealthy) key from mark unhealthy request'],
    [{ mark_unhealthy: true, other: 1 }, "Invalid keys in resource mark unhealthy {'other'}"],
    [
      { mark_unhealthy: 'maybe' },
      'Unrecognized value "maybe" for "mark_unhealthy", acceptable values are: true, false.',
    ],
    [{ mark_unhealthy: 1 }, 'Unrecognized value "1" for "mark_unhealthy", acceptable values are: true, false.'],
    [{ mark_unhealthy: null }, 'Unrecognized value "None" for "mark_unhealthy", acceptable values are: true, false.'],
    [
      { mark_unhealthy: true, resource_status_reason: 5 },
      `${malformed} "resource_status_reason" must be a text, not a number.`,
    ],
  ])('%j is refused', async (body, message) => {
    const { ask, engine, url } = withResource();
    const answer = await ask('PATCH', `${url}/resources/r`, { body });
    expect([answer.statusCode, answer.json().error.message]).toEqual([400, message]);
    expect(engine.marks).toEqual([]);
  });

  it('of one that is not there is not found', async () => {
    const { ask, url } = withResource();
    const answer = await ask('PATCH', `${url}/resources/none`, { body: { mark_unhealthy: true } });
    expect([answer.statusCode, answer.json().error.type]).toEqual([404, 'ResourceNotFound']);
  });
});

describe('why', () => {
  it('shows obstacles, debts, strikes', async () => {
    const { ask, engine, url } = withStack();
    engine.reasons = {
      state: 'UPDATE_IN_PROGRESS',
      reason: 'Stack UPDATE started',
      obstacles: [
        {
          path: ['group', 'member'],
          type: 'OS::Nova::Server',
          state: 'CREATE_IN_PROGRESS',
          waitsFor: ['Nova'],
          since: createdAt,
          lastError: 'no host',
          nextTry: createdAt + 1_000,
        },
      ],
      debts: [{ type: 'OS::Nova::Server', mark: 'm', until: createdAt }],
      parked: 'BrokenInvariant',
      strikes: 2,
    };
    expect((await ask('GET', `${url}/why`)).json()).toEqual({
      why: {
        stack_status: 'UPDATE_IN_PROGRESS',
        stack_status_reason: 'Stack UPDATE started',
        obstacles: [
          {
            path: ['group', 'member'],
            resource_type: 'OS::Nova::Server',
            resource_status: 'CREATE_IN_PROGRESS',
            waits_for: ['Nova'],
            since: '2026-08-01T12:00:00Z',
            last_error: 'no host',
            next_retry: '2026-08-01T12:00:01Z',
          },
        ],
        debts: [{ resource_type: 'OS::Nova::Server', mark: 'm', until: '2026-08-01T12:00:00Z' }],
        parked: 'BrokenInvariant',
        strikes: 2,
      },
    });
    expect((await ask('GET', `${url}/why`, { token: 'stack-user' })).statusCode).toBe(403);
  });
});

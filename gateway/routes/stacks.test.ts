import { describe, expect, it } from 'vitest';
import { limits } from '../../engine/kernel/limits.ts';
import { float, mapOf } from '../../engine/values/value.ts';
import { rig } from '../fixtures/gateway.ts';

const url = '/v1/p1/stacks';
const malformed = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';
const template = { heat_template_version: '2016-10-14' };

describe('POST /stacks', () => {
  it('answers 201 with the id and where it is', async () => {
    const { ask, engine } = rig();
    const answer = await ask('POST', url, { body: { stack_name: 'teststack', template } });
    expect(answer.statusCode).toBe(201);
    const id = engine.stacks[0]?.shown.identity.id;
    const href = `http://heat.example:8004/v1/p1/stacks/teststack/${id}`;
    expect(answer.headers['location']).toBe(href);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.json()).toEqual({ stack: { id, links: [{ href, rel: 'self' }] } });
  });

  it('hands the engine what heatclient sends, nothing lost', async () => {
    const { ask, engine } = rig();
    const body = `{"stack_name": "a", "disable_rollback": true, "files": {"f.yaml": "x: 1"}, "environment": {},
      "environment_files": ["f.yaml"], "parameters": {"n": 1.0, "big": 12345678901234567890, "__proto__": "p"},
      "template": {"heat_template_version": "pike", "2": "b", "1": "a"}, "timeout_mins": "15", "tags": "a, b,c",
      "show_nested": false, "unknown": [null]}`;
    expect((await ask('POST', url, { body })).statusCode).toBe(201);
    expect(engine.requests).toEqual([
      {
        name: 'a',
        template: mapOf([
          ['heat_template_version', 'pike'],
          ['2', 'b'],
          ['1', 'a'],
        ]),
        environment: new Map(),
        environmentFiles: ['f.yaml'],
        files: new Map([['f.yaml', 'x: 1']]),
        parameters: mapOf([
          ['n', float('1.0')],
          ['big', 12345678901234567890n],
          ['__proto__', 'p'],
        ]),
        timeoutMins: 15,
        disableRollback: true,
        tags: ['a', 'b', 'c'],
      },
    ]);
    const keys = engine.requests[0]?.template;
    expect(keys instanceof Map ? [...keys.keys()] : []).toEqual(['heat_template_version', '2', '1']);
  });

  it('takes the least: a name and a template as text', async () => {
    const { ask, engine } = rig();
    const headers = { 'content-type': undefined };
    const text = 'heat_template_version: 2016-10-14';
    const body = JSON.stringify({ stack_name: 'A.b_c-1', template: text, files: null, environment: null, tags: null });
    expect((await ask('POST', url, { body, headers })).statusCode).toBe(201);
    expect(engine.requests[0]).toEqual({
      name: 'A.b_c-1',
      template: text,
      environment: undefined,
      environmentFiles: [],
      files: new Map(),
      parameters: new Map(),
      timeoutMins: undefined,
      disableRollback: undefined,
      tags: undefined,
    });
  });

  it('passes the clash of names on', async () => {
    const { ask } = rig();
    await ask('POST', url, { body: { stack_name: 'a', template } });
    const answer = await ask('POST', url, { body: { stack_name: 'a', template } });
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toEqual({
      code: 409,
      title: 'Conflict',
      explanation: 'There was a conflict when trying to complete your request.',
      error: { message: 'The Stack (a) already exists.', type: 'StackExists', traceback: null },
    });
  });

  const longTag = 'x'.repeat(limits.maxTagLength + 1);
  const nameRule =
    'must contain only alphanumeric or "_-." characters, must start with alpha and must be 255 characters or less.';

  it.each([
    [{ template }, 'HTTPBadRequest', 'No stack name specified'],
    [{ stack_name: 'a' }, 'HTTPBadRequest', 'No template specified'],
    [{ stack_name: 'a', template: null }, 'HTTPBadRequest', 'No template specified'],
    [{ stack_name: '1a', template }, 'StackValidationFailed', `Invalid stack name 1a ${nameRule}`],
    [{ stack_name: '', template }, 'StackValidationFailed', `Invalid stack name  ${nameRule}`],
    [{ stack_name: 'a\n', template }, 'StackValidationFailed', `Invalid stack name a\n ${nameRule}`],
    [{ stack_name: `a${'b'.repeat(255)}`, template }, 'StackValidationFailed', 'characters or less.'],
    [{ stack_name: 5, template }, 'StackValidationFailed', 'Invalid stack name 5, must be a string'],
    [{ stack_name: null, template }, 'StackValidationFailed', 'Invalid stack name None, must be a string'],
    [{ stack_name: 'a', template: 5 }, 'HTTPBadRequest', malformed],
    [{ stack_name: 'a', template: ['x'] }, 'HTTPBadRequest', '"template" must be a map or a text, not a list.'],
    [{ stack_name: 'a', template_url: 5 }, 'HTTPBadRequest', '"template_url" must be a text, not a number.'],
    [{ stack_name: 'a', template, adopt_stack_data: '{}' }, 'NotSupported', 'Stack Adopt is not supported.'],
    [{ stack_name: 'a', template, files_container: 'c' }, 'NotSupported', 'files_container'],
    [
      { stack_name: 'a', template, converge: false },
      'HTTPBadRequest',
      'converge flag only supported in stack update (or update preview) request.',
    ],
    [
      { stack_name: 'a', template, timeout_mins: 'x' },
      'HTTPBadRequest',
      "Only integer is acceptable by 'timeout_mins'.",
    ],
    [
      { stack_name: 'a', template, timeout_mins: 1.5 },
      'HTTPBadRequest',
      "Only integer is acceptable by 'timeout_mins'.",
    ],
    [
      { stack_name: 'a', template, timeout_mins: true },
      'HTTPBadRequest',
      "Only integer is acceptable by 'timeout_mins'.",
    ],
    [
      { stack_name: 'a', template, timeout_mins: -1 },
      'HTTPBadRequest',
      "Value '-1' is invalid for 'timeout_mins' which only accepts non-negative integer.",
    ],
    [{ stack_name: 'a', template, timeout_mins: '9'.repeat(400) }, 'HTTPBadRequest', "is invalid for 'timeout_mins'"],
    [{ stack_name: 'a', template, disable_rollback: 'maybe' }, 'ValueError', 'Unrecognized value "maybe"'],
    [{ stack_name: 'a', template, disable_rollback: null }, 'ValueError', 'acceptable values are: true, false.'],
    [{ stack_name: 'a', template, tags: ['a'] }, 'ValueError', '"tags" must be one string'],
    [
      { stack_name: 'a', template, tags: `a,${longTag}` },
      'HTTPBadRequest',
      `Invalid tag, "${longTag}" is longer than 80 characters`,
    ],
    [{ stack_name: 'a', template, parameters: null }, 'HTTPBadRequest', malformed],
    [{ stack_name: 'a', template, parameters: 3 }, 'HTTPBadRequest', '"parameters" must be a map'],
    [{ stack_name: 'a', template, parameters: 'p' }, 'ValueError', '"parameters" must be a map'],
    [{ stack_name: 'a', template, parameters: [1] }, 'ValueError', '"parameters" must be a map'],
    [{ stack_name: 'a', template, environment: [] }, 'HTTPBadRequest', '"environment" must be a map or a text'],
    [{ stack_name: 'a', template, environment: 7 }, 'HTTPBadRequest', malformed],
    [{ stack_name: 'a', template, files: [] }, 'ValueError', '"files" must be a map of names to texts, not a list.'],
    [{ stack_name: 'a', template, files: { f: {} } }, 'ValueError', 'the content of "f" must be a text, not a map.'],
    [{ stack_name: 'a', template, environment_files: 'f' }, 'ValueError', '"environment_files" must be a list'],
    [{ stack_name: 'a', template, environment_files: [1] }, 'ValueError', '"environment_files" must hold names'],
    [
      { stack_name: 'a', template, environment_files: ['f'] },
      'HTTPBadRequest',
      'names "f", which is not among "files"',
    ],
  ])('%j: 400', async (body, type, message) => {
    const { ask, engine } = rig();
    const answer = await ask('POST', url, { body });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.type).toBe(type);
    expect(answer.json().error.message).toContain(message);
    expect(engine.requests).toEqual([]);
  });

  it.each([
    [{ timeout_mins: 0 }, { timeoutMins: undefined }],
    [{ timeout_mins: '0' }, { timeoutMins: undefined }],
    [{ disable_rollback: 'False' }, { disableRollback: false }],
    [{ disable_rollback: 'true' }, { disableRollback: true }],
    [{ tags: '' }, { tags: [''] }],
    [{ tags: 'x'.repeat(80) }, { tags: ['x'.repeat(80)] }],
    [{ parameters: {} }, { parameters: new Map() }],
    [{ environment: 'parameters: {a: 1}' }, { environment: 'parameters: {a: 1}' }],
    [{ environment: '' }, { environment: undefined }],
    [{ environment_files: [] }, { environmentFiles: [] }],
    [{ template_url: 'http://x/y' }, { template: new Map([['heat_template_version', '2016-10-14']]) }],
    [
      { template: null, template_url: 'http://x/y' },
      { template: '', templateUrl: 'http://x/y' },
    ],
    [{ adopt_stack_data: null, files_container: null }, {}],
  ])('takes %j', async (more, expected) => {
    const { ask, engine } = rig();
    const answer = await ask('POST', url, { body: { stack_name: 'a', template, ...more } });
    expect(answer.statusCode).toBe(201);
    expect(engine.requests[0]).toMatchObject(expected);
  });
});

describe('a body that is none', () => {
  it.each([
    ['nothing', '', 'application/json', 'The request has no body.'],
    ['garbage', 'x'.repeat(1_000_000), 'application/json', 'The body does not begin with "{".'],
    ['a list', '[{}]', 'application/json', 'The body does not begin with "{".'],
    ['a blank before it', ' {"stack_name": "a"}', 'application/json', 'The body does not begin with "{".'],
    [
      'another content type',
      '{"stack_name": "a"}',
      'text/html',
      'The Content-Type "text/html" is not application/json.',
    ],
    ['a content type that is none', '{}', 'x y;;', 'is not application/json.'],
  ])('%s: 400, Heat’s text and then ours', async (_what, body, type, hint) => {
    const answer = await rig().ask('POST', url, { body, headers: { 'content-type': type } });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.message.startsWith(malformed)).toBe(true);
    expect(answer.json().error.message).toContain(hint);
    expect(answer.json().error.type).toBe('HTTPBadRequest');
  });

  it.each(['JSON', 'application/json; charset=utf-8', 'text/plain', 'text/plain;charset=utf-8', undefined])(
    'Content-Type %s is taken for JSON',
    async type => {
      const { ask, engine } = rig();
      const body = JSON.stringify({ stack_name: 'a', template });
      expect((await ask('POST', url, { body, headers: { 'content-type': type } })).statusCode).toBe(201);
      expect(engine.requests).toHaveLength(1);
    },
  );

  it.each([
    ['cut off', '{"stack_name": "a", "template": {', 'line 1 column'],
    ['NUL in it', '{"stack_name": "a\\u0000", "template": {}}', 'line 1 column'],
    ['a number of too many digits', `{"stack_name": "a", "x": ${'9'.repeat(5_000)}}`, 'line 1 column'],
    ['too deep', `{"x": ${'['.repeat(200)}${']'.repeat(200)}}`, 'line 1 column'],
    ['NaN', '{"x": NaN}', 'line 1 column'],
    ['text after it', '{} {}', 'line 1 column'],
  ])('%s: 400 with the place', async (_what, body, place) => {
    const answer = await rig().ask('POST', url, { body });
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.type).toBe('HTTPBadRequest');
    expect(answer.json().error.message).toContain(place);
  });

  it('not UTF-8: 400', async () => {
    const body = Buffer.concat([Buffer.from('{"stack_name": "'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect((await rig().ask('POST', url, { body })).statusCode).toBe(400);
  });

  it('a number of 400 digits is no harm where nobody asks for it', async () => {
    const { ask, engine } = rig();
    const body = `{"stack_name": "a", "template": {}, "parameters": {"n": ${'9'.repeat(400)}}}`;
    expect((await ask('POST', url, { body })).statusCode).toBe(201);
    expect(engine.requests[0]?.parameters.get('n')).toBe(BigInt('9'.repeat(400)));
  });

  it('a missing project comes after a body that is no JSON, a missing right after both', async () => {
    const other = '/v1/p2/stacks';
    expect((await rig().ask('POST', other, { body: '{' })).statusCode).toBe(400);
    expect((await rig().ask('POST', other, { body: '{}' })).statusCode).toBe(403);
    expect((await rig().ask('POST', url, { token: 'stack-user', body: '{}' })).statusCode).toBe(403);
  });
});

describe('sizes', () => {
  const post = async (body: unknown) => (await rig().ask('POST', url, { body: JSON.stringify(body) })).json().error;

  it('a template of 600 KB, as text or as a map, is over the limit', async () => {
    for (const large of ['x'.repeat(600_000), { description: 'x'.repeat(600_000) }]) {
      const error = await post({ stack_name: 'a', template: large });
      expect(error.type).toBe('RequestLimitExceeded');
      expect(error.message).toMatch(
        /^Request limit exceeded: Template size \(6000\d\d bytes\) exceeds maximum allowed size \(524288 bytes\)\.$/,
      );
    }
  });

  it('is counted in characters', async () => {
    const { ask, engine } = rig();
    const text = '😀'.repeat(200_000);
    expect((await ask('POST', url, { body: JSON.stringify({ stack_name: 'a', template: text }) })).statusCode).toBe(
      201,
    );
    expect(engine.requests).toHaveLength(1);
    const error = await post({ stack_name: 'a', template: 'x'.repeat(limits.maxTemplateBytes + 1) });
    expect(error.message).toContain('Template size (524289 bytes)');
    expect(await post({ stack_name: 'b', template: 'x'.repeat(limits.maxTemplateBytes) })).toBeUndefined();
  });

  it('of a gateway may be smaller', async () => {
    const { ask } = rig({ limits: { maxBodyBytes: 100, maxTemplateBytes: 10 } });
    const answer = await ask('POST', url, { body: { stack_name: 'a', template: 'x'.repeat(11) } });
    expect(answer.json().error.message).toContain('Template size (11 bytes) exceeds maximum allowed size (10 bytes).');
    const larger = await ask('POST', url, { body: { stack_name: 'a', template: 'x'.repeat(100) } });
    expect(larger.json().error.message).toContain('JSON body size (');
  });
});

describe('GET /stacks', () => {
  const created = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

  it('shows each stack in Heat’s keys', async () => {
    const { ask, engine } = rig();
    const { id } = engine.add('one', {
      createdAt: created,
      updatedAt: created + 1_000,
      parent: 'parent-id',
      tags: ['a'],
      userProject: 'domain-project',
    }).shown.identity;
    const answer = await ask('GET', url);
    expect(Object.keys(answer.json())).toEqual(['stacks']);
    const entry = {
      id,
      links: [{ href: `http://heat.example:8004/v1/p1/stacks/one/${id}`, rel: 'self' }],
      stack_name: 'one',
      description: '',
      stack_status: 'CREATE_COMPLETE',
      stack_status_reason: 'Stack CREATE completed successfully',
      creation_time: '2026-01-02T03:04:05Z',
      updated_time: '2026-01-02T03:04:06Z',
      deletion_time: null,
      stack_owner: 'demo',
      parent: 'parent-id',
      stack_user_project_id: 'domain-project',
      tags: ['a'],
    };
    expect(answer.json().stacks).toEqual([entry]);
    expect(Object.keys(answer.json().stacks[0])).toEqual(Object.keys(entry));
    const detail = await ask('GET', `${url}/detail?limit=0&status=nonsense`, { token: 'admin' });
    expect(detail.json()).toEqual({ stacks: [entry] });
    expect(engine.stackQueries.at(-1)).toMatchObject({ limit: undefined, global: true });
  });

  it('asks for what Heat shows by default', async () => {
    const { ask, engine } = rig();
    await ask('GET', `${url}?limit=&marker=&status=&show_deleted=&nonsense=1&__proto__=2&tags=`);
    expect(engine.stackQueries).toEqual([
      {
        filters: new Map(),
        tags: { notAny: ['data-processing-cluster'] },
        showNested: false,
        showDeleted: false,
        sort: [{ column: 'created_at', descending: true }],
        limit: undefined,
        marker: undefined,
        withCount: false,
        global: false,
      },
    ]);
  });

  it.each([
    ['status=COMPLETE', { status: ['COMPLETE'] }],
    ['status=CREATE_COMPLETE&status=DELETE_FAILED', { action: ['CREATE', 'DELETE'], status: ['COMPLETE', 'FAILED'] }],
    ['stack_status=CREATE_IN_PROGRESS&action=UPDATE', { action: ['UPDATE', 'CREATE'], status: ['IN_PROGRESS'] }],
    ['status=nonsense', { status: ['nonsense'] }],
    ['name=a&stack_name=b&name=a', { name: ['a', 'b'] }],
    ['id=x&owner_id=o&parent=q', { id: ['x'], owner: ['o', 'q'] }],
    ['username=u&stack_owner=v', { username: ['u', 'v'] }],
    [
      'tenant=t&stack_status_reason=r&disable_rollback=True&timeout_mins=5&stack_user_project_id=d',
      { project: ['t'], reason: ['r'], disable_rollback: ['True'], timeout_mins: ['5'], user_project: ['d'] },
    ],
  ])('filters: %s', async (query, filters) => {
    const { ask, engine } = rig();
    expect((await ask('GET', `${url}?${query}`)).statusCode).toBe(200);
    expect(Object.fromEntries(engine.stackQueries[0]?.filters ?? [])).toEqual(filters);
  });

  it.each([
    ['sort_keys=stack_name', [{ column: 'name', descending: false }]],
    [
      'sort_keys=stack_status&sort_keys=creation_time&sort_keys=constructor&sort_dir=desc',
      [
        { column: 'status', descending: true },
        { column: 'created_at', descending: true },
      ],
    ],
    ['sort_keys=nonsense', [{ column: 'created_at', descending: true }]],
    ['sort_dir=asc', [{ column: 'created_at', descending: false }]],
    ['sort_keys=updated_time&sort_dir=asc', [{ column: 'updated_at', descending: false }]],
  ])('order: %s', async (query, sort) => {
    const { ask, engine } = rig();
    await ask('GET', `${url}?${query}`);
    expect(engine.stackQueries[0]?.sort).toEqual(sort);
  });

  it.each([
    ['tags=a,b', { all: ['a', 'b'], notAny: ['data-processing-cluster'] }],
    [
      'tags_any=a,%20b&not_tags=c&not_tags_any=d',
      { any: ['a', 'b'], notAll: ['c'], notAny: ['d', 'data-processing-cluster'] },
    ],
    ['show_hidden=TRUE', {}],
  ])('tags: %s', async (query, tags) => {
    const { ask, engine } = rig();
    await ask('GET', `${url}?${query}`);
    expect(engine.stackQueries[0]?.tags).toEqual(tags);
  });

  it.each([
    ['limit=x', "Only integer is acceptable by 'limit'."],
    ['limit=05', "Only integer is acceptable by 'limit'."],
    ['limit=-1', "Value '-1' is invalid for 'limit' which only accepts non-negative integer."],
    ['show_deleted=yes', 'Unrecognized value "yes" for "show_deleted", acceptable values are: true, false.'],
    ['show_nested=1', 'Unrecognized value "1" for "show_nested", acceptable values are: true, false.'],
    ['with_count=x', 'Unrecognized value "x" for "with_count", acceptable values are: true, false.'],
    ['global_tenant=x', 'Unrecognized value "x" for "global_tenant", acceptable values are: true, false.'],
    [`tags=${'t'.repeat(81)}`, `Invalid tag, "${'t'.repeat(81)}" is longer than 80 characters`],
  ])('%s: 400', async (query, message) => {
    const answer = await rig().ask('GET', `${url}?${query}`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error).toEqual({ message, type: 'HTTPBadRequest', traceback: null });
  });

  it('sort_dir=up: 400 ValueError', async () => {
    const answer = await rig().ask('GET', `${url}?sort_dir=up`);
    expect(answer.statusCode).toBe(400);
    expect(answer.json().error.type).toBe('ValueError');
  });

  it('says where the next page is, when this one is full', async () => {
    const { ask, engine } = rig();
    const ids = ['a', 'b', 'c'].map(name => engine.add(name).shown.identity.id);
    const page = await ask('GET', `${url}?limit=2&name=a%20b&marker=m&show_nested=true`);
    expect(page.json().links).toEqual([
      {
        rel: 'next',
        href: `http://heat.example:8004/v1/p1/stacks?limit=2&name=a+b&show_nested=true&marker=${ids[1]}`,
      },
    ]);
    expect(engine.stackQueries[0]).toMatchObject({ limit: 2, marker: 'm', showNested: true });
    expect((await ask('GET', `${url}?limit=4`)).json()).not.toHaveProperty('links');
    expect((await ask('GET', `${url}?limit=0`)).json()).toEqual({ stacks: [] });
  });

  it('counts when asked', async () => {
    const { ask, engine } = rig();
    engine.add('a');
    engine.add('b');
    expect((await ask('GET', `${url}?with_count=True&limit=1`)).json()).toMatchObject({ count: 2, stacks: [{}] });
    expect((await ask('GET', `${url}?with_count=false`)).json()).not.toHaveProperty('count');
    expect(engine.stackQueries.map(query => query.withCount)).toEqual([true, false]);
  });
});

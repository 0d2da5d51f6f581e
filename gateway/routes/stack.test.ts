import { describe, expect, it } from 'vitest';
import { float, mapOf } from '../../engine/values/value.ts';
import { createdAt, type FakeStack } from '../fixtures/engine.ts';
import { type Rig, rig } from '../fixtures/gateway.ts';

const host = 'http://heat.example:8004';

function withStack(): Rig & { readonly stack: FakeStack; readonly url: string } {
  const made = rig();
  const stack = made.engine.add('one');
  return { ...made, stack, url: `/v1/p1/stacks/one/${stack.shown.identity.id}` };
}

describe('GET of a stack', () => {
  it('has Heat’s keys, in its order', async () => {
    const { ask, stack, url } = withStack();
    stack.shown = {
      ...stack.shown,
      description: 'wörds',
      timeoutMins: 15,
      tags: ['a', 'b'],
      parameters: mapOf([
        ['OS::stack_name', 'one'],
        ['secret', '******'],
      ]),
    };
    stack.outputs = [
      {
        key: 'big',
        description: 'd',
        value: mapOf([
          ['2', 12345678901234567890n],
          ['1', float('1.0')],
        ]),
        error: undefined,
      },
      { key: 'bad', description: null, value: null, error: 'Error in r output bad: no' },
    ];
    const answer = await ask('GET', url);
    const entry = {
      id: stack.shown.identity.id,
      links: [{ href: `${host}${url}`, rel: 'self' }],
      stack_name: 'one',
      creation_time: '2026-08-01T12:00:00Z',
      updated_time: null,
      deletion_time: null,
      notification_topics: [],
      parameters: { 'OS::stack_name': 'one', secret: '******' },
      description: 'wörds',
      template_description: 'wörds',
      capabilities: [],
      disable_rollback: true,
      timeout_mins: 15,
      stack_owner: 'demo',
      parent: null,
      stack_user_project_id: null,
      tags: ['a', 'b'],
      stack_status: 'CREATE_COMPLETE',
      stack_status_reason: 'Stack CREATE completed successfully',
      outputs: [
        { output_key: 'big', description: 'd', output_value: expect.anything() },
        {
          output_key: 'bad',
          description: 'No description given',
          output_value: null,
          output_error: 'Error in r output bad: no',
        },
      ],
    };
    expect(answer.json()).toEqual({ stack: entry });
    expect(Object.keys(answer.json().stack)).toEqual(Object.keys(entry));
    expect(answer.body).toContain('"output_value":{"2":12345678901234567890,"1":1.0}');
    expect(answer.body).toContain('w\\u00f6rds');
  });

  it('without tags, timeout, description', async () => {
    const { ask, url } = withStack();
    expect((await ask('GET', url)).json().stack).toMatchObject({
      tags: [],
      timeout_mins: null,
      description: 'No description',
      template_description: 'No description',
      outputs: [],
    });
  });

  it('leaves outputs out when told to', async () => {
    const { ask, url } = withStack();
    expect((await ask('GET', `${url}?resolve_outputs=False`)).json().stack).not.toHaveProperty('outputs');
    expect((await ask('GET', `${url}?resolve_outputs=true`)).json().stack).toHaveProperty('outputs');
    expect((await ask('GET', `${url}?resolve_outputs=no`)).statusCode).toBe(400);
  });

  it('of another name, or of no uuid: 404 under the name in the URL', async () => {
    const { ask, stack, engine } = withStack();
    const calls = engine.callers.length;
    for (const url of [
      `/v1/p1/stacks/two/${stack.shown.identity.id}`,
      '/v1/p1/stacks/two/00000000-0000-4000-8000-000000000000',
    ]) {
      const answer = await ask('GET', url);
      expect(answer.statusCode).toBe(404);
      expect(answer.json().error).toEqual({
        message: 'The Stack (two) could not be found.',
        type: 'EntityNotFound',
        traceback: null,
      });
    }
    expect((await ask('GET', "/v1/p1/stacks/two/1'--/template")).statusCode).toBe(404);
    expect(engine.callers.length).toBe(calls + 2);
  });
});

describe('DELETE of a stack', () => {
  it('204 with nothing, then 404', async () => {
    const { ask, url } = withStack();
    const answer = await ask('DELETE', url);
    expect([answer.statusCode, answer.body]).toEqual([204, '']);
    expect(answer.headers).not.toHaveProperty('content-type');
    expect((await ask('DELETE', url)).statusCode).toBe(404);
    expect((await ask('GET', url)).json().stack).toMatchObject({
      stack_status: 'DELETE_COMPLETE',
      deletion_time: '2026-08-01T12:00:05Z',
    });
  });

  it('does not mind a body', async () => {
    const { ask, url } = withStack();
    expect((await ask('DELETE', url, { body: '{}' })).statusCode).toBe(204);
  });
});

describe('what a stack was made of', () => {
  it('comes back as it went in, without a wrapper', async () => {
    const { ask, stack, url } = withStack();
    stack.template = mapOf([
      ['heat_template_version', '2016-10-14'],
      [
        'resources',
        mapOf([
          ['9', float('1e3')],
          ['1', 7n],
        ]),
      ],
    ]);
    stack.environment = mapOf([
      ['parameters', mapOf([['p', '******']])],
      ['event_sinks', []],
    ]);
    stack.files = new Map([['file:///ü', 'a: 1\n']]);
    const template = await ask('GET', `${url}/template`);
    expect(template.body).toBe('{"heat_template_version":"2016-10-14","resources":{"9":1e3,"1":7}}');
    expect((await ask('GET', `${url}/environment`)).json()).toEqual({ parameters: { p: '******' }, event_sinks: [] });
    expect((await ask('GET', `${url}/files`)).json()).toEqual({ 'file:///ü': 'a: 1\n' });
  });
});

describe('outputs', () => {
  it('are listed without values, shown with them', async () => {
    const { ask, stack, url } = withStack();
    stack.outputs = [{ key: 'a/b', description: null, value: 5n, error: undefined }];
    expect((await ask('GET', `${url}/outputs`)).json()).toEqual({
      outputs: [{ output_key: 'a/b', description: 'No description given' }],
    });
    stack.outputs = [{ key: 'a b', description: 'x', value: 5n, error: undefined }];
    expect((await ask('GET', `${url}/outputs/a%20b`)).json()).toEqual({
      output: { output_key: 'a b', description: 'x', output_value: 5 },
    });
    const missing = await ask('GET', `${url}/outputs/c`);
    expect(missing.statusCode).toBe(404);
    expect(missing.json().error).toEqual({
      message: 'Specified output key c not found.',
      type: 'NotFound',
      traceback: null,
    });
  });
});

describe('look-ups', () => {
  it.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const)(
    '%s by name or id: 302 to the canonical URL',
    async method => {
      const { ask, stack, url } = withStack();
      for (const asked of ['one', stack.shown.identity.id]) {
        const answer = await ask(method, `/v1/p1/stacks/${asked}?a=b%20c&a=%C3%A9`, { body: '{"x": 1}' });
        expect(answer.statusCode).toBe(302);
        expect(answer.headers['location']).toBe(`${host}${url}?a=b+c&a=%C3%A9`);
      }
    },
  );

  it.each([
    ['GET', 'resources', 302],
    ['GET', 'events', 302],
    ['GET', 'template', 302],
    ['GET', 'actions', 302],
    ['GET', 'environment', 302],
    ['GET', 'files', 302],
    ['POST', 'resources', 302],
    ['POST', 'actions', 302],
    ['POST', 'environment', 405],
    ['GET', 'outputs', 404],
  ] as const)('%s with /%s: %i', async (method, suffix, status) => {
    const { ask, url } = withStack();
    const answer = await ask(method, `/v1/p1/stacks/one/${suffix}?nested_depth=2`);
    expect(answer.statusCode).toBe(status);
    if (status === 302) expect(answer.headers['location']).toBe(`${host}${url}/${suffix}?nested_depth=2`);
  });

  it('have a body in the form that Accept asks for', async () => {
    const { ask, url } = withStack();
    const at = `${host}${url}?a=1&b=2`;
    const ask302 = (accept: string | undefined) => ask('GET', '/v1/p1/stacks/one?a=1&b=2', { headers: { accept } });
    const anchor = (quoted: string) =>
      `The resource was found at <a href="${quoted}">${quoted}</a>;\nyou should be redirected automatically.\n\n`;
    expect((await ask302('application/json')).json()).toEqual({
      message: anchor(at),
      code: '302 Found',
      title: 'Found',
    });
    const html = (await ask302('*/*')).body;
    expect(html).toContain(`<h1>302 Found</h1>\n  ${anchor(at.replace('&', '&amp;'))}\n </body>`);
    expect((await ask302(undefined)).body).toBe(
      `302 Found\n\nThe resource was found at ${at}; you should be redirected automatically.  `,
    );
  });

  it('of an ARN need no engine', async () => {
    const { ask, engine } = withStack();
    for (const arn of ['arn:openstack:heat::p1:stacks/x/y', 'arn%3Aopenstack%3Aheat%3A%3Ap1%3Astacks%2Fx%2Fy']) {
      const answer = await ask('DELETE', `/v1/p1/stacks/${arn}?q=1`);
      expect(answer.statusCode).toBe(302);
      expect(answer.headers['location']).toBe(`${host}/v1/p1/stacks/x/y?q=1`);
    }
    expect(engine.callers).toEqual([]);
    expect((await ask('GET', '/v1/p1/stacks/arn:nothing')).statusCode).toBe(404);
  });

  it('of nothing: 404', async () => {
    const answer = await rig().ask('GET', '/v1/p1/stacks/gone');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error.message).toBe('The Stack (gone) could not be found.');
  });

  it('quote names as Python does', async () => {
    const { ask, engine } = rig();
    const { id } = engine.add("it's (ü)").shown.identity;
    const answer = await ask('GET', `/v1/p1/stacks/${id}`);
    expect(answer.headers['location']).toBe(`${host}/v1/p1/stacks/it%27s%20%28%C3%BC%29/${id}`);
  });
});

describe('a stack of long ago', () => {
  it('has its times in UTC, whole seconds, rounded down', async () => {
    const { ask, stack, url } = withStack();
    stack.shown = { ...stack.shown, createdAt: 0, updatedAt: createdAt };
    expect((await ask('GET', url)).json().stack).toMatchObject({
      creation_time: '1970-01-01T00:00:00Z',
      updated_time: '2026-08-01T12:00:00Z',
    });
  });
});

import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { errors } from '../engine/kernel/errors.ts';
import { limits } from '../engine/kernel/limits.ts';
import { rig } from './fixtures/gateway.ts';

const requestIdForm = /^req-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const malformed = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';
const id = '11111111-1111-4111-8111-111111111111';

describe('versions', () => {
  const list = {
    versions: [{ id: 'v1.0', status: 'CURRENT', links: [{ rel: 'self', href: 'http://heat.example:8004/v1/' }] }],
  };

  it.each(['/', '/versions', '/versions/x', '/v2', '/v2/p1/stacks', '/v1.1/p1', '/v10', '/?a=b'])(
    'are listed at %s, without a token',
    async url => {
      const answer = await rig().ask('GET', url, { token: null });
      expect(answer.statusCode).toBe(300);
      expect(answer.json()).toEqual(list);
      expect(answer.headers['content-type']).toBe('application/json');
      expect(answer.headers['x-openstack-request-id']).toMatch(requestIdForm);
    },
  );

  it.each(['/v1/p1/stacks', '/v1.0/p1/stacks'])('go on at %s', async url => {
    expect((await rig().ask('GET', url)).statusCode).toBe(200);
  });

  it('may be named by Accept', async () => {
    const ask = (accept: string, token: string | null) =>
      rig().ask('GET', '/p1/stacks', { token, headers: { accept } });
    expect((await ask('application/vnd.openstack.orchestration-v1', 'member')).statusCode).toBe(200);
    expect((await ask('application/vnd.openstack.orchestration-v1.0', null)).statusCode).toBe(401);
    expect((await ask('application/vnd.openstack.orchestration-v2', null)).statusCode).toBe(300);
  });

  it('are missing from a path: 404 before the token is looked at, in three forms', async () => {
    const ask = (accept: string | undefined) => rig().ask('GET', '/p1/stacks', { token: null, headers: { accept } });
    const json = await ask('application/json');
    expect(json.statusCode).toBe(404);
    expect(json.headers['content-type']).toBe('application/json');
    expect(json.json()).toEqual({
      message: 'The resource could not be found.<br /><br />\n\n\n',
      code: '404 Not Found',
      title: 'Not Found',
    });
    const html = await ask('*/*');
    expect(html.headers['content-type']).toContain('text/html');
    expect(html.body).toBe(
      '<html>\n <head>\n  <title>404 Not Found</title>\n </head>\n <body>\n  <h1>404 Not Found</h1>\n' +
        '  The resource could not be found.<br /><br />\n\n\n\n </body>\n</html>',
    );
    const text = await ask(undefined);
    expect(text.headers['content-type']).toContain('text/plain');
    expect(text.body).toBe('404 Not Found\n\nThe resource could not be found.\n\n   ');
    expect((await ask('text/html;q=0.1, application/*')).json()).toHaveProperty('title', 'Not Found');
  });

  it('without a project: 401 without a token, 404 with one', async () => {
    for (const url of ['/v1', '/v1/']) {
      expect((await rig().ask('GET', url, { token: null })).statusCode).toBe(401);
      const answer = await rig().ask('GET', url);
      expect(answer.statusCode).toBe(404);
      expect(answer.json()).not.toHaveProperty('error');
    }
  });
});

describe('tokens', () => {
  it.each([null, 'nobody', '__proto__'])('%s: 401 with Keystone to go to', async token => {
    const answer = await rig().ask('GET', '/v1/p1/stacks', { token });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Keystone uri="http://keystone.example:5000"');
    expect(answer.headers['x-openstack-request-id']).toMatch(requestIdForm);
    expect(answer.json()).toEqual({
      error: { message: 'The request you have made requires authentication.', code: 401, title: 'Unauthorized' },
    });
  });

  it('cannot be checked: 503, to be tried again', async () => {
    const identity = {
      authUri: '',
      authenticate: () => Promise.reject(errors.Unavailable({ message: 'The identity service is away.' })),
    };
    const answer = await rig({ identity }).ask('GET', '/v1/p1/stacks');
    expect(answer.statusCode).toBe(503);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.json().error).toEqual({
      message: 'The identity service is away.',
      type: 'ServiceUnavailable',
      traceback: null,
    });
  });
});

describe('projects and policies', () => {
  const forbidden = (message: string, type: string) => ({
    code: 403,
    title: 'Forbidden',
    explanation: 'Access was denied to this resource.',
    error: { message, type, traceback: null },
  });

  it("refuse another project's path, and a token without a project", async () => {
    for (const [token, project] of [
      ['member', 'p2'],
      ['unscoped', 'p1'],
      ['unscoped-admin', 'p1'],
    ] as const) {
      const answer = await rig().ask('GET', `/v1/${project}/stacks`, { token });
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toEqual(forbidden('Access was denied to this resource.', 'HTTPForbidden'));
    }
  });

  it('take an admin anywhere, as of its own project', async () => {
    const { ask, engine } = rig();
    engine.add('theirs');
    const answer = await ask('GET', '/v1/p1/stacks', { token: 'admin' });
    expect(answer.json().stacks).toMatchObject([{ stack_name: 'theirs', project: 'p1' }]);
    expect(engine.stackQueries[0]?.global).toBe(true);
    await ask('POST', '/v1/p1/stacks', { token: 'admin', body: { stack_name: 'a', template: {} } });
    expect(engine.callers.at(-1)).toMatchObject({ project: 'admins', isAdmin: true, token: 'admin' });
  });

  it('refuse a stack user by name of the policy, but let it look up', async () => {
    const { ask, engine } = rig();
    engine.add('one');
    const list = await ask('GET', '/v1/p1/stacks', { token: 'stack-user' });
    expect(list.json()).toEqual(forbidden('You are not authorized to use stacks:index.', 'Forbidden'));
    const post = await ask('POST', '/v1/p1/stacks', { token: 'stack-user', body: { stack_name: 'a' } });
    expect(post.json().error.message).toBe('You are not authorized to use stacks:create.');
    expect((await ask('GET', '/v1/p1/stacks/one', { token: 'stack-user' })).statusCode).toBe(302);
    const metadata = await ask('GET', `/v1/p1/stacks/one/${id}/resources/r/metadata`, { token: 'stack-user' });
    expect(metadata.json().error.message).toBe('You are not authorized to use this action.');
    expect(engine.requests).toEqual([]);
  });

  it.each(['reader', 'owner'])('let %s create too, by the old rule that is ORed', async token => {
    const answer = await rig().ask('POST', '/v1/p1/stacks', { token, body: { stack_name: 'a', template: {} } });
    expect(answer.statusCode).toBe(201);
  });

  it('let nobody list all projects', async () => {
    for (const token of ['member', 'admin']) {
      const answer = await rig().ask('GET', '/v1/p1/stacks?global_tenant=True', { token });
      expect(answer.json().error.message).toBe('You are not authorized to use stacks:global_index.');
    }
  });
});

describe('request ids', () => {
  it('are new for each request, and go to the engine', async () => {
    const { ask, engine, logged } = rig();
    const sent = `req-${id}`;
    const answer = await ask('GET', '/v1/p1/stacks', { headers: { 'x-openstack-request-id': sent } });
    const given = answer.headers['x-openstack-request-id'];
    expect(given).toMatch(requestIdForm);
    expect(given).not.toBe(sent);
    expect(engine.callers[0]?.requestId).toBe(given);
    expect(logged[0]?.fields).toMatchObject({ request_id: given, global_request_id: sent, status: 200, method: 'GET' });
    await ask('GET', '/v1/p1/stacks', { headers: { 'x-openstack-request-id': 'req-mine\tlog' } });
    expect(logged[1]?.fields).not.toHaveProperty('global_request_id');
  });

  it('stand on errors too', async () => {
    const answer = await rig().ask('GET', `/v1/p1/stacks/x/${id}`);
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['x-openstack-request-id']).toMatch(requestIdForm);
  });
});

describe('URLs and methods', () => {
  it.each([
    '/v1/p1/stacks/',
    '/v1/p1/stacks.json/x/y/z',
    '/v1/p1/nothing',
    '/v1/p1',
    `/v1/p1/stacks/x/${id}/`,
    `/v1/p1/stacks/x/${id}/nothing`,
    '/v1//stacks',
  ])('%s is unmatched', async url => {
    const answer = await rig().ask('GET', url);
    expect(answer.statusCode).toBe(404);
    expect(answer.json()).toHaveProperty('code', '404 Not Found');
  });

  it('another method on a known URL is a 405 fault', async () => {
    for (const [method, url] of [
      ['DELETE', '/v1/p1/stacks'],
      ['POST', `/v1/p1/stacks/x/${id}/template`],
      ['PATCH', '/v1/p1/build_info'],
    ] as const) {
      const answer = await rig().ask(method, url);
      expect(answer.statusCode).toBe(405);
      expect(answer.headers).not.toHaveProperty('allow');
      expect(answer.json()).toEqual({
        code: 405,
        title: 'Method Not Allowed',
        explanation: malformed,
        error: { message: malformed, type: 'HTTPMethodNotAllowed', traceback: null },
      });
    }
    expect((await rig().ask('HEAD', '/v1/p1/stacks')).statusCode).toBe(405);
    expect((await rig().ask('DELETE', '/v1/p1/services', { token: 'admin' })).statusCode).toBe(404);
  });

  it('/stacks/detail with another method is the look-up of a stack of that name', async () => {
    const answer = await rig().ask('DELETE', '/v1/p1/stacks/detail');
    expect(answer.statusCode).toBe(404);
    expect(answer.json().error).toEqual({
      message: 'The Stack (detail) could not be found.',
      type: 'EntityNotFound',
      traceback: null,
    });
  });

  it.each([
    ['/v1/p1/stacks', 'GET,POST'],
    [`/v1/p1/stacks/x/${id}`, 'GET,DELETE,PUT,PATCH'],
    ['/v1/p1/stacks/x', 'GET,POST,PUT,PATCH,DELETE'],
    ['/v1/p1/build_info', 'GET'],
  ])('OPTIONS %s: 204 and %s', async (url, allow) => {
    const answer = await rig().ask('OPTIONS', url);
    expect(answer.statusCode).toBe(204);
    expect(answer.headers['allow']).toBe(allow);
    expect(answer.headers['x-openstack-request-id']).toMatch(requestIdForm);
    expect(answer.body).toBe('');
  });

  it('OPTIONS elsewhere: 200 from the outermost filter, without a request id', async () => {
    for (const [url, token] of [
      ['/v1/p1/nothing', 'member'],
      ['/v1/p1/services', 'admin'],
      ['/v1/p1/stacks', null],
      ['/nowhere', null],
    ] as const) {
      const answer = await rig().ask('OPTIONS', url, { token });
      expect([answer.statusCode, answer.body]).toEqual([200, '']);
      expect(answer.headers).not.toHaveProperty('x-openstack-request-id');
    }
  });

  it('a path that is not UTF-8, or holds a NUL: 400', async () => {
    for (const path of ['%ff', '%c3%28', 'a%00b']) {
      const answer = await rig().ask('GET', `/v1/p1/stacks/${path}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().error.type).toBe('HTTPBadRequest');
    }
    expect((await rig().ask('GET', '/v1/p1/stacks?name=a%00b')).statusCode).toBe(400);
    expect((await rig().ask('GET', '/v1/p1/stacks/%zz')).json().error.message).toBe(
      'The Stack (%zz) could not be found.',
    );
  });

  it('a Host that is none does not reach a link', async () => {
    const answer = await rig().ask('GET', '/', { headers: { host: 'a"b' } });
    expect(answer.statusCode).toBe(400);
    expect(answer.body).not.toContain('a\\"b');
  });
});

describe('links', () => {
  const proxy = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'api.example' };

  it('follow the proxy only where it is trusted', async () => {
    for (const [trustForwarded, base] of [
      [true, 'https://api.example'],
      [false, 'http://heat.example:8004'],
    ] as const) {
      const { ask } = rig({ trustForwarded });
      const answer = await ask('POST', '/v1/p1/stacks', { headers: proxy, body: { stack_name: 'a', template: {} } });
      expect(answer.headers['location']).toMatch(new RegExp(`^${base}/v1/p1/stacks/a/[0-9a-f-]{36}$`));
    }
  });

  it('keep the version as it was written', async () => {
    const { ask, engine } = rig();
    engine.add('one');
    expect((await ask('GET', '/v1.0/p1/stacks/one')).headers['location']).toContain(':8004/v1.0/p1/stacks/one/');
  });
});

describe('faults', () => {
  const secret = 'hunter2';

  it('of our own: 500 with an id that the log knows, and nothing from the inside', async () => {
    const { ask, engine, logged } = rig();
    class DatabaseError extends Error {
      readonly code = '23505';
    }
    for (const failure of [new DatabaseError(`key (${secret}) exists`), secret, { token: secret }]) {
      engine.failure = failure;
      const answer = await ask('GET', '/v1/p1/stacks');
      expect(answer.statusCode).toBe(500);
      expect(answer.json()).toMatchObject({
        code: 500,
        title: 'Internal Server Error',
        error: { type: 'InternalError' },
      });
      const told = logged.findLast(entry => entry.event === 'request.failed');
      expect(answer.json().error.message).toContain(told?.fields['error_id']);
      expect(told?.level).toBe('error');
      expect(answer.body).not.toMatch(/hunter2|23505|\bat \b|\.ts/);
    }
    const failed = logged.filter(entry => entry.event === 'request.failed');
    expect(failed).toHaveLength(3);
    expect(failed[0]?.fields).toMatchObject({ error: 'Error', code: '23505', route: '/stacks' });
    expect(failed[0]?.fields['stack']).toContain('server.test');
    expect(JSON.stringify(logged)).not.toContain(secret);
  });

  it.each([
    [errors.TooManyRequests({ message: 'slow down' }), 429, 'Too Many Requests', '1'],
    [errors.Unavailable({ message: 'away' }), 503, 'Service Unavailable', '1'],
    [errors.StackExists({ name: 'x' }), 409, 'Conflict', undefined],
    [errors.NotSupported({ feature: 'That' }), 400, 'Bad Request', undefined],
  ])('of the engine keep type and status: %s', async (failure, status, title, retryAfter) => {
    const { ask, engine, logged } = rig();
    engine.failure = failure;
    const answer = await ask('GET', '/v1/p1/stacks');
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['retry-after']).toBe(retryAfter);
    expect(answer.json()).toMatchObject({
      code: status,
      title,
      error: { message: failure.message, type: failure.type, traceback: null },
    });
    expect(logged.some(entry => entry.level === 'error')).toBe(false);
  });

  it('are ASCII, whatever they speak of', async () => {
    const answer = await rig().ask('GET', '/v1/p1/stacks/%C3%A9%F0%9F%98%80');
    expect(answer.body).toContain('The Stack (\\u00e9\\ud83d\\ude00) could not be found.');
    expect(answer.body).toMatch(/^[\x20-\x7e]*$/);
  });

  it('log neither tokens, nor query, nor body', async () => {
    const { ask, logged } = rig();
    await ask('POST', `/v1/p1/stacks?x=${secret}`, {
      body: { stack_name: 'a', template: {}, parameters: { p: secret } },
    });
    await ask('POST', '/v1/p1/stacks', { body: `{"p": "${secret}` });
    await ask('GET', '/v1/p1/stacks', { token: secret });
    expect(logged).toHaveLength(3);
    expect(JSON.stringify(logged)).not.toContain(secret);
  });
});

describe('CORS', () => {
  const origin = 'https://horizon.example';
  const allowedOrigins = [origin];

  it('says nothing to origins that it does not know', async () => {
    const answer = await rig().ask('GET', '/v1/p1/stacks', { headers: { origin } });
    expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
  });

  it('lets pages of a known origin read the answer', async () => {
    const { headers } = await rig({ allowedOrigins }).ask('GET', '/v1/p1/stacks', { headers: { origin } });
    expect(headers['access-control-allow-origin']).toBe(origin);
    expect(headers['access-control-expose-headers']).toBe(
      'X-Auth-Token,X-Subject-Token,X-Service-Token,X-OpenStack-Request-ID',
    );
    expect(headers['vary']).toBe('Origin');
  });

  it('answers a preflight, which brings no token', async () => {
    const preflight = (method: string, asked: string) =>
      rig({ allowedOrigins }).ask('OPTIONS', '/v1/p1/stacks', {
        token: null,
        headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': asked },
      });
    const { statusCode, headers } = await preflight('PUT', 'x-auth-token, Content-Type');
    expect(statusCode).toBe(200);
    expect(headers['access-control-allow-methods']).toBe('GET,PUT,POST,DELETE,PATCH');
    expect(headers['access-control-allow-headers']).toBe('x-auth-token,Content-Type');
    expect((await preflight('PUT', 'X-Mine')).headers).not.toHaveProperty('access-control-allow-origin');
    expect((await preflight('TRACE', '')).headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('health check', () => {
  it('needs no token and has no request id', async () => {
    const answer = await rig().ask('GET', '/healthcheck', { token: null });
    expect([answer.statusCode, answer.body]).toEqual([200, 'OK']);
    expect(answer.headers).not.toHaveProperty('x-openstack-request-id');
    expect((await rig().ask('HEAD', '/healthcheck', { token: null })).statusCode).toBe(204);
    expect((await rig().ask('POST', '/healthcheck', { token: null })).statusCode).toBe(405);
  });
});

describe('on a socket', () => {
  async function listening(use: (port: number) => Promise<void>): Promise<void> {
    const { app } = rig();
    await app.listen({ host: '127.0.0.1', port: 0 });
    try {
      await use((app.server.address() as AddressInfo).port);
    } finally {
      await app.close();
    }
  }

  function raw(port: number, bytes: string): Promise<string> {
    return new Promise(resolve => {
      let text = '';
      const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes));
      socket.setEncoding('utf8').on('data', (part: string) => (text += part));
      // A reset may follow the answer where the server did not read all that was sent.
      socket.on('error', () => undefined).on('close', () => resolve(text));
    });
  }

  it('what is not HTTP gets a fault, not the framework’s words', async () => {
    await listening(async port => {
      const garbage = await raw(port, 'garbage\r\n\r\n');
      expect(garbage).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(JSON.parse(garbage.split('\r\n\r\n')[1] ?? '')).toMatchObject({
        code: 400,
        error: { type: 'HTTPBadRequest' },
      });
      const long = await raw(port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`);
      expect(long).toContain('The request line and headers are too long.');
    });
  });

  it('a method that nobody knows is an unmatched URL', async () => {
    await listening(async port => {
      const head = 'Host: h\r\nX-Auth-Token: member\r\nAccept: application/json\r\nConnection: close\r\n\r\n';
      expect(await raw(port, `PROPFIND /v1/p1/stacks HTTP/1.1\r\n${head}`)).toContain('"code":"404 Not Found"');
      expect(await raw(port, `GET http://h/v1/p1/build_info HTTP/1.1\r\n${head}`)).toContain('"revision"');
    });
  });

  it('a body that is too long is read to its end, so that its sender hears why; the connection lives on', async () => {
    await listening(async port => {
      const size = 3 * limits.maxBodyBytes;
      const post = (chunked: boolean): Promise<{ status: number | undefined; text: string }> =>
        new Promise((resolve, reject) => {
          const length = chunked ? {} : { 'content-length': size };
          const headers = { 'x-auth-token': 'member', 'content-type': 'application/json', ...length };
          const path = '/v1/p1/stacks';
          const sent = httpRequest({ host: '127.0.0.1', port, method: 'POST', path, headers }, answer => {
            let text = '';
            answer.setEncoding('utf8').on('data', (part: string) => (text += part));
            answer.on('end', () => resolve({ status: answer.statusCode, text }));
          });
          sent.on('error', reject).end(Buffer.alloc(size, '{'));
        });
      for (const chunked of [false, true]) {
        const { status, text } = await post(chunked);
        expect(status).toBe(400);
        expect(JSON.parse(text).error).toEqual({
          message:
            'Request limit exceeded: JSON body size (3145728 bytes) exceeds maximum allowed size (1048576 bytes).',
          type: 'RequestLimitExceeded',
          traceback: null,
        });
      }
    });
  });

  it('a body without end is not read for ever', async () => {
    await listening(async port => {
      const head =
        'POST /v1/p1/stacks HTTP/1.1\r\nHost: h\r\nX-Auth-Token: member\r\nTransfer-Encoding: chunked\r\n\r\n';
      const chunk = `100000\r\n${'x'.repeat(0x10_0000)}\r\n`;
      const answer = await raw(port, head + chunk.repeat(1 + limits.bodyDrainBytes / 0x10_0000));
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer.toLowerCase()).toContain('connection: close');
    });
  });

  it('an unauthenticated body is not waited for', async () => {
    await listening(async port => {
      const head = 'POST /v1/p1/stacks HTTP/1.1\r\nHost: h\r\nContent-Length: 100000000\r\n\r\n{';
      const answer = await raw(port, head);
      expect(answer).toMatch(/^HTTP\/1\.1 401 /);
      expect(answer.toLowerCase()).toContain('connection: close');
    });
  });
});

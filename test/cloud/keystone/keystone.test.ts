import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePortBase } from '../../../cli/ports.ts';
import { type Sandbox, startSandbox } from '../sandbox.ts';
import { tokenLifeMs } from './tokens.ts';

let dataDir = '';
let portBase = 0;
let sandbox: Sandbox;
let clock = 1_800_000_000_000;

const start = async (): Promise<void> => {
  sandbox = await startSandbox({ portBase, dataDir, now: () => clock });
};

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'convect-keystone-'));
  portBase = await freePortBase();
  await start();
});

afterEach(async () => {
  await sandbox.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The keys of Keystone's bodies that these tests read. */
interface Body {
  readonly token: {
    readonly methods: readonly string[];
    readonly user: Named;
    readonly project: Named;
    readonly system: object;
    readonly roles: readonly Named[];
    readonly catalog: readonly {
      readonly type: string;
      readonly endpoints: readonly { readonly interface: string; readonly url: string }[];
    }[];
    readonly expires_at: string;
    readonly issued_at: string;
    readonly audit_ids: readonly string[];
  };
  readonly error: { readonly code: number; readonly message: string };
  readonly catalog: object;
  readonly project: Named;
  readonly projects: readonly Named[];
  readonly users: readonly Named[];
  readonly version: { readonly links: object };
  readonly versions: { readonly values: readonly object[] };
}

interface Answer {
  readonly status: number;
  readonly token: string;
  readonly headers: Headers;
  readonly body: Body;
}

async function ask(
  method: string,
  path: string,
  options: { token?: string; subject?: string; body?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(`${sandbox.keystoneUrl}${path}`, {
    method,
    headers: {
      connection: 'close',
      ...(options.token !== undefined && { 'x-auth-token': options.token }),
      ...(options.subject !== undefined && { 'x-subject-token': options.subject }),
    },
    ...(options.body !== undefined && {
      body: typeof options.body === 'string' ? options.body : JSON.stringify(options.body),
    }),
  });
  const text = await response.text();
  return {
    status: response.status,
    token: response.headers.get('x-subject-token') ?? '',
    headers: response.headers,
    body: (text === '' ? undefined : JSON.parse(text)) as Body,
  };
}

const password = (name: string, secret = 'password', domain: object = { id: 'default' }) => ({
  methods: ['password'],
  password: { user: { name, domain, password: secret } },
});

const onProject = (name: string) => ({ project: { name, domain: { name: 'Default' } } });

const logIn = (identity: object, scope?: unknown, query = ''): Promise<Answer> =>
  ask('POST', `/auth/tokens${query}`, { body: { auth: { identity, ...(scope !== undefined && { scope }) } } });

describe('logging in', () => {
  it('gives a token for a project, with its roles, those they imply, and the catalog', async () => {
    const { status, token, body } = await logIn(password('demo'), onProject('demo'));
    expect(status).toBe(201);
    expect(token).not.toBe('');
    expect(body.token.methods).toEqual(['password']);
    expect(body.token.user).toMatchObject({ name: 'demo', domain: { id: 'default', name: 'Default' } });
    expect(body.token.project).toMatchObject({ name: 'demo', domain: { id: 'default', name: 'Default' } });
    expect(body.token.roles.map(role => role.name).sort()).toEqual(['heat_stack_owner', 'member', 'reader']);
    expect(body.token.expires_at).toBe('2027-01-15T09:00:00.000000Z');
    expect(body.token.issued_at).toBe('2027-01-15T08:00:00.000000Z');
    const urls = Object.fromEntries(
      body.token.catalog.map(service => [
        service.type,
        service.endpoints.find(endpoint => endpoint.interface === 'public')?.url,
      ]),
    );
    expect(urls).toEqual({
      identity: `http://127.0.0.1:${portBase + 50}/v3`,
      compute: `http://127.0.0.1:${portBase + 51}/v2.1`,
      network: `http://127.0.0.1:${portBase + 52}`,
      volumev3: `http://127.0.0.1:${portBase + 53}/v3/${body.token.project.id}`,
      'block-storage': `http://127.0.0.1:${portBase + 53}/v3/${body.token.project.id}`,
      image: `http://127.0.0.1:${portBase + 54}`,
      orchestration: `http://127.0.0.1:${portBase + 4}/v1/${body.token.project.id}`,
      cloudformation: `http://127.0.0.1:${portBase}/v1`,
    });
  });

  it('leaves the catalog out when asked to, and orchestration out of a token without a project', async () => {
    const bare = await logIn(password('demo'), onProject('demo'), '?nocatalog');
    expect(bare.body.token).not.toHaveProperty('catalog');
    const system = await logIn(password('admin'), { system: { all: true } });
    const orchestration = system.body.token.catalog.find(service => service.type === 'orchestration');
    expect(orchestration?.endpoints).toEqual([]);
    expect(system.body.token.system).toEqual({ all: true });
  });

  it('gives an unscoped token without roles, and takes it for a scoped one that ends with it', async () => {
    const unscoped = await logIn(password('demo'));
    expect(unscoped.status).toBe(201);
    expect(unscoped.body.token).not.toHaveProperty('roles');
    clock += 60_000;
    const scoped = await logIn({ methods: ['token'], token: { id: unscoped.token } }, onProject('demo'));
    expect(scoped.status).toBe(201);
    expect([...scoped.body.token.methods].sort()).toEqual(['password', 'token']);
    expect(scoped.body.token.expires_at).toBe(unscoped.body.token.expires_at);
    expect(scoped.body.token.audit_ids[1]).toBe(unscoped.body.token.audit_ids[0]);
  });

  it.each([
    ['a wrong password', password('demo', 'Password'), onProject('demo')],
    ['an unknown user', password('nobody'), onProject('demo')],
    ['a user of another domain', password('demo', 'password', { name: 'heat' }), onProject('demo')],
    ['a project where the user has no role', password('demo'), onProject('admin')],
    ['an unknown project', password('demo'), onProject('none')],
    ['the system, for a user without a role on it', password('demo'), { system: { all: true } }],
    ['a made-up token', { methods: ['token'], token: { id: 'x'.repeat(43) } }, onProject('demo')],
  ])('refuses %s with the same 401', async (_what, identity, scope) => {
    const { status, body, headers } = await logIn(identity, scope);
    expect(status).toBe(401);
    expect(body).toEqual({
      error: { code: 401, message: 'The request you have made requires authentication.', title: 'Unauthorized' },
    });
    expect(headers.get('www-authenticate')).toBe(`Keystone uri="${sandbox.keystoneUrl}"`);
  });

  it.each([
    ['no auth', {}, 'auth'],
    ['no methods', { auth: { identity: {} } }, 'methods'],
    [
      'a password that is a number',
      { auth: { identity: { methods: ['password'], password: { user: { id: 'x', password: 1 } } } } },
      'password',
    ],
    [
      'a user without a domain',
      { auth: { identity: { methods: ['password'], password: { user: { name: 'demo', password: 'x' } } } } },
      'domain',
    ],
    ['a list', [], 'request body'],
    ['broken JSON', '{"auth": ', 'valid JSON'],
  ])('answers 400 and says what is missing: %s', async (_what, body, named) => {
    const answer = await ask('POST', '/auth/tokens', { body });
    expect(answer.status).toBe(400);
    expect(answer.body.error).toMatchObject({ code: 400, title: 'Bad Request' });
    expect(answer.body.error.message).toContain(named);
  });
});

describe('checking a token', () => {
  it('lets the service user look at another one, and a user only at its own', async () => {
    const service = await logIn(password('heat'), onProject('service'));
    const demo = await logIn(password('demo'), onProject('demo'));
    const seen = await ask('GET', '/auth/tokens', { token: service.token, subject: demo.token });
    expect(seen.status).toBe(200);
    expect(seen.body.token).toEqual(demo.body.token);
    expect((await ask('GET', '/auth/tokens', { token: demo.token, subject: demo.token })).status).toBe(200);
    expect((await ask('GET', '/auth/tokens', { token: demo.token, subject: service.token })).status).toBe(403);
    expect((await ask('GET', '/auth/tokens', { token: service.token, subject: 'nonsense' })).status).toBe(404);
    expect((await ask('GET', '/auth/tokens', { token: 'nonsense', subject: demo.token })).status).toBe(401);
    const head = await fetch(`${sandbox.keystoneUrl}/auth/tokens`, {
      method: 'HEAD',
      headers: { 'x-auth-token': service.token, 'x-subject-token': demo.token },
    });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('is over when it expires, and when it is revoked', async () => {
    const { token } = await logIn(password('demo'), onProject('demo'));
    const other = await logIn(password('demo'), onProject('demo'));
    expect((await ask('DELETE', '/auth/tokens', { token: other.token, subject: token })).status).toBe(403);
    expect((await ask('DELETE', '/auth/tokens', { token, subject: token })).status).toBe(204);
    expect((await ask('GET', '/auth/projects', { token })).status).toBe(401);
    clock += tokenLifeMs - 1;
    expect((await ask('GET', '/auth/projects', { token: other.token })).status).toBe(200);
    clock += 1;
    expect((await ask('GET', '/auth/projects', { token: other.token })).status).toBe(401);
  });

  it('knows after a restart what it knew before, and keeps no token and no password in the clear', async () => {
    const kept = await logIn(password('demo'), onProject('demo'));
    const gone = await logIn(password('demo'), onProject('demo'));
    await ask('DELETE', '/auth/tokens', { token: gone.token, subject: gone.token });
    await sandbox.stop();
    const journal = readFileSync(join(dataDir, 'journal'), 'utf8');
    expect(journal).not.toContain(kept.token);
    expect(journal).not.toMatch(/"password":"password"/);
    await start();
    const seen = await ask('GET', '/auth/tokens', { token: kept.token, subject: kept.token });
    expect(seen.body.token).toEqual(kept.body.token);
    expect((await ask('GET', '/auth/projects', { token: gone.token })).status).toBe(401);
  });
});

describe('reading', () => {
  it('tells an admin of everything and filters by name', async () => {
    const { token } = await logIn(password('admin'), onProject('admin'));
    const names = async (path: string, key: 'projects' | 'users'): Promise<string[]> =>
      (await ask('GET', path, { token })).body[key].map(item => item.name);
    expect(await names('/projects', 'projects')).toEqual(['admin', 'demo', 'service']);
    expect(await names('/projects?name=demo&domain_id=default', 'projects')).toEqual(['demo']);
    expect(await names('/projects?name=demo&domain_id=other', 'projects')).toEqual([]);
    expect(await names('/users?name=heat', 'users')).toEqual(['heat']);
    expect((await ask('GET', '/projects/none', { token })).body.error.message).toBe('Could not find project: none.');
  });

  it('tells a member of what is its own', async () => {
    const { token, body } = await logIn(password('demo'), onProject('demo'));
    expect((await ask('GET', '/projects', { token })).status).toBe(403);
    expect((await ask('GET', `/projects/${body.token.project.id}`, { token })).body.project.name).toBe('demo');
    expect((await ask('GET', '/auth/projects', { token })).body.projects).toHaveLength(1);
    expect((await ask('GET', '/auth/catalog', { token })).body.catalog).toEqual(body.token.catalog);
    expect((await ask('GET', '/users')).status).toBe(401);
  });

  it('says which version it is before anybody logs in', async () => {
    const root = await fetch(sandbox.keystoneUrl.replace('/v3', '/'), { redirect: 'manual' });
    expect(root.status).toBe(300);
    expect(((await root.json()) as Body).versions.values[0]).toMatchObject({ id: 'v3.14', status: 'stable' });
    expect((await ask('GET', '/')).body.version.links).toEqual([{ rel: 'self', href: `${sandbox.keystoneUrl}/` }]);
    const none = await fetch(`${sandbox.keystoneUrl}/none`);
    expect([none.status, none.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
  });
});

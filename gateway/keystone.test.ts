import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../engine/kernel/limits.ts';
import type { Identity } from './auth.ts';
import { FakeKeystone } from './fixtures/keystone.ts';
import { createKeystone, type KeystoneOptions } from './keystone.ts';
import { parseToken } from './token.ts';

const member = {
  user: { id: 'u1', name: 'demo', domain: { id: 'default', name: 'Default' } },
  project: { id: 'p1', name: 'demo' },
  roles: [
    { id: 'r', name: 'member' },
    { id: 's', name: 'reader' },
  ],
  expires_at: '2100-01-01T00:00:00.000000Z',
};
const demo = { project: 'p1', userId: 'u1', userName: 'demo', roles: ['member', 'reader'], isAdmin: false };

let keystone: FakeKeystone;
let url: string;
let now: number;
let logged: string[];

function identity(more: Partial<KeystoneOptions> = {}): Identity {
  return createKeystone({
    authUrl: url,
    userName: 'heat',
    password: 'service-secret',
    projectName: 'service',
    log: { write: (level, event, fields) => logged.push(JSON.stringify({ level, event, ...fields })) },
    now: () => now,
    ...more,
  });
}

beforeEach(async () => {
  keystone = new FakeKeystone();
  keystone.tokens.set('t', member);
  url = await keystone.listen();
  now = Date.UTC(2026, 7, 1);
  logged = [];
});

afterEach(() => keystone.close());

describe('a token', () => {
  it('says which services there are', async () => {
    const endpoint = { interface: 'public', url: 'http://x' };
    const catalog = [
      { type: 'compute', endpoints: [endpoint] },
      { type: 'compute', endpoints: [endpoint] },
      { type: 'object-store', endpoints: [] },
      { type: 7, endpoints: [endpoint] },
      'nonsense',
    ];
    keystone.tokens.set('with', { ...member, catalog });
    keystone.tokens.set('empty', { ...member, catalog: [] });
    expect((await identity().authenticate('with'))?.services).toEqual(['compute']);
    expect((await identity().authenticate('empty'))?.services).toBeUndefined();
    expect((await identity().authenticate('t'))?.services).toBeUndefined();
    expect(keystone.seen.some(({ method, url }) => method === 'GET' && url.includes('nocatalog'))).toBe(false);
  });

  it('is checked with the service user’s own', async () => {
    expect(await identity().authenticate('t')).toEqual(demo);
    const [login, check] = keystone.seen;
    expect(login).toMatchObject({ method: 'POST', authToken: undefined });
    expect(JSON.parse(login?.body ?? '')).toEqual({
      auth: {
        identity: {
          methods: ['password'],
          password: { user: { name: 'heat', domain: { name: 'Default' }, password: 'service-secret' } },
        },
        scope: { project: { name: 'service', domain: { name: 'Default' } } },
      },
    });
    expect(check).toMatchObject({ method: 'GET', authToken: 'service-token-1', subjectToken: 't' });
  });

  it.each(['', '/', '/v3', '/v3/'])('is found under an auth URL that ends in "%s"', async suffix => {
    expect(await identity({ authUrl: `${url}${suffix}` }).authenticate('t')).toEqual(demo);
  });

  it('that Keystone does not know is none', async () => {
    const service = identity();
    expect(await service.authenticate('nobody')).toBeUndefined();
    expect(await service.authenticate('nobody')).toBeUndefined();
    expect(keystone.count('GET')).toBe(1);
  });

  it('that no header can carry is none, and not asked for', async () => {
    for (const text of ['', 'a b', 'a\nX-Evil: 1', 'tökén']) {
      expect(await identity().authenticate(text)).toBeUndefined();
    }
    expect(keystone.seen).toEqual([]);
  });
});

describe('what was found', () => {
  it('is believed for 30 s', async () => {
    const service = identity();
    await service.authenticate('t');
    now += limits.tokenCacheMs - 1;
    expect(await service.authenticate('t')).toEqual(demo);
    expect(keystone.count('GET')).toBe(1);
    keystone.tokens.delete('t');
    now += 1;
    expect(await service.authenticate('t')).toBeUndefined();
    expect(keystone.count('GET')).toBe(2);
    keystone.tokens.set('t', member);
    now += limits.tokenCacheMs;
    expect(await service.authenticate('t')).toEqual(demo);
  });

  it('is not believed past the token’s end', async () => {
    keystone.tokens.set('t', { ...member, expires_at: new Date(now + 5_000).toISOString() });
    const service = identity();
    expect(await service.authenticate('t')).toEqual(demo);
    now += 5_000;
    expect(await service.authenticate('t')).toBeUndefined();
    expect(keystone.count('GET')).toBe(2);
  });

  it('is asked once for requests that arrive together', async () => {
    let open = (): void => {};
    keystone.gate = new Promise(resolve => {
      open = resolve;
    });
    const service = identity();
    const asked = Array.from({ length: 20 }, () => service.authenticate('t'));
    const other = service.authenticate('other');
    open();
    expect(await Promise.all(asked)).toEqual(asked.map(() => demo));
    expect(await other).toBeUndefined();
    expect(keystone.count('GET')).toBe(2);
    expect(keystone.count('POST')).toBe(1);
  });

  it('does not keep the token itself', async () => {
    const service = identity();
    const token = 'gAAAAABmysecrettokenthatnobodymaysee';
    keystone.tokens.set(token, member);
    await service.authenticate(token);
    const { inspect } = await import('node:util');
    expect(inspect(service, { depth: 10, showHidden: true })).not.toContain(token);
  });
});

describe('the service’s own token', () => {
  it('is replaced when Keystone refuses it, and the question is asked again', async () => {
    const service = identity();
    await service.authenticate('t');
    keystone.sessions.clear();
    keystone.tokens.set('t2', member);
    expect(await service.authenticate('t2')).toEqual(demo);
    expect(keystone.count('POST')).toBe(2);
    expect(keystone.seen.at(-1)?.authToken).toBe('service-token-2');
  });

  it('is replaced before it ends', async () => {
    keystone.expiresAt = new Date(now + 60_000).toISOString();
    const service = identity();
    await service.authenticate('t');
    now += 29_000;
    await service.authenticate('a');
    expect(keystone.count('POST')).toBe(1);
    now += 2_000;
    await service.authenticate('b');
    expect(keystone.count('POST')).toBe(2);
  });

  it('cannot be had: 503, then well again', async () => {
    keystone.password = 'changed';
    const service = identity();
    await expect(service.authenticate('t')).rejects.toMatchObject({ status: 503, type: 'ServiceUnavailable' });
    keystone.password = 'service-secret';
    expect(await service.authenticate('t')).toEqual(demo);
  });

  it('is refused twice: 503, not a loop', async () => {
    const service = identity();
    await service.authenticate('t');
    keystone.broken = { status: 401, body: '{}' };
    await expect(service.authenticate('other')).rejects.toMatchObject({ status: 503 });
    expect(keystone.seen.length).toBeLessThanOrEqual(5);
  });
});

describe('Keystone in trouble', () => {
  it.each([
    [500, '{}'],
    [403, '{}'],
    [200, 'not json'],
    [200, '{"token": {"user": {}}}'],
    [300, ''],
  ])('answers %i %s: 503, not remembered, nothing secret in the log', async (status, body) => {
    const service = identity();
    await service.authenticate('first');
    keystone.broken = { status, body };
    await expect(service.authenticate('t')).rejects.toMatchObject({ status: 503, type: 'ServiceUnavailable' });
    keystone.broken = undefined;
    expect(await service.authenticate('t')).toEqual(demo);
    expect(logged).toHaveLength(1);
    expect(logged.join()).not.toMatch(/service-secret|service-token|"t"/);
  });

  it('is gone: 503', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise<void>(resolve => server.close(() => resolve()));
    const service = identity({ authUrl: `http://127.0.0.1:${port}` });
    await expect(service.authenticate('t')).rejects.toMatchObject({ status: 503 });
  });
});

describe('where clients log in', () => {
  it('is the public URL, or the one used', () => {
    expect(identity({ authUrl: 'http://k:5000/v3/' }).authUri).toBe('http://k:5000');
    expect(identity({ publicUrl: 'https://keystone.example' }).authUri).toBe('https://keystone.example');
  });
});

describe('a token document', () => {
  const parse = (token: unknown) => parseToken({ token });

  it.each([
    [[{ name: 'admin' }], undefined, true],
    [[{ name: 'Admin' }], true, true],
    [[{ name: 'admin' }], false, false],
    [[{ name: 'member' }], true, false],
  ])('roles %j, is_admin_project %s: admin %s', (roles, isAdminProject, isAdmin) => {
    const flag = isAdminProject === undefined ? {} : { is_admin_project: isAdminProject };
    expect(parse({ ...member, roles, ...flag })?.user.isAdmin).toBe(isAdmin);
  });

  it('without a project is scoped to none', () => {
    const { project: _project, roles: _roles, ...unscoped } = member;
    expect(parse(unscoped)?.user).toMatchObject({ project: '', roles: [] });
  });

  it.each([
    undefined,
    null,
    [],
    'x',
    { ...member, user: undefined },
    { ...member, user: { id: 5, name: 'x' } },
    { ...member, project: { name: 'no id' } },
    { ...member, project: null },
    { ...member, roles: 'admin' },
    { ...member, expires_at: 'never' },
    { ...member, expires_at: null },
  ])('%j is none', token => {
    expect(parse(token)).toBeUndefined();
  });
});

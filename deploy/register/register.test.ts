/** On the sandbox's Keystone, which is furnished as an operator leaves a cloud with Heat: all by other names is new. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect, logIn } from '../../cli/client.ts';
import type { CloudConfig } from '../../cli/cloud-config.ts';
import { freePortBase, portsOf } from '../../cli/ports.ts';
import { type Sandbox, startSandbox } from '../../test/cloud/sandbox.ts';
import { Admin } from './keystone.ts';
import { register, type Wanted } from './register.ts';

let sandbox: Sandbox;
let folder = '';
let native = '';
let admin: Admin;
let lines: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'convect-register-'));
  const portBase = await freePortBase();
  sandbox = await startSandbox({ portBase, dataDir: folder });
  native = `http://127.0.0.1:${portsOf(portBase).native}/v1/%(tenant_id)s`;
  admin = await Admin.open(as('admin', 'password', 'admin'));
});
afterAll(async () => {
  await sandbox.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  lines = [];
});

const named = (name: string) => ({ name, domain: { name: 'Default' } }) as const;

function as(user: string, password: string, project: string, region?: string): CloudConfig {
  return {
    authUrl: sandbox.keystoneUrl,
    proof: { kind: 'password', user: named(user), password },
    project: named(project),
    region,
    interface: 'public',
    caFile: undefined,
    insecure: false,
  };
}

function wanted(more: Partial<Wanted> & { readonly url?: string } = {}): Wanted {
  const { url = native } = more;
  return {
    region: 'RegionOne',
    urls: { public: url, internal: url, admin: url },
    service: 'heat',
    user: 'heat',
    password: 'password',
    project: 'service',
    domain: 'heat',
    domainAdmin: 'heat_domain_admin',
    domainAdminPassword: 'password',
    owners: [{ user: 'demo', project: 'demo' }],
    replace: false,
    setPasswords: false,
    dryRun: false,
    ...more,
  };
}

const run = (more?: Parameters<typeof wanted>[0]) => register(admin, wanted(more), line => lines.push(line));

describe('a cloud that has an orchestration already', () => {
  it('keeps it all, and is not written to', async () => {
    const done = await run();
    expect(lines.filter(line => !line.startsWith('kept'))).toEqual([]);
    expect(done).toMatchObject({ made: 0, changed: 0 });
    expect(done.kept).toBeGreaterThan(10);
  });

  it('is not taken over unless that is asked for, and then only once', async () => {
    const url = 'http://gateways:8004/v1/%(tenant_id)s';
    await expect(run({ url, user: 'new-user' })).rejects.toThrow(
      /public endpoint of orchestration in RegionOne is http.* may be a Heat.*--replace/,
    );
    expect(lines).toEqual([]); // not even the user
    expect(await run({ url, replace: true })).toMatchObject({ made: 0, changed: 3 });
    expect(await run({ url, replace: true })).toMatchObject({ made: 0, changed: 0 });
    const session = await logIn({
      keystoneUrl: sandbox.keystoneUrl,
      user: 'demo',
      password: 'password',
      project: 'demo',
    });
    expect(session.url).toMatch(/^http:\/\/gateways:8004\/v1\/[0-9a-f]+$/);
    await run({ replace: true });
  });

  it('is told of a password that is another, and given it when that is asked for', async () => {
    await expect(run({ password: 'secret-2' })).rejects.toThrow(/user heat .* another password .*--set-passwords/);
    expect(await run({ password: 'secret-2', setPasswords: true })).toMatchObject({ made: 0, changed: 1 });
    expect(lines.join()).not.toContain('secret-2');
    expect(await run({ password: 'secret-2' })).toMatchObject({ made: 0, changed: 0 });
    await run({ password: 'password', setPasswords: true });
  });
});

describe('a cloud in which all is new', () => {
  const names = { region: 'Convect', user: 'convect', domain: 'stacks', domainAdmin: 'stacks_admin' };
  const url = 'http://convect:8004/v1/%(tenant_id)s';
  const fresh = { ...names, url, password: 'secret-3', domainAdminPassword: 'secret-4' };

  it('is only told of, in a dry run', async () => {
    const done = await run({ ...fresh, dryRun: true });
    expect(done.made).toBeGreaterThan(8);
    expect(lines.filter(line => line.startsWith('(made)'))).toHaveLength(done.made);
    expect(await admin.list('user', { name: 'convect' })).toEqual([]);
  });

  it('gets a user with its roles, a region with endpoints, a domain with its admin; once', async () => {
    const dry = await run({ ...fresh, dryRun: true });
    const done = await run(fresh);
    expect(done).toEqual(dry);
    expect(await run(fresh)).toMatchObject({ made: 0, changed: 0, kept: done.made + done.kept });
    expect(lines.join()).not.toMatch(/secret-[34]/);

    const session = await connect(as('convect', 'secret-3', 'service', 'Convect'));
    expect(session.url).toMatch(/^http:\/\/convect:8004\/v1\//);
    const own = await Admin.open({ ...as('admin', 'password', 'admin') });
    const [user] = await own.list('user', { name: 'convect' });
    const [project] = await own.list('project', { name: 'service' });
    for (const name of ['admin', 'service']) {
      const [role] = await own.list('role', { name });
      expect(await own.holds(`/projects/${project?.id}/users/${user?.id}/roles/${role?.id}`), name).toBe(true);
    }
    const [domain] = await own.list('domain', { name: 'stacks' });
    const [head] = await own.list('user', { name: 'stacks_admin', domain_id: domain?.id ?? '' });
    expect(await own.isPassword(head?.id ?? '', 'secret-4')).toBe(true);
  });

  it('goes on where it broke off', async () => {
    const other = { ...fresh, region: 'Another', user: 'another', domain: 'others', domainAdmin: 'others_admin' };
    const { domainAdminPassword: _, ...without } = other;
    const first = await run({ ...without, domainAdminPassword: undefined });
    expect(lines.at(-1)).toMatch(/^left out +the stack domain/);
    const all = await run(other);
    expect(all).toMatchObject({ changed: 0, made: 3 });
    expect(all.kept).toBe(first.made + first.kept);
  });
});

describe('what is not there', () => {
  it('is said before anything is written', async () => {
    await expect(run({ project: 'none', user: 'never' })).rejects.toThrow(/there is no project "none"/);
    await expect(run({ owners: [{ user: 'none', project: 'demo' }] })).rejects.toThrow(/there is no user "none"/);
    await expect(run({ user: 'never', password: undefined })).rejects.toThrow(/give --password-file/);
    expect(await admin.list('user', { name: 'never' })).toEqual([]);
  });

  it('may be done by admins only', async () => {
    const demo = await Admin.open(as('demo', 'password', 'demo'));
    await expect(register(demo, wanted(), () => undefined)).rejects.toThrow(/Keystone answered GET .* with 403/);
  });
});

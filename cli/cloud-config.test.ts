import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCloudConfig } from './cloud-config.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-clouds-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const read = (env: Record<string, string>) =>
  readCloudConfig({ env, home: join(folder, 'home'), folder: join(folder, 'work') });

function file(path: string, text: string): string {
  const place = join(folder, path);
  mkdirSync(join(place, '..'), { recursive: true });
  writeFileSync(place, text);
  return place;
}

const password = { OS_AUTH_URL: 'http://k:5000', OS_USERNAME: 'demo', OS_PASSWORD: 'pw', OS_PROJECT_NAME: 'proj' };

describe('the environment', () => {
  it('is a cloud of its own', () => {
    expect(read(password)).toEqual({
      authUrl: 'http://k:5000/v3',
      proof: { kind: 'password', user: { name: 'demo', domain: { id: 'default' } }, password: 'pw' },
      project: { name: 'proj', domain: { id: 'default' } },
      region: undefined,
      interface: 'public',
      caFile: undefined,
      insecure: false,
    });
    const more = {
      OS_AUTH_URL: 'https://k/identity/v3/',
      OS_USER_DOMAIN_NAME: 'U',
      OS_PROJECT_DOMAIN_ID: 'pd',
      OS_REGION_NAME: 'R',
      OS_INTERFACE: 'internalURL',
      OS_CACERT: '/ca.pem',
      OS_INSECURE: 'True',
    };
    expect(read({ ...password, ...more })).toMatchObject({
      authUrl: 'https://k/identity/v3',
      proof: { user: { name: 'demo', domain: { name: 'U' } } },
      project: { name: 'proj', domain: { id: 'pd' } },
      region: 'R',
      interface: 'internal',
      caFile: '/ca.pem',
      insecure: true,
    });
    expect(read({ ...password, OS_PROJECT_ID: 'pid', OS_USER_ID: 'uid' })).toMatchObject({
      proof: { user: { id: 'uid' } },
      project: { id: 'pid' },
    });
  });

  it('may hold a token or an application credential', () => {
    const url = { OS_AUTH_URL: 'http://k/v3' };
    expect(read({ ...url, OS_TOKEN: 't' })).toMatchObject({ proof: { kind: 'token', token: 't' }, project: undefined });
    const secret = { ...url, OS_APPLICATION_CREDENTIAL_SECRET: 's', OS_PROJECT_NAME: 'ignored' };
    expect(read({ ...secret, OS_APPLICATION_CREDENTIAL_ID: 'i' })).toMatchObject({
      proof: { kind: 'application credential', credential: { id: 'i' }, secret: 's' },
      project: undefined,
    });
    const named = { ...secret, OS_AUTH_TYPE: 'v3applicationcredential', OS_APPLICATION_CREDENTIAL_NAME: 'n' };
    expect(read({ ...named, OS_USERNAME: 'u' }).proof).toMatchObject({
      credential: { name: 'n', user: { name: 'u', domain: { id: 'default' } } },
    });
  });

  it('says what is missing, and never what is there', () => {
    expect(() => read({})).toThrow('set OS_CLOUD (with a clouds.yaml), or OS_AUTH_URL');
    expect(() => read({ ...password, OS_PASSWORD: '' })).toThrow('the environment lacks OS_PASSWORD');
    expect(() => read({ ...password, OS_USERNAME: '' })).toThrow('lacks OS_USERNAME or OS_USER_NAME or OS_USER_ID');
    expect(() => read({ ...password, OS_AUTH_TYPE: 'v3oidcpassword' })).toThrow('"v3oidcpassword" is not known');
    expect(() => read({ ...password, OS_INTERFACE: 'private' })).toThrow('"private" is none of public');
    expect(() => read({ ...password, OS_AUTH_URL: 'k' })).toThrow('"k" is not the URL of a Keystone');
  });
});

describe('clouds.yaml', () => {
  const clouds = `clouds:
  one:
    auth: {auth_url: http://one/v3, username: demo, project_name: p, user_domain_name: D, project_domain_name: D}
    region_name: R1
    interface: internal
    verify: false
    cacert: /c
  two: {auth_type: v3applicationcredential, auth: {auth_url: http://two, application_credential_id: 7, application_credential_secret: s}}
`;

  it('is found in the working folder first, then in the user’s', () => {
    file('home/.config/openstack/clouds.yaml', clouds);
    file('home/.config/openstack/secure.yaml', 'clouds: {one: {auth: {password: hidden}}}');
    expect(read({ OS_CLOUD: 'one' })).toEqual({
      authUrl: 'http://one/v3',
      proof: { kind: 'password', user: { name: 'demo', domain: { name: 'D' } }, password: 'hidden' },
      project: { name: 'p', domain: { name: 'D' } },
      region: 'R1',
      interface: 'internal',
      caFile: '/c',
      insecure: true,
    });
    expect(read({ OS_CLOUD: 'one', OS_REGION_NAME: 'R2', OS_PASSWORD: 'not this one' })).toMatchObject({
      region: 'R2',
      proof: { password: 'hidden' },
    });
    expect(read({ OS_CLOUD: 'two' }).proof).toMatchObject({ credential: { id: '7' }, secret: 's' });
    const mine = 'clouds: {mine: {auth: {auth_url: http://mine, username: u, project_id: p}}}';
    file('work/clouds.yaml', mine);
    expect(read({ OS_PASSWORD: 'pw' })).toMatchObject({ authUrl: 'http://mine/v3', proof: { password: 'pw' } });
    expect(() => read({ OS_CLOUD: 'one' })).toThrow('has no cloud "one"; there are: mine');
    const elsewhere = file('elsewhere.yaml', mine.replace('mine', 'other'));
    expect(read({ OS_CLIENT_CONFIG_FILE: elsewhere, OS_CLOUD: 'other', OS_PASSWORD: 'x' }).authUrl).toBe(
      'http://mine/v3',
    );
  });

  it('says what is wrong with it', () => {
    expect(() => read({ OS_CLOUD: 'one' })).toThrow('OS_CLOUD is "one", but there is no clouds.yaml');
    const path = file('work/clouds.yaml', clouds);
    expect(() => read({})).toThrow(`${path} has several clouds (one, two): name one with OS_CLOUD`);
    expect(() => read({ OS_CLOUD: 'one' })).toThrow(`the cloud "one" of ${path} lacks auth.password`);
    file('work/clouds.yaml', 'clouds: [');
    expect(() => read({})).toThrow(`${path}: `);
    file('work/clouds.yaml', 'a: 1');
    expect(() => read({})).toThrow(`${path} has no section "clouds"`);
    file('work/clouds.yaml', 'clouds: {v: {profile: vexxhost}}');
    expect(() => read({})).toThrow('has only a vendor’s profile'.replace('’', "'"));
  });
});

/**
 * Which cloud, and as whom: OS_* variables and clouds.yaml, as OpenStack's own clients read them.
 *
 * OS_CLOUD names an entry of the first clouds.yaml that is found (with secure.yaml on top of it); without OS_CLOUD the
 * OS_* variables are the cloud; without those the file's only entry is. OS_REGION_NAME, OS_INTERFACE, OS_PASSWORD and
 * OS_CACERT also fill or override an entry of the file, which is how a shell picks a region for one command.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ValueSyntaxError } from '../engine/values/syntax.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../engine/values/value.ts';
import { parseYaml } from '../engine/values/yaml.ts';
import { Unusable } from './unusable.ts';

export type Named = { readonly id: string } | { readonly name: string; readonly domain: Domain };
export type Domain = { readonly id: string } | { readonly name: string };

export type Proof =
  | { readonly kind: 'password'; readonly user: Named; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }
  | {
      readonly kind: 'application credential';
      readonly credential: { readonly id: string } | { readonly name: string; readonly user: Named };
      readonly secret: string;
    };

export interface CloudConfig {
  /** With `/v3`, without a slash at its end. */
  readonly authUrl: string;
  readonly proof: Proof;
  /** Undefined: what the token or application credential is scoped to already. */
  readonly project: Named | undefined;
  readonly region: string | undefined;
  readonly interface: 'public' | 'internal' | 'admin';
  /** A file of certificates to trust. */
  readonly caFile: string | undefined;
  /** The server's certificate is not checked. */
  readonly insecure: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

export interface Places {
  readonly env: Env;
  readonly home: string;
  readonly folder: string;
}

export const here = (): Places => ({ env: process.env, home: homedir(), folder: process.cwd() });

/** Throws Unusable, saying what to set, where no cloud is named or an entry lacks something. */
export function readCloudConfig({ env, home, folder }: Places = here()): CloudConfig {
  const set = (name: string): string | undefined => env[name] || undefined;
  const name = set('OS_CLOUD');
  if (name === undefined && (set('OS_AUTH_URL') ?? set('OS_AUTH_TYPE')) !== undefined) return fromEnv(set);
  const files = [
    set('OS_CLIENT_CONFIG_FILE'),
    join(folder, 'clouds.yaml'),
    join(home, '.config', 'openstack', 'clouds.yaml'),
    '/etc/openstack/clouds.yaml',
  ];
  const path = files.find(file => file !== undefined && existsSync(file));
  if (path === undefined) {
    if (name === undefined) throw new Unusable(nothingSet);
    throw new Unusable(
      `OS_CLOUD is "${name}", but there is no clouds.yaml (./clouds.yaml, ~/.config/openstack/clouds.yaml)`,
    );
  }
  const clouds = cloudsOf(path, join(path, '..', 'secure.yaml'));
  const [only] = clouds.size === 1 ? [...clouds.keys()] : [];
  const chosen = name ?? only;
  const all = [...clouds.keys()].join(', ') || 'none';
  if (chosen === undefined) throw new Unusable(`${path} has several clouds (${all}): name one with OS_CLOUD`);
  const cloud = clouds.get(chosen);
  if (cloud === undefined) throw new Unusable(`${path} has no cloud "${chosen}"; there are: ${all}`);
  return fromFile(cloud, `the cloud "${chosen}" of ${path}`, set);
}

const nothingSet =
  'no cloud to talk to: set OS_CLOUD (with a clouds.yaml), or OS_AUTH_URL, OS_USERNAME, OS_PASSWORD and ' +
  'OS_PROJECT_NAME; for the all-in-one of this machine: eval "$(convect dev env)"';

/** Clouds by name; what secure.yaml says of one goes on top. */
function cloudsOf(path: string, secure: string): ReadonlyMap<string, ValueMap> {
  const open = sectionOf(path);
  const secrets = existsSync(secure) ? sectionOf(secure) : new Map<string, ValueMap>();
  return new Map([...open].map(([name, cloud]) => [name, merged(cloud, secrets.get(name) ?? new Map())]));
}

function sectionOf(path: string): ReadonlyMap<string, ValueMap> {
  let document: Value;
  try {
    document = parseYaml(readFileSync(path));
  } catch (error) {
    if (error instanceof ValueSyntaxError) throw new Unusable(`${path}: ${error.message}`);
    throw new Unusable(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const clouds = isMap(document) ? (document.get('clouds') ?? null) : null;
  if (!isMap(clouds)) throw new Unusable(`${path} has no section "clouds"`);
  return new Map([...clouds].filter((entry): entry is [string, ValueMap] => isMap(entry[1])));
}

function merged(base: ValueMap, over: ValueMap): ValueMap {
  return mapOf([
    ...base,
    ...[...over].map(([key, value]): [string, Value] => {
      const before = base.get(key) ?? null;
      return [key, isMap(before) && isMap(value) ? merged(before, value) : value];
    }),
  ]);
}

type Get = (name: string) => string | undefined;

function fromEnv(set: Get): CloudConfig {
  const names: Readonly<Record<string, string>> = { user_name: 'USERNAME', project: 'PROJECT', auth_url: 'AUTH_URL' };
  const get: Get = key => set(`OS_${names[key] ?? key.toUpperCase()}`);
  return configOf(get, set('OS_AUTH_TYPE'), {
    what: 'the environment',
    spelled: key => `OS_${key.toUpperCase()}`,
    region: set('OS_REGION_NAME'),
    interface: set('OS_INTERFACE') ?? set('OS_ENDPOINT_TYPE'),
    caFile: set('OS_CACERT'),
    insecure: ['1', 'true', 'yes'].includes((set('OS_INSECURE') ?? '').toLowerCase()),
  });
}

function fromFile(cloud: ValueMap, what: string, set: Get): CloudConfig {
  if (cloud.has('profile') && !isMap(cloud.get('auth') ?? null)) {
    throw new Unusable(`${what} has only a vendor's profile; write its auth section out`);
  }
  const text = (map: ValueMap, key: string): string | undefined => {
    const value = map.get(key) ?? null;
    if (typeof value === 'bigint') return value.toString();
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const section = cloud.get('auth') ?? null;
  const auth = isMap(section) ? section : new Map<string, Value>();
  const get: Get = key => text(auth, key) ?? (key === 'password' ? set('OS_PASSWORD') : undefined);
  return configOf(get, text(cloud, 'auth_type'), {
    what,
    spelled: key => `auth.${key}`,
    region: set('OS_REGION_NAME') ?? text(cloud, 'region_name'),
    interface: set('OS_INTERFACE') ?? text(cloud, 'interface'),
    caFile: set('OS_CACERT') ?? text(cloud, 'cacert'),
    insecure: cloud.get('verify') === false,
  });
}

interface Rest {
  readonly what: string;
  /** A key as it is written there, for messages. */
  readonly spelled: (key: string) => string;
  readonly region: string | undefined;
  readonly interface: string | undefined;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
}

function configOf(get: Get, type: string | undefined, rest: Rest): CloudConfig {
  const { what, spelled, region, caFile, insecure } = rest;
  const need = (...keys: readonly [string, ...string[]]): string => {
    const found = keys.map(get).find(value => value !== undefined);
    if (found === undefined) throw new Unusable(`${what} lacks ${keys.map(spelled).join(' or ')}`);
    return found;
  };
  const face = (rest.interface ?? 'public').replace(/URL$/, '');
  if (face !== 'public' && face !== 'internal' && face !== 'admin') {
    throw new Unusable(`${what}: the interface "${face}" is none of public, internal, admin`);
  }
  const proof = proofOf(get, need, type, what);
  return {
    authUrl: versioned(need('auth_url')),
    proof,
    project: proof.kind === 'application credential' ? undefined : projectOf(get),
    region,
    interface: face,
    caFile,
    insecure,
  };
}

function proofOf(
  get: Get,
  need: (...keys: readonly [string, ...string[]]) => string,
  type: string | undefined,
  what: string,
): Proof {
  const guessed = get('application_credential_secret')
    ? 'v3applicationcredential'
    : get('token')
      ? 'token'
      : 'password';
  const asked = (type ?? guessed).replace(/^v3/, '');
  const user = (): Named => named(get, 'user', need('username', 'user_name', 'user_id'));
  switch (asked) {
    case 'password':
      return { kind: 'password', user: user(), password: need('password') };
    case 'token':
      return { kind: 'token', token: need('token') };
    case 'applicationcredential': {
      const secret = need('application_credential_secret');
      const id = get('application_credential_id');
      if (id !== undefined) return { kind: 'application credential', credential: { id }, secret };
      const name = need('application_credential_id', 'application_credential_name');
      return { kind: 'application credential', credential: { name, user: user() }, secret };
    }
    default:
      throw new Unusable(
        `${what}: auth type "${type}" is not known; there are password, token, v3applicationcredential`,
      );
  }
}

function projectOf(get: Get): Named | undefined {
  const name = get('project_name') ?? get('tenant_name');
  const id = get('project_id') ?? get('tenant_id');
  if (id !== undefined) return { id };
  return name === undefined ? undefined : named(get, 'project', name);
}

/** By id where there is one; else by name, in the domain that is given for it, or in the default one. */
function named(get: Get, kind: 'user' | 'project', name: string): Named {
  const id = get(`${kind}_id`);
  if (id !== undefined) return { id };
  const domainId = get(`${kind}_domain_id`) ?? get('domain_id') ?? get('default_domain_id');
  if (domainId !== undefined) return { name, domain: { id: domainId } };
  const domainName = get(`${kind}_domain_name`) ?? get('domain_name') ?? get('default_domain_name');
  return { name, domain: domainName === undefined ? { id: 'default' } : { name: domainName } };
}

function versioned(url: string): string {
  const bare = url.replace(/\/+$/, '');
  if (!URL.canParse(bare))
    throw new Unusable(`"${url}" is not the URL of a Keystone, such as http://127.0.0.1:5000/v3`);
  return /\/v3$/.test(bare) ? bare : `${bare.replace(/\/v2\.0$/, '')}/v3`;
}

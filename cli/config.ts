/**
 * Configuration files of a cluster's processes: YAML, checked against a schema before anything starts.
 *
 * All that is wrong is said at once, each with its place and with what would be right. Secrets are never in the file
 * itself but in files of their own, which it names. `${NAME}` in it is a variable of the environment.
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { toPlain } from '../engine/values/json.ts';
import { ValueSyntaxError } from '../engine/values/syntax.ts';
import { parseYaml } from '../engine/values/yaml.ts';
import type { Tls } from '../proto/grpc.ts';
import { fillIn } from './config-environment.ts';
import { engineSchema, gatewaySchema } from './config-schema.ts';
import type { TracingConfig } from './tracing.ts';
import { Unusable } from './unusable.ts';

interface TlsFiles {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly serverName?: string;
}

interface EtcdConfig {
  readonly hosts: readonly string[];
  readonly prefix?: string;
  readonly tls?: TlsFiles;
  readonly username?: string;
  readonly passwordFile?: string;
}

interface ServiceUserConfig {
  readonly authUrl: string;
  readonly userName: string;
  readonly passwordFile: string;
  readonly projectName: string;
  readonly userDomain?: string;
  readonly projectDomain?: string;
}

interface Common {
  readonly listen: string;
  readonly status?: string;
  readonly etcd: EtcdConfig;
  readonly tls?: TlsFiles;
  readonly insecure?: boolean;
  readonly tracing?: TracingConfig;
  readonly logLevel?: string;
}

export interface EngineConfig extends Common {
  readonly node: string;
  readonly advertise?: string;
  readonly databaseUrlFile: string;
  readonly migrate?: boolean;
  readonly vaultKeyFile: string;
  readonly allowed?: { readonly engines?: readonly string[]; readonly gateways?: readonly string[] };
  readonly cloud?: ServiceUserConfig & {
    readonly region?: string;
    readonly interface?: 'public' | 'internal' | 'admin';
    readonly ca?: string;
    readonly insecure?: boolean;
  };
  readonly fetch?: { readonly allow?: readonly string[]; readonly deny?: readonly string[] };
  readonly plugin_dirs?: readonly string[];
  readonly environment_dir?: string;
  readonly template_dir?: string;
}

export interface GatewayConfig extends Common {
  readonly keystone: ServiceUserConfig & { readonly publicUrl?: string };
  readonly drainSeconds?: number;
  readonly allowedOrigins?: readonly string[];
  readonly trustForwarded?: boolean;
  readonly awsFunctions?: boolean;
  readonly perProject?: { readonly atOnce?: number; readonly perSecond?: number; readonly burst?: number };
  readonly audit?: { readonly file?: string; readonly stdout?: true };
}

/** A configuration, and the files that it names. */
export interface Configured<C> {
  readonly config: C;
  /** The path of a file that the configuration names. */
  path(name: string): string;
  /** The whole text of such a file; throws Unusable. */
  text(name: string): string;
  /** A secret: the text without a line end after it. */
  secret(name: string): string;
}

/** Throws Unusable, saying all that is wrong. */
export function readEngineConfig(file: string): Configured<EngineConfig> {
  const configured = read<EngineConfig>(file, engineSchema);
  const { listen, advertise = listen } = configured.config;
  requireTls(file, configured.config, [listen, advertise]);
  if (/^(0\.0\.0\.0|\[::\]):/.test(advertise)) {
    throw new Unusable(`${file}: nobody reaches this engine at ${advertise}; say where they do: advertise: host:port`);
  }
  return configured;
}

/** Throws Unusable, saying all that is wrong. */
export function readGatewayConfig(file: string): Configured<GatewayConfig> {
  return read<GatewayConfig>(file, gatewaySchema);
}

/** The certificates that a configuration names. */
export function tlsOf({ config, text }: Configured<Common>): { readonly tls?: Tls } {
  const { tls } = config;
  if (tls?.ca === undefined || tls.cert === undefined || tls.key === undefined) return {};
  const { serverName } = tls;
  return {
    tls: {
      ca: text(tls.ca),
      cert: text(tls.cert),
      key: text(tls.key),
      ...(serverName !== undefined && { serverName }),
    },
  };
}

/** What a configuration says of tracing, the file's path from where the configuration is; undefined: nothing. */
export function tracingOf({ config, path }: Configured<Common>): TracingConfig | undefined {
  const { tracing } = config;
  return tracing?.file === undefined ? tracing : { ...tracing, file: path(tracing.file) };
}

/** Where etcd is, as engine/placement/etcd takes it. */
export function etcdOf({ config, text, secret }: Configured<Common>): {
  readonly hosts: readonly string[];
  readonly prefix?: string;
  readonly tls?: TlsFiles;
  readonly auth?: { readonly username: string; readonly password: string };
} {
  const { hosts, prefix, tls, username, passwordFile } = config.etcd;
  const { ca, cert, key, serverName } = tls ?? {};
  const texts = {
    ...(ca !== undefined && { ca: text(ca) }),
    ...(cert !== undefined && { cert: text(cert) }),
    ...(key !== undefined && { key: text(key) }),
    ...(serverName !== undefined && { serverName }),
  };
  return {
    hosts,
    ...(prefix !== undefined && { prefix }),
    ...(tls !== undefined && { tls: texts }),
    ...(username !== undefined && passwordFile !== undefined && { auth: { username, password: secret(passwordFile) } }),
  };
}

function read<C>(file: string, schema: object): Configured<C> {
  const config = checked<C>(file, schema);
  const path = (name: string): string => resolve(dirname(file), name);
  const text = (name: string): string => {
    try {
      return readFileSync(path(name), 'utf8');
    } catch (error) {
      throw new Unusable(`${file} names ${path(name)}, which cannot be read: ${codeOf(error)}`);
    }
  };
  return { config, path, text, secret: name => text(name).replace(/\r?\n$/, '') };
}

function checked<C>(file: string, schema: object): C {
  let document: unknown;
  try {
    document = toPlain(parseYaml(readFileSync(file)));
  } catch (error) {
    if (error instanceof ValueSyntaxError) throw new Unusable(`${file}: ${error.message}`);
    throw new Unusable(`${file} cannot be read: ${codeOf(error)}`);
  }
  const filled = fillIn(document, process.env);
  const validate = new Ajv({ allErrors: true, verbose: true }).compile(schema);
  if (validate(filled.document) && filled.missing.length === 0) return filled.document as C;
  const wrong = [...new Set([...filled.missing, ...(validate.errors ?? []).map(taught)])];
  throw new Unusable([`${file} is not right:`, ...wrong.map(line => `  ${line}`)].join('\n'));
}

interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

/** One line that says what is wrong and what would be right. It names no value: that may be a secret. */
function taught({ keyword, instancePath, params, parentSchema }: ErrorObject): string {
  const { description = '', properties = {} } = (parentSchema ?? {}) as Described;
  const place = instancePath.slice(1).replaceAll('/', '.');
  const below = (name: unknown): string => (place === '' ? String(name) : `${place}.${String(name)}`);
  if (keyword === 'required' || keyword === 'dependencies') {
    const name = String(params['missingProperty']);
    return `${below(name)} is missing: ${properties[name]?.description ?? ''}`;
  }
  if (keyword === 'additionalProperties') {
    const known = Object.keys(properties).join(', ');
    return `${below(params['additionalProperty'])} is not known; there are ${known}`;
  }
  return `${place === '' ? 'it' : place} shall be ${description}`;
}

/** What is not encrypted stays on this machine, unless somebody says that this is meant. */
function requireTls(file: string, { tls, insecure }: Common, places: readonly string[]): void {
  if (tls !== undefined || insecure === true) return;
  const open = places.find(place => !isLoopback(place));
  if (open === undefined) return;
  throw new Unusable(
    `${file}: ${open} can be reached by others, and without tls nothing is encrypted and everybody is let in; ` +
      'give tls (ca, cert, key), or say insecure: true',
  );
}

function isLoopback(place: string): boolean {
  const host = place.slice(0, place.lastIndexOf(':'));
  return host === 'localhost' || host === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

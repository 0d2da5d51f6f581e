/**
 * Which way a room may look, as one table, and the rule that keeps it.
 *
 * The rooms lie in layers so that each can be read, tested and replaced without those above it: the actors know
 * nothing of Heat, templates nothing of actors, types nothing of the engine that runs them, gateways nothing of the
 * engine's inside. A new folder has no row here, so its first import fails until somebody says where it stands.
 */
import { posix } from 'node:path';
import { lineOf, type Views, type Violation } from './source.ts';

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const importForms = [
  /\b(?:import|export)\b[\w$*\s{},]*?\bfrom\s*(['"])( *)\1/dg,
  /\bimport\s*(['"])( *)\1/dg,
  /\bimport\s*\(\s*(['"`])( *)\1/dg,
  /\bnew\s+URL\s*\(\s*(['"`])( *)\1\s*,\s*import\.meta\.url/dg,
];

/** All that a source imports: statically, for its types, for its effects, at run time, or as a worker's file. */
export function importsOf(source: Views): Import[] {
  return importForms.flatMap(form =>
    [...source.code.matchAll(form)].flatMap(match => {
      const [from, to] = match.indices?.[2] ?? [0, 0];
      const specifier = source.text.slice(from, to);
      const isSource = !match[0].startsWith('new') || /\.[jt]s$/.test(specifier);
      return isSource ? [{ specifier, line: lineOf(source.text, from) }] : [];
    }),
  );
}

const storePort = ['engine/store/store.ts', 'engine/store/tables.ts'];
const registry = 'engine/resources/registry.ts';
const shared = [
  'engine/kernel/errors.ts',
  'engine/kernel/limits.ts',
  'engine/kernel/limiter.ts',
  'engine/kernel/ids.ts',
  'engine/kernel/clock.ts',
  'engine/kernel/meters.ts',
  'engine/kernel/tracing.ts',
  'engine/values/',
];
const everyRoom = ['engine/', 'proto/'];

/** Folders end in a slash. Of several rows that fit a file, the longest path counts; a room may look at itself. */
const mayLook: Readonly<Record<string, readonly string[]>> = {
  'engine/kernel/': [],
  'engine/values/': ['engine/kernel/'],
  'engine/actors/': ['engine/kernel/', 'engine/values/', ...storePort],
  'engine/placement/': ['engine/kernel/', 'engine/values/', 'engine/actors/', ...storePort],
  'engine/store/': ['engine/kernel/'],
  'engine/template/': ['engine/kernel/', 'engine/values/'],
  'engine/kit/': ['engine/kernel/', 'engine/values/', 'engine/template/'],
  'engine/resources/': ['engine/kernel/', 'engine/values/', 'engine/template/', 'engine/kit/'],
  'engine/cloud/': ['engine/kernel/', 'engine/values/'],
  'engine/orchestration/': [
    'engine/kernel/',
    'engine/values/',
    'engine/actors/',
    'engine/template/',
    'engine/kit/',
    'proto/',
    ...storePort,
    registry,
  ],
  'engine/real/': [
    'engine/kernel/',
    'engine/values/',
    'engine/actors/',
    'engine/placement/',
    'engine/store/',
    'engine/cloud/',
    'proto/',
  ],
  'engine/real/compute-worker.ts': ['engine/real/', 'engine/orchestration/', 'engine/site/', registry],
  'engine/site/': [
    'engine/kernel/',
    'engine/values/',
    'engine/template/',
    'engine/kit/',
    'engine/orchestration/',
    registry,
  ],
  'engine/service/': [
    'engine/kernel/',
    'engine/values/',
    'engine/actors/',
    'engine/template/',
    'engine/kit/',
    'engine/orchestration/',
    'engine/resources/collections.ts',
    'proto/',
    ...storePort,
  ],
  'engine/transport/': ['engine/kernel/', 'engine/values/', 'engine/actors/', 'proto/'],
  'engine/node.ts': everyRoom,
  'engine/assembly.ts': everyRoom,
  'engine/local.ts': everyRoom,
  'engine/cluster.ts': everyRoom,
  'proto/': ['engine/kernel/', 'engine/values/'],
  'gateway/': ['proto/', ...shared],
  'cfn-gateway/': ['proto/', ...shared],
  'agents/': ['proto/', ...shared],
  'cli/': ['proto/', 'gateway/', 'cfn-gateway/', ...shared],
  'cli/engine.ts': ['cli/', ...everyRoom],
  'cli/gateway.ts': ['cli/', 'proto/', 'gateway/', 'engine/placement/etcd/', ...shared],
  'cli/admin-database.ts': ['cli/', 'engine/store/', 'engine/real/vault-key.ts', ...shared],
  'cli/tracing.ts': ['cli/', 'engine/real/tracer.ts', ...shared],
  'deploy/': ['cli/', ...shared],
  'cli/dev.ts': ['cli/', 'gateway/', 'cfn-gateway/', 'test/', ...everyRoom],
};

/** Built of all rooms: each imports every port's real home, so only the two commands that start an engine may. */
const compositionRoots = ['engine/node.ts', 'engine/assembly.ts', 'engine/local.ts', 'engine/cluster.ts'];
const mayCompose = new Set(['cli/dev.ts', 'cli/engine.ts', ...compositionRoots]);

/** Code that runs in tests only: it may look anywhere, and nothing but a test may look at it. */
export function isTest(path: string): boolean {
  return (
    path.startsWith('test/') || path.endsWith('.test.ts') || /^engine\/store\/conformance(\/|[^/]*\.ts$)/.test(path)
  );
}

function within(path: string, place: string): boolean {
  return place.endsWith('/') ? path.startsWith(place) : path === place;
}

function rowOf(path: string): string | undefined {
  return Object.keys(mayLook)
    .filter(place => within(path, place))
    .sort((a, b) => b.length - a.length)[0];
}

/** Why `from` may not import `to`, both paths within the repo; undefined if it may. */
export function forbidden(from: string, to: string): string | undefined {
  if (isTest(from)) return undefined;
  const row = rowOf(from);
  if (row === undefined) return `${from} stands in no room: give its folder a row in test/lint/imports.ts`;
  if (isTest(to)) {
    const allowed = (mayLook[row] ?? []).includes('test/') && to.startsWith('test/') && !to.endsWith('.test.ts');
    return allowed ? undefined : `${to} is there for tests only`;
  }
  if (compositionRoots.includes(to) && !mayCompose.has(from))
    return `${to} is built by cli/dev.ts and cli/engine.ts only`;
  if (row.endsWith('/') && within(to, row)) return undefined;
  return (mayLook[row] ?? []).some(place => within(to, place)) ? undefined : `${row} may not look at ${to}`;
}

/** The imports of one file that look the wrong way. */
export function direction(path: string, source: Views): Violation[] {
  return importsOf(source).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return [];
    const to = posix.join(posix.dirname(path), specifier);
    const why = forbidden(path, to);
    return why === undefined ? [] : [{ path, line, rule: 'import direction', what: why }];
  });
}

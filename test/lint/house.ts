/**
 * The house's own rules over the source text: what no general linter knows.
 *
 * Pure functions from a path and a text to what is wrong in it, so that each rule is itself tested with an example it
 * must catch. The one that matters most is `determinism`: a simulated run can be repeated, and its bug found again,
 * only if nothing in engine/ reads a clock, rolls dice, opens a socket or starts a thread but through the World.
 */
import { direction, importsOf, isTest } from './imports.ts';
import { lineOf, type Views, type Violation, views } from './source.ts';

const maxLines = 500;

/** What makes two runs of one seed differ; the names are those that an exception gives. */
const nondeterministic: Readonly<Record<string, RegExp>> = {
  Date: /(?<![\w$.])Date\b/g,
  random: /\bMath\s*\.\s*random\b/g,
  timers: /(?<![\w$.])(?:set|clear)(?:Timeout|Interval|Immediate)\b/g,
  performance: /(?<![\w$.])performance\b/g,
  process: /(?<![\w$.])process\s*[.[]/g,
  fetch: /(?<![\w$.])fetch\s*\(/g,
  crypto: /(?<![\w$.])crypto\s*\./g,
  Intl: /(?<![\w$.])Intl\b/g,
  locale: /\.\s*(?:toLocale\w*|localeCompare)\b/g,
  globalThis: /(?<![\w$.])globalThis\b/g,
  'garbage collection': /(?<![\w$.])(?:WeakRef|FinalizationRegistry)\b/g,
};

/** A function of our own may be called `fetch`; the linter's noRestrictedGlobals tells the scopes apart. */
const ownFetch = /\bfunction\s+fetch\b|\bimport\b[^;]*\bfetch\b[^;]*\bfrom\b/;

/** Modules and packages that are the same on every run; all others are I/O, clocks or dice. */
const deterministicModules = new Set([
  'node:assert',
  'node:assert/strict',
  'node:buffer',
  'node:path',
  'node:path/posix',
  'node:string_decoder',
  'node:url',
  'node:util',
  'ajv',
  'yaml',
]);

export interface Exception {
  /** A file, or a folder with a slash at its end. */
  readonly path: string;
  /** Names of the table above, or modules. */
  readonly uses: readonly string[] | 'everything';
  readonly why: string;
}

/** Files of engine/ that are the World for real, or stand outside of any simulated run. */
export const exceptions: readonly Exception[] = [
  { path: 'engine/node.ts', uses: 'everything', why: 'builds the World of a cluster node' },
  { path: 'engine/assembly.ts', uses: 'everything', why: 'builds the World of every engine' },
  { path: 'engine/cluster.ts', uses: 'everything', why: 'builds the World of a node of a cluster' },
  { path: 'engine/local.ts', uses: 'everything', why: 'builds the World of the all-in-one' },
  { path: 'engine/placement/etcd/', uses: 'everything', why: 'the directory for real: sockets, deadlines, a thread' },
  { path: 'engine/site/', uses: 'everything', why: "reads an operator's files before anything starts" },
  { path: 'engine/real/', uses: 'everything', why: 'the ports for real: clock, dice, tasks, transport, cloud, log' },
  {
    path: 'engine/actors/wire.ts',
    uses: ['node:fs', '@grpc/proto-loader'],
    why: "reads the package's own .proto files at start-up; the same on every run",
  },
  {
    path: 'engine/cloud/http.ts',
    uses: ['undici'],
    why: 'the Cloud port for real: its sockets; time comes from the World',
  },
  { path: 'engine/store/sql.ts', uses: 'everything', why: 'the store for real: sockets, time-outs, back-off' },
  { path: 'engine/store/sql/', uses: 'everything', why: 'the store for real: sockets, time-outs, back-off' },
  {
    path: 'engine/transport/',
    uses: ['@grpc/grpc-js'],
    why: 'the Transport port for real: its sockets; time and dice come from the World',
  },
  {
    path: 'engine/store/migrate.ts',
    uses: ['node:fs/promises', 'pg'],
    why: 'runs at start-up, before any actor',
  },
  {
    path: 'engine/store/embedded.ts',
    uses: 'everything',
    why: 'starts a database server as a child, before any actor',
  },
  { path: 'engine/store/files.ts', uses: ['node:fs'], why: 'finds the migrations in the package' },
  {
    path: 'engine/resources/nova/ssh-key.ts',
    uses: ['node:crypto'],
    why: 'the public half of a private key: it follows from its input alone, and dice give that',
  },
  {
    path: 'engine/template/functions/digest.ts',
    uses: ['node:crypto'],
    why: 'hashes: they depend on their input alone',
  },
  {
    path: 'engine/values/sealed.ts',
    uses: ['node:crypto'],
    why: 'AES-GCM; the nonce comes from the World, not from here',
  },
];

function excused(path: string, use: string, given: readonly Exception[]): boolean {
  return given.some(
    ({ path: place, uses }) =>
      (place.endsWith('/') ? path.startsWith(place) : path === place) && (uses === 'everything' || uses.includes(use)),
  );
}

interface Use {
  readonly use: string;
  readonly what: string;
  readonly line: number;
}

/** All that a source uses of the two lists above, excused or not. */
export function uses(source: Views): Use[] {
  const words = Object.entries(nondeterministic)
    .filter(([use]) => use !== 'fetch' || !ownFetch.test(source.code))
    .flatMap(([use, pattern]) =>
      [...source.code.matchAll(pattern)].map(match => ({
        use,
        what: match[0],
        line: lineOf(source.text, match.index),
      })),
    );
  const modules = importsOf(source)
    .filter(({ specifier }) => !specifier.startsWith('.') && !deterministicModules.has(specifier))
    .map(({ specifier, line }) => ({ use: specifier, what: `import of ${specifier}`, line }));
  return [...words, ...modules];
}

/** Clocks, dice, timers, sockets and threads in engine/ that are not the World's. */
export function determinism(path: string, source: Views, given: readonly Exception[] = exceptions): Violation[] {
  if (!path.startsWith('engine/') || isTest(path)) return [];
  return uses(source)
    .filter(({ use }) => !excused(path, use, given))
    .map(({ what, line }) => ({ path, line, rule: 'determinism', what: `${what}: only through the World's ports` }));
}

/** A file that has become several. */
export function length(path: string, text: string): Violation[] {
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  return lines > maxLines
    ? [{ path, line: maxLines + 1, rule: 'length', what: `${lines} lines, ${maxLines} at most` }]
    : [];
}

function search(path: string, view: string, pattern: RegExp, rule: string, why: string): Violation[] {
  return [...view.matchAll(pattern)].map(match => ({
    path,
    line: lineOf(view, match.index),
    rule,
    what: `${match[0].trim()}: ${why}`,
  }));
}

/** What keeps a bug, a cycle or a lost promise out of sight is never switched off, whatever the reason. */
const keptOn =
  'suspicious/(?:noExplicitAny|noImportCycles|noTsIgnore|noFocusedTests|noSkippedTests)|nursery/|style/noRestrictedGlobals';

/** One named rule, for one place, with a reason: the only form in which lint may be switched off. */
const reasoned = `(?!\\s+lint/(?!${keptOn})\\w+/\\w+: \\S)`;

/** Types or lint switched off, and what is left open, in the words of comments. */
export function switchedOff(path: string, source: Views): Violation[] {
  const types = isTest(path) ? /@ts-(?:ignore|nocheck)\b/g : /@ts-(?:ignore|nocheck|expect-error)\b/g;
  return [
    ...search(path, source.comments, types, 'switched off', 'mend what it hides'),
    ...search(
      path,
      source.comments,
      new RegExp(`\\bbiome-ignore${reasoned}`, 'g'),
      'switched off',
      'mend what it hides',
    ),
    ...search(path, source.comments, /\b(?:TODO|FIXME|XXX|HACK)\b/g, 'left open', 'build it, or leave it away'),
  ];
}

/** Tests that do not run, or keep the others from running. */
export function asleep(path: string, source: Views): Violation[] {
  const pattern = /(?<![\w$.])(?:it|test|describe|suite)(?:\s*\.\s*\w+)*\s*\.\s*(?:only|skip|todo|skipIf|runIf)\b/g;
  return search(path, source.code, pattern, 'asleep', 'every test runs, everywhere');
}

/** Where this was written, and where its packages came from: no business of those who read it. */
export function places(path: string, text: string): Violation[] {
  const hosts =
    /\b(?:registry\.(?:npmjs|yarnpkg|npmmirror)|(?:deb|security)\.debian\.org|files\.pythonhosted\.org|pypi\.org)\b/g;
  const paths = /(?<![\w$}.)\]/-])\/(?:work|farm|home|Users)\/\w+/g;
  return [
    ...search(path, text, hosts, 'places', 'the host of a registry is a setting of the machine'),
    ...search(path, text, paths, 'places', 'a path of one machine'),
    ...search(path, text, /"resolved": "https?:/g, 'places', 'lock with omit-lockfile-registry-resolved'),
  ];
}

/** Every rule over one file of the repo. */
export function check(path: string, text: string): Violation[] {
  if (!path.endsWith('.ts')) return places(path, text);
  const source = views(text);
  return [
    ...places(path, text),
    ...length(path, text),
    ...direction(path, source),
    ...determinism(path, source),
    ...switchedOff(path, source),
    ...asleep(path, source),
  ];
}

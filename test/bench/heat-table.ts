/**
 * The table that real Heat was measured with: the same script (`../shared/lab/bench_heat.py`, beside this repo), the
 * same clients and the same cases, as far as Convect has what they need, against the all-in-one.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AllInOneChild } from '../support/allinone.ts';
import { run, transcript } from '../support/command.ts';
import { aligned, type Figures } from './report.ts';

const heatCases = 'A,B,C,D,E,F,G,H';
const label = 'convect';
const timeoutMs = 900_000;

/** The repo's folder; compiled code lies one folder deeper. */
const repo = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../' : '../../../', import.meta.url));

/** Where the script is; undefined where this repo stands without it. */
export function heatScript(): string | undefined {
  const script = join(repo, '..', 'shared', 'lab', 'bench_heat.py');
  return existsSync(script) ? script : undefined;
}

interface Single {
  readonly n: number;
  readonly create_s?: number;
  readonly delete_s?: number;
  readonly error?: string;
}

interface Change {
  readonly update_s: number;
}

/** Cases of single stacks, and what they are of. */
const singleCases: Readonly<Record<string, string>> = {
  A: 'independent RandomStrings',
  B: 'Values in a chain',
  C: 'RandomStrings in a group',
};

/** What real Heat took with the same script on a machine like this one, in seconds, as far as it is on record. */
const heatSeconds: Readonly<Record<string, number>> = {
  'table-A-create-1000': 57,
  'table-A-delete-1000': 41,
  'table-B-create-100': 2.7,
  'table-C-create-100': 4.4,
  'table-F-no-op': 4.9,
};

/** Runs it; returns its table and its figures. Throws with what it said where a case failed. */
export async function heatTable(
  child: AllInOneChild,
  script: string,
): Promise<{ readonly table: string; readonly figures: readonly Figures[] }> {
  const out = mkdtempSync(join(tmpdir(), 'convect-bench-'));
  try {
    const engine = `engine=main\\.js dev --port-base ${child.portBase} `;
    const database = `postgres=${child.dataDir}/postgres|^LAB_DAEMON= postgres: `;
    const args = ['--label', label, '--out', out, '--cases', heatCases, '--group', engine, '--group', database];
    const ran = await run('python3', [script, ...args], { env: child.env(), timeoutMs });
    if (ran.status !== 0) throw new Error(`bench_heat.py failed\n${transcript(ran)}`);
    const result = <T>(name: string): T =>
      (JSON.parse(readFileSync(join(out, `${label}-${name}.json`), 'utf8')) as { readonly result: T }).result;
    const singles = Object.keys(singleCases).flatMap(name =>
      result<readonly Single[]>(name).map(single => ({ name, ...single })),
    );
    const failed = singles.find(single => single.error !== undefined);
    if (failed !== undefined) throw new Error(`bench_heat.py, case ${failed.name} ${failed.n}: ${failed.error}`);
    const figures = [...singles.flatMap(figuresOf), ...changesOf(result<Readonly<Record<string, Change>>>('F'))];
    return { table: `${readFileSync(join(out, `${label}.md`), 'utf8')}\n${besideHeat(figures)}\n`, figures };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function figureOf(name: string, seconds: number, resources: number): Figures {
  const rate = Number((resources / seconds).toFixed(1));
  return { case: name, seconds, limit_seconds: null, rate, cpu_seconds: null, rss_mib: null };
}

function figuresOf({ name, n, create_s, delete_s }: Single & { readonly name: string }): readonly Figures[] {
  const halves = [
    ['create', create_s],
    ['delete', delete_s],
  ] as const;
  return halves.flatMap(([half, seconds]) =>
    seconds === undefined ? [] : [figureOf(`table-${name}-${half}-${n}`, seconds, n)],
  );
}

/** Updates of 100 resources: one changed in place, one replaced, none. */
function changesOf(changes: Readonly<Record<string, Change>>): readonly Figures[] {
  return Object.entries(changes).map(([about, { update_s }]) => {
    const kind = about.startsWith('no-op') ? 'no-op' : about.includes('replaced') ? 'replaced' : 'in-place';
    return figureOf(`table-F-${kind}`, update_s, 100);
  });
}

/** The cases of which real Heat's time is on record. */
export function besideHeat(figures: readonly Figures[]): string {
  const lines = figures.flatMap(({ case: name, seconds }) => {
    const heat = heatSeconds[name];
    if (heat === undefined) return [];
    const [, letter = ''] = name.split('-');
    const about = singleCases[letter] ?? 'update of 100 RandomStrings';
    return [[name, about, seconds.toFixed(3), `${heat} s`, `${(heat / seconds).toFixed(0)} ×`]];
  });
  return aligned([['case', 'of', 'seconds', 'real Heat', 'faster'], ...lines]);
}

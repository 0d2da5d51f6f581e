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
import type { Figures } from './report.ts';

/** Not C (resource groups): they are not there yet. */
const heatCases = 'A,B,D,E,F,G,H';
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
    const singles = ['A', 'B'].flatMap(name => result<readonly Single[]>(name).map(single => ({ name, ...single })));
    const failed = singles.find(single => single.error !== undefined);
    if (failed !== undefined) throw new Error(`bench_heat.py, case ${failed.name} ${failed.n}: ${failed.error}`);
    return { table: readFileSync(join(out, `${label}.md`), 'utf8'), figures: singles.flatMap(figuresOf) };
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

function figuresOf({ name, n, create_s, delete_s }: Single & { readonly name: string }): readonly Figures[] {
  const halves = [
    ['create', create_s],
    ['delete', delete_s],
  ] as const;
  return halves.flatMap(([half, seconds]) =>
    seconds === undefined
      ? []
      : [
          {
            case: `table-${name}-${half}-${n}`,
            seconds,
            limit_seconds: null,
            rate: Number((n / seconds).toFixed(1)),
            cpu_seconds: null,
            rss_mib: null,
          },
        ],
  );
}

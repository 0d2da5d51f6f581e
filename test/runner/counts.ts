/**
 * Reads what a phase of `npm test` printed or wrote, into one kind of count.
 *
 * The invariant: a phase that checked nothing has failed. A count that cannot be read, a run of no tests, a child that
 * ended badly though every test in it passed (a crash after the last test, an unhandled rejection): each is at least
 * one failure, so that nothing broken adds up to "0 failed".
 */

export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const none: Counts = { passed: 0, failed: 0, skipped: 0 };

export function add(a: Counts, b: Counts): Counts {
  return { passed: a.passed + b.passed, failed: a.failed + b.failed, skipped: a.skipped + b.skipped };
}

/** The fixed last line of `npm test`. */
export function lastLine(counts: Counts): string {
  return `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`;
}

/**
 * What a phase counts for in the end: an exit status other than 0 is a failure even if nothing in it says so, and so
 * is a phase that neither passed nor failed anything.
 */
export function settle(counts: Counts, status: number): Counts {
  const broken = status !== 0 || counts.passed === 0;
  return broken && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

/** A phase without counts of its own (types, lint): it is one check. */
export function oneCheck(status: number): Counts {
  return status === 0 ? { ...none, passed: 1 } : { ...none, failed: 1 };
}

interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

/**
 * vitest's JSON report. A file that could not even be loaded has no tests in it, and counts as one failure.
 * Throws SyntaxError if the text is not JSON.
 */
export function vitestCounts(text: string): Counts {
  const report = JSON.parse(text) as VitestReport;
  const unloaded = report.testResults.filter(file => file.status === 'failed' && file.assertionResults.length === 0);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + unloaded.length,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

const e2eLine = /^e2e: (\S+) (\d+) steps? passed, (\d+) failed$/;

/** The lines `e2e: NAME N steps passed, N failed`; a line for `all` is the sum of the others, so it is not added. */
export function e2eCounts(output: string): Counts {
  const lines = output
    .split('\n')
    .map(line => e2eLine.exec(line.trim()))
    .filter(match => match !== null);
  const single = lines.filter(([, name]) => name !== 'all');
  return (single.length > 0 ? single : lines).reduce(
    (sum, [, , passed, failed]) => add(sum, { passed: Number(passed), failed: Number(failed), skipped: 0 }),
    none,
  );
}

/** The last line of an output that is one, with its groups as numbers. */
function numbersIn(output: string, line: RegExp): readonly number[] | undefined {
  const found = output
    .split('\n')
    .map(each => line.exec(each.trim()))
    .findLast(match => match !== null);
  return found?.slice(1).map(Number);
}

/** So many were tried, and so many of those went wrong. */
function outOf(all: number, failed: number): Counts {
  return { passed: Math.max(0, all - failed), failed, skipped: 0 };
}

const simLine = /^sim: seeds=(\d+) .*\bviolations=(\d+)\b/;

/** The line `sim: seeds=N … violations=N …`: a seed is a test, a violation a failure. */
export function simCounts(output: string): Counts {
  const [seeds, failed] = numbersIn(output, simLine) ?? [];
  return seeds === undefined || failed === undefined ? none : outOf(seeds, failed);
}

const simTypesLine = /^sim: types=\d+ runs=(\d+) .*\bviolations=(\d+)$/;

/** The line `sim: types=N runs=N … violations=N`: a run is a test, a violation a failure. */
export function simTypesCounts(output: string): Counts {
  const [runs, failed] = numbersIn(output, simTypesLine) ?? [];
  return runs === undefined || failed === undefined ? none : outOf(runs, failed);
}

const modelLine = /^model: runs=(\d+) .*\bviolations=(\d+)$/;

/** The line `model: runs=N … violations=N`: a run is a test, a violation a failure. */
export function modelCounts(output: string): Counts {
  const [runs, failed] = numbersIn(output, modelLine) ?? [];
  return runs === undefined || failed === undefined ? none : outOf(runs, failed);
}

const chaosLine = /^chaos: kills=(\d+) stacks=\d+ lost=(\d+) orphans=(\d+) duplicates=(\d+) engine_failed=(\d+) /;

/** The line `chaos: kills=N … engine_failed=N …`: a kill is a test, what it cost a failure. */
export function chaosCounts(output: string): Counts {
  const [kills, ...costs] = numbersIn(output, chaosLine) ?? [];
  return kills === undefined
    ? none
    : outOf(
        kills,
        costs.reduce((sum, each) => sum + each, 0),
      );
}

const fuzzLine = /^fuzz: runs=(\d+) thrown=(\d+) hung=(\d+) /;

/** The line `fuzz: runs=N thrown=N hung=N …`: a run is a test, what was thrown and what hung are failures. */
export function fuzzCounts(output: string): Counts {
  const match = output
    .split('\n')
    .map(line => fuzzLine.exec(line.trim()))
    .findLast(found => found !== null);
  if (!match) return none;
  const [runs, failed] = [Number(match[1]), Number(match[2]) + Number(match[3])];
  return { passed: Math.max(0, runs - failed), failed, skipped: 0 };
}

const diffLine = /^diff: equal (\d+) of (\d+), text-only \d+, different \d+, known (\d+)$/;

/** The line `diff: equal N of M, …, known J`: a scenario is a test; what is neither equal nor meant has failed. */
export function diffCounts(output: string): Counts {
  const [equal, all, known] = numbersIn(output, diffLine) ?? [];
  if (equal === undefined || all === undefined || known === undefined) return none;
  return { passed: equal + known, failed: all - equal - known, skipped: 0 };
}

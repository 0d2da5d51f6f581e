import { describe, expect, it } from 'vitest';
import {
  add,
  diffCounts,
  e2eCounts,
  lastLine,
  chaosCounts,
  fuzzCounts,
  modelCounts,
  none,
  oneCheck,
  settle,
  simCounts,
  simTypesCounts,
  vitestCounts,
} from './counts.ts';

function report(
  numbers: Record<string, number>,
  files: { status: string; assertionResults: unknown[] }[] = [],
): string {
  const zero = { numPassedTests: 0, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0 };
  return JSON.stringify({ ...zero, ...numbers, testResults: files });
}

describe('what vitest counted', () => {
  it('adds tests that are to be written to the skipped ones', () => {
    const text = report({ numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 3 });
    expect(vitestCounts(text)).toEqual({ passed: 7, failed: 1, skipped: 5 });
  });

  it('counts a file that could not be loaded as one failure', () => {
    const files = [
      { status: 'failed', assertionResults: [] },
      { status: 'failed', assertionResults: [{}] },
      { status: 'passed', assertionResults: [{}] },
    ];
    expect(vitestCounts(report({ numPassedTests: 1, numFailedTests: 1 }, files)).failed).toBe(2);
  });

  it('throws on a report that was cut off', () => {
    expect(() => vitestCounts('{"numPassedTests": 3')).toThrow(SyntaxError);
  });
});

describe('what e2e printed', () => {
  it('adds its scenarios, and not their sum once more', () => {
    const output = [
      'starting',
      'e2e: openstackclient 14 steps passed, 0 failed',
      'e2e: bad-input 9 steps passed, 2 failed',
      'e2e: all 23 steps passed, 2 failed',
    ];
    expect(e2eCounts(output.join('\n'))).toEqual({ passed: 23, failed: 2, skipped: 0 });
  });

  it('takes the sum where that is all there is', () => {
    expect(e2eCounts('e2e: all 23 steps passed, 0 failed\n')).toEqual({ passed: 23, failed: 0, skipped: 0 });
  });

  it('finds nothing where nothing was printed', () => {
    expect(e2eCounts('Error: connect ECONNREFUSED')).toEqual(none);
  });
});

describe('what sim printed', () => {
  it('counts seeds', () => {
    const output = 'create 512\nsim: seeds=200 steps=81234 faults=911 violations=0 stacks_ended=600 digest=ab12\n';
    expect(simCounts(output)).toEqual({ passed: 200, failed: 0, skipped: 0 });
  });

  it('counts violations, even more of them than seeds', () => {
    expect(simCounts('sim: seeds=2 steps=9 faults=1 violations=5 stacks_ended=1 digest=0')).toEqual({
      passed: 0,
      failed: 5,
      skipped: 0,
    });
  });

  it('finds nothing in a run that ended before its last line', () => {
    expect(simCounts('seed 17: TypeError')).toEqual(none);
  });
});

describe('what a phase counts for', () => {
  it('keeps a clean one as it is', () => {
    expect(settle({ passed: 3, failed: 0, skipped: 1 }, 0)).toEqual({ passed: 3, failed: 0, skipped: 1 });
  });

  it('fails one that checked nothing', () => {
    expect(settle(none, 0).failed).toBe(1);
    expect(settle({ passed: 0, failed: 0, skipped: 9 }, 0).failed).toBe(1);
  });

  it('fails one that ended badly after its last test', () => {
    expect(settle({ passed: 3, failed: 0, skipped: 0 }, 1).failed).toBe(1);
  });

  it('does not count a failure twice', () => {
    expect(settle({ passed: 3, failed: 2, skipped: 0 }, 1).failed).toBe(2);
  });

  it('is one check where there are no tests in it', () => {
    expect(add(oneCheck(0), oneCheck(2))).toEqual({ passed: 1, failed: 1, skipped: 0 });
  });
});

it('prints the fixed last line', () => {
  expect(lastLine({ passed: 12, failed: 0, skipped: 1 })).toBe('12 passed, 0 failed, 1 skipped');
});

describe('what the model printed', () => {
  it('takes a run for a test, and a violation for a failure', () => {
    const line = 'model: runs=2000 ops=7000 replaced=3000 nested=1800 failed=2500 violations=0';
    expect(modelCounts(`1000 runs\n2000 runs\n${line}\n`)).toEqual({ passed: 2000, failed: 0, skipped: 0 });
    expect(modelCounts(line.replace('violations=0', 'violations=3'))).toEqual({ passed: 1997, failed: 3, skipped: 0 });
  });

  it('counts nothing without its line', () => {
    expect(modelCounts('seed 3: there is: a; the template says: b')).toEqual(none);
  });
});

it('takes a type’s run in the simulator for a test', () => {
  const line = 'sim: types=31 runs=195 faults=708 violations=2';
  expect(simTypesCounts(`  OS::Neutron::Net: 1 1 2\n${line}\n`)).toEqual({ passed: 193, failed: 2, skipped: 0 });
  expect(simTypesCounts('sim: seeds=200 violations=0')).toEqual(none);
});

describe('what chaos printed', () => {
  const line =
    'chaos: kills=10 stacks=300 lost=0 orphans=0 duplicates=0 engine_failed=0 resume_p50=4.0s resume_max=5s ttl=5s';

  it('takes a kill for a test, and all that it cost for failures', () => {
    expect(chaosCounts(`chaos: seed 1; starting a cluster\n${line}\n`)).toEqual({ passed: 10, failed: 0, skipped: 0 });
    const bad = line.replace('lost=0 orphans=0', 'lost=1 orphans=2');
    expect(chaosCounts(bad)).toEqual({ passed: 7, failed: 3, skipped: 0 });
  });

  it('counts nothing without its line', () => {
    expect(chaosCounts('chaos: failed: there is no etcd')).toEqual(none);
  });
});

describe('what diff printed', () => {
  it('takes a scenario for a test, and differences that are meant for passed ones', () => {
    const output = 'equal  create\ndiff: equal 90 of 100, text-only 2, different 3, known 5\n';
    expect(diffCounts(output)).toEqual({ passed: 95, failed: 5, skipped: 0 });
  });

  it('counts nothing without its line', () => {
    expect(diffCounts('diff: ENOENT')).toEqual(none);
  });
});

describe('the line of fuzz', () => {
  const line = 'fuzz: runs=20000 thrown=0 hung=0 max_ms=812 max_rss_mib=160';

  it('counts each run, and what was thrown or hung as failures', () => {
    expect(fuzzCounts(`…\n${line}\n`)).toEqual({ passed: 20_000, failed: 0, skipped: 0 });
    const failed = line.replace('thrown=0 hung=0', 'thrown=2 hung=1');
    expect(fuzzCounts(failed)).toEqual({ passed: 19_997, failed: 3, skipped: 0 });
  });

  it('counts nothing without its line', () => {
    expect(fuzzCounts('fuzz: a worker did not start')).toEqual(none);
  });
});

/**
 * What templates cost before anything is made of them: `validate-1000` in this process, from values that are read
 * already, beside what JavaScript takes to read and walk the same bytes; `show-beside-yaml` through the API of an
 * all-in-one, whose engine reads 500 KB of YAML again and again while somebody looks at a small stack.
 *
 * A thread's own work is counted in processor time, for which a busy machine is no excuse; answers are timed by the clock.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from '../../cli/client.ts';
import { validatedValues } from '../../engine/orchestration/validating.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { emptyEnvironment } from '../../engine/template/environment.ts';
import { withinWork } from '../../engine/template/work.ts';
import { parseJson } from '../../engine/values/json.ts';
import { isMap } from '../../engine/values/value.ts';
import { AllInOneChild } from '../support/allinone.ts';
import type { Figures } from './report.ts';
import { median, until } from './rounds.ts';
import { bigYaml, mixed } from './templates.ts';

export interface LanguageCase {
  readonly name: 'validate-1000' | 'show-beside-yaml';
  readonly about: string;
}

export const languageCases: readonly LanguageCase[] = [
  {
    name: 'validate-1000',
    about: 'a template of 1,000 resources validated from values, beside JSON.parse and a walk of the same bytes',
  },
  {
    name: 'show-beside-yaml',
    about: 'GET of a small stack, alone and while a YAML template of 500 KB is validated again and again',
  },
];

const resources = 1_000;
/** Of a resource. */
const mostMicroseconds = 10;
const warmUps = 30;
const rounds = 101;

export interface Measured {
  readonly figures: readonly Figures[];
  readonly lines: readonly string[];
  readonly fault: string | undefined;
}

/** `started` hears of the all-in-one, to end it early. */
export function measureLanguage(of: LanguageCase, started: (child: AllInOneChild) => void): Promise<Measured> {
  return of.name === 'validate-1000' ? measureValidate() : measureShow(started);
}

async function measureValidate(): Promise<Measured> {
  const text = JSON.stringify(mixed(resources));
  const raw = parseJson(text);
  if (!isMap(raw)) throw new Error('a template is a map');
  const registry = createRegistry();
  const read = { raw, files: new Map<string, string>(), environment: emptyEnvironment };
  const job = { projectId: 'p', ignoresMissingServices: false };
  const ours = timesOf(() => void withinWork(() => validatedValues(read, job, registry)));
  const floor = timesOf(() => void walked(JSON.parse(text)));
  const [mine, least] = [median(ours), median(floor)];
  const each = (ms: number): string => `${((ms * 1_000) / resources).toFixed(2)} µs a resource`;
  const fault =
    (mine * 1_000) / resources > mostMicroseconds
      ? `validate-1000: ${each(mine)}, ${mostMicroseconds} are allowed`
      : undefined;
  const figures: Figures = {
    case: 'validate-1000',
    seconds: mine / 1_000,
    limit_seconds: least / 1_000,
    rate: Math.round((resources * 1_000) / mine),
    cpu_seconds: mine / 1_000,
    rss_mib: null,
  };
  const lines = [
    `  validated, from values         ${each(mine)} (fastest ${each(Math.min(...ours))})`,
    `  JSON.parse and a walk          ${each(least)} (fastest ${each(Math.min(...floor))})`,
    `  ${text.length} bytes, ${rounds} rounds, medians of processor time: × ${(mine / least).toFixed(1)}`,
  ];
  return { figures: [figures], lines, fault };
}

/** Processor milliseconds of each round, after warm-ups. */
function timesOf(work: () => void): readonly number[] {
  for (let i = 0; i < warmUps; i++) work();
  return Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    work();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
}

/** Everything in a value looked at once. */
function walked(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  let count = 1;
  for (const item of Array.isArray(value) ? value : Object.values(value)) count += walked(item);
  return count;
}

const mostP99Ms = 50;
const shows = 400;
const pauseMs = 5;
const leastReads = 5;

async function measureShow(started: (child: AllInOneChild) => void): Promise<Measured> {
  const child = await AllInOneChild.start({ ephemeral: false });
  started(child);
  try {
    const session = await child.logIn();
    const path = await smallStack(session);
    const template = bigYaml(500_000);
    // The first of either finds code that was never run.
    await session.must('POST', '/validate', { json: { template } });
    await showTimes(session, path, 50);
    const alone = await showTimes(session, path, shows);
    const { times, reads } = await besideReads(session, path, template);
    return reported(template.length, reads, alone, times);
  } finally {
    await child.remove();
  }
}

async function smallStack(session: Session): Promise<string> {
  const template = {
    heat_template_version: '2018-08-31',
    resources: { s: { type: 'OS::Heat::RandomString' } },
    outputs: { o: { value: { get_attr: ['s', 'value'] } } },
  };
  const made = await session.must<{ readonly stack: { readonly id: string } }>('POST', '/stacks', {
    json: { stack_name: 'small', template, timeout_mins: 60 },
  });
  const path = `/stacks/small/${made.stack.id}`;
  await until(session, path, 'CREATE_COMPLETE');
  return path;
}

/** Milliseconds of each GET, one after the other. */
async function showTimes(session: Session, path: string, n: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < n; i++) {
    const began = performance.now();
    await session.must('GET', path);
    times.push(performance.now() - began);
    await sleep(pauseMs);
  }
  return times;
}

/** The same while a template is being read all the time. */
async function besideReads(
  session: Session,
  path: string,
  template: string,
): Promise<{ readonly times: readonly number[]; readonly reads: number }> {
  let [isOver, reads] = [false, 0];
  const reading = (async () => {
    while (!isOver || reads < leastReads) {
      await session.must('POST', '/validate', { json: { template } });
      reads += 1;
    }
  })();
  const times = [...(await showTimes(session, path, shows))];
  while (reads < leastReads) times.push(...(await showTimes(session, path, 10)));
  isOver = true;
  await reading;
  return { times, reads };
}

function reported(bytes: number, reads: number, alone: readonly number[], beside: readonly number[]): Measured {
  const [p50, p99] = [quantile(beside, 0.5), quantile(beside, 0.99)];
  const line = (what: string, times: readonly number[]): string => {
    const [middle, late, most] = [quantile(times, 0.5), quantile(times, 0.99), quantile(times, 1)];
    return `  ${what.padEnd(30)} p50 ${middle.toFixed(1)} ms, p99 ${late.toFixed(1)} ms, slowest ${most.toFixed(1)} ms`;
  };
  const before = quantile(alone, 0.99);
  const fault =
    p99 > mostP99Ms
      ? `show-beside-yaml: p99 ${p99.toFixed(1)} ms (alone ${before.toFixed(1)} ms), ${mostP99Ms} are allowed`
      : undefined;
  const figures: Figures = {
    case: 'show-beside-yaml',
    seconds: p99 / 1_000,
    limit_seconds: before / 1_000,
    rate: Math.round(1_000 / p50),
    cpu_seconds: null,
    rss_mib: null,
  };
  const lines = [
    line(`alone (${alone.length} times)`, alone),
    line(`beside (${beside.length} times)`, beside),
    `  ${reads} times ${bytes} bytes of YAML were validated meanwhile`,
  ];
  return { figures: [figures], lines, fault };
}

function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

/** Which jobs run where, in which order, and what becomes of one that does not end. */
import { afterEach, expect, it } from 'vitest';
import { createClock } from './clock.ts';
import { type ComputeParts, createCompute } from './compute.ts';

/** A thread that says what it was given; `hang` never ends, `die` takes the thread along. */
const worker = new URL(
  `data:text/javascript,${encodeURIComponent(`
  import { parentPort } from 'node:worker_threads';
  let jobs = 0;
  parentPort.on('message', ({ job, input }) => {
    jobs += 1;
    if (input.name === 'hang') for (;;);
    if (input.name === 'die') process.exit(1);
    if (input.name === 'unable') parentPort.postMessage({ unable: true });
    else if (input.name === 'wrong') parentPort.postMessage({ error: 'TypeError: wrong' });
    else parentPort.postMessage({ output: \`thread: \${job} \${input.name} \${jobs}\` });
  });
`)}`,
);

interface Input {
  readonly name: string;
  readonly chars: number;
  readonly project: string;
  readonly waitMs: number;
}

const input = (name: string, more: Partial<Input> = {}): Input => ({
  name,
  chars: 1_000_000,
  project: 'p',
  waitMs: 60_000,
  ...more,
});

const parts: ComputeParts = {
  jobs: { say: (of: Input) => `inline: ${of.name}` },
  worker,
  about: of => of as Input,
  inline: run => ({ done: run() }),
  overdue: () => 'overdue',
};

let compute: ReturnType<typeof createCompute> | undefined;
afterEach(() => compute?.stop());

function started(more: Partial<ComputeParts> = {}): (of: Input) => Promise<string> {
  const made = createCompute(createClock(), { ...parts, ...more });
  compute = made;
  return of => made.run<Input, string>('say', of);
}

it('runs what is small inline, and what is big in a thread', async () => {
  const said = started();
  expect(await said(input('a', { chars: 10 }))).toBe('inline: a');
  expect(await said(input('a'))).toBe('thread: say a 1');
});

it('hands on what is small and takes more than little work', async () => {
  const said = started({ inline: () => undefined });
  expect(await said(input('a', { chars: 10 }))).toBe('thread: say a 1');
});

it('lets projects take turns', async () => {
  const said = started();
  const jobs = [input('a1'), input('a2'), input('a3'), input('b1', { project: 'q' }), input('c1', { project: 'r' })];
  const all = await Promise.all(jobs.map(said));
  expect(
    all.map(text => text.slice('thread: say '.length)).sort((a, b) => Number(a.slice(-1)) - Number(b.slice(-1))),
  ).toEqual(['a1 1', 'a2 2', 'b1 3', 'c1 4', 'a3 5']);
});

it('ends a job that takes too long with its thread, and goes on with the next in another', async () => {
  const said = started({ jobMs: 2_000 });
  expect(await Promise.all([said(input('hang')), said(input('b'))])).toEqual(['overdue', 'thread: say b 1']);
});

it('refuses what waited for the thread longer than it may', async () => {
  const said = started({ jobMs: 2_000 });
  const all = [input('hang'), input('b', { waitMs: 100 }), input('c')];
  expect(await Promise.all(all.map(said))).toEqual(['overdue', 'overdue', 'thread: say c 1']);
});

it('runs here what its thread is not able to', async () => {
  expect(await started()(input('unable'))).toBe('inline: unable');
});

it('rejects the one job whose thread dies, or which throws', async () => {
  const said = started();
  const ends = await Promise.allSettled([said(input('a')), said(input('die')), said(input('wrong')), said(input('b'))]);
  expect(ends.map(end => (end.status === 'fulfilled' ? end.value : String(end.reason)))).toEqual([
    'thread: say a 1',
    'Error: the worker ended',
    'Error: TypeError: wrong',
    'thread: say b 2',
  ]);
});

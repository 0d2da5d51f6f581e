/** One seed of the counter actors on the simulated cluster. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadWire, type Wire } from '../../../engine/actors/wire.ts';
import { type Address, laneOf, type Uuid } from '../../../engine/kernel/ids.ts';
import { heal, startChaos } from '../chaos.ts';
import { request } from '../client.ts';
import { Cluster } from '../cluster.ts';
import type { Violation } from '../invariants/checks.ts';
import type { Plant } from '../plants/plant.ts';
import { counterBehaviours, decodeCounter, decodeRoot } from './counter.ts';

let wire: Wire | undefined;

/** The .proto stands beside the sources; compiled code finds it there too. */
function counterWire(): Wire {
  const folders = ['.', '../../../../test/sim/counter'].map(up => fileURLToPath(new URL(`${up}/`, import.meta.url)));
  const folder = folders.find(candidate => existsSync(`${candidate}envelope.proto`));
  if (folder === undefined) throw new Error("the counter's envelope.proto is missing");
  wire ??= loadWire(folder);
  return wire;
}

export interface CounterRun {
  readonly digest: string;
  readonly steps: number;
  readonly faults: number;
  readonly opened: number;
  readonly acknowledged: number;
  readonly violations: readonly Violation[];
  readonly tail: readonly string[];
}

const chaosMs = 30_000;
const healedMs = 900_000;
const maxSteps = 400_000;

export async function runCounter(
  seed: number,
  options: { verbose?: boolean; plant?: Plant } = {},
): Promise<CounterRun> {
  const cluster = new Cluster({
    seed,
    nodes: 3,
    verbose: options.verbose === true,
    wire: counterWire(),
    behaviours: counterBehaviours,
    unparks: new Set(['open']),
    cloud: () => ({ call: () => Promise.resolve({ kind: 'unsent', reason: 'counters call no cloud' }) }),
    plant: options.plant,
  });
  const { scheduler, checks, books } = cluster;
  const dice = cluster.dice.fork('counter');
  const opened: { readonly root: Address; readonly size: number }[] = [];
  const acknowledged: { readonly counter: Uuid; readonly id: Uuid }[] = [];
  const stacks = dice.between(1, 6);
  let pending = 0;

  const add = (to: Address) => {
    const id = dice.uuid();
    pending++;
    void request(cluster, to, { kind: 'add', amount: dice.between(1, 9) } as { kind: string }, id).then(told => {
      pending--;
      if (told.kind === 'answered') acknowledged.push({ counter: to.id, id });
    });
  };
  const open = () => {
    const stack = dice.uuid();
    const root: Address = { kind: 'root', stack, bucket: 0, id: stack };
    const size = dice.between(1, 12);
    pending++;
    void request(cluster, root, { kind: 'open', size } as { kind: string }, dice.uuid()).then(() => {
      pending--;
      opened.push({ root, size });
      const members = decodeRoot(books.stacks.get(stack) as never).members;
      for (let i = 0; i < 3; i++) scheduler.after(dice.span(0, 20_000), 'add', -1, () => add(dice.pick(members)));
    });
  };
  cluster.start();
  startChaos(cluster);
  for (let i = 0; i < stacks; i++) scheduler.after(dice.span(0, 15_000), 'open', -1, open);
  scheduler.after(chaosMs, 'heal', -1, () => heal(cluster));
  const quiet = () => scheduler.now > chaosMs + 1_000 && pending === 0 && books.unfinished.size === 0;
  scheduler.after(chaosMs + healedMs - 1, 'dump', -1, () => {
    for (const key of books.unfinished) {
      const row = books.rows.get(key);
      scheduler.note(
        () =>
          `unfinished ${row?.kind} ${key.slice(0, 6)} of ${row?.stack.slice(0, 6)} in shard ${row?.shard}, lane ${row === undefined ? '' : laneOf(row.stack)}`,
      );
    }
  });
  const how = await scheduler.run(() => checks.broken || quiet() || scheduler.now > chaosMs + healedMs, maxSteps);
  if (!checks.broken) {
    checks.expect(
      'every stack ends',
      how === 'done' && quiet(),
      () => `${pending} requests and ${books.unfinished.size} rows are unfinished (${how})`,
    );
    for (const { root, size } of opened) {
      const row = books.stacks.get(root.id);
      const members = row === undefined ? [] : decodeRoot(row).members;
      const last = books.rows.get(members.at(-1)?.id as Uuid);
      const total = last === undefined ? undefined : decodeCounter(last).total;
      checks.expect(
        'answered is kept',
        total === (size * (size - 1)) / 2,
        () => `root ${root.id} of ${size} ends with total ${total}`,
      );
    }
    for (const { counter, id } of acknowledged) {
      const row = books.rows.get(counter);
      const times = row === undefined ? 0 : decodeCounter(row).adds.filter(known => known.request === id).length;
      checks.expect(
        'answered is kept',
        times === 1,
        () => `an acknowledged add is ${times} times in counter ${counter}`,
      );
    }
    checks.expect('nothing parked', books.parked.size === 0, () => `${books.parked.size} stacks are parked`);
  }
  return {
    digest: scheduler.digest,
    steps: scheduler.steps,
    faults: cluster.faults.total,
    opened: opened.length,
    acknowledged: acknowledged.length,
    violations: checks.violations,
    tail: scheduler.tail(400),
  };
}

import { describe, expect, it } from 'vitest';
import type { Address, Bucket, Lane as LaneNumber, Session, Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { createDice } from '../real/dice.ts';
import type { RowSet, Store } from '../store/store.ts';
import { Activation } from './activation.ts';
import type { Behaviour } from './actor.ts';
import { Lane, type LaneHost } from './lane.ts';
import type { World } from './world.ts';

const behaviour = {} as Behaviour<unknown>;

/** An actor of a stack with so many messages waiting. */
function busy(stack: string, messages: number): Activation {
  const address: Address = { kind: 'resource', stack: stack as Uuid, bucket: 0 as Bucket, id: stack as Uuid };
  const activation = new Activation(address, behaviour);
  activation.phase = 'ready';
  for (let i = 0; i < messages; i++) activation.mailbox.push({ message: { kind: 'work', stack }, request: undefined });
  return activation;
}

/** Every turn takes `turnMs` and writes `rowsPerTurn` events; returns what each commit held, stack by stack. */
async function commitsOf(actors: readonly Activation[], turnMs: number, rowsPerTurn: number): Promise<string[][]> {
  let now = 0;
  const commits: string[][] = [];
  const store = {
    commit: async (_lane: unknown, _n: unknown, { events }: RowSet) => {
      commits.push(events.map(({ stack }) => stack));
    },
  } as unknown as Store;
  const clock = { now: () => 0, monotonic: () => now, soon: (go: () => void) => void setImmediate(go) };
  const world = { store, clock, dice: createDice() } as unknown as World;
  const host: LaneHost = {
    world,
    runTurn: (activation, _mail, part) => {
      now += turnMs;
      for (let i = 0; i < rowsPerTurn; i++) {
        part.events.push({ stack: activation.address.stack, clock: 0 } as unknown as RowSet['events'][number]);
        part.weight++;
      }
      return true;
    },
    released: () => undefined,
    refused: () => undefined,
    fenced: () => undefined,
  };
  const lane = new Lane(host, { session: 's' as Session, lane: 0 as LaneNumber });
  for (const actor of actors) lane.ready(actor);
  const turns = actors.reduce((sum, { mailbox }) => sum + mailbox.size, 0);
  while (commits.flat().length < turns * rowsPerTurn) await new Promise(setImmediate);
  return commits;
}

const turnMs = limits.commitGatherMs / 2;

describe('a lane with nothing under way', () => {
  it('gathers what one stack has waiting for longer than others would wait', async () => {
    expect(limits.commitGatherAloneMs).toBeGreaterThan(2 * limits.commitGatherMs);
    const turns = Math.floor(limits.commitGatherAloneMs / turnMs) - 1;
    expect(await commitsOf([busy('a', turns)], turnMs, 1)).toEqual([Array<string>(turns).fill('a')]);
  });
  it('commits early where several stacks wait for it, and takes turns between them', async () => {
    const [first] = await commitsOf([busy('a', 10), busy('b', 10)], turnMs, 1);
    expect(first).toEqual(['a', 'b']);
  });
  it('ends even the gathering of one stack', async () => {
    const turns = 10 * Math.floor(limits.commitGatherAloneMs / turnMs);
    const commits = await commitsOf([busy('a', turns)], turnMs, 1);
    expect(commits.length).toBeGreaterThan(1);
  });
  it('gathers no more rows than a commit may have', async () => {
    const commits = await commitsOf([busy('a', 4)], 0, limits.commitMaxRows / 2);
    expect(commits.map(rows => rows.length)).toEqual([limits.commitMaxRows, limits.commitMaxRows]);
  });
});

import { describe, expect, it } from 'vitest';
import type { Address, Lane as LaneNumber, Session, Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { createDice } from '../real/dice.ts';
import { CommitUnknown, type RowSet, type Store } from '../store/store.ts';
import { Activation } from './activation.ts';
import type { Behaviour, Effect } from './actor.ts';
import { Lane, type LaneHost } from './lane.ts';
import type { Mail } from './mailbox.ts';
import type { World } from './world.ts';

const behaviour = {} as Behaviour<unknown>;

/** An actor of a stack with so many messages waiting. */
function busy(stack: string, messages: number): Activation {
  const address: Address = { kind: 'resource', stack: stack as Uuid, bucket: 0, id: stack as Uuid };
  const activation = new Activation(address, behaviour);
  activation.phase = 'ready';
  for (let i = 0; i < messages; i++) activation.mailbox.push({ message: { kind: 'work' }, request: undefined } as Mail);
  return activation;
}

interface Work {
  readonly turnMs: number;
  /** What each turn writes. */
  readonly events: number;
  /** The first turn of each stack bears something. */
  readonly births?: boolean;
}

const born = { address: { stack: '' }, behaviour: {}, durable: {}, plan: null, activation: { take: () => 1 } };

/** Returns what each commit held, stack by stack. */
async function commitsOf(actors: readonly Activation[], { turnMs, events, births }: Work): Promise<string[][]> {
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
      if (births && part.births.length === 0) part.births.push(born as unknown as (typeof part.births)[number]);
      for (let i = 0; i < events; i++) {
        part.events.push({ stack: activation.address.stack, clock: 0 } as unknown as RowSet['events'][number]);
        part.weight++;
      }
      return true;
    },
    released: () => undefined,
    aheadRows: 1_000,
    refused: () => undefined,
    fenced: () => undefined,
  };
  const lane = new Lane(host, { session: 's' as Session, lane: 0 as LaneNumber });
  for (const actor of actors) lane.ready(actor);
  const turns = actors.reduce((sum, { mailbox }) => sum + mailbox.size, 0);
  while (commits.flat().length < turns * events) await new Promise(setImmediate);
  return commits;
}

const turnMs = limits.commitGatherMs / 2;

describe('a lane with nothing under way', () => {
  const work = { turnMs, events: 1 };
  const many = Math.floor(limits.commitGatherBirthMs / turnMs) - 1;
  it('gathers the turns of what is born for longer', async () => {
    expect(many * turnMs).toBeGreaterThan(2 * limits.commitGatherMs);
    const commits = await commitsOf([busy('a', many)], { ...work, births: true });
    expect(commits).toEqual([Array<string>(many).fill('a')]);
  });
  it('writes other turns soon', async () => {
    const [first] = await commitsOf([busy('a', many)], work);
    expect(first).toEqual(['a', 'a']);
  });
  it('writes soon where another stack waits for it, and takes turns between them', async () => {
    const [first] = await commitsOf([busy('a', 10), busy('b', 10)], { ...work, births: true });
    expect(first).toEqual(['a', 'b']);
  });
  it('does not gather for ever', async () => {
    const [first] = await commitsOf([busy('a', 10 * many)], { ...work, births: true });
    expect(first?.length).toBe(limits.commitGatherBirthMs / turnMs);
  });
  it('gathers no more rows than a commit may have', async () => {
    const commits = await commitsOf([busy('a', 4)], { turnMs: 0, events: limits.commitMaxRows / 2 });
    expect(commits.map(rows => rows.length)).toEqual([limits.commitMaxRows, limits.commitMaxRows]);
  });
});

describe('an answer that writes nothing', () => {
  /** A lane whose only turn answers somebody; `ours`: whether its session still owns what it speaks of. */
  async function answered(ours: boolean): Promise<string[]> {
    const seen: string[] = [];
    const commit = async (): Promise<void> => {
      seen.push('asked the database');
      if (!ours) throw new CommitUnknown('no fence row answered');
    };
    const clock = { now: () => 0, monotonic: () => 0, soon: (go: () => void) => void setImmediate(go) };
    const store = { commit, burn: async () => 'fenced' } as unknown as Store;
    const world = { store, clock, dice: createDice() } as unknown as World;
    const actor = busy('a', 1);
    const reply: Effect = { do: 'reply', request: 'r' as Uuid, answer: { kind: 'done' } };
    const lane = new Lane(
      {
        world,
        runTurn: (activation, _mail, part) => part.held.push({ activation, effect: reply, trace: undefined }) > 0,
        released: () => void seen.push('answered'),
        aheadRows: 1_000,
        refused: () => undefined,
        fenced: () => {
          seen.push('fenced');
          lane.end();
        },
      },
      { session: 's' as Session, lane: 0 as LaneNumber },
    );
    lane.ready(actor);
    while (!seen.includes('answered') && !seen.includes('fenced')) await new Promise(setImmediate);
    return seen;
  }

  it('leaves once it is sure that nobody else has taken over', async () => {
    expect(await answered(true)).toEqual(['asked the database', 'answered']);
    expect(await answered(false)).toEqual(['asked the database', 'fenced']);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { type Address, shardOfAddress, type Session, type Uuid } from '../kernel/ids.ts';
import { createClock } from '../real/clock.ts';
import { createDice } from '../real/dice.ts';
import type { Row, RowSet, Store } from '../store/store.ts';
import type { Behaviour } from './actor.ts';
import { Runtime } from './runtime.ts';
import type { World } from './world.ts';

const id = (n: number): Uuid => `00000000-0000-7000-8000-00000000000${n}` as Uuid;
const here: Address = { kind: 'resource', stack: id(1), bucket: 0, id: id(2) };
const other: Address = { kind: 'resource', stack: id(1), bucket: 1, id: id(3) };

const running: Runtime[] = [];
afterEach(() => {
  for (const one of running.splice(0)) one.end();
});

interface State {
  readonly waits: boolean;
}

/** An actor that waits for another until it is told `arrived`. What was done, in its order. */
function rigged(): { readonly runtime: Runtime; readonly done: string[] } {
  const done: string[] = [];
  const behaviour: Behaviour<State> = {
    kind: 'resource',
    table: 'resources',
    decode: () => ({ waits: true }),
    born: () => ({ waits: true }),
    durable: value => [{ table: 'resources', key: here.id, value }],
    encode: () => ({ unfinished: true, gone: false, columns: {}, state: '' }),
    handle: (state, { kind }) => {
      done.push(kind);
      return { state: { waits: kind !== 'arrived' && state?.waits === true }, effects: [] };
    },
    idle: () => false,
    pulls: ({ waits }) => (waits ? [other] : []),
  };
  const row = { key: here.id, actor: here.id, version: 1, clock: 0 } as unknown as Row;
  const store: Partial<Store> = {
    load: async () => ({ rows: [row], parked: new Map() }),
    commit: async (_lane: unknown, _n: unknown, { rows }: RowSet) => {
      done.push(`commit of ${rows.length}`);
    },
    select: async (_table, { where = [] }) => {
      done.push(`read of ${where.map(each => each.column).join()}`);
      return [];
    },
    async *unfinished() {},
  };
  const clock = createClock();
  const directory = { me: 'a', ownerOf: () => undefined };
  const log = { write: () => undefined };
  const world = { clock, dice: createDice(), directory, log, store } as unknown as World;
  const runtime = new Runtime({
    world,
    session: id(9) as Session,
    behaviours: [behaviour as unknown as Behaviour<unknown>],
    onFenced: () => undefined,
    unparks: new Set(),
  });
  running.push(runtime);
  return { runtime, done };
}

async function told(kind: string): Promise<readonly string[]> {
  const { runtime, done } = rigged();
  await runtime.adopt([shardOfAddress(here)]);
  runtime.deliver({ id: id(4), to: here, from: undefined, clock: 0 as never, message: { kind } });
  await expect.poll(() => done.some(each => each.startsWith('commit'))).toBe(true);
  await new Promise(next => setTimeout(next, 30));
  return done;
}

describe('an actor that is loaded for a message', () => {
  it('reads nothing where the message was all that it waited for', async () => {
    expect(await told('arrived')).toEqual(['arrived', 'commit of 1']);
  });
  it('looks at what it still waits for, after its turns are committed', async () => {
    const done = await told('something');
    expect(done.slice(0, 4)).toEqual(['something', 'commit of 1', 'read of key', 'pulled']);
  });
});

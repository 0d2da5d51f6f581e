/**
 * One bad stack must not spoil its neighbours.
 *
 * A handler that throws, a row that cannot be read, a commit that the database refuses: in each case the memory of
 * that stack's actors is dropped, a strike is noted in the stack's row, and what is unfinished of it is loaded again.
 * With too many strikes the stack is parked: it is left alone, with an error id to find it by, until somebody updates
 * or deletes it. A name that was taken in the same instant is no strike: its create is answered, and that is all.
 */
import { msOf } from '../kernel/clock.ts';
import { errors, HeatError } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Message } from '../kernel/world.ts';
import type { CommitRefused, Row } from '../store/store.ts';
import type { VersionedTable } from '../store/tables.ts';
import type { Part } from './batch.ts';
import type { Requests } from './requests.ts';
import { pause } from './retry.ts';
import type { World } from './world.ts';

export interface FaultHost {
  readonly world: World;
  readonly requests: Requests;
  readonly tables: ReadonlySet<VersionedTable>;
  isOver(): boolean;
  /** Forgets all memory of a stack: actors, gathered turns, waiting mail; callers are told `error`. */
  dropStack(stack: Uuid, error: HeatError): void;
  /** Resolves when no commit that holds this stack's rows is under way. */
  quiet(stack: Uuid): Promise<void>;
  wake(row: Row, message: Message): void;
}

const interrupted = (): HeatError => errors.Unavailable({ message: 'The request was interrupted; please retry.' });

export class Faults {
  private readonly host: FaultHost;
  /** Strikes that are being noted, the last of each stack. */
  private readonly noting = new Map<Uuid, Promise<void>>();

  constructor(host: FaultHost) {
    this.host = host;
  }

  /** A part that stood alone was refused. */
  refused(part: Part, error: CommitRefused): void {
    if (error.constraint !== 'names') {
      this.strike(part.stack, error);
      return;
    }
    for (const { effect } of part.held) {
      if (effect.do === 'reply' && effect.ifNameTaken !== undefined)
        this.host.requests.answer(effect.request, effect.ifNameTaken);
    }
    this.host.dropStack(part.stack, interrupted());
    void this.reload(part.stack);
  }

  /** The stack is parked already: nothing of it runs. */
  parked(stack: Uuid, errorId: string): void {
    this.host.dropStack(stack, errors.Internal({ errorId }));
  }

  strike(stack: Uuid, cause: unknown): void {
    const errorId = this.host.world.dice.uuid();
    this.host.world.log.write('error', 'strike', { stack, errorId, what: whatOf(cause), where: whereOf(cause) });
    this.host.dropStack(stack, errors.Internal({ errorId }));
    this.inTurn(stack, () => this.note(stack, errorId));
  }

  /** One after the other: the row knows only its last strike again, and a lost answer must not make two of one. */
  private inTurn(stack: Uuid, note: () => Promise<void>): void {
    const noted = (this.noting.get(stack) ?? Promise.resolve()).then(note);
    this.noting.set(stack, noted);
    void noted.then(() => {
      if (this.noting.get(stack) === noted) this.noting.delete(stack);
    });
  }

  private async note(stack: Uuid, errorId: Uuid): Promise<void> {
    const { world } = this.host;
    for (let attempt = 0; !this.host.isOver(); attempt++) {
      try {
        const { parked } = await world.store.strike(stack, msOf(world.clock.now()), errorId);
        if (!parked) void this.reload(stack);
        return;
      } catch {
        await pause(world, attempt);
      }
    }
  }

  /** What is unfinished of the stack, in my shards, goes on from its rows. */
  private async reload(stack: Uuid): Promise<void> {
    const { world } = this.host;
    for (let attempt = 0; !this.host.isOver(); attempt++) {
      try {
        await this.host.quiet(stack);
        for (const table of this.host.tables) {
          const rows = await world.store.select(table, {
            where: [
              { column: 'stack', in: [stack] },
              { column: 'unfinished', in: [true] },
            ],
          });
          for (const row of rows) if (row.key === row.actor) this.host.wake(row, { kind: 'woken' });
        }
        return;
      } catch {
        await pause(world, attempt);
      }
    }
  }
}

/** What happened, for the log: never a HeatError's text, which may quote a user's values. */
export function whatOf(cause: unknown): string {
  if (cause instanceof HeatError) return cause.type;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : 'unknown';
}

/** How much of the way to a throw the log says. */
const framesShown = 5;

/** Where it was thrown, innermost first. The places alone: its text stands before them, and may quote a value. */
export function whereOf(cause: unknown): string {
  if (!(cause instanceof Error) || cause.stack === undefined) return '';
  const { stack, message } = cause;
  const frames = stack
    .slice(stack.indexOf(message) + message.length)
    .matchAll(/^ +at (?:(\S+) \()?.*?([^/() ]+\.[jt]s:\d+)(?::\d+)?\)?$/gm);
  return [...frames]
    .slice(0, framesShown)
    .map(([, name = '', place = '']) => `${name} ${place}`.trim())
    .join(' < ');
}

import type { Address, Uuid } from '../kernel/ids.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { Cancel } from '../kernel/world.ts';
import type { Row } from '../store/store.ts';
import type { Behaviour, Durable } from './actor.ts';
import { type Mail, Queue } from './mailbox.ts';

/** The last version of a durable value that a commit took along (it may still be under way). */
interface Written {
  readonly key: Uuid;
  readonly value: object;
  readonly version: number;
}

/**
 * An actor in memory.
 *
 * It stays while it has mail, a task, a timer, an unanswered command, a turn that is not committed, or work to do;
 * then it is forgotten, and its rows are all there is. `dropped` ones are never used again: results of their tasks
 * and timers fall on the floor, because a new activation has begun from the rows.
 */
export class Activation {
  readonly address: Address;
  readonly behaviour: Behaviour<unknown>;
  phase: 'loading' | 'ready' | 'dropped' = 'loading';
  state: unknown = undefined;
  readonly mailbox = new Queue<Mail>();
  /** In its lane's run queue. */
  queued = false;
  /** Parts of batches, gathered or under way, that hold turns of it. */
  uncommitted = 0;
  tasks = 0;
  /** Where its newest traced turn stands. */
  trace: Trace | undefined = undefined;
  /** Traced turns that led to nothing yet. */
  readonly unled: Trace[] = [];
  /** Made when the first is set: most actors never have one. */
  private timers: Map<string, Cancel> | undefined;
  pullTimer: Cancel | undefined;
  /** It was loaded for a message, and has not looked yet at what it still waits for. */
  pullOwed = false;
  pullDelayMs = 0;
  /** Few: a row of its own, and one of each incarnation. */
  private readonly written: Written[] = [];

  constructor(address: Address, behaviour: Behaviour<unknown>) {
    this.address = address;
    this.behaviour = behaviour;
  }

  /** Takes the rows it was loaded from as written. */
  loaded(rows: readonly Row[]): void {
    this.phase = 'ready';
    if (rows.length === 0) return;
    this.state = this.behaviour.decode(rows);
    const versions = new Map(rows.map(row => [row.key, row.version]));
    for (const durable of this.behaviour.durable(this.state)) {
      const version = versions.get(durable.key);
      if (version !== undefined) this.wrote(durable, version);
    }
  }

  /** Begins life with its first value, which no commit has taken yet. */
  born(durable: Durable): void {
    this.phase = 'ready';
    this.state = this.behaviour.born(durable);
  }

  /** Durable values that differ from what was written last. */
  changed(): readonly Durable[] {
    if (this.state === undefined) return [];
    return this.behaviour.durable(this.state).filter(durable => this.lastWritten(durable.key)?.value !== durable.value);
  }

  /** The version that this value's row gets in the commit being cut. */
  take(durable: Durable): number {
    const version = (this.lastWritten(durable.key)?.version ?? 0) + 1;
    this.wrote(durable, version);
    return version;
  }

  private lastWritten(key: Uuid): Written | undefined {
    for (const written of this.written) if (written.key === key) return written;
    return undefined;
  }

  private wrote({ key, value }: Durable, version: number): void {
    const at = this.written.findIndex(written => written.key === key);
    this.written[at === -1 ? this.written.length : at] = { key, value, version };
  }

  /** Sets a timer of this tag; one that runs is cancelled. */
  arm(tag: string, cancel: Cancel): void {
    this.timers ??= new Map();
    this.timers.get(tag)?.();
    this.timers.set(tag, cancel);
  }

  /** The timer of this tag runs no more: it is cancelled, or has fired. */
  disarm(tag: string): void {
    this.timers?.get(tag)?.();
    this.timers?.delete(tag);
  }

  drop(): void {
    this.phase = 'dropped';
    for (const cancel of this.timers?.values() ?? []) cancel();
    this.timers = undefined;
    this.pullTimer?.();
    this.pullTimer = undefined;
  }

  get forgettable(): boolean {
    if (this.phase !== 'ready' || this.mailbox.size > 0 || this.queued || this.uncommitted > 0) return false;
    if (this.tasks > 0 || (this.timers?.size ?? 0) > 0) return false;
    return this.state === undefined || this.behaviour.idle(this.state);
  }
}

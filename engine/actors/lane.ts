/**
 * A commit lane: takes turns, gathers what they wrote, commits one batch after the other.
 *
 * The lane runs ahead: while a commit is under way, further turns go into the next batch; and with nothing under way
 * it first takes the turns that are already waiting, then commits them together. What is gathered is bounded by rows
 * and time: an answer waits for at most limits.commitGatherMs of others' turns, or commitGatherBirthMs of its own stack's
 * while that is born and alone in the batch. Whatever leaves a stack (a message to
 * another stack or node, a reply, a task) is held until its commit is in: nobody ever hears of what may be lost.
 */
import type { HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { CommitRefused, LaneId, RowSet } from '../store/store.ts';
import type { Activation } from './activation.ts';
import { type CutPart, cut, isEmpty, joined, Part } from './batch.ts';
import { CommitWriter } from './commit.ts';
import { type Mail, RunQueue } from './mailbox.ts';
import type { Watching } from './watching.ts';
import type { World } from './world.ts';

/** What a lane asks of the runtime. */
export interface LaneHost {
  readonly world: World;
  /** Of a big plan's rows, so many a commit. */
  readonly aheadRows: number;
  /** Runs one turn; what it wrote and holds goes into `part`. False: the handler threw, the stack was dropped. */
  runTurn(activation: Activation, mail: Mail, part: Part): boolean;
  /** The commit is in: effects leave. */
  released(part: Part): void;
  refused(part: Part, error: CommitRefused): void;
  fenced(): void;
  /** Whose a stack is, where that is known. */
  readonly tenantOf?: (stack: Uuid) => string | undefined;
  /** undefined: nobody watches. */
  readonly watching?: Watching | undefined;
}

export class Lane {
  private readonly host: LaneHost;
  private readonly id: LaneId;
  private readonly writer: CommitWriter;
  private readonly queue: RunQueue;
  private open = new Map<Uuid, Part>();
  private openRows = 0;
  private openedAt = 0;
  private underWay: ReadonlySet<Uuid> = new Set();
  private busy = false;
  private scheduled = false;
  private ended = false;
  private waiters: { readonly stack: Uuid | undefined; readonly go: () => void }[] = [];

  constructor(host: LaneHost, id: LaneId) {
    this.host = host;
    this.id = id;
    this.writer = new CommitWriter(host.world, id);
    this.queue = new RunQueue(host.tenantOf);
  }

  /** The activation has mail. */
  ready(activation: Activation): void {
    this.queue.add(activation);
    this.schedule();
  }

  /** Resolves when no commit that holds this stack's rows (any stack's, without one) is under way. */
  quiet(stack?: Uuid): Promise<void> {
    if (!this.holds(stack)) return Promise.resolve();
    return new Promise(go => this.waiters.push({ stack, go }));
  }

  /** Resolves when all turns taken so far are committed, also what is still gathered. Later ones are not waited for. */
  async flushed(): Promise<void> {
    const gathered = this.open;
    while (gathered.size > 0 && this.open === gathered && !this.ended) {
      this.commitIfIdle();
      if (this.open === gathered) await this.quiet();
    }
    await this.quiet();
  }

  /** Asks the database by an empty commit whether this life is over; a commit under way tells as well. */
  probe(): void {
    if (this.busy || this.ended) return;
    this.begin(() => this.put({ rows: [], events: [], contents: [], names: [] }));
  }

  /** Forgets what a stack's turns gathered, and its waiting mail. */
  forget(stack: Uuid): void {
    this.queue.forget(stack);
    const part = this.open.get(stack);
    if (part !== undefined) {
      this.open.delete(stack);
      this.openRows -= part.weight;
    }
  }

  /** This life is over: nothing of it is committed any more. */
  end(): void {
    this.ended = true;
    this.open = new Map();
    this.wake();
  }

  private holds(stack: Uuid | undefined): boolean {
    return this.busy && (stack === undefined || this.underWay.has(stack));
  }

  private schedule(): void {
    if (this.scheduled || this.ended) return;
    this.scheduled = true;
    this.host.world.clock.soon(() => {
      this.scheduled = false;
      this.pump();
    });
  }

  private pump(): void {
    if (this.ended) return;
    const clock = this.host.world.clock;
    const began = clock.monotonic();
    if (this.open.size === 0) this.openedAt = began;
    // In slices: a commit that was just sent is still being written to its socket, and others want their turns too.
    while (this.openRows < limits.commitMaxRows && clock.monotonic() - began < limits.turnSliceMs) {
      const next = this.queue.next();
      if (next === undefined) break;
      this.turn(next.activation, next.mail);
      if (this.ended) return;
    }
    const more = !this.queue.empty;
    // Turns that wait may still join the batch, but only for so long.
    if (!more || this.full(clock.monotonic())) this.commitIfIdle();
    if (more && (this.openRows < limits.commitMaxRows || !this.busy)) this.schedule();
  }

  private full(now: number): boolean {
    return this.openRows >= limits.commitMaxRows || now - this.openedAt >= this.gatherMs();
  }

  /** What is born is written once if its first turns are in the same batch; anything else is better written soon. */
  private gatherMs(): number {
    const [part, other] = this.open.values();
    const isBirth = part !== undefined && other === undefined && part.births.length > 0;
    return isBirth ? limits.commitGatherBirthMs : limits.commitGatherMs;
  }

  private turn(activation: Activation, mail: Mail): void {
    const stack = activation.address.stack;
    let part = this.open.get(stack);
    if (part === undefined) {
      part = new Part(stack);
      this.open.set(stack, part);
    }
    const before = part.weight;
    if (this.host.runTurn(activation, mail, part)) this.openRows += part.weight - before;
  }

  private commitIfIdle(): void {
    if (this.busy || this.open.size === 0 || this.ended) return;
    const parts = [...this.open.values()];
    this.open = new Map();
    this.openRows = 0;
    this.underWay = new Set(parts.map(part => part.stack));
    this.begin(() => this.commit(parts));
  }

  /** One thing at a time goes to the database; then whoever waited goes on. */
  private begin(write: () => Promise<unknown>): void {
    this.busy = true;
    void write().then(() => {
      this.busy = false;
      this.underWay = new Set();
      this.wake();
      if (this.ended) return;
      if (this.queue.empty) this.commitIfIdle();
      else this.schedule();
    });
  }

  private wake(): void {
    const waiters = this.waiters;
    this.waiters = [];
    for (const waiter of waiters) {
      if (!this.ended && this.holds(waiter.stack)) this.waiters.push(waiter);
      else waiter.go();
    }
  }

  private async commit(parts: readonly Part[]): Promise<void> {
    const { clock } = this.host.world;
    const first = clock.now();
    const now = clock.now();
    const pieces: (readonly CutPart[])[] = [];
    const plain: CutPart[] = [];
    for (const part of parts) {
      const cutPart = cut(part, first, now, this.host.aheadRows);
      if (cutPart.ahead.length > 0) pieces.push([cutPart]);
      else plain.push(cutPart);
    }
    if (plain.length > 0) pieces.unshift(plain);
    for (let piece = pieces.shift(); piece !== undefined && !this.ended; piece = pieces.shift()) {
      const watched = this.host.watching?.commit(piece.map(({ part }) => part));
      const refused = await this.write(piece);
      if (this.ended) return;
      watched?.(refused === undefined ? 'in' : 'refused');
      if (refused === undefined) {
        for (const { part } of piece) this.host.released(part);
      } else if (piece.length === 1) {
        for (const { part } of piece) this.host.refused(part, refused);
      } else {
        const half = Math.ceil(piece.length / 2);
        pieces.unshift(piece.slice(0, half), piece.slice(half));
      }
    }
  }

  /** undefined when it is in (or this life is over, which `ended` says). */
  private async write(piece: readonly CutPart[]): Promise<CommitRefused | undefined> {
    for (const { part, ahead } of piece) {
      const first = ahead[0]?.[0];
      if (first !== undefined) await this.strikeOut(part.stack, first.clock);
      for (const rows of ahead) {
        const refused = await this.put({ rows, events: [], contents: [], names: [] });
        if (refused !== undefined || this.ended) return refused;
      }
    }
    const rows = joined(piece);
    return isEmpty(rows) && !piece.some(({ part }) => answers(part)) ? undefined : this.put(rows);
  }

  private async put(rows: RowSet): Promise<CommitRefused | undefined> {
    const { watching } = this.host;
    const began = watching?.now() ?? 0;
    const written = await this.writer.write(rows);
    watching?.written(rows.rows.length + rows.events.length + rows.contents.length + rows.names.length, began);
    if (written.kind === 'fenced' && !this.ended) this.host.fenced();
    return written.kind === 'refused' ? written.error : undefined;
  }

  /** What an earlier attempt at this stack's big plan left must not become real with this one. */
  private async strikeOut(stack: Uuid, before: HybridTime): Promise<void> {
    try {
      await this.host.world.store.strikeOut(this.id.session, stack, before);
    } catch {
      // Unreachable: what is left cannot harm, for it carries another plan's uuid; the commit itself will tell.
    }
  }
}

/**
 * Somebody waits to hear from it. An answer that writes nothing is committed, too: whoever was stopped for longer than
 * its lease would answer from what was there before others went on.
 */
function answers({ held }: Part): boolean {
  return held.some(({ effect }) => effect.do === 'reply');
}

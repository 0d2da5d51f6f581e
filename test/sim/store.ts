/**
 * One node's connection to the one database.
 *
 * A statement takes a way there, has its effect in one instant, and its answer takes a way back; either way may be
 * cut, and a commit may sit in a socket and land long after its sender gave it up, or land twice. So every failure
 * that the port names is met in both of its forms, before the effect and after it. A statement that was sent lands
 * even if its sender dies. What lands is shown to the watch in the same instant: it holds the rules.
 */
import type { HybridTime } from '../../engine/kernel/clock.ts';
import type { CommitNumber, Session, Shard, Uuid } from '../../engine/kernel/ids.ts';
import { limits } from '../../engine/kernel/limits.ts';
import {
  CommitRefused,
  CommitRetry,
  CommitTimeout,
  CommitUnknown,
  type Condition,
  type ConfigListed,
  type ConfigPage,
  type ConfigRow,
  type EventRow,
  type LaneId,
  type Loaded,
  type Row,
  type RowSet,
  type Select,
  type Store,
  StoreUnavailable,
} from '../../engine/store/store.ts';
import type { VersionedTable } from '../../engine/store/tables.ts';
import type { FaultKind, Faults } from './faults.ts';
import type { Links } from './links.ts';
import { never, type SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** What watches the database: called in the instant of the effect. */
export interface StoreWatch {
  began(process: SimProcess, session: Session): void;
  claimed(
    process: SimProcess,
    me: Session,
    seen: ReadonlyMap<Shard, Session | undefined>,
    mine: ReadonlySet<Shard>,
  ): void;
  released(process: SimProcess, me: Session, shards: readonly Shard[]): void;
  landed(process: SimProcess, lane: LaneId, n: CommitNumber, rows: RowSet): void;
  struck(stack: Uuid, parked: boolean): void;
  unparked(stack: Uuid): void;
  struckOut(stack: Uuid): void;
}

/** The database, and what can happen on the way to it. */
export interface SimDatabase {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly links: Links;
  readonly home: Store;
  readonly watch: StoreWatch;
  readonly poison: Poison;
}

/** Stacks of which some row is refused: until the stack's rows stand alone in a statement, so that the split is needed. */
export class Poison {
  private readonly poisoned = new Set<Uuid>();
  private readonly times = new Map<Uuid, number>();
  private readonly timeOuts = new Set<string>();

  /** False once a stack had so many faults of this sort that more would park it. */
  mayHit(stack: Uuid): boolean {
    return (this.times.get(stack) ?? 0) < limits.strikesToPark - 1;
  }

  /** One of the strikes that a stack survives; true if it was still to be had. */
  hit(stack: Uuid): boolean {
    if (!this.mayHit(stack)) return false;
    this.times.set(stack, (this.times.get(stack) ?? 0) + 1);
    return true;
  }

  add(stack: Uuid): void {
    if (this.hit(stack)) this.poisoned.add(stack);
  }

  /** May a commit run into the database's time limit? A stack that is alone in it gets a strike the second time. */
  mayTimeOut(rows: RowSet): boolean {
    const stacks = new Set(rows.rows.map(row => row.stack));
    const [only] = stacks;
    return stacks.size !== 1 || only === undefined || this.mayHit(only);
  }

  /** The second one before a commit of that lane is in is what the engine takes for a refusal. */
  timedOut(lane: LaneId, rows: RowSet): void {
    const name = `${lane.session} ${lane.lane}`;
    const stacks = new Set(rows.rows.map(row => row.stack));
    if (this.timeOuts.has(name) && stacks.size === 1) for (const stack of stacks) this.hit(stack);
    this.timeOuts.add(name);
  }

  landed(lane: LaneId): void {
    this.timeOuts.delete(`${lane.session} ${lane.lane}`);
  }

  /** Throws CommitRefused for a statement with a poisoned stack's rows. */
  check(rows: RowSet): void {
    if (this.poisoned.size === 0) return;
    const stacks = new Set(rows.rows.map(row => row.stack));
    const bad = [...stacks].filter(stack => this.poisoned.has(stack));
    if (bad.length === 0) return;
    if (stacks.size === 1) for (const stack of bad) this.poisoned.delete(stack);
    throw new CommitRefused('22P05');
  }
}

export class SimStore implements Store {
  private readonly database: SimDatabase;
  private readonly process: SimProcess;

  constructor(database: SimDatabase, process: SimProcess) {
    this.database = database;
    this.process = process;
  }

  commit(lane: LaneId, n: CommitNumber, set: RowSet): Promise<void> {
    const { faults, links, scheduler } = this.database;
    if (!this.process.alive) return never();
    // What a statement carries is bytes: nobody changes it on its way.
    const rows = { rows: [...set.rows], events: [...set.events], contents: [...set.contents], names: [...set.names] };
    const land = () => this.land(lane, n, rows);
    const later = (ms: number) =>
      void scheduler.after(ms, 'commit lands late', -1, () => {
        void land().catch(() => undefined); // nobody listens any more
      });
    const fate = (text: string) => this.note(() => `lane ${lane.lane} commit ${n} ${text}`);
    const unknown = () => this.fail(new CommitUnknown('no answer'), links.dice.skewed(2, limits.commitDeadlineMs));
    if (faults.roll('commit-40001')) return this.fail(new CommitRetry('40001'), links.latency());
    if (this.database.poison.mayTimeOut(rows) && faults.roll('commit-57014')) {
      this.database.poison.timedOut(lane, rows);
      return this.fail(new CommitTimeout('57014'), limits.storeCommitStatementMs);
    }
    if (!links.up(this.process.index, 'database'))
      return this.fail(new CommitUnknown('no route'), limits.commitDeadlineMs);
    if (faults.roll('commit-lost')) {
      fate('is lost');
      return unknown();
    }
    if (faults.roll('commit-late')) {
      fate('will land late');
      later(links.dice.skewed(1, 9_000));
      return unknown();
    }
    if (faults.roll('commit-answer-lost')) {
      fate('lands, its answer is lost');
      later(links.latency());
      return unknown();
    }
    const victim = rows.rows[0]?.stack;
    if (victim !== undefined && this.database.poison.mayHit(victim) && faults.roll('row-refused')) {
      this.database.poison.add(links.dice.pick(rows.rows).stack);
    }
    return this.trip('commit', async () => {
      await land();
      // A statement that was refused is not sent twice; one that went in may come again.
      if (faults.roll('commit-repeated')) later(links.dice.skewed(5, 9_000));
    });
  }

  private async land(lane: LaneId, n: CommitNumber, rows: RowSet): Promise<void> {
    this.database.poison.check(rows);
    try {
      await this.database.home.commit(lane, n, rows);
    } catch (error) {
      this.note(() => `lane ${lane.lane} commit ${n} does not land: ${String(error)}`);
      throw error;
    }
    this.database.poison.landed(lane);
    this.database.watch.landed(this.process, lane, n, rows);
  }

  begin(session: Session): Promise<void> {
    this.database.watch.began(this.process, session);
    return this.act('begin', home => home.begin(session));
  }

  end(session: Session): Promise<void> {
    return this.act('end', home => home.end(session));
  }

  claim(me: Session, seen: ReadonlyMap<Shard, Session | undefined>): Promise<ReadonlySet<Shard>> {
    return this.act('claim', async home => {
      const mine = await home.claim(me, seen);
      this.database.watch.claimed(this.process, me, seen, mine);
      return mine;
    });
  }

  release(me: Session, shards: readonly Shard[]): Promise<void> {
    return this.act('release', async home => {
      await home.release(me, shards);
      this.database.watch.released(this.process, me, shards);
    });
  }

  burn(lane: LaneId, n: CommitNumber): Promise<'in' | 'never' | 'fenced'> {
    return this.act(
      'burn',
      async home => {
        const outcome = await home.burn(lane, n);
        this.note(() => `lane ${lane.lane} burns ${n}: ${outcome}`);
        return outcome;
      },
      'burn-answer-lost',
    );
  }

  strike(stack: Uuid, atMs: number, errorId: Uuid): Promise<{ readonly strikes: number; readonly parked: boolean }> {
    const { poison, watch } = this.database;
    const effect = async (home: Store) => {
      const struck = await home.strike(stack, atMs, errorId);
      watch.struck(stack, struck.parked);
      return struck;
    };
    // Told again after another node's strike it counts once more: the row knows only the last one again.
    if (!poison.mayHit(stack)) return this.act('strike', effect, 'none');
    return this.act('strike', effect, 'store-answer-lost', () => poison.hit(stack));
  }

  unpark(stack: Uuid): Promise<void> {
    return this.act('unpark', async home => {
      await home.unpark(stack);
      this.database.watch.unparked(stack);
    });
  }

  strikeOut(me: Session, stack: Uuid, before: HybridTime): Promise<void> {
    return this.act('strikeOut', async home => {
      await home.strikeOut(me, stack, before);
      this.database.watch.struckOut(stack);
    });
  }

  sweep(me: Session, before: HybridTime, atMost: number): Promise<number> {
    return this.act('sweep', home => home.sweep(me, before, atMost));
  }

  trimEvents(stack: Uuid, keep: number, atMost: number): Promise<number> {
    return this.act('trimEvents', home => home.trimEvents(stack, keep, atMost));
  }

  owners(shards: readonly Shard[]): Promise<ReadonlyMap<Shard, Session | undefined>> {
    return this.ask('owners', home => home.owners(shards));
  }

  load(actors: readonly Uuid[]): Promise<Loaded> {
    return this.ask('load', home => home.load(actors));
  }

  read(table: VersionedTable, keys: readonly Uuid[]): Promise<readonly Row[]> {
    return this.ask('read', home => home.read(table, keys));
  }

  /** A page a statement, as a real cursor's are. */
  async *unfinished(shards: readonly Shard[]): AsyncIterable<readonly Row[]> {
    const pages = this.database.home.unfinished(shards)[Symbol.asyncIterator]();
    for (;;) {
      const page = await this.ask('unfinished', () => pages.next());
      if (page.done === true) return;
      yield page.value;
    }
  }

  select(table: VersionedTable, select: Select): Promise<readonly Row[]> {
    return this.ask('select', home => home.select(table, select));
  }

  count(table: VersionedTable, where: readonly Condition[]): Promise<number> {
    return this.ask('count', home => home.count(table, where));
  }

  events(stacks: readonly Uuid[], select: Omit<Select, 'withGone'>): Promise<readonly EventRow[]> {
    return this.ask('events', home => home.events(stacks, select));
  }

  contents(root: Uuid, hashes: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return this.ask('contents', home => home.contents(root, hashes));
  }

  named(project: string, name: string): Promise<Uuid | undefined> {
    return this.ask('named', home => home.named(project, name));
  }

  addConfig(config: ConfigRow): Promise<void> {
    return this.act('addConfig', home => home.addConfig(config));
  }

  removeConfig(id: Uuid, goneAt: HybridTime): Promise<boolean> {
    return this.act('removeConfig', home => home.removeConfig(id, goneAt));
  }

  readConfigs(ids: readonly Uuid[]): Promise<readonly ConfigRow[]> {
    return this.ask('readConfigs', home => home.readConfigs(ids));
  }

  listConfigs(page: ConfigPage): Promise<readonly ConfigListed[]> {
    return this.ask('listConfigs', home => home.listConfigs(page));
  }

  countConfigs(project: string): Promise<number> {
    return this.ask('countConfigs', home => home.countConfigs(project));
  }

  strikes(stack: Uuid): Promise<{ readonly strikes: number; readonly parked: Uuid | undefined }> {
    return this.ask('strikes', home => home.strikes(stack));
  }

  parked(): Promise<ReadonlyMap<Uuid, Uuid>> {
    return this.ask('parked', home => home.parked());
  }

  nowMs(): Promise<number> {
    return this.ask('nowMs', home => home.nowMs());
  }

  /** A read: it reaches the database or not. */
  private ask<T>(label: string, effect: (home: Store) => Promise<T>): Promise<T> {
    if (!this.process.alive) return never();
    return this.unreachable() ?? this.trip(label, () => effect(this.database.home));
  }

  /** A write that may be repeated: also its answer may be lost, after the effect. */
  private act<T>(
    label: string,
    effect: (home: Store) => Promise<T>,
    lost: FaultKind | 'none' = 'store-answer-lost',
    whenLost?: () => void,
  ): Promise<T> {
    if (!this.process.alive) return never();
    const cut = this.unreachable();
    if (cut !== undefined) return cut;
    const { faults, links, scheduler, home } = this.database;
    if (lost === 'none' || !faults.roll(lost)) return this.trip(label, () => effect(home));
    whenLost?.();
    scheduler.after(links.latency(), label, -1, () => void effect(home).catch(() => undefined));
    return this.fail(new StoreUnavailable('no answer'), links.dice.skewed(5, limits.storeReadDeadlineMs));
  }

  private unreachable(): Promise<never> | undefined {
    const { faults, links } = this.database;
    if (!links.up(this.process.index, 'database')) {
      return this.fail(new StoreUnavailable('no route'), limits.storeReadDeadlineMs);
    }
    if (!faults.roll('store-unavailable')) return undefined;
    return this.fail(new StoreUnavailable('connection cut'), links.dice.skewed(1, limits.storeReadDeadlineMs));
  }

  /** There, the effect, and back. */
  private trip<T>(label: string, effect: () => Promise<T>): Promise<T> {
    const { scheduler, links } = this.database;
    return new Promise<T>((resolve, reject) => {
      const back = (settle: () => void) => this.process.after(links.latency(), label, settle);
      scheduler.after(links.latency(), label, this.process.index, () => {
        void effect().then(
          value => back(() => resolve(value)),
          (error: unknown) => back(() => reject(error instanceof Error ? error : new Error(String(error)))),
        );
      });
    });
  }

  private note(text: () => string): void {
    this.database.scheduler.note(() => `n${this.process.index} ${text()}`);
  }

  private fail(error: Error, afterMs: number): Promise<never> {
    return new Promise((_resolve, reject) => {
      this.process.after(afterMs, error.name, () => reject(error));
    });
  }
}

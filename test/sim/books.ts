/**
 * The simulator's own books of the database: every row as it was last written, who owns which shard, what is
 * unfinished. They are kept from the effects alone, beside the store, and hold the rules of writing at each commit.
 */
import type { CommitNumber, Session, Shard, Uuid } from '../../engine/kernel/ids.ts';
import { shardOf } from '../../engine/kernel/ids.ts';
import type { EventRow, LaneId, NameRow, Row, RowSet } from '../../engine/store/store.ts';
import type { Checks } from './invariants/checks.ts';
import { short } from './network.ts';
import type { SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';
import type { StoreWatch } from './store.ts';

/** A commit that is in. */
export interface Landed {
  readonly process: SimProcess;
  readonly lane: LaneId;
  readonly rows: RowSet;
}

export class Books implements StoreWatch {
  /** All but the stacks' own: a nested stack has the key of the incarnation whose thing it is. */
  readonly rows = new Map<Uuid, Row>();
  readonly stacks = new Map<Uuid, Row>();
  readonly byStack = new Map<Uuid, Set<Uuid>>();
  readonly events = new Map<Uuid, EventRow[]>();
  readonly names = new Map<string, NameRow>();
  readonly unfinished = new Set<Uuid>();
  /** Rows of big plans that are not real: the stack's row names no such plan (yet). By stack. */
  readonly ahead = new Map<Uuid, Row[]>();
  /** Debts that are not over. */
  readonly owed = new Set<Uuid>();
  readonly parked = new Set<Uuid>();
  /** Called for each commit, after the books are up to date. */
  readonly listeners: ((landed: Landed, before: ReadonlyMap<Row, Row>) => void)[] = [];
  commits = 0;
  strikes = 0;
  private readonly owners = new Map<Shard, Session>();
  /** The newest session of each process: older ones are over. */
  private readonly sessions = new Map<SimProcess, Session>();
  private readonly stored: () => readonly Row[];
  private readonly scheduler: Scheduler;
  private readonly checks: Checks;

  /** `stored`: what the database has of resources. */
  constructor(scheduler: Scheduler, checks: Checks, stored: () => readonly Row[]) {
    this.scheduler = scheduler;
    this.checks = checks;
    this.stored = stored;
  }

  /** All rows that there ever were; but what went ahead of a plan and was struck out. */
  *all(): Iterable<Row> {
    yield* this.stacks.values();
    yield* this.rows.values();
    for (const rows of this.ahead.values()) yield* rows;
  }

  /** The rows of a stack, but its own. */
  rowsOf(stack: Uuid): Row[] {
    const rows: Row[] = [];
    for (const key of this.byStack.get(stack) ?? []) {
      const row = this.rows.get(key);
      if (row !== undefined) rows.push(row);
    }
    return rows;
  }

  began(process: SimProcess, session: Session): void {
    this.sessions.set(process, session);
  }

  claimed(
    process: SimProcess,
    me: Session,
    seen: ReadonlyMap<Shard, Session | undefined>,
    mine: ReadonlySet<Shard>,
  ): void {
    for (const shard of mine) {
      const before = this.owners.get(shard);
      if (before === me) continue;
      this.checks.expect(
        'claims displace what they saw',
        before === seen.get(shard),
        () =>
          `n${process.index} took shard ${shard} from session ${short(before)}, but had seen ${short(seen.get(shard))}`,
      );
      this.owners.set(shard, me);
    }
    this.scheduler.note(() => `n${process.index} claims ${mine.size} of ${seen.size} shards for session ${short(me)}`);
  }

  released(process: SimProcess, me: Session, shards: readonly Shard[]): void {
    for (const shard of shards) if (this.owners.get(shard) === me) this.owners.delete(shard);
    this.scheduler.note(() => `n${process.index} releases ${shards.length} shards of session ${short(me)}`);
  }

  /** A node gives keys back to the directory. */
  dropped(process: SimProcess, shards: readonly Shard[]): void {
    const session = this.sessions.get(process);
    for (const shard of shards) {
      this.checks.expect(
        'released before given back',
        session === undefined || this.owners.get(shard) !== session,
        () => `n${process.index} gave the key of shard ${shard} back while the database still names it`,
      );
    }
  }

  struck(stack: Uuid, parked: boolean): void {
    this.strikes++;
    this.scheduler.fold('strike', -1);
    this.scheduler.note(() => `strike for ${short(stack)}${parked ? ': parked' : ''}`);
    this.checks.expect('nothing parked', !parked, () => `stack ${stack} is parked`);
    if (parked) this.parked.add(stack);
  }

  unparked(stack: Uuid): void {
    this.parked.delete(stack);
  }

  /** Some rows of big plans that never became real are deleted: none by a session that is over. */
  struckOut(stack: Uuid): void {
    const ahead = this.ahead.get(stack) ?? [];
    if (ahead.length === 0) return;
    const stored = new Set(this.stored().map(({ key }) => key));
    const left = ahead.filter(({ key }) => stored.has(key));
    if (left.length > 0) this.ahead.set(stack, left);
    else this.ahead.delete(stack);
  }

  /** The stack's row names plans now: what went ahead of it is real. */
  private cameTrue(stack: Row): void {
    const plans = String(stack.columns.plans ?? '').split(' ');
    const ahead = this.ahead.get(stack.key) ?? [];
    for (const row of ahead) if (row.plan !== null && plans.includes(row.plan)) this.enter(row);
    const left = ahead.filter(row => row.plan === null || !plans.includes(row.plan));
    if (left.length < ahead.length) this.ahead.set(stack.key, left);
  }

  private isAhead({ plan, stack }: Row): boolean {
    if (plan === null) return false;
    return !String(this.stacks.get(stack)?.columns.plans ?? '')
      .split(' ')
      .includes(plan);
  }

  private goesAhead(row: Row): void {
    const known = this.ahead.get(row.stack);
    if (known === undefined) this.ahead.set(row.stack, [row]);
    else known.push(row);
  }

  landed(process: SimProcess, lane: LaneId, n: CommitNumber, set: RowSet): void {
    this.commits++;
    this.scheduler.fold('landed', process.index);
    this.scheduler.note(
      () =>
        `n${process.index} lane ${lane.lane} commit ${n}: ${set.rows.map(row => `${row.kind} ${short(row.key)} v${row.version}${row.goneAt === null ? '' : ' gone'}`).join(', ')}` +
        (set.events.length === 0
          ? ''
          : ` | ${set.events.map(event => `${event.resource_name} ${event.action}_${event.status}`).join(', ')}`),
    );
    const before = new Map<Row, Row>();
    for (const row of set.rows) if (row.table === 'stacks') this.cameTrue(row);
    for (const row of set.rows) {
      const known = this.table(row).get(row.key);
      if (known !== undefined) before.set(row, known);
      this.checkRow(process, lane.session, row, known);
      if (this.isAhead(row)) this.goesAhead(row);
      else this.enter(row);
    }
    for (const event of set.events) {
      const known = this.events.get(event.stack);
      if (known === undefined) this.events.set(event.stack, [event]);
      else known.push(event);
    }
    for (const name of set.names) this.names.set(`${name.project}/${name.name}`, name);
    for (const listener of this.listeners) listener({ process, lane, rows: set }, before);
  }

  private table({ table }: Row): Map<Uuid, Row> {
    return table === 'stacks' ? this.stacks : this.rows;
  }

  /** As it was last written. */
  known(row: Row): Row | undefined {
    return this.table(row).get(row.key) ?? this.ahead.get(row.stack)?.find(({ key }) => key === row.key);
  }

  private enter(row: Row): void {
    this.table(row).set(row.key, row);
    const siblings = this.byStack.get(row.stack);
    if (siblings === undefined) this.byStack.set(row.stack, new Set([row.key]));
    else siblings.add(row.key);
    // Its resource's row says so; and a nested stack has the incarnation's key.
    if (row.table === 'incarnations') return;
    if (row.unfinished && row.goneAt === null) this.unfinished.add(row.key);
    else this.unfinished.delete(row.key);
    if (row.table !== 'debts') return;
    if (row.goneAt === null) this.owed.add(row.key);
    else this.owed.delete(row.key);
  }

  private checkRow(process: SimProcess, session: Session, row: Row, known: Row | undefined): void {
    const { checks } = this;
    const what = () => `${row.table} ${short(row.key)} v${row.version} by n${process.index}`;
    const owner = this.owners.get(row.shard);
    const mayInsert = row.version === 1 && this.owners.get(shardOf(row.stack, 0)) === session;
    checks.expect(
      'one writer',
      owner === session || mayInsert,
      () =>
        `${what()}: its shard is ${owner === undefined ? "nobody's" : `session ${short(owner)}'s`}, not ${short(session)}'s`,
    );
    checks.expect(
      'version order',
      known === undefined ? row.version === 1 : row.version === known.version + 1 && known.goneAt === null,
      () =>
        `${what()} follows ${known === undefined ? 'nothing' : `v${known.version}${known.goneAt === null ? '' : ', which is gone'}`}`,
    );
    if (known === undefined) return;
    checks.expect(
      'clocks rise',
      row.clock > known.clock,
      () => `${what()} has a time before that of v${known.version}`,
    );
    this.checkGenerations(row, known, what);
  }

  private checkGenerations(row: Row, known: Row, what: () => string): void {
    for (const column of ['generation', 'reached', 'clean'] as const) {
      const [now, then] = [row.columns[column], known.columns[column]];
      if (typeof now !== 'number' || typeof then !== 'number') continue;
      this.checks.expect('generations rise', now >= then, () => `${what()}: ${column} went from ${then} to ${now}`);
    }
  }
}

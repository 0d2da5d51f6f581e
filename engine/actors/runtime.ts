/**
 * One life of a node: the actors of the shards that its session holds.
 *
 *   message ─▶ activation (loaded from its rows if need be) ─▶ lane: turn ─▶ commit ─▶ effects leave
 *
 * Three things can go wrong with a stack (a handler throws, a row cannot be read, a commit refuses it), and all end
 * the same way: its actors' memory is dropped, a strike is noted, and what is unfinished of it is loaded again from
 * its rows; too many strikes park it. Nothing but a broken fence ends the life itself (architecture: One bad stack
 * must not spoil its neighbours). A new life is a new Runtime; this one never writes again.
 */
import { errors } from '../kernel/errors.ts';
import {
  type Address,
  addressText,
  type Lane as LaneNumber,
  laneCount,
  laneOf,
  type NodeId,
  type Session,
  type Shard,
  shardOfAddress,
  type Uuid,
} from '../kernel/ids.ts';
import { type Spread, usualSpread } from '../kernel/limits.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { Answer, Command, Envelope, Message } from '../kernel/world.ts';
import type { Row } from '../store/store.ts';
import type { Activation } from './activation.ts';
import type { Behaviour } from './actor.ts';
import type { Part } from './batch.ts';
import { Departures } from './departures.ts';
import { Faults } from './faults.ts';
import { Lane } from './lane.ts';
import { Loader } from './loader.ts';
import type { Mail } from './mailbox.ts';
import { Population } from './population.ts';
import { Puller } from './pulls.ts';
import { Requests } from './requests.ts';
import { pause, untilAvailable } from './retry.ts';
import { Sweeper } from './sweeper.ts';
import { DurableTimers } from './timers.ts';
import { Turns } from './turns.ts';
import { Watching } from './watching.ts';
import type { World } from './world.ts';

export interface RuntimeOptions {
  readonly world: World;
  readonly session: Session;
  readonly behaviours: readonly Behaviour<unknown>[];
  /** The fence is broken: this life is over, and the node begins another. Called once. */
  readonly onFenced: () => void;
  /** Names messages' kinds that un-park a stack (update, delete). */
  readonly unparks: ReadonlySet<string>;
  /** Told whose turn runs, for the watchdog; undefined: nobody's. */
  readonly onTurn?: (stack: Uuid | undefined) => void;
  readonly spread?: Spread | undefined;
}

/** Thrown to a caller whose directory is out of date: ask the owner, where one is named; else refresh it first. */
export class NotOwner extends Error {
  override readonly name = 'NotOwner';
  readonly owner: NodeId | undefined;

  constructor(message: string, owner?: NodeId) {
    super(message);
    this.owner = owner;
  }
}

/** No reply came: whether the command was heard nobody knows. The same request may be sent again. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export class Runtime {
  readonly session: Session;
  private readonly world: World;
  private readonly options: RuntimeOptions;
  private readonly behaviours: ReadonlyMap<string, Behaviour<unknown>>;
  private readonly actors = new Population();
  private readonly requests = new Requests();
  private readonly shards = new Set<Shard>();
  private readonly lanes: readonly Lane[];
  private readonly loader: Loader;
  private readonly puller: Puller;
  private readonly timers: DurableTimers;
  private readonly sweeper: Sweeper;
  private readonly turns: Turns;
  private readonly departures: Departures;
  private readonly faults: Faults;
  private readonly watching: Watching | undefined;
  private over = false;

  constructor(options: RuntimeOptions) {
    this.options = options;
    this.session = options.session;
    this.behaviours = new Map(options.behaviours.map(behaviour => [behaviour.kind, behaviour]));
    const { world } = options;
    this.world = world;
    this.watching = Watching.of(world);
    const shared = {
      world,
      requests: this.requests,
      isOver: () => this.over,
      owns: (address: Address) => this.shards.has(shardOfAddress(address)),
      watching: this.watching,
      post: (activation: Activation, message: Message, trace: Trace | undefined) =>
        this.post(activation, message, trace),
      wake: (row: Row, message: Message) => this.wake(row, message),
      behaviour: (kind: string) => this.behaviours.get(kind),
    };
    this.lanes = Array.from({ length: laneCount }, (_, lane) => this.newLane(lane as LaneNumber));
    this.loader = new Loader({
      world,
      laneOf: activation => this.lane(activation.address.stack),
      loaded: (activation, rows, parked) => this.loaded(activation, rows, parked),
    });
    this.puller = new Puller({
      world,
      owns: shared.owns,
      tableOf: kind => this.tableOf(kind),
      pulled: (activation, asked, rows) => this.post(activation, { kind: 'pulled', asked, rows } as Message, undefined),
    });
    this.timers = new DurableTimers({
      world,
      owned: () => [...this.shards],
      due: row => this.wake(row, { kind: 'elapsed', tag: 'due' } as Message),
    });
    this.turns = new Turns({
      ...shared,
      activate: address => this.activate(address),
      enter: (address, behaviour) => this.actors.enter(address, behaviour),
      changed: activation => this.changed(activation),
    });
    this.departures = new Departures({
      ...shared,
      deliver: envelope => this.deliver(envelope),
      strike: (activation, cause) => this.faults.strike(activation.address.stack, cause),
    });
    this.faults = new Faults({
      ...shared,
      tables: new Set(options.behaviours.map(behaviour => behaviour.table)),
      dropStack: (stack, error) => this.dropStack(stack, error),
      quiet: stack => this.lane(stack).quiet(stack),
    });
    this.timers.start();
    this.sweeper = new Sweeper(world, options.session);
    this.sweeper.start();
  }

  private newLane(lane: LaneNumber): Lane {
    return new Lane(
      {
        world: this.world,
        aheadRows: (this.options.spread ?? usualSpread).commitAheadRows,
        runTurn: (activation, mail, part) => this.runTurn(activation, mail, part),
        released: part => this.released(part),
        refused: (part, error) => this.faults.refused(part, error),
        fenced: () => this.fenced(),
        tenantOf: stack => this.actors.tenantOf(stack),
        watching: this.watching,
      },
      { session: this.session, lane },
    );
  }

  // ---- what comes in

  owns(shard: Shard): boolean {
    return this.shards.has(shard);
  }

  ownedShards(): ReadonlySet<Shard> {
    return this.shards;
  }

  /** A message from anywhere. One for a shard that is not mine is dropped: its sender, or who waits, pulls. */
  deliver(envelope: Envelope): void {
    this.world.clock.observe(envelope.clock);
    if (this.over || !this.shards.has(shardOfAddress(envelope.to))) return;
    const activation = this.activate(envelope.to);
    if (activation !== undefined) this.post(activation, envelope.message, envelope.trace);
  }

  /** A command, answered after the commit that makes the answer true. Rejects with NotOwner or a HeatError. */
  async ask(to: Address, command: Command): Promise<Answer> {
    const shard = shardOfAddress(to);
    if (this.over || !this.shards.has(shard)) {
      const { directory } = this.world;
      const owner = directory.ownerOf(shard);
      throw new NotOwner(addressText(to), owner === directory.me ? undefined : owner);
    }
    const { promise, fresh } = this.requests.open(command.request, to.stack);
    if (fresh) {
      const activation = this.activate(to);
      if (activation === undefined)
        this.requests.answer(
          command.request,
          errors.BadRequest({ message: `There are no actors of kind ${to.kind}.` }),
        );
      else this.post(activation, command.message, command.trace, command.request);
    }
    return promise;
  }

  /** These shards are mine now: what is unfinished in them goes on from its rows. */
  async adopt(shards: readonly Shard[]): Promise<void> {
    for (const shard of shards) this.shards.add(shard);
    for (let attempt = 0; !this.over; attempt++) {
      try {
        for await (const page of this.world.store.unfinished(shards)) {
          for (const row of page) this.wake(row, { kind: 'woken' });
        }
        return;
      } catch {
        await pause(this.world, attempt);
      }
    }
  }

  /** These shards are about to be released: no new turns for them, and resolves when all that was taken is committed. */
  async drain(shards: readonly Shard[]): Promise<void> {
    const going = new Set(shards);
    for (const shard of shards) this.shards.delete(shard);
    const leaving = this.actors.all().filter(activation => going.has(shardOfAddress(activation.address)));
    for (const activation of leaving) this.actors.forget(activation);
    await this.settled();
    for (const { address } of leaving)
      if (address.id === address.stack) this.requests.abandon(address.stack, new NotOwner('the shard was handed over'));
  }

  /** Asks the database whether this life is over: an idle one would learn it from no commit. */
  probe(): void {
    this.lanes[0]?.probe();
  }

  /** Members or owners changed: who waits for rows of other nodes looks at them now. */
  ownershipChanged(): void {
    for (const activation of this.actors.all()) this.puller.now(activation, false);
  }

  /** Ends this life: memory is dropped, callers are told to ask again. */
  end(): void {
    this.over = true;
    this.timers.stop();
    this.sweeper.stop();
    for (const lane of this.lanes) lane.end();
    this.actors.forgetAll();
    this.shards.clear();
    this.requests.abandon(undefined, new NotOwner('this life is over'));
  }

  /** Resolves when all turns taken so far are committed. */
  async settled(): Promise<void> {
    await Promise.all(this.lanes.map(lane => lane.flushed()));
  }

  /** How many actors are in memory. */
  get population(): number {
    return this.actors.size;
  }

  /** How many messages wait for their turn. */
  get waiting(): number {
    return this.actors.all().reduce((sum, { mailbox }) => sum + mailbox.size, 0);
  }

  // ---- activations

  private lane(stack: Uuid): Lane {
    const lane = this.lanes[laneOf(stack)];
    invariant(lane !== undefined, 'every stack has a lane');
    return lane;
  }

  private tableOf(kind: string): Behaviour<unknown>['table'] {
    const behaviour = this.behaviours.get(kind);
    invariant(behaviour !== undefined, `actors of kind ${kind} have a behaviour`);
    return behaviour.table;
  }

  private activate(address: Address): Activation | undefined {
    const known = this.actors.find(address.id);
    if (known !== undefined) return known;
    const behaviour = this.behaviours.get(address.kind);
    if (behaviour === undefined) return undefined;
    const activation = this.actors.enter(address, behaviour);
    this.loader.request(activation);
    return activation;
  }

  private wake(row: Row, message: Message): void {
    this.world.clock.observe(row.clock);
    if (this.over || !this.shards.has(row.shard)) return;
    const activation = this.activate({ kind: row.kind, stack: row.stack, bucket: row.bucket, id: row.actor });
    if (activation !== undefined) this.post(activation, message, undefined);
  }

  private loaded(activation: Activation, rows: readonly Row[], parked: string | undefined): void {
    const { stack } = activation.address;
    if (parked !== undefined) {
      if (activation.mailbox.some(mail => this.options.unparks.has(mail.message.kind))) void this.unpark(activation);
      else this.faults.parked(stack, parked);
      return;
    }
    try {
      activation.loaded(rows);
      this.learnTenant(activation);
    } catch (error) {
      this.faults.strike(stack, error);
      return;
    }
    activation.pullOwed = true;
    this.puller.arrange(activation);
    if (activation.mailbox.size > 0) this.lane(stack).ready(activation);
    else this.pullIfOwed(activation);
    this.forgetIfIdle(activation);
  }

  /**
   * A loaded actor's first look at what it waits for: after the messages that it was loaded for, and what they led to
   * is committed. Most that are told something wait for nothing any more then.
   */
  private pullIfOwed(activation: Activation): void {
    const { pullOwed, phase, mailbox, uncommitted } = activation;
    if (!pullOwed || phase !== 'ready' || mailbox.size > 0 || uncommitted > 0) return;
    activation.pullOwed = false;
    this.puller.now(activation, true);
  }

  /** Somebody updates or deletes a parked stack: it gets another chance. */
  private async unpark(activation: Activation): Promise<void> {
    await untilAvailable(this.world, () => this.world.store.unpark(activation.address.stack));
    if (!this.over && activation.phase === 'loading') this.loader.request(activation);
  }

  private post(activation: Activation, message: Message, trace: Trace | undefined, request?: Uuid): void {
    if (activation.phase === 'dropped') return;
    activation.mailbox.push({ message, request, trace });
    if (activation.phase === 'ready') this.lane(activation.address.stack).ready(activation);
  }

  private changed(activation: Activation): void {
    this.puller.arrange(activation);
    this.learnTenant(activation);
  }

  /** Once a stack: whose it is does not change. */
  private learnTenant({ behaviour, state, address: { stack } }: Activation): void {
    if (behaviour.tenant === undefined || state === undefined || this.actors.tenantOf(stack) !== undefined) return;
    const tenant = behaviour.tenant(state);
    if (tenant !== undefined) this.actors.belongs(stack, tenant);
  }

  private forgetIfIdle(activation: Activation): void {
    if (activation.forgettable) this.actors.forget(activation);
  }

  private dropStack(stack: Uuid, error: Parameters<Requests['abandon']>[1]): void {
    this.lane(stack).forget(stack);
    for (const activation of this.actors.ofStack(stack)) this.actors.forget(activation);
    this.requests.abandon(stack, error);
  }

  // ---- turns and their commits

  private runTurn(activation: Activation, mail: Mail, part: Part): boolean {
    this.options.onTurn?.(activation.address.stack);
    try {
      this.turns.run(activation, mail, part);
      return true;
    } catch (error) {
      this.faults.strike(activation.address.stack, error);
      return false;
    } finally {
      this.options.onTurn?.(undefined);
    }
  }

  private released(part: Part): void {
    if (this.over) return;
    for (const held of part.held) this.departures.release(held);
    this.sweeper.wrote(part.stack, part.events.length);
    for (const activation of part.dirty) {
      activation.uncommitted--;
      this.pullIfOwed(activation);
      this.forgetIfIdle(activation);
    }
  }

  private fenced(): void {
    if (this.over) return;
    this.world.log.write('warn', 'fenced', { session: this.session });
    this.end();
    this.options.onFenced();
  }
}

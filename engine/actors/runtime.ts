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
import { timeOrderedUuid } from '../kernel/clock.ts';
import { errors, HeatError } from '../kernel/errors.ts';
import { type Address, addressText, laneCount, laneOf, type Session, type Shard, shardOfAddress, type Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Answer, Command, Envelope, Message } from '../kernel/world.ts';
import type { CommitRefused, Row } from '../store/store.ts';
import type { VersionedTable } from '../store/tables.ts';
import { Activation } from './activation.ts';
import type { Behaviour, Context, Effect } from './actor.ts';
import type { Held, Part } from './batch.ts';
import { Lane } from './lane.ts';
import { Loader } from './loader.ts';
import type { Mail } from './mailbox.ts';
import { Puller } from './pulls.ts';
import { Requests } from './requests.ts';
import { pause } from './retry.ts';
import { DurableTimers } from './timers.ts';
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
}

/** Thrown to a caller whose directory is out of date: refresh it and ask the owner. */
export class NotOwner extends Error {
  override readonly name = 'NotOwner';
}

export class Runtime {
  readonly world: World;
  readonly session: Session;
  private readonly options: RuntimeOptions;
  private readonly behaviours: ReadonlyMap<string, Behaviour<unknown>>;
  private readonly activations = new Map<Uuid, Activation>();
  private readonly byStack = new Map<Uuid, Set<Activation>>();
  private readonly shards = new Set<Shard>();
  private readonly lanes: readonly Lane[];
  private readonly loader: Loader;
  private readonly puller: Puller;
  private readonly timers: DurableTimers;
  private readonly requests = new Requests();
  private over = false;

  constructor(options: RuntimeOptions) {
    this.options = options;
    this.world = options.world;
    this.session = options.session;
    this.behaviours = new Map(options.behaviours.map(behaviour => [behaviour.kind, behaviour]));
    const world = this.world;
    this.lanes = Array.from(
      { length: laneCount },
      (_, lane) =>
        new Lane(
          {
            world,
            runTurn: (activation, mail, part) => this.runTurn(activation, mail, part),
            released: part => this.released(part),
            refused: (part, error) => this.refused(part, error),
            fenced: () => this.fenced(),
          },
          { session: options.session, lane: lane as ReturnType<typeof laneOf> },
        ),
    );
    this.loader = new Loader({
      world,
      laneOf: activation => this.lane(activation.address.stack),
      loaded: (activation, rows, parked) => this.loaded(activation, rows, parked),
    });
    this.puller = new Puller({
      world,
      owns: address => this.shards.has(shardOfAddress(address)),
      tableOf: kind => this.tableOf(kind),
      pulled: (activation, asked, rows) => this.post(activation, { kind: 'pulled', asked, rows } as Message),
    });
    this.timers = new DurableTimers({
      world,
      owned: () => [...this.shards],
      due: row => this.wake(row, { kind: 'elapsed', tag: 'due' } as Message),
    });
    this.timers.start();
  }

  // ---- what comes in

  owns(shard: Shard): boolean {
    return this.shards.has(shard);
  }

  ownedShards(): readonly Shard[] {
    return [...this.shards];
  }

  /** A message from anywhere. One for a shard that is not mine is dropped: its sender, or who waits, pulls. */
  deliver(envelope: Envelope): void {
    this.world.clock.observe(envelope.clock);
    if (this.over || !this.shards.has(shardOfAddress(envelope.to))) return;
    const activation = this.activate(envelope.to);
    if (activation !== undefined) this.post(activation, envelope.message);
  }

  /** A command, answered after the commit that makes the answer true. Rejects with NotOwner or a HeatError. */
  async ask(to: Address, command: Command): Promise<Answer> {
    if (this.over || !this.shards.has(shardOfAddress(to))) throw new NotOwner(addressText(to));
    if (this.options.unparks.has(command.message.kind)) await this.world.store.unpark(to.stack);
    const { promise, fresh } = this.requests.open(command.request, to.stack);
    if (fresh) {
      const activation = this.activate(to);
      if (activation === undefined) this.requests.answer(command.request, errors.BadRequest({ message: `There are no actors of kind ${to.kind}.` }));
      else this.post(activation, command.message, command.request);
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
    await Promise.all(this.lanes.map(lane => lane.flushed()));
    for (const activation of [...this.activations.values()]) {
      if (!going.has(shardOfAddress(activation.address))) continue;
      this.forget(activation);
      if (activation.address.id === activation.address.stack) this.requests.abandon(activation.address.stack);
    }
  }

  /** Members or owners changed: who waits for rows of other nodes looks at them now. */
  ownershipChanged(): void {
    for (const activation of this.activations.values()) this.puller.now(activation, false);
  }

  /** Ends this life: memory is dropped, callers are told to ask again. */
  end(): void {
    this.over = true;
    this.timers.stop();
    for (const lane of this.lanes) lane.end();
    for (const activation of this.activations.values()) activation.drop();
    this.activations.clear();
    this.byStack.clear();
    this.shards.clear();
    this.requests.abandon(undefined);
  }

  /** All turns taken so far are committed. */
  async settled(): Promise<void> {
    await Promise.all(this.lanes.map(lane => lane.flushed()));
  }

  /** How many actors are in memory. */
  get population(): number {
    return this.activations.size;
  }

  // ---- activations

  private lane(stack: Uuid): Lane {
    const lane = this.lanes[laneOf(stack)];
    if (lane === undefined) throw new RangeError(`no lane for stack ${stack}`);
    return lane;
  }

  private tableOf(kind: string): VersionedTable {
    const behaviour = this.behaviours.get(kind);
    if (behaviour === undefined) throw new RangeError(`no behaviour for kind ${kind}`);
    return behaviour.table;
  }

  private activate(address: Address): Activation | undefined {
    const known = this.activations.get(address.id);
    if (known !== undefined) return known;
    const behaviour = this.behaviours.get(address.kind);
    if (behaviour === undefined) return undefined;
    const activation = this.enter(address, behaviour);
    this.loader.request(activation);
    return activation;
  }

  private enter(address: Address, behaviour: Behaviour<unknown>): Activation {
    const activation = new Activation(address, behaviour);
    this.activations.set(address.id, activation);
    const siblings = this.byStack.get(address.stack);
    if (siblings === undefined) this.byStack.set(address.stack, new Set([activation]));
    else siblings.add(activation);
    return activation;
  }

  private forget(activation: Activation): void {
    activation.drop();
    if (this.activations.get(activation.address.id) === activation) this.activations.delete(activation.address.id);
    const siblings = this.byStack.get(activation.address.stack);
    siblings?.delete(activation);
    if (siblings?.size === 0) this.byStack.delete(activation.address.stack);
  }

  private wake(row: Row, message: Message): void {
    this.world.clock.observe(row.clock);
    if (this.over || !this.shards.has(row.shard)) return;
    const activation = this.activate({ kind: row.kind, stack: row.stack, bucket: row.bucket, id: row.actor });
    if (activation !== undefined) this.post(activation, message);
  }

  private loaded(activation: Activation, rows: readonly Row[], parked: string | undefined): void {
    if (parked !== undefined) {
      this.dropStack(activation.address.stack, errors.Internal({ errorId: parked }));
      return;
    }
    try {
      activation.loaded(rows);
    } catch (error) {
      this.strike(activation.address.stack, error);
      return;
    }
    this.puller.now(activation, true);
    this.puller.arrange(activation);
    if (activation.mailbox.size > 0) this.lane(activation.address.stack).ready(activation);
    else if (activation.forgettable) this.forget(activation);
  }

  private post(activation: Activation, message: Message, request?: Uuid): void {
    if (activation.phase === 'dropped') return;
    activation.mailbox.push({ message, request });
    if (activation.phase === 'ready') this.lane(activation.address.stack).ready(activation);
  }

  // ---- turns

  private runTurn(activation: Activation, mail: Mail, part: Part): boolean {
    this.options.onTurn?.(activation.address.stack);
    try {
      const before = activation.state;
      const turn = activation.behaviour.handle(before, mail.message, this.context(activation, mail.request));
      activation.state = turn.state;
      if (mail.request !== undefined) part.requests.add(mail.request);
      this.touch(activation, part);
      for (const effect of turn.effects) this.take(activation, effect, part);
      if (turn.state !== before) this.puller.arrange(activation);
      return true;
    } catch (error) {
      this.strike(activation.address.stack, error);
      return false;
    } finally {
      this.options.onTurn?.(undefined);
    }
  }

  private touch(activation: Activation, part: Part): void {
    if (part.dirty.has(activation)) return;
    part.dirty.add(activation);
    activation.uncommitted++;
    part.weight += activation.changed().length;
  }

  private context(activation: Activation, request: Uuid | undefined): Context {
    const { clock, dice, vault } = this.world;
    return {
      self: activation.address,
      request,
      now: () => clock.now(),
      uuid: () => dice.uuid(),
      below: n => dice.below(n),
      seal: plain => vault.seal(plain),
      open: sealed => vault.open(sealed),
    };
  }

  private take(activation: Activation, effect: Effect, part: Part): void {
    switch (effect.do) {
      case 'event': {
        const clock = this.world.clock.now();
        const id = timeOrderedUuid(clock, this.world.dice.bytes(8)) as Uuid;
        part.events.push({ ...effect.event, stack: activation.address.stack, id, clock });
        return;
      }
      case 'birth':
        this.birth(effect, part);
        return;
      case 'content':
        part.contents.push(effect.content);
        return;
      case 'name':
        part.names.push(effect.name);
        return;
      case 'cancel':
        activation.timers.get(effect.tag)?.();
        activation.timers.delete(effect.tag);
        return;
      case 'tell':
        if (effect.to.stack === activation.address.stack && this.shards.has(shardOfAddress(effect.to))) {
          const target = this.activate(effect.to);
          if (target !== undefined) this.post(target, effect.message);
          return;
        }
        part.held.push({ activation, effect });
        return;
      default:
        part.held.push({ activation, effect });
    }
  }

  private birth(effect: Extract<Effect, { do: 'birth' }>, part: Part): void {
    const behaviour = this.behaviours.get(effect.address.kind);
    if (behaviour === undefined) throw new RangeError(`no behaviour for kind ${effect.address.kind}`);
    let activation: Activation | undefined;
    if (this.shards.has(shardOfAddress(effect.address))) {
      activation = this.enter(effect.address, behaviour);
      activation.born(effect.durable);
      if (effect.plan === null) {
        part.dirty.add(activation);
        activation.uncommitted++;
      }
    }
    part.births.push({ address: effect.address, behaviour, durable: effect.durable, plan: effect.plan, activation });
    part.weight++;
  }

  // ---- after the commit

  private released(part: Part): void {
    if (this.over) return;
    for (const held of part.held) this.release(held);
    for (const activation of part.dirty) {
      activation.uncommitted--;
      if (activation.forgettable) this.forget(activation);
    }
  }

  private release({ activation, effect }: Held): void {
    switch (effect.do) {
      case 'tell':
        this.tell(activation.address, effect.to, effect.message);
        return;
      case 'reply':
        this.requests.answer(effect.request, effect.answer);
        return;
      case 'task':
        this.startTask(activation, effect);
        return;
      case 'timer':
        this.setTimer(activation, effect);
        return;
      default:
    }
  }

  private tell(from: Address, to: Address, message: Message): void {
    const clock = this.world.clock.now();
    const shard = shardOfAddress(to);
    const envelope: Envelope = { id: this.world.dice.uuid(), to, from, clock, message };
    if (this.shards.has(shard)) {
      this.deliver(envelope);
      return;
    }
    const owner = this.world.directory.ownerOf(shard);
    if (owner !== undefined && owner !== this.world.directory.me) this.world.transport.tell(owner, envelope);
  }

  private startTask(activation: Activation, effect: Extract<Effect, { do: 'task' }>): void {
    if (activation.phase === 'dropped') return;
    if (effect.cloud) {
      const { clock, directory } = this.world;
      if (clock.monotonic() >= directory.deadline()) {
        // The lease may be another's by now: wait until it is renewed, or this life ends.
        activation.tasks++;
        clock.after(limits.leaseWaitMs, () => {
          activation.tasks--;
          if (!this.over) this.startTask(activation, effect);
        });
        return;
      }
    }
    activation.tasks++;
    void this.runTask(activation, effect);
  }

  private async runTask(activation: Activation, effect: Extract<Effect, { do: 'task' }>): Promise<void> {
    try {
      const message = await effect.run(this.world);
      activation.tasks--;
      if (!this.over) this.post(activation, message);
    } catch (error) {
      activation.tasks--;
      if (!this.over && activation.phase !== 'dropped') this.strike(activation.address.stack, error);
    }
  }

  private setTimer(activation: Activation, effect: Extract<Effect, { do: 'timer' }>): void {
    if (activation.phase === 'dropped') return;
    const { clock } = this.world;
    activation.timers.get(effect.tag)?.();
    const delay = Math.max(0, (effect.at - clock.now()) / 1_024);
    activation.timers.set(
      effect.tag,
      clock.after(delay, () => {
        activation.timers.delete(effect.tag);
        if (!this.over) this.post(activation, { kind: 'elapsed', tag: effect.tag } as Message);
      }),
    );
  }

  // ---- what goes wrong

  private refused(part: Part, error: CommitRefused): void {
    if (error.constraint === 'names') {
      for (const { effect } of part.held) {
        if (effect.do === 'reply' && effect.ifNameTaken !== undefined) this.requests.answer(effect.request, effect.ifNameTaken);
      }
      this.dropStack(part.stack);
      return;
    }
    this.strike(part.stack, error);
  }

  /** A bug of ours met this stack: its memory goes, its rows stay, and it begins again from them. */
  private strike(stack: Uuid, cause: unknown): void {
    const errorId = this.world.dice.uuid();
    const what = cause instanceof Error ? `${cause.name}: ${cause instanceof HeatError ? cause.type : cause.message}` : 'unknown';
    this.world.log.write('error', 'strike', { stack, errorId, what });
    this.dropStack(stack, errors.Internal({ errorId }));
    void this.noteStrike(stack, errorId).then(parked => {
      if (!parked && !this.over) void this.reload(stack);
    });
  }

  private async noteStrike(stack: Uuid, errorId: Uuid): Promise<boolean> {
    for (let attempt = 0; !this.over; attempt++) {
      try {
        const nowMs = Math.floor(this.world.clock.now() / 1_024);
        return (await this.world.store.strike(stack, nowMs, errorId)).parked;
      } catch {
        await pause(this.world, attempt);
      }
    }
    return true;
  }

  private dropStack(stack: Uuid, error?: HeatError): void {
    this.lane(stack).forget(stack);
    for (const activation of [...(this.byStack.get(stack) ?? [])]) this.forget(activation);
    this.requests.abandon(stack, error);
  }

  /** What is unfinished of this stack in my shards goes on from its rows. */
  private async reload(stack: Uuid): Promise<void> {
    for (let attempt = 0; !this.over; attempt++) {
      try {
        await this.lane(stack).quiet(stack);
        for (const table of new Set([...this.behaviours.values()].map(behaviour => behaviour.table))) {
          const rows = await this.world.store.select(table, {
            where: [
              { column: 'stack', in: [stack] },
              { column: 'unfinished', in: [true] },
            ],
          });
          for (const row of rows) if (row.key === row.actor) this.wake(row, { kind: 'woken' });
        }
        return;
      } catch {
        await pause(this.world, attempt);
      }
    }
  }

  private fenced(): void {
    if (this.over) return;
    this.world.log.write('warn', 'fenced', { session: this.session });
    this.end();
    this.options.onFenced();
  }
}

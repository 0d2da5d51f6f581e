/**
 * An engine node: one life after the other.
 *
 * A life is a session, a runtime and its placement. A fenced life is dropped as a whole, its lease revoked, and the
 * next one begins with nothing in memory; whatever was under way is found again in the rows. This file wires; what a
 * node differs by (clock, network, database, cloud) is the World that it is given.
 */
import type { Behaviour } from './actors/actor.ts';
import { pause } from './actors/retry.ts';
import { NotOwner, Runtime, Unreachable } from './actors/runtime.ts';
import type { World } from './actors/world.ts';
import { type Millis, msOf } from './kernel/clock.ts';
import { errors } from './kernel/errors.ts';
import { type Address, type NodeId, type Session, type Shard, shardOfAddress, type Uuid } from './kernel/ids.ts';
import { limits, type Spread } from './kernel/limits.ts';
import type { Meters } from './kernel/meters.ts';
import type { Answer, Command, Envelope } from './kernel/world.ts';
import { Placement } from './placement/placement.ts';

export interface NodeOptions {
  readonly world: World;
  readonly behaviours: readonly Behaviour<unknown>[];
  /** Kinds of commands that un-park a stack. */
  readonly unparks: ReadonlySet<string>;
  readonly onTurn?: (stack: Uuid | undefined) => void;
  readonly spread?: Spread | undefined;
}

interface Life {
  readonly runtime: Runtime;
  readonly placement: Placement;
}

export class EngineNode {
  private readonly options: NodeOptions;
  private life: Life | undefined;
  private stopping = false;

  constructor(options: NodeOptions) {
    this.options = options;
    if (options.world.meters !== undefined) this.measure(options.world.meters);
  }

  /** Begins the first life; resolves when its session is in the database. Shards follow as the directory gives them. */
  async start(): Promise<void> {
    await this.begin();
  }

  private measure(meters: Meters): void {
    const runtime = (): Runtime | undefined => this.life?.runtime;
    meters.read('convect_shards_owned', 'Shards whose actors run here.', () => this.ownedShards().size);
    meters.read('convect_actors', 'Actors in memory.', () => this.population);
    meters.read('convect_mailbox_depth', 'Messages that wait for their turn.', () => runtime()?.waiting ?? 0);
  }

  /** A message of another node's. */
  receive(envelope: Envelope): void {
    this.life?.runtime.deliver(envelope);
  }

  /** A stream to another node broke: whoever waits for what was on its way looks at rows now. */
  streamBroke(): void {
    this.life?.runtime.ownershipChanged();
  }

  /** A command that another node or gateway sent here as to the owner. Rejects with NotOwner if it is not. */
  async receiveAsk(to: Address, command: Command): Promise<Answer> {
    if (this.life === undefined) throw new NotOwner('this node has no life now');
    return this.life.runtime.ask(to, command);
  }

  /**
   * Sends a command to whoever owns the actor, refreshing its idea of the owner until the deadline. Where no reply
   * came it is sent again: the request's id keeps it from being done twice.
   * Rejects with the command's own HeatError, or Unavailable when no owner could be reached in time.
   */
  async ask(to: Address, command: Command, deadlineMs: Millis): Promise<Answer> {
    const { clock, directory, transport } = this.options.world;
    const until = clock.monotonic() + deadlineMs;
    let hint: NodeId | undefined;
    for (let attempt = 0; ; attempt++) {
      const owner = hint ?? directory.ownerOf(shardOfAddress(to));
      const wasHinted = hint !== undefined;
      hint = undefined;
      try {
        if (owner === directory.me) return await this.receiveAsk(to, command);
        if (owner !== undefined) return await transport.ask(owner, to, command, Math.max(1, until - clock.monotonic()));
      } catch (error) {
        if (error instanceof NotOwner) hint = wasHinted ? undefined : error.owner;
        else if (!(error instanceof Unreachable)) throw error;
      }
      if (hint !== undefined && clock.monotonic() < until) continue;
      if (clock.monotonic() >= until)
        throw errors.Unavailable({ message: 'No engine could be reached for this stack; please retry.' });
      await pause(this.options.world, attempt);
    }
  }

  ownedShards(): ReadonlySet<Shard> {
    return this.life?.runtime.ownedShards() ?? new Set();
  }

  /** How many actors are in memory. */
  get population(): number {
    return this.life?.runtime.population ?? 0;
  }

  /**
   * Orderly: no member any more, then drain, commit, release in the database, then in the directory. What is not handed
   * over within limits.handOffMs, or cannot be, is left as after a crash: others take it when the lease is gone.
   */
  async stop(): Promise<void> {
    this.stopping = true;
    const life = this.life;
    if (life === undefined) return;
    const isDone = await this.inTime(life.placement.handOffAll().then(() => this.endSession(life)));
    if (!isDone) life.placement.end();
    life.runtime.end();
    this.life = undefined;
  }

  /** At once, as a crash would. */
  kill(): void {
    this.stopping = true;
    this.life?.placement.end();
    this.life?.runtime.end();
    this.life = undefined;
  }

  private async endSession({ runtime }: Life): Promise<void> {
    runtime.end();
    await this.options.world.store.end(runtime.session);
  }

  private inTime(work: Promise<void>): Promise<boolean> {
    const { clock, log } = this.options.world;
    return new Promise(resolve => {
      const end = (isDone: boolean, why: string): void => {
        cancel();
        if (!isDone) log.write('warn', 'hand-off-cut-short', { why });
        resolve(isDone);
      };
      const cancel = clock.after(limits.handOffMs, () => end(false, 'time is up'));
      work.then(
        () => end(true, ''),
        error => end(false, error instanceof Error ? error.name : 'unknown'),
      );
    });
  }

  private async begin(): Promise<void> {
    const { world, behaviours, unparks, onTurn, spread } = this.options;
    let session = world.dice.uuid() as Session;
    for (let attempt = 0; !this.stopping; attempt++) {
      try {
        // A beginning whose outcome is unknown is never used: it might come back after it was displaced.
        session = world.dice.uuid() as Session;
        await world.store.begin(session);
        await this.compareClocks();
        break;
      } catch {
        await pause(world, attempt);
      }
    }
    if (this.stopping) return;
    const runtime = new Runtime({
      world,
      session,
      behaviours,
      unparks,
      onFenced: () => this.fenced(),
      ...(onTurn === undefined ? {} : { onTurn }),
      spread,
    });
    const placement = new Placement(world, runtime);
    this.life = { runtime, placement };
    placement.reconcile();
  }

  private fenced(): void {
    this.life?.placement.end();
    this.life = undefined;
    void this.again();
  }

  private async again(): Promise<void> {
    const { directory } = this.options.world;
    for (let attempt = 0; !this.stopping; attempt++) {
      try {
        await directory.renew();
        break;
      } catch {
        await pause(this.options.world, attempt);
      }
    }
    if (!this.stopping) await this.begin();
  }

  /** A clock far off the database's orders events badly across nodes: say so. */
  private async compareClocks(): Promise<void> {
    const { clock, log, store } = this.options.world;
    const theirs = await store.nowMs();
    const offMs = msOf(clock.now()) - theirs;
    if (Math.abs(offMs) > limits.clockWarnMs) log.write('warn', 'clock-off', { offMs });
  }
}

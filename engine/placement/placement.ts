/**
 * Taking and giving shards, so that each is written by one session at any time.
 *
 *   claim:   read which sessions hold them ─▶ win the keys ─▶ one UPDATE that displaces exactly what was read
 *   hand-off: no new turns ─▶ all turns committed ─▶ release in the database ─▶ give the keys back
 *   the end:  the others count this node out ─▶ hand-offs, some shards at a time, until none is left
 *
 * At most limits.movesPerRound shards are given away at once: what belongs to a node that came moves to it round by
 * round, and the actors of all other shards go on meanwhile. What nobody holds is claimed all at once.
 *
 * The order is the rule. A claimer that read after winning could displace a session that took the shard in between;
 * a key given back before the release lets the next owner meet a row that still names us, and displace a life that
 * is fine. The key only says who should try; the row in `shards` and the fence decide (architecture: Ownership).
 */
import type { Session, Shard } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Cancel, Directory } from '../kernel/world.ts';
import type { World } from '../actors/world.ts';
import { shareOf } from './rendezvous.ts';

/** What placement moves shards into and out of: a life's runtime. */
export interface ShardHolder {
  readonly session: Session;
  /** As it is at any time: what is adopted and drained shows in it. */
  ownedShards(): ReadonlySet<Shard>;
  adopt(shards: readonly Shard[]): Promise<void>;
  drain(shards: readonly Shard[]): Promise<void>;
  /** Finds out whether this life is over, and ends it then. */
  probe(): void;
  ownershipChanged(): void;
}

export class Placement {
  private readonly world: World;
  private readonly holder: ShardHolder;
  private readonly cancelWatch: Cancel;
  private timer: Cancel | undefined;
  private running: Promise<void> | undefined;
  private again = false;
  /** No new rounds: the node stops in order. */
  private closing = false;
  /** This life is over: what it had is no longer its own to give back, the next life may hold it already. */
  private ended = false;
  /** Perhaps mine in the database or the directory, and not held: an answer was lost on the way in or out. */
  private readonly doubtful = new Set<Shard>();

  constructor(world: World, holder: ShardHolder) {
    this.world = world;
    this.holder = holder;
    this.cancelWatch = world.directory.onChange(() => {
      holder.ownershipChanged();
      this.reconcile();
    });
  }

  /** Begins a round, or another one after the one that runs. */
  reconcile(): void {
    if (this.ended || this.closing) return;
    if (this.running !== undefined) {
      this.again = true;
      return;
    }
    this.timer?.();
    this.timer = undefined;
    this.running = this.round().then(() => {
      this.running = undefined;
      if (this.ended || this.closing) return;
      if (this.again) {
        this.again = false;
        this.reconcile();
      } else {
        this.timer = this.world.clock.after(limits.placementRoundMs, () => this.reconcile());
      }
    });
  }

  /** Gives everything back in order. Resolves when the shards are free for others; rejects when one cannot be released. */
  async handOffAll(): Promise<void> {
    this.closing = true;
    this.quit();
    await this.running;
    try {
      await this.world.directory.leave();
    } catch (error) {
      this.say('leave-failed', error); // then they learn it when the lease goes
    }
    for (;;) {
      const left = [...new Set([...this.doubtful, ...this.holder.ownedShards()])].slice(0, limits.movesPerRound);
      if (left.length === 0 || this.ended) return;
      await this.handOff(left);
    }
  }

  /** This life is over. */
  end(): void {
    this.ended = true;
    this.quit();
  }

  private quit(): void {
    this.timer?.();
    this.cancelWatch();
  }

  private async round(): Promise<void> {
    const { directory } = this.world;
    const wanted = this.mine(directory);
    const held = this.holder.ownedShards();
    try {
      const leaving: Shard[] = [];
      for (const shard of this.doubtful) if (!wanted.has(shard)) leaving.push(shard);
      for (const shard of held) if (!wanted.has(shard) && !this.doubtful.has(shard)) leaving.push(shard);
      await this.handOff(leaving.slice(0, limits.movesPerRound));
      // Also what is held but lost its key, for nobody would find me; and what is held in doubt: if the key was away
      // for a while, the database may name another by now.
      const missing: Shard[] = [];
      for (const shard of wanted) {
        const isSure = held.has(shard) && directory.ownerOf(shard) === directory.me && !this.doubtful.has(shard);
        if (!isSure) missing.push(shard);
      }
      await this.claim(missing);
      if (leaving.length > limits.movesPerRound) this.again = true;
    } catch (error) {
      this.say('placement-round-failed', error);
    }
  }

  private say(event: string, error: unknown): void {
    this.world.log.write('warn', event, { why: error instanceof Error ? error.name : 'unknown' });
  }

  private mine(directory: Directory): ReadonlySet<Shard> {
    const members = directory.members();
    if (!members.includes(directory.me)) return new Set(this.holder.ownedShards()); // the lease is in doubt: neither give nor take
    return shareOf(directory.me, members);
  }

  private async handOff(shards: readonly Shard[]): Promise<void> {
    if (shards.length === 0) return;
    for (const shard of shards) this.doubtful.add(shard);
    await this.holder.drain(shards);
    if (this.ended) return;
    await this.world.store.release(this.holder.session, shards);
    if (this.ended) return;
    await this.world.directory.drop(shards);
    for (const shard of shards) this.doubtful.delete(shard);
  }

  private async claim(shards: readonly Shard[]): Promise<void> {
    const { directory, store } = this.world;
    const free = shards.filter(shard => {
      const owner = directory.ownerOf(shard);
      return owner === undefined || owner === directory.me;
    });
    if (free.length === 0) return;
    const seen = await store.owners(free);
    if (this.ended) return;
    for (const shard of free) this.doubtful.add(shard);
    const won = await directory.win(free);
    if (won.size === 0 || this.ended) return;
    const taken = await store.claim(this.holder.session, new Map([...seen].filter(([shard]) => won.has(shard))));
    if (taken.size < won.size) this.holder.probe(); // perhaps because a life without a fence can take nothing
    const held = this.holder.ownedShards();
    const fresh = [...taken].filter(shard => !held.has(shard));
    if (this.ended) return;
    for (const shard of taken) this.doubtful.delete(shard);
    if (fresh.length > 0) await this.holder.adopt(fresh);
  }
}

/**
 * Pulling: who waits for another actor reads its row, because the message that said so may be lost.
 *
 * Pulled when the waiting actor was loaded (and what it was loaded for is done and committed: most wait for nothing
 * any more then), when a shard it waits for changes hands, and otherwise after limits.pullFirstMs, doubling to
 * limits.pullMaxMs. Rows of actors on this node are read as well: a message to one that had nothing to do yet, and was
 * forgotten again, is as lost as one on the network. All pulls that are due in one turn of the event loop are one read
 * a table.
 */
import type { Address, Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Row } from '../store/store.ts';
import type { VersionedTable } from '../store/tables.ts';
import type { Activation } from './activation.ts';
import type { World } from './world.ts';

export interface PullHost {
  readonly world: World;
  owns(address: Address): boolean;
  tableOf(kind: string): VersionedTable;
  /** The rows that an activation asked for; missing ones are gone. */
  pulled(activation: Activation, asked: readonly Uuid[], rows: readonly Row[]): void;
}

interface Wish {
  readonly activation: Activation;
  readonly addresses: readonly Address[];
}

export class Puller {
  private readonly host: PullHost;
  private wishes: Wish[] = [];

  constructor(host: PullHost) {
    this.host = host;
  }

  /** Call after every turn: starts or ends an activation's periodic pull as its state says. */
  arrange(activation: Activation): void {
    const waits = this.all(activation).length > 0;
    if (!waits) {
      activation.pullTimer?.();
      activation.pullTimer = undefined;
      activation.pullDelayMs = 0;
    } else if (activation.pullTimer === undefined) {
      this.again(activation);
    }
  }

  /** Reads what it waits for, at once; or only what other nodes own (ownership changed). */
  now(activation: Activation, everything: boolean): void {
    const addresses = everything ? this.all(activation) : this.remote(activation);
    if (addresses.length > 0) this.wish({ activation, addresses });
  }

  private again(activation: Activation): void {
    const delay = Math.min(
      limits.pullMaxMs,
      activation.pullDelayMs === 0 ? limits.pullFirstMs : activation.pullDelayMs * 2,
    );
    activation.pullDelayMs = delay;
    activation.pullTimer = this.host.world.clock.after(delay, () => {
      activation.pullTimer = undefined;
      if (activation.phase !== 'ready') return;
      this.now(activation, true);
      this.arrange(activation);
    });
  }

  private all(activation: Activation): readonly Address[] {
    if (activation.phase !== 'ready' || activation.state === undefined) return [];
    return activation.behaviour.pulls(activation.state);
  }

  private remote(activation: Activation): readonly Address[] {
    return this.all(activation).filter(address => !this.host.owns(address));
  }

  /** Not before all that it did is committed: rows to which it gave birth would be missing, and seem to be over. */
  private wish(wish: Wish): void {
    if (wish.activation.uncommitted > 0) {
      this.wishLater([wish]);
      return;
    }
    this.wishes.push(wish);
    if (this.wishes.length === 1) {
      this.host.world.clock.soon(() => {
        const wishes = this.wishes;
        this.wishes = [];
        void this.read(wishes);
      });
    }
  }

  private wishLater(wishes: readonly Wish[]): void {
    this.host.world.clock.after(limits.commitRetryMaxMs, () => {
      for (const wish of wishes) if (wish.activation.phase === 'ready') this.wish(wish);
    });
  }

  private async read(wishes: readonly Wish[]): Promise<void> {
    const keys = new Map<VersionedTable, Set<Uuid>>();
    for (const { addresses } of wishes) {
      for (const address of addresses) {
        const table = this.host.tableOf(address.kind);
        const known = keys.get(table);
        if (known === undefined) keys.set(table, new Set([address.id]));
        else known.add(address.id);
      }
    }
    const found = new Map<Uuid, Row>();
    try {
      for (const [table, ids] of keys) {
        // Also rows that are over: whoever waited for that must write its own events later.
        const where = [{ column: 'key', in: [...ids] }];
        for (const row of await this.host.world.store.select(table, { where, withGone: true })) {
          this.host.world.clock.observe(row.clock);
          if (row.goneAt === null) found.set(row.key, row);
        }
      }
    } catch {
      // Unreachable. The pull of an actor that was just loaded is its only one of rows of this node: ask again.
      this.wishLater(wishes);
      return;
    }
    for (const { activation, addresses } of wishes) {
      const asked = addresses.map(address => address.id);
      const rows = asked.map(id => found.get(id)).filter(row => row !== undefined);
      if (activation.phase === 'ready') this.host.pulled(activation, asked, rows);
    }
  }
}

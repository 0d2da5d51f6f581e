/**
 * Who is next: every lane has a ring of tenants, every tenant a ring of stacks, every stack a queue of actors that have
 * mail.
 *
 * A turn is taken from one tenant after the other, of one of its stacks after the other. So a stack with ten thousand
 * messages waiting delays its neighbours by one turn, not by ten thousand; and ten thousand stacks of one tenant, all
 * found unfinished after a crash, delay another's one by no more.
 */
import type { Uuid } from '../kernel/ids.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { Message } from '../kernel/world.ts';
import type { Activation } from './activation.ts';

export interface Mail {
  readonly message: Message;
  readonly request: Uuid | undefined;
  readonly trace: Trace | undefined;
}

/** First in, first out, without moving what is behind. */
export class Queue<T> {
  private items: (T | undefined)[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: T): void {
    this.items.push(item);
  }

  some(test: (item: T) => boolean): boolean {
    return this.items.some((item, i) => i >= this.head && item !== undefined && test(item));
  }

  shift(): T | undefined {
    if (this.head === this.items.length) return undefined;
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head > 1_024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }
}

/** Stacks of one tenant that have mail, the one whose turn is next first. */
type Ring = Queue<Uuid>;

export class RunQueue {
  private readonly stacks = new Map<Uuid, Queue<Activation>>();
  private readonly tenants = new Map<string, Ring>();
  private readonly ring = new Queue<string>();
  private readonly tenantOf: (stack: Uuid) => string | undefined;

  /** `tenantOf`: whose a stack is; while nobody knows, it is its own. */
  constructor(tenantOf: (stack: Uuid) => string | undefined = () => undefined) {
    this.tenantOf = tenantOf;
  }

  get empty(): boolean {
    return this.stacks.size === 0;
  }

  /** The activation has mail and is ready; it is in the queue at most once. */
  add(activation: Activation): void {
    if (activation.queued) return;
    activation.queued = true;
    const stack = activation.address.stack;
    const queue = this.stacks.get(stack);
    if (queue !== undefined) {
      queue.push(activation);
      return;
    }
    const fresh = new Queue<Activation>();
    fresh.push(activation);
    this.stacks.set(stack, fresh);
    const tenant = this.tenantOf(stack) ?? stack;
    const others = this.tenants.get(tenant);
    if (others !== undefined) {
      others.push(stack);
      return;
    }
    const its = new Queue<Uuid>();
    its.push(stack);
    this.tenants.set(tenant, its);
    this.ring.push(tenant);
  }

  /** The next actor with one message of its mail; undefined when nobody has any. */
  next(): { readonly activation: Activation; readonly mail: Mail } | undefined {
    for (;;) {
      const tenant = this.ring.shift();
      if (tenant === undefined) return undefined;
      const its = this.tenants.get(tenant);
      const found = its === undefined ? undefined : this.ofTenant(its);
      if (its !== undefined && its.size > 0) this.ring.push(tenant);
      else this.tenants.delete(tenant);
      if (found !== undefined) return found;
    }
  }

  private ofTenant(its: Ring): { readonly activation: Activation; readonly mail: Mail } | undefined {
    for (;;) {
      const stack = its.shift();
      if (stack === undefined) return undefined;
      const queue = this.stacks.get(stack);
      if (queue === undefined) continue;
      const activation = queue.shift();
      const mail = activation?.phase === 'ready' ? activation.mailbox.shift() : undefined;
      if (activation !== undefined) {
        activation.queued = false;
        if (activation.phase === 'ready' && activation.mailbox.size > 0) {
          activation.queued = true;
          queue.push(activation);
        }
      }
      if (queue.size > 0) its.push(stack);
      else this.stacks.delete(stack);
      if (activation !== undefined && mail !== undefined) return { activation, mail };
    }
  }

  /** Forgets a stack's waiting turns (its memory was dropped). */
  forget(stack: Uuid): void {
    this.stacks.delete(stack);
  }
}

/** The memory store's events: by stack, each id once per stack. */
import type { Uuid } from '../kernel/ids.ts';
import type { EventRow } from './store.ts';

export class MemoryEvents {
  private readonly byStack = new Map<Uuid, Map<Uuid, EventRow>>();

  /** True if none of them is stored yet, and none is among them twice. */
  areNew(events: readonly EventRow[]): boolean {
    const ids = new Set(events.map(event => `${event.stack}/${event.id}`));
    return ids.size === events.length && events.every(event => this.byStack.get(event.stack)?.has(event.id) !== true);
  }

  add(event: EventRow): void {
    const stored = Object.freeze({ ...event });
    const found = this.byStack.get(event.stack);
    if (found === undefined) this.byStack.set(event.stack, new Map([[event.id, stored]]));
    else found.set(event.id, stored);
  }

  of(stack: Uuid): Iterable<EventRow> {
    return this.byStack.get(stack)?.values() ?? [];
  }

  has(stack: Uuid): boolean {
    return this.byStack.has(stack);
  }

  all(): readonly EventRow[] {
    return [...this.byStack.values()].flatMap(events => [...events.values()]);
  }

  /** Removes the stack's first events, and says how many. */
  removeSome(stack: Uuid, atMost: number): number {
    const events = this.byStack.get(stack);
    const ids = [...(events?.keys() ?? [])].sort().slice(0, atMost);
    for (const id of ids) events?.delete(id);
    if (events?.size === 0) this.byStack.delete(stack);
    return ids.length;
  }
}

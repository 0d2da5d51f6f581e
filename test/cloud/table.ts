/**
 * What the services of a cloud know, as tables that change in one step a request, or not at all.
 *
 * Invariant: a change becomes part of the state for good only at `commit`, which gives all changes since `begin` for
 * the journal; `rollback` takes them back as if the request had not been. One `Tables` serves all services of a cloud,
 * so a server, its ports and its volumes change in the same line of the journal. A cloud that was killed is rebuilt
 * by `replay`; `snapshot` is the same state in as few changes as there are items, for a journal that begins anew.
 *
 * Items are values: whoever changes one puts a new object and leaves the old as it is.
 */

export interface Item {
  readonly id: string;
}

/** One change of one table; without an item the id was dropped. */
export interface Change {
  readonly table: string;
  readonly id: string;
  readonly item?: Item;
}

export interface Table<T extends Item> {
  get(id: string): T | undefined;
  /** In the order in which they were first put. */
  all(): T[];
  filter(fits: (item: T) => boolean): T[];
  put(item: T): T;
  drop(id: string): void;
  readonly size: number;
}

interface Undo {
  readonly items: Map<string, Item>;
  readonly id: string;
  readonly before: Item | undefined;
}

export class Tables {
  readonly #tables = new Map<string, Map<string, Item>>();
  #changes: Change[] = [];
  #undo: Undo[] = [];

  /** The table of this name, `service.things`; the same one whenever it is asked for. */
  table<T extends Item>(name: string): Table<T> {
    const items = this.#tables.get(name) ?? new Map<string, Item>();
    this.#tables.set(name, items);
    return new View<T>(items as Map<string, T>, (id, item) => this.#change(name, items, id, item));
  }

  /** From here on changes are collected. What was collected before and not committed is kept, and given up as ours. */
  begin(): void {
    this.#changes = [];
    this.#undo = [];
  }

  /** All changes since `begin`, in order; they stay. An id that was put several times comes once, as it is now. */
  commit(): Change[] {
    const last = new Map(this.#changes.map(change => [`${change.table} ${change.id}`, change]));
    this.begin();
    return [...last.values()];
  }

  /** Takes back all changes since `begin`. */
  rollback(): void {
    for (const { items, id, before } of this.#undo.reverse()) {
      if (before === undefined) items.delete(id);
      else items.set(id, before);
    }
    this.begin();
  }

  /** Makes changes of a journal happen, as it is opened. Tables that no service has asked for are kept as well. */
  replay(changes: readonly Change[]): void {
    for (const { table, id, item } of changes) {
      const items = this.#tables.get(table) ?? new Map<string, Item>();
      this.#tables.set(table, items);
      if (item === undefined) items.delete(id);
      else items.set(id, item);
    }
  }

  snapshot(): Change[] {
    return [...this.#tables].flatMap(([table, items]) =>
      [...items.values()].map(item => ({ table, id: item.id, item })),
    );
  }

  #change(table: string, items: Map<string, Item>, id: string, item: Item | undefined): void {
    const before = items.get(id);
    if (before === undefined && item === undefined) return;
    this.#undo.push({ items, id, before });
    this.#changes.push(item === undefined ? { table, id } : { table, id, item });
    if (item === undefined) items.delete(id);
    else items.set(id, item);
  }
}

class View<T extends Item> implements Table<T> {
  readonly #items: ReadonlyMap<string, T>;
  readonly #change: (id: string, item: T | undefined) => void;

  constructor(items: ReadonlyMap<string, T>, change: (id: string, item: T | undefined) => void) {
    this.#items = items;
    this.#change = change;
  }

  get size(): number {
    return this.#items.size;
  }

  get(id: string): T | undefined {
    return this.#items.get(id);
  }

  all(): T[] {
    return [...this.#items.values()];
  }

  filter(fits: (item: T) => boolean): T[] {
    return this.all().filter(fits);
  }

  put(item: T): T {
    this.#change(item.id, item);
    return item;
  }

  drop(id: string): void {
    this.#change(id, undefined);
  }
}

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
  /**
   * A way to items by something that they carry, kept up with every change. Made once, where the table is.
   *
   * @param left hears of each key that an item has no longer, whatever the reason.
   */
  index(keysOf: (item: T) => readonly string[], left?: (key: string) => void): Index<T>;
  put(item: T): T;
  drop(id: string): void;
  readonly size: number;
}

export interface Index<T extends Item> {
  /** In no particular order. */
  all(key: string): T[];
  has(key: string): boolean;
}

interface Undo {
  readonly rows: Rows;
  readonly id: string;
  readonly before: Item | undefined;
}

/** The items of one table, and what leads to them. */
class Rows {
  readonly items = new Map<string, Item>();
  readonly #indexes: Keyed[] = [];

  set(id: string, item: Item | undefined): void {
    const before = this.items.get(id);
    for (const index of this.#indexes) index.move(id, before, item);
    if (item === undefined) this.items.delete(id);
    else this.items.set(id, item);
  }

  add(index: Keyed): void {
    this.#indexes.push(index);
    for (const [id, item] of this.items) index.move(id, undefined, item);
  }
}

class Keyed {
  readonly #keysOf: (item: Item) => readonly string[];
  readonly #left: (key: string) => void;
  readonly ids = new Map<string, Set<string>>();

  constructor(keysOf: (item: Item) => readonly string[], left: (key: string) => void) {
    this.#keysOf = keysOf;
    this.#left = left;
  }

  move(id: string, before: Item | undefined, after: Item | undefined): void {
    const old = before === undefined ? [] : this.#keysOf(before);
    const now = after === undefined ? [] : this.#keysOf(after);
    for (const key of old) if (!now.includes(key)) this.#leave(key, id);
    for (const key of now) if (!old.includes(key)) this.#enter(key, id);
  }

  #enter(key: string, id: string): void {
    const ids = this.ids.get(key) ?? new Set();
    this.ids.set(key, ids.add(id));
  }

  #leave(key: string, id: string): void {
    const ids = this.ids.get(key);
    ids?.delete(id);
    if (ids?.size === 0) this.ids.delete(key);
    this.#left(key);
  }
}

export class Tables {
  readonly #tables = new Map<string, Rows>();
  #changes: Change[] = [];
  #undo: Undo[] = [];

  /** The table of this name, `service.things`; the same one whenever it is asked for. */
  table<T extends Item>(name: string): Table<T> {
    const rows = this.#rows(name);
    return new View<T>(rows, (id, item) => this.#change(name, rows, id, item));
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
    for (const { rows, id, before } of this.#undo.reverse()) rows.set(id, before);
    this.begin();
  }

  /** Makes changes of a journal happen, as it is opened. Tables that no service has asked for are kept as well. */
  replay(changes: readonly Change[]): void {
    for (const { table, id, item } of changes) this.#rows(table).set(id, item);
  }

  snapshot(): Change[] {
    return [...this.#tables].flatMap(([table, { items }]) =>
      [...items.values()].map(item => ({ table, id: item.id, item })),
    );
  }

  #rows(name: string): Rows {
    const rows = this.#tables.get(name) ?? new Rows();
    this.#tables.set(name, rows);
    return rows;
  }

  #change(table: string, rows: Rows, id: string, item: Item | undefined): void {
    const before = rows.items.get(id);
    if (before === undefined && item === undefined) return;
    this.#undo.push({ rows, id, before });
    this.#changes.push(item === undefined ? { table, id } : { table, id, item });
    rows.set(id, item);
  }
}

class View<T extends Item> implements Table<T> {
  readonly #rows: Rows;
  readonly #items: ReadonlyMap<string, T>;
  readonly #change: (id: string, item: T | undefined) => void;

  constructor(rows: Rows, change: (id: string, item: T | undefined) => void) {
    this.#rows = rows;
    this.#items = rows.items as ReadonlyMap<string, Item> as ReadonlyMap<string, T>;
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

  index(keysOf: (item: T) => readonly string[], left: (key: string) => void = () => undefined): Index<T> {
    const keyed = new Keyed(keysOf as (item: Item) => readonly string[], left);
    this.#rows.add(keyed);
    return {
      has: key => keyed.ids.has(key),
      all: key => [...(keyed.ids.get(key) ?? [])].flatMap(id => this.#items.get(id) ?? []),
    };
  }

  put(item: T): T {
    this.#change(item.id, item);
    return item;
  }

  drop(id: string): void {
    this.#change(id, undefined);
  }
}

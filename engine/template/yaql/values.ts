/**
 * The values of a yaql evaluation: Python's own, since yaql shows them (a tuple is not equal to a list, `items()` of a
 * map are a set, an iterator can be read once), and what only lives inside an expression.
 *
 * Integers are `bigint`, floats are `number`. Inside an evaluation only; convert.ts leads to and from template values.
 */
import type { Pattern } from '../pattern.ts';
import type { Meter } from './meter.ts';
import type { Moment, TimeSpan } from './moment.ts';
import type { Scope } from './scope.ts';

export type Yaql = null | boolean | bigint | number | string | Sequence | Dict | SetOf | View | Stream | Opaque;

/** What has no parts that an expression could list. */
export type Opaque = Scope | Regex | Rule | Moment | TimeSpan;

export type Collection = Sequence | SetOf | View | Stream;

/** A list. Literals and data are tuples, what Python's functions return are lists: they are never equal. */
export class Sequence {
  readonly items: readonly Yaql[];
  readonly type: 'tuple' | 'list';

  constructor(items: readonly Yaql[], type: 'tuple' | 'list' = 'tuple') {
    this.items = items;
    this.type = type;
  }
}

/** By the key of equality.ts. */
export type Entries = ReadonlyMap<string, readonly [key: Yaql, value: Yaql]>;

/** A map in the order of its entries. One that is not frozen cannot itself be a key, as Python's dict. */
export class Dict {
  readonly entries: Entries;
  readonly isFrozen: boolean;

  constructor(entries: Entries, isFrozen = true) {
    this.entries = entries;
    this.isFrozen = isFrozen;
  }
}

export class SetOf {
  /** By the key of equality.ts. */
  readonly items: ReadonlyMap<string, Yaql>;

  constructor(items: ReadonlyMap<string, Yaql>) {
    this.items = items;
  }
}

/** What `keys()`, `values()` and `items()` of a map give. All but values are sets to Python. */
export class View {
  readonly of: Dict;
  readonly shows: 'keys' | 'values' | 'items';

  constructor(of: Dict, shows: View['shows']) {
    this.of = of;
    this.shows = shows;
  }
}

/** Something to be read item by item: once, unless `again` gives a fresh reader. */
export class Stream {
  /** Python's name of it, as in `<map object>`. */
  readonly type: string;
  private readonly source: Iterator<Yaql>;
  private readonly meter: Meter;
  readonly again: (() => Iterator<Yaql>) | undefined;
  /** Python's iterators are their own readers; what is sorted is not read yet, and no iterator. */
  readonly isIterator: boolean;

  constructor(type: string, source: Iterator<Yaql>, meter: Meter, again?: () => Iterator<Yaql>, isIterator = true) {
    this.type = type;
    this.source = source;
    this.meter = meter;
    this.again = again;
    this.isIterator = isIterator;
  }

  /** undefined: there is no more. */
  next(): Yaql | undefined {
    this.meter.step();
    this.meter.enter();
    const result = this.source.next();
    this.meter.leave();
    return result.done === true ? undefined : result.value;
  }
}

/** What orderBy gives: it is sorted when it is first read, and thenBy adds to what it is sorted by. */
export class Ordered extends Stream {
  readonly addOrder: (order: Order) => void;

  constructor(meter: Meter, read: () => Iterator<Yaql>, addOrder: (order: Order) => void) {
    super('OrderingIterable', [][Symbol.iterator](), meter, read, false);
    this.addOrder = addOrder;
  }
}

export interface Order {
  readonly by: (item: Yaql) => Yaql;
  readonly isAscending: boolean;
}

/** A compiled regular expression. */
export class Regex {
  readonly source: string;
  readonly pattern: Pattern;
  readonly flags: RegexFlags;

  constructor(source: string, pattern: Pattern, flags: RegexFlags) {
    this.source = source;
    this.pattern = pattern;
    this.flags = flags;
  }
}

export interface RegexFlags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
}

/** `key => value`, where a function takes entries. */
export class Rule {
  readonly from: Yaql;
  readonly to: Yaql;

  constructor(from: Yaql, to: Yaql) {
    this.from = from;
    this.to = to;
  }
}

export function tuple(items: readonly Yaql[]): Sequence {
  return new Sequence(items, 'tuple');
}

export function list(items: readonly Yaql[]): Sequence {
  return new Sequence(items, 'list');
}

export function isSet(value: unknown): value is SetOf | View {
  return value instanceof SetOf || (value instanceof View && value.shows !== 'values');
}

export function isCollection(value: unknown): value is Collection {
  return value instanceof Sequence || value instanceof SetOf || value instanceof View || value instanceof Stream;
}

/** How many, where that is known without reading. */
export function sizeOf(value: Collection): number | undefined {
  if (value instanceof Sequence) return value.items.length;
  if (value instanceof SetOf) return value.items.size;
  return value instanceof View && value.shows !== 'values' ? value.of.entries.size : undefined;
}

/** The items, from where a stream stands. */
export function* each(collection: Collection): Generator<Yaql, void, undefined> {
  if (collection instanceof Sequence) yield* collection.items;
  else if (collection instanceof SetOf) yield* collection.items.values();
  else if (collection instanceof View) yield* viewed(collection);
  else if (collection.again !== undefined) yield* { [Symbol.iterator]: collection.again };
  else for (let item = collection.next(); item !== undefined; item = collection.next()) yield item;
}

function* viewed({ of, shows }: View): Generator<Yaql, void, undefined> {
  for (const [key, value] of of.entries.values()) {
    yield shows === 'keys' ? key : shows === 'values' ? value : tuple([key, value]);
  }
}

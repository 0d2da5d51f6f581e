/** Python's iterators: what is read item by item, when somebody asks. */
import { checkMemory, type Meter } from './meter.ts';
import { listSize } from './sizes.ts';
import { truthy } from './equality.ts';
import { type Collection, each, Stream, type Yaql } from './values.ts';

/** Python's map(). */
export function mapped(items: Collection, change: (item: Yaql) => Yaql, meter: Meter): Stream {
  return stream('map', meter, function* () {
    for (const item of each(items)) yield change(item);
  });
}

/** Python's filter(). */
export function filtered(items: Collection, isWanted: (item: Yaql) => Yaql, meter: Meter): Stream {
  return stream('filter', meter, function* () {
    for (const item of each(items)) if (truthy(isWanted(item))) yield item;
  });
}

/** Items `from` … `to` - 1, as Python's itertools.islice(). */
export function sliced(items: Collection, from: number, to: number, meter: Meter): Stream {
  return stream('itertools.islice', meter, function* () {
    const reader = each(items);
    for (let i = 0; i < to; i++) {
      const item = reader.next();
      if (item.done === true) return;
      if (i >= from) yield item.value;
    }
  });
}

/** A stream of what a generator yields; `type` is Python's name of its class. */
export function stream(type: string, meter: Meter, source: () => Iterator<Yaql>): Stream {
  return new Stream(type, source(), meter);
}

/** Most functions of yaql that give a stream are Python generators. */
export function generated(meter: Meter, source: () => Iterator<Yaql>): Stream {
  return stream('generator', meter, source);
}

/** What can be read again and again: items are kept as they are read. */
export function memorized(items: Collection, meter: Meter): Collection {
  if (!(items instanceof Stream) || !items.isIterator) return items;
  const kept: Yaql[] = [];
  function* read(): Generator<Yaql, void, undefined> {
    for (let i = 0; ; i++) {
      if (i === kept.length) {
        const item = (items as Stream).next();
        if (item === undefined) return;
        kept.push(item);
        checkMemory(listSize(kept.length));
      }
      yield kept[i] ?? null;
    }
  }
  return new Stream('RememberingIterator', read(), meter, read);
}

/** All items, read now. */
export function all(items: Collection): Yaql[] {
  return [...each(items)];
}

/** Streams among the values are read out, however deep; lists stay whole. */
export function* unrolled(values: Iterable<Yaql>): Generator<Yaql, void, undefined> {
  for (const value of values) {
    if (value instanceof Stream && value.isIterator) yield* unrolled(each(value));
    else yield value;
  }
}

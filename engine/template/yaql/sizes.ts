/**
 * What `sys.getsizeof` of CPython 3.11 (64 bit) says of a value: yaql's memory quota counts these bytes, so whether an
 * expression is refused depends on them. A value's own size, without what it holds. Measured, not read anywhere.
 */
import { Moment, TimeSpan } from './moment.ts';
import { Dict, Regex, Sequence, SetOf, Stream, View, type Yaql } from './values.ts';

const objectSize = 56;

export function bytesOf(value: Yaql): number {
  if (value === null) return 16;
  if (typeof value === 'boolean') return 28;
  if (typeof value === 'number') return 24;
  if (typeof value === 'bigint') return intSize(value);
  if (typeof value === 'string') return textSize(value);
  if (value instanceof Sequence)
    return value.type === 'tuple' ? 40 + 8 * value.items.length : listSize(value.items.length);
  if (value instanceof Dict) return value.isFrozen ? objectSize : dictSize(value.entries);
  if (value instanceof SetOf) return setSize(value.items.size);
  if (value instanceof View) return 40;
  if (value instanceof Stream) return streamSizes[value.type] ?? objectSize;
  if (value instanceof Moment) return 48;
  if (value instanceof TimeSpan) return 40;
  return value instanceof Regex ? 160 : objectSize;
}

const streamSizes: Readonly<Record<string, number>> = {
  map: 48,
  filter: 48,
  generator: 200,
  'itertools.islice': 72,
  zip: 64,
  'itertools.chain': 48,
  range_iterator: 48,
  'itertools.count': 56,
};

const oneDigit = (1n << 30n) - 1n;

function intSize(value: bigint): number {
  if (value <= oneDigit && value >= -oneDigit) return 28;
  const magnitude = value < 0n ? -value : value;
  return 24 + 4 * Math.ceil(magnitude.toString(16).length / 7.5);
}

/** One, two or four bytes a character, by the widest; ASCII has a smaller head. */
function textSize(text: string): number {
  if (/^[\x00-\x7f]*$/.test(text)) return 49 + text.length;
  if (/^[\x00-\xff]*$/.test(text)) return 73 + text.length;
  const characters = [...text].length;
  return characters === text.length ? 74 + 2 * characters : 76 + 4 * characters;
}

/** A list that grew by appending has room for some more. */
export function listSize(length: number): number {
  if (length === 0) return 56;
  const room = length <= 4 ? 4 : length <= 8 ? 8 : (length + (length >> 3) + 6) & ~3;
  return 56 + 8 * room;
}

/** From so many entries on: bytes where all keys are texts, bytes otherwise. */
const dictSteps = [
  [342, 13_056, 18_512],
  [171, 6_576, 9_304],
  [86, 3_328, 4_688],
  [43, 1_584, 2_264],
  [22, 832, 1_168],
  [11, 464, 632],
  [6, 272, 352],
  [1, 184, 224],
] as const;

/** Of a dict with so many entries. */
export function dictBytes(length: number, allTexts: boolean): number {
  const [, texts, others] = dictSteps.find(([least]) => length >= least) ?? [0, 64, 64];
  return allTexts ? texts : others;
}

export function dictSize(entries: ReadonlyMap<string, readonly [Yaql, Yaql]>): number {
  if (entries.size === 0) return dictBytes(0, true);
  for (const [key] of entries.values()) if (typeof key !== 'string') return dictBytes(entries.size, false);
  return dictBytes(entries.size, true);
}

const setSteps = [
  [307, 32_984],
  [77, 8_408],
  [19, 2_264],
  [5, 728],
] as const;

export function setSize(size: number): number {
  return setSteps.find(([least]) => size >= least)?.[1] ?? 216;
}

/** A queue (generateMany), in blocks of 64. */
export function queueSize(length: number): number {
  return 760 + 528 * Math.floor(length / 64);
}

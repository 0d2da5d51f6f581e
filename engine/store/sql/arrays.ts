/**
 * Columns as the database's own binary arrays.
 *
 * A commit's rows travel as one array per column. As text each element is quoted and escaped here and read character
 * by character there, which for a thousand rows costs more than writing them; in the binary form (array_recv: one
 * dimension, each element its length and its bytes, big-endian) both sides copy. Values must fit their columns:
 * `checkValues` has seen them before.
 */
import { Buffer } from 'node:buffer';
import type { ColumnType, ColumnValue } from '../tables.ts';

/** What each type is called in the protocol. Fixed for ever in PostgreSQL, and the same in CockroachDB. */
const oids: Readonly<Record<ColumnType, number>> = { uuid: 2950, text: 25, int4: 23, int8: 20, bool: 16 };

const headerBytes = 20;
const lengthBytes = 4;
/** Of an element that is not text. */
const sizes: Readonly<Record<Exclude<ColumnType, 'text'>, number>> = { uuid: 16, int4: 4, int8: 8, bool: 1 };
const maxBytesPerUnit = 3; // UTF-8, of a UTF-16 code unit

/** The array of one column's values, in the order given. */
export function binaryArray(type: ColumnType, values: readonly ColumnValue[]): Buffer {
  const bytes = Buffer.allocUnsafe(headerBytes + room(type, values));
  bytes.writeInt32BE(1, 0); // dimensions
  bytes.writeInt32BE(values.includes(null) ? 1 : 0, 4);
  bytes.writeInt32BE(oids[type], 8);
  bytes.writeInt32BE(values.length, 12);
  bytes.writeInt32BE(1, 16); // the first index
  return bytes.subarray(0, type === 'text' ? texts(bytes, values) : fixed(bytes, type, values));
}

/** At most so many bytes for the elements. */
function room(type: ColumnType, values: readonly ColumnValue[]): number {
  if (type !== 'text') return values.length * (lengthBytes + sizes[type]);
  let units = 0;
  for (const value of values) if (value !== null) units += (value as string).length;
  return values.length * lengthBytes + units * maxBytesPerUnit;
}

/** Returns where it ended. Neighbours are often equal (kinds, statuses): those are copied. */
function texts(bytes: Buffer, values: readonly ColumnValue[]): number {
  let end = headerBytes;
  let last: string | undefined;
  let lastAt = 0;
  for (const value of values) {
    if (value === null) {
      end = bytes.writeInt32BE(-1, end);
    } else if (value === last) {
      const size = lengthBytes + bytes.readInt32BE(lastAt);
      bytes.copyWithin(end, lastAt, lastAt + size);
      end += size;
    } else {
      const size = bytes.write(value as string, end + lengthBytes, 'utf8');
      bytes.writeInt32BE(size, end);
      last = value as string;
      lastAt = end;
      end += lengthBytes + size;
    }
  }
  return end;
}

function fixed(bytes: Buffer, type: Exclude<ColumnType, 'text'>, values: readonly ColumnValue[]): number {
  const size = sizes[type];
  let end = headerBytes;
  for (const value of values) {
    if (value === null) {
      end = bytes.writeInt32BE(-1, end);
      continue;
    }
    end = bytes.writeInt32BE(size, end);
    if (type === 'uuid') writeUuid(bytes, end, value as string);
    else if (type === 'int8') writeInt8(bytes, end, value as number);
    else if (type === 'int4') bytes.writeInt32BE(value as number, end);
    else bytes[end] = value === true ? 1 : 0;
    end += size;
  }
  return end;
}

/** A safe integer in 64 bits. */
function writeInt8(bytes: Buffer, at: number, value: number): void {
  const high = Math.floor(value / 2 ** 32);
  bytes.writeInt32BE(high, at);
  bytes.writeUInt32BE(value - high * 2 ** 32, at + 4);
}

const dash = 45;

/** 32 digits in lower case, with dashes between them. */
function writeUuid(bytes: Buffer, at: number, text: string): void {
  let to = at;
  for (let i = 0; i < text.length; i += 2) {
    if (text.charCodeAt(i) === dash) i++;
    bytes[to++] = (digit(text.charCodeAt(i)) << 4) | digit(text.charCodeAt(i + 1));
  }
}

/** 0–9 and a–f by their character codes. */
function digit(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}

import { describe, expect, it } from 'vitest';
import type { ColumnType, ColumnValue } from '../tables.ts';
import { binaryArray } from './arrays.ts';

/** The elements' bytes in hex; null for a null. Reads what the protocol's documents say of an array. */
function elements(type: ColumnType, values: readonly ColumnValue[]): (string | null)[] {
  const bytes = binaryArray(type, values);
  expect(bytes.readInt32BE(0), 'dimensions').toBe(1);
  expect(bytes.readInt32BE(4), 'nulls').toBe(values.includes(null) ? 1 : 0);
  expect(bytes.readInt32BE(12), 'length').toBe(values.length);
  expect(bytes.readInt32BE(16), 'first index').toBe(1);
  const found: (string | null)[] = [];
  let at = 20;
  while (at < bytes.length) {
    const size = bytes.readInt32BE(at);
    at += 4;
    found.push(size === -1 ? null : bytes.subarray(at, at + size).toString('hex'));
    at += Math.max(0, size);
  }
  expect(at, 'no byte is left').toBe(bytes.length);
  return found;
}

const hex = (text: string): string => Buffer.from(text, 'utf8').toString('hex');

describe('binary arrays', () => {
  it('write texts as UTF-8, equal neighbours and nulls included', () => {
    const values = ['a', 'a', null, 'a', 'größer', '日本', '𝒳', '', '', '{"a":"\\"}', 'a'];
    expect(elements('text', values)).toEqual(values.map(value => (value === null ? null : hex(value))));
  });
  it('write half of a surrogate pair as every text is written', () => {
    expect(elements('text', ['\ud800'])).toEqual([hex('\ud800')]);
  });
  it('write uuids in 16 bytes', () => {
    expect(elements('uuid', ['01234567-89ab-cdef-0123-456789abcdef', null])).toEqual([
      '0123456789abcdef0123456789abcdef',
      null,
    ]);
  });
  it('write all safe integers', () => {
    const values = [0, 1, -1, 2 ** 32, -(2 ** 32), 2 ** 32 - 1, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1];
    const expected = values.map(value => BigInt.asUintN(64, BigInt(value)).toString(16).padStart(16, '0'));
    expect(elements('int8', values)).toEqual(expected);
  });
  it('write small integers and booleans', () => {
    expect(elements('int4', [-(2 ** 31), -1, 7, 2 ** 31 - 1])).toEqual([
      '80000000',
      'ffffffff',
      '00000007',
      '7fffffff',
    ]);
    expect(elements('bool', [true, null, false])).toEqual(['01', null, '00']);
  });
});

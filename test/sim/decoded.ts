/** Records of rows that judges look at again and again: a row that was written never changes, so each is decoded once. */
import { decode as plain } from '../../engine/orchestration/records.ts';
import type { Row } from '../../engine/store/store.ts';

function once<T extends object>(decodeRow: (row: Row) => T): (row: Row) => T {
  const known = new WeakMap<Row, T>();
  return row => {
    const before = known.get(row);
    if (before !== undefined) return before;
    const record = decodeRow(row);
    known.set(row, record);
    return record;
  };
}

export const decode = {
  stack: once(plain.stack),
  resource: once(plain.resource),
  incarnation: once(plain.incarnation),
  debt: once(plain.debt),
};

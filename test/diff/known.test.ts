import { describe, expect, it } from 'vitest';
import { KnownDifferences } from './known.ts';

const entry = { scenario: 'delete-*', path: 'events.*', contract: '§4', why: 'ours goes on' };
const difference = (path: string) => ({ path, heat: '', convect: '', text: false });

describe('known differences', () => {
  it('cover the scenarios and places that they name, and no others', () => {
    const known = new KnownDifferences(JSON.stringify([entry]));
    expect(known.meant('delete-again', difference('events.a'))).toBe(true);
    expect(known.meant('delete-again', difference('seen[0].status'))).toBe(false);
    expect(known.meant('update', difference('events.a'))).toBe(false);
    expect(known.meant('delete-again', difference('xevents.a'))).toBe(false);
  });

  it('may say what both came to', () => {
    const known = new KnownDifferences(JSON.stringify([{ ...entry, path: '*', heat: '500 *', convect: '400 *' }]));
    const came = (heat: string, convect: string) => ({ ...difference('preview'), heat, convect });
    expect(known.meant('delete-again', came('500 RemoteError: (none)', '400 NotSupported: no'))).toBe(true);
    expect(known.meant('delete-again', came('500 RemoteError: (none)', '200 taken'))).toBe(false);
    expect(known.meant('delete-again', came('400 Invalid: no', '400 NotSupported: no'))).toBe(false);
  });

  it('are told when they do not differ any more', () => {
    const known = new KnownDifferences(JSON.stringify([entry]));
    expect(known.unmet(['delete-again'])).toEqual(['delete-* events.*: ours goes on']);
    expect(known.unmet(['update'])).toEqual([]);
    expect(known.unmet(['delete-again'], ['delete-again', 'delete-twice'])).toEqual([]);
    known.meant('delete-again', difference('events.a'));
    expect(known.unmet(['delete-again'])).toEqual([]);
  });

  it('need a reason each', () => {
    expect(() => new KnownDifferences(JSON.stringify([{ ...entry, why: '' }]))).toThrow('contract and why');
    expect(() => new KnownDifferences('a: b')).toThrow('a list');
  });
});

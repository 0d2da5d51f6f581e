import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createResealer } from './resealing.ts';
import { createVault, keyIdOf } from './sealed.ts';

const dice = (n: number): Uint8Array => randomBytes(n);
const [old, older, fresh] = [1, 2, 3].map(n => new Uint8Array(32).fill(n)) as [Uint8Array, Uint8Array, Uint8Array];
const [oldVault, olderVault, freshVault] = [old, older, fresh].map(key => createVault(key, dice)) as [
  ReturnType<typeof createVault>,
  ReturnType<typeof createVault>,
  ReturnType<typeof createVault>,
];
const reseal = createResealer(fresh, [old, older], dice);

describe('sealing again', () => {
  it('exchanges what older keys sealed, within JSON within JSON, and leaves the rest letter by letter', () => {
    const inner = JSON.stringify({ password: olderVault.seal('p/w"+='), n: 1 });
    const text = JSON.stringify({ credential: oldVault.seal('token:a'), inner, other: 'as it was' });
    const { text: made, exchanged, unopened } = reseal(text);
    expect([exchanged, unopened]).toEqual([2, 0]);
    expect(made).not.toContain(keyIdOf(old));
    expect(made).not.toContain(keyIdOf(older));
    const parsed = JSON.parse(made) as { credential: string; inner: string; other: string };
    expect(freshVault.open(parsed.credential)).toBe('token:a');
    expect(freshVault.open((JSON.parse(parsed.inner) as { password: string }).password)).toBe('p/w"+=');
    expect(parsed.other).toBe('as it was');
    expect(reseal(made)).toEqual({ text: made, exchanged: 0, unopened: 0 });
  });

  it('opens what is sealed within a sealed text', () => {
    const text = freshVault.seal(`a ${oldVault.seal('secret')} b`);
    const { text: made, exchanged } = reseal(text);
    expect(exchanged).toBe(1);
    const [, sealed = ''] = freshVault.open(made).split(' ');
    expect(freshVault.open(sealed)).toBe('secret');
  });

  it('leaves what no key opens', () => {
    const foreign = createVault(new Uint8Array(32).fill(9), dice).seal('x');
    const text = `${foreign} sealed:v1:00000000:AAAA ${oldVault.seal('y')}`;
    const { text: made, exchanged, unopened } = reseal(text);
    expect([exchanged, unopened]).toEqual([1, 2]);
    expect(made.startsWith(`${foreign} sealed:v1:00000000:AAAA `)).toBe(true);
  });

  it('writes nothing anew where all is sealed with the key', () => {
    const text = JSON.stringify([freshVault.seal('a'), freshVault.seal(freshVault.seal('b'))]);
    expect(reseal(text)).toEqual({ text, exchanged: 0, unopened: 0 });
  });
});

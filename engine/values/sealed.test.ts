import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { createVault, isSealed, SealBroken } from './sealed.ts';

const key = Uint8Array.from({ length: 32 }, (_, i) => i);
const vault = createVault(key, n => randomBytes(n));
const plain = 'correct horse battery staple é😀\n"\\';

function problem(text: string, of = vault): string {
  try {
    of.open(text);
  } catch (error) {
    if (error instanceof SealBroken) return error.message;
    throw error;
  }
  throw new Error('opened');
}

describe('a sealed text', () => {
  test.each([plain, '', 'x', 'sealed:v1:00000000:AAAA', 'a'.repeat(100_000)])('opens to what was sealed', text => {
    expect(vault.open(vault.seal(text))).toBe(text);
  });

  test('has its form, differs every time, and fits the same key in another process', () => {
    const [one, two] = [vault.seal(plain), vault.seal(plain)];
    expect(one).not.toBe(two);
    expect(one).toMatch(/^sealed:v1:[0-9a-f]{8}:[A-Za-z0-9+/]+=*$/);
    expect(isSealed(one)).toBe(true);
    expect(createVault(key.slice(), n => randomBytes(n)).open(one)).toBe(plain);
  });

  test('is a function of key, dice and text alone, so a simulated run repeats', () => {
    const scripted = () => createVault(key, n => new Uint8Array(n).fill(7));
    expect(scripted().seal('secret')).toBe(scripted().seal('secret'));
  });

  test('shows neither the text nor the key, in any of the usual clothes', () => {
    // Fixed dice, or four bytes of it would turn up by chance once in a while.
    const sealed = createVault(key, n => new Uint8Array(n).fill(7)).seal(plain);
    const decoded = Buffer.from(sealed.split(':')[3] ?? '', 'base64');
    for (const secret of [Buffer.from(plain), Buffer.from(key)]) {
      for (const length of [4, 8]) {
        const part = secret.subarray(0, length);
        expect(decoded.includes(part)).toBe(false);
        for (const encoding of ['utf8', 'base64', 'hex', 'latin1'] as const) {
          expect(sealed).not.toContain(part.toString(encoding).replace(/=+$/, ''));
        }
      }
    }
  });
});

describe('opening fails', () => {
  test('when any character is changed', () => {
    const sealed = vault.seal(plain);
    for (let i = 0; i < sealed.length; i++) {
      const other = sealed[i] === 'A' ? 'B' : 'A';
      expect(() => vault.open(sealed.slice(0, i) + other + sealed.slice(i + 1))).toThrow(SealBroken);
    }
  });

  test('when it is cut or lengthened anywhere', () => {
    const sealed = vault.seal(plain);
    for (let i = 0; i < sealed.length; i++) expect(() => vault.open(sealed.slice(0, i))).toThrow(SealBroken);
    expect(() => vault.open(`${sealed}A`)).toThrow(SealBroken);
    expect(() => vault.open(`${sealed}\n`)).toThrow(SealBroken);
    expect(() => vault.open(` ${sealed}`)).toThrow(SealBroken);
  });

  test('with another key, and says which keys they are', () => {
    const other = createVault(new Uint8Array(32), n => randomBytes(n));
    const sealed = vault.seal(plain);
    expect(problem(sealed, other)).toMatch(/^sealed with key [0-9a-f]{8}, this is key [0-9a-f]{8}$/);
    // The id of the right key does not help a text of another.
    const [, , id = ''] = other.seal('').split(':');
    const forged = sealed.replace(/^sealed:v1:[0-9a-f]{8}/, `sealed:v1:${id}`);
    expect(problem(forged, other)).toBe('a sealed text was changed');
  });

  test.each(['', 'plain', 'sealed:v1:', 'sealed:v2:00000000:AAAA', 'sealed:v1:0000000:AAAA'])('for %j', text => {
    expect(isSealed(text)).toBe(false);
    expect(problem(text)).toBe('not a sealed text');
  });

  test('without a secret in the error', () => {
    const sealed = vault.seal(plain);
    const message = problem(`${sealed.slice(0, -4)}AAAA`);
    expect(message).toBe('a sealed text was changed');
    expect(message).not.toContain(sealed.slice(30));
  });
});

test('a key of another length is refused', () => {
  expect(() => createVault(new Uint8Array(16), n => randomBytes(n))).toThrow('32 bytes');
});

describe('several keys', () => {
  const fresh = new Uint8Array(32).fill(5);
  const both = createVault(fresh, n => randomBytes(n), [key]);

  test('each opens what it sealed, the newest seals', () => {
    expect(both.open(vault.seal(plain))).toBe(plain);
    expect(createVault(fresh, n => randomBytes(n)).open(both.seal(plain))).toBe(plain);
    expect(problem(both.seal(plain))).toMatch(/^sealed with key [0-9a-f]{8}, this is key [0-9a-f]{8}$/);
  });

  test('a text of none of them is told from a broken one', () => {
    const other = createVault(new Uint8Array(32), n => randomBytes(n)).seal(plain);
    expect(problem(other, both)).toMatch(/^sealed with key [0-9a-f]{8}, these are keys [0-9a-f]{8}, [0-9a-f]{8}$/);
    // One key's text under another key's name.
    const [mine, theirs] = [vault.seal(plain), both.seal(plain)];
    const mixed = theirs.slice(0, 19) + mine.slice(19);
    expect(problem(mixed, both)).toBe('a sealed text was changed');
  });
});

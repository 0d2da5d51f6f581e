import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownVaultKeys, readVaultKeys } from './vault-key.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-vault-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (text?: string): string => {
  const path = join(folder, 'secrets', 'vault.key');
  if (text === undefined) return path;
  const plain = join(folder, 'vault.key');
  writeFileSync(plain, text);
  return plain;
};
const [first, second] = ['0a'.repeat(32), 'f1'.repeat(32)];

describe('the keys that seal secrets', () => {
  it('are one a line, the first of which seals', async () => {
    const { key, older } = await readVaultKeys(file(`${first}\n\n  ${second} \n`));
    expect([key, ...older].map(each => Buffer.from(each).toString('hex'))).toEqual([first, second]);
  });

  it('are never made for an engine of a cluster, which is told how', async () => {
    await expect(readVaultKeys(file())).rejects.toThrow(/is not there: .* make it once, with: openssl rand -hex 32 > /);
  });

  it('are made once for an all-in-one, for its own eyes', async () => {
    const { key, older } = await ownVaultKeys(file());
    expect(older).toEqual([]);
    expect(readFileSync(file(), 'utf8')).toBe(`${Buffer.from(key).toString('hex')}\n`);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(Buffer.from((await ownVaultKeys(file())).key)).toEqual(Buffer.from(key));
  });

  it.each([
    ['', 'does not hold a key: 64 hex digits a line'],
    [`${first}\nsecret-of-mine\n`, 'does not hold a key in line 2'],
  ])('of another form are refused without being shown: %j', async (text, said) => {
    const refused = readVaultKeys(file(text));
    await expect(refused).rejects.toThrow(said);
    await expect(refused).rejects.not.toThrow('secret-of-mine');
  });
});

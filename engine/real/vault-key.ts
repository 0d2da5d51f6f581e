import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The key that seals, and keys that only open what they sealed before (docs/admin.md, A new key). */
export interface VaultKeys {
  readonly key: Uint8Array;
  readonly older: readonly Uint8Array[];
}

/**
 * The 32-byte keys that seal secrets, from a file with 64 hex digits a line: the first seals, all of them open. Throws
 * for a file that is not there or holds anything else; never with what it holds. An engine that made a key of its own
 * would seal what no other one can open.
 */
export async function readVaultKeys(file: string): Promise<VaultKeys> {
  const known = await textOf(file);
  if (known === undefined) {
    const how = `the same in all places: make it once, with: openssl rand -hex 32 > ${file}`;
    throw new Error(`${file} is not there: it holds the keys that seal secrets, ${how}`);
  }
  return keysIn(known, file);
}

/** The same, of an all-in-one that has its data to itself: a key is made, readable by its owner alone, if none is there. */
export async function ownVaultKeys(file: string): Promise<VaultKeys> {
  const known = await textOf(file);
  if (known !== undefined) return keysIn(known, file);
  const key = randomBytes(32);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return { key, older: [] };
}

async function textOf(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}

function keysIn(text: string, file: string): VaultKeys {
  const lines = text.split('\n').map(line => line.trim());
  const [key, ...older] = lines.filter(line => line !== '').map(line => keyIn(line, lines.indexOf(line) + 1, file));
  if (key === undefined) throw new Error(`${file} does not hold a key: 64 hex digits a line are expected`);
  return { key, older };
}

function keyIn(line: string, number: number, file: string): Uint8Array {
  if (!/^[0-9a-f]{64}$/.test(line)) {
    throw new Error(`${file} does not hold a key in line ${number}: 64 hex digits a line are expected`);
  }
  return Buffer.from(line, 'hex');
}

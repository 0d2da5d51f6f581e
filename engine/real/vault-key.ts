import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** The 32-byte key that seals secrets, from a file of 64 hex digits; made, readable by its owner alone, if missing. */
export async function readVaultKey(file: string): Promise<Uint8Array> {
  const known = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (known !== undefined) {
    if (!/^[0-9a-f]{64}\s*$/.test(known)) throw new Error(`${file} does not hold a key: 64 hex digits are expected`);
    return Buffer.from(known.trim(), 'hex');
  }
  const key = randomBytes(32);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${key.toString('hex')}\n`, { mode: 0o600, flag: 'wx' });
  return key;
}

/** Which code a sandbox runs: an all-in-one of a newer build replaces an older sandbox instead of adopting it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The sandbox's compiled program, also when this module runs from its source (in a unit test). */
export const entry = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../dist/test/cloud/main.js' : './main.js', import.meta.url),
);

/** A digest of the compiled files of the sandbox. */
export function buildOf(): string {
  const folder = join(entry, '..');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    name => name.endsWith('.js') && !name.endsWith('.test.js'),
  );
  const digest = createHash('sha256');
  for (const name of files.sort()) digest.update(`${name}\n`).update(readFileSync(join(folder, name)));
  return digest.digest('hex').slice(0, 16);
}

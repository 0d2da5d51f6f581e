/** Templates of the field, to be changed: what people write, in their ways of writing it. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = 'test/fixtures/field';

export const seeds: readonly string[] = readdirSync(folder)
  .filter(name => !name.endsWith('.md'))
  .sort()
  .map(name => readFileSync(`${folder}/${name}`, 'utf8'));

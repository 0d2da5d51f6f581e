/** Templates of the field, to be changed: what people write, in their ways of writing it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = 'test/fixtures/heat-templates';
/** Bigger ones would be most of the run. */
const maxChars = 3_000;

export const seeds: readonly string[] = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => /\.(yaml|template)$/.test(name))
  .sort()
  .map(name => readFileSync(join(folder, name), 'utf8'))
  .filter(text => text.length <= maxChars);

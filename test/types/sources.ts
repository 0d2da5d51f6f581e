/** The sources of the types, as the line counts read them; commands run in the repository's root. */
import { readFileSync } from 'node:fs';
import { writtenFiles } from '../lint/files.ts';
import type { Source } from './lines.ts';

export function typeSources(): readonly Source[] {
  return writtenFiles('engine/resources')
    .filter(path => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map(path => `engine/resources/${path}`)
    .map(path => ({ path, text: readFileSync(path, 'utf8') }));
}

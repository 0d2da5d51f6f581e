/** `npm run docs`: writes docs/types. The last line is `docs: N pages, M written`. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '../../engine/resources/registry.ts';
import { pagesOf } from './pages.ts';

const folder = join('docs', 'types');
const registry = createRegistry();
const pages = pagesOf(registry.names().flatMap(name => registry.get(name) ?? []));
mkdirSync(folder, { recursive: true });
const there = new Set(readdirSync(folder));
for (const name of there) if (!pages.has(name)) rmSync(join(folder, name));
const changed = [...pages].filter(
  ([name, text]) => !there.has(name) || readFileSync(join(folder, name), 'utf8') !== text,
);
for (const [name, text] of changed) writeFileSync(join(folder, name), text);
console.log(`docs: ${pages.size} pages, ${changed.length} written`);

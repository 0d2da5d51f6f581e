import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** What is made, not written: the same list as .gitignore. */
const made = new Set(['node_modules', 'dist', '.git', '.data']);

/** Texts that the rules read. A fixture is somebody else's text. */
const readable = /\.(?:ts|mjs|js|json|proto|sql|sh|md|ya?ml|service)$|(?:^|\/)(?:run|\.npmrc|\.gitignore)$/;

/** The paths of all written files under `root`, with forward slashes, sorted. */
export function writtenFiles(root: string): string[] {
  const walk = (folder: string): string[] =>
    readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
      if (made.has(entry.name)) return [];
      const path = join(folder, entry.name);
      return entry.isDirectory() ? walk(path) : [relative(root, path).split(sep).join('/')];
    });
  return walk(root)
    .filter(path => readable.test(path) && !path.startsWith('test/fixtures/'))
    .sort();
}

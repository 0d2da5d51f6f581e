/** Helm, as test/setup.sh leaves it: from the PATH, or from its cache. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseAllDocuments } from 'yaml';

const version = '3.17.2';

function program(): string {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), join(cache, 'convect', `helm-${version}`)];
  const found = folders.map(folder => join(folder, 'helm')).find(file => existsSync(file));
  if (found === undefined) throw new Error('there is no helm; test/setup.sh fetches it');
  return found;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

/** What helm says. Throws with its stderr when it refuses. */
export function helm(...args: string[]): string {
  return execFileSync(program(), args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The manifests of a release `convect` in the namespace `heat`; `set`: as after `--set-json`. */
export function render(chart: string, set: Readonly<Record<string, unknown>> = {}): readonly Manifest[] {
  const values = Object.entries(set).flatMap(([name, value]) => ['--set-json', `${name}=${JSON.stringify(value)}`]);
  return manifestsOf(helm('template', 'convect', chart, '--namespace', 'heat', ...values));
}

export function manifestsOf(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap(document => {
    const [error] = 'errors' in document ? document.errors : [];
    if (error !== undefined) throw error;
    const manifest = document.toJS() as Manifest | null;
    return manifest === null ? [] : [manifest];
  });
}

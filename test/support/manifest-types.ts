/**
 * Whether manifests are what Kubernetes takes: as object literals of the types that are made of its own API description
 * (the package `kubernetes-types`), given to the compiler. So a field that is not known, is missing or has another type
 * is an error, which a schema that allows more fields would let through.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './helm.ts';

const modules = fileURLToPath(
  new URL(`${import.meta.url.endsWith('.ts') ? '../..' : '../../..'}/node_modules`, import.meta.url),
);

/** `apps/v1` as the package has it; what has no group is `core/v1`. */
const pathOf = (apiVersion: string): string => (apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`);

/** What the compiler says is wrong, a line each; none: nothing. */
export function typeErrors(manifests: readonly Manifest[]): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'convect-manifests-'));
  try {
    const lines = manifests.map((manifest, n) => {
      const module = join(modules, 'kubernetes-types', `${pathOf(manifest.apiVersion)}.js`);
      const type = `import(${JSON.stringify(module)}).${manifest.kind}`;
      return `export const m${n}: ${type} = ${JSON.stringify(manifest, undefined, 1)};`;
    });
    const file = join(folder, 'manifests.ts');
    writeFileSync(file, lines.join('\n'));
    const flags = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
    const { status, stdout } = spawnSync(join(modules, '.bin', 'tsc'), [...flags, file], { encoding: 'utf8' });
    const errors = stdout.split('\n').filter(line => line.includes('error TS'));
    if (status !== 0 && errors.length === 0) throw new Error(`the compiler ended with ${status}: ${stdout}`);
    return errors.map(line => line.replace(/^.*error TS/, 'TS'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

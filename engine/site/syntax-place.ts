import { spawnSync } from 'node:child_process';
import type { CodePlace } from './places.ts';

/** Where a file's syntax is wrong, as Node says it when it only looks: an error of an import does not always say it. */
export function syntaxPlace(file: string): CodePlace | undefined {
  const { stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: 10_000 });
  const found = /^(?:file:\/\/)?(\/.*):(\d+)$/m.exec(stderr);
  return found === null ? undefined : { file: decodeURI(found[1] ?? ''), line: Number(found[2]) };
}

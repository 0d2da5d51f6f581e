/** The units as install.sh renders them: systemd takes them, and what they promise fits what the processes do. */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readEngineConfig, readGatewayConfig } from '../../cli/config.ts';
import { limits } from '../../engine/kernel/limits.ts';
import { configurationOf, environmentOf, readUnit, words } from '../../test/support/unit.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const prefix = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const kinds = ['engine', 'gateway'] as const;

let root = '';
const rendered = (kind: string): string => join(root, 'etc/systemd/system', `convect-${kind}@.service`);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'convect-units-'));
  install('--root', root);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true, force: true });
});

function install(...args: string[]): string {
  return execFileSync(join(here, 'install.sh'), args, { encoding: 'utf8' });
}

/** systemd's own check of an instance (systemd-analyze is there after test/setup.sh). */
function verify(file: string, instance: string): { readonly status: number | null; readonly said: string } {
  const path = file.replace('@.service', `@${instance}.service`);
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
  const ours = `${stdout}${stderr}`.split('\n').filter(line => line.includes('convect'));
  return { status, said: ours.join('\n') };
}

describe('the units', () => {
  it('are taken by systemd without a word', () => {
    expect(verify(rendered('engine'), '51')).toEqual({ status: 0, said: '' });
    expect(verify(rendered('gateway'), '04')).toEqual({ status: 0, said: '' });
  });

  it('are not, when a setting is misspelt (the check can fail)', () => {
    const other = mkdtempSync(join(tmpdir(), 'convect-units-'));
    try {
      const file = join(other, 'convect-engine@.service');
      writeFileSync(file, readFileSync(rendered('engine'), 'utf8').replace('TimeoutStopSec', 'TimeoutStoppSec'));
      expect(verify(file, '51').said).toContain('TimeoutStoppSec');
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('give their processes little to harm others with', () => {
    for (const kind of kinds) {
      const args = ['security', '--offline=yes', '--threshold=20', '--no-pager', rendered(kind)];
      expect(spawnSync('systemd-analyze', args).status, kind).toBe(0);
    }
  });

  it('run this Node with this build, and the configuration of their kind', () => {
    for (const kind of kinds) {
      const [exec, ...args] = words(readUnit(rendered(kind)).one('Service', 'ExecStart'));
      expect(existsSync(exec ?? ''), exec).toBe(true);
      const main = `${prefix}/dist/cli/main.js`;
      expect(args).toEqual(['--enable-source-maps', main, kind, '--config', `/etc/convect/${kind}.yaml`]);
    }
  });

  it('leave time for the hand-off, and for requests under way', () => {
    const secs = (kind: string): number => Number(readUnit(rendered(kind)).one('Service', 'TimeoutStopSec'));
    expect(secs('engine') * 1_000).toBeGreaterThan(limits.handOffMs + limits.serverGraceMs + 5_000);
    const { drainSeconds = 0 } = configured('gateway', '04').config as { drainSeconds?: number };
    expect(secs('gateway') * 1_000).toBeGreaterThan(drainSeconds * 1_000 + limits.commandDeadlineMs + 5_000);
  });
});

function configured(kind: 'engine' | 'gateway', instance: string) {
  for (const [name, value] of Object.entries(environmentOf(readUnit(rendered(kind)), { instance, host: 'host-a' }))) {
    vi.stubEnv(name, value);
  }
  const file = join(root, configurationOf(readUnit(rendered(kind))));
  return kind === 'engine' ? readEngineConfig(file) : readGatewayConfig(file);
}

describe('the configurations beside them', () => {
  it('are right, and give each instance its ports and its name', () => {
    expect(configured('engine', '51').config).toMatchObject({
      node: 'host-a-51',
      listen: '0.0.0.0:50051',
      advertise: 'host-a:50051',
      status: '127.0.0.1:9151',
    });
    expect(configured('gateway', '05').config).toMatchObject({ listen: '0.0.0.0:8005', status: '127.0.0.1:9205' });
  });

  it('are left as they are by a second run, which renders the units anew', () => {
    const other = mkdtempSync(join(tmpdir(), 'convect-units-'));
    try {
      cpSync(root, other, { recursive: true });
      const file = join(other, 'etc/convect/engine.yaml');
      writeFileSync(file, 'mine\n');
      install('--root', other, '--prefix', '/srv/convect', '--node', '/opt/node/bin/node');
      expect(readFileSync(file, 'utf8')).toBe('mine\n');
      const unit = readUnit(join(other, 'etc/systemd/system/convect-engine@.service'));
      expect(unit.one('Service', 'ExecStart')).toMatch(
        /^\/opt\/node\/bin\/node .* \/srv\/convect\/dist\/cli\/main.js /,
      );
    } finally {
      rmSync(other, { recursive: true, force: true });
    }
  });

  it('are asked for in words that install.sh knows', () => {
    for (const args of [['--engines', 'many'], ['--what', '1'], ['--prefix', '/a b', '--root', root], ['--root']]) {
      expect(spawnSync(join(here, 'install.sh'), args, { encoding: 'utf8' })).toMatchObject({
        status: 1,
        stderr: expect.stringMatching(/^install: /) as string,
      });
    }
  });
});

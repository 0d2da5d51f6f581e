import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { freePortBase, portsOf } from '../../cli/ports.ts';
import { isAlive } from '../../cli/processes.ts';
import { endSandbox, ensureSandbox, pidfileOf } from './child.ts';

let dataDir = '';
let portBase = 0;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'convect-child-'));
  portBase = await freePortBase();
});

afterEach(async () => {
  await endSandbox(dataDir);
  rmSync(dataDir, { recursive: true, force: true });
});

it('is started once and adopted from then on, is replaced when it died, and ends when told to', async () => {
  const first = await ensureSandbox(portBase, dataDir);
  expect(first.adopted).toBe(false);
  const second = await ensureSandbox(portBase, dataDir);
  expect(second).toMatchObject({ adopted: true, pid: first.pid });
  process.kill(first.pid, 'SIGKILL');
  const third = await ensureSandbox(portBase, dataDir);
  expect(third.adopted).toBe(false);
  expect(third.pid).not.toBe(first.pid);
  await third.stop();
  expect(isAlive(third.pid)).toBe(false);
});

it('is replaced, not adopted, when it hangs or listens elsewhere', async () => {
  const first = await ensureSandbox(portBase, dataDir);
  process.kill(first.pid, 'SIGSTOP');
  const second = await ensureSandbox(portBase, dataDir);
  expect(second.adopted).toBe(false);
  expect(isAlive(first.pid)).toBe(false);
  const otherBase = await freePortBase();
  const third = await ensureSandbox(otherBase, dataDir);
  expect(third.adopted).toBe(false);
  expect(isAlive(second.pid)).toBe(false);
});

it('has the faults that are asked for, adopted or not, and is not started for one that cannot be read', async () => {
  await expect(ensureSandbox(portBase, dataDir, ['kind=purple'])).rejects.toThrow('kind must be');
  expect(existsSync(pidfileOf(dataDir))).toBe(false);
  const { keystoneUrl } = await ensureSandbox(portBase, dataDir, ['kind=500,path=/nowhere']);
  const faults = async (): Promise<unknown> => (await fetch(keystoneUrl.replace('/v3', '/__faults'))).json();
  expect(await faults()).toEqual({ faults: [{ rule: 'kind=500,path=/nowhere', hits: 0 }] });
  expect((await ensureSandbox(portBase, dataDir, ['kind=refuse,path=/nowhere'])).adopted).toBe(true);
  expect(await faults()).toEqual({ faults: [{ rule: 'kind=refuse,path=/nowhere', hits: 0 }] });
  await ensureSandbox(portBase, dataDir);
  expect(await faults()).toMatchObject({ faults: [{ rule: 'kind=refuse,path=/nowhere' }] });
});

it('says who sits on its port', async () => {
  const squatter: Server = createServer();
  const { keystone } = portsOf(portBase);
  await new Promise<void>(resolve => squatter.listen(keystone, '127.0.0.1', resolve));
  try {
    await expect(ensureSandbox(portBase, dataDir)).rejects.toThrow(
      `port ${keystone} (Keystone) is taken by pid ${process.pid} (`,
    );
  } finally {
    squatter.close();
  }
});

it('ends by itself when its pidfile is taken away', async () => {
  const { pid } = await ensureSandbox(portBase, dataDir);
  rmSync(pidfileOf(dataDir));
  const deadline = performance.now() + 10_000;
  while (isAlive(pid) && performance.now() < deadline) await sleep(50);
  expect(isAlive(pid)).toBe(false);
});

import { expect, it, vi } from 'vitest';
import { runChild } from './child.ts';

const node = (script: string): [string, string, string] => [process.execPath, '-e', script];

it('gives the exit status and what was printed', async () => {
  const ended = await runChild(node('console.log("twelve"); console.error("odd"); process.exit(3)'), 10_000);
  expect(ended.status).toBe(3);
  expect(ended.output).toContain('twelve\n');
  expect(ended.output).toContain('odd\n');
});

it('kills what is not done in time', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  const started = performance.now();
  const ended = await runChild(node('setInterval(() => {}, 1000)'), 300);
  expect(ended.status).toBe(124);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(log.mock.calls.flat().join()).toContain('not done after');
  log.mockRestore();
});

it('does not wait for a grandchild that keeps the pipe open', async () => {
  const script = `require('node:child_process')
    .spawn(process.execPath, ['-e', 'setTimeout(() => {}, 9000)'], { stdio: 'inherit', detached: true })
    .unref(); console.log('gone'); process.exit(0)`;
  const started = performance.now();
  const ended = await runChild(node(script), 20_000);
  expect(ended.status).toBe(0);
  expect(ended.output).toContain('gone');
  expect(performance.now() - started).toBeLessThan(7_000);
});

it('says why a command could not be started', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {});
  expect((await runChild(['no-such-command-here'], 1_000)).status).toBe(127);
  expect(log.mock.calls.flat().join()).toContain('ENOENT');
  log.mockRestore();
});

it('tells a child that died by a signal', async () => {
  expect((await runChild(node('process.kill(process.pid, "SIGKILL")'), 10_000)).status).toBe(137);
});

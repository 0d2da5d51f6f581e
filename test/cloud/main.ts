/**
 * The sandbox cloud as a process of its own: `node dist/test/cloud/main.js --port-base N --data DIR --pidfile FILE`.
 *
 * Prints `ready` once it answers. Ends at SIGTERM or SIGINT, and by itself when its pidfile is taken away: so nothing
 * is left behind where somebody removes the data folder of a demo that was killed.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildOf } from './build.ts';
import { dropPidfile, holdsPidfile, takePidfile } from '../../cli/pidfile.ts';
import { startSandbox } from './sandbox.ts';

const watchMs = 2_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { 'port-base': { type: 'string' }, data: { type: 'string' }, pidfile: { type: 'string' } },
  });
  const portBase = Number(values['port-base']);
  if (!Number.isInteger(portBase) || values.data === undefined || values.pidfile === undefined) {
    throw new Error('needs --port-base N --data DIR --pidfile FILE');
  }
  const pidfile = resolve(values.pidfile);
  takePidfile(pidfile, portBase);
  const sandbox = await startSandbox({ portBase, dataDir: values.data, about: { pid: process.pid, build: buildOf() } });
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    await sandbox.stop();
    dropPidfile(pidfile);
    process.exit(0);
  };
  process.on('SIGTERM', () => void end());
  process.on('SIGINT', () => void end());
  setInterval(() => {
    if (!holdsPidfile(pidfile)) void end();
  }, watchMs);
  console.log('ready');
}

try {
  await main();
} catch (error) {
  console.error(`sandbox: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

/**
 * `npm run cluster [-- --engines N] [--gateways N] [--port-base N] [--data DIR] [--cloud URL] [--ephemeral] [--exit]`:
 * etcd, PostgreSQL, engines, gateways and a sandbox cloud on this machine, each a process of its own.
 *
 * Prints what runs where, and as its last line `ready: …` once a request through gateway and engine is answered; stays
 * up until it is told to stop. `--exit` ends it then, with status 0. `--cloud` names a Keystone in place of the
 * sandbox, whose catalog has this cluster as an orchestration; CONVECT_REGION is the region whose services are called.
 */
import { parseArgs } from 'node:util';
import { untilToldToStop } from '../../cli/stopping.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      engines: { type: 'string', default: '3' },
      gateways: { type: 'string', default: '2' },
      'port-base': { type: 'string' },
      data: { type: 'string' },
      cloud: { type: 'string' },
      ephemeral: { type: 'boolean', default: false },
      exit: { type: 'boolean', default: false },
    },
  });
  const portBase = values['port-base'];
  const { CONVECT_REGION: region } = process.env;
  const told = untilToldToStop();
  const starting = startCluster({
    engines: count('engines', values.engines),
    gateways: count('gateways', values.gateways),
    ...(portBase !== undefined && { portBase: count('port-base', portBase) }),
    ...(values.data !== undefined && { dataDir: values.data }),
    ...(values.cloud !== undefined && { keystoneUrl: values.cloud }),
    ...(region !== undefined && region !== '' && { region }),
    ephemeral: values.ephemeral,
  });
  try {
    const first = await Promise.race([told, starting]);
    if (typeof first === 'object') await describe(first, values.cloud === undefined);
    if (!values.exit) await told;
  } finally {
    await starting.then(cluster => cluster.stop()).catch(() => undefined);
  }
}

async function describe(cluster: TestCluster, isSandbox: boolean): Promise<void> {
  const { engines, gateways, etcd, database, keystoneUrl, nativeUrl, gatewayUrls } = cluster;
  if (isSandbox) {
    const session = await cluster.logIn();
    const { status } = await session.ask('GET', '/stacks');
    if (status !== 200) throw new Error(`GET /stacks was answered with ${status}`);
  }
  for (const { name, pid } of [...engines, ...gateways]) console.log(`${name}: pid ${pid}`);
  console.log(`etcd: ${etcd.host}`);
  console.log(`PostgreSQL: pid ${database.pid}, port ${new URL(database.url).port}`);
  console.log(`logs: ${cluster.dataDir}`);
  console.log(`shell: eval "$(npx convect dev env --port-base ${cluster.portBase})"`);
  console.log(`ready: ${nativeUrl}/v1 over ${gatewayUrls.join(' and ')} (Keystone: ${keystoneUrl})`);
}

function count(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a number from 1 on, not ${text}`);
  return number;
}

try {
  await main();
} catch (error) {
  console.log(`cluster: failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
process.exit();

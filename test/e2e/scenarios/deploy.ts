/**
 * What deploy/ has, done: Heat's install steps by the script, and engine and gateway as the systemd units start them (the
 * exact ExecStart and Environment of the rendered units; systemd itself does not run where tests do).
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../../../cli/client.ts';
import { shardCount } from '../../../engine/kernel/ids.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { run } from '../../support/command.ts';
import { environmentOf, readUnit, words } from '../../support/unit.ts';
import type { Scenario } from '../scenario.ts';
import { expect, expectRun, type Steps } from '../steps.ts';

const deploy = fileURLToPath(
  new URL(`${import.meta.url.endsWith('.ts') ? '../../..' : '../../../..'}/deploy`, import.meta.url),
);
const waitMs = 60_000;
const region = 'Beside';

/** Above the cluster's own ports (test/support/cluster.ts). */
const ports = { engine: 15, engineStatus: 25, gateway: 35, gatewayStatus: 45 } as const;

export const deployment: Scenario = {
  name: 'deploy',
  about: 'the install script at Keystone, and engine and gateway as the systemd units start them',
  kind: 'alone',
  async play(steps) {
    const cluster = await steps.step('an engine and a gateway are there', () =>
      startCluster({ engines: 1, gateways: 1, ephemeral: true }),
    );
    if (cluster === undefined) return;
    const folder = mkdtempSync(join(tmpdir(), 'convect-deploy-'));
    const units = new Units(folder);
    try {
      await registered(steps, cluster);
      await asUnits(steps, cluster, units);
    } finally {
      units.kill();
      await steps.step('all stops', () => cluster.stop());
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function registered(steps: Steps, cluster: TestCluster): Promise<void> {
  const env = { ...process.env, ...cluster.env('admin') } as Record<string, string>;
  const passwords = join(cluster.dataDir, 'service-password');
  const files = ['--password-file', passwords, '--domain-admin-password-file', passwords, '--owner', 'demo:demo'];
  const script = (...args: string[]) => run(join(deploy, 'keystone-register'), [...args, ...files], { env });
  await steps.step('keystone-register keeps what the cloud has', async () => {
    expectRun(await script('--url', cluster.nativeUrl), { status: 'success', says: [/made=0 changed=0 kept=\d\d/] });
  });
  await steps.step('it does not take over what is somebody else’s', async () => {
    expectRun(await script('--url', 'http://127.0.0.1:1'), { status: 'failure', says: ['--replace'] });
  });
  const beside = ['--url', `http://127.0.0.1:${cluster.portBase + ports.gateway}`, '--region', region];
  await steps.step('it makes a region beside it, and its endpoints', async () => {
    expectRun(await script(...beside), { status: 'success', says: [/made=4 changed=0/], saysNot: [/password/] });
  });
  await steps.step('a second time it has nothing to do', async () => {
    expectRun(await script(...beside), { status: 'success', says: ['made=0 changed=0'] });
  });
}

async function asUnits(steps: Steps, cluster: TestCluster, units: Units): Promise<void> {
  await steps.step('install.sh renders the units', async () => {
    configure(cluster, units.config);
    expectRun(await run(join(deploy, 'systemd/install.sh'), ['--root', units.root, '--config', units.config]), {
      status: 'success',
    });
  });
  const status = `http://127.0.0.1:${cluster.portBase + ports.engineStatus}`;
  const engine = await steps.step('the ExecStart of convect-engine@51 becomes a member', () =>
    units.start('engine', '51'),
  );
  const gateway = await steps.step('the ExecStart of convect-gateway@04 answers', () => units.start('gateway', '04'));
  if (engine === undefined || gateway === undefined) return;
  await steps.step('it has its name and its share', async () => {
    await until(async () => (await shown(status)).shards > 0, 'it has shards');
    expect((await shown(status)).node === `${hostname()}-51`, `${hostname()}-51`, '  it has another name');
  });
  await steps.step('the other engine ends: all shards are its own', async () => {
    await cluster.engines[0]?.stop();
    await until(async () => (await shown(status)).shards === shardCount, 'it has all');
  });
  await steps.step('a stack is created by them, in that region', () => created(cluster));
  await steps.step('SIGTERM ends the engine in order, within TimeoutStopSec', () => units.stop(engine));
  await steps.step('and the gateway', () => units.stop(gateway));
}

/** What `/etc/convect` has: as the examples, with this cluster's places. */
function configure(cluster: TestCluster, folder: string): void {
  mkdirSync(folder, { recursive: true });
  const at = (offset: number): string => `127.0.0.1:${cluster.portBase + offset}`;
  const its = (file: string): string => join(cluster.dataDir, file);
  const user = { userName: 'heat', passwordFile: its('service-password'), projectName: 'service' };
  const service = { authUrl: cluster.keystoneUrl, ...user };
  const etcd = { hosts: [cluster.etcd.host] };
  const configs = {
    engine: {
      node: '${CONVECT_HOST}-${CONVECT_INSTANCE}',
      listen: at(ports.engine),
      status: at(ports.engineStatus),
      databaseUrlFile: its('database-url'),
      vaultKeyFile: its('vault.key'),
      etcd,
      cloud: service,
    },
    gateway: { listen: at(ports.gateway), status: at(ports.gatewayStatus), etcd, keystone: service },
  };
  for (const [kind, config] of Object.entries(configs)) {
    writeFileSync(join(folder, `${kind}.yaml`), JSON.stringify(config));
  }
}

interface Started {
  readonly name: string;
  readonly child: ChildProcess;
  readonly stopMs: number;
}

/** Rendered units, and what they start. */
class Units {
  readonly root: string;
  readonly config: string;
  readonly #children: ChildProcess[] = [];

  constructor(folder: string) {
    this.root = join(folder, 'root');
    this.config = join(folder, 'etc');
  }

  /** As systemd starts an instance: its command, and of the environment nothing but what the unit says. */
  async start(kind: 'engine' | 'gateway', instance: string): Promise<Started> {
    const unit = readUnit(join(this.root, 'etc/systemd/system', `convect-${kind}@.service`));
    const [program = '', ...args] = words(unit.one('Service', 'ExecStart'));
    const env = environmentOf(unit, { instance, host: hostname() });
    const child = spawn(program, args, { cwd: '/', env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#children.push(child);
    let said = '';
    await new Promise<void>((resolve, reject) => {
      const hear = (text: string): void => {
        said += text;
        if (/^ready: /m.test(said)) resolve();
      };
      child.stdout.setEncoding('utf8').on('data', hear);
      child.stderr.setEncoding('utf8').on('data', hear);
      child.once('error', reject);
      child.once('exit', code => reject(new Error(`${program} ${args.join(' ')} ended with ${code}: ${said}`)));
    });
    const stopMs = 1_000 * Number(unit.one('Service', 'TimeoutStopSec'));
    return { name: `convect-${kind}@${instance}`, child, stopMs };
  }

  async stop({ name, child, stopMs }: Started): Promise<void> {
    const ended = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)));
    const began = performance.now();
    child.kill('SIGTERM');
    const code = await Promise.race([ended, sleep(stopMs, 'late' as const, { ref: false })]);
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);
    expect(code === 0, `${name} ends with 0 within ${stopMs / 1_000} s`, `  after ${seconds} s: ${code}`);
  }

  kill(): void {
    for (const child of this.#children) child.kill('SIGKILL');
  }
}

async function shown(status: string): Promise<{ readonly node: string; readonly shards: number }> {
  return (await (await fetch(`${status}/readyz`)).json()) as { node: string; shards: number };
}

async function created({ keystoneUrl }: TestCluster): Promise<void> {
  const domain = { name: 'Default' };
  const session = await connect({
    authUrl: keystoneUrl,
    proof: { kind: 'password', user: { name: 'demo', domain }, password: 'password' },
    project: { name: 'demo', domain },
    region,
    interface: 'public',
    caFile: undefined,
    insecure: false,
  });
  const resources = { net: { type: 'OS::Neutron::Net' }, word: { type: 'OS::Heat::RandomString' } };
  const template = { heat_template_version: '2018-08-31', resources };
  await session.must('POST', '/stacks', { json: { stack_name: 'by-units', template } });
  const status = async (): Promise<string> =>
    (await session.must<{ stack: { stack_status: string } }>('GET', '/stacks/by-units')).stack.stack_status;
  await until(async () => (await status()) !== 'CREATE_IN_PROGRESS', 'it ends');
  const last = await status();
  expect(last === 'CREATE_COMPLETE', 'CREATE_COMPLETE', `  it is ${last}`);
}

async function until(so: () => Promise<boolean>, what: string): Promise<void> {
  for (const end = performance.now() + waitMs; !(await so()); await sleep(200)) {
    if (performance.now() > end) throw new Error(`not after ${waitMs / 1_000} s: ${what}`);
  }
}

/** What is done to the processes of a cluster; each leaves it whole again, and says how long stacks stood still. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { DirectoryView } from '../../engine/placement/etcd/view.ts';
import { type NodeId, shardCount, type Shard } from '../../engine/kernel/ids.ts';
import type { TestCluster } from '../support/cluster.ts';
import type { ClusterProcess } from '../support/cluster-process.ts';
import type { Random } from '../support/random.ts';
import type { Rows } from './resume.ts';

const stopMs = 10_000;
const resumeMs = 60_000;
/** How long a server that was killed stays away, at most. */
const awayMs = 3_000;

export interface Scene {
  readonly cluster: TestCluster;
  readonly directory: DirectoryView;
  readonly rows: Rows;
  readonly random: Random;
}

export interface Hit {
  /** Which process, in words. */
  readonly victim: string;
  /** Milliseconds until the first commit of a successor; undefined where nothing of the victim's was under way. */
  readonly resume?: number | undefined;
  /** Milliseconds until the directory no longer named it. */
  readonly gone?: number | undefined;
  /** What went wrong, in words. */
  readonly wrong?: string;
}

export const kinds: Readonly<Record<string, (scene: Scene) => Promise<Hit>>> = {
  'kill -9 engine': async scene => {
    const { engine, shards } = await someEngine(scene);
    const since = Date.now();
    await engine.kill();
    const resume = await resumed(scene, shards, since, engine);
    await engine.start();
    return { victim: engine.name, ...resume };
  },
  'SIGSTOP engine': async scene => {
    const { engine, shards } = await someEngine(scene);
    const since = Date.now();
    engine.signal('SIGSTOP');
    const resume = await resumed(scene, shards, since, engine);
    await sleep(Math.max(0, since + stopMs - Date.now()));
    engine.signal('SIGCONT');
    return { victim: engine.name, ...resume };
  },
  'SIGTERM engine': async scene => {
    const { engine, shards } = await someEngine(scene);
    const since = Date.now();
    const ending = engine.stop();
    const resume = await resumed(scene, shards, since);
    const status = await ending;
    await engine.start();
    const wrong = status === 0 ? {} : { wrong: `${engine.name} ended with ${status}` };
    return { victim: engine.name, ...resume, ...wrong };
  },
  'kill -9 gateway': async ({ cluster, random }) => {
    const gateway = random.pick(cluster.gateways);
    await gateway.kill();
    await gateway.start();
    return { victim: gateway.name };
  },
  'SIGSTOP gateway': async ({ cluster, random }) => {
    const gateway = random.pick(cluster.gateways);
    gateway.signal('SIGSTOP');
    await sleep(stopMs);
    gateway.signal('SIGCONT');
    return { victim: gateway.name };
  },
  'kill -9 etcd': async ({ cluster, random }) => {
    cluster.etcd.signal('SIGKILL');
    await sleep(random.below(awayMs));
    await cluster.etcd.restart();
    return { victim: 'etcd' };
  },
  'SIGSTOP etcd': async ({ cluster }) => {
    cluster.etcd.signal('SIGSTOP');
    await sleep(stopMs);
    cluster.etcd.signal('SIGCONT');
    return { victim: 'etcd' };
  },
  'kill -9 PostgreSQL': async scene => {
    const { cluster, random, rows } = scene;
    process.kill(cluster.database.pid, 'SIGKILL');
    await sleep(random.below(awayMs));
    await cluster.database.restart();
    const since = Date.now();
    return { victim: 'PostgreSQL', ...(await resumed(scene, await rows.busy(undefined), since)) };
  },
};

/** How many shards each engine holds, as the directory says. */
export function owned({ cluster, directory }: Scene): string {
  const owners = Array.from({ length: shardCount }, (_, shard) => directory.ownerOf(shard as Shard));
  const counts = cluster.engines.map(({ name }) => owners.filter(owner => owner === name).length);
  return `${counts.join('/')}, ${owners.filter(owner => owner === undefined).length} nobody's`;
}

/** One that is up, and those of its shards in which something is under way. */
async function someEngine({ cluster, directory, rows, random }: Scene): Promise<{
  readonly engine: ClusterProcess;
  readonly shards: readonly number[];
}> {
  const engine = random.pick(cluster.engines);
  const owned = Array.from({ length: shardCount }, (_, shard) => shard).filter(
    shard => directory.ownerOf(shard as Shard) === engine.name,
  );
  return { engine, shards: await rows.busy(owned) };
}

async function resumed(
  { rows, directory }: Scene,
  shards: readonly number[],
  since: number,
  victim?: ClusterProcess,
): Promise<Pick<Hit, 'resume' | 'gone' | 'wrong'>> {
  if (shards.length === 0) return {};
  let gone: number | undefined;
  const cancel = directory.onChange(() => {
    if (victim !== undefined && directory.member(victim.name as NodeId) === undefined) gone ??= Date.now() - since;
  });
  const resume = await rows.firstCommit(shards, since, resumeMs);
  cancel();
  return resume === undefined ? { wrong: `nothing was committed in ${resumeMs / 1_000} s` } : { resume, gone };
}

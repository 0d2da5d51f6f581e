/** What the stacks claim against what is in the sandbox cloud, by its own journal. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Journal } from '../cloud/journal.ts';
import { type Thing, thingsIn } from '../crash/cloud-state.ts';
import { type Claim, countThings } from '../crash/count.ts';
import { debtsIn, tidyingIn } from '../crash/database.ts';
import { look, say } from '../crash/posting.ts';
import type { TestCluster } from '../support/cluster.ts';
import type { Load } from './load.ts';

const debtsMs = 300_000;
const cloudTypes = /^OS::(?:Neutron|Nova|Cinder)::/;

export interface Verdict {
  /** Things that nobody claims. */
  readonly orphans: readonly string[];
  /** Claimed twice, or claimed and not there. */
  readonly duplicates: readonly string[];
}

/** What was in the cloud before the first stack: ids of things. */
export function thingsBefore(cluster: TestCluster): ReadonlySet<string> {
  return new Set(things(cluster).map(({ id }) => id));
}

export async function verdict(cluster: TestCluster, load: Load, before: ReadonlySet<string>): Promise<Verdict> {
  await untilNoDebts(cluster);
  const session = await cluster.logIn();
  const claims: Claim[] = [];
  for (const plan of load.kept) {
    const seen = await look(session, plan);
    const { resources } = plan.template as { resources: Readonly<Record<string, { readonly type: string }>> };
    const idOf = (name: string): string =>
      seen?.resources.find(each => each.resource_name === name)?.physical_resource_id ?? '';
    for (const name of plan.resources) {
      const type = resources[name]?.type ?? '';
      if (!cloudTypes.test(type)) continue;
      const server = name.startsWith('attachment') ? { server: idOf(name.replace('attachment', 'server')) } : {};
      claims.push({ name: `${plan.name}.${name}`, type, physicalId: idOf(name), ...server });
    }
  }
  const { extra, missing } = countThings(claims, ours(cluster, before));
  return { orphans: extra, duplicates: missing };
}

/** What is still there when all stacks are deleted, in words. */
export async function leftOver(cluster: TestCluster, before: ReadonlySet<string>): Promise<readonly string[]> {
  await untilNoDebts(cluster);
  return things(cluster)
    .filter(({ id }) => !before.has(id))
    .map(({ kind, id }) => `${kind} ${id} is left after the deletes`);
}

function things({ dataDir }: TestCluster): readonly Thing[] {
  return thingsIn(Journal.read(join(dataDir, 'cloud', 'journal')));
}

function ours(cluster: TestCluster, before: ReadonlySet<string>): readonly Thing[] {
  return things(cluster).filter(({ id, kind }) => kind !== 'trust' && !before.has(id));
}

async function untilNoDebts({ dataDir }: TestCluster): Promise<void> {
  const deadline = performance.now() + debtsMs;
  for (let shown = ''; ; ) {
    const [debts, tidying] = [await debtsIn(dataDir), await tidyingIn(dataDir)];
    const line = `  ${debts} creates that may still land, ${tidying} credentials of deleted stacks`;
    if (line !== shown) say(line);
    shown = line;
    if (debts + tidying === 0) return;
    if (performance.now() > deadline) throw new Error(`${line.trim()}: not over after ${debtsMs / 1_000} s`);
    await sleep(500);
  }
}

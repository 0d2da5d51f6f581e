/**
 * What every engine is made of, whoever its neighbours are: the World's ports for real, the node over them, and what
 * gateways ask of it. Which directory and transport it gets decides whether it is the whole cluster (local.ts) or a
 * node of one (cluster.ts).
 */
import type { EngineService } from '../proto/engine.ts';
import type { World } from './actors/world.ts';
import { type CloudOptions, createCloud } from './cloud/cloud.ts';
import type { CallCount } from './cloud/counters.ts';
import { limits } from './kernel/limits.ts';
import type { Meters } from './kernel/meters.ts';
import type { Tracer } from './kernel/tracing.ts';
import type { Undo } from './kernel/undo.ts';
import type { Clock, Dice, Directory, Log, Transport } from './kernel/world.ts';
import { EngineNode } from './node.ts';
import { behaviours, unparks } from './orchestration/behaviours.ts';
import { weightOf } from './orchestration/inputs.ts';
import { jobs, type PlanJob, tookTooLong } from './orchestration/jobs.ts';
import { type ComputeParts, createCompute } from './real/compute.ts';
import { createNoCloud } from './real/no-cloud.ts';
import type { AddressRules } from './real/open-addresses.ts';
import type { VaultKeys } from './real/vault-key.ts';
import { createWatchdog } from './real/watchdog.ts';
import { createWeb } from './real/web.ts';
import { createRegistry } from './resources/registry.ts';
import { createEngineService } from './service/service.ts';
import { emptySite, type Site, threadSite, typesOf } from './site/site.ts';
import { createSqlStore } from './store/sql.ts';
import { withLittleWork } from './template/work.ts';
import { createVault } from './values/sealed.ts';

export interface AssemblyOptions {
  /** Its schema is this release's already. */
  readonly databaseUrl: string;
  /** What seals secrets; the same for all nodes of a cluster. */
  readonly vaultKeys: VaultKeys;
  /** The services that resources are made of; absent: none, and types that need one fail. */
  readonly cloud?: CloudOptions;
  /** Addresses that templates by URL may, and may not, be fetched from; absent: the usual ones. */
  readonly fetch?: AddressRules;
  /** What its operator adds; absent: nothing. */
  readonly site?: Site;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly directory: Directory;
  readonly transport: Transport;
  readonly log: Log;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
  /** Absent: nothing is counted but calls. */
  readonly meters?: Meters;
}

export interface Assembly {
  /** Not started yet. */
  readonly node: EngineNode;
  readonly service: EngineService;
  /** Requests to services so far. */
  calls(): readonly CallCount[];
}

/** Puts it together; what must be ended again is added to `undo`, to be taken from its end. */
export async function assemble(options: AssemblyOptions, undo: Undo[]): Promise<Assembly> {
  const { databaseUrl, clock, dice, directory, transport, log, tracer, meters } = options;
  const { site = emptySite } = options;
  const registry = createRegistry(typesOf(site));
  const store = createSqlStore({ connectionString: databaseUrl });
  undo.push(() => store.close());
  const compute = createCompute(clock, {
    jobs: jobs(registry, site.globals),
    worker: new URL('./real/compute-worker.js', import.meta.url),
    data: threadSite(site),
    about: input => aboutJob(input as PlanJob),
    inline: withLittleWork,
    overdue: tookTooLong,
  });
  undo.push(() => compute.stop());
  const web = createWeb(clock, options.fetch);
  undo.push(() => web.stop());
  const { key, older } = options.vaultKeys;
  const { calls, ...cloud } = cloudFor(options, undo);
  const vault = createVault(key, n => dice.bytes(n), older);
  if (meters !== undefined) measureCalls(meters, calls);
  const watched = { ...(tracer && { tracer }), ...(meters && { meters }) };
  const world: World = { clock, dice, store, transport, directory, ...cloud, compute, web, vault, log, ...watched };
  const watchdog = createWatchdog({ databaseUrl, pid: process.pid });
  undo.push(() => watchdog.stop());
  const node = new EngineNode({ world, behaviours: behaviours(registry), unparks, onTurn: watchdog.onTurn });
  return { node, service: createEngineService(world, node, registry), calls };
}

/** Of any job: whose it is, how long it may take, and how long it may wait. */
function aboutJob(job: PlanJob): ReturnType<ComputeParts['about']> {
  const waitMs = job.patient === true ? limits.computePatienceMs : limits.computeWaitMs;
  return { chars: weightOf(job), project: job.projectId, waitMs };
}

function measureCalls(meters: Meters, calls: Assembly['calls']): void {
  const help = 'Requests to services, and what came of each: a status, unsent or unknown.';
  const readings = () =>
    calls().map(({ service, method, result, calls: value }) => ({ labels: { service, method, result }, value }));
  meters.read('convect_cloud_calls_total', help, readings, true);
}

/** The ports to services; what is under way there is cut only after the node has stopped. */
function cloudFor(
  { cloud: options, clock, dice, directory, log }: AssemblyOptions,
  undo: Undo[],
): Pick<World, 'cloud' | 'credentials'> & Pick<Assembly, 'calls'> {
  if (options === undefined) return { cloud: createNoCloud(), calls: () => [] };
  const mayStart = (): boolean => clock.monotonic() < directory.deadline();
  const cloud = createCloud(options, { clock, dice, log, mayStart });
  undo.push(() => cloud.stop());
  return { cloud, credentials: cloud, calls: () => cloud.counters() };
}

/**
 * One engine of a cluster: a node among others, over a database that all share.
 *
 *   start:  listen ─▶ join etcd (others see the address) ─▶ begin a session ─▶ take shards
 *   end:    leave (others count it out) ─▶ hand off: drain, commit, release ─▶ revoke the lease ─▶ stop listening
 *
 * It listens before anybody learns its address, and says to early callers that it is not ready. At its end it answers
 * until its shards are somebody else's, so that no request meets a closed door; a hand-off that takes longer than
 * limits.handOffMs is cut off, and the others then take over as after a crash.
 */
import { assemble } from './assembly.ts';
import type { CloudOptions } from './cloud/cloud.ts';
import type { CallCount } from './cloud/counters.ts';
import { msOf } from './kernel/clock.ts';
import { errors } from './kernel/errors.ts';
import type { NodeId } from './kernel/ids.ts';
import { limits } from './kernel/limits.ts';
import type { Meters } from './kernel/meters.ts';
import type { Tracer } from './kernel/tracing.ts';
import { startWhole, type Undo } from './kernel/undo.ts';
import type { Log } from './kernel/world.ts';
import type { EtcdOptions } from './placement/etcd/client.ts';
import { createEtcdDirectory, type EtcdDirectory } from './placement/etcd/directory.ts';
import { watchPlugins } from './placement/plugins.ts';
import { createClock } from './real/clock.ts';
import { createDice } from './real/dice.ts';
import type { AddressRules } from './real/open-addresses.ts';
import { readVaultKeys, type VaultKeys } from './real/vault-key.ts';
import { digestsOf, emptySite, type Site } from './site/site.ts';
import { migrate } from './store/migrate.ts';
import { type NodeServerOptions, startNodeServer } from './transport/server.ts';
import { createServing, type Serving } from './transport/serving.ts';
import { createGrpcTransport } from './transport/transport.ts';
import { faultOf } from '../proto/fault.ts';
import type { Tls } from '../proto/grpc.ts';
import { speaks } from '../proto/version.ts';

export interface ClusterEngineOptions {
  /** Its name, the same after each start; no other process has it at the same time. */
  readonly node: NodeId;
  /** `host:port` of the gRPC server; port 0: a free one. */
  readonly listen: string;
  /** Where others reach it; absent: where it listens. */
  readonly advertise?: string;
  /** With its password: never logged. */
  readonly databaseUrl: string;
  /** False: the schema is brought up to date by somebody else. */
  readonly migrate: boolean;
  readonly vaultKeyFile: string;
  readonly cloud?: CloudOptions;
  /** Addresses that templates by URL may, and may not, be fetched from. */
  readonly fetch?: AddressRules;
  /** Types and environments of its operator's; the same at all engines. */
  readonly site?: Site;
  readonly etcd: EtcdOptions;
  /** Absent: nothing is encrypted and nobody is checked. For loopback alone. */
  readonly tls?: Tls;
  readonly allowed?: NonNullable<NodeServerOptions['allowed']>;
  readonly log: Log;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
  /** Absent: nothing is measured. */
  readonly meters?: Meters;
}

export interface ClusterEngine {
  readonly address: string;
  /** It is a member with a lease that lives, and not on its way out. */
  isReady(): boolean;
  /** How many shards are its own. */
  readonly shards: number;
  calls(): readonly CallCount[];
  /** Hands over in order, then ends. */
  stop(): Promise<void>;
}

/** Starts it; shards follow as the directory gives them. What was started ends when a later part fails. */
export async function startClusterEngine(options: ClusterEngineOptions): Promise<ClusterEngine> {
  return startWhole(async undo => {
    const vaultKeys = await readVaultKeys(options.vaultKeyFile);
    if (options.migrate) await migrate(options.databaseUrl);
    return build(options, vaultKeys, undo);
  });
}

async function build(
  options: ClusterEngineOptions,
  vaultKeys: VaultKeys,
  undo: Undo[],
): Promise<Omit<ClusterEngine, 'stop'>> {
  const { node: me, log, tls, meters } = options;
  const clock = createClock();
  const dice = createDice();
  let directory: EtcdDirectory | undefined;
  const transport = createGrpcTransport({
    me,
    clock,
    dice,
    log,
    addressOf: node => directory?.member(node)?.address,
    ...(tls && { tls }),
    ...(meters && { meters }),
  });
  const serving = new LateServing();
  const { listen, allowed } = options;
  const secured = { ...(tls && { tls }), ...(allowed && { allowed }) };
  const server = await startNodeServer({ listen, transport, serving, clock, ...secured });
  undo.push(async () => {
    transport.stop();
    await server.stop(limits.serverGraceMs);
  });
  const address = options.advertise ?? `${listen.slice(0, listen.lastIndexOf(':'))}:${server.port}`;
  const range = [speaks.min, speaks.max] as const;
  const since = msOf(clock.now());
  const plugins = digestsOf(options.site ?? emptySite);
  const joined = await createEtcdDirectory({ ...options.etcd, me, address, speaks: range, since, plugins, log });
  directory = joined;
  undo.push(() => joined.stop());
  joined.onChange(() => transport.membersChanged());
  undo.push(watchPlugins(joined, log));
  const parts = { ...options, vaultKeys, clock, dice, directory: joined, transport };
  const { node, service, calls } = await assemble(parts, undo);
  transport.serve(node);
  serving.begin(createServing({ service, dice, log, directory: joined }));
  await node.start();
  let leaving = false;
  undo.push(async () => {
    leaving = true;
    await node.stop();
  });
  return {
    address,
    isReady: () => !leaving && clock.monotonic() < joined.deadline(),
    get shards() {
      return node.ownedShards().size;
    },
    calls,
  };
}

/** For those who call before the node is there. */
class LateServing implements Serving {
  private serving: Serving | undefined;

  begin(serving: Serving): void {
    this.serving = serving;
  }

  get running(): number {
    return this.serving?.running ?? 0;
  }

  command(...[call, reply]: Parameters<Serving['command']>): void {
    if (this.serving === undefined) reply(null, { fault: notReady() });
    else this.serving.command(call, reply);
  }

  query(stream: Parameters<Serving['query']>[0]): void {
    if (this.serving !== undefined) {
      this.serving.query(stream);
      return;
    }
    stream.write({ fault: notReady() });
    stream.end();
  }
}

const notReady = (): ReturnType<typeof faultOf> =>
  faultOf(errors.Unavailable({ message: 'This engine is about to start; please retry.' }));

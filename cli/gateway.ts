/** `convect gateway --config FILE`: the native REST API in front of a cluster, until it is told to stop. */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { watchDirectory } from '../engine/placement/etcd/view.ts';
import { createKeystone } from '../gateway/keystone.ts';
import { createGateway } from '../gateway/server.ts';
import { createEngineClient } from '../proto/client.ts';
import { limits } from '../engine/kernel/limits.ts';
import { createMeters } from '../engine/kernel/meters.ts';
import { openAudit } from './audit-file.ts';
import { type Configured, etcdOf, type GatewayConfig, readGatewayConfig, tlsOf, tracingOf } from './config.ts';
import { errorLog } from './log.ts';
import { startStatus, version } from './status.ts';
import { untilToldToStop } from './stopping.ts';
import { startTracing } from './tracing.ts';

/** Says `ready: …` once it answers, and returns when what was under way is answered. Throws where it cannot start. */
export async function runGateway(file: string): Promise<void> {
  const told = untilToldToStop();
  const starting = startGateway(readGatewayConfig(file));
  const first = await Promise.race([told, starting]);
  if (typeof first === 'object') console.log(`ready: ${first.url}/v1`);
  await told;
  await (await starting).stop();
}

/** Twice what a load balancer takes to look. */
const drainSecs = 2;

interface Gateway {
  readonly url: string;
  stop(): Promise<void>;
}

async function startGateway(configured: Configured<GatewayConfig>): Promise<Gateway> {
  const { config } = configured;
  const log = errorLog(config.logLevel ?? 'info');
  const asked = tracingOf(configured);
  const who = { service: 'convect-gateway', instance: config.listen, version: version() };
  const tracing = asked && (await startTracing(asked, who));
  const meters = config.status === undefined ? undefined : createMeters();
  const engines = await watchDirectory({ ...etcdOf(configured), log });
  const client = createEngineClient({ engines, ...tlsOf(configured), log });
  const { allowedOrigins, trustForwarded, awsFunctions, perProject, audit: kept } = config;
  const audit = kept && openAudit(kept.file === undefined ? undefined : configured.path(kept.file), log);
  const atOnce = (): number => perProject?.atOnce ?? limits.requestsPerEngine * engines.members().length;
  const server = createGateway({
    engine: client.service,
    identity: identityOf(configured, log),
    log,
    admission: { ...perProject, atOnce },
    ...(audit && { audit }),
    ...(allowedOrigins !== undefined && { allowedOrigins }),
    ...(trustForwarded !== undefined && { trustForwarded }),
    ...(awsFunctions !== undefined && { awsFunctions }),
    ...(tracing && { tracer: tracing.tracer }),
    ...(meters && { meters }),
  });
  let stopping = false;
  const ready = (): { ready: boolean; engines: number; stale: boolean } => ({
    ready: !stopping && client.isReady(),
    engines: engines.members().length,
    stale: engines.isStale(),
  });
  const stop = async (): Promise<void> => {
    stopping = true;
    // Whoever spreads requests learns it from /readyz, while what still comes is still answered.
    if (config.status !== undefined && server.server.listening) await sleep((config.drainSeconds ?? drainSecs) * 1_000);
    await server.close();
    client.stop();
    await engines.stop();
    audit?.close();
    await tracing?.stop();
  };
  try {
    const at = config.listen.lastIndexOf(':');
    const host = config.listen.slice(0, at).replace(/^\[|\]$/g, '');
    await server.listen({ host, port: Number(config.listen.slice(at + 1)) });
    if (config.status !== undefined) await startStatus(config.status, ready, meters);
    return { url: `http://${config.listen.slice(0, at)}:${(server.server.address() as AddressInfo).port}`, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function identityOf({ config, secret }: Configured<GatewayConfig>, log: ReturnType<typeof errorLog>) {
  const { passwordFile, ...keystone } = config.keystone;
  return createKeystone({ ...keystone, password: secret(passwordFile), log });
}

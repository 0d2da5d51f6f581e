/** `convect engine --config FILE`: one engine of a cluster, until it is told to stop; then it hands its stacks over. */
import { type ClusterEngineOptions, startClusterEngine } from '../engine/cluster.ts';
import type { NodeId } from '../engine/kernel/ids.ts';
import { createMeters, type Meters } from '../engine/kernel/meters.ts';
import { digestsOf, loadSite, type Site } from '../engine/site/site.ts';
import { type Configured, type EngineConfig, etcdOf, readEngineConfig, tlsOf, tracingOf } from './config.ts';
import { errorLog } from './log.ts';
import { startStatus, version } from './status.ts';
import { untilToldToStop } from './stopping.ts';
import { startTracing, type Tracing } from './tracing.ts';

/** Says `ready: …` once it is a member, and returns when it has handed over. Throws where it cannot start. */
export async function runEngine(file: string): Promise<void> {
  const told = untilToldToStop();
  const configured = readEngineConfig(file);
  const { config } = configured;
  const site = await siteOf(configured);
  const asked = tracingOf(configured);
  const who = { service: 'convect-engine', instance: config.node, version: version() };
  const tracing = asked && (await startTracing(asked, who));
  const meters = config.status === undefined ? undefined : createMeters();
  const starting = startClusterEngine({ ...optionsOf(configured, tracing, meters), site });
  const first = await Promise.race([told, starting]);
  if (typeof first === 'object') {
    const plugins = Object.keys(digestsOf(site));
    const about = (): { ready: boolean; node: string; shards: number; plugins: readonly string[] } => ({
      ready: first.isReady(),
      node: config.node,
      shards: first.shards,
      plugins,
    });
    const status = config.status === undefined ? undefined : await startStatus(config.status, about, meters);
    const also = status === undefined ? '' : `, status on port ${status.port}`;
    console.log(`ready: engine ${config.node} at ${first.address}${also}`);
  }
  await told;
  await (await starting).stop();
  await tracing?.stop();
}

function optionsOf(
  configured: Configured<EngineConfig>,
  tracing: Tracing | undefined,
  meters: Meters | undefined,
): ClusterEngineOptions {
  const { config, path, secret } = configured;
  const { engines = ['convect-engine'], gateways = ['convect-gateway'] } = config.allowed ?? {};
  return {
    node: config.node as NodeId,
    listen: config.listen,
    ...(config.advertise !== undefined && { advertise: config.advertise }),
    databaseUrl: secret(config.databaseUrlFile),
    migrate: config.migrate ?? true,
    vaultKeyFile: path(config.vaultKeyFile),
    etcd: etcdOf(configured),
    ...tlsOf(configured),
    allowed: { engines, gateways },
    ...cloudOf(configured),
    ...(config.fetch && { fetch: config.fetch }),
    log: errorLog(config.logLevel ?? 'info'),
    ...(tracing && { tracer: tracing.tracer }),
    ...(meters && { meters }),
  };
}

/** Before anything is started: with what is wrong there the engine does not. */
function siteOf({ config, path }: Configured<EngineConfig>): Promise<Site> {
  const { plugin_dirs: dirs = [], environment_dir: environments, template_dir: templates } = config;
  return loadSite({
    pluginDirs: dirs.map(path),
    environmentDir: environments && path(environments),
    templateDir: templates && path(templates),
  });
}

function cloudOf({ config, text, secret }: Configured<EngineConfig>): Pick<ClusterEngineOptions, 'cloud'> {
  const { cloud } = config;
  if (cloud === undefined) return {};
  const { userName, passwordFile, projectName, userDomain, projectDomain, region, interface: face, ca } = cloud;
  return {
    cloud: {
      authUrl: cloud.authUrl,
      serviceUser: {
        name: userName,
        password: secret(passwordFile),
        project: projectName,
        ...(userDomain !== undefined && { userDomain }),
        ...(projectDomain !== undefined && { projectDomain }),
      },
      ...(region !== undefined && { region }),
      ...(face !== undefined && { interface: face }),
      tls: { ...(ca !== undefined && { ca: text(ca) }), insecure: cloud.insecure ?? false },
    },
  };
}

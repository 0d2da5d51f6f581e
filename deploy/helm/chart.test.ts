/** The chart, rendered by Helm itself: right for Kubernetes, right for the processes, and its parts fit each other. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Deployment, StatefulSet } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, PodSpec, Service } from 'kubernetes-types/core/v1.js';
import type { PodDisruptionBudget } from 'kubernetes-types/policy/v1.js';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { readEngineConfig, readGatewayConfig } from '../../cli/config.ts';
import { limits } from '../../engine/kernel/limits.ts';
import { helm, type Manifest, manifestsOf, render } from '../../test/support/helm.ts';
import { typeErrors } from '../../test/support/manifest-types.ts';

const chart = fileURLToPath(new URL('convect', import.meta.url));

/** All that can be switched, the other way. */
const otherwise = {
  'tls.enabled': false,
  'secret.create': true,
  'secret.values': { 'database-url': 'postgresql://h/d', 'vault.key': 'ab'.repeat(32), 'heat-password': 'secret-1' },
  'etcd.tlsSecret': 'etcd-tls',
  'etcd.clientCertificate': true,
  'etcd.username': 'convect',
  'keystone.publicUrl': 'https://public:5000/v3',
  'keystone.region': 'Convect',
  'engine.config': { logLevel: 'warn', tracing: { otlp: 'http://collector:4318/v1/traces' } },
  'engine.tolerations': [{ key: 'dedicated', operator: 'Exists' }],
  'engine.nodeSelector': { pool: 'control' },
  'gateway.affinity': { podAntiAffinity: {} },
  'gateway.drainSeconds': 10,
  'image.pullSecrets': [{ name: 'registry' }],
};
const usual = render(chart);
const other = render(chart, otherwise);

function one<T>(manifests: readonly Manifest[], kind: string, name: string): T {
  const found = manifests.filter(each => each.kind === kind && each.metadata.name === name);
  expect(
    found.map(each => each.kind),
    `${kind} ${name}`,
  ).toEqual([kind]);
  return found[0] as unknown as T;
}

const pods = (manifests: readonly Manifest[]): Readonly<Record<'engine' | 'gateway', StatefulSet | Deployment>> => ({
  engine: one<StatefulSet>(manifests, 'StatefulSet', 'convect-engine'),
  gateway: one<Deployment>(manifests, 'Deployment', 'convect-gateway'),
});
const kinds = ['engine', 'gateway'] as const;

function podOf(workload: StatefulSet | Deployment): PodSpec {
  const spec = workload.spec?.template.spec;
  if (spec === undefined) throw new Error('no pod');
  return spec;
}

describe('what the chart makes', () => {
  it('is taken by helm lint', () => {
    expect(helm('lint', '--strict', chart)).toContain('0 chart(s) failed');
  });

  it('is of the types that Kubernetes has, and so is a whole other one', () => {
    expect(usual.map(({ kind }) => kind).sort()).toEqual([
      'ConfigMap',
      'ConfigMap',
      'Deployment',
      'PodDisruptionBudget',
      'PodDisruptionBudget',
      'Service',
      'Service',
      'StatefulSet',
    ]);
    expect(typeErrors(usual)).toEqual([]);
    expect(typeErrors(other)).toEqual([]);
  });

  it('would not be, with a misspelt field or a text for a number (the check can fail)', () => {
    const text = helm('template', 'convect', chart)
      .replace('terminationGracePeriodSeconds: 30', 'terminationGraceSeconds: 30')
      .replace('replicas: 2', 'replicas: two');
    const said = typeErrors(manifestsOf(text)).join('\n');
    expect(said).toMatch(/terminationGraceSeconds.*does not exist/);
    expect(said).toMatch(/'string' is not assignable to type 'number'/);
  });

  it('finds its own pods', () => {
    for (const kind of kinds) {
      const workload = pods(usual)[kind];
      const labels = workload.spec?.template.metadata?.labels;
      const name = `convect-${kind}`;
      expect(labels).toMatchObject(workload.spec?.selector.matchLabels ?? { none: 1 });
      expect(labels).toMatchObject(one<Service>(usual, 'Service', name).spec?.selector ?? { none: 1 });
      const budget = one<PodDisruptionBudget>(usual, 'PodDisruptionBudget', name);
      expect(labels).toMatchObject(budget.spec?.selector?.matchLabels ?? { none: 1 });
      expect(budget.spec?.maxUnavailable).toBe(1);
    }
    const { engine } = pods(usual) as { engine: StatefulSet };
    expect(engine.spec?.serviceName).toBe(one<Service>(usual, 'Service', 'convect-engine').metadata?.name);
  });

  it('names ports, volumes and probes that there are', () => {
    for (const manifests of [usual, other]) {
      for (const kind of kinds) {
        const pod = podOf(pods(manifests)[kind]);
        const [container] = pod.containers;
        const ports = container?.ports?.map(({ name }) => name);
        for (const { targetPort } of one<Service>(manifests, 'Service', `convect-${kind}`).spec?.ports ?? []) {
          expect(ports).toContain(targetPort);
        }
        for (const probe of [container?.startupProbe, container?.livenessProbe, container?.readinessProbe]) {
          expect(ports).toContain(probe?.httpGet?.port);
        }
        const volumes = pod.volumes?.map(({ name }) => name);
        expect(container?.volumeMounts?.map(({ name }) => name)).toEqual(volumes);
        expect(pod.volumes?.[0]?.configMap?.name).toBe(`convect-${kind}`);
      }
    }
  });

  it('gives pods no rights, and time to hand over', () => {
    for (const manifests of [usual, other]) {
      for (const kind of kinds) {
        const pod = podOf(pods(manifests)[kind]);
        expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
        expect(pod.containers[0]?.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        });
      }
      const graceMs = (kind: 'engine' | 'gateway'): number =>
        1_000 * (podOf(pods(manifests)[kind]).terminationGracePeriodSeconds ?? 0);
      expect(graceMs('engine')).toBeGreaterThan(limits.handOffMs + limits.serverGraceMs + 5_000);
      const drainMs = manifests === usual ? 5_000 : 10_000;
      expect(graceMs('gateway')).toBeGreaterThan(drainMs + limits.commandDeadlineMs + 5_000);
    }
  });
});

describe('the configurations in it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convect-chart-'));
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are right for the processes, and lead to files that are mounted', () => {
    vi.stubEnv('POD_NAME', 'convect-engine-0');
    vi.stubEnv('POD_NAMESPACE', 'heat');
    const read = (manifests: readonly Manifest[], kind: 'engine' | 'gateway') => {
      const text = one<ConfigMap>(manifests, 'ConfigMap', `convect-${kind}`).data?.[`${kind}.yaml`] ?? '';
      const mounted = podOf(pods(manifests)[kind]).containers[0]?.volumeMounts?.map(({ mountPath }) => mountPath);
      for (const [, place = ''] of text.matchAll(/: (secrets|tls|etcd)\//g)) {
        expect(mounted).toContain(`/etc/convect/${place}`);
      }
      const file = join(folder, `${kind}.yaml`);
      writeFileSync(file, text);
      return file;
    };
    expect(readEngineConfig(read(usual, 'engine')).config).toMatchObject({
      node: 'convect-engine-0',
      advertise: 'convect-engine-0.convect-engine.heat.svc:50051',
      tls: { serverName: 'convect-engine' },
    });
    expect(readEngineConfig(read(other, 'engine')).config).toMatchObject({
      insecure: true,
      logLevel: 'warn',
      cloud: { region: 'Convect', interface: 'internal' },
      etcd: { username: 'convect', tls: { ca: 'etcd/ca.crt', cert: 'etcd/tls.crt' } },
    });
    expect(readGatewayConfig(read(usual, 'gateway')).config.drainSeconds).toBe(5);
    expect(readGatewayConfig(read(other, 'gateway')).config.keystone.publicUrl).toBe('https://public:5000/v3');
  });

  it('make new pods when they change, and hold no secret', () => {
    const sum = (manifests: readonly Manifest[], kind: 'engine' | 'gateway'): string | undefined =>
      pods(manifests)[kind].spec?.template.metadata?.annotations?.['checksum/config'];
    const changed = render(chart, { 'engine.config': { logLevel: 'debug' } });
    expect(sum(changed, 'engine')).not.toBe(sum(usual, 'engine'));
    expect(sum(changed, 'gateway')).toBe(sum(usual, 'gateway'));
    const without = other.filter(({ kind }) => kind !== 'Secret');
    expect(JSON.stringify(without)).not.toMatch(/secret-1|abababab/);
  });
});

describe('values', () => {
  it.each([
    [{ 'engine.replica': 3 }, /replica/],
    [{ 'engine.replicas': 0 }, /replicas/],
    [{ 'etcd.hosts': ['etcd'] }, /hosts/],
    [{ 'secret.create': true }, /database-url/],
    [{ typo: 1 }, /typo/],
  ])('that are wrong are refused: %j', (set, says) => {
    expect(() => render(chart, set)).toThrow(says);
  });

  it('name the release of the package', () => {
    const { version } = JSON.parse(readFileSync(join(chart, '../../../package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(chart, 'Chart.yaml'), 'utf8')).toContain(`appVersion: ${version}\n`);
  });
});

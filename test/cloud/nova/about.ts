/** What Nova says of itself: versions, limits, quotas, zones, services. */
import { repr } from '../python.ts';
import type { Ask, Reply } from '../service.ts';
import { zonesOf } from './aggregates.ts';
import { adminOnly, bodyOf, type Desk, limitsOf, usageOf } from './desk.ts';
import { refuse } from './errors.ts';
import { host, zone } from './state.ts';

export const maxMinor = 93;

const current = (base: string): object => ({
  id: 'v2.1',
  status: 'CURRENT',
  version: `2.${maxMinor}`,
  min_version: '2.1',
  updated: '2013-07-23T11:33:21Z',
  links: [{ rel: 'self', href: `${base}/v2.1/` }],
});

export const versions = ({ base }: Ask): Reply => ({
  status: 200,
  body: {
    versions: [
      {
        id: 'v2.0',
        status: 'SUPPORTED',
        version: '',
        min_version: '',
        updated: '2011-01-21T11:33:21Z',
        links: [{ rel: 'self', href: `${base}/v2/` }],
      },
      current(base),
    ],
  },
});

export const version = ({ base }: Ask): Reply => ({
  status: 200,
  body: {
    version: {
      ...current(base),
      links: [
        { rel: 'self', href: `${base}/v2.1/` },
        { rel: 'describedby', type: 'text/html', href: 'http://docs.openstack.org/' },
      ],
      'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.compute+json;version=2.1' }],
    },
  },
});

export function showLimits(desk: Desk): Reply {
  const [limits, used] = [limitsOf(desk, desk.projectId), usageOf(desk, desk.projectId)];
  const { minor } = desk;
  const absolute = {
    maxTotalInstances: limits['instances'],
    maxTotalCores: limits['cores'],
    maxTotalRAMSize: limits['ram'],
    maxServerMeta: limits['metadata_items'],
    ...(minor < 39 && { maxImageMeta: limits['metadata_items'] }),
    ...(minor < 57 && {
      maxPersonality: limits['injected_files'],
      maxPersonalitySize: limits['injected_file_content_bytes'],
    }),
    maxTotalKeypairs: limits['key_pairs'],
    maxServerGroups: limits['server_groups'],
    maxServerGroupMembers: limits['server_group_members'],
    ...(minor < 36 && {
      maxTotalFloatingIps: limits['floating_ips'],
      maxSecurityGroups: limits['security_groups'],
      maxSecurityGroupRules: limits['security_group_rules'],
    }),
    totalRAMUsed: used.ram,
    totalCoresUsed: used.cores,
    totalInstancesUsed: used.instances,
    ...(minor < 36 && { totalFloatingIpsUsed: 0, totalSecurityGroupsUsed: 0 }),
    totalServerGroupsUsed: 0,
  };
  return { status: 200, body: { limits: { rate: [], absolute } } };
}

/** Left out where Neutron counts them, from 2.36 on; and files that are put into servers, from 2.57 on. */
function quotaView(limits: Readonly<Record<string, number>>, minor: number): object {
  const ofNetworks = ['fixed_ips', 'floating_ips', 'security_groups', 'security_group_rules'];
  const ofFiles = ['injected_files', 'injected_file_content_bytes', 'injected_file_path_bytes'];
  const left = [...(minor >= 36 ? ofNetworks : []), ...(minor >= 57 ? ofFiles : [])];
  return Object.fromEntries(Object.entries(limits).filter(([name]) => !left.includes(name)));
}

export function showQuota(desk: Desk, projectId: string): Reply {
  if (projectId !== desk.projectId) adminOnly(desk, 'os_compute_api:os-quota-sets:show');
  return { status: 200, body: { quota_set: { id: projectId, ...quotaView(limitsOf(desk, projectId), desk.minor) } } };
}

export function setQuota(desk: Desk, projectId: string): Reply {
  adminOnly(desk, 'os_compute_api:os-quota-sets:update');
  const given = bodyOf(desk, 'quota_set', { type: 'object' });
  const known = limitsOf(desk, projectId);
  const unknown = Object.keys(given).find(name => !(name in known) && name !== 'force');
  if (unknown !== undefined) {
    const what = `Additional properties are not allowed ('${unknown}' was unexpected)`;
    throw refuse.badRequest(`Invalid input for field/attribute quota_set. Value: ${repr(given)}. ${what}`);
  }
  const numbers = Object.entries(given).filter(([name]) => name in known);
  const limits = { ...known, ...Object.fromEntries(numbers.map(([name, value]) => [name, Number(value)])) };
  desk.tables.quotas.put({ id: projectId, limits });
  return { status: 200, body: { quota_set: quotaView(limits, desk.minor) } };
}

export function deleteQuota(desk: Desk, projectId: string): Reply {
  adminOnly(desk, 'os_compute_api:os-quota-sets:delete');
  desk.tables.quotas.drop(projectId);
  return { status: 202 };
}

/** The default one, and those that aggregates make of hosts. */
export function listZones(desk: Desk): Reply {
  const names = [...new Set([zone, ...zonesOf(desk)])];
  const zones = names.map(zoneName => ({ zoneName, zoneState: { available: true }, hosts: null }));
  return { status: 200, body: { availabilityZoneInfo: zones } };
}

/** For admins: which hosts serve a zone, and how they are. */
export function zonesInDetail(desk: Desk): Reply {
  adminOnly(desk, 'os_compute_api:os-availability-zone:detail');
  const at = new Date(desk.ask.now).toISOString().replace('Z', '000');
  const daemons = (...names: readonly string[]): object =>
    Object.fromEntries(names.map(name => [name, { available: true, active: true, updated_at: at }]));
  const zoneState = { available: true };
  const zones = [
    { zoneName: 'internal', zoneState, hosts: { [host]: daemons('nova-scheduler', 'nova-conductor') } },
    { zoneName: zone, zoneState, hosts: { [host]: daemons('nova-compute') } },
  ];
  return { status: 200, body: { availabilityZoneInfo: zones } };
}

export const extensions: Reply = { status: 200, body: { extensions: [] } };

/** For admins: which daemons there would be. */
export function listServices(desk: Desk): Reply {
  adminOnly(desk, 'os_compute_api:os-services:list');
  const wanted = desk.ask.query.get('binary');
  const at = new Date(desk.ask.now).toISOString().replace('Z', '000');
  const services = ['nova-scheduler', 'nova-conductor', 'nova-compute']
    .filter(binary => wanted === null || wanted === binary)
    .map((binary, i) => ({
      id: i + 1,
      binary,
      host,
      zone: binary === 'nova-compute' ? zone : 'internal',
      status: 'enabled',
      state: 'up',
      updated_at: at,
      disabled_reason: null,
    }));
  return { status: 200, body: { services } };
}

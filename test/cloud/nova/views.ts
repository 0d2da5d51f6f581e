/** Nova's JSON of servers, by API version and by who asks. */
import { createHash } from 'node:crypto';
import { isAdmin } from '../service.ts';
import type { Desk } from './desk.ts';
import { type Flavor, host, type Server } from './state.ts';
import { powerOf, statusOf } from './statuses.ts';

/** `2026-11-20T10:00:00Z`. */
export const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

/** `2026-11-20T10:00:00.000000`: as times look that come from the database unchanged. */
export const databaseTime = (ms: number | undefined): string | null =>
  ms === undefined ? null : time(ms).replace('Z', '.000000');

export function linksOf(base: string, collection: string, id: string, _minor = 0): object[] {
  return [
    { rel: 'self', href: `${base}/v2.1/${collection}/${id}` },
    { rel: 'bookmark', href: `${base}/${collection}/${id}` },
  ];
}

export const basicView = ({ ask }: Desk, { id, name }: Server): object => ({
  id,
  name,
  links: linksOf(ask.base, 'servers', id),
});

/** What a view leaves out: before 2.75 an answer to PUT and to a rebuild says only the first part. */
export interface Extent {
  readonly brief?: boolean;
  /** In a list a server does not say which groups it is in. */
  readonly listed?: boolean;
}

export function serverView(desk: Desk, server: Server, { brief = false, listed = false }: Extent = {}): object {
  const { ask, minor } = desk;
  const admin = isAdmin(ask.asker);
  const status = statusOf(server);
  const hasProgress = ['ACTIVE', 'BUILD', 'REBUILD', 'RESIZE', 'VERIFY_RESIZE', 'MIGRATING'].includes(status);
  const showsFault = status === 'ERROR' || status === 'DELETED';
  const { fault } = server;
  return {
    id: server.id,
    name: server.name,
    status,
    tenant_id: server.projectId,
    user_id: server.userId,
    metadata: server.state === 'deleted' ? {} : server.metadata,
    hostId: hostIdOf(server),
    image: imageView(ask.base, server.imageId),
    flavor: flavorIn(desk, server.flavor),
    created: time(server.createdAt),
    updated: time(server.updatedAt),
    addresses: server.state === 'building' ? {} : addressesOf(desk, server, !brief),
    accessIPv4: server.accessIPv4,
    accessIPv6: server.accessIPv6,
    links: linksOf(ask.base, 'servers', server.id),
    'OS-DCF:diskConfig': server.diskConfig,
    ...(showsFault &&
      fault !== undefined && { fault: { code: fault.code, created: time(fault.createdAt), message: fault.message } }),
    ...(hasProgress && { progress: 0 }),
    ...(!brief && extended(desk, server, admin)),
    ...(!brief && admin && minor >= 16 && { host_status: hostOf(server) === null ? '' : 'UP' }),
    ...(minor >= 9 && { locked: server.locked }),
    ...(minor >= 73 && { locked_reason: null }),
    ...(minor >= 19 && { description: server.description }),
    ...(minor >= 26 && { tags: server.state === 'deleted' ? [] : server.tags }),
    ...(minor >= 63 && { trusted_image_certificates: null }),
    ...(minor >= 90 && !admin && { 'OS-EXT-SRV-ATTR:hostname': server.hostname }),
    ...(minor >= 71 && !listed && { server_groups: server.groupId === undefined ? [] : [server.groupId] }),
  };
}

const hostOf = ({ state, task, launchedAt }: Server): string | null =>
  state === 'building' && task === 'scheduling' ? null : launchedAt === undefined && state === 'error' ? null : host;

function hostIdOf(server: Server): string {
  const where = hostOf(server);
  return where === null ? '' : createHash('sha224').update(`${server.projectId}${where}`).digest('hex');
}

const imageView = (base: string, id: string): object | string =>
  id === '' ? '' : { id, links: [{ rel: 'bookmark', href: `${base}/images/${id}` }] };

/** From 2.47 on the flavor itself; before, where it is. */
function flavorIn({ ask, minor }: Desk, flavor: Flavor): object {
  if (minor < 47) {
    return { id: flavor.id, links: [{ rel: 'bookmark', href: `${ask.base}/flavors/${flavor.id}` }] };
  }
  const { vcpus, ram, disk, ephemeral, swap, name, extraSpecs } = flavor;
  return { vcpus, ram, disk, ephemeral, swap, original_name: name, extra_specs: extraSpecs };
}

/** By network name: fixed addresses and then floating ones, of the ports as they are now. */
export function addressesOf({ network }: Pick<Desk, 'network'>, server: Server, extend: boolean): object {
  const byName = new Map<string, { fixed: object[]; floating: object[] }>();
  for (const nic of server.nics) {
    const port = nic.portId === undefined ? undefined : network.port(nic.portId);
    if (port === undefined) continue;
    const label = network.network(port.networkId, server.projectId, true)?.name ?? port.networkId;
    const found = byName.get(label) ?? { fixed: [], floating: [] };
    byName.set(label, found);
    const address = (addr: string, type: string): object => ({
      version: addr.includes(':') ? 6 : 4,
      addr,
      ...(extend && { 'OS-EXT-IPS:type': type, 'OS-EXT-IPS-MAC:mac_addr': port.macAddress }),
    });
    found.fixed.push(...port.fixedIps.map(({ ipAddress }) => address(ipAddress, 'fixed')));
    found.floating.push(...network.floatingOf(port.id).map(({ floating }) => address(floating, 'floating')));
  }
  return Object.fromEntries([...byName].map(([label, { fixed, floating }]) => [label, [...fixed, ...floating]]));
}

function extended(desk: Desk, server: Server, admin: boolean): object {
  const groups = groupsOf(desk, server);
  const placed = hostOf(server);
  return {
    'OS-EXT-AZ:availability_zone': placed === null ? '' : server.zone,
    config_drive: server.configDrive,
    key_name: server.keyName,
    'OS-SRV-USG:launched_at': databaseTime(server.launchedAt),
    'OS-SRV-USG:terminated_at': databaseTime(server.terminatedAt),
    ...(groups.length > 0 && { security_groups: groups }),
    ...(admin && attributes(desk.minor, server, placed)),
    'OS-EXT-STS:task_state': server.task,
    'OS-EXT-STS:vm_state': server.state,
    'OS-EXT-STS:power_state': powerOf(server),
    'os-extended-volumes:volumes_attached': server.disks.map(disk => ({
      id: disk.volumeId,
      ...(desk.minor >= 3 && { delete_on_termination: disk.deleteOnTermination }),
    })),
  };
}

/** Those of its ports: none while it has no port. */
function groupsOf({ network }: Desk, server: Server): object[] {
  const ids = server.nics.flatMap(nic =>
    nic.portId === undefined ? [] : (network.port(nic.portId)?.securityGroups ?? []),
  );
  const names = [...new Set(ids)].map(id => network.securityGroup(id, server.projectId)?.name ?? id);
  return [...new Set(names)].map(name => ({ name }));
}

function attributes(minor: number, server: Server, placed: string | null): object {
  return {
    'OS-EXT-SRV-ATTR:host': placed,
    'OS-EXT-SRV-ATTR:instance_name': `instance-${server.id.slice(0, 8)}`,
    'OS-EXT-SRV-ATTR:hypervisor_hostname': placed,
    ...(minor >= 3 && {
      'OS-EXT-SRV-ATTR:reservation_id': server.reservationId,
      'OS-EXT-SRV-ATTR:launch_index': 0,
      'OS-EXT-SRV-ATTR:hostname': server.hostname,
      'OS-EXT-SRV-ATTR:kernel_id': '',
      'OS-EXT-SRV-ATTR:ramdisk_id': '',
      'OS-EXT-SRV-ATTR:root_device_name': placed === null ? null : '/dev/sda',
      'OS-EXT-SRV-ATTR:user_data': server.userData,
    }),
  };
}

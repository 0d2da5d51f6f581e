/** A server's volumes and interfaces: attached and detached while it is there. */
import { type Fields, isAdmin, type Reply } from '../service.ts';
import { isTrue, newAttachment, newInterface } from './bodies.ts';
import { hex } from './create.ts';
import { bodyOf, changed, type Desk, serverOf } from './desk.ts';
import { deviceName } from './disks.ts';
import { refuse } from './errors.ts';
import { connect, release } from './life.ts';
import type { Disk, Nic, Server } from './state.ts';

const attachable = ['active', 'stopped', 'paused', 'suspended', 'resized'];

function ready(server: Server, action: string): void {
  if (!attachable.includes(server.state)) throw refuse.state(action, server.id, 'vm_state', server.state);
  if (server.task !== null) throw refuse.state(action, server.id, 'task_state', server.task);
}

function diskView(minor: number, serverId: string, disk: Disk): object {
  return {
    ...(minor < 89 && { id: disk.volumeId }),
    serverId,
    volumeId: disk.volumeId,
    device: disk.device,
    ...(minor >= 70 && { tag: disk.tag }),
    ...(minor >= 79 && { delete_on_termination: disk.deleteOnTermination }),
    ...(minor >= 89 && { attachment_id: disk.attachmentId, bdm_uuid: disk.attachmentId }),
  };
}

export const listVolumes = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { volumeAttachments: serverOf(desk, id).disks.map(disk => diskView(desk.minor, id, disk)) },
});

export function showVolume(desk: Desk, id: string, volumeId: string): Reply {
  const disk = serverOf(desk, id).disks.find(one => one.volumeId === volumeId);
  if (disk === undefined) throw refuse.notAttached(id, volumeId);
  return { status: 200, body: { volumeAttachment: diskView(desk.minor, id, disk) } };
}

export function attachVolume(desk: Desk, id: string): Reply {
  const given = bodyOf(desk, 'volumeAttachment', newAttachment(desk.minor));
  const server = serverOf(desk, id);
  ready(server, 'attach_volume');
  const volumeId = String(given['volumeId']);
  const volume = desk.volumes.volume(volumeId, server.projectId);
  if (volume === undefined) throw refuse.notFound(`Volume ${volumeId} could not be found.`);
  if (volume.status !== 'available')
    throw notFree(
      volume.id,
      volume.status,
      volume.attachments.map(one => one.serverId),
    );
  const device = deviceFor(server, given);
  const attachmentId = desk.volumes.reserve(volume, id, desk.ask);
  const tag = typeof given['tag'] === 'string' ? given['tag'] : null;
  const deleteOnTermination = isTrue(given['delete_on_termination'] ?? false);
  const due = { at: desk.ask.now + desk.delays.actionMs, what: 'attached' as const };
  const disk: Disk = { volumeId, attachmentId, device, bootIndex: null, deleteOnTermination, tag, due };
  desk.tables.servers.put({ ...server, disks: [...server.disks, disk] });
  const shown = {
    id: volumeId,
    serverId: id,
    volumeId,
    device,
    ...(desk.minor >= 70 && { tag }),
    ...(desk.minor >= 79 && { delete_on_termination: deleteOnTermination }),
  };
  return { status: 200, body: { volumeAttachment: shown } };
}

function notFree(id: string, status: string, servers: readonly string[]): Error {
  if (servers.length > 0) {
    return refuse.badRequest(`Invalid volume: volume ${id} is already attached to instances: ${servers.join(', ')}`);
  }
  return refuse.badRequest(`Invalid volume: volume ${id} status must be 'available'. Currently in '${status}' status`);
}

function deviceFor(server: Server, given: Fields): string {
  const used = server.disks.map(disk => disk.device);
  const wanted = given['device'];
  if (typeof wanted === 'string') {
    if (used.includes(wanted)) {
      throw refuse.conflict(`The supplied device path (${wanted}) is in use.`);
    }
    return wanted;
  }
  let index = 1;
  while (used.includes(deviceName(index))) index++;
  return deviceName(index);
}

export function detachVolume(desk: Desk, id: string, volumeId: string): Reply {
  const server = serverOf(desk, id);
  if (desk.volumes.volume(volumeId, server.projectId) === undefined) {
    throw refuse.notFound(`Volume ${volumeId} could not be found.`);
  }
  const disk = server.disks.find(one => one.volumeId === volumeId);
  if (disk === undefined) throw refuse.notAttached(id, volumeId);
  if (disk.bootIndex === 0) throw refuse.badRequest('Cannot detach a root device volume');
  ready(server, 'detach_volume');
  const volume = desk.volumes.volume(volumeId, server.projectId);
  if (volume?.status !== 'in-use') {
    throw refuse.badRequest(
      `Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be 'in-use' ` +
        `and attach_status must be 'attached' to detach.`,
    );
  }
  desk.volumes.beginDetaching(volumeId, id, desk.ask.now);
  const due = { at: desk.ask.now + desk.delays.actionMs, what: 'detached' as const };
  const disks = server.disks.map(one => (one === disk ? { ...one, due } : one));
  desk.tables.servers.put({ ...server, disks });
  return { status: 202 };
}

function nicView(desk: Desk, portId: string, nic: Nic | undefined): object {
  const port = desk.network.port(portId);
  return {
    net_id: port?.networkId,
    port_id: portId,
    mac_addr: port?.macAddress,
    port_state: port?.status,
    fixed_ips: port?.fixedIps.map(({ subnetId, ipAddress }) => ({ subnet_id: subnetId, ip_address: ipAddress })),
    ...(desk.minor >= 70 && { tag: nic?.tag ?? null }),
  };
}

export function listInterfaces(desk: Desk, id: string): Reply {
  const server = serverOf(desk, id);
  const ports = desk.network.portsOfDevice(id);
  const views = ports.map(port =>
    nicView(
      desk,
      port.id,
      server.nics.find(nic => nic.portId === port.id),
    ),
  );
  return { status: 200, body: { interfaceAttachments: views } };
}

export function showInterface(desk: Desk, id: string, portId: string): Reply {
  const server = serverOf(desk, id);
  const port = desk.network.port(portId);
  if (port === undefined) throw refuse.notFound(refuse.port(portId));
  if (port.deviceId !== id) throw refuse.notFound(`Instance ${id} does not have a port with id ${portId}`);
  const nic = server.nics.find(one => one.portId === portId);
  return { status: 200, body: { interfaceAttachment: nicView(desk, portId, nic) } };
}

/** Unlike a server's first interfaces this one is there when the answer comes. */
export function attachInterface(desk: Desk, id: string): Reply {
  const given = desk.ask.body === undefined ? {} : bodyOf(desk, 'interfaceAttachment', newInterface(desk.minor));
  const server = serverOf(desk, id);
  const [networkId, portId] = [given['net_id'], given['port_id']];
  const [fixed] = Array.isArray(given['fixed_ips']) ? given['fixed_ips'] : [];
  const fixedIp = typeof fixed?.ip_address === 'string' ? String(fixed.ip_address) : undefined;
  if (typeof networkId === 'string' && typeof portId === 'string') {
    throw refuse.badRequest('Must not input both network_id and port_id');
  }
  if (fixedIp !== undefined && typeof networkId !== 'string') {
    throw refuse.badRequest('Must input network_id when request IP address');
  }
  if (!['active', 'paused', 'stopped'].includes(server.state)) {
    throw refuse.state('attach_interface', id, 'vm_state', server.state);
  }
  if (server.task !== null) throw refuse.state('attach_interface', id, 'task_state', server.task);
  const wish: Nic = {
    networkId: typeof portId === 'string' ? undefined : networkFor(desk, server, networkId),
    fixedIp,
    portId: typeof portId === 'string' ? portOf(desk, portId) : undefined,
    tag: typeof given['tag'] === 'string' ? given['tag'] : null,
    ours: typeof portId !== 'string',
    seed: hex(desk.ask.bytes(16)),
  };
  const nic = connect(desk, server, wish, desk.ask.now);
  if (typeof nic === 'string') throw refuse.conflict(nic);
  changed(desk, server, { nics: [...server.nics, nic] }, desk.ask.now);
  return { status: 200, body: { interfaceAttachment: nicView(desk, nic.portId ?? '', nic) } };
}

function networkFor(desk: Desk, server: Server, given: unknown): string {
  if (typeof given === 'string') {
    const network = desk.network.network(given, server.projectId, isAdmin(desk.ask.asker));
    if (network === undefined) throw refuse.notFound(refuse.network(given));
    return network.id;
  }
  const [only, ...more] = desk.network.networksOf(server.projectId);
  if (only === undefined) {
    throw refuse.badRequest(
      `No specific network was requested and none are available for project '${server.projectId}'.`,
    );
  }
  if (more.length > 0) {
    throw refuse.badRequest(
      'More than one possible network found. Specify network ID(s) to select which one(s) to connect to.',
    );
  }
  return only.id;
}

function portOf(desk: Desk, id: string): string {
  const port = desk.network.port(id);
  const visible = port !== undefined && (port.projectId === desk.projectId || isAdmin(desk.ask.asker));
  if (!visible) throw refuse.notFound(refuse.port(id));
  if (port.deviceId !== '') throw refuse.portInUse(id);
  return id;
}

/** 202 always, also for a port that is not there (marks). */
export function detachInterface(desk: Desk, id: string, portId: string): Reply {
  const server = serverOf(desk, id);
  if (!['active', 'paused', 'stopped'].includes(server.state)) {
    throw refuse.state('detach_interface', id, 'vm_state', server.state);
  }
  const nic = server.nics.find(one => one.portId === portId);
  if (nic !== undefined) {
    release(desk, id, nic, desk.ask.now);
    changed(desk, server, { nics: server.nics.filter(one => one !== nic) }, desk.ask.now);
  }
  return { status: 202 };
}

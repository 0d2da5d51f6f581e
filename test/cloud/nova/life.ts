/**
 * What happens to servers without being asked for: they get their ports and volumes, become active, come to the state
 * that an action leads to, and are gone.
 *
 *   networks → built (active, or error with a fault)
 *   settled  (after stop, suspend, resize …: the state that was wanted)
 *   gone     (its ports are let go or deleted, its volumes too; the record stays for `changes-since`)
 */
import { changed, diceOf, type Shop } from './desk.ts';
import { type Disk, host, type Nic, type Server, soon } from './state.ts';

/** How long a deleted server is still listed by `changes-since`. */
const buriedMs = 3_600_000;

/**
 * Lets everything happen that is due by now, in the order of its times, then of the servers' ids: so who is first gets
 * a port that two ask for, however long the cloud was not asked.
 */
export function advance(shop: Shop, now: number): void {
  const queue: Turn[] = [];
  const enter = (server: Server): void => {
    const at = nextOf(server);
    if (at !== undefined && at <= now) insert(queue, { at, id: server.id });
  };
  for (const server of shop.tables.waiting.all(soon)) enter(server);
  for (let turn = queue.pop(); turn !== undefined; turn = queue.pop()) {
    const server = shop.tables.servers.get(turn.id);
    if (server === undefined) continue;
    if (server.terminatedAt !== undefined) shop.tables.servers.drop(server.id);
    else enter(server.due?.at === turn.at ? step(shop, server) : settleDisks(shop, server, turn.at));
  }
}

interface Turn {
  readonly at: number;
  readonly id: string;
}

const isLater = (a: Turn, b: Turn): boolean => a.at > b.at || (a.at === b.at && a.id > b.id);

/** Into a queue whose last one is the next. */
function insert(queue: Turn[], turn: Turn): void {
  let [low, high] = [0, queue.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isLater(queue[middle] ?? turn, turn)) low = middle + 1;
    else high = middle;
  }
  queue.splice(low, 0, turn);
}

/** When the next thing happens to a server, or to one of its disks; to a deleted one, that it is forgotten. */
function nextOf({ due, disks, terminatedAt }: Server): number | undefined {
  if (terminatedAt !== undefined) return terminatedAt + buriedMs;
  const times = disks.flatMap(disk => (disk.due === undefined ? [] : [disk.due.at]));
  const all = due === undefined ? times : [...times, due.at];
  return all.length === 0 ? undefined : Math.min(...all);
}

function step(shop: Shop, server: Server): Server {
  const { due } = server;
  if (due === undefined) return server;
  switch (due.what) {
    case 'networks':
      return giveNetworks(shop, server, due.at);
    case 'built':
      return finish(shop, server, due.at);
    case 'settled':
      return changed(shop, server, { state: due.state ?? server.state, task: null, due: undefined }, due.at);
    case 'gone':
      return bury(shop, server, due.at);
  }
}

function giveNetworks(shop: Shop, server: Server, at: number): Server {
  if (server.doomed) return fail(shop, server, 'No valid host was found. There are not enough hosts available.', at);
  const nics: Nic[] = [];
  for (const nic of server.nics) {
    const made = connect(shop, server, nic, at);
    if (typeof made === 'string') {
      for (const earlier of nics) release(shop, server.id, earlier, at);
      return fail(shop, server, `Build of instance ${server.id} aborted: ${made}`, at);
    }
    nics.push(made);
  }
  const due = { at: server.createdAt + shop.delays.buildMs, what: 'built' as const };
  return changed(shop, server, { nics, task: 'spawning', due: { ...due, at: Math.max(due.at, at) } }, at);
}

/** As what a port belongs to a server. */
const deviceOf = ({ id, zone, hostname }: Server) => ({ id, owner: `compute:${zone}`, host, hostname });

/** The interface with its port, bound to the server; or why it has none. */
export function connect(shop: Shop, server: Server, nic: Nic, at: number): Nic | string {
  const { network } = shop;
  if (nic.portId !== undefined) {
    const port = network.port(nic.portId);
    if (port === undefined) return `Port id ${nic.portId} could not be found.`;
    if (port.deviceId !== '' && port.deviceId !== server.id) return `Port ${nic.portId} is still in use.`;
    network.bindPort(port.id, deviceOf(server), at);
    return nic;
  }
  if (nic.networkId === undefined) return 'Network could not be found.';
  const groups = server.securityGroups?.flatMap(name => network.securityGroup(name, server.projectId)?.id ?? []);
  const port = network.createPort(
    {
      projectId: server.projectId,
      networkId: nic.networkId,
      ...(nic.fixedIp !== undefined && { fixedIp: nic.fixedIp }),
      ...(groups !== undefined && { securityGroups: groups }),
    },
    diceOf(nic.seed, at),
  );
  if ('refused' in port) return port.refused.message;
  network.bindPort(port.id, deviceOf(server), at);
  return { ...nic, portId: port.id };
}

/** A port that Nova made goes; one that was given is free again. One that is another server's stays that. */
export function release({ network }: Shop, serverId: string, nic: Nic, at: number): void {
  if (nic.portId === undefined || network.port(nic.portId)?.deviceId !== serverId) return;
  if (nic.ours) network.deletePort(nic.portId, at);
  else network.unbindPort(nic.portId, at);
}

function finish(shop: Shop, server: Server, at: number): Server {
  for (const disk of server.disks) shop.volumes.attach(disk.volumeId, server.id, disk.device, at);
  const launchedAt = server.launchedAt ?? at;
  return changed(shop, server, { state: 'active', task: null, launchedAt, due: undefined }, at);
}

function fail(shop: Shop, server: Server, message: string, at: number): Server {
  const fault = { code: 500, message, createdAt: at };
  return changed(shop, server, { state: 'error', task: null, nics: [], fault, due: undefined }, at);
}

function bury(shop: Shop, server: Server, at: number): Server {
  for (const nic of server.nics) release(shop, server.id, nic, at);
  for (const disk of server.disks) {
    shop.volumes.detach(disk.volumeId, server.id, at);
    if (disk.deleteOnTermination) shop.volumes.remove(disk.volumeId, at);
  }
  const over = { state: 'deleted' as const, task: null, due: undefined, terminatedAt: at };
  return changed(shop, server, { ...over, nics: [], disks: [] }, at);
}

function settleDisks(shop: Shop, server: Server, at: number): Server {
  const disks: Disk[] = [];
  for (const disk of server.disks) {
    const { due, ...rest } = disk;
    if (due === undefined || due.at > at) disks.push(disk);
    else if (due.what === 'detached') shop.volumes.detach(disk.volumeId, server.id, due.at);
    else {
      shop.volumes.attach(disk.volumeId, server.id, disk.device, due.at);
      disks.push(rest);
    }
  }
  // An attachment leaves the server's own times alone.
  return shop.tables.servers.put({ ...server, disks });
}

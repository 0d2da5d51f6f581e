/**
 * POST /servers: everything that Nova checks before it says 202, and the server that it then begins to build.
 *
 * Ports and volumes that Nova makes itself are only noted here (life.ts makes them): as in the real one, a server is
 * there before its ports are, and a port that two servers ask for goes to whichever is built first.
 */
import { check, explained } from '../schema.ts';
import { type Fields, isAdmin, isFields, type Reply } from '../service.ts';
import { hints, isTrue, newServer } from './bodies.ts';
import { zonesOf } from './aggregates.ts';
import { type Desk, limitsOf, usageOf } from './desk.ts';
import { disksOf } from './disks.ts';
import { refuse } from './errors.ts';
import { mayUse } from './flavors.ts';
import { nicsOf } from './nics.ts';
import { type Flavor, type Server, zone } from './state.ts';
import { linksOf } from './views.ts';

export function createServer(desk: Desk): Reply {
  const { ask, minor } = desk;
  const given = checkedBody(desk);
  const count = countOf(given);
  const keyName = keyOf(desk, given);
  checkZone(desk, given);
  const groupId = serverGroupOf(desk);
  const nics = nicsOf(desk, given['networks'], count);
  const flavor = flavorOf(desk, given['flavorRef']);
  const imageId = imageOf(desk, given, flavor);
  const groups = groupsOf(desk, given['security_groups']);
  checkQuota(desk, flavor, count, given['metadata']);
  const reservationId = `r-${hex(ask.bytes(4))}`;
  const ids = Array.from({ length: count }, () => ask.newId());
  for (const [i, id] of ids.entries()) {
    const name = String(given['name']).trim() + (count > 1 ? `-${i + 1}` : '');
    const server: Server = {
      ...basics(desk, given, name),
      id,
      imageId,
      flavor,
      keyName,
      groupId,
      reservationId,
      securityGroups: groups,
      nics: nics.map(nic => ({ ...nic, seed: hex(ask.bytes(16)) })),
      disks: disksOf(desk, given, id, imageId),
    };
    desk.tables.servers.put(server);
  }
  if (isTrue(given['return_reservation_id'] ?? false)) {
    return { status: 202, body: { reservation_id: reservationId } };
  }
  const [id = ''] = ids;
  const password = typeof given['adminPass'] === 'string' ? given['adminPass'] : passwordOf(ask.bytes(12));
  const body = {
    server: {
      id,
      links: linksOf(ask.base, 'servers', id, minor),
      'OS-DCF:diskConfig': given['OS-DCF:diskConfig'] ?? 'MANUAL',
      security_groups: given['security_groups'] ?? [{ name: 'default' }],
      adminPass: password,
    },
  };
  return { status: 202, body, headers: { location: `${ask.base}/v2.1/servers/${id}` } };
}

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

const letters = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789';
const passwordOf = (bytes: Uint8Array): string => [...bytes].map(byte => letters[byte % letters.length]).join('');

function checkedBody({ ask, minor }: Desk): Fields {
  const schema = newServer(minor);
  const whole = {
    type: 'object',
    properties: { server: schema, 'os:scheduler_hints': hints, 'OS-SCH-HNT:scheduler_hints': hints },
    required: ['server'],
    additionalProperties: false,
  } as const;
  const wrong = check(whole, ask.body);
  if (wrong !== undefined) throw refuse.badRequest(explained(wrong));
  const server = isFields(ask.body) ? ask.body['server'] : undefined;
  return isFields(server) ? server : {};
}

function countOf(given: Fields): number {
  const least = Number(given['min_count'] ?? 1);
  const most = Number(given['max_count'] ?? least);
  if (least > most) throw refuse.badRequest('min_count must be <= max_count');
  return most;
}

function keyOf({ tables, ask }: Desk, given: Fields): string | null {
  const name = given['key_name'];
  if (typeof name !== 'string') return null;
  if (tables.keyPairs.get(`${ask.asker.userId}/${name}`) === undefined) {
    throw refuse.badRequest('Invalid key_name provided.');
  }
  return name;
}

/** The server group of the scheduler's hints. */
function serverGroupOf({ ask, tables, projectId }: Desk): string | undefined {
  const body = isFields(ask.body) ? ask.body : {};
  const given = body['os:scheduler_hints'] ?? body['OS-SCH-HNT:scheduler_hints'];
  const id = isFields(given) ? given['group'] : undefined;
  if (typeof id !== 'string') return undefined;
  if (tables.groups.get(id)?.projectId !== projectId) {
    throw refuse.badRequest(`Instance group ${id} could not be found.`);
  }
  return id;
}

function checkZone(desk: Desk, given: Fields): void {
  const wanted = given['availability_zone'];
  if (typeof wanted !== 'string') return;
  const [name = ''] = wanted.split(':');
  if (name !== '' && ![zone, ...zonesOf(desk)].includes(name)) {
    throw refuse.badRequest('The requested availability zone is not available');
  }
}

function flavorOf(desk: Desk, ref: unknown): Flavor {
  const id = String(ref).split('/').at(-1) ?? '';
  const found = desk.tables.flavors.get(id);
  if (found === undefined || !(mayUse(desk, found) || isAdmin(desk.ask.asker))) {
    throw refuse.badRequest(`Flavor ${id} could not be found.`);
  }
  return found;
}

/** The image's id; '' when the server boots from a volume. */
function imageOf(desk: Desk, given: Fields, flavor: Flavor): string {
  const ref = given['imageRef'];
  if (ref === undefined || ref === '') {
    if (!bootsFromVolume(given)) {
      throw refuse.badRequest('Missing imageRef attribute');
    }
    return '';
  }
  const image = desk.images.image(String(ref));
  const visible =
    image !== undefined &&
    (isAdmin(desk.ask.asker) ||
      image.visibility === 'public' ||
      image.visibility === 'community' ||
      image.owner === desk.projectId ||
      image.members.some(({ id }) => id === desk.projectId));
  if (!visible) throw refuse.badRequest('Can not find requested image');
  if (image.status !== 'active') throw refuse.badRequest(`Image ${image.id} is not active.`);
  if (flavor.ram < image.minRam) {
    throw refuse.badRequest("Flavor's memory is too small for requested image.");
  }
  if (flavor.disk > 0 && flavor.disk < image.minDisk && !bootsFromVolume(given)) {
    const sizes = `Flavor disk is ${flavor.disk * 2 ** 30} bytes, minimum is ${image.minDisk * 2 ** 30} bytes`;
    throw refuse.badRequest(`Flavor's disk is smaller than the minimum size specified in image metadata. ${sizes}.`);
  }
  if (flavor.disk === 0 && !bootsFromVolume(given) && !isAdmin(desk.ask.asker)) {
    throw refuse.denied('Only volume-backed servers are allowed for flavors with zero disk.');
  }
  return image.id;
}

const bootsFromVolume = (given: Fields): boolean => {
  const [old, v2] = [given['block_device_mapping'], given['block_device_mapping_v2']];
  return (Array.isArray(old) && old.length > 0) || (Array.isArray(v2) && v2.length > 0);
};

function groupsOf({ network, projectId }: Desk, given: unknown): readonly string[] | undefined {
  if (!Array.isArray(given) || given.length === 0) return undefined;
  const names = given.flatMap(one => (isFields(one) && typeof one['name'] === 'string' ? [one['name']] : []));
  for (const name of names) {
    if (network.securityGroup(name, projectId) === undefined) {
      throw refuse.badRequest(`Unable to find security_group with name or id '${name}'`);
    }
  }
  return names;
}

function checkQuota(desk: Desk, flavor: Flavor, count: number, metadata: unknown): void {
  const [limits, used] = [limitsOf(desk, desk.projectId), usageOf(desk, desk.projectId)];
  const wanted = { instances: count, cores: count * flavor.vcpus, ram: count * flavor.ram };
  const over = (['instances', 'cores', 'ram'] as const).filter(name => {
    const limit = limits[name] ?? -1;
    return limit >= 0 && used[name] + wanted[name] > limit;
  });
  if (over.length > 0) {
    const list = (pick: (name: (typeof over)[number]) => number): string => over.map(pick).join(', ');
    throw refuse.denied(
      `Quota exceeded for ${over.join(', ')}: Requested ${list(name => wanted[name])}, but already used ` +
        `${list(name => used[name])} of ${list(name => limits[name] ?? -1)} ${over.join(', ')}`,
    );
  }
  const items = isFields(metadata) ? Object.keys(metadata).length : 0;
  const most = limits['metadata_items'] ?? -1;
  if (most >= 0 && items > most) {
    throw refuse.denied(`Maximum number of metadata items exceeds ${most}`);
  }
}

function basics({ ask, minor, delays, projectId }: Desk, given: Fields, name: string) {
  const text = (field: string): string => (typeof given[field] === 'string' ? given[field] : '');
  const description = given['description'];
  return {
    projectId,
    userId: ask.asker.userId,
    name,
    hostname: text('hostname') || hostnameOf(name),
    description: minor < 19 ? name : typeof description === 'string' ? description : null,
    metadata: (isFields(given['metadata']) ? given['metadata'] : {}) as Readonly<Record<string, string>>,
    tags: Array.isArray(given['tags']) ? [...new Set(given['tags'].map(String))].sort() : [],
    userData: typeof given['user_data'] === 'string' ? given['user_data'] : null,
    configDrive: isTrue(given['config_drive'] ?? false) ? 'True' : '',
    diskConfig: given['OS-DCF:diskConfig'] === 'AUTO' ? ('AUTO' as const) : ('MANUAL' as const),
    accessIPv4: text('accessIPv4'),
    accessIPv6: text('accessIPv6'),
    zone: text('availability_zone').split(':')[0] || zone,
    state: 'building' as const,
    task: 'scheduling',
    locked: false,
    createdAt: ask.now,
    updatedAt: ask.now,
    launchedAt: undefined,
    terminatedAt: undefined,
    due: { at: ask.now + Math.floor(delays.buildMs / 4), what: 'networks' as const },
    ...(ask.doomed === true && { doomed: true as const }),
  };
}

/** Of a name what a host may be called: no blanks, no dots, lower case. */
function hostnameOf(name: string): string {
  const plain = name
    .replace(/[ _.]/g, '-')
    .replace(/[^\w-]+/g, '')
    .toLowerCase()
    .replace(/^[.-]+|[.-]+$/g, '');
  return (plain === '' ? 'server' : plain).slice(0, 63);
}

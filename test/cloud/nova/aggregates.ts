/** Host aggregates and hypervisors, for admins: this cloud has one host. */
import { uuidPattern } from '../schema.ts';
import { isFields, type Reply } from '../service.ts';
import { changedAggregate, newAggregate } from './bodies.ts';
import { adminOnly, bodyOf, type Desk } from './desk.ts';
import { refuse } from './errors.ts';
import { type Aggregate, host } from './state.ts';
import { databaseTime } from './views.ts';

const living = ({ tables }: Desk): readonly Aggregate[] =>
  tables.aggregates.filter(({ deletedAt }) => deletedAt === undefined);

function aggregateOf(desk: Desk, id: string, action: string): Aggregate {
  adminOnly(desk, `os_compute_api:os-aggregates:${action}`);
  const found = living(desk).find(each => each.id === id);
  if (found === undefined) throw refuse.notFound(`Aggregate ${id} could not be found.`);
  return found;
}

/** Its zone stands among its metadata too. */
function view({ minor }: Desk, one: Aggregate): object {
  return {
    id: Number(one.id),
    ...(minor >= 41 && { uuid: one.uuid }),
    name: one.name,
    availability_zone: one.zone,
    hosts: one.hosts,
    metadata: { ...one.metadata, ...(one.zone !== null && { availability_zone: one.zone }) },
    created_at: databaseTime(one.createdAt),
    updated_at: databaseTime(one.updatedAt),
    deleted: false,
    deleted_at: null,
  };
}

const whole = (desk: Desk, one: Aggregate): Reply => ({ status: 200, body: { aggregate: view(desk, one) } });

function changed(desk: Desk, one: Aggregate, change: Partial<Aggregate>): Reply {
  return whole(desk, desk.tables.aggregates.put({ ...one, ...change, updatedAt: desk.ask.now }));
}

export function listAggregates(desk: Desk): Reply {
  adminOnly(desk, 'os_compute_api:os-aggregates:index');
  return { status: 200, body: { aggregates: living(desk).map(one => view(desk, one)) } };
}

function mustBeFree(desk: Desk, name: string, own?: string): void {
  if (living(desk).some(each => each.name === name && each.id !== own)) {
    throw refuse.conflict(`Aggregate ${name} already exists.`);
  }
}

const zoneIn = (given: unknown): string | null => (typeof given === 'string' && given !== '' ? given : null);

/** The answer says nothing of hosts and metadata. */
export function createAggregate(desk: Desk): Reply {
  adminOnly(desk, 'os_compute_api:os-aggregates:create');
  const given = bodyOf(desk, 'aggregate', newAggregate);
  const name = String(given['name']).trim();
  mustBeFree(desk, name);
  const one = desk.tables.aggregates.put({
    id: String(desk.tables.aggregates.size + 1),
    uuid: desk.ask.newId(),
    name,
    zone: zoneIn(given['availability_zone']),
    hosts: [],
    metadata: {},
    createdAt: desk.ask.now,
    updatedAt: undefined,
    deletedAt: undefined,
  });
  const shown = Object.entries(view(desk, one)).filter(([name]) => name !== 'hosts' && name !== 'metadata');
  return { status: 200, body: { aggregate: Object.fromEntries(shown) as object } };
}

export const showAggregate = (desk: Desk, id: string): Reply => whole(desk, aggregateOf(desk, id, 'show'));

export function changeAggregate(desk: Desk, id: string): Reply {
  const one = aggregateOf(desk, id, 'update');
  const given = bodyOf(desk, 'aggregate', changedAggregate);
  const name = typeof given['name'] === 'string' ? given['name'].trim() : one.name;
  mustBeFree(desk, name, id);
  return changed(desk, one, {
    name,
    zone: 'availability_zone' in given ? zoneIn(given['availability_zone']) : one.zone,
  });
}

export function deleteAggregate(desk: Desk, id: string): Reply {
  const one = aggregateOf(desk, id, 'delete');
  if (one.hosts.length > 0) throw refuse.badRequest(`Cannot delete aggregate ${id}. Reason: not empty.`);
  desk.tables.aggregates.put({ ...one, deletedAt: desk.ask.now });
  return { status: 200 };
}

export function actOnAggregate(desk: Desk, id: string): Reply {
  const body = isFields(desk.ask.body) ? desk.ask.body : {};
  const [action = ''] = Object.keys(body);
  const one = aggregateOf(desk, id, action);
  switch (action) {
    case 'add_host':
      return addHost(desk, one, hostIn(desk, action));
    case 'remove_host': {
      const name = hostIn(desk, action);
      if (!one.hosts.includes(name)) throw refuse.notFound(`Aggregate ${id} has no host ${name}.`);
      return changed(desk, one, { hosts: one.hosts.filter(each => each !== name) });
    }
    case 'set_metadata': {
      const { metadata } = bodyOf(desk, action, { type: 'object', properties: { metadata: { type: 'object' } } });
      const given = Object.entries(isFields(metadata) ? metadata : {});
      const kept = { ...one.metadata, ...Object.fromEntries(given.map(([key, value]) => [key, value])) };
      const texts = Object.entries(kept).flatMap(([key, value]) => (value === null ? [] : [[key, String(value)]]));
      return changed(desk, one, { metadata: Object.fromEntries(texts) as Readonly<Record<string, string>> });
    }
    default:
      throw refuse.badRequest(`There is no such action: ${action}`);
  }
}

function hostIn(desk: Desk, action: string): string {
  const given = bodyOf(desk, action, { type: 'object', properties: { host: { type: 'string' } }, required: ['host'] });
  return String(given['host']);
}

function addHost(desk: Desk, one: Aggregate, name: string): Reply {
  if (name !== host) throw refuse.notFound(`Compute host ${name} could not be found.`);
  if (one.hosts.includes(name)) throw refuse.conflict(`Aggregate ${one.id} already has host ${name}.`);
  const zones = living(desk)
    .filter(each => each.hosts.includes(name) && each.zone !== null && each.zone !== one.zone)
    .map(each => `'${String(each.zone)}'`);
  if (one.zone !== null && zones.length > 0) {
    const reason = `One or more hosts already in availability zone(s) [${zones.join(', ')}]`;
    throw refuse.conflict(`Cannot add host to aggregate ${one.id}. Reason: ${reason}.`);
  }
  return changed(desk, one, { hosts: [...one.hosts, name] });
}

/** Zones that aggregates with hosts make. */
export const zonesOf = (desk: Desk): readonly string[] => [
  ...new Set(living(desk).flatMap(({ zone, hosts }) => (zone === null || hosts.length === 0 ? [] : [zone]))),
];

/** From 2.53 on it is called by a uuid, and a pattern in the query stands for the search. */
const hypervisor = ({ minor }: Desk) => ({
  id: minor >= 53 ? 'a873d972-9f74-4252-af78-494d5df12ddb' : 1,
  hypervisor_hostname: host,
  state: 'up',
  status: 'enabled',
});

export function listHypervisors(desk: Desk): Reply {
  adminOnly(desk, 'os_compute_api:os-hypervisors:list');
  const pattern = desk.minor >= 53 ? (desk.ask.query.get('hypervisor_hostname_pattern') ?? '') : '';
  if (!host.includes(pattern)) throw refuse.notFound(`No hypervisor matching '${pattern}' could be found.`);
  return { status: 200, body: { hypervisors: [hypervisor(desk)] } };
}

export function showHypervisor(desk: Desk, id: string): Reply {
  adminOnly(desk, 'os_compute_api:os-hypervisors:show');
  if (desk.minor >= 53 && !uuidPattern.test(id)) {
    throw refuse.badRequest(`Invalid input for path parameter 'id'. Value: ${id}. '${id}' is not a 'uuid'`);
  }
  const shown = hypervisor(desk);
  if (id !== String(shown.id)) throw refuse.notFound(`Hypervisor with ID '${id}' could not be found.`);
  return { status: 200, body: { hypervisor: shown } };
}

/** Any part of a name finds it. */
export function searchHypervisors(desk: Desk, part: string): Reply {
  adminOnly(desk, 'os_compute_api:os-hypervisors:search');
  if (desk.minor >= 53) throw refuse.notFound('The resource could not be found.');
  if (!host.includes(part)) throw refuse.notFound(`No hypervisor matching '${part}' could be found.`);
  return { status: 200, body: { hypervisors: [hypervisor(desk)] } };
}

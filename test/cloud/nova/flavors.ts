/** Flavors: what sizes of server there are. */
import { isAdmin, type Reply } from '../service.ts';
import { isTrue, newFlavor } from './bodies.ts';
import { adminOnly, bodyOf, type Desk } from './desk.ts';
import { refuse } from './errors.ts';
import { limitIn, nextOf } from './list.ts';
import type { Flavor } from './state.ts';
import { linksOf } from './views.ts';

/** As in the lab: name, virtual processors, memory in MB, disk in GB; their ids count from 1. */
export const furniture: readonly (readonly [name: string, vcpus: number, ram: number, disk: number])[] = [
  ['m1.nano', 1, 64, 0],
  ['m1.micro', 1, 128, 0],
  ['m1.tiny', 1, 512, 1],
  ['m1.small', 1, 2048, 20],
  ['m1.medium', 2, 4096, 40],
  ['m1.large', 4, 8192, 80],
];

export function flavor(given: Partial<Flavor> & Pick<Flavor, 'id' | 'name' | 'ram' | 'vcpus' | 'disk'>): Flavor {
  return { ephemeral: 0, swap: 0, isPublic: true, description: null, extraSpecs: {}, ...given };
}

export function view({ ask, minor }: Desk, one: Flavor): object {
  return {
    id: one.id,
    name: one.name,
    ram: one.ram,
    disk: one.disk,
    swap: one.swap === 0 && minor < 75 ? '' : one.swap,
    'OS-FLV-EXT-DATA:ephemeral': one.ephemeral,
    'OS-FLV-DISABLED:disabled': false,
    vcpus: one.vcpus,
    'os-flavor-access:is_public': one.isPublic,
    rxtx_factor: one.rxtxFactor ?? 1.0,
    links: linksOf(ask.base, 'flavors', one.id),
    ...(minor >= 55 && { description: one.description }),
    ...(minor >= 61 && { extra_specs: one.extraSpecs }),
  };
}

export function listFlavors(desk: Desk, detail: boolean): Reply {
  const { query, asker } = desk.ask;
  const all = isAdmin(asker) && /^(none|false|0)$/i.test(query.get('is_public') ?? '');
  const least = (name: string): number => Number(query.get(name) ?? 0);
  const found = desk.tables.flavors.filter(
    one => (all || mayUse(desk, one)) && one.ram >= least('minRam') && one.disk >= least('minDisk'),
  );
  const marker = query.get('marker');
  const at = marker === null ? 0 : found.findIndex(one => one.id === marker) + 1;
  if (marker !== null && at === 0) throw refuse.marker(marker);
  const limit = limitIn(query);
  const shown = found.slice(at, at + limit);
  const last = shown.at(-1);
  const brief = ({ id, name, description }: Flavor): object => ({
    id,
    name,
    links: linksOf(desk.ask.base, 'flavors', id),
    ...(desk.minor >= 55 && { description }),
  });
  const path = detail ? 'flavors/detail' : 'flavors';
  const body = {
    flavors: shown.map(one => (detail ? view(desk, one) : brief(one))),
    ...(last !== undefined &&
      shown.length === limit && { flavors_links: [{ rel: 'next', href: nextOf(desk, path, last.id) }] }),
  };
  return { status: 200, body };
}

/** A private one is for the projects that it was given to. */
export const mayUse = ({ projectId }: Pick<Desk, 'projectId'>, { isPublic, projects = [] }: Flavor): boolean =>
  isPublic || projects.includes(projectId);

export function flavorOf(desk: Desk, id: string): Flavor {
  const found = desk.tables.flavors.get(id);
  if (found === undefined) throw refuse.flavor(id);
  return found;
}

export const showFlavor = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { flavor: view(desk, flavorOf(desk, id)) },
});

export function createFlavor(desk: Desk): Reply {
  adminOnly(desk, 'os_compute_api:os-flavor-manage:create');
  const given = bodyOf(desk, 'flavor', newFlavor(desk.minor));
  const wanted = given['id'];
  const id = wanted === undefined || wanted === null || wanted === 'auto' ? desk.ask.newId() : String(wanted);
  const name = String(given['name']);
  if (desk.tables.flavors.get(id) !== undefined) throw refuse.conflict(`Flavor with ID ${id} already exists.`);
  if (desk.tables.flavors.all().some(one => one.name === name)) {
    throw refuse.conflict(`Flavor with name ${name} already exists.`);
  }
  const made = flavor({
    id,
    name,
    ram: Number(given['ram']),
    vcpus: Number(given['vcpus']),
    disk: Number(given['disk']),
    ephemeral: Number(given['OS-FLV-EXT-DATA:ephemeral'] ?? 0),
    swap: Number(given['swap'] ?? 0),
    rxtxFactor: Number(given['rxtx_factor'] ?? 1),
    isPublic: isTrue(given['os-flavor-access:is_public'] ?? true),
    description: typeof given['description'] === 'string' ? given['description'] : null,
  });
  desk.tables.flavors.put(made);
  return { status: 200, body: { flavor: view(desk, made) } };
}

export function deleteFlavor(desk: Desk, id: string): Reply {
  adminOnly(desk, 'os_compute_api:os-flavor-manage:delete');
  desk.tables.flavors.drop(flavorOf(desk, id).id);
  return { status: 202 };
}

export const showSpecs = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { extra_specs: flavorOf(desk, id).extraSpecs },
});

export function setSpecs(desk: Desk, id: string): Reply {
  adminOnly(desk, 'os_compute_api:os-flavor-extra-specs:create');
  const given = bodyOf(desk, 'extra_specs', { type: 'object' });
  const one = flavorOf(desk, id);
  const extraSpecs = {
    ...one.extraSpecs,
    ...Object.fromEntries(Object.entries(given).map(([key, value]) => [key, String(value)])),
  };
  desk.tables.flavors.put({ ...one, extraSpecs });
  return { status: 200, body: { extra_specs: given } };
}

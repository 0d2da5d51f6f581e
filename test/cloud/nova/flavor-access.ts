/** What of a flavor can be changed: its description, its specs, and who may use a private one. */
import { isFields, type Reply } from '../service.ts';
import { changedFlavor } from './bodies.ts';
import { adminOnly, bodyOf, type Desk } from './desk.ts';
import { refuse } from './errors.ts';
import { flavorOf, view } from './flavors.ts';
import type { Flavor } from './state.ts';

export function changeFlavor(desk: Desk, id: string): Reply {
  if (desk.minor < 55) throw refuse.notFound('The resource could not be found.');
  adminOnly(desk, 'os_compute_api:os-flavor-manage:update');
  const { description } = bodyOf(desk, 'flavor', changedFlavor);
  const one = flavorOf(desk, id);
  const changed = desk.tables.flavors.put({
    ...one,
    description: typeof description === 'string' ? description : null,
  });
  return { status: 200, body: { flavor: view(desk, changed) } };
}

export function dropSpec(desk: Desk, id: string, key: string): Reply {
  adminOnly(desk, 'os_compute_api:os-flavor-extra-specs:delete');
  const one = flavorOf(desk, id);
  if (!Object.hasOwn(one.extraSpecs, key)) {
    throw refuse.notFound(`Flavor ${id} has no extra specs with key ${key}.`);
  }
  const extraSpecs = Object.fromEntries(Object.entries(one.extraSpecs).filter(([name]) => name !== key));
  desk.tables.flavors.put({ ...one, extraSpecs });
  return { status: 200 };
}

const access = ({ id, projects = [] }: Flavor): Reply => ({
  status: 200,
  body: { flavor_access: projects.map(tenant_id => ({ flavor_id: id, tenant_id })) },
});

export function listAccess(desk: Desk, id: string): Reply {
  adminOnly(desk, 'os_compute_api:os-flavor-access');
  const one = flavorOf(desk, id);
  if (one.isPublic) throw refuse.notFound('Access list not available for public flavors.');
  return access(one);
}

export function actOnFlavor(desk: Desk, id: string): Reply {
  const body = isFields(desk.ask.body) ? desk.ask.body : {};
  const [action = ''] = Object.keys(body);
  const adds = action === 'addTenantAccess';
  if (!adds && action !== 'removeTenantAccess') throw refuse.badRequest(`There is no such action: ${action}`);
  adminOnly(desk, `os_compute_api:os-flavor-access:${adds ? 'add' : 'remove'}_tenant_access`);
  const tenant = { type: 'string', minLength: 1, maxLength: 255 } as const;
  const given = bodyOf(desk, action, { type: 'object', properties: { tenant }, required: ['tenant'] });
  const project = String(given['tenant']);
  const one = flavorOf(desk, id);
  const projects = one.projects ?? [];
  if (adds && one.isPublic) throw refuse.conflict('Can not add access to a public flavor.');
  if (adds && projects.includes(project)) {
    throw refuse.conflict(`Flavor access already exists for flavor ${id} and project ${project} combination.`);
  }
  if (!adds && !projects.includes(project)) {
    throw refuse.notFound(`Flavor access not found for ${id} / ${project} combination.`);
  }
  const next = adds ? [...projects, project] : projects.filter(each => each !== project);
  return access(desk.tables.flavors.put({ ...one, projects: next }));
}

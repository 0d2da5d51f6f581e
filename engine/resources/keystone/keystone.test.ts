/** Groups, domains, the catalog and assignments of roles: which calls make, change and undo them. */
import { describe, expect, it } from 'vitest';
import { bodyOf, inputFor, mark, problem, shown, stepsFor, walk, walkChange } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ResourceType } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import domain from './domain.ts';
import endpoint from './endpoint.ts';
import group from './group.ts';
import groupRoleAssignment from './group-role-assignment.ts';
import region from './region.ts';
import service from './service.ts';
import userRoleAssignment from './user-role-assignment.ts';

/** Shows what was sent, under an id. */
function echo(call: CloudCall): Plain {
  const body = bodyOf(call);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {};
  const [key = '', inner] = Object.entries(body)[0] ?? [];
  return { [key]: { id: 'ID', ...(inner as PlainMap) } };
}

const made = (type: ResourceType, properties: PlainMap) => walk(type, properties, echo).calls.map(shown);
const changed = (type: ResourceType, before: PlainMap, after: PlainMap) => walkChange(type, before, after, echo).calls;
const role = (name: string, where: PlainMap) => ({ role: name, ...where });

describe('a thing with a name', () => {
  it('is made under the mark, or has the mark as its description until it is there', () => {
    expect(made(domain, {})).toEqual([`POST /domains {"domain":{"name":"${mark}","enabled":true,"description":""}}`]);
    expect(made(service, { type: 'milling', name: 'mill' })).toEqual([
      `POST /services {"service":{"name":"mill","type":"milling","enabled":true,"description":"${mark}"}}`,
      'PATCH /services/ID {"service":{"description":null}}',
    ]);
    expect(made(group, { name: 'reapers', description: 'd', roles: [role('R', { project: 'P' })] })).toEqual([
      `POST /groups {"group":{"name":"reapers","domain_id":"default","description":"${mark}"}}`,
      'PATCH /groups/ID {"group":{"description":"d"}}',
      'PUT /projects/P/groups/ID/roles/R',
    ]);
    expect(made(endpoint, { service: 'S', interface: 'public', url: 'http://a' })).toEqual([
      `POST /endpoints {"endpoint":{"name":"${mark}","service_id":"S","interface":"public","url":"http://a","enabled":true}}`,
    ]);
  });

  it('is waited for where another of its name would be refused: not services and endpoints', () => {
    const unique = (type: ResourceType, properties: PlainMap) => stepsFor(type, properties)[0]?.unique;
    expect(unique(domain, { name: 'a' })).toBe(true);
    expect(unique(service, { name: 'a', type: 't' })).toBe(false);
    expect(unique(region, { id: 'a' })).toBe(true);
    expect(unique(region, {})).toBe(false);
  });

  it('is found by its mark alone', () => {
    const input = inputFor(endpoint, { name: 'door', service: 'S', interface: 'public', url: 'http://a' });
    const [step] = stepsFor(endpoint, { name: 'door', service: 'S', interface: 'public', url: 'http://a' });
    expect(shown(step!.find(input))).toBe('GET /endpoints?service_id=S&interface=public');
    const theirs = { id: '1', name: 'door' };
    const ours = { id: '2', name: 'door', description: mark };
    expect(step!.found(fromPlain({ endpoints: [theirs] }), input)).toBeUndefined();
    expect(step!.found(fromPlain({ endpoints: [theirs, ours] }), input)?.physicalId).toBe('2');
  });

  it('is PATCHed with what differs', () => {
    const before = { service: 'S', interface: 'public', url: 'http://a', region: 'one' };
    expect(changed(endpoint, before, { ...before, service: 'T', region: 'two', enabled: false })).toEqual([
      'PATCH /endpoints/ID {"endpoint":{"region_id":"two","service_id":"T","enabled":false}}',
    ]);
    expect(changed(domain, { name: 'a', enabled: true }, { name: 'a', enabled: false })).toEqual([
      'PATCH /domains/ID {"domain":{"enabled":false}}',
    ]);
    expect(changed(region, {}, { parent_region: 'up', description: 'd' })).toEqual([
      `PATCH /regions/${mark} {"region":{"parent_region_id":"up","description":"d"}}`,
    ]);
    expect(changed(region, { id: 'a' }, { id: 'b' })).toBe('replace');
  });

  it('of a region is its id, quoted as Heat does', () => {
    expect(made(region, {})).toEqual([`POST /regions {"region":{"id":"${mark}","enabled":true,"description":""}}`]);
    expect(made(region, { id: 'a b/c(d)' })[0]).toContain('"id":"a%20b/c%28d%29"');
  });
});

describe('roles', () => {
  it('of a group are given and taken with what differs', () => {
    const before = { roles: [role('A', { project: 'P' }), role('B', { domain: 'D' })] };
    const after = { roles: [role('A', { project: 'P' }), role('C', { domain: 'D' })] };
    expect(changed(group, before, after)).toEqual([
      'PUT /domains/D/groups/ID/roles/C',
      'DELETE /domains/D/groups/ID/roles/B',
    ]);
  });

  it('that are a resource by themselves are each a step, undone with it', () => {
    const properties = { user: 'U', roles: [role('A', { project: 'P' }), role('A', { project: 'P' })] };
    expect(made(userRoleAssignment, properties)).toEqual(['GET /users/U', 'PUT /projects/P/users/U/roles/A']);
    const steps = stepsFor(userRoleAssignment, properties);
    const input = inputFor(userRoleAssignment, properties);
    expect(steps.map(step => step.remove('x', input)).flatMap(call => (call ? [shown(call)] : []))).toEqual([
      'DELETE /projects/P/users/U/roles/A',
    ]);
    expect(made(groupRoleAssignment, { group: 'G' })).toEqual(['GET /groups/G']);
  });

  it('that are a resource by themselves: what went is taken, what is new is given, what stays is left', () => {
    const before = { user: 'U', roles: [role('A', { project: 'P' }), role('B', { project: 'P' })] };
    expect(changed(userRoleAssignment, before, { user: 'U', roles: [role('B', { project: 'P' })] })).toEqual([
      'DELETE /projects/P/users/U/roles/A',
      'GET /users/U',
    ]);
    expect(changed(userRoleAssignment, before, { user: 'V', roles: [role('B', { project: 'P' })] })).toEqual([
      'DELETE /projects/P/users/U/roles/B',
      'DELETE /projects/P/users/U/roles/A',
      'GET /users/V',
      'PUT /projects/P/users/V/roles/B',
    ]);
  });

  it('are each in a project or a domain', () => {
    const [where, nowhere, both] = [{ project: 'P' }, {}, { project: 'P', domain: 'D' }];
    const said = (place: PlainMap) => problem(groupRoleAssignment, { group: 'G', roles: [role('R', place)] });
    expect(said(where)).toBeUndefined();
    expect(said(nowhere)).toBe('Either project or domain must be specified for role R');
    expect(said(both)).toBe('Cannot define the following properties at the same time: project, domain.');
  });
});

/** Updates of Keystone's and Glance's types: which calls, in which order, what is replaced and goes first. */
import { describe, expect, it } from 'vitest';
import { bodyOf, changeOf, mark, shown, walk, walkChange } from '../../test/support/steps.ts';
import type { CloudCall } from '../kernel/world.ts';
import type { ResourceType } from '../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../values/json.ts';
import webImage from './glance/web-image.ts';
import project from './keystone/project.ts';
import role from './keystone/role.ts';
import user from './keystone/user.ts';

const [one, two, three] = ['1', '2', '3'].map(n => `${n.repeat(8)}-1111-4111-8111-111111111111`) as [
  string,
  string,
  string,
];

/** Shows what was sent, under an id. */
function echo(call: CloudCall): Plain {
  const body = bodyOf(call);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return { id: 'ID', status: 'active' };
  const [key = '', inner] = Object.entries(body)[0] ?? [];
  if (call.service === 'image') return { id: 'ID', status: 'active' };
  return typeof inner === 'object' && inner !== null ? { [key]: { id: 'ID', ...inner } } : {};
}

const changed = (type: ResourceType, before: PlainMap, after: PlainMap) => walkChange(type, before, after, echo).calls;

function goesFirst(type: ResourceType, before: PlainMap, after: PlainMap) {
  if (type.life.kind !== 'cloud') throw new Error('no cloud life');
  return type.life.prepareReplace?.(changeOf(type, before, after, walk(type, before, echo)));
}

describe('projects, users and roles', () => {
  it('are PATCHed with what differs', () => {
    expect(changed(project, { name: 'a', tags: ['x'] }, { name: 'b', description: 'd', enabled: false })).toEqual([
      'PATCH /projects/ID {"project":{"name":"b","description":"d","enabled":false,"tags":[]}}',
    ]);
    expect(changed(role, { name: 'a' }, { name: 'b' })).toEqual(['PATCH /roles/ID {"role":{"name":"b"}}']);
    const before = { password: 'old', email: 'a@b.example', default_project: one };
    expect(changed(user, before, { password: 'new', default_project: two })).toEqual([
      `PATCH /users/ID {"user":{"password":"new","default_project_id":"${two}","email":null}}`,
    ]);
  });

  it('whose name is not said any more get the generated one', () => {
    expect(changed(role, { name: 'a' }, {})).toEqual([`PATCH /roles/ID {"role":{"name":"${mark}"}}`]);
  });

  it('keep what the PATCH showed, and fail at once where the name is taken', () => {
    const { steps, made } = walkChange(project, {}, { name: 'b' }, echo);
    expect(toPlain([...made.values()].at(-1)!.data)).toMatchObject({ id: 'ID', name: 'b' });
    expect(steps.map(step => [step.conflict, step.repeatable])).toEqual([['fail', true]]);
  });

  it('are replaced where they must be; of a chosen name the old one goes first', () => {
    expect(changed(project, { name: 'a' }, { name: 'a', parent: one })).toBe('replace');
    expect(goesFirst(project, { name: 'a' }, { name: 'a', parent: one })).toBe('first');
    expect(goesFirst(project, {}, { parent: one })).toBeUndefined();
    expect(goesFirst(role, { name: 'a' }, { name: 'a', domain: one })).toBeUndefined();
    expect(goesFirst(user, { name: 'a' }, { name: 'b' })).toBeUndefined();
  });
});

describe('a user', () => {
  const roles = (...projects: readonly string[]) => projects.map(place => ({ role: three, project: place }));

  it('joins new groups, leaves old ones, gets new roles and loses old ones, after the PATCH', () => {
    const before = { name: 'u', groups: [one], roles: roles(one, two) };
    const after = { name: 'v', groups: [two], roles: [...roles(two), { role: three, domain: 'd' }] };
    expect(changed(user, before, after)).toEqual([
      'PATCH /users/ID {"user":{"name":"v"}}',
      `PUT /groups/${two}/users/ID`,
      `DELETE /groups/${one}/users/ID`,
      `PUT /domains/d/users/ID/roles/${three}`,
      `DELETE /projects/${one}/users/ID/roles/${three}`,
    ]);
    expect(changed(user, before, { ...before, roles: roles(two, one) })).toEqual([]);
  });

  it('has left or lost what is refused because it is so already', () => {
    const before = { groups: [one], roles: roles(one) };
    const { steps, made, change } = walkChange(user, before, {}, echo);
    const input = { properties: change.after, physicalName: mark, mark, made };
    const [part, revoke] = steps;
    expect([part!.unique, part!.repeatable, revoke!.unique]).toEqual([true, true, true]);
    expect(shown(part!.find(input))).toBe('GET /users/ID/groups');
    // A role that is gone is asked for with a list, since the path of the DELETE answers 404.
    expect([part, revoke].map(step => shown(step!.show('ID', input)))).toEqual(
      [part, revoke].map(step => shown(step!.find(input))),
    );
    expect(part!.found(fromPlain({ groups: [{ id: one }] }), input)).toBeUndefined();
    expect(part!.found(fromPlain({ groups: [{ id: two }] }), input)?.physicalId).toBe('ID');
    expect(shown(revoke!.find(input))).toBe(
      `GET /role_assignments?user.id=ID&role.id=${three}&scope.project.id=${one}`,
    );
    expect(revoke!.found(fromPlain({ role_assignments: [{}] }), input)).toBeUndefined();
    expect(revoke!.found(fromPlain({ role_assignments: [] }), input)?.physicalId).toBe('ID');
  });
});

describe('an image', () => {
  const given = { location: 'http://a.example/x', disk_format: 'raw', container_format: 'bare' };
  const patchOf = (before: PlainMap, after: PlainMap) => {
    const calls = changed(webImage, { ...given, ...before }, { ...given, ...after });
    expect(calls).toHaveLength(1);
    const [, json = ''] = /^PATCH \/v2\/images\/ID (.*)$/.exec(String(calls[0])) ?? [];
    return JSON.parse(json) as Plain;
  };

  it('is PATCHed; what is not said any more is removed, so that the same PATCH may come again', () => {
    const before = { os_distro: 'debian', os_version: '12', extra_properties: { a: '1', b: '2' }, tags: ['x'] };
    const after = { os_distro: 'fedora', protected: true, extra_properties: { b: '3', 'c/d': '4' }, tags: ['y'] };
    expect(patchOf(before, after)).toEqual([
      { op: 'replace', path: '/protected', value: true },
      { op: 'add', path: '/os_distro', value: 'fedora' },
      { op: 'add', path: '/os_version', value: '' },
      { op: 'remove', path: '/os_version' },
      { op: 'add', path: '/a', value: '' },
      { op: 'remove', path: '/a' },
      { op: 'add', path: '/b', value: '3' },
      { op: 'add', path: '/c~1d', value: '4' },
      { op: 'replace', path: '/tags', value: ['y'] },
    ]);
    expect(patchOf({ tags: ['x'] }, {})).toEqual([{ op: 'replace', path: '/tags', value: [] }]);
  });

  it('loses members while it is shared yet, and gets them when it is', () => {
    const shared = { ...given, visibility: 'shared' };
    const own = '[{"op":"replace","path":"/visibility","value":"private"}]';
    expect(changed(webImage, { ...shared, members: [one] }, given)).toEqual([
      `DELETE /v2/images/ID/members/${one}`,
      `PATCH /v2/images/ID ${own}`,
    ]);
    expect(changed(webImage, given, { ...shared, members: [two] })).toEqual([
      `PATCH /v2/images/ID ${own.replace('private', 'shared')}`,
      `POST /v2/images/ID/members {"member":"${two}"}`,
    ]);
    expect(changed(webImage, { ...shared, members: [one] }, { ...shared, members: [one, two] })).toEqual([
      `POST /v2/images/ID/members {"member":"${two}"}`,
    ]);
  });

  it('has lost a member that is refused because it is none any more', () => {
    const shared = { ...given, visibility: 'shared' };
    const { steps, made, change } = walkChange(webImage, { ...shared, members: [one] }, shared, echo);
    const input = { properties: change.after, physicalName: mark, mark, made };
    expect(shown(steps[0]!.find(input))).toBe('GET /v2/images/ID/members');
    expect(steps[0]!.found(fromPlain({ members: [{ member_id: one }] }), input)).toBeUndefined();
    expect(steps[0]!.found(fromPlain({ members: [] }), input)?.physicalId).toBe('ID');
  });

  it('is deactivated and reactivated last', () => {
    expect(changed(webImage, given, { ...given, active: false, protected: true })).toEqual([
      'PATCH /v2/images/ID [{"op":"replace","path":"/protected","value":true}]',
      'POST /v2/images/ID/actions/deactivate',
    ]);
    expect(changed(webImage, { ...given, active: false }, given)).toEqual(['POST /v2/images/ID/actions/reactivate']);
  });

  it('is replaced for other data', () => {
    expect(changed(webImage, given, { ...given, location: 'http://a.example/y' })).toBe('replace');
    expect(changed(webImage, given, { ...given, name: 'y' })).toBe('replace');
  });
});

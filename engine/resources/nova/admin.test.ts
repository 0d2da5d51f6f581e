/** Flavors, server groups and host aggregates: their calls, marks and changes. */
import { describe, expect, it } from 'vitest';
import { inputFor, live, mark, problem, shown, stepsFor, walk, walkChange } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { Made, ResourceType, Step } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../../values/json.ts';
import flavor from './flavor.ts';
import aggregate from './host-aggregate.ts';
import group from './server-group.ts';

const v = (plain: Plain) => fromPlain(plain);
const made = (physicalId: string, data: PlainMap = {}): Made => ({ physicalId, data: v(data) as Made['data'] });
const step = (type: ResourceType, given: PlainMap, name: string): Step => {
  const found = stepsFor(type, given).find(each => each.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
};
const version = ({ headers }: CloudCall) => headers?.['OpenStack-API-Version'];
const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-1111-4111-8111-111111111111'];

describe('a flavor', () => {
  const size = { ram: 512, vcpus: 1 };
  const answer = ({ path }: CloudCall): Plain => {
    if (path.endsWith('/os-extra_specs')) return { extra_specs: {} };
    if (path.endsWith('/action')) return { flavor_access: [] };
    if (path === '/v2.0/quotas/tenant') return { tenant: { tenant_id: 'own' } };
    return { flavor: { id: 'F', name: 'f' } };
  };
  const calls = (given: PlainMap) => walk(flavor, { ...size, ...given }, answer).calls;
  const sizes = '"ram":512,"vcpus":1,"disk":0,"swap":0,"OS-FLV-EXT-DATA:ephemeral":0,"rxtx_factor":1.0';

  it('is one call at the version that all know', () => {
    expect(calls({}).map(shown)).toEqual([
      `POST /flavors {"flavor":{"name":"${mark}",${sizes},"os-flavor-access:is_public":true}}`,
    ]);
    expect(calls({}).map(version)).toEqual(['compute 2.1']);
  });

  it('of a chosen name has the mark in its description, for a while', () => {
    expect(calls({ name: 'big', flavorid: 'b' }).map(shown)).toEqual([
      `POST /flavors {"flavor":{"name":"big","id":"b",${sizes},"os-flavor-access:is_public":true,"description":"${mark}"}}`,
      'PUT /flavors/F {"flavor":{"description":null}}',
    ]);
    expect(calls({ name: 'big' }).map(version)).toEqual(['compute 2.55', 'compute 2.55']);
  });

  it('is found by its mark byte for byte, among private ones too', () => {
    for (const [given, field] of [
      [{}, 'name'],
      [{ name: 'big' }, 'description'],
    ] as const) {
      const main = step(flavor, { ...size, ...given }, 'flavor');
      const input = inputFor(flavor, { ...size, ...given });
      expect(shown(main.find(input))).toBe('GET /flavors?is_public=None');
      expect(main.found(v({ flavors: [{ id: 'x', [field]: mark.toUpperCase() }] }), input)).toBeUndefined();
      expect(main.found(v({ flavors: [{ id: 'x' }, { id: 'y', [field]: mark }] }), input)?.physicalId).toBe('y');
    }
  });

  it('gets specs; a private one is for who is said, or for the stack’s own project', () => {
    expect(
      calls({ extra_specs: { a: 'b' }, is_public: false, tenants: [one, two] })
        .slice(1)
        .map(shown),
    ).toEqual([
      'POST /flavors/F/os-extra_specs {"extra_specs":{"a":"b"}}',
      `POST /flavors/F/action {"addTenantAccess":{"tenant":"${one}"}}`,
      `POST /flavors/F/action {"addTenantAccess":{"tenant":"${two}"}}`,
    ]);
    expect(calls({ is_public: false }).slice(1).map(shown)).toEqual([
      'GET /v2.0/quotas/tenant',
      'POST /flavors/F/action {"addTenantAccess":{"tenant":"own"}}',
    ]);
    expect(calls({ tenants: [one] })).toHaveLength(1);
  });

  it('changes its specs and who may use it; all else makes another', () => {
    const changed = (before: PlainMap, after: PlainMap) =>
      walkChange(flavor, { ...size, ...before }, { ...size, ...after }, answer).calls;
    expect(changed({ extra_specs: { a: '1', b: '2' } }, { extra_specs: { b: '3' } })).toEqual([
      'DELETE /flavors/F/os-extra_specs/a',
      'POST /flavors/F/os-extra_specs {"extra_specs":{"b":"3"}}',
    ]);
    expect(changed({ is_public: false, tenants: [one] }, { is_public: false, tenants: [two] })).toEqual([
      `POST /flavors/F/action {"removeTenantAccess":{"tenant":"${one}"}}`,
      `POST /flavors/F/action {"addTenantAccess":{"tenant":"${two}"}}`,
    ]);
    expect(changed({ is_public: false }, { is_public: false, tenants: [two] })).toEqual([
      'POST /flavors/F/action {"removeTenantAccess":{"tenant":"own"}}',
      `POST /flavors/F/action {"addTenantAccess":{"tenant":"${two}"}}`,
    ]);
    expect(changed({ disk: 1 }, { disk: 2 })).toBe('replace');
  });

  it('whose access is refused may have it already', () => {
    const given = { ...size, is_public: false, tenants: [one] };
    const access = step(flavor, given, 'access_0');
    const input = inputFor(flavor, given, { flavor: made('F') });
    expect([access.unique, access.repeatable, access.conflict]).toEqual([true, true, 'fail']);
    expect(shown(access.find(input))).toBe('GET /flavors/F/os-flavor-access');
    expect(access.found(v({ flavor_access: [{ tenant_id: one }] }), input)?.physicalId).toBe('F');
    expect(access.found(v({ flavor_access: [{ tenant_id: two }] }), input)).toBeUndefined();
  });

  it('tells who may use it, and its specs, which are asked for apart', () => {
    const there = live(flavor, size, made('F', { 'os-flavor-access:is_public': true }));
    expect(flavor.attribute(there, 'is_public')).toBe(true);
    const [first, second] = [{ flavor: { id: 'F' } }, { extra_specs: { a: 'b' } }].map(v);
    expect(flavor.reads!.next(there, 'is_public', [first])).toBeUndefined();
    expect(shown(flavor.reads!.next(there, 'extra_specs', [first])!)).toBe('GET /flavors/F/os-extra_specs');
    const read = { ...there, data: flavor.reads!.data(there, 'extra_specs', [first, second]) };
    expect(toPlain(flavor.attribute(read, 'extra_specs')!)).toEqual({ a: 'b' });
  });
});

describe('a server group', () => {
  const answer = ({ method }: CloudCall): Plain =>
    method === 'GET' ? { server_groups: [{ id: 'old', name: 'g' }] } : { server_group: { id: 'G' } };
  const posted = (given: PlainMap) => walk(group, given, answer).calls.at(-1)!;

  it('has its policy in the words of the version that it needs', () => {
    expect(shown(posted({}))).toBe(
      `POST /os-server-groups {"server_group":{"name":"${mark}","policies":["anti-affinity"]}}`,
    );
    expect(version(posted({}))).toBe('compute 2.1');
    expect(version(posted({ policies: ['soft-affinity'] }))).toBe('compute 2.15');
    const ruled = posted({ rules: { max_server_per_host: 2 } });
    expect(shown(ruled)).toBe(
      `POST /os-server-groups {"server_group":{"name":"${mark}","policy":"anti-affinity","rules":{"max_server_per_host":2}}}`,
    );
    expect(version(ruled)).toBe('compute 2.64');
    expect(problem(group, { policies: ['near'] })).toMatch('["near"] is not an allowed value');
  });

  it('of a chosen name is what was not there before, without members, alone', () => {
    const given = { name: 'g' };
    const main = step(group, given, 'server_group');
    const input = inputFor(group, given, { before: made('', { ids: ['old'] }) });
    const there = (...groups: readonly PlainMap[]) =>
      main.found(
        v({ server_groups: groups.map(each => ({ name: 'g', policies: ['anti-affinity'], ...each })) }),
        input,
      );
    expect(main.unique).toBe(true);
    expect(there({ id: 'old' }, { id: 'new', members: [] })?.physicalId).toBe('new');
    expect(there({ id: 'new', members: ['S'] })).toBeUndefined();
    expect(there({ id: 'new', policies: ['affinity'] })).toBeUndefined();
    expect(there({ id: 'new' }, { id: 'newer' })).toBeUndefined();
    expect(there({ id: 'new', name: 'G' })).toBeUndefined();
  });
});

describe('a host aggregate', () => {
  const given = { name: 'fast', availability_zone: 'z', hosts: ['h1'], metadata: { ssd: 'true' } };
  const answer = ({ method, path }: CloudCall): Plain =>
    method === 'GET' && path === '/os-aggregates' ? { aggregates: [] } : { aggregate: { id: 7, hosts: [] } };

  it('is looked for, made, described and filled', () => {
    const { calls, last } = walk(aggregate, given, answer);
    expect(calls.map(shown)).toEqual([
      'GET /os-aggregates',
      'POST /os-aggregates {"aggregate":{"name":"fast","availability_zone":"z"}}',
      'POST /os-aggregates/7/action {"set_metadata":{"metadata":{"ssd":"true"}}}',
      'POST /os-aggregates/7/action {"add_host":{"host":"h1"}}',
      'GET /os-aggregates/7',
    ]);
    expect(last.physicalId).toBe('7');
  });

  it('is ours only if its name was free', () => {
    const main = step(aggregate, given, 'aggregate');
    const found = (taken: boolean, name: string) =>
      main.found(v({ aggregates: [{ id: 7, name }] }), inputFor(aggregate, given, { free: made('', { taken }) }));
    expect(found(false, 'fast')?.physicalId).toBe('7');
    expect(found(true, 'fast')).toBeUndefined();
    expect(found(false, 'Fast')).toBeUndefined();
  });

  it('goes when all hosts have left, whoever put them there', () => {
    const hosts = step(aggregate, given, 'hosts');
    const input = inputFor(aggregate, given, { aggregate: made('7') });
    const gone = (...names: readonly string[]) => hosts.gone?.(v({ aggregate: { id: 7, hosts: [...names] } }), input);
    expect(stepsFor(aggregate, given).at(-1)!.name).toBe('hosts');
    expect(shown(hosts.remove('7', input)!)).toBe('GET /os-aggregates/7');
    const leaving = gone('other', 'h1');
    expect(leaving?.kind === 'staying' && leaving.by && shown(leaving.by)).toBe(
      'POST /os-aggregates/7/action {"remove_host":{"host":"other"}}',
    );
    expect(gone()).toEqual({ kind: 'ready' });
  });

  it('changes: hosts join and leave, keys are set, the rest is PUT', () => {
    const after = { name: 'faster', hosts: ['h2'], metadata: { ssd: 'false' } };
    expect(walkChange(aggregate, given, after, answer).calls).toEqual([
      'POST /os-aggregates/7/action {"add_host":{"host":"h2"}}',
      'POST /os-aggregates/7/action {"remove_host":{"host":"h1"}}',
      'POST /os-aggregates/7/action {"set_metadata":{"metadata":{"ssd":"false"}}}',
      'PUT /os-aggregates/7 {"aggregate":{"name":"faster","availability_zone":null}}',
    ]);
  });
});

/** The three quotas: one mechanism, their own paths and bodies. */
import { describe, expect, it } from 'vitest';
import { problem, shown, stepsFor, inputFor, walk, walkChange } from '../../test/support/steps.ts';
import type { CloudCall } from '../kernel/world.ts';
import type { ResourceType } from '../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../values/json.ts';
import cinderQuota from './cinder/quota.ts';
import neutronQuota from './neutron/quota.ts';
import novaQuota from './nova/quota.ts';

const project = '11111111-1111-4111-8111-111111111111';

const table: readonly [string, ResourceType, property: string, path: string, key: string, id: string][] = [
  ['Nova', novaQuota, 'cores', `/os-quota-sets/${project}`, 'quota_set', 's-r-abcdefghijkl'],
  ['Cinder', cinderQuota, 'volumes', `/os-quota-sets/${project}`, 'quota_set', 's-r-abcdefghijkl'],
  ['Neutron', neutronQuota, 'network', `/v2.0/quotas/${project}`, 'quota', project],
];

describe.each(table)('a quota of %s', (_service, type, property, path, key, id) => {
  const answer = ({ method }: CloudCall): Plain =>
    method === 'GET' ? { [key]: { [property]: { limit: 9, in_use: 2, reserved: 0 } } } : { [key]: { [property]: 4 } };
  const asked = (given: PlainMap) =>
    walk(type, { project, ...given }, answer)
      .calls.map(shown)
      .filter(line => !line.startsWith('GET'));

  it('is one PUT of what is said, called by its project or its name', () => {
    expect(asked({ [property]: 4 })).toEqual([`PUT ${path} {"${key}":{"${property}":4}}`]);
    expect(walk(type, { project, [property]: 4 }, answer).last.physicalId).toBe(id);
  });

  it('is PUT again with all that is said, and nothing else differs', () => {
    const { calls } = walkChange(type, { project, [property]: 4 }, { project, [property]: -1 }, answer);
    expect(calls).toContain(`PUT ${path} {"${key}":{"${property}":-1}}`);
    expect(walkChange(type, { project, [property]: 4 }, { project, [property]: 4 }, answer).calls).toEqual([]);
  });

  it('goes back to the defaults', () => {
    const quota = stepsFor(type, { project, [property]: 4 }).at(-1)!;
    expect(shown(quota.remove(id, inputFor(type, { project, [property]: 4 }))!)).toBe(`DELETE ${path}`);
    expect([quota.repeatable, quota.main]).toEqual([true, true]);
  });

  it('has to say something, from -1 on', () => {
    expect(problem(type, { project })).toMatch(/^At least one of the following properties must be specified: .*, /);
    expect(problem(type, { project, [property]: -2 })).toMatch('-2 is out of range');
    expect(problem(type, { project, [property]: 1 })).toBeUndefined();
  });
});

it('a quota of Cinder is no less than what the project has', () => {
  const usage = stepsFor(cinderQuota, { project, volumes: 1, gigabytes: -1 })[0]!;
  const used = (volumes: number) =>
    usage.ready(fromPlain({ quota_set: { volumes: { in_use: volumes }, gigabytes: { in_use: 50 } } }));
  expect(shown(usage.create(inputFor(cinderQuota, { project, volumes: 1 })))).toBe(
    `GET /os-quota-sets/${project}?usage=True`,
  );
  expect(used(1)).toEqual({ kind: 'ready' });
  expect(used(2)).toEqual({
    kind: 'failed',
    error: 'ValueError',
    message: 'Invalid quota volumes value(s): 1. Can not be less than the current usage value(s): 2.',
  });
});

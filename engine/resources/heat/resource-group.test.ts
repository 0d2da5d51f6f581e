/** What a group's template is, batch by batch (contract: scaling §1). */
import { describe, expect, it } from 'vitest';
import type { ChildMember, ChildView, NestedContext, NestedLife } from '../../kit/resource.ts';
import { LifeFailure } from '../../kit/resource.ts';
import { resolveProperties } from '../../kit/validate.ts';
import { fromPlain, type Plain, parseJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { plainOf } from '../../../test/support/plain.ts';
import { batchesOf } from './group/batches.ts';
import group from './resource-group.ts';

const life = group.life as NestedLife;

function resolved(properties: Plain): ValueMap {
  return resolveProperties(group, fromPlain(properties) as ValueMap, 'p');
}

function context(more: Partial<NestedContext> = {}): NestedContext {
  return {
    resourceName: 'g',
    updatePolicy: emptyMap,
    stackTimeoutMs: 3_600_000,
    kept: emptyMap,
    previous: undefined,
    members: [],
    ...more,
  };
}

/** Each definition's resources. */
function templates(properties: Plain, more: Partial<NestedContext> = {}): Record<string, unknown>[] {
  return life.plan(resolved(properties), context(more)).definitions.map(({ template }) => {
    const parsed = parseJson(template.kind === 'text' ? template.text : '') as ValueMap;
    return plainOf(parsed.get('resources') ?? null) as Record<string, unknown>;
  });
}

const names = (properties: Plain, more?: Partial<NestedContext>) => templates(properties, more).map(Object.keys);

function member(name: string, definition: Plain, more: Partial<ChildMember> = {}): ChildMember {
  return { name, definition: fromPlain(definition), reference: `ref-${name}`, failed: false, ...more };
}

const def = (value: Plain = 'x') => ({ type: 'OS::Heat::Value', properties: { value } });
const members = (count: number, value: Plain = 'x') =>
  Array.from({ length: count }, (_, i) => member(String(i), { type: 'OS::Heat::Value', properties: { value } }));

describe('members', () => {
  it('are called by numbers, and say so where the definition asks for it', () => {
    const properties = {
      value: { a: 'n-%index%', '%index%': ['%index%-%index%', 5] },
      type: null,
    };
    expect(templates({ count: 2, resource_def: { type: 'T%index%', properties, metadata: { m: '%index%' } } })).toEqual(
      [
        {
          0: {
            type: 'T%index%',
            properties: { value: { a: 'n-0', '%index%': ['0-0', 5] } },
            metadata: { m: '%index%' },
          },
          1: {
            type: 'T%index%',
            properties: { value: { a: 'n-1', '%index%': ['1-1', 5] } },
            metadata: { m: '%index%' },
          },
        },
      ],
    );
    expect(templates({ index_var: '!!!', resource_def: def('!!! %index%') })).toEqual([
      { 0: { type: 'OS::Heat::Value', properties: { value: '0 %index%' } } },
    ]);
  });

  it('are referred to by one output', () => {
    const [definition] = life.plan(resolved({ count: 2, resource_def: def() }), context()).definitions;
    const parsed = parseJson(definition?.template.kind === 'text' ? definition.template.text : '') as ValueMap;
    expect(plainOf(parsed.get('outputs') ?? null)).toEqual({
      refs_map: { value: { 0: { get_resource: '0' }, 1: { get_resource: '1' } } },
    });
    expect(parsed.get('heat_template_version')).toBe('2015-04-30');
  });

  it('whose names were removed are skipped for ever, or until the mode says otherwise', () => {
    const removal = (list: Plain, mode = 'append') => ({
      count: 3,
      resource_def: def(),
      removal_policies: [{ resource_list: list }],
      removal_policies_mode: mode,
    });
    const there = { previous: resolved({ resource_def: def() }), members: members(3) };
    expect(names(removal(['1']), there)).toEqual([['0', '2', '3']]);
    expect(names(removal([1]), there)).toEqual([['0', '2', '3']]);
    expect(names(removal(['ref-2']), there)).toEqual([['0', '1', '3']]);
    expect(names(removal(['7', 'ref-9']), there)).toEqual([['0', '1', '2']]);
    const kept = mapOf([['skiplist', ['0']]]);
    expect(names(removal(['1']), { ...there, kept })).toEqual([['2', '3', '4']]);
    expect(names(removal(['1'], 'update'), { ...there, kept })).toEqual([['0', '2', '3']]);
    expect(names(removal(['0'], 'update'), { ...there, kept, members: [] })).toEqual([['1', '2', '3']]);
    // An order that may still be taken may make any of them.
    expect(names(removal(['0']), { ...there, members: [] })).toEqual([['0', '1', '2']]);
    expect(names(removal(['0']), { ...there, members: [], isStale: true })).toEqual([['1', '2', '3']]);
    expect(names(removal(['5', '1']))).toEqual([['0', '2', '3']]);
    expect(plainOf(life.plan(resolved(removal(['5', '1'])), context()).kept)).toEqual({ skiplist: ['1', '5'] });
  });

  it('are never more than a tree may have', () => {
    expect(() => names({ count: 1_000_000_000, resource_def: def() })).toThrow(LifeFailure);
  });
});

describe('batches', () => {
  const policy = (minInService: number, maxBatchSize: number) => ({ minInService, maxBatchSize, pauseMs: 0 });
  const sizes = (target: number, current: number, least: number, most: number) =>
    batchesOf(target, current, policy(least, most)).map(({ capacity, updates }) => [capacity, updates]);

  it('follow the arithmetic of rolling updates', () => {
    expect(sizes(4, 4, 0, 3)).toEqual([
      [4, 3],
      [4, 1],
    ]);
    // The first batch makes one too many for the time between, which does not count as a change of the others.
    expect(sizes(4, 4, 4, 1)).toEqual([...Array.from({ length: 5 }, () => [5, 1]), [4, 0]]);
    expect(sizes(2, 4, 0, 2)).toEqual([[2, 2]]);
    expect(sizes(3, 0, 0, 2)).toEqual([
      [2, 2],
      [3, 1],
    ]);
    expect(sizes(0, 0, 0, 1)).toEqual([]);
  });

  it('end at the target with all updated, whatever the policy, and keep enough in service', () => {
    for (let target = 0; target < 8; target++)
      for (let current = 0; current < 8; current++)
        for (let least = 0; least < 8; least++)
          for (let most = 1; most < 8; most++) {
            const batches = batchesOf(target, current, policy(least, most));
            if (target !== current) expect(batches.at(-1)?.capacity).toBe(target);
            let here = current;
            for (const { capacity, updates } of batches) {
              expect(updates).toBeLessThanOrEqual(most);
              expect(capacity - updates).toBeGreaterThanOrEqual(Math.min(least, target, here));
              here = capacity;
            }
          }
  });

  const rolling = (more: Plain) => ({ updatePolicy: fromPlain({ rolling_update: more as never }) });
  const before = { previous: resolved({ count: 4, resource_def: def('old') }), members: members(4, 'old') };
  const values = (properties: Plain, more: Partial<NestedContext>) =>
    templates(properties, more).map(each =>
      Object.entries(each as Record<string, { properties: { value: string } }>)
        .map(([name, { properties }]) => `${name}:${properties.value}`)
        .sort()
        .join(' '),
    );

  it('change as many members as they may, higher ones first', () => {
    expect(values({ count: 4, resource_def: def('new') }, { ...before, ...rolling({ max_batch_size: 3 }) })).toEqual([
      '0:old 1:new 2:new 3:new',
      '0:new 1:new 2:new 3:new',
    ]);
    const policy = rolling({ max_batch_size: 1, min_in_service: 2 });
    expect(values({ count: 2, resource_def: def('new') }, { ...before, ...policy })).toEqual([
      '0:old 1:new 2:old',
      '0:new 1:new 2:old',
      '0:new 1:new',
    ]);
  });

  it('are one where only the count differs, and where there is no policy', () => {
    const only = { count: 6, resource_def: def('old') };
    expect(values(only, { ...before, ...rolling({ max_batch_size: 1 }) })).toHaveLength(1);
    expect(values({ count: 4, resource_def: def('new') }, before)).toEqual(['0:new 1:new 2:new 3:new']);
  });

  it('have pauses between them that must fit the time', () => {
    const paused = { ...before, ...rolling({ max_batch_size: 2, pause_time: 5 }) };
    const plan = life.plan(resolved({ count: 4, resource_def: def('new') }), context(paused));
    expect(plan.definitions.map(({ pauseMs }) => pauseMs)).toEqual([5_000, 0]);
    expect(() =>
      life.plan(resolved({ count: 4, resource_def: def('new') }), context({ ...paused, stackTimeoutMs: 5_000 })),
    ).toThrow('The current update policy will result in stack update timeout.');
  });

  it('make a create too', () => {
    const updatePolicy = fromPlain({ batch_create: { max_batch_size: 2 } });
    expect(names({ count: 5, resource_def: def() }, { updatePolicy })).toEqual([
      ['0', '1'],
      ['0', '1', '2', '3'],
      ['0', '1', '2', '3', '4'],
    ]);
    expect(names({ count: 0, resource_def: def() }, { updatePolicy })).toEqual([[]]);
  });
});

describe('attributes', () => {
  const view: ChildView = {
    arn: 'arn',
    name: 'child',
    owner: 'g',
    output: async () => undefined,
    outputs: async () => emptyMap,
    members: async () => ['10', '0', '2'],
    reference: async name => `ref-${name}`,
    attribute: async (name, attribute, path) => [name, attribute, ...path],
  };
  const kept = mapOf([['skiplist', ['1']]]);
  const read = async (name: string, ...path: Value[]) => {
    const value = await life.attribute(view, name, path, kept);
    return isMap(value ?? null) ? plainOf(value as ValueMap) : value;
  };

  it('are of all members, in the order of their numbers', async () => {
    expect(await read('refs')).toEqual(['ref-0', 'ref-2', 'ref-10']);
    expect(await read('refs', 1n)).toBe('ref-2');
    expect(Object.keys((await read('refs_map')) as object)).toEqual(['0', '2', '10']);
    expect(await read('attributes', 'a', 'b')).toEqual({
      0: ['0', 'a', 'b'],
      2: ['2', 'a', 'b'],
      10: ['10', 'a', 'b'],
    });
    expect(await read('networks', 'n', 0n)).toEqual([
      ['0', 'networks', 'n', 0n],
      ['2', 'networks', 'n', 0n],
      ['10', 'networks', 'n', 0n],
    ]);
    expect(await read('removed_rsrc_list')).toEqual(['1']);
  });

  it('are of one member', async () => {
    expect(await read('resource.2')).toBe('ref-2');
    expect(await read('resource.2.first_address')).toEqual(['2', 'first_address']);
    await expect(read('resource.7')).rejects.toThrow("Member '7' not found in group resource 'g'.");
    await expect(read('attributes')).rejects.toThrow('The Referenced Attribute (child attributes) is incorrect.');
  });
});

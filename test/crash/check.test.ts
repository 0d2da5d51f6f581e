import { describe, expect, it } from 'vitest';
import { Random } from '../support/random.ts';
import { type EventSeen, judge, repeatedIn, type StackSeen } from './check.ts';
import { planStack, resourcesPerStack } from './template.ts';

const plan = planStack('s', new Random(7));

/** The events of a faultless run: each resource as soon as all that it needs is complete. */
function events(): EventSeen[] {
  const seen: EventSeen[] = [{ resource_name: 's', resource_status: 'CREATE_IN_PROGRESS' }];
  for (const name of plan.resources) {
    seen.push({ resource_name: name, resource_status: 'CREATE_IN_PROGRESS' });
    seen.push({ resource_name: name, resource_status: 'CREATE_COMPLETE' });
  }
  return [...seen, { resource_name: 's', resource_status: 'CREATE_COMPLETE' }];
}

const good = (): StackSeen => ({
  status: 'CREATE_COMPLETE',
  reason: 'Stack CREATE completed successfully',
  resources: plan.resources.map(resource_name => ({ resource_name, resource_status: 'CREATE_COMPLETE' })),
  outputs: new Map(plan.equal.flatMap(([head, end]) => [[head, head] as const, [end, head] as const])),
  events: events(),
});

function swapped(a: string, b: string): EventSeen[] {
  const all = events();
  const place = (key: string): number => all.findIndex(one => `${one.resource_name} ${one.resource_status}` === key);
  const [i, j] = [place(a), place(b)];
  const [first, second] = [all[i], all[j]];
  if (first === undefined || second === undefined) throw new Error(`no ${a} or ${b}`);
  all[i] = second;
  all[j] = first;
  return all;
}

describe('the plan of a stack', () => {
  it('has 20 resources, is the same for the same seed and another for another', () => {
    expect(plan.resources).toHaveLength(resourcesPerStack);
    expect(planStack('s', new Random(7))).toEqual(plan);
    const others = Array.from({ length: 5 }, (_, seed) => JSON.stringify(planStack('s', new Random(seed)).template));
    expect(new Set(others).size).toBeGreaterThan(1);
  });

  it('names each need before what needs it', () => {
    for (const [need, name] of plan.edges)
      expect(plan.resources.indexOf(need)).toBeLessThan(plan.resources.indexOf(name));
  });
});

describe('the verdict', () => {
  it('finds nothing in a faultless stack', () => {
    expect(judge(plan, good())).toEqual({ lost: false, faults: [], doubled: [] });
  });

  it('says that a stack is lost', () => {
    expect(judge(plan, undefined).lost).toBe(true);
  });

  it('says why a stack failed, and whether it stands still', () => {
    const failed = { ...good(), status: 'CREATE_FAILED', reason: 'why' };
    expect(judge(plan, failed).faults).toEqual(['is CREATE_FAILED: why']);
    expect(judge(plan, { ...good(), status: 'CREATE_IN_PROGRESS' }).faults).toHaveLength(1);
  });

  it('sees an event that came twice, and one that did not come', () => {
    const [first = { resource_name: '', resource_status: '' }] = events();
    expect(judge(plan, { ...good(), events: [first, ...events()] }).doubled).toEqual(['s CREATE_IN_PROGRESS']);
    expect(judge(plan, { ...good(), events: events().slice(1) }).faults).toEqual([
      'it has no event s CREATE_IN_PROGRESS',
    ]);
  });

  it('sees an event that should not be there', () => {
    const foreign = { resource_name: 'last', resource_status: 'CREATE_FAILED' };
    expect(judge(plan, { ...good(), events: [...events(), foreign] }).faults).toHaveLength(1);
  });

  it.each([
    ['s CREATE_COMPLETE', 'last CREATE_COMPLETE'],
    ['a_random CREATE_COMPLETE', 'a_value0 CREATE_IN_PROGRESS'],
    ['last CREATE_IN_PROGRESS', 'last CREATE_COMPLETE'],
    ['s CREATE_IN_PROGRESS', 'a_random CREATE_IN_PROGRESS'],
  ])('sees events out of order: %s and %s', (a, b) => {
    expect(judge(plan, { ...good(), events: swapped(a, b) }).faults.length).toBeGreaterThan(0);
  });

  it('sees a resource that is missing, and one too many', () => {
    expect(judge(plan, { ...good(), resources: good().resources.slice(1) }).faults).toHaveLength(1);
    const extra = { resource_name: 'x', resource_status: 'CREATE_COMPLETE' };
    expect(judge(plan, { ...good(), resources: [...good().resources, extra] }).faults).toHaveLength(1);
  });

  it('sees a random string that was drawn again', () => {
    const outputs = new Map([...good().outputs, ['b_random', 'another']]);
    expect(judge(plan, { ...good(), outputs }).faults).toEqual([
      'its output b_test is not the b_random that was drawn',
    ]);
  });
});

describe('events of a stack that was changed many times', () => {
  const event = (resource_name: string, resource_status: string, physical_resource_id: string) => ({
    resource_name,
    resource_status,
    physical_resource_id,
  });

  it('may come again, but not twice in a row', () => {
    const [begun, done] = [event('a', 'UPDATE_IN_PROGRESS', 'x'), event('a', 'UPDATE_COMPLETE', 'x')];
    expect(repeatedIn([begun, event('b', 'UPDATE_IN_PROGRESS', 'y'), done, begun, done])).toEqual([]);
    expect(repeatedIn([begun, event('b', 'UPDATE_IN_PROGRESS', 'y'), begun, done])).toEqual(['a x UPDATE_IN_PROGRESS']);
    expect(repeatedIn([begun, event('a', 'UPDATE_IN_PROGRESS', 'z')])).toEqual([]);
  });

  it('of a nested stack may', () => {
    const begun = event('n', 'UPDATE_IN_PROGRESS', '0a1b2c3d-0000-4000-8000-000000000000');
    expect(repeatedIn([begun, begun])).toEqual([]);
  });
});

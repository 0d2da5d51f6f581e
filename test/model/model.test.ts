/** The reference model catches what it is for: each mutation of the clean-up rule, by seeds that are clean without it. */
import { describe, expect, it } from 'vitest';
import { type Behaviour, erase } from '../../engine/actors/actor.ts';
import { isReleasable } from '../../engine/orchestration/records.ts';
import type { ResourceState, UserView } from '../../engine/orchestration/resource-turn.ts';
import { usersOf } from '../../engine/orchestration/users.ts';
import { Graph } from './graph.ts';
import { type Planted, runModel } from './run.ts';
import { SimDice } from '../sim/dice.ts';

const mostSeeds = 60;
const patienceMs = 300_000;

/** Resources act on another state than theirs. */
function mutated(mutate: (state: ResourceState) => ResourceState): Planted {
  const around = (behaviour: Behaviour<unknown>): Behaviour<unknown> =>
    erase({
      ...behaviour,
      handle: (state, message, context) =>
        behaviour.handle(state === undefined ? undefined : mutate(state as ResourceState), message, context),
    });
  return all => all.map(behaviour => (behaviour.kind === 'resource' ? around(behaviour) : behaviour));
}

/** Every user of a resource, changed. */
const withUsers = (
  state: ResourceState,
  change: (view: UserView | undefined) => UserView | undefined,
): ResourceState => {
  const users = new Map(state.users);
  for (const { id } of usersOf(state.resource)) {
    const view = change(users.get(id));
    if (view !== undefined) users.set(id, view);
  }
  return { ...state, users };
};

const noView: UserView = { generation: 0, holds: [], gone: true, version: 0 };

const mutations: Readonly<Record<string, Planted>> = {
  'whatever is replaced or removed goes, whoever uses it': mutated(state => withUsers(state, () => noView)),
  'what its users hold is not asked': mutated(state => withUsers(state, view => view && { ...view, holds: [] })),
  'only those count that require it now': mutated(state =>
    isReleasable(state.resource) || state.resource.removed
      ? { ...state, resource: { ...state.resource, formerUsers: [] } }
      : state,
  ),
};

/** Violations of these seeds without any mutation. */
const clean = new Map<number, readonly string[]>();

describe('the reference model', () => {
  it.each(Object.entries(mutations))(
    'catches that %s',
    async (_name, mutation) => {
      let caught: readonly string[] = [];
      for (let seed = 1; seed <= mostSeeds && caught.length === 0; seed++) {
        caught = (await runModel(seed, mutation)).violations;
        if (!clean.has(seed)) clean.set(seed, (await runModel(seed)).violations);
        expect(clean.get(seed), `seed ${seed} without it`).toEqual([]);
      }
      expect(caught.join('\n')).toMatch(/uses something that is gone|which is going|is gone before all that is in it/);
    },
    patienceMs,
  );

  it('meets every operation and end, and the same seed is the same run', async () => {
    const ended = new Set<string>();
    const said = new Set<string>();
    for (let seed = 1; seed <= 150; seed++) {
      const lines: string[] = [];
      const result = await runModel(seed, undefined, text => lines.push(text));
      expect(result.violations, `seed ${seed}`).toEqual([]);
      ended.add(result.ended);
      for (const line of lines) said.add(/taken: \w+/.exec(line)?.[0] ?? '');
      if (seed <= 3) {
        const again: string[] = [];
        expect(await runModel(seed, undefined, text => again.push(text))).toEqual(result);
        expect(again).toEqual(lines);
      }
    }
    for (const end of [
      'CREATE_COMPLETE',
      'CREATE_FAILED',
      'UPDATE_COMPLETE',
      'UPDATE_FAILED',
      'ROLLBACK_COMPLETE',
      'SUSPEND_COMPLETE',
      'RESUME_COMPLETE',
      'CHECK_COMPLETE',
      'DELETE_COMPLETE',
    ])
      expect(ended, end).toContain(end);
    for (const kind of ['create', 'update', 'cancel', 'act', 'mark', 'remove'])
      expect(said).toContain(`taken: ${kind}`);
  }, 300_000);
});

describe('a random graph', () => {
  it('has templates with the values that it says, nested ones by their paths', () => {
    const nested = Array.from({ length: 200 }, (_, i) => Graph.random(new SimDice(`graph/${i}`))).find(graph =>
      [...graph.values().keys()].some(path => path.split('.').length === 3),
    );
    expect(nested).toBeDefined();
    const template = JSON.parse(nested?.template('7') ?? '{}') as { resources: object; description: string };
    const files = JSON.parse(nested?.files() ?? '{}') as object;
    expect(template.description).toBe('7');
    const tops = [...(nested?.values().keys() ?? [])].filter(path => !path.includes('.'));
    expect(Object.keys(template.resources)).toEqual(expect.arrayContaining(tops));
    expect(Object.keys(files).length).toBeGreaterThan(1);
  });
});

import { describe, expect, it } from 'vitest';
import type { CloudCall } from '../kernel/world.ts';
import { fromPlain, type PlainMap } from '../values/json.ts';
import { emptyMap, mapOf, type ValueMap } from '../values/value.ts';
import { resource } from './declare.ts';
import { readsOf, refreshed } from './live.ts';
import type { Live, LiveAnswer, Made, StepInput } from './resource.ts';
import { attribute } from './schema.ts';
import { latestOf, readingStep, settingStep } from './settle.ts';
import { restStep } from './steps.ts';

const body = (plain: PlainMap) => fromPlain(plain) as ValueMap;
const thing = restStep({
  name: 'thing',
  service: 'stuff',
  path: '/things',
  key: 'thing',
  markField: 'name',
  body: () => emptyMap,
  keep: whole => whole,
});
const call: CloudCall = { service: 'stuff', method: 'PUT', path: '/things/T', body: '{}' };
const color = settingStep({
  name: 'color',
  on: 'thing',
  call: ({ physicalId }) => ({ ...call, path: `/things/${physicalId}` }),
  keep: ({ data }) => mapOf([...data, ['color', 'red']]),
});
const size = settingStep({ name: 'size', on: 'thing', call: () => call });
const input = (made: Readonly<Record<string, Made>>): StepInput => ({
  properties: emptyMap,
  physicalName: 'n',
  mark: 'n',
  made: new Map(Object.entries(made)),
});
const made: Made = { physicalId: 'T', data: body({ id: 'T', color: 'none' }) };

describe('a setting step', () => {
  it('is of the thing that an earlier step made, and sees it as the last step left it', () => {
    expect(color.create(input({ thing: made })).path).toBe('/things/T');
    const colored = color.made(emptyMap, input({ thing: made }));
    expect(colored).toEqual({ physicalId: 'T', data: body({ id: 'T', color: 'red' }) });
    expect(size.made(emptyMap, input({ thing: made, color: colored }))).toEqual(colored);
    expect(latestOf(input({ thing: made, other: { physicalId: 'O', data: emptyMap } }), 'thing')).toEqual(made);
    expect(() => color.create(input({}))).toThrow('comes first');
  });

  it('is repeated, not looked for, and has nothing to undo', () => {
    const read = readingStep({ name: 'read', call: () => call, made: () => made });
    for (const step of [color, size, read]) {
      expect(step).toMatchObject({ repeatable: true, unique: false });
      expect(step.remove('T', input({ thing: made }))).toBeUndefined();
    }
  });
});

describe('attributes as they are now', () => {
  const type = resource('Test::Kit::Live', {
    attributes: { color: attribute('Its color.') },
    life: { kind: 'cloud', steps: [{ ...thing, main: true }, color] },
  });
  const live: Live = {
    resourceName: 'r',
    physicalId: 'T',
    physicalName: 'n',
    properties: emptyMap,
    data: body({ color: 'old' }),
  };
  const asked = async (answer: LiveAnswer, given = type) => {
    const calls: string[] = [];
    const now = await refreshed(given, live, 'color', async ({ method, path }) => {
      calls.push(`${method} ${path}`);
      return answer;
    });
    return { calls, color: given.attribute(now, 'color') };
  };

  it('are those of the main step’s thing, shown again: what set it is not sent again', async () => {
    const answer = body({ thing: { id: 'T', color: 'new' } });
    expect(await asked(answer)).toEqual({ calls: ['GET /things/T'], color: 'new' });
    expect(await asked(undefined)).toEqual({ calls: ['GET /things/T'], color: null });
  });

  it('are asked for in the type’s own way, call after call, but not for ever', async () => {
    const own = resource('Test::Kit::Own', {
      attributes: { color: attribute('Its color.') },
      life: { kind: 'cloud', steps: [thing] },
      reads: {
        next: (_live, _name, answers) =>
          answers.length < 2 ? { ...call, method: 'GET', path: `/${answers.length}` } : undefined,
        data: (_live, _name, answers) => mapOf([['color', `of ${answers.length}`]]),
      },
    });
    expect(await asked(null, own)).toEqual({ calls: ['GET /0', 'GET /1'], color: 'of 2' });
    const endless = { ...own, reads: { next: () => call, data: () => emptyMap } };
    expect((await asked(null, endless)).calls).toHaveLength(16);
  });

  it('of a local life are never asked for', async () => {
    const local = resource('Test::Kit::Local', {
      attributes: { color: attribute('Its color.') },
      life: { kind: 'local', create: () => ({ kind: 'done', waitMs: 0, value: made }) },
    });
    expect(readsOf(local)).toBeUndefined();
    expect(await asked(null, local)).toEqual({ calls: [], color: 'old' });
  });
});

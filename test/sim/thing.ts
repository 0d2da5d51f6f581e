/**
 * The simulator's own resource types, on its small cloud service.
 *
 * `Sim::Cloud::Thing` has two steps, a part and the thing made of it; the part cannot go while the thing is there. Its
 * name can be changed, its value cannot.
 * `Sim::Cloud::Key` ends in a step that is one of its kind: a second key of the same slot is refused.
 */
import { resource } from '../../engine/kit/declare.ts';
import type { ChangeSteps, Made, ResourceType, Step, StepInput } from '../../engine/kit/resource.ts';
import { attribute, string } from '../../engine/kit/schema.ts';
import { settingStep } from '../../engine/kit/settle.ts';
import { writeJson } from '../../engine/values/json.ts';
import { isList, isMap, mapOf, type Value } from '../../engine/values/value.ts';

function fieldOf(body: Value | undefined, name: string): Value | undefined {
  return body !== undefined && isMap(body) ? body.get(name) : undefined;
}

/** A step that keeps one collection's thing, marked in its create call. */
function step(
  kind: string,
  fields: (input: StepInput) => readonly (readonly [string, Value])[],
  unique: boolean,
): Step {
  const made = (thing: Value | undefined): Made => ({ physicalId: String(fieldOf(thing, 'id')), data: mapOf([]) });
  return {
    name: kind,
    service: 'sim',
    unique,
    conflict: 'retry',
    create: input => ({
      service: 'sim',
      method: 'POST',
      path: `/${kind}s`,
      body: writeJson(mapOf([[kind, mapOf([['mark', input.mark], ...fields(input)])]])),
    }),
    made: body => made(fieldOf(body, kind)),
    find: input => ({ service: 'sim', method: 'GET', path: `/${kind}s?mark=${encodeURIComponent(input.mark)}` }),
    found: (body, input) => {
      const list = fieldOf(body, `${kind}s`);
      if (list === undefined || !isList(list)) return undefined;
      const ours = list.find(thing => fieldOf(thing, 'mark') === input.mark);
      return ours === undefined ? undefined : made(ours);
    },
    show: id => ({ service: 'sim', method: 'GET', path: `/${kind}s/${id}` }),
    ready: body => {
      const status = fieldOf(fieldOf(body, kind), 'status');
      if (status === 'active') return { kind: 'ready' };
      if (status === 'error') return { kind: 'failed', error: 'ResourceInError', message: 'Went to status ERROR' };
      return { kind: 'waiting' };
    },
    remove: id => ({ service: 'sim', method: 'DELETE', path: `/${kind}s/${id}` }),
  };
}

const nameOf = (input: StepInput): Value => input.properties.get('name') ?? input.physicalName;
const partOf = (input: StepInput): Value => input.made.get('part')?.physicalId ?? null;

const part = step('part', input => [['name', nameOf(input)]], false);

/** Another name for both of its parts. */
function rename(...kinds: readonly string[]): ChangeSteps {
  const steps = kinds.map(kind =>
    settingStep({
      name: `rename_${kind}`,
      on: kind,
      call: ({ physicalId }, input) => ({
        service: 'sim',
        method: 'PUT',
        path: `/${kind}s/${physicalId}`,
        body: writeJson(mapOf([[kind, mapOf([['name', nameOf(input)]])]])),
      }),
    }),
  );
  return { steps };
}

const properties = {
  name: string('Its name; by default generated.', { update: true }),
  value: string('Anything, to refer to others with.').default(''),
};

const shown = { value: attribute('What it was given.') };

export const thingType: ResourceType = resource('Sim::Cloud::Thing', {
  properties,
  attributes: shown,
  life: {
    kind: 'cloud',
    steps: [
      part,
      step(
        'thing',
        input => [
          ['name', nameOf(input)],
          ['part', partOf(input)],
        ],
        false,
      ),
    ],
    update: () => rename('part', 'thing'),
  },
  attribute: live => live.properties.get('value') ?? null,
});

export const keyType: ResourceType = resource('Sim::Cloud::Key', {
  properties: { ...properties, slot: string('What it is the only key of.').required() },
  attributes: shown,
  life: {
    kind: 'cloud',
    steps: [
      part,
      step(
        'key',
        input => [
          ['name', nameOf(input)],
          ['slot', input.properties.get('slot') ?? null],
        ],
        true,
      ),
    ],
    update: () => rename('part', 'key'),
  },
  attribute: live => live.properties.get('value') ?? null,
});

export const simTypes: readonly ResourceType[] = [thingType, keyType];

/**
 * What volume types and QoS specs have in common: a name that is there once, and free keys and values, one of which is
 * the mark where the user chose the name. It is taken away afterwards.
 *
 *   POST …  {name, keys and values, <markKey>: mark} ─▶ the key goes
 *
 * Neither is filtered by name for sure (marks.md, Cinder: `?name=` finds no QoS specs), so all are listed and compared.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { onceStep } from '../../kit/actions.ts';
import { mapIn, textIn } from '../../kit/given.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { compareText } from '../../values/json.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { block } from './block.ts';

/** Of a name space of its own: no scheduler and no driver looks at it. */
export const markKey = 'convect:mark';

export interface Kind {
  /** Around one, and the name of the step that makes it. */
  readonly key: string;
  readonly plural: string;
  readonly path: string;
  /** Added to the path to list all of them. */
  readonly all: string;
  /** Added to one's path to remove it. */
  readonly force: string;
  /** Where its keys and values stand. */
  readonly specs: string;
  body(input: StepInput): string;
  /** Takes a key away. */
  unset(one: string, key: string): CloudCall;
}

export const oneOf = ({ path }: Pick<Kind, 'path'>, physicalId: string) => `${path}/${encodeURIComponent(physicalId)}`;

function isChosen(properties: ValueMap): boolean {
  return textIn(properties, 'name') !== undefined;
}

export function nameOf({ properties, mark }: StepInput): string {
  return textIn(properties, 'name') ?? mark;
}

/** Keys and values as they are posted, with the mark where the name is none. */
export function markedSpecs(specs: ValueMap, { properties, mark }: StepInput): ValueMap {
  return isChosen(properties) ? mapOf([...specs, [markKey, mark]]) : specs;
}

function madeOf(thing: ValueMap, { key, specs }: Kind): Made {
  const id = textIn(thing, 'id');
  if (id === undefined) throw unreadable(`a ${key} without an id`);
  const own = mapOf([...(mapIn(thing, specs) ?? emptyMap)].filter(([name]) => name !== markKey));
  return { physicalId: id, data: mapOf([...thing, [specs, own]]) };
}

/** The step that makes it, and the one that takes the mark away. */
export function kindSteps(kind: Kind, properties: ValueMap): readonly Step[] {
  const chosen = isChosen(properties);
  const isOurs = (thing: ValueMap, mark: string) =>
    (chosen ? mapIn(thing, kind.specs)?.get(markKey) : thing.get('name')) === mark;
  const main: Step = {
    name: kind.key,
    service: 'volumev3',
    unique: chosen,
    main: true,
    conflict: 'fail',
    create: input => block('POST', kind.path, { body: kind.body(input) }),
    made: body => madeOf(thingIn(body, kind.key), kind),
    find: () => block('GET', `${kind.path}${kind.all}`),
    found: (body, { mark }) =>
      thingsIn(body, kind.plural)
        .filter(thing => isOurs(thing, mark))
        .map(thing => madeOf(thing, kind))
        .sort((a, b) => compareText(a.physicalId, b.physicalId))[0],
    show: physicalId => block('GET', oneOf(kind, physicalId)),
    ready: () => ({ kind: 'ready' }),
    remove: physicalId => block('DELETE', `${oneOf(kind, physicalId)}${kind.force}`),
  };
  return chosen ? [main, unsetStep(kind, markKey, 'unmark')] : [main];
}

/** A key that is there no more. */
export function unsetStep(kind: Kind, spec: string, name: string): Step {
  return onceStep({
    name,
    on: kind.key,
    call: ({ physicalId }) => kind.unset(oneOf(kind, physicalId), spec),
    look: ({ physicalId }) => block('GET', oneOf(kind, physicalId)),
    holds: body => mapIn(thingIn(body, kind.key), kind.specs)?.has(spec) !== true,
  });
}

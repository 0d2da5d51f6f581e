/**
 * What Keystone's types have in common: a thing with a name of its own in its domain.
 *
 *   POST /<things>        name = mark, where the user gave no name; else description = mark
 *   PATCH /<things>/<id>  description = the user's own, where the mark stood
 *
 * A change is a PATCH of what differs (contract: resource-types §6). Keystone refuses another domain itself.
 *
 * Found by `GET /<things>?name=` and compared. A name can be taken once in its domain, so a second create of a chosen
 * one is refused with 409, and an attempt without an answer is waited for (marks.md, Keystone); services and endpoints
 * may be there twice under one name. Keystone ignores filters that it does not know, so the name alone is filtered by.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { textIn } from '../../kit/given.ts';
import type { Change, Made, Step, StepInput } from '../../kit/resource.ts';
import { latestOf, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { changedProperties, type ChangedRules, staysSame } from '../../kit/updates.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';

export function identity(method: CloudCall['method'], path: string, body?: string): CloudCall {
  return { service: 'identity', method, path, ...(body !== undefined && { body }) };
}

export interface Named {
  /** Around one and the step's name, e.g. `project`; the collection is `/<key>s`. */
  readonly key: string;
  /** What it is called by, a property too; default `name`. A region has no name, its id may be chosen. */
  readonly called?: 'name' | 'id';
  /** How a chosen name is sent; default as it is. */
  sent?(name: string): string;
  /** Several may have the same name. */
  readonly isCommon?: boolean;
  /** What narrows a list of its kind; default its name. Keystone ignores what it does not know. */
  query?(properties: ValueMap): string;
  /** What is posted but for name and description. */
  body(properties: ValueMap): ValueMap;
  /** What stands where the mark stood, in the end. */
  description(properties: ValueMap): Value;
}

/** The path of one thing. */
export function oneOf(key: string, physicalId: string): string {
  return `/${key}s/${encodeURIComponent(physicalId)}`;
}

/** The step that makes it, and the one that gives it the user's description back. */
export function namedSteps(named: Named, properties: ValueMap): readonly Step[] {
  const { key, called = 'name' } = named;
  const isChosen = textIn(properties, called) !== undefined;
  const main = makeStep(named, isChosen);
  if (!isChosen) return [main];
  const description = named.description(properties);
  const body = writeJson(mapOf([[key, mapOf([['description', description]])]]));
  const describe = settingStep({
    name: 'description',
    on: key,
    call: ({ physicalId }) => identity('PATCH', oneOf(key, physicalId), body),
    keep: ({ data }) => mapOf([...data, ['description', description]]),
  });
  return [main, describe];
}

/**
 * What sets the properties that differ; none where all of them have calls of their own. A name that is not said any
 * more is the generated one.
 */
export function patchSteps(key: string, change: Change, rules: ChangedRules = {}): readonly Step[] {
  const differing = changedProperties(change, { rename: { domain: 'domain_id' }, ...rules });
  if (differing.size === 0) return [];
  if (differing.has('name') && textIn(differing, 'name') === undefined) {
    differing.set('name', change.before.physicalName);
  }
  const body = writeJson(mapOf([[key, differing]]));
  const patch = settingStep({
    name: 'change',
    on: key,
    call: ({ physicalId }) => identity('PATCH', oneOf(key, physicalId), body),
    keep: (_thing, answer) => thingIn(answer, key),
  });
  return [{ ...patch, conflict: 'fail' }];
}

export interface End {
  call(id: string): CloudCall;
  look(id: string): CloudCall;
  /** It has ended, by the answer to the look. */
  holds(body: Value): boolean;
}

/** Ends something that a thing has; where that is refused, it may have ended already. */
export function endStep(name: string, on: string, { call, look, holds }: End): Step {
  return {
    ...settingStep({ name, on, call: ({ physicalId }) => call(physicalId) }),
    unique: true,
    conflict: 'fail',
    find: input => look(thingOf(input, on).physicalId),
    show: (_physicalId, input) => look(thingOf(input, on).physicalId),
    found: (body, input) => (holds(body) ? latestOf(input, on) : undefined),
  };
}

/** A chosen name is there once in its domain: the old one goes before another is made. */
export function freesName(change: Change): 'first' | undefined {
  const { before, after } = change;
  const sameDomain = textIn(before.properties, 'domain') === textIn(after, 'domain');
  return sameDomain && staysSame(change, 'name') ? 'first' : undefined;
}

function makeStep(named: Named, isChosen: boolean): Step {
  const { key, called = 'name', isCommon = false } = named;
  const nameOf = ({ properties, mark }: StepInput) => {
    const chosen = textIn(properties, called);
    return chosen === undefined ? mark : (named.sent?.(chosen) ?? chosen);
  };
  const queryOf = (input: StepInput) => named.query?.(input.properties) ?? `?name=${encodeURIComponent(nameOf(input))}`;
  return {
    name: key,
    service: 'identity',
    unique: isChosen && !isCommon,
    main: true,
    conflict: 'fail',
    create(input) {
      const thing = new Map<string, Value>([[called, nameOf(input)], ...named.body(input.properties)]);
      const description = isChosen ? input.mark : named.description(input.properties);
      if (description !== null) thing.set('description', description);
      return identity('POST', `/${key}s`, writeJson(mapOf([[key, mapOf(thing)]])));
    },
    made: body => madeOf(thingIn(body, key), key),
    find: input => identity('GET', `/${key}s${queryOf(input)}`),
    found: (body, { mark }) =>
      thingsIn(body, `${key}s`)
        .filter(thing => thing.get(isChosen ? 'description' : called) === mark)
        .map(thing => madeOf(thing, key))
        .sort((a, b) => compareText(a.physicalId, b.physicalId))[0],
    show: physicalId => identity('GET', oneOf(key, physicalId)),
    ready: () => ({ kind: 'ready' }),
    remove: physicalId => identity('DELETE', oneOf(key, physicalId)),
  };
}

function madeOf(thing: ValueMap, key: string): Made {
  const id = textIn(thing, 'id');
  if (id === undefined) throw unreadable(`a ${key} without an id`);
  return { physicalId: id, data: thing };
}

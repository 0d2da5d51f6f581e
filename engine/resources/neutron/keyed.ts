/**
 * The life of Neutron's things that can carry no mark: they are known by what there can be one of (contract: marks,
 * What stays unsafe).
 *
 *   before (a GET: the ids of those that are there) ─▶ POST
 *
 * Found is what has the same key and was not there before: so what somebody else made is neither taken over nor
 * deleted, and blocks the create (409) as the service says. Proven by `POST …/rbac-policies` and
 * `POST …/qos/policies/<id>/<kind>_rules` twice: 409, and by their lists (marks.md). Since a second create is refused,
 * an answer that was lost is waited for.
 */
import { textIn, textsIn } from '../../kit/given.ts';
import type { Change, CloudLife, Made, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { restStep, thingsIn } from '../../kit/steps.ts';
import { changedProperties, type ChangedRules } from '../../kit/updates.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { type Collection, immediately, service, settingStep, wrapped } from './network.ts';

export interface Keyed extends Pick<Collection, 'key' | 'plural'> {
  /** Of the collection; what it is below may be in it. */
  path(properties: ValueMap): string;
  /** What is posted. */
  body(properties: ValueMap): ValueMap;
  /** Names of the body's fields that narrow the list, where the service filters by them. */
  readonly filters?: readonly string[];
  /** True for one that stands where this body's would. */
  same(thing: ValueMap, body: ValueMap): boolean;
  /** True for two that cannot be there at once; default `same`. */
  clashes?(old: ValueMap, next: ValueMap): boolean;
  /** What of a change is PUT under another name, or not at all. */
  readonly changing?: ChangedRules;
}

/** A life of such things. */
export function keyedLife(keyed: Keyed): CloudLife {
  return {
    kind: 'cloud',
    steps: properties => keyedSteps(keyed, properties),
    update: change => ({ steps: putStep(keyed, change) }),
    prepareReplace: ({ before, after }) => {
      const clashes = keyed.clashes ?? keyed.same;
      if (keyed.path(before.properties) !== keyed.path(after)) return undefined;
      return clashes(keyed.body(before.properties), keyed.body(after)) ? 'first' : undefined;
    },
    whenFailed: 'look',
  };
}

const before = 'before';

/** The steps that make one. */
export function keyedSteps(keyed: Keyed, properties: ValueMap): readonly Step[] {
  const { key, plural = `${key}s` } = keyed;
  const path = keyed.path(properties);
  const body = keyed.body(properties);
  const list: CloudCall = { service, method: 'GET', path: `${path}${queryOf(keyed, body)}` };
  const rest = restStep({
    name: key,
    service,
    path,
    key,
    plural,
    body: () => body,
    markField: 'name', // which is not sent: see create
    keep: whole => whole,
    ready: immediately,
    unique: true,
    conflict: 'retry',
  });
  const idsBefore = readingStep({
    name: before,
    call: () => list,
    made: answer => ({ physicalId: before, data: mapOf([['ids', idsIn(answer, plural)]]) }),
  });
  const make: Step = {
    ...rest,
    create: () => ({ service, method: 'POST', path, body: wrapped(key, body) }),
    find: () => list,
    found: (answer, input) => foundIn(answer, plural, thing => keyed.same(thing, body), input),
  };
  return [idsBefore, make];
}

function queryOf({ filters = [] }: Keyed, body: ValueMap): string {
  const query = new URLSearchParams();
  for (const name of filters) query.append(name, textIn(body, name) ?? '');
  return filters.length === 0 ? '' : `?${query.toString()}`;
}

function idsIn(answer: Value, plural: string): readonly string[] {
  return thingsIn(answer, plural).map(thing => textIn(thing, 'id') ?? '');
}

function foundIn(
  answer: Value,
  plural: string,
  isSame: (thing: ValueMap) => boolean,
  input: StepInput,
): Made | undefined {
  const known = textsIn(thingOf(input, before).data, 'ids');
  const thing = thingsIn(answer, plural).find(one => isSame(one) && !known.includes(textIn(one, 'id') ?? ''));
  const id = thing && textIn(thing, 'id');
  return thing === undefined || id === undefined ? undefined : { physicalId: id, data: thing };
}

function putStep(keyed: Keyed, change: Change): readonly Step[] {
  const { key } = keyed;
  const differing = changedProperties(change, keyed.changing);
  if (differing.size === 0) return [];
  return [
    settingStep({
      name: 'change',
      on: { key, path: keyed.path(change.after) },
      call: one => ({ service, method: 'PUT', path: one, body: wrapped(key, differing) }),
      change: () => differing,
    }),
  ];
}

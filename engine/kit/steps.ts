/**
 * Steps for the common case: a REST collection whose things carry their mark in a field.
 *
 *   POST   <path>                     makes one, {"<key>": {…}}; the mark is in the same call
 *   GET    <path>?<markField>=<mark>  finds it again, {"<plural>": […]}
 *   GET    <path>/<id>                shows it, DELETE <path>/<id> removes it
 *
 * A service's filter is never the proof: OpenStack's match without case, without trailing blanks, or not at all and
 * list everything (contract: marks, rule 3). So every listed thing is compared byte for byte; a thing that only looks
 * like ours is someone else's, and adopting it would one day delete it.
 */
import { invariant } from '../kernel/invariant.ts';
import { compareText, writeJson } from '../values/json.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { LifeFailure, type Made, type Readiness, type Step, type StepInput } from './resource.ts';

export interface RestStep {
  readonly name: string;
  /** The service's type in the catalog, e.g. `network`. */
  readonly service: string;
  /** Of the collection, under the service's endpoint, e.g. `/v2.0/networks`. */
  readonly path: string;
  /** Around one thing, e.g. `network`. */
  readonly key: string;
  /** Around a list of them; default `<key>s`. */
  readonly plural?: string;
  /** What is posted; the mark's field is filled in. */
  body(input: StepInput): ValueMap;
  /** Where the mark stands. A name that the user chose is no mark: then it is the description. */
  readonly markField: 'name' | 'description';
  /** Default: what is there is ready. */
  ready?(thing: ValueMap): Readiness;
  /** What of the thing is kept besides its id; default nothing. */
  keep?(thing: ValueMap): ValueMap;
  /** Default false. */
  readonly unique?: boolean;
  /** Default `fail`. */
  readonly conflict?: Step['conflict'];
  /** Listing the collection may stand for showing each that is waited for. Default false. */
  readonly poll?: boolean;
}

/** A step of such a collection. Throws BrokenInvariant for a path that is none. */
export function restStep(rest: RestStep): Step {
  const { name, service, path, key, markField } = rest;
  invariant(path.startsWith('/') && !path.endsWith('/') && !path.includes('?'), `a collection's path: ${path}`);
  const plural = rest.plural ?? `${key}s`;
  const one = (physicalId: string) => `${path}/${encodeURIComponent(physicalId)}`;
  return {
    name,
    service,
    unique: rest.unique ?? false,
    conflict: rest.conflict ?? 'fail',
    create(input) {
      const thing = mapOf([...rest.body(input), [markField, input.mark]]);
      return { service, method: 'POST', path, body: writeJson(mapOf([[key, thing]])) };
    },
    made: body => madeOf(rest, thingIn(body, key)),
    find: input => ({ service, method: 'GET', path: `${path}?${markField}=${encodeURIComponent(input.mark)}` }),
    found(body, input) {
      const ours = thingsIn(body, plural).filter(thing => thing.get(markField) === input.mark);
      // Two with one mark: a create that landed twice. The same one is chosen whoever looks.
      const [first] = ours.map(thing => madeOf(rest, thing)).sort((a, b) => compareText(a.physicalId, b.physicalId));
      return first;
    },
    show: physicalId => ({
      service,
      method: 'GET',
      path: one(physicalId),
      ...(rest.poll === true && { poll: { list: path, plural, key, id: physicalId } }),
    }),
    ready: body => rest.ready?.(thingIn(body, key)) ?? { kind: 'ready' },
    remove: physicalId => ({ service, method: 'DELETE', path: one(physicalId) }),
  };
}

/** Ready when `status` is one of `good`, failed when it is one of `bad` (Heat's ResourceInError), else waiting. */
export function byStatus(good: readonly string[], bad: readonly string[] = ['ERROR']): (thing: ValueMap) => Readiness {
  return thing => {
    const status = thing.get('status');
    if (typeof status === 'string' && good.includes(status)) return { kind: 'ready' };
    if (typeof status !== 'string' || !bad.includes(status)) return { kind: 'waiting' };
    return { kind: 'failed', error: 'ResourceInError', message: `Went to status ${status} due to "Unknown"` };
  };
}

function madeOf(rest: RestStep, thing: ValueMap): Made {
  const id = thing.get('id');
  if (typeof id !== 'string' || id === '') throw unreadable(`a ${rest.key} without an id`);
  return { physicalId: id, data: rest.keep?.(thing) ?? emptyMap };
}

/** `{"network": {…}}` → `{…}`. Throws LifeFailure for anything else. */
export function thingIn(body: Value, key: string): ValueMap {
  const thing = isMap(body) ? (body.get(key) ?? null) : null;
  if (!isMap(thing)) throw unreadable(`no ${key}`);
  return thing;
}

/** `{"networks": [{…}]}` → its things. Throws LifeFailure: an answer that cannot be read is no proof of absence. */
export function thingsIn(body: Value, plural: string): readonly ValueMap[] {
  const things = isMap(body) ? (body.get(plural) ?? null) : null;
  if (!isList(things) || !things.every(isMap)) throw unreadable(`no ${plural}`);
  return things;
}

/** What reading an answer throws: it counts as if none had come. */
export function unreadable(what: string): LifeFailure {
  return new LifeFailure('InvalidServiceAnswer', `The service answered with ${what}.`);
}

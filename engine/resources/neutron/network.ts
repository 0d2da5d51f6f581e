/**
 * What the calls to Neutron have in common: how a body is made, what sets something on a thing, when a thing is built.
 */
import { writeJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';

export const service = 'network';

type Entry = readonly [string, Value];

/** A collection of Neutron's. */
export interface Collection {
  /** Around one, and the name of the step that makes one, e.g. `network`. */
  readonly key: string;
  /** e.g. `/v2.0/networks`. */
  readonly path: string;
  /** Around a list of them; default `<key>s`. */
  readonly plural?: string;
}

export interface Setting {
  readonly name: string;
  /** The step of that key made the thing. */
  readonly on: Collection;
  /** `one` is the thing's path. */
  call(one: string, thing: Made, input: StepInput): CloudCall;
  /** What it changes of the thing, where the answer does not show the whole of it. */
  change?(thing: Made, answer: Value, input: StepInput): ValueMap;
  /** Reads the thing as it is shown afterwards; default ready at once. */
  ready?(thing: ValueMap): Readiness;
  /** Where a second call is refused: how one sees that the first has done it. */
  readonly holds?: {
    look(one: string, thing: Made): CloudCall;
    seen(answer: Value, thing: Made, input: StepInput): boolean;
  };
}

/** A call that completes what an earlier step made. Its data is the thing's, as far as it is known. */
export function settingStep({ name, on, call, change, ready, holds }: Setting): Step {
  const one = (thing: Made) => `${on.path}/${encodeURIComponent(thing.physicalId)}`;
  const own = (input: StepInput) => thingOf(input, on.key);
  const show = (input: StepInput): CloudCall => ({ service, method: 'GET', path: one(own(input)) });
  const create = (input: StepInput) => call(one(own(input)), own(input), input);
  const made = (body: Value, input: StepInput): Made => {
    const thing = own(input);
    const shown = isMap(body) ? (body.get(on.key) ?? null) : null;
    const data = isMap(shown) ? shown : mapOf([...latest(thing, input), ...(change?.(thing, body, input) ?? emptyMap)]);
    return { physicalId: thing.physicalId, data };
  };
  return {
    name,
    service,
    unique: holds !== undefined,
    repeatable: true,
    conflict: 'retry',
    create,
    made,
    find: input => holds?.look(one(own(input)), own(input)) ?? show(input),
    found: (body, input) => (holds?.seen(body, own(input), input) === false ? undefined : made(emptyMap, input)),
    show: (_physicalId, input) => show(input),
    ready: body => (ready === undefined || !shows(body, on.key) ? { kind: 'ready' } : ready(thingIn(body, on.key))),
    remove: () => undefined,
  };
}

function shows(body: Value, key: string): boolean {
  return isMap(body) && isMap(body.get(key) ?? null);
}

/** A thing's data as the last step that spoke of it has it. */
function latest(thing: Made, input: StepInput): ValueMap {
  return [...input.made.values()].findLast(made => made.physicalId === thing.physicalId)?.data ?? thing.data;
}

/** `{"<key>": {…}}` as JSON text. */
export function wrapped(key: string, thing: ValueMap): string {
  return writeJson(mapOf([[key, thing]]));
}

/** Heat's `is_built`: BUILD waits, ACTIVE and DOWN are built. What has no status is built. */
export function built(thing: ValueMap): Readiness {
  const status = thing.get('status') ?? null;
  if (status === 'BUILD') return { kind: 'waiting' };
  if (status === null || status === 'ACTIVE' || status === 'DOWN') return { kind: 'ready' };
  const why = `status ${typeof status === 'string' ? status : writeJson(status)} due to "Unknown"`;
  if (status === 'ERROR' || status === 'DEGRADED') {
    return { kind: 'failed', error: 'ResourceInError', message: `Went to ${why}` };
  }
  return { kind: 'failed', error: 'ResourceUnknownStatus', message: `Resource is not built - Unknown ${why}` };
}

/** Ready as soon as it exists, whatever its status (Heat never looks at it). */
export function immediately(): Readiness {
  return { kind: 'ready' };
}

/** True for what is said: neither absent nor null. */
export function present(value: Value | undefined): boolean {
  return value !== undefined && value !== null;
}

export interface BodyRules {
  /** Properties that Neutron calls otherwise; an empty one is left out. */
  readonly rename?: Readonly<Record<string, string>>;
  /** Properties that are not of the create call. */
  readonly without?: readonly string[];
}

/**
 * The properties as Neutron's create takes them: what is null is left out, `value_specs` come over the rest
 * (contract: resource-types §3, common base).
 */
export function bodyOf(properties: ValueMap, { rename = {}, without = [] }: BodyRules = {}): ValueMap {
  const entries: Entry[] = [];
  for (const [name, value] of properties) {
    if (value === null || name === 'value_specs' || without.includes(name) || name.startsWith('@')) continue;
    const other = Object.hasOwn(rename, name) ? rename[name] : undefined;
    if (other === undefined) entries.push([name, value]);
    else if (value !== '') entries.push([other, value]);
  }
  const more = properties.get('value_specs') ?? null;
  return mapOf([...entries, ...(isMap(more) ? more : emptyMap)]);
}

/** A map of a property without what is null in it, some keys called otherwise. */
export function compacted(value: Value, rename: Readonly<Record<string, string>> = {}): Value {
  if (!isMap(value)) return value;
  return mapOf(
    [...value]
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]): Entry => [Object.hasOwn(rename, name) ? (rename[name] ?? name) : name, inner]),
  );
}

/**
 * The life of Neutron's things: how they are marked and found, what completes them, how they are changed.
 *
 *   POST /v2.0/<things>   name = mark, where the user gave no name; else description = mark
 *   …more                 what the create cannot say (agents, rules)
 *   PUT  …/<id>           description = the user's own, where the mark stood there
 *   PUT  …/<id>/tags      tags cannot be posted (400, or silently dropped on ports)
 *
 * Proven by `POST …/networks` with a description and `GET …/networks?description=` (marks.md, Neutron: mark in name or
 * description, tags not in POST). A name that the user chose can be anybody's, so it is no mark; the description is
 * free, and a crash before it is put back is found by it. All that follows the POST sets what is there, so it may be
 * sent any number of times; it goes with the thing.
 *
 * A change (contract: resource-types §3) is made of the same kind of calls:
 *
 *   …first ─▶ PUT …/<id>/tags ─▶ PUT …/<id> {what differs} ─▶ …then ─▶ attributes that others read
 */
import type { Change, ChangeSteps, CloudLife, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { restStep } from '../../kit/steps.ts';
import { changedEntries, changedProperties, type ChangedRules } from '../../kit/updates.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, isList, mapOf, type Value, type ValueList, type ValueMap } from '../../values/value.ts';
import { built, type Collection, present, service, settingStep, wrapped } from './network.ts';

export interface Thing extends Collection {
  /** What is posted but for the mark: all that the user said. */
  body(properties: ValueMap): ValueMap;
  /** Default: built when its status says so. */
  ready?(thing: ValueMap): Readiness;
  /** Of this body there can be one only: an attempt without an answer is waited for, since it would be in the way. */
  isUnique?(body: ValueMap): boolean;
  /** Floating IPs have no name: the mark is always in the description. */
  readonly nameless?: boolean;
  /** Address scopes have no description: the mark is always in the name, which a PUT makes the user's own. */
  readonly undescribed?: boolean;
  /** What each PUT must say again: Neutron would read something else from its absence. */
  again?(properties: ValueMap): ValueMap;
  /** Steps between making it and giving it its description and tags. */
  more?(properties: ValueMap): readonly Step[];
  /** Attributes that take a GET of their own: asked for last, where other resources read them. */
  readonly asked?: readonly AskedAttribute[];
  readonly changing: Changing;
  /** Before another takes its place, and when it is the one again (kit/resource.ts). */
  readonly prepareReplace?: CloudLife['prepareReplace'];
  readonly restorePrevious?: CloudLife['restorePrevious'];
}

/** How a change differs from a PUT of what differs. */
export interface Changing extends ChangedRules {
  /** It cannot be changed so, although its properties could. */
  replaces?(change: Change): boolean;
  /** What is PUT, from what differs under Neutron's names; all of it may be taken away. */
  put?(differing: Map<string, Value>, change: Change): ReadonlyMap<string, Value>;
  /** What is PUT, by what the change's own steps read before. */
  late?(put: ReadonlyMap<string, Value>, input: StepInput): ReadonlyMap<string, Value>;
  /** Steps before the tags and the PUT, and after. */
  first?(change: Change): readonly Step[];
  then?(change: Change): readonly Step[];
  /** Default: as after the create. */
  ready?(thing: ValueMap): Readiness;
}

export interface AskedAttribute {
  readonly name: string;
  /** Where it is; `thing` is as it was made. */
  path(thing: ValueMap): string;
  value(thing: ValueMap, answer: Value): Value;
}

/** A life of such things. */
export function thingLife(thing: Thing): CloudLife {
  const { prepareReplace, restorePrevious } = thing;
  return {
    kind: 'cloud',
    steps: properties => [...thingSteps(thing, properties), ...askedSteps(thing, properties)],
    ...(thing.asked && { chosen: (_properties, { exports }) => mapOf([['@exports', exports]]) }),
    update: change => (thing.changing.replaces?.(change) ? 'replace' : changeSteps(thing, change)),
    ...(prepareReplace && { prepareReplace }),
    ...(restorePrevious && { restorePrevious }),
    whenFailed: 'look',
  };
}

function askedSteps(thing: Thing, properties: ValueMap): readonly Step[] {
  const read = (thing.asked ?? []).filter(({ name }) => isRead(properties, name));
  return read.map(attribute => askFor(thing, attribute));
}

function changeSteps(thing: Thing, change: Change): ChangeSteps {
  const { changing } = thing;
  const differing = changedProperties(change, { ...changing, without: [...(changing.without ?? []), ...apart] });
  if (differing.has('name') && !present(differing.get('name'))) differing.set('name', change.before.physicalName);
  for (const renamed of Object.values(changing.rename ?? {})) {
    if (differing.get(renamed) === '') differing.set(renamed, null);
  }
  for (const name of cleared) if (differing.get(name) === null) differing.set(name, '');
  for (const [name, value] of changedEntries(change, 'value_specs')) differing.set(name, value);
  const put = changing.put?.(differing, change) ?? differing;
  const steps = [
    ...(changing.first?.(change) ?? []),
    ...(change.changed.has('tags') ? [tag(thing, listOf(change.after, 'tags'))] : []),
    ...(put.size > 0 ? [putStep(thing, put)] : []),
    ...(changing.then?.(change) ?? []),
  ];
  return { steps: steps.length === 0 ? [] : [...steps, ...askedSteps(thing, change.after)] };
}

/** Texts that Neutron takes no null for. */
const cleared = ['description', 'dns_name', 'dns_domain'];

/** Not of the PUT: they have a call of their own, or are merged into it one by one. */
const apart = ['tags', 'value_specs'];

function putStep(thing: Thing, put: ReadonlyMap<string, Value>): Step {
  const { key, path, changing } = thing;
  const body = (input: StepInput) => changing.late?.(put, input) ?? put;
  return settingStep({
    name: 'change',
    on: { key, path },
    call: (one, _thing, input) => ({ service, method: 'PUT', path: one, body: wrapped(key, body(input)) }),
    change: (_thing, _answer, input) => body(input),
    ready: changing.ready ?? thing.ready ?? built,
  });
}

function listOf(properties: ValueMap, name: string): ValueList {
  const value = properties.get(name) ?? null;
  return isList(value) ? value : [];
}

function isRead(properties: ValueMap, attribute: string): boolean {
  const exports = properties.get('@exports') ?? null;
  return isList(exports) && (exports.includes(attribute) || exports.includes(''));
}

function askFor({ key, path }: Collection, attribute: AskedAttribute): Step {
  return settingStep({
    name: `attribute_${attribute.name}`,
    on: { key, path },
    call: (_one, { data }) => ({ service, method: 'GET', path: attribute.path(data) }),
    change: ({ data }, answer) => mapOf([[attribute.name, attribute.value(data, answer)]]),
  });
}

function thingSteps(thing: Thing, properties: ValueMap): readonly Step[] {
  const { key, path } = thing;
  const body = thing.body(properties);
  const named = thing.nameless === true || present(body.get('name'));
  // What the user says himself, and where the mark stands until it may.
  const own = thing.undescribed === true ? 'name' : 'description';
  const steps: Step[] = [
    {
      ...restStep({
        name: key,
        service,
        path,
        key,
        ...(thing.plural !== undefined && { plural: thing.plural }),
        body: () => body,
        markField: named ? own : 'name',
        keep: whole => whole,
        ready: thing.ready ?? built,
        unique: thing.isUnique?.(body) ?? false,
        conflict: 'retry',
        poll: true,
      }),
      main: true,
    },
    ...(thing.more?.(properties) ?? []),
  ];
  if (named) steps.push(say(thing, mapOf([[own, body.get(own) ?? '']]), thing.again?.(properties)));
  const tags = listOf(properties, 'tags');
  if (tags.length > 0) steps.push(tag(thing, tags));
  return steps;
}

/** The user's own text, where the mark was. */
function say({ key, path }: Collection, own: ValueMap, again: ValueMap = emptyMap): Step {
  const body = wrapped(key, mapOf([...own, ...again]));
  return settingStep({
    name: [...own.keys()].join(),
    on: { key, path },
    call: one => ({ service, method: 'PUT', path: one, body }),
    change: () => own,
  });
}

function tag({ key, path }: Collection, tags: Value): Step {
  return settingStep({
    name: 'tags',
    on: { key, path },
    call: one => ({ service, method: 'PUT', path: `${one}/tags`, body: writeJson(mapOf([['tags', tags]])) }),
    change: () => mapOf([['tags', tags]]),
  });
}

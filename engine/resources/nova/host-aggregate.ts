/**
 * OS::Nova::HostAggregate: hosts with something in common, and perhaps an availability zone of their own.
 *
 *   free (GET /os-aggregates: is the name taken?) ─▶ aggregate (POST the same) ─▶ [metadata] ─▶ [host_i] ─▶ hosts
 *                                                                   nothing to make; undone first: all hosts leave
 *
 * No mark: metadata cannot be posted (400), and the name is the user's. It can be there once, a second POST is refused
 * with 409 (marks.md, Nova); so what was absent before, and is there afterwards, is ours. An aggregate goes only when it
 * has no host any more, whoever put them there.
 */
import { onceStep } from '../../kit/actions.ts';
import { resource } from '../../kit/declare.ts';
import { listIn, mapIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Change, ChangeSteps, Leaving, Made, Step, StepInput } from '../../kit/resource.ts';
import { list, map, string } from '../../kit/schema.ts';
import { latestOf, readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { changedProperties, changedTexts, staysSame } from '../../kit/updates.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { compute } from './compute.ts';

const path = '/os-aggregates';
const key = 'aggregate';
const one = (physicalId: string) => `${path}/${encodeURIComponent(physicalId)}`;
const listed = () => compute('GET', path);
const wrapped = (word: string, body: ValueMap) => ({ body: writeJson(mapOf([[word, body]])) });

function named(body: Value, { properties }: StepInput): ValueMap | undefined {
  return thingsIn(body, 'aggregates').find(each => each.get('name') === textIn(properties, 'name'));
}

/** Its id is a number. */
function made(aggregate: ValueMap): Made {
  const id = aggregate.get('id') ?? null;
  if (typeof id !== 'bigint') throw unreadable('an aggregate without an id');
  return { physicalId: String(id), data: aggregate };
}

/** Whether the name was taken before we asked for it. */
const free = readingStep({
  name: 'free',
  call: listed,
  made: (body, input) => ({ physicalId: '', data: mapOf([['taken', named(body, input) !== undefined]]) }),
});

const aggregate: Step = {
  name: key,
  service: 'compute',
  unique: true,
  main: true,
  conflict: 'fail',
  create({ properties }) {
    const zone = textIn(properties, 'availability_zone');
    return compute(
      'POST',
      path,
      wrapped(
        key,
        withoutNulls([
          ['name', properties.get('name')],
          ['availability_zone', zone],
        ]),
      ),
    );
  },
  made: body => made(thingIn(body, key)),
  find: listed,
  found(body, input) {
    const there = named(body, input);
    return there === undefined || thingOf(input, free.name).data.get('taken') === true ? undefined : made(there);
  },
  show: physicalId => compute('GET', one(physicalId)),
  ready: () => ({ kind: 'ready' }),
  remove: physicalId => compute('DELETE', one(physicalId)),
};

const shown = (_thing: Made, body: Value) => thingIn(body, key);

/** A key with null goes. */
function metadataStep(metadata: ValueMap): readonly Step[] {
  if (metadata.size === 0) return [];
  const call = ({ physicalId }: Made) =>
    compute('POST', `${one(physicalId)}/action`, wrapped('set_metadata', mapOf([['metadata', metadata]])));
  return [settingStep({ name: 'metadata', on: key, call, keep: shown })];
}

type Membership = 'add_host' | 'remove_host';

const membership = (physicalId: string, what: Membership, host: Value) =>
  compute('POST', `${one(physicalId)}/action`, wrapped(what, mapOf([['host', host]])));

function hostStep(name: string, what: Membership, host: string): Step {
  return onceStep({
    name,
    on: key,
    call: ({ physicalId }) => membership(physicalId, what, host),
    look: ({ physicalId }) => compute('GET', one(physicalId)),
    holds: body => listIn(thingIn(body, key), 'hosts').includes(host) === (what === 'add_host'),
    keep: shown,
  });
}

/** One after the other leaves, until there is none. */
function hostsGone(body: Value): Leaving {
  const there = thingIn(body, key);
  const [first] = textsIn(there, 'hosts');
  return first === undefined
    ? { kind: 'ready' }
    : { kind: 'staying', by: membership(made(there).physicalId, 'remove_host', first) };
}

const look = (input: StepInput) => compute('GET', one(thingOf(input, key).physicalId));

const hosts: Step = {
  name: 'hosts',
  service: 'compute',
  unique: false,
  repeatable: true,
  conflict: 'retry',
  create: look,
  made: (_body, input) => latestOf(input, key),
  find: look,
  found: (_body, input) => latestOf(input, key),
  show: (_physicalId, input) => look(input),
  ready: () => ({ kind: 'ready' }),
  remove: (_physicalId, input) => look(input),
  gone: hostsGone,
};

const metadataOf = (properties: ValueMap) => mapIn(properties, 'metadata') ?? emptyMap;

/** As Heat: keys that are not said any more stay. */
function update(change: Change): ChangeSteps {
  const differing = changedProperties(change, { without: ['hosts', 'metadata'] });
  const { added, removed } = changedTexts(change, 'hosts');
  const call = ({ physicalId }: Made) => compute('PUT', one(physicalId), wrapped(key, mapOf(differing)));
  return {
    steps: [
      ...added.map((host, i) => hostStep(`join_${i}`, 'add_host', host)),
      ...removed.map((host, i) => hostStep(`leave_${i}`, 'remove_host', host)),
      ...(change.changed.has('metadata') ? metadataStep(metadataOf(change.after)) : []),
      ...(differing.size === 0
        ? []
        : [{ ...settingStep({ name: 'change', on: key, call, keep: shown }), conflict: 'fail' as const }]),
    ],
  };
}

export default resource('OS::Nova::HostAggregate', {
  description: 'Hosts with something in common.',
  since: '6.0.0',
  properties: {
    name: string('Its name.', { update: true }).required(),
    availability_zone: string('The availability zone that it makes.', { update: true }),
    hosts: list('Its hosts.', { update: true }).of(string().finds('nova.host')),
    metadata: map('Keys and values, by which flavors choose it.', { update: true }).default({}),
  },
  life: {
    kind: 'cloud',
    steps: properties => [
      free,
      aggregate,
      ...metadataStep(metadataOf(properties)),
      ...textsIn(properties, 'hosts').map((host, i) => hostStep(`host_${i}`, 'add_host', host)),
      hosts,
    ],
    update,
    prepareReplace: change => (staysSame(change, 'name') ? 'first' : undefined),
  },
  show: live => live.data,
});

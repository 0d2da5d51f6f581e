/**
 * OS::Nova::ServerGroup: servers that shall be together, or apart.
 *
 *   [before (GET /os-server-groups: which of that name are there?)] ─▶ group (POST the same)
 *
 * Mark: the generated name. A group has no other field and cannot be changed, so of a name that the user chose it is
 * only known that no such group was there before (marks.md, What stays unsafe): what is there afterwards without members
 * and with our policy is ours, unless there are two of those.
 */
import { resource } from '../../kit/declare.ts';
import { listIn, mapIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { allowedValues, list, map, number, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { baseVersion, compute } from './compute.ts';

const path = '/os-server-groups';
const policies = ['anti-affinity', 'affinity', 'soft-anti-affinity', 'soft-affinity'];

function rulesOf(properties: ValueMap): ValueMap {
  return withoutNulls(mapIn(properties, 'rules') ?? emptyMap);
}

/** Soft policies came with 2.15, rules with 2.64, which takes one policy alone. */
function versionFor(properties: ValueMap): string {
  if (rulesOf(properties).size > 0) return '2.64';
  return textsIn(properties, 'policies').some(policy => policy.startsWith('soft-')) ? '2.15' : baseVersion;
}

function groupBody({ properties, mark }: StepInput): string {
  const name = textIn(properties, 'name') ?? mark;
  const [policy = null] = textsIn(properties, 'policies');
  const rules = rulesOf(properties);
  const group = rules.size > 0 ? { policy, rules } : { policies: listIn(properties, 'policies') };
  return writeJson(mapOf([['server_group', mapOf([['name', name], ...Object.entries<Value>(group)])]]));
}

const listed = () => compute('GET', path);

function named(body: Value, name: string): readonly ValueMap[] {
  return thingsIn(body, 'server_groups').filter(group => group.get('name') === name);
}

/** Groups of the chosen name that are somebody else's. */
const before: Step = readingStep({
  name: 'before',
  call: listed,
  made: (body, { properties }) => ({
    physicalId: '',
    data: mapOf([['ids', named(body, textIn(properties, 'name') ?? '').map(group => group.get('id') ?? null)]]),
  }),
});

function made(group: ValueMap): Made {
  const id = textIn(group, 'id');
  if (id === undefined) throw unreadable('a server group without an id');
  return { physicalId: id, data: group };
}

function found(body: Value, input: StepInput): Made | undefined {
  const { properties, mark } = input;
  const name = textIn(properties, 'name');
  if (name === undefined) {
    return named(body, mark)
      .map(made)
      .sort((a, b) => compareText(a.physicalId, b.physicalId))[0];
  }
  const others = textsIn(thingOf(input, before.name).data, 'ids');
  const [policy] = textsIn(properties, 'policies');
  const [ours, second] = named(body, name)
    .filter(group => listIn(group, 'members').length === 0 && textsIn(group, 'policies')[0] === policy)
    .map(made)
    .filter(group => !others.includes(group.physicalId));
  return second === undefined ? ours : undefined;
}

/** Of a chosen name an attempt without an answer is waited for: a second one could not be told from it. */
const groupStep = (isChosen: boolean): Step => ({
  name: 'server_group',
  service: 'compute',
  unique: isChosen,
  main: true,
  conflict: 'fail',
  create: input => compute('POST', path, { version: versionFor(input.properties), body: groupBody(input) }),
  made: body => made(thingIn(body, 'server_group')),
  find: listed,
  found,
  show: physicalId => compute('GET', `${path}/${encodeURIComponent(physicalId)}`),
  ready: () => ({ kind: 'ready' }),
  remove: physicalId => compute('DELETE', `${path}/${encodeURIComponent(physicalId)}`),
});

export default resource('OS::Nova::ServerGroup', {
  description: 'Servers that shall be together, or apart.',
  since: '2014.2',
  properties: {
    name: string('Its name; by default generated.'),
    policies: list('How its servers are placed; one of them counts.')
      .default(['anti-affinity'])
      .constraints(allowedValues(...policies))
      .of(string()),
    rules: map('Rules of the policy.')
      .with({ max_server_per_host: number('How many of its servers a host may have, where they shall be apart.') })
      .supportedSince('17.0.0'),
  },
  life: {
    kind: 'cloud',
    steps: properties => (textIn(properties, 'name') === undefined ? [groupStep(false)] : [before, groupStep(true)]),
  },
  show: live => live.data,
});

/**
 * Resources whose thing is a stack: a group, a stack from a text, a template as a type; and what must be in each.
 *
 * What they are given is one value, which goes down to what is in them.
 */
import type { SimDice } from './dice.ts';
import type { Draft, Json } from './drafts.ts';

export const group = 'OS::Heat::ResourceGroup';
export const stackInStack = 'OS::Heat::Stack';
export const pair = 'pair.yaml';

export const nestTypes: readonly string[] = [group, stackInStack, pair];

const version = '2018-08-31';
const parameters = { v: { type: 'string' } };

/** A thing of the cloud, and a text that needs it. */
const pairTemplate = {
  heat_template_version: version,
  parameters,
  resources: {
    thing: { type: 'Sim::Cloud::Thing', properties: { value: { get_param: 'v' } } },
    word: {
      type: 'OS::Heat::TestResource',
      depends_on: ['thing'],
      properties: { value: { get_param: 'v' } },
    },
  },
  outputs: { value: { value: { get_attr: ['word', 'output'] } } },
};

const innerTemplate = {
  heat_template_version: version,
  parameters,
  resources: { t: { type: 'OS::Heat::TestResource', properties: { value: { get_param: 'v' }, wait_secs: 1 } } },
};

/** The files that any template may name. */
export const nestFiles = JSON.stringify({ [pair]: JSON.stringify(pairTemplate) });

const memberTypes = ['OS::Heat::Value', 'OS::Heat::TestResource', 'OS::Heat::TestResource', 'Sim::Cloud::Thing', pair];

/** Properties of one of these types that gives this value down. */
export function nestProperties(type: string, value: Json, dice: SimDice): Record<string, Json> {
  if (type === pair) return { v: value };
  if (type === stackInStack) return { template: JSON.stringify(innerTemplate), parameters: { v: value } };
  const member = dice.pick(memberTypes);
  const policies = dice.chance(0.1) ? removal(dice) : {};
  return { count: dice.between(0, 4), resource_def: memberOf(member, value), ...policies };
}

/** Some take their time, so that something may come in between. */
function memberOf(type: string, value: Json): Json {
  if (type === pair) return { type, properties: { v: value } };
  const waits = type === 'OS::Heat::TestResource' ? { wait_secs: 1 } : {};
  return { type, properties: { value, ...waits } };
}

/** Names that shall not be used any more: of members, or of none. */
function removal(dice: SimDice): Record<string, Json> {
  const names = dice.shuffled(['0', '1', '2', '3', '4']).slice(0, dice.between(1, 2));
  return {
    removal_policies: [{ resource_list: names }],
    ...(dice.chance(0.4) ? { removal_policies_mode: 'update' } : {}),
  };
}

/** Another number of members, or another value, or others of them are to go. */
export function nestChange({ type, properties }: Draft, value: Json, dice: SimDice): Record<string, Json> {
  if (type === pair) return { v: value };
  if (type === stackInStack) return { parameters: { v: value } };
  const drawn = dice.unit();
  if (drawn < 0.2) return { count: dice.between(0, 5) };
  if (drawn < 0.55) return { ...removal(dice), ...(dice.chance(0.5) ? { count: dice.between(1, 5) } : {}) };
  const { type: member } = properties['resource_def'] as { readonly type: string };
  return { resource_def: memberOf(member, value) };
}

/** Names of what must be in it; a group passes over those that are not used any more. */
export function inside({ type, properties }: Draft, skipped: ReadonlySet<string>): readonly string[] {
  if (type === pair) return ['thing', 'word'];
  if (type === stackInStack) return ['t'];
  const count = Number(properties['count']);
  const names = Array.from({ length: count + skipped.size }, (_, i) => String(i));
  return names.filter(name => !skipped.has(name)).slice(0, count);
}

/** The value that it gives down, as it was made with. */
export function givenDown(type: string, made: Readonly<Record<string, unknown>>): unknown {
  const within = (value: unknown) => (value ?? {}) as Readonly<Record<string, unknown>>;
  if (type === pair) return made['v'];
  if (type === stackInStack) return within(made['parameters'])['v'];
  const { properties } = within(made['resource_def']);
  return within(properties)['value'] ?? within(properties)['v'];
}

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
  const properties = { [member === pair ? 'v' : 'value']: value };
  return { count: dice.between(0, 3), resource_def: { type: member, properties } };
}

/** Another number of members, or another value. */
export function nestChange({ type, properties }: Draft, value: Json, dice: SimDice): Record<string, Json> {
  if (type === pair) return { v: value };
  if (type === stackInStack) return { parameters: { v: value } };
  if (dice.chance(0.6)) return { count: dice.between(0, 5) };
  const { type: member } = properties['resource_def'] as { readonly type: string };
  return { resource_def: { type: member, properties: { [member === pair ? 'v' : 'value']: value } } };
}

/** Names of what must be in it. */
export function inside({ type, properties }: Draft): readonly string[] {
  if (type === pair) return ['thing', 'word'];
  if (type === stackInStack) return ['t'];
  return Array.from({ length: Number(properties['count']) }, (_, i) => String(i));
}

/** The value that it gives down, as it was made with. */
export function givenDown(type: string, made: Readonly<Record<string, unknown>>): unknown {
  const within = (value: unknown) => (value ?? {}) as Readonly<Record<string, unknown>>;
  if (type === pair) return made['v'];
  if (type === stackInStack) return within(made['parameters'])['v'];
  const { properties } = within(made['resource_def']);
  return within(properties)['value'] ?? within(properties)['v'];
}

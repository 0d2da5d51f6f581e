/**
 * OS::Heat::Value: gives a value a name of its own.
 *
 * `value` is checked as a property of the given `type` would be ('a,b' is no list, `off` no boolean), yet the attribute
 * is the value as it was given: '5' stays a string (contract: templates §3.1).
 */
import { resource } from '../../kit/declare.ts';
import {
  allowedValues,
  any,
  attribute,
  boolean,
  list,
  map,
  number,
  type PropertySchemas,
  string,
} from '../../kit/schema.ts';
import type { ExprMap } from '../../template/expr.ts';
import { emptyMap } from '../../values/value.ts';

/** Parameters' types, as properties have them. */
const typed: Readonly<Record<string, PropertySchemas[string]>> = {
  string: string({ update: true }).required(),
  number: number({ update: true }).required(),
  comma_delimited_list: list({ update: true }).required(),
  json: map({ update: true }).required(),
  boolean: boolean({ update: true }).required(),
};

const properties: PropertySchemas = {
  value: any('The value.', { update: true }).required(),
  type: string('What the value has to be.', { update: true }).constraints(allowedValues(...Object.keys(typed))),
};

function checkedAs(given: ExprMap): PropertySchemas {
  const type = given.get('type');
  const value = typeof type === 'string' && Object.hasOwn(typed, type) ? typed[type] : undefined;
  return value === undefined ? properties : { ...properties, value };
}

export default resource('OS::Heat::Value', {
  description: 'Gives a value a name of its own.',
  since: '7.0.0',
  properties,
  checkedAs,
  attributes: { value: attribute('The value as it was given.') },
  life: {
    kind: 'local',
    create: (_, context) => ({ kind: 'done', waitMs: 0, value: { physicalId: context.physicalName, data: emptyMap } }),
    update: ({ before }) => ({ kind: 'done', waitMs: 0, value: { physicalId: before.physicalId, data: emptyMap } }),
  },
  attribute: live => live.properties.get('value') ?? null,
});

/**
 * OS::Neutron::FloatingIPAssociation: ties a floating address to a port.
 *
 *   PUT /v2.0/floatingips/<id> {port_id, …} ─▶ … ─▶ PUT {port_id: null}
 *
 * A tie has no mark: it is known by its ends. The same PUT again answers 200 and changes nothing (marks.md), so it is
 * sent until an answer is seen. As in Heat, an address that is tied elsewhere is moved without a word. Its physical id
 * is a uuid of its own.
 */
import { resource } from '../../kit/declare.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { custom, string } from '../../kit/schema.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { interfacesOf } from './dependencies.ts';
import { service, wrapped } from './network.ts';
import { noReads } from './reads.ts';

function one(properties: ValueMap): string {
  return `/v2.0/floatingips/${encodeURIComponent(String(properties.get('floatingip_id') ?? ''))}`;
}

function put({ properties }: StepInput, ends: readonly (readonly [string, Value])[]): CloudCall {
  return { service, method: 'PUT', path: one(properties), body: wrapped('floatingip', mapOf(ends)) };
}

function tie(input: StepInput): CloudCall {
  const named = ['port_id', 'fixed_ip_address'] as const;
  const ends = named.map(name => [name, input.properties.get(name) ?? null] as const);
  return put(
    input,
    ends.filter(([, value]) => value !== null),
  );
}

function made({ properties }: StepInput): Made {
  return { physicalId: String(properties.get('@id') ?? ''), data: emptyMap };
}

const association: Step = {
  name: 'association',
  service,
  unique: false,
  repeatable: true,
  conflict: 'retry',
  create: tie,
  made: (_body, input) => made(input),
  find: tie,
  found: (_body, input) => made(input),
  show: (_physicalId, { properties }) => ({ service, method: 'GET', path: one(properties) }),
  ready: () => ({ kind: 'ready' }),
  remove: (_physicalId, input) => put(input, [['port_id', null]]),
};

export default resource('OS::Neutron::FloatingIPAssociation', {
  description: 'Ties a floating address to a port.',
  properties: {
    floatingip_id: string('Address or id of the floating address.', { update: true })
      .required()
      .resolves('neutron.floating_ip'),
    port_id: string('Name or id of the port.', { update: true }).required().finds('neutron.port'),
    fixed_ip_address: string("Which of the port's addresses it is for.", { update: true }).constraints(
      custom('ip_addr'),
    ),
  },
  after: ({ properties }, all) => interfacesOf(properties.get('port_id'), all).map(({ name }) => name),
  life: {
    kind: 'cloud',
    steps: [association],
    chosen: (_properties, context) => mapOf([['@id', context.uuid()]]),
  },
  reads: noReads,
});

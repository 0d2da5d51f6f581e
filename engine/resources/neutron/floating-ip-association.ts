/**
 * OS::Neutron::FloatingIPAssociation: ties a floating address to a port.
 *
 *   PUT /v2.0/floatingips/<id> {port_id, …} ─▶ … ─▶ PUT {port_id: null}
 *
 * A tie has no mark: it is known by its ends. The same PUT again answers 200 and changes nothing (marks.md), so it is
 * sent until an answer is seen. As in Heat, an address that is tied elsewhere is moved without a word. Its physical id
 * is a uuid of its own, and stays when the tie is changed: to another floating address, the old one is untied first.
 */
import { resource } from '../../kit/declare.ts';
import type { Change, ChangeSteps, Made, Step, StepInput } from '../../kit/resource.ts';
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

const ends = ['port_id', 'fixed_ip_address'] as const;

function tie(input: StepInput): CloudCall {
  const said = ends.map(name => [name, input.properties.get(name) ?? null] as const);
  return put(
    input,
    said.filter(([, value]) => value !== null),
  );
}

/** As it shall be from now on; an address that is not said any more is Neutron's to choose. */
function changeTie({ changed, after }: Change): ChangeSteps {
  const call = (input: StepInput): CloudCall =>
    put(
      { ...input, properties: after },
      ends.map(name => [name, after.get(name) ?? null]),
    );
  return {
    ...(changed.has('floatingip_id') && { undo: [association.name] }),
    steps: [{ ...association, create: call, find: call }],
  };
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
    update: changeTie,
    // A port's address has one floating address of a network, and taking the old tie away later would take the new one.
    prepareReplace: () => 'first',
    whenFailed: 'look',
    chosen: (_properties, context) => mapOf([['@id', context.uuid()]]),
  },
  reads: noReads,
});

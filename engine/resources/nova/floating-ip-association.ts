/**
 * OS::Nova::FloatingIPAssociation: ties a floating address to a server, as old templates say it: to the first port that
 * the server has, and its first IPv4 address (contract: resource-types §5).
 *
 *   port (a GET of the server's interfaces) ─▶ PUT /v2.0/floatingips/<id> {port_id, …} ─▶ … ─▶ PUT {port_id: null}
 *
 * A tie has no mark: the same PUT again changes nothing (marks.md). In a change of the address the old one is untied
 * first; another server takes the address over.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import {
  type Change,
  type ChangeSteps,
  LifeFailure,
  type Made,
  type Step,
  type StepInput,
} from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { supportHistory } from '../../kit/support-history.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { interfacesOf } from '../neutron/dependencies.ts';
import { service, wrapped } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { compute } from './compute.ts';

/** The server's first port. Throws LifeFailure where it has none. */
function port(properties: ValueMap): Step {
  const server = textIn(properties, 'server_id') ?? '';
  return readingStep({
    name: 'port',
    call: () => compute('GET', `/servers/${encodeURIComponent(server)}/os-interface`),
    made(body): Made {
      const [first] = thingsIn(body, 'interfaceAttachments');
      const physicalId = first === undefined ? undefined : textIn(first, 'port_id');
      if (first === undefined || physicalId === undefined)
        throw new LifeFailure('InterfaceNotFound', `No network interface found for server ${server}.`);
      const address = mapsIn(first, 'fixed_ips')
        .map(ip => textIn(ip, 'ip_address') ?? '')
        .find(ip => ip.includes('.'));
      return { physicalId, data: mapOf([['address', address ?? null]]) };
    },
  });
}

function tie(properties: ValueMap): Step {
  const path = `/v2.0/floatingips/${encodeURIComponent(textIn(properties, 'floating_ip') ?? '')}`;
  const put = (ends: readonly (readonly [string, Value])[]): CloudCall => ({
    service,
    method: 'PUT',
    path,
    body: wrapped('floatingip', mapOf(ends)),
  });
  const create = (input: StepInput): CloudCall => {
    const { physicalId, data } = thingOf(input, 'port');
    return put([
      ['port_id', physicalId],
      ['fixed_ip_address', data.get('address') ?? null],
    ]);
  };
  const made = (): Made => ({ physicalId: textIn(properties, '@id') ?? '', data: emptyMap });
  return {
    name: 'association',
    service,
    unique: false,
    repeatable: true,
    conflict: 'retry',
    create,
    made,
    find: create,
    found: made,
    show: () => ({ service, method: 'GET', path }),
    ready: () => ({ kind: 'ready' }),
    remove: () => put([['port_id', null]]),
  };
}

const steps = (properties: ValueMap): readonly Step[] => [port(properties), tie(properties)];

function update({ changed, after }: Change): ChangeSteps {
  return { ...(changed.has('floating_ip') && { undo: ['association'] }), steps: steps(after) };
}

export default resource('OS::Nova::FloatingIPAssociation', {
  description: 'Ties a floating address to a server.',
  className: 'NovaFloatingIpAssociation',
  support: supportHistory('HIDDEN 11.0.0 < DEPRECATED 9.0.0 < SUPPORTED 2014.1'),
  properties: {
    server_id: string('Name or id of the server.', { update: true }).required().finds('nova.server'),
    floating_ip: string('Id of the floating address.', { update: true }).required(),
  },
  after: ({ properties }, all) => interfacesOf(properties.get('server_id'), all).map(({ name }) => name),
  life: {
    kind: 'cloud',
    steps,
    update,
    // Taking the old tie away later would take the new one.
    prepareReplace: () => 'first',
    whenFailed: 'look',
    chosen: (_properties, context) => mapOf([['@id', context.uuid()]]),
  },
  referenceId: live => live.physicalName,
  reads: noReads,
});

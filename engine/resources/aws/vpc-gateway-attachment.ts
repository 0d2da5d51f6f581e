/**
 * AWS::EC2::VPCGatewayAttachment: gives the routers of a VPC's route tables a gateway to the external network.
 *
 *   external (which is it? main) ─▶ routers (which of those that are waited for are routers?) ─▶ gateway_0, gateway_1, …
 *
 * It comes after every AWS::EC2::RouteTable of the template with the same VPC, and gives gateways to the routers that it
 * came after; which these were is decided once. The same PUT again changes nothing (marks.md). A VPC without route
 * tables gets none, as in Heat. It has no thing of its own: its physical id is its name.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { looksLikeId } from '../../kit/finders.ts';
import { textIn, textsIn } from '../../kit/given.ts';
import { planned, withSame } from '../../kit/planned.ts';
import type { Step, StepInput } from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { isForeseen, readingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { staysSame } from '../../kit/updates.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { immediately, service, wrapped } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { externalNetwork, externalStep } from './external.ts';

const chosen = '@required';

/** All that it came after, by id. */
function requiredIds(properties: ValueMap): readonly string[] {
  return textsIn(properties, chosen);
}

function listed(ids: readonly string[]): CloudCall {
  const query = ids.map(id => `id=${encodeURIComponent(id)}`).join('&');
  return { service, method: 'GET', path: `/v2.0/routers?${query}` };
}

const routers: Step = readingStep({
  name: 'routers',
  call: ({ properties }) => listed(requiredIds(properties)),
  made: body => ({
    physicalId: 'routers',
    data: mapOf([['ids', thingsIn(body, 'routers').map(router => textIn(router, 'id') ?? '')]]),
  }),
});

function isRouter(input: StepInput, id: string): boolean {
  const seen = thingOf(input, routers.name);
  return isForeseen(seen) || textsIn(seen.data, 'ids').includes(id);
}

function putGateway(id: string, gateway: ValueMap): CloudCall {
  const body = wrapped('router', mapOf([['external_gateway_info', gateway]]));
  return { service, method: 'PUT', path: `/v2.0/routers/${encodeURIComponent(id)}`, body };
}

/** The list is read again where it is no router. */
function gatewayStep(id: string, i: number): Step {
  const put = (input: StepInput): CloudCall => {
    if (!isRouter(input, id)) return listed([id]);
    return putGateway(id, mapOf([['network_id', externalNetwork(input)]]));
  };
  const made = { physicalId: id, data: emptyMap };
  return {
    name: `gateway_${i}`,
    service,
    unique: false,
    repeatable: true,
    conflict: 'retry',
    create: put,
    made: () => made,
    find: put,
    found: () => made,
    show: () => listed([id]),
    ready: immediately,
    remove: (_physicalId, input) => (isRouter(input, id) ? putGateway(id, emptyMap) : undefined),
  };
}

export default resource('AWS::EC2::VPCGatewayAttachment', {
  description: "Leads a VPC's route tables to the external network.",
  properties: {
    VpcId: string('The VPC.').required(),
    InternetGatewayId: string('The Internet gateway.'),
    VpnGatewayId: string('A gateway of a virtual private network.', { implemented: false }),
  },
  after: (definition, all) =>
    withSame(all, 'AWS::EC2::RouteTable', ['VpcId'], planned(definition.properties, 'VpcId')).map(({ name }) => name),
  life: {
    kind: 'cloud',
    chosen(_properties, { required }) {
      const ids = [...required.values()].filter(id => typeof id === 'string' && looksLikeId(id));
      return mapOf([[chosen, ids]]);
    },
    steps(properties) {
      const ids = requiredIds(properties);
      const main: Step = { ...externalStep, main: true };
      return ids.length === 0 ? [main] : [main, routers, ...ids.map(gatewayStep)];
    },
    // Of two for one VPC the one that goes would take the other's gateways away.
    prepareReplace: change => (staysSame(change, 'VpcId') ? 'first' : undefined),
  },
  referenceId: live => live.resourceName,
  reads: noReads,
});

/**
 * AWS::EC2::SubnetRouteTableAssociation: a subnet of a VPC is served by a route table's router, not by the VPC's.
 *
 *   subnet ─▶ [vpc ─▶ vpc_router] (vpc-router.ts) ─▶ leave (the VPC's router) ─▶ enter (the table's)
 *
 * Undone, it leaves the table's router and enters the VPC's again. Both are ties without a mark, known by their ends: a
 * second call is refused, and then the router's ports say whether it holds (feet.ts). A subnet has one gateway address,
 * so it is on one of the routers at a time. It has no thing of its own: its physical id is its name.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { staysSame } from '../../kit/updates.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { changeFoot, hasFoot, lookForFeet } from '../neutron/feet.ts';
import { immediately, service } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { vpcRouterId, vpcRouterSteps } from './vpc-router.ts';

const subnetOf = (properties: ValueMap): string => String(properties.get('SubnetId') ?? '');
const tableOf = (properties: ValueMap): string => String(properties.get('RouteTableId') ?? '');

const showSubnet = ({ properties }: StepInput): CloudCall => ({
  service,
  method: 'GET',
  path: `/v2.0/subnets/${encodeURIComponent(subnetOf(properties))}`,
});

const subnet: Step = readingStep({
  name: 'subnet',
  call: showSubnet,
  made: body => ({
    physicalId: 'subnet',
    data: mapOf([['network_id', thingIn(body, 'subnet').get('network_id') ?? null]]),
  }),
});

const networkOf = (input: StepInput): string => textIn(thingOf(input, subnet.name).data, 'network_id') ?? '{network}';

/** The subnet's foot is put into a router or taken out of it; undone, the other way round. */
interface Turning {
  readonly name: string;
  readonly verb: 'add' | 'remove';
  /** Undefined: there is none, and nothing to do. */
  router(input: StepInput): string | undefined;
  readonly physicalId: (input: StepInput) => string;
}

function turningStep({ name, verb, router, physicalId }: Turning): Step {
  const call = (way: 'add' | 'remove', input: StepInput): CloudCall | undefined => {
    const id = router(input);
    const end = { key: 'subnet_id', id: subnetOf(input.properties) };
    return id === undefined ? undefined : changeFoot(way, id, end);
  };
  const look = (input: StepInput): CloudCall => {
    const id = router(input);
    return id === undefined ? showSubnet(input) : lookForFeet(id);
  };
  const isIn = (body: Value, input: StepInput): boolean | undefined => {
    const id = router(input);
    return id === undefined ? undefined : hasFoot(body, id, subnetOf(input.properties));
  };
  const made = (input: StepInput): Made => ({ physicalId: physicalId(input), data: emptyMap });
  const wanted = verb === 'add';
  return {
    name,
    service,
    unique: true,
    repeatable: true,
    conflict: 'retry',
    create: input => call(verb, input) ?? look(input),
    made: (_body, input) => made(input),
    find: look,
    found: (body, input) => (isIn(body, input) === !wanted ? undefined : made(input)),
    show: (_physicalId, input) => look(input),
    ready: immediately,
    remove: (_physicalId, input) => call(wanted ? 'remove' : 'add', input),
    gone: (body, input) => ({ kind: isIn(body, input) === wanted ? 'staying' : 'ready' }),
  };
}

export default resource('AWS::EC2::SubnetRouteTableAssociation', {
  description: 'Lets a route table serve a subnet.',
  properties: {
    RouteTableId: string('The route table.').required(),
    SubnetId: string('The subnet.').required().finds('neutron.subnet'),
  },
  life: {
    kind: 'cloud',
    steps: [
      subnet,
      ...vpcRouterSteps(networkOf),
      turningStep({ name: 'leave', verb: 'remove', router: vpcRouterId, physicalId: () => 'leave' }),
      turningStep({
        name: 'enter',
        verb: 'add',
        router: ({ properties }) => tableOf(properties),
        physicalId: ({ physicalName }) => physicalName,
      }),
    ],
    prepareReplace: change => (staysSame(change, 'SubnetId') ? 'first' : undefined),
  },
  referenceId: live => live.resourceName,
  reads: noReads,
});

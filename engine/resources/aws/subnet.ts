/**
 * AWS::EC2::Subnet: a range of addresses of a VPC, with a foot of the VPC's router in it.
 *
 *   [vpc ─▶ vpc_router] (who is the router? vpc-router.ts) ─▶ subnet (main; mark: its name) ─▶ interface
 *
 * The foot is in a subnet that nobody else knows yet, so one that is there after a refusal is its own. A VPC that is a
 * plain network has no router, and its subnets no foot.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { attribute, string } from '../../kit/schema.ts';
import { thingOf } from '../../kit/settle.ts';
import { restStep } from '../../kit/steps.ts';
import { staysSame } from '../../kit/updates.ts';
import { emptyMap, mapOf } from '../../values/value.ts';
import { changeFoot, hasFoot, lookForFeet } from '../neutron/feet.ts';
import { immediately, service } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { unseenTags } from './tags.ts';
import { vpcRouterId, vpcRouterSteps } from './vpc-router.ts';

const path = '/v2.0/subnets';

const subnet: Step = {
  ...restStep({
    name: 'subnet',
    service,
    path,
    key: 'subnet',
    body: ({ properties }) =>
      mapOf([
        ['network_id', properties.get('VpcId') ?? null],
        ['cidr', properties.get('CidrBlock') ?? null],
        ['ip_version', 4n],
      ]),
    markField: 'name',
    keep: whole => whole,
    ready: immediately,
    unique: true, // a range is taken once on a network
    conflict: 'retry',
  }),
  main: true,
};

const idOf = (input: StepInput): string => thingOf(input, subnet.name).physicalId;

/** The subnet itself is read where there is no router. */
function look(input: StepInput): CloudCall {
  const router = vpcRouterId(input);
  return router === undefined ? subnet.show(idOf(input), input) : lookForFeet(router);
}

function change(verb: 'add' | 'remove', input: StepInput): CloudCall | undefined {
  const router = vpcRouterId(input);
  return router === undefined ? undefined : changeFoot(verb, router, { key: 'subnet_id', id: idOf(input) });
}

const made: Made = { physicalId: 'interface', data: emptyMap };

const foot: Step = {
  name: 'interface',
  service,
  unique: true,
  repeatable: true,
  conflict: 'retry',
  create: input => change('add', input) ?? look(input),
  made: () => made,
  find: look,
  found(body, input) {
    const router = vpcRouterId(input);
    return router === undefined || hasFoot(body, router, idOf(input)) ? made : undefined;
  },
  show: (_physicalId, input) => look(input),
  ready: immediately,
  remove: (_physicalId, input) => change('remove', input),
};

export default resource('AWS::EC2::Subnet', {
  description: 'A range of addresses of a VPC.',
  properties: {
    AvailabilityZone: string('An availability zone; shown again as an attribute, and no more.'),
    CidrBlock: string('Its range of addresses.').required(),
    VpcId: string('The VPC.').required(),
    Tags: unseenTags,
  },
  attributes: { AvailabilityZone: attribute('The availability zone that was given.', { type: 'string' }) },
  life: {
    kind: 'cloud',
    steps: [...vpcRouterSteps(({ properties }) => String(properties.get('VpcId') ?? '')), subnet, foot],
    prepareReplace: change => (staysSame(change, 'VpcId') && staysSame(change, 'CidrBlock') ? 'first' : undefined),
  },
  attribute: (live, name) => live.properties.get(name) ?? null,
  reads: noReads,
});

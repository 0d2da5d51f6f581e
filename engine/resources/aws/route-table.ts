/**
 * AWS::EC2::RouteTable: a router of its own beside a VPC's, for the subnets that are associated with it.
 *
 *   [vpc ─▶ vpc_router] (vpc-router.ts) ─▶ router (main; mark: its name) ─▶ gateway (the same as the VPC's router has)
 */
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { mapIn } from '../../kit/given.ts';
import type { Step, StepInput } from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { restStep } from '../../kit/steps.ts';
import { emptyMap, mapOf } from '../../values/value.ts';
import { built, type Collection, service, settingStep, wrapped } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { unseenTags } from './tags.ts';
import { vpcRouter, vpcRouterSteps } from './vpc-router.ts';

const router: Collection = { key: 'router', path: '/v2.0/routers' };

const table: Step = {
  ...restStep({
    ...router,
    name: router.key,
    service,
    body: () => emptyMap,
    markField: 'name',
    keep: whole => whole,
    ready: built,
    conflict: 'retry',
    poll: true,
  }),
  main: true,
};

/** The table's router is read where the VPC's has no gateway. */
function copyGateway(one: string, input: StepInput): CloudCall {
  const gateway = mapIn(vpcRouter(input) ?? emptyMap, 'external_gateway_info');
  if (gateway === undefined) return { service, method: 'GET', path: one };
  const info = mapOf([['network_id', gateway.get('network_id') ?? null]]);
  return { service, method: 'PUT', path: one, body: wrapped(router.key, mapOf([['external_gateway_info', info]])) };
}

export default resource('AWS::EC2::RouteTable', {
  description: 'A router for some subnets of a VPC.',
  since: '2014.1',
  properties: { VpcId: string('The VPC.').required(), Tags: unseenTags },
  life: {
    kind: 'cloud',
    steps: [
      ...vpcRouterSteps(({ properties }) => String(properties.get('VpcId') ?? '')),
      table,
      settingStep({ name: 'gateway', on: router, call: (one, _thing, input) => copyGateway(one, input) }),
    ],
  },
  reads: noReads,
});

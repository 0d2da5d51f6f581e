/**
 * AWS::EC2::VPC: a network, and a router of the same name, by which it is found again (vpc-router.ts).
 *
 *   network (main; mark: its name) ─▶ router (mark: its description, since it is called like the network) ─▶ description
 *
 * The router's name is not the mark: after a lost answer it is made anew with another mark, but has to be called like
 * the network that is there. The range of addresses counts for nothing, as in Heat: subnets have theirs.
 */
import { resource } from '../../kit/declare.ts';
import { allowedValues, string } from '../../kit/schema.ts';
import { thingOf } from '../../kit/settle.ts';
import { restStep } from '../../kit/steps.ts';
import type { Step } from '../../kit/resource.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { built, type Collection, service, settingStep, wrapped } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { unseenTags } from './tags.ts';

const network: Collection = { key: 'network', path: '/v2.0/networks' };
const router: Collection = { key: 'router', path: '/v2.0/routers' };
const noDescription = mapOf([['description', '']]);

const common = { service, keep: (whole: ValueMap) => whole, ready: built, conflict: 'retry', poll: true } as const;

const steps: readonly Step[] = [
  { ...restStep({ ...common, ...network, name: network.key, body: () => emptyMap, markField: 'name' }), main: true },
  restStep({
    ...common,
    ...router,
    name: router.key,
    body: input => mapOf([['name', thingOf(input, network.key).data.get('name') ?? '{network}']]),
    markField: 'description',
  }),
  settingStep({
    name: 'description',
    on: router,
    call: one => ({ service, method: 'PUT', path: one, body: wrapped(router.key, noDescription) }),
    change: () => noDescription,
  }),
];

export default resource('AWS::EC2::VPC', {
  description: 'A network and its router.',
  properties: {
    CidrBlock: string('Its range of addresses; only the ranges of its subnets count.'),
    InstanceTenancy: string('Who may run on the same hosts.', { implemented: false })
      .default('default')
      .constraints(allowedValues('default', 'dedicated')),
    Tags: unseenTags,
  },
  life: { kind: 'cloud', steps },
  reads: noReads,
});

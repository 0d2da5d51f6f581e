/**
 * OS::Neutron::RouterGateway: a router's way out, as old templates say it; a router says it itself by now.
 *
 * A setting of the router, without a mark: the same PUT again answers 200 and changes nothing (marks.md, router gateway).
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import { planned, withSame } from '../../kit/planned.ts';
import type { Change, Made, Step, StepInput } from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { supportHistory } from '../../kit/support-history.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { given, renamedTo, withNewName } from './checks.ts';
import { service, wrapped } from './network.ts';
import { noReads } from './reads.ts';

function one({ properties }: StepInput): string {
  return `/v2.0/routers/${encodeURIComponent(textIn(properties, 'router_id') ?? '')}`;
}

function put(input: StepInput, gateway: ValueMap) {
  const body = wrapped('router', mapOf([['external_gateway_info', gateway]]));
  return { service, method: 'PUT', path: one(input), body } as const;
}

function set(input: StepInput) {
  return put(input, mapOf([['network_id', textIn(input.properties, 'network') ?? '']]));
}

function made({ properties }: StepInput): Made {
  const ends = [textIn(properties, 'router_id'), textIn(properties, 'network')];
  return { physicalId: ends.join(':'), data: emptyMap };
}

const gateway: Step = {
  name: 'gateway',
  service,
  unique: false,
  repeatable: true,
  conflict: 'retry',
  create: set,
  made: (_body, input) => made(input),
  find: set,
  found: (_body, input) => made(input),
  show: (_physicalId, input) => ({ service, method: 'GET', path: one(input) }),
  ready: () => ({ kind: 'ready' }),
  remove: (_physicalId, input) => put(input, emptyMap),
};

/** A router has one gateway, and taking the old one away later would take the new one. */
function prepareReplace({ before, after }: Change): 'first' | undefined {
  return textIn(before.properties, 'router_id') === textIn(after, 'router_id') ? 'first' : undefined;
}

export default resource('OS::Neutron::RouterGateway', {
  description: "A router's way out.",
  support: supportHistory('HIDDEN 5.0.0 < DEPRECATED 2014.1'),
  properties: {
    router_id: string('Name or id of the router.').required().finds('neutron.router'),
    network_id: string('Old name of network.')
      .finds('neutron.network')
      .status(renamedTo('network', '9.0.0', '2014.2')),
    network: string('Name or id of the external network.').finds('neutron.network'),
  },
  translate: properties => withNewName(properties, 'network', 'network_id'),
  validate(properties) {
    if (!given(properties, 'network')) throw errors.PropertyUnspecified({ properties: ['network', 'network_id'] });
  },
  /** The router's feet, and what the network's addresses are taken from. */
  after({ properties }, all) {
    const feet = withSame(
      all,
      'OS::Neutron::RouterInterface',
      ['router', 'router_id'],
      planned(properties, 'router_id'),
    );
    const network = planned(properties, 'network', 'network_id');
    const subnets = withSame(all, 'OS::Neutron::Subnet', ['network', 'network_id'], network);
    return [...feet, ...subnets].map(({ name }) => name);
  },
  life: { kind: 'cloud', steps: [gateway], prepareReplace, whenFailed: 'look' },
  reads: noReads,
});

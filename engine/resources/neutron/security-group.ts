/**
 * OS::Neutron::SecurityGroup: rules for what may reach ports and leave them.
 *
 *   group ─▶ rules (group-rules.ts) ─▶ description
 *
 * Mark: the group's name; where the user chose one, its description (thing.ts). Rules go with their group.
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { allowedValues, boolean, custom, integer, list, map, range, since, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn } from '../../kit/steps.ts';
import { emptyMap } from '../../values/value.ts';
import { refuse } from './checks.ts';
import { changeRules, firstRules, group } from './group-rules.ts';
import { bodyOf, immediately, service } from './network.ts';
import { directions, ethertypes, protocols } from './rules.ts';
import { thingLife } from './thing.ts';

const port = (what: string) => integer(what).constraints(range(0, 65535));

/** Whether answers pass by themselves cannot be changed under ports that use it: nothing else is changed then either. */
const unused = readingStep({
  name: 'users',
  call: input => {
    const id = encodeURIComponent(thingOf(input, group.key).physicalId);
    return { service, method: 'GET', path: `/v2.0/ports?security_groups=${id}&fields=id` };
  },
  made: () => ({ physicalId: 'users', data: emptyMap }),
  ready: body =>
    thingsIn(body, 'ports').length === 0
      ? { kind: 'ready' }
      : {
          kind: 'failed',
          error: 'NotSupported',
          message: 'Changing stateful of a security group that ports use is not supported.',
        },
});

export default resource('OS::Neutron::SecurityGroup', {
  description: 'Rules for what may reach ports and leave them.',
  since: '2014.1',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    description: string('What it is for.', { update: true }),
    rules: list('Its rules.', { update: true })
      .default([])
      .of(
        map().with({
          direction: string('Whether it lets in or out.')
            .default('ingress')
            .constraints(allowedValues(...directions)),
          ethertype: string('The kind of address.')
            .default('IPv4')
            .constraints(allowedValues(...ethertypes)),
          port_range_min: port('The lowest port, or the ICMP type.'),
          port_range_max: port('The highest port, or the ICMP code.'),
          protocol: string('The protocol, by name or number; default any.').constraints(allowedValues(...protocols)),
          remote_mode: string('Whether the other side is a range or a group.')
            .default('remote_ip_prefix')
            .constraints(allowedValues('remote_ip_prefix', 'remote_group_id')),
          remote_group_id: string('Name or id of the group on the other side; default this one.').finds(
            'neutron.security_group',
          ),
          remote_ip_prefix: string('The range on the other side.').constraints(custom('net_cidr')),
          description: string('What it is for.').supportedSince('27.0.0'),
        }),
      ),
    stateful: boolean('Whether answers pass by themselves.', { update: true }).status(since('27.0.0')),
  },
  validate(properties: ExprMap) {
    if (properties.get('name') === 'default') refuse('Security groups cannot be assigned the name "default".');
  },
  life: thingLife({
    ...group,
    body: properties => bodyOf(properties, { without: ['rules'] }),
    ready: immediately,
    more: firstRules,
    changing: {
      without: ['rules'],
      first: change => [...(change.changed.has('stateful') ? [unused] : []), ...changeRules(change).drop],
      then: change => changeRules(change).add,
    },
  }),
  show: live => live.data,
});

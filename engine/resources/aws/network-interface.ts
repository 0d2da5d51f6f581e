/**
 * AWS::EC2::NetworkInterface: a port in a subnet.
 *
 *   subnet (of which network is it?) ─▶ port (main; mark: its name)
 *
 * Groups are changed in place; where none are said any more it is the project's default one, as in Heat.
 */
import { resource } from '../../kit/declare.ts';
import { listIn, mapsIn, textIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, Step } from '../../kit/resource.ts';
import { attribute, boolean, list, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { restStep, thingIn } from '../../kit/steps.ts';
import { staysSame } from '../../kit/updates.ts';
import { isList, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { immediately, service, settingStep, wrapped } from '../neutron/network.ts';
import { defaultGroup, giveBack, letGo, port } from '../neutron/port-calls.ts';
import { unseenTags } from './tags.ts';

const subnet: Step = readingStep({
  name: 'subnet',
  call: ({ properties }) => ({
    service,
    method: 'GET',
    path: `/v2.0/subnets/${encodeURIComponent(String(properties.get('SubnetId') ?? ''))}`,
  }),
  made: body => ({
    physicalId: 'subnet',
    data: mapOf([['network_id', thingIn(body, 'subnet').get('network_id') ?? null]]),
  }),
});

function addressOf(properties: ValueMap): ValueMap {
  const address = textIn(properties, 'PrivateIpAddress');
  const own: readonly (readonly [string, Value])[] = address === undefined ? [] : [['ip_address', address]];
  return mapOf([['subnet_id', properties.get('SubnetId') ?? null], ...own]);
}

function portStep(properties: ValueMap): Step {
  const groups = properties.get('GroupSet') ?? null;
  const said: readonly (readonly [string, Value])[] = isList(groups) ? [['security_groups', groups]] : [];
  const step = restStep({
    name: port.key,
    service,
    path: port.path,
    key: port.key,
    body: input =>
      mapOf([
        ['admin_state_up', true],
        ['network_id', textIn(thingOf(input, subnet.name).data, 'network_id') ?? '{network}'],
        ['fixed_ips', [addressOf(properties)]],
        ...said,
      ]),
    markField: 'name',
    keep: whole => whole,
    ready: immediately,
    unique: textIn(properties, 'PrivateIpAddress') !== undefined,
    conflict: 'retry',
  });
  return { ...step, main: true };
}

function update({ after, changed }: Change): ChangeSteps {
  if (!changed.has('GroupSet')) return { steps: [] };
  const asks = (after.get('GroupSet') ?? null) === null;
  const put = settingStep({
    name: 'change',
    on: port,
    call(one, _thing, { made }) {
      const usual = made.get(defaultGroup.name);
      const groups = asks && usual !== undefined ? listIn(usual.data, 'ids') : listIn(after, 'GroupSet');
      return { service, method: 'PUT', path: one, body: wrapped(port.key, mapOf([['security_groups', groups]])) };
    },
  });
  return { steps: asks ? [defaultGroup, put] : [put] };
}

export default resource('AWS::EC2::NetworkInterface', {
  description: 'A network interface in a subnet.',
  properties: {
    Description: string('What it is for; it counts for nothing.'),
    GroupSet: list("Names or ids of its security groups; default the project's own.", { update: true }).resolves(
      'neutron.security_group',
    ),
    PrivateIpAddress: string('Its address; default any of the subnet.'),
    SourceDestCheck: boolean('Whether only its own packets may pass.', { implemented: false }),
    SubnetId: string('Name or id of the subnet.').required().finds('neutron.subnet'),
    Tags: unseenTags,
  },
  attributes: { PrivateIpAddress: attribute('Its address.', { type: 'string' }) },
  life: {
    kind: 'cloud',
    steps: properties => [subnet, portStep(properties)],
    update,
    // An address is held once on a network.
    prepareReplace: change =>
      staysSame(change, 'SubnetId') && staysSame(change, 'PrivateIpAddress') ? letGo(change) : undefined,
    restorePrevious: giveBack,
  },
  attribute(live) {
    const [first] = mapsIn(live.data, 'fixed_ips');
    return first?.get('ip_address') ?? null;
  },
});

/**
 * OS::Neutron::Trunk: a port that carries the traffic of several networks, each by a subport (sub-ports.ts).
 *
 * Mark: its name; where the user chose one, its description (thing.ts). A port is the parent of one trunk (409
 * ParentPortInUse, marks.md), so an attempt without an answer is waited for, and one that takes another's place waits
 * until that is gone.
 *
 * One that is down is neither changed nor deleted (409 TrunkDisabled): its subports are changed before it goes down, and
 * it is brought up before it goes (step `down`).
 */
import { resource } from '../../kit/declare.ts';
import type { Step } from '../../kit/resource.ts';
import { allowedValues, attribute, boolean, integer, list, map, range, string } from '../../kit/schema.ts';
import { thingOf } from '../../kit/settle.ts';
import { isList, mapOf, type ValueMap } from '../../values/value.ts';
import { bodyOf, service, settingStep, wrapped } from './network.ts';
import { changeSubPorts, subPortsOf, trunk } from './sub-ports.ts';
import { thingLife } from './thing.ts';

const rules = { rename: { port: 'port_id' }, without: ['sub_ports'] };

function body(properties: ValueMap): ValueMap {
  const posted = bodyOf(properties, rules);
  if (!isList(properties.get('sub_ports') ?? null)) return posted;
  return mapOf([...posted, ['sub_ports', subPortsOf(properties)]]);
}

function isDown(properties: ValueMap): boolean {
  return properties.get('admin_state_up') === false;
}

/** Undone, it brings the trunk up. */
const down: Step = {
  ...settingStep({ name: 'down', on: trunk, call: one => ({ service, method: 'GET', path: one }) }),
  remove: (_physicalId, input) => ({
    service,
    method: 'PUT',
    path: `${trunk.path}/${encodeURIComponent(thingOf(input, trunk.key).physicalId)}`,
    body: wrapped(trunk.key, mapOf([['admin_state_up', true]])),
  }),
};

export default resource('OS::Neutron::Trunk', {
  description: 'A port that carries the traffic of several networks.',
  since: '9.0.0',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    port: string('Name or id of its parent port.', { immutable: true }).required().finds('neutron.port'),
    sub_ports: list('Its subports.', { update: true }).of(
      map().with({
        port: string('Name or id of the port.').required().finds('neutron.port'),
        segmentation_type: string('How its traffic is told from that of others.')
          .required()
          .constraints(allowedValues('vlan')),
        segmentation_id: integer('The number by which it is told.').required().constraints(range(1, 4094)),
      }),
    ),
    description: string('What it is for.', { update: true }),
    admin_state_up: boolean('Whether it is up, administratively.', { update: true }),
  },
  attributes: { port_id: attribute('Id of its parent port.', { type: 'string' }) },
  life: thingLife({
    ...trunk,
    body,
    isUnique: () => true,
    more: properties => (isDown(properties) ? [down] : []),
    changing: {
      ...rules,
      put(differing) {
        if (differing.get('admin_state_up') === null) differing.set('admin_state_up', true); // as at first
        return differing;
      },
      first: change => (isDown(change.after) ? changeSubPorts(change) : []),
      then: change => (isDown(change.after) ? [down] : changeSubPorts(change)),
    },
    prepareReplace: () => 'first',
  }),
  show: live => live.data,
});

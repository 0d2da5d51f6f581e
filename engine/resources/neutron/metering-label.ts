/**
 * OS::Neutron::MeteringLabel: a name under which the traffic of a project's routers is counted.
 *
 * Mark: its name (thing.ts). A label cannot be changed, so where the user chose the name nothing in it is free for good:
 * then it is known by all that it says, and was not there before (keyed.ts). Two that say the same may be there, but the
 * one that was asked for is looked for until no earlier create can land any more.
 */
import { resource } from '../../kit/declare.ts';
import { stepsOf } from '../../kit/resource.ts';
import { attribute, boolean, string } from '../../kit/schema.ts';
import type { ValueMap } from '../../values/value.ts';
import { type Keyed, keyedSteps } from './keyed.ts';
import { bodyOf, immediately, present } from './network.ts';
import { thingLife } from './thing.ts';

const label = { key: 'metering_label', path: '/v2.0/metering/metering-labels' };
const body = (properties: ValueMap): ValueMap => bodyOf(properties);

const marked = thingLife({ ...label, body, ready: immediately, changing: {} });

const named: Keyed = {
  key: label.key,
  path: () => label.path,
  body,
  filters: ['name'],
  same: (one, other) =>
    one.get('name') === other.get('name') &&
    (one.get('description') ?? '') === (other.get('description') ?? '') &&
    one.get('shared') === other.get('shared'),
};

export default resource('OS::Neutron::MeteringLabel', {
  description: "A name under which a project's traffic is counted.",
  since: '2014.1',
  properties: {
    name: string('Its name; default the physical name.'),
    description: string('What it is for.'),
    shared: boolean('Whether it counts for all projects.').default(false).supportedSince('2015.1'),
  },
  attributes: {
    name: attribute('Its name.', { type: 'string' }),
    description: attribute('What it is for.', { type: 'string' }),
    shared: attribute('Whether it counts for all projects.', { type: 'string' }),
  },
  life: {
    ...marked,
    steps: properties =>
      present(properties.get('name')) ? keyedSteps(named, properties) : stepsOf(marked, properties),
  },
  show: live => live.data,
});

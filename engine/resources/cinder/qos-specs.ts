/**
 * OS::Cinder::QoSSpecs: how fast volumes are, as keys and values. Mark: kinds.ts, in specs.
 *
 *   qos_specs (POST /qos-specs) ─▶ [unmark]          DELETE …?force=True: types that have it lose it
 */
import { resource } from '../../kit/declare.ts';
import { mapIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, Made } from '../../kit/resource.ts';
import { map, string } from '../../kit/schema.ts';
import { settingStep } from '../../kit/settle.ts';
import { staysSame } from '../../kit/updates.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { block } from './block.ts';
import { type Kind, kindSteps, markedSpecs, nameOf, oneOf, unsetStep } from './kinds.ts';

const specsOf = (properties: ValueMap) => mapIn(properties, 'specs') ?? emptyMap;

const kind: Kind = {
  key: 'qos_specs',
  plural: 'qos_specs',
  path: '/qos-specs',
  all: '',
  force: '?force=True',
  specs: 'specs',
  // Beside the name stand the specs themselves.
  body: input =>
    writeJson(
      mapOf([['qos_specs', mapOf([...markedSpecs(specsOf(input.properties), input), ['name', nameOf(input)]])]]),
    ),
  unset: (one, key) => block('PUT', `${one}/delete_keys`, { body: writeJson(mapOf([['keys', [key]]])) }),
};

function update({ before, after, changed }: Change): ChangeSteps {
  if (!changed.has('specs')) return { steps: [] };
  const specs = specsOf(after);
  const gone = [...specsOf(before.properties).keys()].filter(key => !specs.has(key));
  const body = writeJson(mapOf([['qos_specs', specs]]));
  const call = ({ physicalId }: Made) => block('PUT', oneOf(kind, physicalId), { body });
  const keep = ({ data }: Made) => mapOf([...data, ['specs', specs]]);
  return {
    steps: [
      ...gone.map((key, i) => unsetStep(kind, key, `unset_${i}`)),
      ...(specs.size === 0 ? [] : [settingStep({ name: 'specs', on: kind.key, call, keep })]),
    ],
  };
}

export default resource('OS::Cinder::QoSSpecs', {
  description: 'How fast volumes are.',
  since: '7.0.0',
  properties: {
    name: string('Its name; by default generated.'),
    specs: map('Keys and values.', { update: true }).required(),
  },
  life: {
    kind: 'cloud',
    steps: properties => kindSteps(kind, properties),
    update,
    prepareReplace: change => (staysSame(change, 'name') ? 'first' : undefined),
  },
  show: live => live.data,
});

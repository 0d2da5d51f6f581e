/**
 * OS::Cinder::QoSAssociation: the volume types that have these QoS specs.
 *
 *   specs (GET /qos-specs/<id>) ─▶ type_<id> (GET …/associate?vol_type_id=) for each of them
 *
 * No mark: both ends are there, and tying them again changes nothing; so does untying (docs of Cinder's qos-specs).
 */
import { resource } from '../../kit/declare.ts';
import { textIn, textsIn } from '../../kit/given.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { list, string } from '../../kit/schema.ts';
import { readingStep } from '../../kit/settle.ts';
import { changedTexts } from '../../kit/updates.ts';
import { emptyMap, type Value } from '../../values/value.ts';
import { block } from './block.ts';

const specsOf = ({ properties }: StepInput) =>
  `/qos-specs/${encodeURIComponent(textIn(properties, 'qos_specs') ?? '')}`;

const made = (_body: Value, { physicalName }: StepInput): Made => ({ physicalId: physicalName, data: emptyMap });

/** It is called by its physical name, and there also where it ties nothing. */
const specs: Step = {
  ...readingStep({ name: 'specs', call: input => block('GET', specsOf(input)), made }),
  main: true,
};

function tie(type: string): Step {
  const call = (word: string, input: StepInput) =>
    block('GET', `${specsOf(input)}/${word}?vol_type_id=${encodeURIComponent(type)}`);
  return {
    ...readingStep({ name: `type_${type}`, call: input => call('associate', input), made }),
    conflict: 'fail',
    remove: (_physicalId, input) => call('disassociate', input),
  };
}

export default resource('OS::Cinder::QoSAssociation', {
  description: 'The volume types that have these QoS specs.',
  since: '8.0.0',
  properties: {
    qos_specs: string('The QoS specs, by name or id.').required().finds('cinder.qos_specs'),
    volume_types: list('The volume types, by name or id.', { update: true })
      .required()
      .of(string().finds('cinder.vtype')),
  },
  life: {
    kind: 'cloud',
    steps: properties => [specs, ...textsIn(properties, 'volume_types').map(tie)],
    update(change) {
      const { added, removed } = changedTexts(change, 'volume_types');
      return { undo: removed.map(type => tie(type).name), steps: added.map(tie) };
    },
    // A type has one at a time.
    prepareReplace: () => 'first',
  },
});

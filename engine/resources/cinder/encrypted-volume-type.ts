/**
 * OS::Cinder::EncryptedVolumeType: how volumes of a type are encrypted.
 *
 *   free (GET /types/<type>/encryption: is there one?) ─▶ encryption (POST the same)
 *
 * No mark: the type is the key, and a second POST is refused with 400 (marks.md, Cinder); so what was absent before, and
 * is there afterwards, is ours. It is called by its type.
 */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import type { Made, Step, StepInput } from '../../kit/resource.ts';
import { allowedValues, integer, string } from '../../kit/schema.ts';
import { readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, unreadable } from '../../kit/steps.ts';
import { changedProperties } from '../../kit/updates.ts';
import { writeJson } from '../../values/json.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { block } from './block.ts';

const key = 'encryption';
const pathOf = (type: string) => `/types/${encodeURIComponent(type)}/encryption`;
const typeOf = ({ properties }: StepInput) => textIn(properties, 'volume_type') ?? '';
const shown = (input: StepInput) => block('GET', pathOf(typeOf(input)));
const wrapped = (said: ValueMap) => ({ body: writeJson(mapOf([[key, said]])) });

/** As it is shown: bare, and empty where there is none. */
function isThere(body: Value): body is ValueMap {
  return isMap(body) && textIn(body, 'encryption_id') !== undefined;
}

const free = readingStep({
  name: 'free',
  call: shown,
  made: body => ({ physicalId: '', data: mapOf([['taken', isThere(body)]]) }),
});

const encryption: Step = {
  name: key,
  service: 'volumev3',
  unique: true,
  main: true,
  conflict: 'fail',
  create: input =>
    block(
      'POST',
      pathOf(typeOf(input)),
      wrapped(
        withoutNulls(
          ['provider', 'control_location', 'cipher', 'key_size'].map(said => [said, input.properties.get(said)]),
        ),
      ),
    ),
  made(body, input): Made {
    const made = isThere(body) ? body : thingIn(body, key);
    if (!isThere(made)) throw unreadable('an encryption without an id');
    return { physicalId: typeOf(input), data: made };
  },
  find: shown,
  found(body, input) {
    if (!isThere(body) || thingOf(input, free.name).data.get('taken') === true) return undefined;
    return { physicalId: typeOf(input), data: body };
  },
  show: physicalId => block('GET', pathOf(physicalId)),
  ready: () => ({ kind: 'ready' }),
  remove(physicalId, input) {
    const id = textIn(input.made.get(key)?.data ?? mapOf([]), 'encryption_id') ?? 'provider';
    return block('DELETE', `${pathOf(physicalId)}/${encodeURIComponent(id)}`);
  },
};

function changed(said: ValueMap): Step {
  const call = ({ physicalId, data }: Made) =>
    block('PUT', `${pathOf(physicalId)}/${encodeURIComponent(textIn(data, 'encryption_id') ?? '')}`, wrapped(said));
  const keep = ({ data }: Made) => mapOf([...data, ...said]);
  return { ...settingStep({ name: 'change', on: key, call, keep }), conflict: 'fail' };
}

export default resource('OS::Cinder::EncryptedVolumeType', {
  description: 'How volumes of a type are encrypted.',
  className: 'CinderEncryptedVolumeType',
  since: '5.0.0',
  properties: {
    provider: string('What encrypts, e.g. luks.', { update: true }).required(),
    control_location: string('Where: at the front end, in Nova, or at the back end.', { update: true })
      .default('front-end')
      .constraints(allowedValues('front-end', 'back-end')),
    cipher: string('The algorithm.', { update: true }).constraints(allowedValues('aes-xts-plain64', 'aes-cbc-essiv')),
    key_size: integer('The size of its key, in bits.', { update: true }),
    volume_type: string('The volume type, by name or id.').required().finds('cinder.vtype'),
  },
  life: {
    kind: 'cloud',
    steps: [free, encryption],
    update(change) {
      const said = changedProperties(change);
      return { steps: said.size === 0 ? [] : [changed(said)] };
    },
  },
  show: live => live.data,
});

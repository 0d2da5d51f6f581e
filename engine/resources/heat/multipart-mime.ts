/**
 * OS::Heat::MultipartMime: several texts as one MIME message, which cloud-init takes apart again.
 *
 *   [part_i] ─▶ … ─▶ config          a part that is a config's id is that config's content; without such one, the id itself
 *
 * What other configs hold may be a secret, so this one is taken for one: it is sealed in rows.
 */
import { mapsIn, textIn } from '../../kit/given.ts';
import type { StepInput } from '../../kit/resource.ts';
import { allowedValues, list, map, string } from '../../kit/schema.ts';
import { mapOf, type ValueMap } from '../../values/value.ts';
import { type MimePart, mimeMessage, partsOfMessage } from '../mime.ts';
import { configIdIn, configType, contentRead, contentStep } from '../software-configs.ts';

const configOf = (part: ValueMap): string => textIn(part, 'config') ?? '';

/** The part, or the parts of a message: what is none says nothing, as in Heat. */
function partsOf(part: ValueMap, i: number, input: StepInput): readonly MimePart[] {
  const content = contentRead(input, `part_${i}`) ?? configOf(part);
  if (part.get('type') === 'multipart') return (partsOfMessage(content) ?? []).map(withSubtype);
  return [withSubtype({ content, subtype: textIn(part, 'subtype') ?? '', filename: textIn(part, 'filename') })];
}

/** Where none is said, it is a filename's stem. */
function withSubtype({ content, subtype, filename = '' }: MimePart): MimePart {
  return { content, subtype: subtype || stemOf(filename) || 'plain', filename: filename === '' ? undefined : filename };
}

/** Without its last ending; dots that a name begins with end nothing. */
function stemOf(filename: string): string {
  const begins = filename.lastIndexOf('/') + 1;
  const dots = /^\.*/.exec(filename.slice(begins))?.[0].length ?? 0;
  const dot = filename.lastIndexOf('.');
  return dot < begins + dots ? filename : filename.slice(0, dot);
}

export default configType('OS::Heat::MultipartMime', {
  description: 'Several texts for cloud-init as one.',
  properties: {
    group: string('Which tool applies it.').default('Heat::Ungrouped').supportedSince('14.0.0'),
    parts: list('What it is made of.')
      .default([])
      .of(
        map().with({
          config: string('The text, or the id of a config that holds it.').required(),
          filename: string('The name of a file to put it into.'),
          type: string('Whether it is one text or a message of several.')
            .default('text')
            .constraints(allowedValues('text', 'multipart')),
          subtype: string('What kind of text it is.'),
        }),
      ),
  },
  reads: properties =>
    mapsIn(properties, 'parts').flatMap((part, i) => {
      const id = configIdIn(configOf(part));
      return id === undefined ? [] : [contentStep(`part_${i}`, id)];
    }),
  contentOf: input =>
    mapOf([
      ['group', input.properties.get('group') ?? null],
      ['config', mimeMessage(mapsIn(input.properties, 'parts').flatMap((part, i) => partsOf(part, i, input)))],
    ]),
});

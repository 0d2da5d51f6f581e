/** Example::Text::Note: a text that is kept with the stack. Nothing of it is outside: its life decides everything itself. */
import type { Kit } from 'convect/plugin-api';

export const api = 1;

export default ({ attribute, boolean, length, mapOf, resource, string }: Kit) =>
  resource('Example::Text::Note', {
    description: 'A text that is kept with the stack.',
    properties: {
      text: string('What it says.', { update: true }).required().constraints(length(1, 200)),
      loud: boolean('In capitals.', { update: true }).default(false),
      author: string('Who wrote it; another author writes another note.').default('nobody'),
    },
    attributes: { text: attribute('What it says, as it is said.', { type: 'string' }) },
    life: {
      kind: 'local',
      create: (properties, { physicalName }) => ({
        kind: 'done',
        waitMs: 0,
        value: { physicalId: physicalName, data: mapOf([['text', said(properties)]]) },
      }),
      update: ({ before, after }) => ({
        kind: 'done',
        waitMs: 0,
        value: { physicalId: before.physicalId, data: mapOf([['text', said(after)]]) },
      }),
    },
  });

function said(properties: ReadonlyMap<string, unknown>): string {
  const text = String(properties.get('text'));
  return properties.get('loud') === true ? text.toUpperCase() : text;
}

/**
 * OS::Heat::None: nothing at all, in the place of any other type.
 *
 * An environment maps a type to it to leave that type out: it takes any property and looks at none, and every
 * attribute anyone asks for is null.
 */
import { resource } from '../../kit/declare.ts';
import { emptyMap } from '../../values/value.ts';

export default resource('OS::Heat::None', {
  description: 'Takes any properties and does nothing.',
  className: 'NoneResource',
  since: '5.0.0',
  anyProperties: true,
  life: {
    kind: 'local',
    create: (_, context) => ({ kind: 'done', waitMs: 0, value: { physicalId: context.uuid(), data: emptyMap } }),
  },
});

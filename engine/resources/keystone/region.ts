/**
 * OS::Keystone::Region: a part of a cloud. Mark: identity.ts, with its id in the place of a name: Keystone lets one
 * choose it. One that the user chose is quoted as in a URL, as Heat does.
 */
import { resource } from '../../kit/declare.ts';
import { textIn, withoutNulls } from '../../kit/given.ts';
import type { Change } from '../../kit/resource.ts';
import { boolean, string } from '../../kit/schema.ts';
import { staysSame } from '../../kit/updates.ts';
import { type Named, namedSteps, patchSteps } from './identity.ts';

/** Python's urllib.parse.quote, which leaves slashes. */
function quoted(id: string): string {
  const hex = (char: string) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(id)
    .replaceAll('%2F', '/')
    .replace(/[!'()*]/g, hex);
}

const region: Named = {
  key: 'region',
  called: 'id',
  sent: quoted,
  // No filter of theirs would narrow it.
  query: () => '',
  body: properties =>
    withoutNulls([
      ['parent_region_id', textIn(properties, 'parent_region')],
      ['enabled', properties.get('enabled')],
    ]),
  description: properties => textIn(properties, 'description') ?? '',
};

/** Its id is there once. */
function freesId(change: Change): 'first' | undefined {
  return staysSame(change, 'id') ? 'first' : undefined;
}

export default resource('OS::Keystone::Region', {
  description: 'A part of a cloud.',
  className: 'KeystoneRegion',
  since: '6.0.0',
  properties: {
    id: string('Its id; by default generated.'),
    parent_region: string('The region that it is in.', { update: true }).finds('keystone.region'),
    description: string('What it is for.', { update: true }),
    enabled: boolean('Whether it can be used.', { update: true }).default(true),
  },
  life: {
    kind: 'cloud',
    steps: properties => namedSteps(region, properties),
    update: change => ({ steps: patchSteps(region.key, change, { rename: { parent_region: 'parent_region_id' } }) }),
    prepareReplace: freesId,
  },
  show: live => live.data,
});

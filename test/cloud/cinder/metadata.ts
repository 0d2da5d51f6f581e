/** The metadata of a volume, key by key. */
import { type Fields, isFields, type Reply } from '../service.ts';
import { metadata as schema } from './bodies.ts';
import { bodyOf, type Desk, metadataIn, volumeOf } from './desk.ts';
import { refuse } from './errors.ts';
import type { Volume } from './state.ts';
import { html } from './views.ts';

export const showMetadata = (desk: Desk, id: string): Reply => ({
  status: 200,
  body: { metadata: volumeOf(desk, id).metadata },
});

/** POST adds to what is there, PUT replaces all of it. */
export function setMetadata(desk: Desk, id: string, replace: boolean): Reply {
  const volume = volumeOf(desk, id);
  const given = metadataIn(bodyOf(desk, 'metadata', { ...schema, type: 'object' }));
  const metadata = replace ? given : { ...volume.metadata, ...given };
  put(desk, volume, metadata);
  return { status: 200, body: { metadata } };
}

export function showKey(desk: Desk, id: string, key: string): Reply {
  const value = volumeOf(desk, id).metadata[key];
  if (value === undefined) throw refuse.metadata(id, key);
  return { status: 200, body: { meta: { [key]: value } } };
}

export function setKey(desk: Desk, id: string, key: string): Reply {
  const volume = volumeOf(desk, id);
  const meta: Fields = bodyOf(desk, 'meta', { ...schema, type: 'object' });
  if (!Object.hasOwn(meta, key)) throw refuse.badRequest('Request body and URI mismatch');
  if (Object.keys(meta).length > 1) throw refuse.badRequest('Request body contains too many items');
  put(desk, volume, { ...volume.metadata, ...metadataIn(meta) });
  return { status: 200, body: { meta: isFields(meta) ? meta : {} } };
}

export function dropKey(desk: Desk, id: string, key: string): Reply {
  const volume = volumeOf(desk, id);
  const { [key]: old, ...others } = volume.metadata;
  if (old === undefined) throw refuse.metadata(id, key);
  put(desk, volume, others);
  return { status: 200, headers: html };
}

function put({ tables, ask }: Desk, volume: Volume, metadata: Volume['metadata']): void {
  tables.volumes.put({ ...volume, metadata, updatedAt: ask.now });
}

/** Glance's JSON of an image, of its members, and what it says of itself. */
import type { Image, Member } from './state.ts';

/** `2026-11-20T10:00:00Z`. */
export const time = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');

export function imageView(image: Image): Readonly<Record<string, unknown>> {
  const { content } = image;
  return {
    ...image.extra,
    name: image.name,
    disk_format: image.diskFormat,
    container_format: image.containerFormat,
    visibility: image.visibility,
    size: content?.size ?? null,
    virtual_size: content === undefined ? null : content.size,
    status: image.status,
    checksum: content?.checksum ?? null,
    protected: image.protected,
    min_ram: image.minRam,
    min_disk: image.minDisk,
    owner: image.owner,
    os_hidden: image.hidden,
    os_hash_algo: content === undefined ? null : 'sha512',
    os_hash_value: content?.hash ?? null,
    id: image.id,
    created_at: time(image.createdAt),
    updated_at: time(image.updatedAt),
    tags: image.tags,
    self: `/v2/images/${image.id}`,
    file: `/v2/images/${image.id}/file`,
    schema: '/v2/schemas/image',
    // A deactivated image does not say where it is.
    ...(content !== undefined && image.status !== 'deactivated' && { stores: 'file' }),
  };
}

export function memberView(image: Image, member: Member): object {
  return {
    member_id: member.id,
    image_id: image.id,
    status: member.status,
    created_at: time(member.createdAt),
    updated_at: time(member.updatedAt),
    schema: '/v2/schemas/member',
  };
}

/** The newest first. */
const versions = [
  '2.15',
  '2.13',
  '2.12',
  '2.11',
  '2.10',
  '2.9',
  '2.8',
  '2.7',
  '2.6',
  '2.5',
  '2.4',
  '2.3',
  '2.2',
  '2.1',
  '2.0',
];

export function versionsView(base: string): object {
  return {
    versions: versions.map((version, i) => ({
      id: `v${version}`,
      status: i === 0 ? 'CURRENT' : 'SUPPORTED',
      links: [{ rel: 'self', href: `${base}/v2/` }],
    })),
  };
}

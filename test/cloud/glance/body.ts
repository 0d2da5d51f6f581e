/** The bodies that Glance takes: a new image, and the changes of a JSON patch, checked as Glance checks them. */
import { check, type Schema } from '../schema.ts';
import { isFields } from '../service.ts';
import { GlanceRefusal, refuse } from './errors.ts';
import type { Image, Visibility } from './state.ts';

const uuid = /^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$/;
const disallowed = ['direct_url', 'self', 'file', 'schema', 'stores'];
const readOnly = [
  'created_at',
  'updated_at',
  'status',
  'checksum',
  'size',
  'virtual_size',
  ...disallowed,
  'id',
  'os_hash_algo',
  'os_hash_value',
];
const reserved = ['location', 'deleted', 'deleted_at'];
const reservedPrefix = 'os_glance';
const containers = [null, 'ami', 'ari', 'aki', 'bare', 'ovf', 'ova', 'docker', 'compressed'];
const disks = [null, 'ami', 'ari', 'aki', 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop'];

const base: Readonly<Record<string, Schema>> = {
  id: { type: 'string', pattern: uuid },
  name: { type: ['null', 'string'], maxLength: 255 },
  visibility: { type: 'string', enum: ['community', 'public', 'private', 'shared'] },
  protected: { type: 'boolean' },
  os_hidden: { type: 'boolean' },
  owner: { type: ['null', 'string'], maxLength: 255 },
  container_format: { type: ['null', 'string'], enum: containers },
  disk_format: { type: ['null', 'string'], enum: disks },
  tags: { type: 'array', items: { type: 'string', maxLength: 255 } },
  min_ram: { type: 'integer' },
  min_disk: { type: 'integer' },
};

/** Of the other properties these must look like ids, or be null. */
const idLike: Schema = { type: ['null', 'string'], pattern: uuid };

/** Of a new image all that a client may say; read-only ones by which Glance answers 403 instead of ignoring. */
const statusLike: Readonly<Record<string, Schema>> = {
  status: { type: 'string' },
  checksum: { type: ['null', 'string'] },
  size: { type: ['null', 'integer'] },
};

export interface Given {
  readonly id: string | undefined;
  readonly fields: Partial<Image>;
  readonly extra: Readonly<Record<string, string>>;
}

/**
 * Reads the body of POST /v2/images.
 *
 * @throws GlanceRefusal 400 for what does not fit the schema, 403 for what is not the client's to say.
 */
export function readImage(body: unknown): Given {
  if (!isFields(body)) throw new GlanceRefusal(400, 'Body expected in request.');
  for (const name of disallowed) if (name in body) throw refuse.readOnly(name);
  checked(body);
  for (const name of readOnly) if (name in body && name !== 'id') throw refuse.readOnly(name);
  const id = body['id'];
  let fields: Partial<Image> = {};
  const extra: Record<string, string> = {};
  for (const [name, value] of Object.entries(body)) {
    if (name in base) fields = { ...fields, ...fieldOf(name, value) };
    else {
      guardName(name);
      extra[name] = value as string;
    }
  }
  return { id: typeof id === 'string' ? id : undefined, fields, extra };
}

function checked(body: Readonly<Record<string, unknown>>): void {
  const wrong = check({ type: 'object', properties: { ...base, ...statusLike } }, body);
  if (wrong !== undefined) throw refuse.schema(wrong.message, wrong.path, wrong.value);
  for (const [name, value] of Object.entries(body)) {
    if (name in base || name in statusLike || readOnly.includes(name)) continue;
    const bad = check(name === 'kernel_id' || name === 'ramdisk_id' ? idLike : { type: 'string' }, value, [name]);
    if (bad !== undefined) throw refuse.schema(bad.message, bad.path, bad.value);
  }
}

function guardName(name: string): void {
  if (name.length > 255) throw new GlanceRefusal(400, 'Custom property should not be greater than 255 characters.');
  if (reserved.includes(name) || name.startsWith(reservedPrefix)) throw refuse.reserved(name);
}

function fieldOf(name: string, value: unknown): Partial<Image> {
  switch (name) {
    case 'name':
      return { name: value as string | null };
    case 'visibility':
      return { visibility: value as Visibility };
    case 'protected':
      return { protected: value as boolean };
    case 'os_hidden':
      return { hidden: value as boolean };
    case 'owner':
      return { owner: value as string | null };
    case 'container_format':
      return { containerFormat: value as string | null };
    case 'disk_format':
      return { diskFormat: value as string | null };
    case 'tags':
      return { tags: [...new Set(value as string[])] };
    case 'min_ram':
      return { minRam: value as number };
    case 'min_disk':
      return { minDisk: value as number };
    default:
      return {};
  }
}

/** Back to what they are without being said. */
const removable: Readonly<Record<string, Partial<Image>>> = {
  name: { name: null },
  tags: { tags: [] },
};

interface Change {
  readonly op: 'add' | 'remove' | 'replace';
  readonly name: string;
  readonly value: unknown;
}

/**
 * Applies the body of PATCH /v2/images/{id} (`application/openstack-images-v2.1-json-patch`).
 *
 * @returns the same image when there is nothing to change.
 * @throws GlanceRefusal 400 for a malformed change, 403 for a read-only property, 409 for one that is not there.
 */
export function patched(image: Image, body: unknown): Image {
  if (!Array.isArray(body)) throw new GlanceRefusal(400, 'Request body must be a JSON array of operation objects.');
  return body.map(readChange).reduce(applied, image);
}

function readChange(raw: unknown): Change {
  if (!isFields(raw)) throw new GlanceRefusal(400, 'Operations must be JSON objects.');
  const { op, path } = raw;
  if (op !== 'add' && op !== 'remove' && op !== 'replace') {
    const available = 'It must be one of the following: add, remove, replace.';
    const what = op === undefined ? 'Unable to find `op` in JSON Schema change.' : `Invalid operation: \`${op}\`.`;
    throw new GlanceRefusal(400, `${what} ${available}`);
  }
  if (typeof path !== 'string') throw new GlanceRefusal(400, "Unable to find 'path' in JSON Schema change");
  const name = nameIn(path);
  if (op !== 'remove' && !('value' in raw)) {
    throw new GlanceRefusal(400, `Operation "${op}" requires a member named "value".`);
  }
  if (readOnly.includes(name)) throw refuse.readOnly(name);
  guardName(name);
  if (op !== 'remove') checked({ [name]: raw['value'] });
  return { op, name, value: raw['value'] };
}

function nameIn(pointer: string): string {
  if (!pointer.startsWith('/')) throw new GlanceRefusal(400, `Pointer \`${pointer}\` does not start with "/".`);
  if (pointer.length > 1 && pointer.endsWith('/')) {
    throw new GlanceRefusal(400, `Pointer \`${pointer}\` end with "/".`);
  }
  const name = pointer.slice(1);
  if (name.includes('/')) throw new GlanceRefusal(400, `Invalid JSON pointer for this resource: '/${name}'`);
  return name.replaceAll('~1', '/').replaceAll('~0', '~');
}

function applied(image: Image, { op, name, value }: Change): Image {
  if (name in base) {
    if (op !== 'remove') return { ...image, ...fieldOf(name, value) };
    const reset = removable[name];
    if (reset === undefined) throw refuse.notRemovable(name);
    return { ...image, ...reset };
  }
  const there = Object.hasOwn(image.extra, name);
  if (op !== 'add' && !there) throw refuse.noProperty(name);
  const { [name]: _old, ...others } = image.extra;
  return { ...image, extra: op === 'remove' ? others : { ...image.extra, [name]: value as string } };
}

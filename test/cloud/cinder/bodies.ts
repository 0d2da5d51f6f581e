/** What Cinder's requests may say: its own schemas, as far as these routes go. */
import { type Schema, uuidPattern } from '../schema.ts';

const name: Schema = { type: ['string', 'null'] };
const uuid: Schema = {
  type: ['string', 'null'],
  pattern: new RegExp(`${uuidPattern.source}|^$`, 'i'),
  alternatives: true,
};
const bool: Schema = { enum: [true, false, 'true', 'false', 'True', 'False', '1', '0', 'yes', 'no', 'on', 'off'] };

export const metadata: Schema = {
  type: ['object', 'null'],
  names: { pattern: /^[a-zA-Z0-9-_:. ]{1,255}$/, of: { type: 'string', maxLength: 255 } },
  additionalProperties: false,
};
const named = { name, description: name, display_name: name, display_description: name };

const volumeProperties: Readonly<Record<string, Schema>> = {
  ...named,
  volume_type: { type: ['string', 'null'], maxLength: 255 },
  metadata,
  snapshot_id: uuid,
  source_volid: uuid,
  consistencygroup_id: uuid,
  size: { type: ['integer', 'string', 'null'], pattern: /^[0-9]+$/, minimum: 1 },
  availability_zone: { type: ['string', 'null'], minLength: 1, maxLength: 255 },
  multiattach: bool,
  image_id: { type: ['string', 'null'], maxLength: 255 },
  imageRef: { type: ['string', 'null'], maxLength: 255 },
};

export function newVolume(minor: number): Schema {
  const properties = {
    ...volumeProperties,
    ...(minor >= 13 && { group_id: name }),
    ...(minor >= 47 && { backup_id: uuid }),
  };
  return { type: 'object', properties, ...(minor >= 53 && { additionalProperties: false as const }) };
}

export const changedVolume: Schema = {
  type: 'object',
  properties: { ...named, metadata },
  additionalProperties: false,
};

export const newSnapshot: Schema = {
  type: 'object',
  properties: {
    name,
    display_name: name,
    description: name,
    volume_id: { type: 'string', format: 'uuid' },
    force: bool,
    metadata,
  },
  required: ['volume_id'],
  additionalProperties: false,
};

export const changedThing: Schema = {
  type: 'object',
  properties: named,
  additionalProperties: false,
};

export function newBackup(minor: number): Schema {
  return {
    type: 'object',
    properties: {
      volume_id: { type: 'string', format: 'uuid' },
      container: name,
      name,
      description: name,
      incremental: bool,
      force: bool,
      snapshot_id: uuid,
      ...(minor >= 43 && { metadata }),
      ...(minor >= 51 && { availability_zone: name }),
    },
    required: ['volume_id'],
    additionalProperties: false,
  };
}

export const changedBackup = (minor: number): Schema => ({
  type: ['object', 'null'],
  properties: { name, description: name, ...(minor >= 43 && { metadata }) },
  additionalProperties: false,
});

export const restore: Schema = {
  type: ['object', 'null'],
  properties: { name, volume_id: uuid },
  additionalProperties: false,
};

export const newType: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255 },
    description: name,
    extra_specs: metadata,
    'os-volume-type-access:is_public': bool,
  },
  required: ['name'],
  additionalProperties: false,
};

export const changedType: Schema = {
  type: 'object',
  properties: { name: { type: ['string', 'null'], maxLength: 255 }, description: name, is_public: bool },
  additionalProperties: false,
};

const size: Schema = { type: ['integer', 'string', 'null'], pattern: /^[0-9]+$/, minimum: 0 };

export const newEncryption: Schema = {
  type: 'object',
  properties: {
    key_size: size,
    provider: { type: 'string', minLength: 0, maxLength: 255 },
    control_location: { enum: ['front-end', 'back-end'] },
    cipher: { type: ['string', 'null'], maxLength: 255 },
  },
  required: ['provider', 'control_location'],
  additionalProperties: false,
};

export const changedEncryption: Schema = {
  type: 'object',
  properties: {
    key_size: size,
    provider: { type: 'string', minLength: 0, maxLength: 255 },
    control_location: { enum: ['front-end', 'back-end'] },
    cipher: { type: ['string', 'null'], maxLength: 255 },
  },
  additionalProperties: false,
};

const specs = {
  names: { pattern: /^[a-zA-Z0-9-_:. ]{1,255}$/, of: { type: ['string', 'null'], maxLength: 255 } as Schema },
  additionalProperties: false as const,
};

export const newQos: Schema = {
  type: 'object',
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255 },
    consumer: { enum: ['back-end', 'front-end', 'both'] },
  },
  required: ['name'],
  ...specs,
};

export const changedQos: Schema = {
  type: 'object',
  properties: { consumer: { enum: ['back-end', 'front-end', 'both'] } },
  ...specs,
};

/** `true`, `'True'`, `'1'` … */
export const isTrue = (value: unknown): boolean => value === true || /^(true|1|yes|on)$/i.test(String(value));

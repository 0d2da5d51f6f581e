/** What Nova's requests may say: its own schemas, by API version. */
import type { Schema } from '../schema.ts';

const name: Schema = { type: 'string', minLength: 1, maxLength: 255 };
const bool: Schema = {
  type: ['boolean', 'string'],
  enum: [
    true,
    'True',
    'TRUE',
    'true',
    '1',
    'ON',
    'On',
    'on',
    'YES',
    'Yes',
    'yes',
    'y',
    't',
    false,
    'False',
    'FALSE',
    'false',
    '0',
    'OFF',
    'Off',
    'off',
    'NO',
    'No',
    'no',
    'n',
    'f',
  ],
};
const tag: Schema = { type: 'string', minLength: 1, maxLength: 60, pattern: /^[^,/]*$/ };
const positive: Schema = { type: ['integer', 'string'], pattern: /^[0-9]*$/, minimum: 1 };
const free: Schema = { type: ['string', 'null'], maxLength: 255 };

export const metadata: Schema = {
  type: 'object',
  names: { pattern: /^[a-zA-Z0-9-_:. ]{1,255}$/, of: { type: 'string', maxLength: 255 } },
  additionalProperties: false,
};

const description: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 255 };

function network(minor: number): Schema {
  const properties: Readonly<Record<string, Schema>> = {
    fixed_ip: { type: 'string' },
    port: { type: ['string', 'null'], format: 'uuid' },
    uuid: { type: 'string', ...(minor >= 37 && { format: 'uuid' as const }) },
    ...((minor >= 42 || (minor >= 32 && minor < 37)) && { tag }),
  };
  return { type: 'object', properties, additionalProperties: false };
}

const legacyMapping: Readonly<Record<string, Schema>> = {
  virtual_name: name,
  volume_id: { type: 'string', format: 'uuid' },
  snapshot_id: { type: 'string', format: 'uuid' },
  volume_size: { type: ['integer', 'string'], pattern: /^[0-9]+$/, minimum: 1 },
  device_name: { type: 'string', minLength: 1, maxLength: 255, pattern: /^[a-zA-Z0-9._\-r/]*$/ },
  delete_on_termination: bool,
  no_device: {},
  connection_info: { type: 'string' },
};

function mapping(minor: number): Schema {
  const properties: Readonly<Record<string, Schema>> = {
    ...legacyMapping,
    source_type: { type: 'string', enum: ['volume', 'image', 'snapshot', 'blank'] },
    uuid: { type: 'string', minLength: 1, maxLength: 255, pattern: /^[a-zA-Z0-9._-]*$/ },
    image_id: { type: 'string', format: 'uuid' },
    destination_type: { type: 'string', enum: ['local', 'volume'] },
    guest_format: { type: 'string', maxLength: 255 },
    device_type: { type: 'string', maxLength: 255 },
    disk_bus: { type: 'string', maxLength: 255 },
    boot_index: { type: ['integer', 'string', 'null'], pattern: /^-?[0-9]+$/ },
    ...((minor >= 42 || minor === 32) && { tag }),
    ...(minor >= 67 && { volume_type: free }),
  };
  return { type: 'object', properties, additionalProperties: false };
}

export function newServer(minor: number): Schema {
  const properties: Readonly<Record<string, Schema>> = {
    name,
    imageRef: {
      type: 'string',
      pattern: /^$|^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$/,
      alternatives: true,
    },
    flavorRef: { type: ['string', 'integer'], minLength: 1 },
    adminPass: { type: 'string' },
    metadata,
    networks:
      minor >= 37
        ? { type: ['array', 'string'], items: network(minor), pattern: /^(none|auto)$/, alternatives: true }
        : { type: 'array', items: network(minor) },
    'OS-DCF:diskConfig': { type: 'string', enum: ['AUTO', 'MANUAL'] },
    accessIPv4: { type: 'string' },
    accessIPv6: { type: 'string' },
    ...(minor < 57 && { personality: { type: 'array' as const } }),
    availability_zone: name,
    block_device_mapping: {
      type: 'array',
      items: { type: 'object', properties: legacyMapping, additionalProperties: false },
    },
    block_device_mapping_v2: { type: 'array', items: mapping(minor) },
    config_drive: bool,
    key_name: name,
    min_count: positive,
    max_count: positive,
    return_reservation_id: bool,
    security_groups: { type: 'array', items: { type: 'object', properties: { name }, additionalProperties: false } },
    user_data: { type: 'string', maxLength: 65535 },
    ...(minor >= 19 && { description }),
    ...(minor >= 52 && { tags: { type: 'array' as const, items: tag, maxItems: 50 } }),
    ...(minor >= 63 && { trusted_image_certificates: { type: ['array', 'null'] as const } }),
    ...(minor >= 74 && { host: name, hypervisor_hostname: name }),
    ...(minor >= 90 && { hostname: name }),
  };
  const required = ['name', 'flavorRef', ...(minor >= 37 ? ['networks'] : [])];
  return { type: 'object', properties, required, additionalProperties: false };
}

export const hints: Schema = { type: 'object', properties: { group: { type: 'string', format: 'uuid' } } };

export const changedServer = (minor: number): Schema => ({
  type: 'object',
  properties: {
    name,
    'OS-DCF:diskConfig': { type: 'string', enum: ['AUTO', 'MANUAL'] },
    accessIPv4: { type: 'string' },
    accessIPv6: { type: 'string' },
    ...(minor >= 19 && { description }),
    ...(minor >= 90 && { hostname: name }),
  },
  additionalProperties: false,
});

export function newKeyPair(minor: number): Schema {
  return {
    type: 'object',
    properties: {
      name,
      ...(minor >= 2 && { type: { type: 'string' as const, enum: ['ssh', 'x509'] } }),
      public_key: { type: 'string' },
      ...(minor >= 10 && { user_id: { type: 'string' as const } }),
    },
    required: minor >= 92 ? ['name', 'public_key'] : ['name'],
    additionalProperties: false,
  };
}

export const newAttachment = (minor: number): Schema => ({
  type: 'object',
  properties: {
    volumeId: { type: 'string', format: 'uuid' },
    device: { type: ['string', 'null'], pattern: /(^\/dev\/x{0,1}[a-z]{0,1}d{0,1})([a-z]+)[0-9]*$/ },
    ...(minor >= 49 && { tag }),
    ...(minor >= 79 && { delete_on_termination: bool }),
  },
  required: ['volumeId'],
  additionalProperties: false,
});

export const newInterface = (minor: number): Schema => ({
  type: 'object',
  properties: {
    net_id: { type: 'string', format: 'uuid' },
    port_id: { type: ['string', 'null'], format: 'uuid' },
    fixed_ips: {
      type: 'array',
      items: {
        type: 'object',
        properties: { ip_address: { type: 'string' } },
        required: ['ip_address'],
        additionalProperties: false,
      },
      minItems: 1,
      maxItems: 1,
    },
    ...(minor >= 49 && { tag }),
  },
  additionalProperties: false,
});

export const newFlavor = (minor: number): Schema => ({
  type: 'object',
  properties: {
    name,
    id: { type: ['string', 'integer', 'null'] },
    ram: positive,
    vcpus: positive,
    disk: { type: ['integer', 'string'], pattern: /^[0-9]*$/, minimum: 0 },
    'OS-FLV-EXT-DATA:ephemeral': { type: ['integer', 'string'], pattern: /^[0-9]*$/, minimum: 0 },
    swap: { type: ['integer', 'string'], pattern: /^[0-9]*$/, minimum: 0 },
    rxtx_factor: { type: ['number', 'string'] },
    'os-flavor-access:is_public': bool,
    ...(minor >= 55 && { description }),
  },
  required: ['name', 'ram', 'vcpus', 'disk'],
  additionalProperties: false,
});

export const changedFlavor: Schema = {
  type: 'object',
  properties: { description },
  required: ['description'],
  additionalProperties: false,
};

const zoneName: Schema = { type: ['string', 'null'], minLength: 1, maxLength: 255 };

export const newAggregate: Schema = {
  type: 'object',
  properties: { name, availability_zone: zoneName },
  required: ['name'],
  additionalProperties: false,
};

export const changedAggregate: Schema = {
  type: 'object',
  properties: { name, availability_zone: zoneName },
  additionalProperties: false,
};

/** Soft policies came with 2.15; from 2.64 on there is one policy, with rules. */
export function newServerGroup(minor: number): Schema {
  const hard = ['anti-affinity', 'affinity'];
  const policy: Schema = {
    type: 'string',
    enum: minor >= 15 ? [...hard, 'soft-anti-affinity', 'soft-affinity'] : hard,
  };
  const rules: Schema = {
    type: 'object',
    properties: { max_server_per_host: positive },
    additionalProperties: false,
  };
  const kinds: Readonly<Record<string, Schema>> =
    minor >= 64 ? { policy, rules } : { policies: { type: 'array', items: policy, maxItems: 1 } };
  return {
    type: 'object',
    properties: { name, ...kinds },
    required: ['name', minor >= 64 ? 'policy' : 'policies'],
    additionalProperties: false,
  };
}

export const isTrue = (value: unknown): boolean => value === true || /^(true|1|on|yes|y|t)$/i.test(String(value));
export const tagSchema = tag;

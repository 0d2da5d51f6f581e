/**
 * A server's devices as Nova takes them (contract: resource-types §2, block_device_mapping → nova).
 *
 * The old form is a list of texts in Python's words; python-novaclient makes maps of them, whose values stay texts.
 */
import { mapsIn, textIn, withoutNulls } from '../../kit/given.ts';
import { pyStr } from '../../values/python.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';

type Entries = readonly (readonly [string, Value | undefined])[];

/** Nova's `block_device_mapping`; undefined where there is none. */
export function deviceMapping(properties: ValueMap): readonly ValueMap[] | undefined {
  const devices = mapsIn(properties, 'block_device_mapping');
  return devices.length === 0 ? undefined : devices.map(oldDevice);
}

function oldDevice(device: ValueMap): ValueMap {
  const snapshot = textIn(device, 'snapshot_id');
  const [size, goes] = [device.get('volume_size') ?? null, device.get('delete_on_termination') ?? null];
  return withoutNulls([
    ['device_name', device.get('device_name')],
    snapshot === undefined ? ['volume_id', device.get('volume_id')] : ['snapshot_id', snapshot],
    ['volume_size', size === null ? undefined : pyStr(size)],
    ['delete_on_termination', goes === null ? undefined : pyStr(goes)],
  ]);
}

/** Nova's `block_device_mapping_v2`; undefined where there is none. An image to boot from comes first. */
export function deviceMappingV2(properties: ValueMap): readonly ValueMap[] | undefined {
  const devices = mapsIn(properties, 'block_device_mapping_v2').map(newDevice);
  if (devices.length === 0) return undefined;
  const image = textIn(properties, 'image');
  if (image === undefined) return devices;
  const root: Entries = [
    ['uuid', image],
    ['source_type', 'image'],
    ['destination_type', 'local'],
    ['boot_index', 0n],
    ['delete_on_termination', true],
  ];
  return [withoutNulls(root), ...devices];
}

const chosenByUser = ['device_name', 'device_type', 'disk_bus', 'boot_index', 'volume_size', 'delete_on_termination'];

function newDevice(device: ValueMap): ValueMap {
  const said = [...chosenByUser, 'volume_type'].map(key => [key, device.get(key)] as const);
  return mapOf([...withoutNulls(sourceOf(device)), ...withoutNulls(said)]);
}

function sourceOf(device: ValueMap): Entries {
  for (const source of ['volume', 'snapshot', 'image'] as const) {
    const uuid = textIn(device, source === 'image' ? 'image' : `${source}_id`);
    if (uuid === undefined) continue;
    return [
      ['uuid', uuid],
      ['source_type', source],
      ['destination_type', 'volume'],
      ['boot_index', 0n],
      ['delete_on_termination', false],
    ];
  }
  const swap = device.get('swap_size') ?? null;
  const isSwap = swap !== null && swap !== 0n;
  return [
    ['source_type', 'blank'],
    ['destination_type', 'local'],
    ['boot_index', -1n],
    ['delete_on_termination', true],
    ['guest_format', isSwap ? 'swap' : device.get('ephemeral_format')],
    ['volume_size', isSwap ? swap : device.get('ephemeral_size')],
  ];
}

/** True where a device asks for a type of its volume: that needs a later API. */
export function hasVolumeType(properties: ValueMap): boolean {
  return mapsIn(properties, 'block_device_mapping_v2').some(device => textIn(device, 'volume_type') !== undefined);
}

/**
 * What a server may not be asked for, beyond its schemas (contract: resource-types §2, Validation).
 *
 * Only what is known is looked at: a list that waits for another resource is checked by Nova. What needs the cloud
 * (is the image active, is the flavor big enough for it) is Nova's to say too.
 */
import { errors } from '../../kernel/errors.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { isList, isMap, type Value } from '../../values/value.ts';

type Properties = ReadonlyMap<string, Expr>;

/** Throws StackValidationFailed and ResourcePropertyConflict in Heat's words. */
export function validateServer(properties: Properties, { path }: { readonly path: string }): void {
  const server = resourceIn(path);
  devices(properties, server);
  devicesV2(properties, server);
  networks(properties, server);
}

function refuse(message: string): never {
  throw errors.StackValidationFailed({ message });
}

function conflict(...names: readonly string[]): never {
  throw errors.ResourcePropertyConflict({ properties: names });
}

/** `resources.web.properties` → `web`. */
function resourceIn(path: string): string {
  const found = /^resources(?:\.(.*)|\[(\d+)\])\.properties$/is.exec(path);
  return found?.[1] ?? found?.[2] ?? path;
}

/** The maps of a list; undefined where it is not known how many there are. */
function mapsOf(properties: Properties, name: string): readonly ExprMap[] | undefined {
  const value = properties.get(name) ?? [];
  if (isCall(value) || !isList(value as Value)) return undefined;
  const items = value as readonly Expr[];
  return items.every(item => isMap(item as Value)) ? (items as readonly ExprMap[]) : undefined;
}

/** Said, as far as is known: what waits for another resource will be something. */
function isSaid(map: Properties, name: string): boolean {
  const value = map.get(name);
  return value !== undefined && value !== null;
}

function isTrue(map: Properties, name: string): boolean {
  const value = map.get(name);
  return isSaid(map, name) && value !== '' && value !== 0n && value !== false;
}

function devices(properties: Properties, server: string): void {
  const [old, later] = ['block_device_mapping', 'block_device_mapping_v2'].map(name => mapsOf(properties, name));
  if (old !== undefined && later !== undefined && old.length > 0 && later.length > 0) {
    conflict('block_device_mapping', 'block_device_mapping_v2');
  }
  for (const device of old ?? []) {
    const [volume, snapshot] = [isSaid(device, 'volume_id'), isSaid(device, 'snapshot_id')];
    if (volume && snapshot) conflict('volume_id', 'snapshot_id');
    const name = device.get('device_name');
    if (!volume && !snapshot) {
      refuse(`Either volume_id or snapshot_id must be specified for device mapping ${String(name)}`);
    }
  }
  if (old === undefined || later === undefined || isSaid(properties, 'image')) return;
  const boots =
    old.some(device => device.get('device_name') === 'vda' || isCall(device.get('device_name') ?? null)) ||
    later.some(bootsFrom);
  if (!boots) refuse(`Neither image nor bootable volume is specified for instance ${server}`);
}

const bootSources = ['volume_id', 'snapshot_id', 'image'];

/** It has something to boot from, and nothing else is booted from first. */
function bootsFrom(device: ExprMap): boolean {
  const index = device.get('boot_index') ?? 0n;
  return bootSources.some(name => isSaid(device, name)) && (index === 0n || isCall(index));
}

function devicesV2(properties: Properties, server: string): void {
  const list = mapsOf(properties, 'block_device_mapping_v2');
  if (list === undefined || list.length === 0) return;
  for (const device of list) {
    const ephemeral = isTrue(device, 'ephemeral_size') || isTrue(device, 'ephemeral_format');
    const said = [...bootSources, 'swap_size'].filter(name => isSaid(device, name)).length + (ephemeral ? 1 : 0);
    if (said > 1) {
      conflict('volume_id', 'snapshot_id', 'image', 'swap_size', 'ephemeral_size', 'ephemeral_format');
    }
    if (said === 0) {
      refuse(
        'Either volume_id, snapshot_id, image_id, swap_size, ephemeral_size or ephemeral_format must be specified.',
      );
    }
  }
  if (list.some(device => isCall(device.get('boot_index') ?? null))) return;
  const bootable = list.filter(bootsFrom).length + (isSaid(properties, 'image') ? 1 : 0);
  if (bootable > 1) refuse(`Multiple bootable sources for instance ${server}.`);
}

function networks(properties: Properties, server: string): void {
  const list = mapsOf(properties, 'networks');
  if (list === undefined) return;
  for (const network of list) oneNetwork(network, server);
  if (list.length > 1 && list.some(network => isSaid(network, 'allocate_network'))) {
    refuse('Property "allocate_network" can not be specified if multiple network interfaces set for server.');
  }
  if (isTrueList(properties, 'security_groups') && list.some(network => isSaid(network, 'port'))) {
    conflict('security_groups', 'networks/port');
  }
}

function isTrueList(properties: Properties, name: string): boolean {
  const value = properties.get(name) ?? [];
  return isCall(value) || (isList(value as Value) && (value as readonly Expr[]).length > 0);
}

function oneNetwork(network: ExprMap, server: string): void {
  const said = (name: string) => isSaid(network, name);
  const [net, port, subnet] = [said('network') || said('uuid'), said('port'), said('subnet')];
  const allocated = isTrue(network, 'allocate_network');
  if (!net && !port && !subnet && !allocated) {
    refuse(
      `One of the properties "network", "port", "allocate_network" or "subnet" should be set for the specified network of server "${server}".`,
    );
  }
  if (allocated && [...network.keys()].filter(said).length > 1) {
    refuse('Can not specify "allocate_network" with other keys of networks at the same time.');
  }
  if (isTrue(network, 'fixed_ip') && port) conflict('networks/fixed_ip', 'networks/port');
  if (said('floating_ip') && net && !port && !subnet && !said('port_extra_properties')) {
    refuse(
      'Property "floating_ip" is not supported if only "network" is specified, because the corresponding port can not be retrieved.',
    );
  }
}

/**
 * The request that makes a server, and how the server is found, watched and removed.
 *
 * Mark: the generated name (2.1). Where the user chose a name: `description` (2.19), found by that name's list and
 * compared; afterwards it is set to the name, which is what Nova itself writes there for a server without one. Tags
 * would be found faster but need 2.52, which also wants `networks` said; metadata can be read in the guest.
 *
 *   BUILD and the like ─▶ ACTIVE: ready        accepted DELETE ─▶ 404, or DELETED: gone
 *                     └─▶ ERROR: failed                       └─▶ SOFT_DELETED: forced
 */
import type { CloudCall } from '../../kernel/world.ts';
import { escaped } from '../../kit/finders.ts';
import { listIn, mapIn, mapsIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Leaving, Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { settingStep } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { dumps } from '../../template/python-json.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { configIdIn, contentRead, contentStep } from '../software-configs.ts';
import { baseVersion, compute, later } from './compute.ts';
import { deviceMapping, deviceMappingV2, hasVolumeType } from './server-devices.ts';
import { hasTag, isAllocated, novaNetworks, takesPortOrAddress } from './server-networks.ts';
import { base64, cfnToolsUserData, type GuestAccess, softwareConfigUserData } from './user-data.ts';

export const ownMetadata = '@metadata';
/** The account that is prepared in the guest. */
export const instanceUser = '@instance_user';
export const serverStepName = 'server';

/** Nova cuts blanks around a name off. */
export function chosenName(properties: ValueMap): string | undefined {
  return textIn(properties, 'name')?.trim();
}

export const oneServer = (physicalId: string) => `/servers/${encodeURIComponent(physicalId)}`;

/** The API versions that parts of a request came with. */
function versionFor(properties: ValueMap): string {
  const needs = [
    chosenName(properties) === undefined ? baseVersion : '2.19',
    isAllocated(properties) ? '2.37' : baseVersion,
    hasTag(properties) ? '2.42' : baseVersion,
    hasVolumeType(properties) ? '2.67' : baseVersion,
  ];
  return needs.reduce(later);
}

/** From 2.37 on `networks` must be said; before, Nova takes it for `auto` where there is but one. */
function networksFor(input: StepInput): Value | undefined {
  const minor = Number(versionFor(input.properties).split('.')[1]);
  return novaNetworks(input) ?? (minor >= 37 ? 'auto' : undefined);
}

/** What the guest gets; a config that user_data name by its id was read by then. */
export function userDataFor(
  input: Pick<StepInput, 'properties' | 'made'>,
  access: GuestAccess | undefined,
): string | undefined {
  const { properties } = input;
  const text = contentRead(input, configStepName) ?? textIn(properties, 'user_data') ?? '';
  const user = textIn(properties, instanceUser);
  const userData = { text, metadata: mapIn(properties, ownMetadata), access, ...(user !== undefined && { user }) };
  switch (properties.get('user_data_format')) {
    case 'RAW':
      return text === '' ? undefined : text;
    case 'SOFTWARE_CONFIG':
      return softwareConfigUserData(userData);
    default:
      return cfnToolsUserData(userData);
  }
}

const configStepName = 'user_data';

/** Reads the config that user_data may name; what heat-cfntools get is the text itself, whatever it looks like. */
export function userDataSteps(properties: ValueMap): readonly Step[] {
  const format = properties.get('user_data_format');
  const id = configIdIn(textIn(properties, 'user_data') ?? '');
  const reads = id !== undefined && (format === 'RAW' || format === 'SOFTWARE_CONFIG');
  return reads ? [contentStep(configStepName, id)] : [];
}

export function novaMetadata(properties: ValueMap): ValueMap | undefined {
  const metadata = mapIn(properties, 'metadata') ?? emptyMap;
  if (metadata.size === 0) return undefined;
  return mapOf([...metadata].map(([key, value]) => [key, typeof value === 'string' ? value : dumps(value, false)]));
}

export function personality(properties: ValueMap): Value | undefined {
  const files = mapIn(properties, 'personality') ?? emptyMap;
  if (files.size === 0) return undefined;
  return [...files].map(([path, content]) =>
    mapOf([
      ['path', path],
      ['contents', base64(typeof content === 'string' ? content : dumps(content, false))],
    ]),
  );
}

function requestBody(input: StepInput, access: GuestAccess | undefined): ValueMap {
  const { properties, mark } = input;
  const name = chosenName(properties);
  const groups = listIn(properties, 'security_groups').filter(group => typeof group === 'string');
  const userData = userDataFor(input, access);
  const server = withoutNulls([
    ['name', name ?? mark],
    ['imageRef', textIn(properties, 'image') ?? ''],
    ['flavorRef', properties.get('flavor')],
    ['description', name === undefined ? undefined : mark],
    ['user_data', userData === undefined ? undefined : base64(userData)],
    ['metadata', novaMetadata(properties)],
    ['return_reservation_id', textIn(properties, 'reservation_id')],
    ['min_count', 1n],
    ['max_count', 1n],
    ['adminPass', textIn(properties, 'admin_pass')],
    ['key_name', textIn(properties, 'key_name')],
    ['security_groups', groups.length === 0 ? undefined : groups.map(group => mapOf([['name', group]]))],
    ['personality', personality(properties)],
    ['availability_zone', textIn(properties, 'availability_zone')],
    ['block_device_mapping', deviceMapping(properties)],
    ['block_device_mapping_v2', deviceMappingV2(properties)],
    ['networks', networksFor(input)],
    ['OS-DCF:diskConfig', textIn(properties, 'diskConfig')],
    ['config_drive', properties.get('config_drive') === true ? true : undefined],
  ]);
  const hints = mapIn(properties, 'scheduler_hints') ?? emptyMap;
  return withoutNulls([
    ['server', server],
    ['os:scheduler_hints', hints.size === 0 ? undefined : hints],
  ]);
}

/** The server as it was shown; the password of a create's answer is not kept. */
function made(server: ValueMap): Made {
  const id = textIn(server, 'id');
  if (id === undefined) throw unreadable('a server without an id');
  return { physicalId: id, data: withoutPassword(server) };
}

export function withoutPassword(server: ValueMap): ValueMap {
  return mapOf([...server].filter(([key]) => key !== 'adminPass'));
}

const unsettled = new Set([
  'BUILD',
  'HARD_REBOOT',
  'PASSWORD',
  'REBOOT',
  'RESCUE',
  'RESIZE',
  'REVERT_RESIZE',
  'SHUTOFF',
  'SUSPENDED',
  'VERIFY_RESIZE',
]);

/** Without what some clouds put behind it in brackets; '' where none is shown. */
export function statusOf(server: ValueMap): string {
  return (textIn(server, 'status') ?? '').replace(/\(.*$/s, '');
}

function faultOf(server: ValueMap): { readonly message: string; readonly code: string } {
  const fault = mapIn(server, 'fault') ?? emptyMap;
  const [message, code] = [fault.get('message') ?? 'Unknown', fault.get('code') ?? 'Unknown'];
  return { message: String(message), code: String(code) };
}

/** Whether a new, rebuilt or resumed one runs. */
export function readyServer(server: ValueMap): Readiness {
  const status = statusOf(server);
  if (status === 'ACTIVE') return { kind: 'ready' };
  if (status === '' || unsettled.has(status)) return { kind: 'waiting' };
  if (status === 'ERROR') {
    const { message, code } = faultOf(server);
    const text = `Went to status ERROR due to "Message: ${message}, Code: ${code}"`;
    return { kind: 'failed', error: 'ResourceInError', message: text };
  }
  const text = `Server is not active - Unknown status ${status} due to "Unknown"`;
  return { kind: 'failed', error: 'ResourceUnknownStatus', message: text };
}

function gone(body: Value): Leaving {
  const server = thingIn(body, 'server');
  const status = statusOf(server);
  if (status === 'DELETED') return { kind: 'ready' };
  if (status === 'SOFT_DELETED') return { kind: 'staying', by: forced(textIn(server, 'id') ?? '') };
  if (status !== 'ERROR' || server.get('OS-EXT-STS:task_state') === 'deleting') return { kind: 'waiting' };
  const { message, code } = faultOf(server);
  const reason = `Server ${textIn(server, 'name') ?? ''} delete failed: (${code}) ${message}`;
  return { kind: 'failed', error: 'ResourceInError', message: `Went to status ERROR due to "${reason}"` };
}

function forced(physicalId: string): CloudCall {
  return compute('POST', `${oneServer(physicalId)}/action`, { body: writeJson(mapOf([['forceDelete', null]])) });
}

/** What only one server can have: then an attempt without an answer is waited for, since it would be in the way. */
function takesWhatIsThere(properties: ValueMap): boolean {
  const devices = [...mapsIn(properties, 'block_device_mapping'), ...mapsIn(properties, 'block_device_mapping_v2')];
  return takesPortOrAddress(properties) || devices.some(device => textIn(device, 'volume_id') !== undefined);
}

/** The step with these properties; `access` is what guests are told. */
export function serverStep(access: GuestAccess | undefined, given: ValueMap): Step {
  return {
    name: serverStepName,
    service: 'compute',
    unique: takesWhatIsThere(given),
    main: true,
    // A port may still be held by an attempt that came late, until its debt is paid.
    conflict: 'retry',
    create: input =>
      compute('POST', '/servers', {
        version: versionFor(input.properties),
        body: writeJson(requestBody(input, access)),
      }),
    made: body => made(thingIn(body, 'server')),
    find({ properties, mark }) {
      const name = chosenName(properties);
      const query = `?name=${encodeURIComponent(`^${escaped(name ?? mark)}$`)}`;
      return compute('GET', `/servers/detail${query}`, { version: name === undefined ? baseVersion : '2.19' });
    },
    found(body, { properties, mark }) {
      const field = chosenName(properties) === undefined ? 'name' : 'description';
      return thingsIn(body, 'servers')
        .filter(server => server.get(field) === mark)
        .map(made)
        .sort((a, b) => compareText(a.physicalId, b.physicalId))[0];
    },
    show: physicalId =>
      compute('GET', oneServer(physicalId), {
        poll: { list: '/servers/detail', plural: 'servers', key: 'server', id: physicalId, changesSince: true },
      }),
    ready: body => readyServer(thingIn(body, 'server')),
    remove: physicalId => compute('DELETE', oneServer(physicalId)),
    gone,
  };
}

/** What is put on the server once it is there. */
export function settingSteps(properties: ValueMap): readonly Step[] {
  const name = chosenName(properties);
  const tags = textsIn(properties, 'tags');
  return [...(name === undefined ? [] : [describe(name)]), ...(tags.length === 0 ? [] : [tagged(tags)])];
}

function describe(name: string): Step {
  return settingStep({
    name: 'description',
    on: serverStepName,
    call: ({ physicalId }) =>
      compute('PUT', oneServer(physicalId), {
        version: '2.19',
        body: writeJson(mapOf([['server', mapOf([['description', name]])]])),
      }),
  });
}

export function tagged(tags: readonly string[]): Step {
  return settingStep({
    name: 'tags',
    on: serverStepName,
    call: ({ physicalId }) =>
      compute('PUT', `${oneServer(physicalId)}/tags`, { version: '2.26', body: writeJson(mapOf([['tags', tags]])) }),
    keep: ({ data }) => mapOf([...data, ['tags', tags]]),
  });
}

/**
 * A server's networks: the ports that are made for it, and what Nova is told.
 *
 *   subnet alone ─▶ which network is it on? ─┐
 *                                            ├─▶ port (marked in its description) ─▶ user's description, floating IP
 *   network, subnet, fixed IP, more ─────────┘
 *
 * A port is made where a subnet or port_extra_properties ask for more than Nova can do; it goes after the server.
 */
import { listIn, mapIn, mapsIn, textIn, textsIn, withoutNulls } from '../../kit/given.ts';
import type { Step, StepInput } from '../../kit/resource.ts';
import { readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { pyEquals } from '../../values/python.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';

/** The resource's name, for ports that are called by it; kept with the properties. */
export const ownName = '@resource_name';

export function networksOf(properties: ValueMap): readonly ValueMap[] {
  return mapsIn(properties, 'networks');
}

/** True where a port is made for this entry. */
export function needsPort(network: ValueMap): boolean {
  if (textIn(network, 'port') !== undefined) return false;
  return textIn(network, 'subnet') !== undefined || mapIn(network, 'port_extra_properties') !== undefined;
}

const subnetStep = (index: number) => `subnet_${index}`;
export const portStep = (index: number) => `port_${index}`;

/** What comes before the server, in the order of its networks. */
export function networkSteps(properties: ValueMap): readonly Step[] {
  return networksOf(properties).flatMap((network, index) => [
    ...(needsPort(network) ? portSteps(network, index) : []),
    ...floatingSteps(network, index),
  ]);
}

/** The port that is made for an entry, and what is read before and set after. */
export function portSteps(network: ValueMap, index: number): readonly Step[] {
  const subnet = textIn(network, 'subnet');
  const unknownNetwork = textIn(network, 'network') === undefined && subnet !== undefined;
  const description = specsOf(network).get('description');
  return [
    ...(unknownNetwork ? [networkOfSubnet(subnet, index)] : []),
    internalPort(network, index),
    ...(description === undefined ? [] : [describedPort(index, description)]),
  ];
}

function networkOfSubnet(subnet: string, index: number): Step {
  return readingStep({
    name: subnetStep(index),
    call: () => ({ service: 'network', method: 'GET', path: `/v2.0/subnets/${encodeURIComponent(subnet)}` }),
    made: body => {
      const id = textIn(thingIn(body, 'subnet'), 'network_id');
      if (id === undefined) throw unreadable('a subnet without a network');
      return { physicalId: id, data: emptyMap };
    },
  });
}

function extrasOf(network: ValueMap): ValueMap {
  return mapIn(network, 'port_extra_properties') ?? emptyMap;
}

function specsOf(network: ValueMap): ValueMap {
  return mapIn(extrasOf(network), 'value_specs') ?? emptyMap;
}

export const onePort = (physicalId: string) => `/v2.0/ports/${encodeURIComponent(physicalId)}`;

/** Its name is Heat's, which two servers may share; so the mark is in the description. */
function internalPort(network: ValueMap, index: number): Step {
  const markOf = ({ mark }: StepInput) => `${mark}-port-${index}`;
  return {
    name: portStep(index),
    service: 'network',
    unique: textIn(network, 'fixed_ip') !== undefined,
    conflict: 'retry',
    create: input => ({
      service: 'network',
      method: 'POST',
      path: '/v2.0/ports',
      body: writeJson(mapOf([['port', mapOf([...portBody(network, index, input), ['description', markOf(input)]])]])),
    }),
    made: body => madeOf(thingIn(body, 'port')),
    find: input => ({
      service: 'network',
      method: 'GET',
      path: `/v2.0/ports?description=${encodeURIComponent(markOf(input))}`,
    }),
    found: (body, input) =>
      thingsIn(body, 'ports')
        .filter(port => port.get('description') === markOf(input))
        .map(madeOf)
        .sort((a, b) => compareText(a.physicalId, b.physicalId))[0],
    show: physicalId => ({ service: 'network', method: 'GET', path: onePort(physicalId) }),
    ready: () => ({ kind: 'ready' }),
    remove: physicalId => ({ service: 'network', method: 'DELETE', path: onePort(physicalId) }),
  };
}

function madeOf(port: ValueMap): { readonly physicalId: string; readonly data: ValueMap } {
  const id = textIn(port, 'id');
  if (id === undefined) throw unreadable('a port without an id');
  return { physicalId: id, data: emptyMap };
}

const plainExtras = [
  'admin_state_up',
  'mac_address',
  'binding:vnic_type',
  'port_security_enabled',
  'propagate_uplink_status',
];

function portBody(network: ValueMap, index: number, input: StepInput): ValueMap {
  const { properties } = input;
  const [subnet, address] = [textIn(network, 'subnet'), textIn(network, 'fixed_ip')];
  const groups = textsIn(properties, 'security_groups');
  const fixed = withoutNulls([
    ['ip_address', address],
    ['subnet_id', subnet],
  ]);
  const none = extrasOf(network).get('no_fixed_ips') === true;
  return withoutNulls([
    ['name', `${textIn(properties, ownName) ?? input.physicalName}-port-${index}`],
    ['network_id', textIn(network, 'network') ?? thingOf(input, subnetStep(index)).physicalId],
    ['fixed_ips', none ? [] : fixed.size > 0 ? [fixed] : undefined],
    ['security_groups', groups.length > 0 ? groups : undefined],
    ...extrasBody(network),
  ]);
}

/** What port_extra_properties say, in Neutron's words. */
function extrasBody(network: ValueMap): ValueMap {
  const extra = extrasOf(network);
  const pairs = extra.get('allowed_address_pairs') ?? null;
  return withoutNulls([
    ...plainExtras.map(key => [key, extra.get(key)] as const),
    ['qos_policy_id', textIn(extra, 'qos_policy')],
    ['allowed_address_pairs', pairs === null ? undefined : mapsIn(extra, 'allowed_address_pairs').map(withoutNulls)],
    ...specsOf(network),
  ]);
}

/** What a port has of which nothing is said any more; of what is not here it keeps what it has. */
const withoutExtras: ValueMap = mapOf([
  ['admin_state_up', true],
  ['binding:vnic_type', 'normal'],
  ['qos_policy_id', null],
  ['allowed_address_pairs', []],
  ['description', ''],
]);

/** True where the ports of two entries differ by nothing but what can be PUT. */
export function differsByExtras(old: ValueMap, entry: ValueMap): boolean {
  return ['mac_address', 'no_fixed_ips'].every(key =>
    pyEquals(extrasOf(old).get(key) ?? null, extrasOf(entry).get(key) ?? null),
  );
}

/** A live port gets what an entry says otherwise now; nothing where that is the same. */
export function extrasSteps(old: ValueMap, entry: ValueMap, index: number): readonly Step[] {
  const [had, has] = [extrasBody(old), extrasBody(entry)];
  const differing = [...new Set([...had.keys(), ...has.keys()])].filter(
    key => !pyEquals(had.get(key) ?? null, has.get(key) ?? null),
  );
  const said = differing.flatMap((key): [string, Value][] => {
    const value = has.get(key) ?? withoutExtras.get(key);
    return value === undefined ? [] : [[key, value]];
  });
  if (said.length === 0) return [];
  return [
    settingStep({
      name: `${portStep(index)}_change`,
      on: portStep(index),
      call: ({ physicalId }) => ({
        service: 'network',
        method: 'PUT',
        path: onePort(physicalId),
        body: writeJson(mapOf([['port', mapOf(said)]])),
      }),
    }),
  ];
}

function describedPort(index: number, description: Value): Step {
  return settingStep({
    name: `${portStep(index)}_description`,
    on: portStep(index),
    call: ({ physicalId }) => ({
      service: 'network',
      method: 'PUT',
      path: onePort(physicalId),
      body: writeJson(mapOf([['port', mapOf([['description', description]])]])),
    }),
  });
}

/** The id of an entry's port, where it is known before the server is. */
function portOf(network: ValueMap, index: number, input: StepInput): string | undefined {
  return needsPort(network) ? thingOf(input, portStep(index)).physicalId : textIn(network, 'port');
}

/** A floating IP is put on the port, which must be known by then; it goes with the port. */
export function floatingSteps(network: ValueMap, index: number): readonly Step[] {
  const floating = textIn(network, 'floating_ip');
  if (floating === undefined || (!needsPort(network) && textIn(network, 'port') === undefined)) return [];
  return [
    readingStep({
      name: `floating_ip_${index}`,
      call: input => ({
        service: 'network',
        method: 'PUT',
        path: `/v2.0/floatingips/${encodeURIComponent(floating)}`,
        body: writeJson(
          mapOf([
            [
              'floatingip',
              withoutNulls([
                ['port_id', portOf(network, index, input)],
                ['fixed_ip_address', textIn(network, 'fixed_ip')],
              ]),
            ],
          ]),
        ),
      }),
      made: () => ({ physicalId: floating, data: emptyMap }),
    }),
  ];
}

/** Nova's `networks`: a list, `auto` or `none`; undefined: Nova decides. */
export function novaNetworks(input: StepInput): Value | undefined {
  const networks = networksOf(input.properties);
  const allocated = networks.map(network => textIn(network, 'allocate_network')).find(word => word !== undefined);
  if (networks.length === 0 || allocated !== undefined) return allocated;
  return networks.map((network, index) => {
    const port = portOf(network, index, input);
    const place: readonly (readonly [string, Value | undefined])[] =
      port === undefined
        ? [
            ['uuid', textIn(network, 'network')],
            ['fixed_ip', textIn(network, 'fixed_ip')],
          ]
        : [['port', port]];
    return withoutNulls([...place, ['tag', textIn(network, 'tag')]]);
  });
}

/** True where the server gets a port that is there already, or an address that is said. */
export function takesPortOrAddress(properties: ValueMap): boolean {
  return networksOf(properties).some(
    network => needsPort(network) || textIn(network, 'port') !== undefined || textIn(network, 'fixed_ip') !== undefined,
  );
}

/** True where a device is tagged: that needs a later API. */
export function hasTag(properties: ValueMap): boolean {
  return networksOf(properties).some(network => textIn(network, 'tag') !== undefined);
}

/** True where Nova is told `auto` or `none`. */
export function isAllocated(properties: ValueMap): boolean {
  return listIn(properties, 'networks').some(
    network => isMap(network) && textIn(network, 'allocate_network') !== undefined,
  );
}

/**
 * What a server tells about itself (contract: resource-types §2, Attributes).
 *
 * Nova shows addresses by a network's name; which port, subnets and network they belong to is asked of Nova's
 * interfaces and of Neutron, and only where somebody wants it:
 *
 *   server ─▶ os-interface ─▶ subnets and networks of those ports
 */
import type { CloudCall } from '../../kernel/world.ts';
import { listIn, mapIn, mapsIn, textIn, textsIn } from '../../kit/given.ts';
import type { Live, LiveAnswer, LiveReads } from '../../kit/resource.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { compute } from './compute.ts';
import { networksOf } from './server-networks.ts';
import { oneServer, ownMetadata } from './server-step.ts';

/** Kinds of consoles, and the action that gives the URL of one. */
const consoles: readonly (readonly [string, string])[] = [
  ['novnc', 'os-getVNCConsole'],
  ['xvpvnc', 'os-getVNCConsole'],
  ['spice-html5', 'os-getSPICEConsole'],
  ['rdp-html5', 'os-getRDPConsole'],
  ['serial', 'os-getSerialConsole'],
  ['webmks', 'os-getMKSConsole'],
];

/** What is asked for beside the server, kept in its data under names that Nova does not use. */
const interfaces = '@interfaces';
const subnets = '@subnets';
const networks = '@networks';
const consoleUrls = '@consoles';
const absent = '@absent';

function next(live: Live, attribute: string, answers: readonly LiveAnswer[]): CloudCall | undefined {
  const one = oneServer(live.physicalId);
  if (attribute === 'console_urls') {
    const kind = consoles[answers.length];
    return kind && consoleCall(one, kind);
  }
  if (attribute === 'os_collect_config') return undefined;
  if (answers.length === 0) return compute('GET', one);
  if (answers[0] === undefined) return undefined;
  if (attribute === 'tags') return answers.length > 1 ? undefined : compute('GET', `${one}/tags`, { version: '2.26' });
  if (attribute !== 'addresses' && attribute !== 'networks') return undefined;
  if (answers.length === 1) return compute('GET', `${one}/os-interface`);
  if (attribute === 'networks') return undefined;
  const ports = listOf(answers[1], 'interfaceAttachments');
  if (answers.length === 2) return listed('/v2.0/subnets', ports.flatMap(subnetIds));
  if (answers.length === 3) return listed('/v2.0/networks', ports.flatMap(networkIds));
  return undefined;
}

function consoleCall(one: string, [type, action]: readonly [string, string]): CloudCall {
  if (type === 'webmks') {
    const console = mapOf([
      ['protocol', 'mks'],
      ['type', type],
    ]);
    return compute('POST', `${one}/remote-consoles`, {
      version: '2.8',
      body: writeJson(mapOf([['remote_console', console]])),
    });
  }
  return compute('POST', `${one}/action`, { body: writeJson(mapOf([[action, mapOf([['type', type]])]])) });
}

function listed(path: string, ids: readonly string[]): CloudCall {
  const query = [...new Set(ids)].map(id => `id=${encodeURIComponent(id)}`).join('&');
  return { service: 'network', method: 'GET', path: `${path}?${query === '' ? 'id=' : query}` };
}

function listOf(answer: LiveAnswer, plural: string): readonly ValueMap[] {
  return answer !== undefined && isMap(answer) ? mapsIn(answer, plural) : [];
}

function subnetIds(port: ValueMap): readonly string[] {
  return mapsIn(port, 'fixed_ips').flatMap(ip => textIn(ip, 'subnet_id') ?? []);
}

function networkIds(port: ValueMap): readonly string[] {
  return [textIn(port, 'net_id') ?? []].flat();
}

function data(live: Live, attribute: string, answers: readonly LiveAnswer[]): ValueMap {
  if (attribute === 'console_urls') return mapOf([...live.data, [consoleUrls, urlsOf(answers)]]);
  const [shown, second, third, fourth] = answers;
  const server = shown !== undefined && isMap(shown) ? mapIn(shown, 'server') : undefined;
  if (server === undefined) return mapOf([[absent, true]]);
  if (attribute === 'tags') {
    const tags = second !== undefined && isMap(second) ? textsIn(second, 'tags') : [];
    return mapOf([...server, ['tags', tags]]);
  }
  return mapOf([
    ...server,
    [interfaces, listOf(second, 'interfaceAttachments')],
    [subnets, listOf(third, 'subnets')],
    [networks, listOf(fourth, 'networks')],
  ]);
}

function urlsOf(answers: readonly LiveAnswer[]): ValueMap {
  return mapOf(consoles.map(([type], i): [string, Value] => [type, urlIn(answers[i]) ?? unavailable(type)]));
}

function urlIn(answer: LiveAnswer): string | undefined {
  if (answer === undefined || !isMap(answer)) return undefined;
  return textIn(mapIn(answer, 'console') ?? mapIn(answer, 'remote_console') ?? emptyMap, 'url');
}

function unavailable(type: string): string {
  return `Unavailable console type ${type}.`;
}

export const serverReads: LiveReads = { next, data };

/** What get_attr gives. A server that is not there any more has empty texts for all. */
export function serverAttribute(live: Live, name: string): Value {
  const server = live.data;
  if (server.get(absent) === true && name !== 'os_collect_config') return '';
  switch (name) {
    case 'addresses':
      return addresses(live);
    case 'networks':
      return mapOf([...addresses(live)].map(([network, list]) => [network, addressesIn(list)]));
    case 'first_address':
      return firstAddress(mapIn(server, 'addresses') ?? emptyMap);
    case 'instance_name':
      return server.get('OS-EXT-SRV-ATTR:instance_name') ?? null;
    case 'console_urls':
      return server.get(consoleUrls) ?? urlsOf([]);
    case 'tags':
      return server.get('tags') ?? [];
    case 'os_collect_config':
      return mapIn(live.properties, ownMetadata)?.get('os-collect-config') ?? emptyMap;
    default:
      return server.get(name) ?? null;
  }
}

function addressesIn(list: Value): readonly Value[] {
  return listIn(mapOf([['list', list]]), 'list')
    .filter(isMap)
    .map(address => address.get('addr') ?? null);
}

/** Of the network that is last by name. */
export function firstAddress(byNetwork: ValueMap): string {
  const names = [...byNetwork.keys()].sort(compareText).reverse();
  for (const name of names) {
    const [first] = addressesIn(byNetwork.get(name) ?? null);
    if (typeof first === 'string') return first;
  }
  return '';
}

/** Nova's addresses with what belongs to each, under the network's name and again under its id. */
function addresses(live: Live): ValueMap {
  const ports = mapsIn(live.data, interfaces);
  const shown = mapIn(live.data, 'addresses') ?? emptyMap;
  const byName = [...shown].map(([name]): [string, readonly ValueMap[]] => [
    name,
    mapsIn(shown, name).map(address => detailed(address, ports, live.data)),
  ]);
  const byId = byName.flatMap(([name, list]): [string, readonly ValueMap[]][] => {
    const id = networkIdOf(live, mapsIn(shown, name), ports, byName.length);
    return id === undefined ? [] : [[id, list]];
  });
  return mapOf([...byName, ...byId]);
}

function portOf(address: ValueMap, ports: readonly ValueMap[]): ValueMap | undefined {
  const [ip, mac] = [address.get('addr'), address.get('OS-EXT-IPS-MAC:mac_addr')];
  return ports.find(
    port => port.get('mac_addr') === mac && mapsIn(port, 'fixed_ips').some(fixed => fixed.get('ip_address') === ip),
  );
}

function detailed(address: ValueMap, ports: readonly ValueMap[], server: ValueMap): ValueMap {
  if (!server.has(interfaces)) return address;
  const port = portOf(address, ports);
  if (port === undefined) return mapOf([...address, ['port', null]]);
  const ids = subnetIds(port);
  return mapOf([
    ...address,
    ['port', port.get('port_id') ?? null],
    ['subnets', mapsIn(server, subnets).filter(subnet => ids.includes(textIn(subnet, 'id') ?? ''))],
    ['network', mapsIn(server, networks).find(network => network.get('id') === port.get('net_id')) ?? null],
  ]);
}

/** From the ports; before those were asked for, from the properties, where there is but one network. */
function networkIdOf(
  live: Live,
  list: readonly ValueMap[],
  ports: readonly ValueMap[],
  howMany: number,
): string | undefined {
  for (const address of list) {
    const port = portOf(address, ports);
    if (port !== undefined) return textIn(port, 'net_id');
  }
  const [only, ...more] = networksOf(live.properties);
  return only !== undefined && more.length === 0 && howMany === 1 ? textIn(only, 'network') : undefined;
}

/**
 * A live server's interfaces: which port belongs to which entry of `networks`, taken off and put on.
 *
 *   held (GET /v2.0/ports?device_id=S) ─▶ detach_j … ─▶ attach_i …
 *
 * Neutron is asked whose a port is: of a server that is gone it has none, where Nova would answer 404. Taking off is
 * accepted however often it is asked for; putting on a given port or address is refused the second time, and then a
 * look says that it is there. Putting on any port of a network a second time makes a second one: that is looked for
 * among those that were not there before (proven by `POST /servers/<id>/os-interface` twice; marks.md, Nova).
 */
import type { CloudCall } from '../../kernel/world.ts';
import { mapIn, mapsIn, textIn, withoutNulls } from '../../kit/given.ts';
import type { Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { compute } from './compute.ts';
import { needsPort, onePort, portStep } from './server-networks.ts';
import { oneServer, serverStepName, statusOf } from './server-step.ts';

const heldStepName = 'held';

/** A server's entries; one that said nothing got a port of Nova's choice. */
export function entriesOf(networks: readonly ValueMap[]): readonly ValueMap[] {
  return networks.length > 0 ? networks : [mapOf([['allocate_network', 'auto']])];
}

/** True for what a server has no interface of: `allocate_network: none`. */
export function hasInterface(entry: ValueMap): boolean {
  return textIn(entry, 'allocate_network') !== 'none';
}

function serverOf(input: StepInput): string {
  return thingOf(input, serverStepName).physicalId;
}

function portsOn(server: string, port?: string): CloudCall {
  const one = port === undefined ? '' : `&id=${encodeURIComponent(port)}&fields=id`;
  return { service: 'network', method: 'GET', path: `/v2.0/ports?device_id=${encodeURIComponent(server)}${one}` };
}

/** The ports that a server holds, and which were made for entries of these networks. */
export function heldStep(networks: readonly ValueMap[], name = heldStepName, server = serverOf): Step {
  return readingStep({
    name,
    call: input => portsOn(server(input)),
    made(body, input) {
      const own = networks.flatMap((_, index): [string, Value][] => {
        const port = input.made.get(portStep(index))?.physicalId;
        return port === undefined ? [] : [[String(index), port]];
      });
      const data = mapOf([
        ['held', thingsIn(body, 'ports').map(interfaceOf)],
        ['own', mapOf(own)],
      ]);
      return { physicalId: '', data };
    },
  });
}

function interfaceOf(port: ValueMap): ValueMap {
  return mapOf(['id', 'network_id', 'fixed_ips'].map((key): [string, Value] => [key, port.get(key) ?? null]));
}

function heldIn(input: StepInput, name = heldStepName): readonly ValueMap[] {
  return mapsIn(thingOf(input, name).data, 'held');
}

function hasAddress(port: ValueMap, address: string): boolean {
  return mapsIn(port, 'fixed_ips').some(ip => ip.get('ip_address') === address);
}

/** The port of each entry; undefined where the server has none for it. */
export function portsOf(networks: readonly ValueMap[], input: StepInput): readonly (string | undefined)[] {
  const own = mapIn(thingOf(input, heldStepName).data, 'own') ?? emptyMap;
  const given = networks.map((entry, index) => textIn(entry, 'port') ?? textIn(own, String(index)));
  const left = heldIn(input).filter(port => !given.includes(textIn(port, 'id')));
  const take = (fits: (port: ValueMap) => boolean): string | undefined => {
    const at = left.findIndex(fits);
    return at < 0 ? undefined : textIn(left.splice(at, 1)[0] ?? emptyMap, 'id');
  };
  const found = [...given];
  // Those that say an address first: it leaves no choice.
  for (const says of [true, false]) {
    networks.forEach((entry, index) => {
      const [network, address] = [textIn(entry, 'network'), textIn(entry, 'fixed_ip')];
      if (found[index] !== undefined || needsPort(entry) || !hasInterface(entry)) return;
      if ((address !== undefined) !== says) return;
      found[index] = take(
        port =>
          (network === undefined || port.get('network_id') === network) &&
          (address === undefined || hasAddress(port, address)),
      );
    });
  }
  return found;
}

/** Where a port is, from the ports that are still on the server. */
function isOff(body: Value): Readiness {
  const listed = isMap(body) && body.has('ports');
  return listed && thingsIn(body, 'ports').length === 0 ? { kind: 'ready' } : { kind: 'waiting' };
}

const unable = new Set(['ERROR', 'DELETED', 'SOFT_DELETED']);

/** Takes a port off. A server that has failed keeps its ports, as Nova does not take them off. */
function detaching(name: string, server: (input: StepInput) => string, portFor: (input: StepInput) => string): Step {
  const made = (_body: Value, input: StepInput): Made => ({ physicalId: portFor(input), data: emptyMap });
  const show = (port: string, input: StepInput) => portsOn(server(input), port);
  return {
    name,
    service: 'compute',
    unique: true,
    repeatable: true,
    conflict: 'retry',
    create(input) {
      const port = portFor(input);
      if (port === '') return show(port, input);
      return compute('DELETE', `${oneServer(server(input))}/os-interface/${encodeURIComponent(port)}`);
    },
    made,
    find: input => compute('GET', oneServer(server(input))),
    found: body => (unable.has(statusOf(thingIn(body, 'server'))) ? { physicalId: '', data: emptyMap } : undefined),
    show,
    ready: isOff,
    remove: () => undefined,
  };
}

/** Takes off what the server has for an entry; nothing where it has nothing. */
export function detachStep(networks: readonly ValueMap[], index: number): Step {
  return detaching(`detach_${index}`, serverOf, input => {
    const port = portsOf(networks, input)[index];
    return heldIn(input).some(held => held.get('id') === port) ? (port ?? '') : '';
  });
}

/** Takes off a port that another server holds now. */
export function takePortStep(entry: ValueMap, index: number, server: string, held: string): Step {
  const port = textIn(entry, 'port');
  return detaching(
    `take_${index}`,
    () => server,
    input => (heldIn(input, held).some(each => each.get('id') === port) ? (port ?? '') : ''),
  );
}

/** What a port's addresses are from now on; of a port that is not there nothing is asked. */
function addressing(name: string, portFor: (input: StepInput) => string, addresses: readonly ValueMap[]): Step {
  const body = writeJson(mapOf([['port', mapOf([['fixed_ips', addresses]])]]));
  return readingStep({
    name,
    call(input) {
      const port = portFor(input);
      if (port === '') return portsOn(serverOf(input), port);
      return { service: 'network', method: 'PUT', path: onePort(port), body };
    },
    made: () => ({ physicalId: '', data: emptyMap }),
  });
}

/** A server's port without its address, which can be held once on a network. */
export function letGoStep(networks: readonly ValueMap[], index: number): Step {
  return addressing(
    `let_go_${index}`,
    input => {
      const port = portsOf(networks, input)[index];
      return heldIn(input).some(held => held.get('id') === port) ? (port ?? '') : '';
    },
    [],
  );
}

/** The port of another server without the address that this one had. */
export function takeAddressStep(entry: ValueMap, index: number, held: string): Step {
  const address = textIn(entry, 'fixed_ip') ?? '';
  const holder = (input: StepInput) => heldIn(input, held).find(port => hasAddress(port, address));
  return addressing(`take_${index}`, input => textIn(holder(input) ?? emptyMap, 'id') ?? '', []);
}

/** The port that let go of it has its address again: the one that was made for the entry, or one that has none now. */
export function giveBackStep(entry: ValueMap, index: number): Step {
  const [address, subnet, network] = [textIn(entry, 'fixed_ip'), textIn(entry, 'subnet'), textIn(entry, 'network')];
  const back = withoutNulls([
    ['subnet_id', subnet],
    ['ip_address', address],
  ]);
  const portFor = (input: StepInput): string => {
    const own = mapIn(thingOf(input, heldStepName).data, 'own') ?? emptyMap;
    const bare = heldIn(input).find(
      port => port.get('network_id') === network && mapsIn(port, 'fixed_ips').length === 0,
    );
    return textIn(own, String(index)) ?? textIn(bare ?? emptyMap, 'id') ?? '';
  };
  return addressing(`give_back_${index}`, portFor, [back]);
}

/** Puts an interface on: of a port, or of a network; of whichever Nova chooses where nothing is said. */
export function attachStep(entry: ValueMap, index: number): Step {
  const own = (input: StepInput) =>
    needsPort(entry) ? thingOf(input, portStep(index)).physicalId : textIn(entry, 'port');
  const isSaid = needsPort(entry) || ['port', 'fixed_ip'].some(key => textIn(entry, key) !== undefined);
  return {
    name: `attach_${index}`,
    service: 'compute',
    unique: true,
    repeatable: isSaid,
    conflict: 'retry',
    create: input =>
      compute('POST', `${oneServer(serverOf(input))}/os-interface`, {
        ...(textIn(entry, 'tag') !== undefined && { version: '2.49' }),
        body: writeJson(mapOf([['interfaceAttachment', interfaceBody(entry, own(input))]])),
      }),
    made(body) {
      const port = textIn(thingIn(body, 'interfaceAttachment'), 'port_id');
      if (port === undefined) throw unreadable('an interface without a port');
      return { physicalId: port, data: emptyMap };
    },
    find: input => portsOn(serverOf(input)),
    found(body, input) {
      const port = thingsIn(body, 'ports').find(each => isOurs(each, entry, own(input), input));
      return port === undefined ? undefined : { physicalId: textIn(port, 'id') ?? '', data: emptyMap };
    },
    show: (port, input) => compute('GET', `${oneServer(serverOf(input))}/os-interface/${encodeURIComponent(port)}`),
    ready: () => ({ kind: 'ready' }),
    // It goes with the server.
    remove: () => undefined,
  };
}

function interfaceBody(entry: ValueMap, port: string | undefined): ValueMap {
  const tag = textIn(entry, 'tag');
  if (port !== undefined) {
    return withoutNulls([
      ['port_id', port],
      ['tag', tag],
    ]);
  }
  const address = textIn(entry, 'fixed_ip');
  return withoutNulls([
    ['net_id', textIn(entry, 'network')],
    ['fixed_ips', address === undefined ? undefined : [mapOf([['ip_address', address]])]],
    ['tag', tag],
  ]);
}

/** The port itself, or the address; else one of that network that was not there before and that no other step put on. */
function isOurs(port: ValueMap, entry: ValueMap, given: string | undefined, input: StepInput): boolean {
  const [id, address, network] = [textIn(port, 'id') ?? '', textIn(entry, 'fixed_ip'), textIn(entry, 'network')];
  if (given !== undefined) return id === given;
  if (network !== undefined && port.get('network_id') !== network) return false;
  if (address !== undefined) return hasAddress(port, address);
  const known = [...input.made.values()].some(made => made.physicalId === id);
  return !known && !heldIn(input).some(held => held.get('id') === id);
}

/** What a new server's `networks` ask for, checked against Neutron as Nova does before it accepts the server. */
import { type Fields, isAdmin, isFields } from '../service.ts';
import type { Desk } from './desk.ts';
import { refuse } from './errors.ts';
import type { Nic } from './state.ts';

export type Wish = Omit<Nic, 'seed'>;

const uuid = /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i;

/**
 * The interfaces that a server is to have. Nothing said: the one network that the project may use, if there is one.
 *
 * @throws Refusal 400 for what is not there or malformed, 409 for a port in use or when the network is not clear.
 */
export function nicsOf(desk: Desk, given: unknown, count: number): Wish[] {
  if (given === 'none') return [];
  if (!Array.isArray(given) || given.length === 0)
    return given === 'auto' ? automatic(desk, true) : automatic(desk, false);
  const wanted = given.filter(isFields);
  const ports = wanted.flatMap(one => (typeof one['port'] === 'string' ? [one['port']] : []));
  const twice = ports.find((id, i) => ports.indexOf(id) !== i);
  if (twice !== undefined) {
    throw refuse.badRequest(`Port ID '${twice}' was specified twice: you cannot attach a port multiple times.`);
  }
  if (ports.length > 0 && count > 1) {
    throw refuse.badRequest(
      'Failed to launch instances: Unable to launch multiple instances with a single configured port ID. Please launch your instance one by one with different ports.',
    );
  }
  return wanted.map(one => wishOf(desk, one));
}

function automatic({ network, projectId }: Desk, asked: boolean): Wish[] {
  const known = network.networksOf(projectId);
  const own = known.filter(one => one.projectId === projectId);
  const usable = asked && own.length > 0 ? own : known;
  if (usable.length > 1) {
    throw refuse.conflict('Multiple possible networks found, use a Network ID to be more specific.');
  }
  return usable.map(one => blank({ networkId: one.id, ours: true }));
}

const blank = (given: Partial<Wish>): Wish => ({
  networkId: undefined,
  fixedIp: undefined,
  portId: undefined,
  tag: null,
  ours: false,
  ...given,
});

function wishOf(desk: Desk, given: Fields): Wish {
  const text = (field: string): string | undefined => {
    const value = given[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [portId, fixedIp, networkId] = [text('port'), text('fixed_ip'), text('uuid')];
  const tag = text('tag') ?? null;
  if (portId !== undefined) {
    if (fixedIp !== undefined) {
      throw refuse.badRequest(
        `Specified Fixed IP '${fixedIp}' cannot be used with port '${portId}': the two cannot be specified together.`,
      );
    }
    return portWish(desk, portId, tag);
  }
  if (networkId === undefined) throw refuse.badRequest("Bad network format: missing 'uuid'");
  if (!uuid.test(networkId)) {
    throw refuse.badRequest(`Bad networks format: network uuid is not in proper format (${networkId})`);
  }
  return networkWish(desk, networkId, fixedIp, tag);
}

function portWish(desk: Desk, portId: string, tag: string | null): Wish {
  const port = desk.network.port(portId);
  const visible = port !== undefined && (port.projectId === desk.projectId || isAdmin(desk.ask.asker));
  if (!visible) throw refuse.badRequest(refuse.port(portId));
  if (port.deviceId !== '') throw refuse.portInUse(portId);
  if (
    port.fixedIps.length === 0 &&
    desk.network.network(port.networkId, desk.projectId, true)?.subnetIds.length === 0
  ) {
    throw refuse.badRequest(`Port ${portId} requires a FixedIP in order to be used.`);
  }
  return blank({ portId, networkId: port.networkId, tag });
}

function networkWish(desk: Desk, networkId: string, fixedIp: string | undefined, tag: string | null): Wish {
  const admin = isAdmin(desk.ask.asker);
  const network = desk.network.network(networkId, desk.projectId, admin);
  if (network === undefined) throw refuse.badRequest(refuse.network(networkId));
  if (network.external && !network.shared && !admin) {
    throw refuse.denied(`It is not allowed to create an interface on external network ${networkId}`);
  }
  if (network.subnetIds.length === 0) {
    throw refuse.badRequest(`Network ${networkId} requires a subnet in order to boot instances on.`);
  }
  return blank({ networkId, fixedIp, tag, ours: true });
}

/**
 * Which router interfaces a floating address waits for, read off the template.
 *
 * An address can be tied to a port only when a router stands between their networks, and the router can be taken from
 * the subnet only when the address is gone. No property says so. Where it is not certain that an interface has nothing
 * to do with the port it counts: an edge too many costs a little time, one too few fails the stack (contract:
 * resource-types, FloatingIP). Beyond Heat, a server's interfaces count as ports, so that an address tied to
 * `{get_attr: [server, addresses, …]}` needs no depends_on.
 */
import type { Expr, ExprMap } from '../../template/expr.ts';
import {
  isExprList,
  isExprMap,
  isLiteral,
  ofType,
  type Planned,
  planned,
  readBy,
  sameThing,
} from '../../kit/planned.ts';
import type { PlannedDefinition } from '../../kit/resource.ts';

/** The interfaces of the template that may lead to the port, or server, that an expression reads. */
export function interfacesOf(port: Expr | undefined, all: Planned): readonly PlannedDefinition[] {
  const reached = readBy(port, all);
  return ofType(all, 'OS::Neutron::RouterInterface').filter(foot =>
    reached.some(definition => leadsTo(foot.properties, definition, all)),
  );
}

function leadsTo(foot: ExprMap, { implementation, properties }: PlannedDefinition, all: Planned): boolean {
  if (implementation === 'OS::Neutron::Port') return leadsToPort(foot, properties, all);
  return implementation === 'OS::Nova::Server' && leadsToServer(foot, properties, all);
}

function leadsToPort(foot: ExprMap, port: ExprMap, all: Planned): boolean {
  const network = planned(port, 'network', 'network_id');
  const ips = port.get('fixed_ips');
  if (!isExprList(ips) || ips.length === 0) return mayBeOn(foot, network, all);
  return ips.some(ip => {
    const subnet = isExprMap(ip) ? planned(ip, 'subnet', 'subnet_id') : undefined;
    return subnet === undefined ? mayBeOn(foot, network, all) : mayBeIn(foot, subnet, network, all);
  });
}

function leadsToServer(foot: ExprMap, server: ExprMap, all: Planned): boolean {
  const networks = server.get('networks');
  if (!isExprList(networks) || networks.length === 0) return true;
  return networks.some(entry => {
    if (!isExprMap(entry)) return true;
    const [port] = readBy(entry.get('port'), all);
    if (port?.implementation === 'OS::Neutron::Port') return leadsToPort(foot, port.properties, all);
    const [subnet, network] = [planned(entry, 'subnet'), planned(entry, 'network', 'uuid')];
    if (subnet !== undefined) return mayBeIn(foot, subnet, network, all);
    return network === undefined || mayBeOn(foot, network, all);
  });
}

/** May the interface be in this subnet? Of one that joins a port only the port's network is known. */
function mayBeIn(foot: ExprMap, subnet: Expr, network: Expr | undefined, all: Planned): boolean {
  const own = planned(foot, 'subnet', 'subnet_id');
  if (own !== undefined) return sameThing(own, subnet) || (isLiteral(own) && isLiteral(subnet));
  const [there] = readBy(subnet, all);
  return mayBeOn(foot, planned(there?.properties ?? new Map(), 'network', 'network_id') ?? network, all);
}

/** May the interface be on this network? */
function mayBeOn(foot: ExprMap, network: Expr | undefined, all: Planned): boolean {
  const end = planned(foot, 'subnet', 'subnet_id') ?? planned(foot, 'port', 'port_id');
  const [definition] = readBy(end, all);
  const own = definition && planned(definition.properties, 'network', 'network_id');
  // A subnet that was there before the stack is on no network of the stack's.
  if (own === undefined) return network === undefined || isLiteral(network) || !isLiteral(end);
  return network === undefined || sameThing(own, network) || (isLiteral(own) && isLiteral(network));
}

/**
 * A router's feet in subnets: the calls that put one in and take it away, and how one is seen.
 *
 * A foot has no mark; it is known by its ends. A second `PUT …/add_router_interface` is refused with 400, a second
 * removal with 404 (marks.md), and then the router's ports say whether there is one.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import { thingsIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { mapOf, type Value } from '../../values/value.ts';
import { service } from './network.ts';

/** Adds or removes the foot in a subnet, or that by which a port was taken. */
export function changeFoot(
  verb: 'add' | 'remove',
  router: string,
  end: { readonly key: string; readonly id: string },
): CloudCall {
  const path = `/v2.0/routers/${encodeURIComponent(router)}/${verb}_router_interface`;
  return { service, method: 'PUT', path, body: writeJson(mapOf([[end.key, end.id]])) };
}

/** Lists the router's ports. */
export function lookForFeet(router: string): CloudCall {
  return { service, method: 'GET', path: `/v2.0/ports?device_id=${encodeURIComponent(router)}` };
}

/** True where that list shows a foot in the subnet; a gateway's port is none. */
export function hasFoot(body: Value, router: string, subnet: string): boolean {
  return thingsIn(body, 'ports').some(
    port =>
      port.get('device_id') === router &&
      port.get('device_owner') !== 'network:router_gateway' &&
      mapsIn(port, 'fixed_ips').some(ip => textIn(ip, 'subnet_id') === subnet),
  );
}

/** A small cloud for the unit tests of AWS's networks: a VPC of network V and router R, an external network X. */
import type { CloudCall } from '../../engine/kernel/world.ts';
import type { ResourceType } from '../../engine/kit/resource.ts';
import type { Plain, PlainMap } from '../../engine/values/json.ts';
import { bodyOf, inputFor, shown, stepsFor, walk } from './steps.ts';

export const V = '00000000-0000-4000-8000-00000000000a';
export const S = '00000000-0000-4000-8000-00000000000b';
export const T = '00000000-0000-4000-8000-00000000000c';
export const U = '00000000-0000-4000-8000-00000000000d';
export const I = '00000000-0000-4000-8000-00000000000e';
export const G = '00000000-0000-4000-8000-00000000000f';

const isMap = (value: Plain | undefined): value is PlainMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What Neutron and Nova answer. */
export function cloud(call: CloudCall): Plain {
  const { path, method } = call;
  if (method !== 'GET') {
    const body = bodyOf(call);
    const [key = '', inner] = Object.entries(isMap(body) ? body : {})[0] ?? [];
    return isMap(inner) ? { [key]: { id: 'ID', status: 'ACTIVE', floating_ip_address: '172.24.4.9', ...inner } } : {};
  }
  if (path.startsWith('/v2.0/networks?')) {
    return {
      networks: [
        { id: 'X', 'router:external': true },
        { id: V, 'router:external': false },
      ],
    };
  }
  if (path.startsWith('/v2.0/networks/')) return { network: { id: V, name: 'vpc' } };
  if (path.startsWith('/v2.0/routers?name=')) {
    return {
      routers: [
        { id: 'r', name: 'VPC' },
        { id: 'R', name: 'vpc', external_gateway_info: { network_id: 'X' } },
      ],
    };
  }
  if (path.startsWith('/v2.0/routers?id=')) return { routers: [{ id: T }] };
  if (path.startsWith('/v2.0/subnets/')) return { subnet: { id: S, network_id: V } };
  if (path.startsWith('/v2.0/ports?'))
    return {
      ports: [
        { id: 'P', network_id: V },
        { id: 'Q', network_id: V },
      ],
    };
  if (path.startsWith('/v2.0/floatingips?')) return { floatingips: [{ id: 'F' }] };
  if (path.startsWith('/v2.0/floatingips/')) return { floatingip: { id: U, floating_network_id: 'X' } };
  if (path.endsWith('/os-interface')) {
    const fixed = [{ ip_address: 'fd00::5' }, { ip_address: '10.0.0.5' }];
    return {
      interfaceAttachments: [
        { port_id: 'N', fixed_ips: fixed },
        { port_id: 'M', fixed_ips: [] },
      ],
    };
  }
  return {};
}

/** The calls that make it, on one line each. */
export const lines = (type: ResourceType, plain: PlainMap) => walk(type, plain, cloud).calls.map(shown);

/** What a delete asks for, last step first. */
export function undone(type: ResourceType, plain: PlainMap): readonly (string | undefined)[] {
  const { made } = walk(type, plain, cloud);
  const input = inputFor(type, plain, Object.fromEntries(made));
  return stepsFor(type, plain)
    .toReversed()
    .map(step => step.remove(made.get(step.name)?.physicalId ?? '', input))
    .flatMap(call => (call === undefined ? [] : [shown(call)]));
}

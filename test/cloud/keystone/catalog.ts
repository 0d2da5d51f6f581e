/**
 * The service catalog: which services this cloud has, and where. The sandbox's own are made anew at every start, since
 * ports may move; what an admin registered or changed is in the state and lies on top of them.
 */
import { createHash } from 'node:crypto';
import type { Ports } from '../../../cli/ports.ts';
import type { Fields } from '../service.ts';
import type { KeystoneState } from './state.ts';

export const region = 'RegionOne';
export const interfaces = ['public', 'internal', 'admin'] as const;

export interface Endpoint {
  readonly id: string;
  readonly serviceId: string;
  readonly face: string;
  readonly regionId: string;
  /** `%(tenant_id)s` stands for the project of the token. */
  readonly url: string;
  /** Undefined: it is. */
  readonly enabled?: boolean;
  /** What Keystone keeps without knowing it: also its name. */
  readonly extra?: Fields;
}

export interface Service {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** Undefined: it is. */
  readonly enabled?: boolean;
  readonly extra?: Fields;
  readonly endpoints: readonly Endpoint[];
}

/** Ids are made from what they name, so that they stay the same over restarts and differ from each other. */
const stableId = (what: string): string => createHash('md5').update(what).digest('hex');

/** The services of a sandbox on these ports, with the orchestration that runs beside it. */
export function services(ports: Ports): Service[] {
  const at = (port: number, path: string): string => `http://127.0.0.1:${port}${path}`;
  return [
    ['identity', 'keystone', at(ports.keystone, '/v3')] as const,
    ['compute', 'nova', at(ports.nova, '/v2.1')] as const,
    ['network', 'neutron', at(ports.neutron, '')] as const,
    ['volumev3', 'cinderv3', at(ports.cinder, '/v3/%(tenant_id)s')] as const,
    ['block-storage', 'cinder', at(ports.cinder, '/v3/%(tenant_id)s')] as const,
    ['image', 'glance', at(ports.glance, '')] as const,
    ['orchestration', 'heat', at(ports.native, '/v1/%(tenant_id)s')] as const,
    ['cloudformation', 'heat-cfn', at(ports.cfn, '/v1')] as const,
  ].map(([type, name, url]) => {
    const id = stableId(`service ${type}`);
    const endpoints = interfaces.map(face => {
      return { id: stableId(`endpoint ${type} ${face}`), serviceId: id, face, regionId: region, url };
    });
    return { id, type, name, endpoints };
  });
}

/** The sandbox's own services, with what admins registered beside them or put in their place. */
export function catalogOf({ services: more, endpoints }: KeystoneState, own: readonly Service[]): readonly Service[] {
  const registered = more.all().map(service => ({ ...service, endpoints: [] }));
  return [...own, ...registered].map(service => {
    const places = new Map<string, Endpoint>(service.endpoints.map(each => [each.id, each]));
    for (const each of endpoints.filter(({ serviceId }) => serviceId === service.id)) places.set(each.id, each);
    return { ...service, endpoints: [...places.values()] };
  });
}

/** The `catalog` of a token. Without a project the endpoints that need one are left out, as Keystone does. */
export function catalogFor(all: readonly Service[], projectId: string | undefined): object[] {
  const shown = all.filter(({ enabled }) => enabled !== false);
  return shown.map(service => ({
    endpoints: endpointsOf(service, projectId),
    id: service.id,
    type: service.type,
    name: service.name,
  }));
}

function endpointsOf(service: Service, projectId: string | undefined): object[] {
  return service.endpoints
    .filter(({ enabled, url }) => enabled !== false && (projectId !== undefined || !url.includes('%(tenant_id)s')))
    .map(({ id, face, regionId, url }) => ({
      id,
      interface: face,
      region_id: regionId,
      url: url.replaceAll('%(tenant_id)s', projectId ?? ''),
      region: regionId,
    }));
}

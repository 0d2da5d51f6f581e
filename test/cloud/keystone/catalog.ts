/** The service catalog: which services this cloud has, and where. Made anew at every start, since ports may move. */
import { createHash } from 'node:crypto';
import type { Ports } from '../../../cli/ports.ts';

export const region = 'RegionOne';
export const interfaces = ['public', 'internal', 'admin'] as const;

export interface Service {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  /** `%(tenant_id)s` stands for the project of the token. */
  readonly url: string;
}

/** Ids are made from what they name, so that they stay the same over restarts and differ from each other. */
const stableId = (what: string): string => createHash('md5').update(what).digest('hex');

export const endpointId = (service: Service, face: string): string => stableId(`endpoint ${service.type} ${face}`);

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
  ].map(([type, name, url]) => ({ id: stableId(`service ${type}`), type, name, url }));
}

/** The `catalog` of a token. Without a project the endpoints that need one are left out, as Keystone does. */
export function catalogFor(all: readonly Service[], projectId: string | undefined): object[] {
  return all.map(service => ({
    endpoints: endpointsOf(service, projectId),
    id: service.id,
    type: service.type,
    name: service.name,
  }));
}

function endpointsOf(service: Service, projectId: string | undefined): object[] {
  if (projectId === undefined && service.url.includes('%(tenant_id)s')) return [];
  const url = service.url.replaceAll('%(tenant_id)s', projectId ?? '');
  return interfaces.map(face => ({
    id: endpointId(service, face),
    interface: face,
    region_id: region,
    url,
    region,
  }));
}

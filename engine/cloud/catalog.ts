/**
 * Where services are: the part of a token's catalog that one engine uses (one region, one interface), as URLs by type.
 *
 * Installations differ in whether an endpoint ends in the API's version, and in how they call block storage. Types
 * write paths in one way (`/v2.0/networks` under network, `/volumes` under volumev3), so both are evened out here.
 */
import { at, listAt, textAt } from './plain.ts';

export type Interface = 'public' | 'internal' | 'admin';

export interface Place {
  /** Undefined: the first region that the catalog names for a service. */
  readonly region: string | undefined;
  readonly interface: Interface;
}

/** URLs without a slash at the end, by the service's type in the catalog. */
export type Catalog = ReadonlyMap<string, string>;

/** What a type is called in catalogs, first choice first (OpenStack service-types authority). */
const aliases: Readonly<Record<string, readonly string[]>> = {
  volumev3: ['volumev3', 'block-storage'],
  'container-infra': ['container-infra', 'container-infrastructure-management'],
  dns: ['dns'],
  sharev2: ['sharev2', 'shared-file-system'],
  workflowv2: ['workflowv2', 'workflow'],
};

/** Versions that belong to paths, so are cut from an endpoint that has them; or to endpoints, so are added. */
const inPath: Readonly<Record<string, RegExp>> = { network: /\/v2\.0$/, image: /\/v2$/ };
const inEndpoint: Readonly<Record<string, { readonly has: RegExp; readonly add: string }>> = {
  identity: { has: /\/v3$/, add: '/v3' },
};

/** The catalog of a token document's `token`. What is not understood is left out. */
export function catalogOf(token: unknown, place: Place): Catalog {
  const found = new Map<string, string>();
  for (const service of listAt(token, 'catalog')) {
    const type = textAt(service, 'type');
    const endpoint = listAt(service, 'endpoints').find(candidate => fits(candidate, place));
    const url = textAt(endpoint, 'url');
    if (type !== undefined && url !== undefined && URL.canParse(url) && !found.has(type)) {
      found.set(type, evened(type, url));
    }
  }
  return found;
}

function fits(endpoint: unknown, place: Place): boolean {
  if (at(endpoint, 'interface') !== place.interface) return false;
  const region = textAt(endpoint, 'region_id') ?? textAt(endpoint, 'region');
  return place.region === undefined || region === place.region;
}

function evened(type: string, url: string): string {
  const bare = url.replace(/\/+$/, '').replace(inPath[type] ?? /$^/, '');
  const version = inEndpoint[type];
  return version === undefined || version.has.test(bare) ? bare : `${bare}${version.add}`;
}

/** The service's URL; undefined where the catalog has none of that type. */
export function endpointOf(catalog: Catalog, service: string): string | undefined {
  for (const type of aliases[service] ?? [service]) {
    const url = catalog.get(type);
    if (url !== undefined) return url;
  }
  return undefined;
}

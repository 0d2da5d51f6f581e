/** Regions, services and endpoints: everybody's catalog, which admins write. */
import type { Router } from '../router.ts';
import type { Ask, Fields } from '../service.ts';
import { type Endpoint, interfaces, region, type Service } from './catalog.ts';
import { bodyOf, type Context, textOf, textOrNull } from './context.ts';
import { refuse } from './errors.ts';
import { newId } from './secrets.ts';
import { endpointView, regionView, serviceView } from './views.ts';

export function catalogRoutes(router: Router, context: Context): void {
  regions(router, context);
  services(router, context);
  endpoints(router, context);
}

function regions(router: Router, context: Context): void {
  const { state } = context;
  const known = (): readonly string[] => [region, ...state.regions.all().map(({ id }) => id)];
  router
    .on('GET', '/v3/regions', ask => {
      context.bearer(ask);
      const views = known().map(id => regionView(id, ask.base));
      return context.list(ask, 'regions', views);
    })
    .on('GET', '/v3/regions/:id', (ask, { id = '' }) => {
      context.bearer(ask);
      if (!known().includes(id)) throw refuse.notFound('region', id);
      return { status: 200, body: { region: regionView(id, ask.base) } };
    })
    .on('POST', '/v3/regions', ask => {
      context.allow(ask, 'identity:create_region');
      const id = textOrNull(bodyOf(ask, 'region'), 'id') ?? newId(ask);
      if (known().includes(id)) throw refuse.conflict('region', `Duplicate ID, ${id}.`);
      state.regions.put({ id });
      return { status: 201, body: { region: regionView(id, ask.base) } };
    });
}

function services(router: Router, context: Context): void {
  const { state } = context;
  router
    .on('GET', '/v3/services', ask => {
      context.allow(ask, 'identity:list_services');
      const views = context.services.map(service => serviceView(service, ask.base));
      return context.list(ask, 'services', views);
    })
    .on('GET', '/v3/services/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:get_service');
      return { status: 200, body: { service: serviceView(serviceOf(context, id), ask.base) } };
    })
    .on('POST', '/v3/services', ask => {
      context.allow(ask, 'identity:create_service');
      const body = bodyOf(ask, 'service');
      const made = state.services.put({
        id: newId(ask),
        type: textOf(body, 'type'),
        name: textOrNull(body, 'name') ?? '',
      });
      return { status: 201, body: { service: serviceView({ ...made, endpoints: [] }, ask.base) } };
    });
}

function endpoints(router: Router, context: Context): void {
  const { state } = context;
  const found = (id: string): Endpoint => {
    const all = context.services.flatMap(service => service.endpoints);
    const endpoint = all.find(each => each.id === id);
    if (endpoint === undefined) throw refuse.notFound('endpoint', id);
    return endpoint;
  };
  router
    .on('GET', '/v3/endpoints', ask => {
      context.allow(ask, 'identity:list_endpoints');
      const all = context.services.flatMap(service => service.endpoints);
      const views = all.map(endpoint => endpointView(endpoint, ask.base));
      return context.list(ask, 'endpoints', views);
    })
    .on('POST', '/v3/endpoints', ask => {
      context.allow(ask, 'identity:create_endpoint');
      const body = bodyOf(ask, 'endpoint');
      const made = state.endpoints.put({
        id: newId(ask),
        serviceId: serviceOf(context, textOf(body, 'service_id')).id,
        face: faceOf(body),
        regionId: regionOf(context, body),
        url: textOf(body, 'url'),
      });
      return { status: 201, body: { endpoint: endpointView(made, ask.base) } };
    })
    .on('PATCH', '/v3/endpoints/:id', (ask: Ask, { id = '' }) => {
      context.allow(ask, 'identity:update_endpoint');
      const body = bodyOf(ask, 'endpoint');
      const was = found(id);
      const made = state.endpoints.put({ ...was, url: 'url' in body ? textOf(body, 'url') : was.url });
      return { status: 200, body: { endpoint: endpointView(made, ask.base) } };
    });
}

function serviceOf(context: Context, id: string): Service {
  const service = context.services.find(one => one.id === id);
  if (service === undefined) throw refuse.notFound('service', id);
  return service;
}

function faceOf(body: Fields): string {
  const face = textOf(body, 'interface');
  if (interfaces.some(each => each === face)) return face;
  throw refuse.wrong('interface', face, "is not one of ['admin', 'internal', 'public']");
}

function regionOf({ state }: Context, body: Fields): string {
  const id = textOrNull(body, 'region_id') ?? textOrNull(body, 'region') ?? region;
  if (id !== region && state.regions.get(id) === undefined) {
    throw refuse.badRequest(`Could not find region: ${id}.`);
  }
  return id;
}

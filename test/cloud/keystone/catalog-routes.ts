/** Regions, services and endpoints: everybody's catalog, which admins write. */
import type { Router } from '../router.ts';
import type { Fields } from '../service.ts';
import { type Endpoint, interfaces, region, type Service } from './catalog.ts';
import { bodyOf, booleanOf, type Context, extraOf, textOf, textOrNull } from './context.ts';
import { refuse } from './errors.ts';
import { newId } from './secrets.ts';
import type { Region, RegisteredService } from './state.ts';
import { endpointView, regionView, serviceView } from './views.ts';

export function catalogRoutes(router: Router, context: Context): void {
  regions(router, context);
  services(router, context);
  endpoints(router, context);
}

const regionFields = ['id', 'description', 'parent_region_id'];

function regions(router: Router, context: Context): void {
  const { state } = context;
  const own: Region = { id: region };
  const known = (): readonly Region[] => [
    ...(state.regions.get(region) === undefined ? [own] : []),
    ...state.regions.all(),
  ];
  const found = (id: string): Region => {
    const one = known().find(each => each.id === id);
    if (one === undefined) throw refuse.notFound('region', id);
    return one;
  };
  const written = (body: Fields, was: Region): Region => {
    const parentId = 'parent_region_id' in body ? textOrNull(body, 'parent_region_id') : (was.parentId ?? null);
    if (parentId !== null) found(parentId);
    const description = 'description' in body ? textOrNull(body, 'description') : was.description;
    return {
      ...was,
      description: description ?? '',
      parentId,
      extra: { ...was.extra, ...extraOf(body, regionFields) },
    };
  };
  router
    .on('GET', '/v3/regions', ask => {
      context.bearer(ask);
      return context.list(
        ask,
        'regions',
        known().map(one => regionView(one, ask.base)),
      );
    })
    .on('GET', '/v3/regions/:id', (ask, { id = '' }) => {
      context.bearer(ask);
      return { status: 200, body: { region: regionView(found(id), ask.base) } };
    })
    .on('POST', '/v3/regions', ask => {
      context.allow(ask, 'identity:create_region');
      const body = bodyOf(ask, 'region');
      const id = textOrNull(body, 'id') ?? newId(ask);
      if (known().some(each => each.id === id)) throw refuse.conflict('region', `Duplicate ID, ${id}`);
      const made = state.regions.put(written(body, { id }));
      return { status: 201, body: { region: regionView(made, ask.base) } };
    })
    .on('PATCH', '/v3/regions/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:update_region');
      const made = state.regions.put(written(bodyOf(ask, 'region'), found(id)));
      return { status: 200, body: { region: regionView(made, ask.base) } };
    })
    .on('DELETE', '/v3/regions/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:delete_region');
      found(id);
      const isUsed = context.services.some(each => each.endpoints.some(({ regionId }) => regionId === id));
      if (isUsed) throw refuse.usedRegion(id);
      for (const child of state.regions.filter(({ parentId }) => parentId === id)) state.regions.drop(child.id);
      state.regions.drop(id);
      return { status: 204 };
    });
}

const serviceFields = ['id', 'type', 'name', 'enabled'];

function services(router: Router, context: Context): void {
  const { state } = context;
  const written = (body: Fields, was: RegisteredService): RegisteredService => ({
    ...was,
    type: 'type' in body || was.type === '' ? textOf(body, 'type') : was.type,
    name: 'name' in body ? (textOrNull(body, 'name') ?? '') : was.name,
    enabled: booleanOf(body, 'enabled', was.enabled ?? true),
    extra: { ...was.extra, ...extraOf(body, serviceFields) },
  });
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
      const made = state.services.put(written(bodyOf(ask, 'service'), { id: newId(ask), type: '', name: '' }));
      return { status: 201, body: { service: serviceView({ ...made, endpoints: [] }, ask.base) } };
    })
    .on('PATCH', '/v3/services/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:update_service');
      const made = state.services.put(written(bodyOf(ask, 'service'), registered(context, id)));
      return { status: 200, body: { service: serviceView({ ...made, endpoints: [] }, ask.base) } };
    })
    .on('DELETE', '/v3/services/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:delete_service');
      state.dropService(registered(context, id).id);
      return { status: 204 };
    });
}

/** One that an admin registered: the sandbox's own stay as they are. */
function registered(context: Context, id: string): RegisteredService {
  serviceOf(context, id);
  const service = context.state.services.get(id);
  if (service === undefined) throw refuse.badRequest("The sandbox's own services cannot be changed.");
  return service;
}

const endpointFields = ['id', 'service_id', 'interface', 'region', 'region_id', 'url', 'enabled'];

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
    .on('GET', '/v3/endpoints/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:get_endpoint');
      return { status: 200, body: { endpoint: endpointView(found(id), ask.base) } };
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
        enabled: booleanOf(body, 'enabled', true),
        extra: extraOf(body, endpointFields),
      });
      return { status: 201, body: { endpoint: endpointView(made, ask.base) } };
    })
    .on('PATCH', '/v3/endpoints/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:update_endpoint');
      const body = bodyOf(ask, 'endpoint');
      const was = found(id);
      const made = state.endpoints.put({
        ...was,
        serviceId: 'service_id' in body ? serviceOf(context, textOf(body, 'service_id')).id : was.serviceId,
        face: 'interface' in body ? faceOf(body) : was.face,
        regionId: 'region_id' in body || 'region' in body ? regionOf(context, body) : was.regionId,
        url: 'url' in body ? textOf(body, 'url') : was.url,
        enabled: booleanOf(body, 'enabled', was.enabled ?? true),
        extra: { ...was.extra, ...extraOf(body, endpointFields) },
      });
      return { status: 200, body: { endpoint: endpointView(made, ask.base) } };
    })
    .on('DELETE', '/v3/endpoints/:id', (ask, { id = '' }) => {
      context.allow(ask, 'identity:delete_endpoint');
      found(id);
      state.endpoints.drop(id);
      return { status: 204 };
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

/** Keystone keeps an endpoint without a region; the sandbox's has one. */
function regionOf({ state }: Context, body: Fields): string {
  const id = textOrNull(body, 'region_id') ?? textOrNull(body, 'region') ?? region;
  if (id !== region && state.regions.get(id) === undefined) {
    throw refuse.badRequest(`Could not find region: ${id}.`);
  }
  return id;
}

/** Routes that are added to a router's, or taken from them, in one step (extension extraroute-atomic). */
import type { Router as PathRouter } from '../router.ts';
import { type Ask, type Fields, isFields } from '../service.ts';
import { listOf, object } from './attributes.ts';
import { changed, type Desk } from './desk.ts';
import { refuse } from './errors.ts';
import { mustReach, routerView } from './routers.ts';
import type { Router } from './state.ts';

type Route = Router['routes'][number];

export function extraRouteRoutes(paths: PathRouter, desk: Desk): void {
  const { routers } = desk.state;
  const put = (ask: Ask, id: string, next: (old: readonly Route[], given: readonly Route[]) => readonly Route[]) => {
    const router = desk.find(ask, 'router', routers, id);
    const routes = next(router.routes, routesIn(ask));
    mustReach(desk, router, routes);
    return { status: 200, body: { router: routerView(desk, ask, routers.put(changed(router, { routes }, ask.now))) } };
  };
  paths
    .on('PUT', '/v2.0/routers/:id/add_extraroutes', (ask, { id = '' }) =>
      put(ask, id, (old, given) => [...old, ...without(given, old)]),
    )
    .on('PUT', '/v2.0/routers/:id/remove_extraroutes', (ask, { id = '' }) => put(ask, id, without));
}

/** What is there is not added again, what is not there is not missed. */
function without(routes: readonly Route[], others: readonly Route[]): readonly Route[] {
  return routes.filter(
    route => !others.some(other => other.destination === route.destination && other.nexthop === route.nexthop),
  );
}

function routesIn({ body }: Ask): readonly Route[] {
  const router = isFields(body) ? body['router'] : undefined;
  const given = isFields(router) ? router['routes'] : undefined;
  if (given === undefined) throw refuse.badRequest("Unable to find 'routes' in request body");
  const routes = listOf(object)(given, 'routes') as readonly Fields[];
  return routes.map(({ destination, nexthop }) => ({ destination: String(destination), nexthop: String(nexthop) }));
}

/**
 * OS::Neutron::ExtraRouteSet: routes of a router (extra-routes.ts).
 *
 *   changed:  GET the router ─▶ PUT …/remove_extraroutes {those that are no more} ─▶ PUT …/add_extraroutes {the new ones}
 *
 * By what the router has, so an update that failed on the way is made good by the next.
 */
import { resource } from '../../kit/declare.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import type { Change, ChangeSteps } from '../../kit/resource.ts';
import { custom, list, map, string } from '../../kit/schema.ts';
import { pyRepr } from '../../values/python.ts';
import type { ValueMap } from '../../values/value.ts';
import {
  dropRoutesStep,
  hadBefore,
  routeOf,
  type RoutesOf,
  routesBefore,
  routesStep,
  routesWithout,
  type Taken,
  waysOf,
} from './extra-routes.ts';
import { noReads } from './reads.ts';

function ownOf(properties: ValueMap): RoutesOf {
  return { router: String(properties.get('router') ?? ''), routes: mapsIn(properties, 'routes').map(routeOf) };
}

function taken(router: ValueMap, route: ValueMap): Taken {
  const where = `${textIn(router, 'name') ?? ''} (${textIn(router, 'id') ?? ''})`;
  const message = `The physical resource for (${pyRepr(route)} in routes of router ${where}) exists.`;
  return { error: 'PhysicalResourceExists', message };
}

function update({ before, after, changed }: Change): ChangeSteps {
  if (!changed.has('routes')) return { steps: [] };
  const [old, next] = [ownOf(before.properties), ownOf(after)];
  const fresh = { ...next, routes: routesWithout(next.routes, old.routes) };
  return {
    steps: [
      routesBefore(fresh, taken),
      dropRoutesStep(next.router, routesWithout(old.routes, next.routes)),
      routesStep(next.router, next, input => routesWithout(next.routes, hadBefore(input))),
    ],
  };
}

export default resource('OS::Neutron::ExtraRouteSet', {
  description: 'Routes of a router.',
  since: '14.0.0',
  properties: {
    router: string('Name or id of the router.').required().finds('neutron.router'),
    routes: list('The routes.', { update: true })
      .default([])
      .of(
        map().with({
          destination: string('The range that it leads to.').required().constraints(custom('net_cidr')),
          nexthop: string('The address that it leads over.').required().constraints(custom('ip_addr')),
        }),
      ),
  },
  after: (definition, all) => waysOf(definition, all, 'router'),
  life: {
    kind: 'cloud',
    steps: properties => [
      routesBefore(ownOf(properties), taken),
      routesStep(ownOf(properties).router, ownOf(properties)),
    ],
    update,
    whenFailed: 'look',
    // A route is there once: one that takes another's place would find it taken.
    prepareReplace: () => 'first',
  },
  reads: noReads,
});

/** OS::Neutron::ExtraRoute: one route of a router (extra-routes.ts); ExtraRouteSet is what Heat would have used instead. */
import { resource } from '../../kit/declare.ts';
import { string } from '../../kit/schema.ts';
import type { ValueMap } from '../../values/value.ts';
import { routeOf, routesBefore, routesStep, waysOf } from './extra-routes.ts';
import { noReads } from './reads.ts';

function idOf(properties: ValueMap): string {
  return ['router_id', 'destination', 'nexthop'].map(name => String(properties.get(name) ?? '')).join(':');
}

const double = { error: 'Error', message: 'Route duplicates an existing route.' };

export default resource('OS::Neutron::ExtraRoute', {
  description: 'One route of a router.',
  support: { status: 'UNSUPPORTED' },
  properties: {
    router_id: string('Id of the router.').required().finds('neutron.router'),
    destination: string('The range that it leads to.').required(),
    nexthop: string('The address that it leads over.').required(),
  },
  after: (definition, all) => waysOf(definition, all, 'router_id'),
  life: {
    kind: 'cloud',
    steps(properties) {
      const own = { router: String(properties.get('router_id') ?? ''), routes: [routeOf(properties)] };
      return [routesBefore(own, () => double), routesStep(idOf(properties), own)];
    },
  },
  reads: noReads,
});

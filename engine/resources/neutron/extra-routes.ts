/**
 * Routes of a router that is a resource of its own, or none of the stack's.
 *
 *   GET the router (is one of them there already?) ─▶ PUT …/add_extraroutes;   undone: PUT …/remove_extraroutes
 *
 * A route has no mark: it is known by the router, its destination and its next hop, and was not there before. Neutron
 * adds to what is there and takes from it, in one step each (extension extraroute-atomic), so nobody's routes are lost
 * where several change a router at once; a route that is there is not added again, one that is not is not missed, so
 * both calls may be sent any number of times. Read and PUT of the whole list, as Heat does for the older type, may lose
 * another's route.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import { planned, withSame } from '../../kit/planned.ts';
import type { Made, PlannedDefinition, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { service, wrapped } from './network.ts';

const path = '/v2.0/routers';

/** Where they are and which. */
export interface RoutesOf {
  readonly router: string;
  readonly routes: readonly ValueMap[];
}

const ends = ['destination', 'nexthop'] as const;

/** A map of the route's two ends alone. */
export function routeOf(map: ValueMap): ValueMap {
  return mapOf(ends.map(name => [name, map.get(name) ?? null] as const));
}

export function sameRoute(a: ValueMap, b: ValueMap): boolean {
  return ends.every(name => textIn(a, name) === textIn(b, name));
}

/** Those of them that are not among the others. */
export function routesWithout(routes: readonly ValueMap[], others: readonly ValueMap[]): readonly ValueMap[] {
  return routes.filter(route => !others.some(other => sameRoute(route, other)));
}

function one(router: string): string {
  return `${path}/${encodeURIComponent(router)}`;
}

function show(router: string): CloudCall {
  return { service, method: 'GET', path: one(router) };
}

/** Adds them or takes them away; with none the router is read. */
function change(verb: 'add' | 'remove', { router, routes }: RoutesOf): CloudCall {
  if (routes.length === 0) return show(router);
  const body = wrapped('router', mapOf([['routes', routes]]));
  return { service, method: 'PUT', path: `${one(router)}/${verb}_extraroutes`, body };
}

/** Fails where one of these is on the router already: somebody else's. `told` gets the first. */
export function routesBefore({ router, routes }: RoutesOf, told: (router: ValueMap, route: ValueMap) => Taken): Step {
  const taken = (body: Value): Readiness => {
    const shown = thingIn(body, 'router');
    const there = mapsIn(shown, 'routes');
    const double = routes.find(route => there.some(other => sameRoute(route, other)));
    return double === undefined ? { kind: 'ready' } : { kind: 'failed', ...told(shown, double) };
  };
  return readingStep({
    name: 'before',
    call: () => show(router),
    made: body => ({
      physicalId: 'before',
      data: mapOf([['routes', mapsIn(thingIn(body, 'router'), 'routes').map(routeOf)]]),
    }),
    ready: taken,
  });
}

/** The routes that the router had when it was read. */
export function hadBefore(input: StepInput): readonly ValueMap[] {
  return mapsIn(thingOf(input, 'before').data, 'routes');
}

export interface Taken {
  readonly error: string;
  readonly message: string;
}

/** Adds routes, all that the resource has; undone, they are taken away. `added`: those of them that are sent now. */
export function routesStep(
  physicalId: string,
  all: RoutesOf,
  added: (input: StepInput) => readonly ValueMap[] = () => all.routes,
): Step {
  const create = (input: StepInput): CloudCall => change('add', { ...all, routes: added(input) });
  const made = (body: Value): Made => {
    const there = mapsIn(thingIn(body, 'router'), 'routes');
    const own = all.routes.filter(route => there.some(other => sameRoute(route, other)));
    return { physicalId, data: mapOf([['routes', own.map(routeOf)]]) };
  };
  return {
    name: 'routes',
    service,
    unique: false,
    repeatable: true,
    conflict: 'retry',
    create,
    made,
    find: create,
    found: made,
    show: () => show(all.router),
    ready: () => ({ kind: 'ready' }),
    remove: () => (all.routes.length === 0 ? undefined : change('remove', all)),
  };
}

/** Takes away those of them that the router had when it was read. */
export function dropRoutesStep(router: string, stale: readonly ValueMap[]): Step {
  return settingStep({
    name: 'drop_routes',
    on: 'before',
    call(_before, input) {
      const there = hadBefore(input);
      const left = stale.filter(route => there.some(other => sameRoute(route, other)));
      return change('remove', { router, routes: left });
    },
  });
}

/** A next hop must be on a network where the router is: its interfaces and gateway come first, and go last. */
export function waysOf(
  definition: PlannedDefinition,
  all: ReadonlyMap<string, PlannedDefinition>,
  property: string,
): readonly string[] {
  const router = planned(definition.properties, property);
  return ['OS::Neutron::RouterInterface', 'OS::Neutron::RouterGateway']
    .flatMap(type => withSame(all, type, ['router', 'router_id'], router))
    .map(({ name }) => name);
}

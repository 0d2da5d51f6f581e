/**
 * A VPC's router. A VPC is a network and a router of the same name (vpc.ts), and its id is the network's; whoever needs
 * the router reads the network's name and looks for the router that is called so. A network that is no VPC has none.
 *
 *   GET /v2.0/networks/<id> ─▶ GET /v2.0/routers?name=<its name>
 */
import { mapIn, textIn } from '../../kit/given.ts';
import type { Readiness, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn } from '../../kit/steps.ts';
import { compareText } from '../../values/json.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { service } from '../neutron/network.ts';

/** Finds the router of the VPC whose id `network` says. */
export function vpcRouterSteps(network: (input: StepInput) => string): readonly [Step, Step] {
  return [
    readingStep({
      name: 'vpc',
      call: input => ({ service, method: 'GET', path: `/v2.0/networks/${encodeURIComponent(network(input))}` }),
      made: body => ({ physicalId: 'vpc', data: mapOf([['name', thingIn(body, 'network').get('name') ?? '']]) }),
    }),
    readingStep({
      name: 'vpc_router',
      call: input => ({ service, method: 'GET', path: `/v2.0/routers?name=${encodeURIComponent(nameOf(input))}` }),
      made(body, input) {
        const found = thingsIn(body, 'routers').find(router => router.get('name') === nameOf(input));
        return { physicalId: 'vpc_router', data: mapOf(found === undefined ? [] : [['router', found]]) };
      },
      ready: noTwins,
    }),
  ];
}

function nameOf(input: StepInput): string {
  return textIn(thingOf(input, 'vpc').data, 'name') ?? '';
}

/** Two of one name: it is not known which is the VPC's. */
function noTwins(body: Value): Readiness {
  const names = thingsIn(body, 'routers')
    .map(router => textIn(router, 'name') ?? '')
    .sort(compareText);
  const twin = names.find((name, i) => name === names[i + 1]);
  if (twin === undefined) return { kind: 'ready' };
  return { kind: 'failed', error: 'Error', message: `Multiple routers found with name ${twin}` };
}

/** The router, as it was found; undefined where the network has none. */
export function vpcRouter(input: StepInput): ValueMap | undefined {
  return mapIn(thingOf(input, 'vpc_router').data, 'router');
}

/** Its id. */
export function vpcRouterId(input: StepInput): string | undefined {
  const router = vpcRouter(input);
  return router === undefined ? undefined : textIn(router, 'id');
}

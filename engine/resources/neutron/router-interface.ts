/**
 * OS::Neutron::RouterInterface: a router's foot in a subnet, or its taking of a port.
 *
 *   before (a GET: was it there already?) ─▶ PUT …/add_router_interface
 *
 * A tie has no mark: it is known by its ends. `PUT …/routers/R/add_router_interface` for a pair that is tied is refused
 * (400 for a subnet, 409 for a port; marks.md), so it may be sent again; what is found after a refusal is ours only if
 * it was not there before. The subnet's form is kept although a port of our own would carry a mark: only Neutron may
 * give a router's port the subnet's gateway address on a network that belongs to another project.
 */
import { errors } from '../../kernel/errors.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import type { Change, Made, Step, StepInput } from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { conflict, given, renamedTo, withNewName } from './checks.ts';
import { changeFoot, hasFoot, lookForFeet } from './feet.ts';
import { service } from './network.ts';
import { noReads } from './reads.ts';

/** The two ends. */
function endsOf(properties: ValueMap): { readonly router: string; readonly key: string; readonly id: string } {
  const subnet = properties.get('subnet') ?? '';
  const [key, id] = subnet === '' ? ['port_id', properties.get('port') ?? ''] : ['subnet_id', subnet];
  return { router: String(properties.get('router') ?? ''), key, id: String(id) };
}

/** Shows whether the two are tied: the router's ports, or the port. */
function look({ properties }: StepInput): CloudCall {
  const { router, key, id } = endsOf(properties);
  if (key === 'subnet_id') return lookForFeet(router);
  return { service, method: 'GET', path: `/v2.0/ports/${encodeURIComponent(id)}` };
}

/** True where the answer to `look` shows them tied. */
function tied(body: Value, properties: ValueMap): boolean {
  const { router, key, id } = endsOf(properties);
  return key === 'port_id' ? thingIn(body, 'port').get('device_id') === router : hasFoot(body, router, id);
}

function wasTied(input: StepInput): boolean {
  return thingOf(input, 'before').data.get('tied') === true;
}

function change(verb: 'add' | 'remove', { properties }: StepInput): CloudCall {
  const { router, ...end } = endsOf(properties);
  return changeFoot(verb, router, end);
}

function made({ properties }: StepInput): Made {
  const { router, key, id } = endsOf(properties);
  return { physicalId: `${router}:${key}=${id}`, data: emptyMap };
}

const steps: readonly Step[] = [
  readingStep({
    name: 'before',
    call: look,
    made: (body, input) => ({ physicalId: 'before', data: mapOf([['tied', tied(body, input.properties)]]) }),
  }),
  {
    name: 'interface',
    service,
    unique: true,
    repeatable: true,
    conflict: 'retry',
    create: input => change('add', input),
    made: (_body, input) => made(input),
    find: look,
    found: (body, input) => (tied(body, input.properties) && !wasTied(input) ? made(input) : undefined),
    show: (_physicalId, input) => look(input),
    ready: () => ({ kind: 'ready' }),
    // Without an answer to the create, what stands there may be what stood there before.
    remove: (physicalId, input) => (physicalId === '' && wasTied(input) ? undefined : change('remove', input)),
  },
];

/** A subnet has one gateway address and a port one owner: who shall have it must wait until it is let go of. */
function prepareReplace({ before, after }: Change): 'first' | undefined {
  const [old, next] = [endsOf(before.properties), endsOf(after)];
  return old.key === next.key && old.id === next.id ? 'first' : undefined;
}

function validate(properties: ExprMap): void {
  const [subnet, port] = [given(properties, 'subnet'), given(properties, 'port')];
  if (subnet && port) conflict('subnet', 'port');
  if (!subnet && !port) throw errors.PropertyUnspecified({ properties: ['subnet', 'port'] });
}

function translate(properties: ExprMap): ExprMap {
  const router = withNewName(properties, 'router', 'router_id');
  return withNewName(withNewName(router, 'subnet', 'subnet_id'), 'port', 'port_id');
}

export default resource('OS::Neutron::RouterInterface', {
  description: "A router's foot in a subnet.",
  properties: {
    router: string('Name or id of the router.').required().finds('neutron.router'),
    router_id: string('Old name of router.')
      .finds('neutron.router')
      .status(renamedTo('router', '6.0.0', '2015.1', '2013.1')),
    subnet_id: string('Old name of subnet.')
      .finds('neutron.subnet')
      .status(renamedTo('subnet', '5.0.0', '2014.2')),
    subnet: string('Name or id of the subnet; this or the port.').finds('neutron.subnet'),
    port_id: string('Old name of port.')
      .finds('neutron.port')
      .status(renamedTo('port', '6.0.0', '2015.1', '2014.1')),
    port: string('Name or id of the port; this or the subnet.').finds('neutron.port').supportedSince('2015.1'),
  },
  translate,
  validate,
  life: { kind: 'cloud', steps, prepareReplace },
  reads: noReads,
});

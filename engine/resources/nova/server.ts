/**
 * OS::Nova::Server: a virtual machine.
 *
 *   [subnet_i] ─▶ [port_i] ─▶ [port_i_description] ─▶ [floating_ip_i] ─▶ … ─▶ [user_data] ─▶ server ─▶ [description] ─▶ [tags]
 *    a subnet's    made for     the user's own, where    put on a known        a config      main       where the mark
 *    network       an entry     the mark stood           port                  by its id                stood
 *
 * Marks: server-step.ts, server-networks.ts (proven by `POST /servers` and `GET /servers/detail?name=^…$`, by
 * `POST /v2.0/ports` and `GET /v2.0/ports?description=`: marks.md). What is in brackets is there only where the
 * properties ask for it: a server on a network, with a generated name, is one POST.
 */
import { resource } from '../../kit/declare.ts';
import { isExprList, isExprMap, isLiteral, ofType, type Planned, planned, sameThing } from '../../kit/planned.ts';
import type { ChoiceContext, CloudLife, PlannedDefinition, ResourceType } from '../../kit/resource.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { withNewNames } from '../neutron/checks.ts';
import { serverAttribute, serverReads } from './server-attributes.ts';
import { changingServer } from './server-change.ts';
import { needsPort, networkSteps, networksOf, ownName } from './server-networks.ts';
import { attributes, properties } from './server-schema.ts';
import { ownMetadata, serverStep, settingSteps, userDataSteps } from './server-step.ts';
import { validateServer } from './server-validate.ts';
import type { GuestAccess } from './user-data.ts';

/** What of the resource, beside its properties, goes into requests. */
function chosen(given: ValueMap, { resourceName, metadata }: ChoiceContext): ValueMap {
  const kept: [string, Value][] = [];
  if (networksOf(given).some(needsPort)) kept.push([ownName, resourceName]);
  if (isMap(metadata) && metadata.size > 0) kept.push([ownMetadata, metadata]);
  return mapOf(kept);
}

function translate(given: ExprMap): ExprMap {
  return withNewNames(
    withNewNames(given, 'networks', 'network', 'uuid'),
    'block_device_mapping_v2',
    'image',
    'image_id',
  );
}

/**
 * Every subnet of a network that the server is on: it is not known of which its address will be. Beyond Heat, a
 * floating IP waits for the interfaces of routers, since without one it cannot be tied to a port.
 */
function* after(definition: PlannedDefinition, all: Planned): Iterable<string> {
  const networks = definition.properties.get('networks');
  if (!isExprList(networks)) return;
  const entries = networks.filter(isExprMap);
  for (const { name, properties: subnet } of ofType(all, 'OS::Neutron::Subnet')) {
    if (entries.some(entry => mayBeOf(entry, planned(subnet, 'network', 'network_id')))) yield name;
  }
  if (!entries.some(entry => planned(entry, 'floating_ip') !== undefined)) return;
  for (const { name } of ofType(all, 'OS::Neutron::RouterInterface')) yield name;
}

/** A port has its addresses already; what nobody knows yet counts. */
function mayBeOf(entry: ExprMap, network: Expr | undefined): boolean {
  const own = planned(entry, 'network', 'uuid');
  if (own === undefined) return false;
  if (network === undefined || sameThing(own, network)) return true;
  return !isLiteral(own) && !isLiteral(network) && !(isReference(own) && isReference(network));
}

/** A resource as a whole: two of them are the same only where they name the same. */
function isReference(expr: Expr): boolean {
  return isCall(expr) && expr.fn === 'get_resource' && typeof expr.args === 'string';
}

/** A server's life; `access` is how its guests reach the CloudFormation API, where this cloud has one. */
export function serverLife(access?: GuestAccess): CloudLife {
  return {
    kind: 'cloud',
    steps: given => [
      ...networkSteps(given),
      ...userDataSteps(given),
      serverStep(access, given),
      ...settingSteps(given),
    ],
    chosen,
    ...changingServer(access),
  };
}

/** The type; `access` is how its guests reach the CloudFormation API, where this cloud has one. */
export function serverType(access?: GuestAccess): ResourceType {
  return resource('OS::Nova::Server', {
    description: 'A virtual machine.',
    maxNameLength: 53,
    properties,
    attributes,
    translate,
    validate: validateServer,
    after,
    life: serverLife(access),
    reads: serverReads,
    attribute: serverAttribute,
    show: live => live.data,
  });
}

export default serverType();

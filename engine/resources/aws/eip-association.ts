/**
 * AWS::EC2::EIPAssociation: ties a floating address to an instance or a network interface.
 *
 *   by EIP:           floatingip (whose address is it?) ─▶ interfaces (nics.ts) ─▶ tie
 *   by AllocationId:  port ─▶ [vpc ─▶ vpc_router] ─▶ floatingip ─▶ gateway (of the VPC's router) ─▶ tie
 *
 * A tie has no mark: it is known by its ends. The same PUT again answers 200 and changes nothing (marks.md); as in Heat
 * an address that is tied elsewhere is moved without a word. Its physical id is the address, or the address's id, its
 * reference its physical name. A gateway that the VPC's router got stays with it.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { errors } from '../../kernel/errors.ts';
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { custom, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn } from '../../kit/steps.ts';
import { pyRepr } from '../../values/python.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { refuse, truthy } from '../neutron/checks.ts';
import { immediately, service, wrapped } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { waysOut } from './eip.ts';
import { nicOf, nicStep } from './nics.ts';
import { vpcRouterId, vpcRouterSteps } from './vpc-router.ts';

function get(path: string): CloudCall {
  return { service, method: 'GET', path };
}

/** The first thing of a list, under a step's name; fails where there is none. */
function firstOf(name: string, plural: string, call: CloudCall, none: Readiness): Step {
  return readingStep({
    name,
    call: () => call,
    made: body => ({ physicalId: name, data: thingsIn(body, plural)[0] ?? emptyMap }),
    ready: body => (thingsIn(body, plural).length === 0 ? none : { kind: 'ready' }),
  });
}

function ofStep(input: StepInput, step: string, field: string): string {
  return textIn(thingOf(input, step).data, field) ?? `{${step}}`;
}

function floatingByAddress(address: string): Step {
  const wanted = pyRepr(mapOf([['ip_address', address]]));
  const none: Readiness = {
    kind: 'failed',
    error: 'EntityMatchNotFound',
    message: `No floatingip matching ${wanted}.`,
  };
  const call = get(`/v2.0/floatingips?floating_ip_address=${encodeURIComponent(address)}`);
  return firstOf('floatingip', 'floatingips', call, none);
}

function portStep(properties: ValueMap): Step {
  const nic = textIn(properties, 'NetworkInterfaceId');
  const query =
    nic === undefined
      ? `device_id=${encodeURIComponent(textIn(properties, 'InstanceId') ?? '')}`
      : `id=${encodeURIComponent(nic)}`;
  const what = nic === undefined ? `instance ${textIn(properties, 'InstanceId') ?? ''}` : `network interface ${nic}`;
  const none: Readiness = { kind: 'failed', error: 'NotFound', message: `No port found of ${what}.` };
  return firstOf('port', 'ports', get(`/v2.0/ports?${query}`), none);
}

function floatingById(id: string): Step {
  return readingStep({
    name: 'floatingip',
    call: () => get(`/v2.0/floatingips/${encodeURIComponent(id)}`),
    made: body => ({ physicalId: 'floatingip', data: thingIn(body, 'floatingip') }),
  });
}

/** The VPC's router leads to the address's network; the network is read where there is no such router. */
const gateway: Step = readingStep({
  name: 'gateway',
  call(input) {
    const router = vpcRouterId(input);
    const network = ofStep(input, 'floatingip', 'floating_network_id');
    if (router === undefined) return get(`/v2.0/networks/${encodeURIComponent(network)}`);
    const info = mapOf([['external_gateway_info', mapOf([['network_id', network]])]]);
    return {
      service,
      method: 'PUT',
      path: `/v2.0/routers/${encodeURIComponent(router)}`,
      body: wrapped('router', info),
    };
  },
  made: () => ({ physicalId: 'gateway', data: emptyMap }),
});

function tieStep(physicalId: string, ends: (input: StepInput) => ValueMap): Step {
  const one = (input: StepInput): string =>
    `/v2.0/floatingips/${encodeURIComponent(ofStep(input, 'floatingip', 'id'))}`;
  const put = (input: StepInput, body: ValueMap): CloudCall => ({
    service,
    method: 'PUT',
    path: one(input),
    body: wrapped('floatingip', body),
  });
  const create = (input: StepInput): CloudCall => put(input, ends(input));
  const made: Made = { physicalId, data: emptyMap };
  return {
    name: 'tie',
    main: true,
    service,
    unique: false,
    repeatable: true,
    conflict: 'retry',
    create,
    made: () => made,
    find: create,
    found: () => made,
    show: (_physicalId, input) => get(one(input)),
    ready: immediately,
    remove: (_physicalId, input) => put(input, mapOf([['port_id', null]])),
  };
}

function steps(properties: ValueMap): readonly Step[] {
  const address = textIn(properties, 'EIP');
  if (address !== undefined) {
    return [floatingByAddress(address), nicStep(textIn(properties, 'InstanceId') ?? ''), tieStep(address, nicOf)];
  }
  const id = textIn(properties, 'AllocationId') ?? '';
  return [
    portStep(properties),
    ...vpcRouterSteps(input => ofStep(input, 'port', 'network_id')),
    floatingById(id),
    gateway,
    tieStep(id, input => mapOf([['port_id', ofStep(input, 'port', 'id')]])),
  ];
}

/** Another address for another instance is another tie; else the one is moved, and the address that it leaves is free. */
function update({ after, changed }: Change): ChangeSteps | 'replace' {
  const moved = changed.has('EIP') || changed.has('AllocationId');
  const isFresh = (name: string): boolean => changed.has(name) && textIn(after, name) !== undefined;
  if (moved && (isFresh('InstanceId') || isFresh('NetworkInterfaceId'))) return 'replace';
  return { ...(moved && { undo: ['tie'] }), steps: changed.size === 0 ? [] : steps(after) };
}

function validate(properties: ExprMap): void {
  const said = (name: string): boolean => truthy(properties, name);
  if (said('EIP') === said('AllocationId')) refuse("Either 'EIP' or 'AllocationId' must be provided.");
  if (said('EIP') && !said('InstanceId')) refuse("Must specify 'InstanceId' if you specify 'EIP'.");
  if (said('InstanceId') || said('NetworkInterfaceId')) return;
  throw errors.PropertyUnspecified({ properties: ['InstanceId', 'NetworkInterfaceId'] });
}

export default resource('AWS::EC2::EIPAssociation', {
  description: 'Ties a floating address to an instance.',
  className: 'ElasticIpAssociation',
  properties: {
    InstanceId: string('Name or id of the instance.', { update: true }).finds('nova.server'),
    EIP: string('The address; this or AllocationId.', { update: true }).constraints(custom('ip_addr')),
    AllocationId: string('Id of the address; this or EIP.', { update: true }),
    NetworkInterfaceId: string('Id of the network interface.', { update: true }),
  },
  validate,
  after: (_definition, all) => waysOut(all),
  life: { kind: 'cloud', steps, update, prepareReplace: () => 'first' },
  referenceId: live => live.physicalName,
  reads: noReads,
});

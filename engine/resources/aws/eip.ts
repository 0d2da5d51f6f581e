/**
 * AWS::EC2::EIP: a floating address of the cloud's external network, for an instance's first port or kept for one.
 *
 *   external (external.ts) ─▶ floatingip (main; mark: its description) ─▶ description ─▶ [interfaces ─▶ tie]
 *
 * Its reference is the address; its id is the attribute AllocationId. Beyond Heat, one for an instance comes after the
 * template's ways out (VPCGatewayAttachment, SubnetRouteTableAssociation): without them no address can be tied.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import { ofType, type Planned, planned } from '../../kit/planned.ts';
import type { Change, ChangeSteps, Live, PlannedDefinition, Step, StepInput } from '../../kit/resource.ts';
import { allowedValues, attribute, string } from '../../kit/schema.ts';
import { restStep } from '../../kit/steps.ts';
import { mapOf, type ValueMap } from '../../values/value.ts';
import { type Collection, immediately, service, settingStep, wrapped } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { externalNetwork, externalStep } from './external.ts';
import { nicOf, nicStep } from './nics.ts';

const floatingIp: Collection = { key: 'floatingip', path: '/v2.0/floatingips' };

const address: Step = {
  ...restStep({
    ...floatingIp,
    name: floatingIp.key,
    service,
    body: input => mapOf([['floating_network_id', externalNetwork(input)]]),
    markField: 'description',
    keep: whole => whole,
    ready: immediately,
    conflict: 'retry',
  }),
  main: true,
};

function put(name: string, body: (input: StepInput) => ValueMap): Step {
  return settingStep({
    name,
    on: floatingIp,
    call: (one, _thing, input): CloudCall => ({
      service,
      method: 'PUT',
      path: one,
      body: wrapped(floatingIp.key, body(input)),
    }),
    change: (_thing, _answer, input) => body(input),
  });
}

const described = put('description', () => mapOf([['description', '']]));
const untied = put('untie', () => mapOf([['port_id', null]]));

/** Ties it to the instance, where one is said. */
function tieSteps(properties: ValueMap): readonly Step[] {
  const instance = textIn(properties, 'InstanceId');
  return instance === undefined ? [] : [nicStep(instance), put('tie', nicOf)];
}

function update({ after, changed }: Change): ChangeSteps {
  if (!changed.has('InstanceId')) return { steps: [] };
  const tied = tieSteps(after);
  return { steps: tied.length === 0 ? [untied] : tied };
}

/** An instance's port has one floating address of a network: the old one lets go of it first. */
function letGo({ before }: Change): ChangeSteps | undefined {
  return tieSteps(before.properties).length === 0 ? undefined : { steps: [untied] };
}

function giveBack({ properties }: Live): ChangeSteps | undefined {
  const steps = tieSteps(properties);
  return steps.length === 0 ? undefined : { steps };
}

/** The template's resources that lead to the external network. */
export function waysOut(all: Planned): readonly string[] {
  return ofType(all, 'AWS::EC2::VPCGatewayAttachment', 'AWS::EC2::SubnetRouteTableAssociation').map(({ name }) => name);
}

function after({ properties }: PlannedDefinition, all: Planned): readonly string[] {
  return planned(properties, 'InstanceId') === undefined ? [] : waysOut(all);
}

export default resource('AWS::EC2::EIP', {
  description: 'A floating address, for an instance.',
  className: 'ElasticIp',
  properties: {
    Domain: string('Where it is for.')
      .constraints(allowedValues('vpc'))
      .status({ status: 'DEPRECATED', version: '9.0.0', message: 'It is always vpc.' }),
    InstanceId: string('Name or id of the instance.', { update: true }).finds('nova.server'),
  },
  attributes: { AllocationId: attribute('Its id.', { type: 'string' }) },
  after,
  life: {
    kind: 'cloud',
    steps: properties => [externalStep, address, described, ...tieSteps(properties)],
    update,
    prepareReplace: letGo,
    restorePrevious: giveBack,
  },
  referenceId: live => textIn(live.data, 'floating_ip_address') ?? live.resourceName,
  attribute: live => live.physicalId,
  reads: noReads,
});

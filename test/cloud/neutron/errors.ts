/** What Neutron answers when it refuses: `{"NeutronError": {type, message, detail}}`, in its own words. */
import type { Reply } from '../service.ts';

export class NeutronError extends Error {
  readonly status: number;
  readonly type: string;

  constructor(status: number, type: string, message: string) {
    super(message);
    this.status = status;
    this.type = type;
  }

  get reply(): Reply {
    const { status, type, message } = this;
    return { status, body: { NeutronError: { type, message, detail: '' } } };
  }
}

/** Kinds of things as `NotFound` errors name them; some sentences end in a full stop, some do not. */
const missing = {
  network: ['NetworkNotFound', (id: string) => `Network ${id} could not be found.`],
  subnet: ['SubnetNotFound', (id: string) => `Subnet ${id} could not be found.`],
  port: ['PortNotFound', (id: string) => `Port ${id} could not be found.`],
  trunk: ['TrunkNotFound', (id: string) => `Trunk ${id} could not be found.`],
  port_forwarding: ['PortForwardingNotFound', (id: string) => `Port Forwarding ${id} could not be found.`],
  router: ['RouterNotFound', (id: string) => `Router ${id} could not be found`],
  floatingip: ['FloatingIPNotFound', (id: string) => `Floating IP ${id} could not be found`],
  security_group: ['SecurityGroupNotFound', (id: string) => `Security group ${id} does not exist`],
  security_group_rule: ['SecurityGroupRuleNotFound', (id: string) => `Security group rule ${id} does not exist`],
  address_scope: ['AddressScopeNotFound', (id: string) => `Address scope ${id} could not be found.`],
  subnetpool: ['SubnetPoolNotFound', (id: string) => `Subnet pool ${id} could not be found.`],
  policy: ['QosPolicyNotFound', (id: string) => `QoS policy ${id} could not be found.`],
  segment: ['SegmentNotFound', (id: string) => `Segment ${id} could not be found.`],
  rbac_policy: ['RbacPolicyNotFound', (id: string) => `RBAC policy of type unknown with ID ${id} not found`],
  metering_label: ['MeteringLabelNotFound', (id: string) => `Metering label ${id} does not exist`],
  metering_label_rule: ['MeteringLabelRuleNotFound', (id: string) => `Metering label rule ${id} does not exist`],
} as const;

export type Kind = keyof typeof missing;

export const refuse = {
  badRequest: (message: string) => new NeutronError(400, 'HTTPBadRequest', message),
  invalid: (attribute: string, reason: string) =>
    new NeutronError(400, 'HTTPBadRequest', `Invalid input for ${attribute}. Reason: ${reason}.`),
  invalidInput: (reason: string) => new NeutronError(400, 'InvalidInput', `Invalid input for operation: ${reason}.`),
  bad: (resource: string, message: string) =>
    new NeutronError(400, 'BadRequest', `Bad ${resource} request: ${message}.`),
  policy: (rule: string) => new NeutronError(403, 'PolicyNotAuthorized', `${rule} is disallowed by policy`),
  notFound(kind: Kind, id: string): NeutronError {
    const [type, sentence] = missing[kind];
    return new NeutronError(404, type, sentence(id));
  },
  noSuchPath: () => new NeutronError(404, 'HTTPNotFound', 'The resource could not be found.'),
  conflict: (type: string, message: string) => new NeutronError(409, type, message),
  overQuota: (resource: string) => new NeutronError(409, 'OverQuota', `Quota exceeded for resources: ['${resource}'].`),
} as const;

/**
 * What the rules of a QoS policy have in common: they are below its path, and a policy has one of a kind for each
 * direction (409 QoSRulesConflict), which is all that tells them apart: they carry no mark (keyed.ts; marks.md).
 */
import { resource } from '../../kit/declare.ts';
import type { ResourceType } from '../../kit/resource.ts';
import { allowedValues, type PropertySchemas, string, type SupportStatus } from '../../kit/schema.ts';
import type { ValueMap } from '../../values/value.ts';
import { keyedLife } from './keyed.ts';
import { bodyOf } from './network.ts';

export const policies = '/v2.0/qos/policies';

export interface RuleKind {
  readonly description: string;
  readonly since: string;
  /** Around one, e.g. `dscp_marking_rule`. */
  readonly key: string;
  /** What it says, besides its policy. */
  readonly properties: PropertySchemas;
}

/** A type of such rules. */
export function qosRule(name: string, { description, since, key, properties }: RuleKind): ResourceType {
  return resource(name, {
    description,
    since,
    properties: {
      ...properties,
      policy: string('Name or id of its policy.').required().finds('neutron.qos_policy'),
      tenant_id: string('The project that shall own it; for administrators only.'),
    },
    life: keyedLife({
      key,
      path: given => `${policies}/${encodeURIComponent(String(given.get('policy') ?? ''))}/${key}s`,
      body: given => bodyOf(given, { without: ['policy'] }),
      same: isOfOneDirection,
    }),
    show: live => live.data,
  });
}

/** Neutron adds `egress` where nothing is said, so both say it or neither kind has one. */
function isOfOneDirection(thing: ValueMap, body: ValueMap): boolean {
  return (thing.get('direction') ?? null) === (body.get('direction') ?? null);
}

/** Which way the rule looks, as seen from the port. */
export function direction(ways: readonly string[], support?: SupportStatus) {
  const schema = string('Which way, as seen from the port.', { update: true })
    .default('egress')
    .constraints(allowedValues(...ways));
  return support === undefined ? schema : schema.status(support);
}

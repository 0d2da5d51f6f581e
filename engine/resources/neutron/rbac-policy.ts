/**
 * OS::Neutron::RBACPolicy: lets another project, or all (`*`), use a thing of one's own.
 *
 * It carries no mark: object, action and target are its natural key (keyed.ts; marks.md: `POST …/rbac-policies` twice:
 * 409 DuplicateRbacPolicy).
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { allowedValues, string } from '../../kit/schema.ts';
import { pyRepr } from '../../values/python.ts';
import { refuse } from './checks.ts';
import { keyedLife } from './keyed.ts';
import { bodyOf } from './network.ts';

const shared = 'access_as_shared';
const external = 'access_as_external';

/** What may be shared, in the order of Heat's list, and how. */
const actions: Readonly<Record<string, readonly string[]>> = {
  network: [shared, external],
  qos_policy: [shared],
  security_group: [shared],
  address_scope: [shared],
  subnetpool: [shared],
};
const types = Object.keys(actions);
const key = ['object_type', 'object_id', 'action', 'target_tenant'];

function validate(properties: ExprMap): void {
  const [type, action] = [properties.get('object_type'), properties.get('action')];
  if (typeof type !== 'string' || typeof action !== 'string') return;
  const valid = Object.hasOwn(actions, type) ? (actions[type] ?? []) : [];
  if (valid.includes(action)) return;
  refuse(`Invalid action ${action} for object type ${type}. Valid actions :${pyRepr(valid)}`);
}

export default resource('OS::Neutron::RBACPolicy', {
  description: "Lets other projects use a thing of one's own.",
  since: '6.0.0',
  properties: {
    object_type: string('What kind of thing it is.')
      .required()
      .constraints(allowedValues(...types)),
    target_tenant: string('Id of the project that may use it; * for all.', { update: true }).required(),
    action: string('How it may be used.').required().constraints(allowedValues(shared, external)),
    object_id: string('Name or id of the thing.')
      .required()
      .resolvesBy('object_type', Object.fromEntries(types.map(type => [type, `neutron.${type}`]))),
    tenant_id: string('The project that shall own it; for administrators only.'),
  },
  validate,
  life: keyedLife({
    key: 'rbac_policy',
    plural: 'rbac_policies',
    path: () => '/v2.0/rbac-policies',
    body: properties => bodyOf(properties),
    filters: key,
    same: (one, other) => key.every(name => one.get(name) === other.get(name)),
  }),
  show: live => live.data,
});

/** RBAC policies: shares of networks, address scopes, subnet pools, security groups and QoS policies (sharing.ts). */
import type { Router } from '../router.ts';
import { type Ask, type Fields, isAdmin } from '../service.ts';
import { type Attributes, oneOf, ownerOf, standard, text, uuid } from './attributes.ts';
import { crudRoutes } from './crud.ts';
import type { Desk } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import type { Owned, RbacPolicy } from './rows.ts';
import { everybody, externalAction, followShares, sharedAction, sharingInUse, strandedPorts } from './sharing.ts';

const types = ['address_scope', 'network', 'qos_policy', 'security_group', 'subnetpool'];

const wanted = { post: true, required: true, filter: 'text', sort: true } as const;
const attributes: Attributes = {
  id: standard['id'] ?? {},
  project_id: standard['project_id'] ?? {},
  tenant_id: standard['tenant_id'] ?? {},
  object_type: {
    ...wanted,
    check(value) {
      const type = String(value).trim().toLowerCase();
      if (!types.includes(type)) throw refuse.invalidInput(`'${String(value)}' is not a valid RBAC object type`);
      return type;
    },
  },
  object_id: { ...wanted, check: uuid },
  target_tenant: { ...wanted, put: true, check: text(255) },
  action: { ...wanted, check: oneOf(sharedAction, externalAction) },
};

export function rbacRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  crudRoutes<RbacPolicy>(router, desk, {
    path: '/v2.0/rbac-policies',
    listing: { collection: 'rbac_policies', kind: 'rbac_policy', attributes },
    table: state.shares,
    create(ask, fields) {
      const projectId = ownerOf(ask, fields);
      const share: RbacPolicy = {
        id: ask.newId(),
        project_id: projectId,
        object_type: String(fields['object_type']),
        object_id: String(fields['object_id']),
        action: String(fields['action']),
        target_tenant: String(fields['target_tenant']),
      };
      onlyAdminsShareWithAll(ask, 'create', share.target_tenant);
      mustBeTheirs(desk, ask, share);
      mustBeNew(desk, share);
      desk.within(projectId, 'rbac_policy', state.shares);
      state.shares.put(share);
      followShares(state, share.object_id);
      return share;
    },
    update(ask, share, fields) {
      const next: RbacPolicy = { ...share, ...(fields as Partial<RbacPolicy>) };
      onlyAdminsShareWithAll(ask, 'update', next.target_tenant);
      mustBeNew(desk, next);
      state.shares.put(next);
      followShares(state, next.object_id);
      mustStrandNobody(desk, next);
      return next;
    },
    remove(_ask, share) {
      state.shares.drop(share.id);
      followShares(state, share.object_id);
      mustStrandNobody(desk, share);
    },
    view: (_ask, share): Fields => ({ ...share, tenant_id: share.project_id }),
  });
}

function onlyAdminsShareWithAll({ asker }: Ask, verb: string, target: string): void {
  if (target !== everybody || isAdmin(asker)) return;
  throw refuse.policy(`(rule:${verb}_rbac_policy and rule:${verb}_rbac_policy:target_tenant)`);
}

/** @throws NeutronError 404 for what is not there, or not the asker's. */
function mustBeTheirs(desk: Desk, ask: Ask, { object_type: type, object_id: id, action }: RbacPolicy): void {
  const { state } = desk;
  if (action === externalAction && type !== 'network') {
    const valid = `['${sharedAction}']`;
    throw refuse.invalidInput(`Invalid action '${action}' for object type '${type}'. Valid actions: ${valid}`);
  }
  const found: Owned =
    type === 'network'
      ? desk.network(ask, id)
      : type === 'qos_policy'
        ? desk.policy(ask, id)
        : type === 'address_scope'
          ? desk.find(ask, 'address_scope', state.scopes, id)
          : type === 'subnetpool'
            ? desk.find(ask, 'subnetpool', state.pools, id)
            : desk.find(ask, 'security_group', state.groups, id);
  if (desk.sees(ask, found)) return;
  throw refuse.invalidInput(`Only admins can manipulate policies on ${type} objects they do not own`);
}

function mustBeNew({ state }: Desk, share: RbacPolicy): void {
  const twin = state
    .sharesOf(share.object_id)
    .find(
      other =>
        other.id !== share.id &&
        other.object_type === share.object_type &&
        other.action === share.action &&
        other.target_tenant === share.target_tenant,
    );
  if (twin === undefined) return;
  throw refuse.conflict('DuplicateRbacPolicy', 'An RBAC policy already exists with those values.');
}

function mustStrandNobody({ state }: Desk, share: RbacPolicy): void {
  const network = share.object_type === 'network' ? state.networks.get(share.object_id) : undefined;
  if (network === undefined || strandedPorts(state, network).length === 0) return;
  throw new NeutronError(
    409,
    'RbacPolicyInUse',
    `RBAC policy on object ${network.id} cannot be removed because other objects depend on it.\n` +
      `Details: ${sharingInUse(network.id)}`,
  );
}

/** QoS: policies, and their rules by kind. Admins make them; who owns one, or is let, uses it. */
import type { Router } from '../router.ts';
import { type Ask, type Fields, isAdmin } from '../service.ts';
import {
  type Attributes,
  boolean,
  type Check,
  integer,
  oneOf,
  ownerOf,
  readCreate,
  readUpdate,
  standard,
  text,
} from './attributes.ts';
import { crudRoutes } from './crud.ts';
import { changed, type Desk, standardView } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { listed, onlyFields } from './lists.ts';
import type { QosPolicy, QosRule } from './rows.ts';
import { dropShares } from './sharing.ts';

const attributes: Attributes = {
  ...standard,
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  shared: { post: true, put: true, otherwise: false, check: boolean, filter: 'boolean' },
  is_default: { post: true, put: true, otherwise: false, check: boolean, filter: 'boolean' },
  rules: {},
};

const path = '/v2.0/qos/policies';
const most = 2_147_483_647;

const amount: Check = (value, attribute) => {
  const number = Number(integer(value, attribute));
  if (number < 0 || number > most) {
    throw refuse.invalid(
      attribute,
      number < 0
        ? `'${number}' is too small - must be at least '0'`
        : `'${number}' is too large - must be no larger than '${most}'`,
    );
  }
  return number;
};

const dscpMarks = [0, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 46, 48, 56];
const wanted = (check: Check) => ({ post: true, put: true, required: true, check, sort: true }) as const;
const way = (...ways: readonly string[]) =>
  ({ post: true, put: true, otherwise: 'egress', check: oneOf(...ways), sort: true }) as const;

/** What rules of each kind say. */
const kinds: Readonly<Record<string, Attributes>> = {
  bandwidth_limit: {
    max_kbps: wanted(amount),
    max_burst_kbps: { post: true, put: true, otherwise: 0, check: amount, sort: true },
    direction: way('egress', 'ingress'),
  },
  dscp_marking: { dscp_mark: wanted((value, name) => oneOf(...dscpMarks)(integer(value, name), name)) },
  minimum_bandwidth: { min_kbps: wanted(amount), direction: way('egress', 'ingress') },
  minimum_packet_rate: { min_kpps: wanted(amount), direction: way('any', 'egress', 'ingress') },
};

export function qosRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  crudRoutes<QosPolicy>(router, desk, {
    path,
    listing: { collection: 'policies', kind: 'policy', attributes },
    table: state.policies,
    admins: true,
    sees: desk.seesShared,
    create(ask, fields) {
      const projectId = ownerOf(ask, fields);
      const policy: QosPolicy = {
        ...desk.stamp(ask, projectId, fields['description']),
        revision_number: 0,
        name: String(fields['name']),
        shared: fields['shared'] === true,
        is_default: fields['is_default'] === true,
      };
      mustBeOnlyDefault(desk, policy);
      return state.policies.put(policy);
    },
    update(ask, policy, fields) {
      const next: QosPolicy = changed(policy, fields, ask.now);
      mustBeOnlyDefault(desk, next);
      return state.policies.put(next);
    },
    remove(_ask, policy) {
      mustBeUnused(desk, policy);
      for (const rule of rulesOf(desk, policy.id)) state.qosRules.drop(rule.id);
      dropShares(state, policy.id);
    },
    view: (ask, policy): Fields => ({
      ...standardView(policy),
      shared: desk.isShared(ask, policy),
      rules: rulesOf(desk, policy.id).map(({ id, type, says }) => ({ id, type, qos_policy_id: policy.id, ...says })),
    }),
  });
  for (const [type, says] of Object.entries(kinds)) ruleRoutes(router, desk, type, says);
}

const rulesOf = ({ state }: Desk, policyId: string): QosRule[] =>
  state.qosRules.filter(rule => rule.qos_policy_id === policyId);

function mustBeOnlyDefault({ state }: Desk, policy: QosPolicy): void {
  const { id, project_id: projectId } = policy;
  if (!policy.is_default) return;
  if (state.policies.all().every(other => !other.is_default || other.id === id || other.project_id !== projectId))
    return;
  const message = `A default QoS policy exists for project ${projectId}.`;
  throw refuse.conflict('QoSPolicyDefaultAlreadyExists', message);
}

function mustBeUnused({ state }: Desk, { id }: QosPolicy): void {
  const uses = [
    ['network', state.networks],
    ['port', state.ports],
    ['floating IP', state.floatingIps],
  ] as const;
  for (const [what, table] of uses) {
    const user = (table.all() as readonly { readonly id: string; readonly qos_policy_id: string | null }[]).find(
      row => row.qos_policy_id === id,
    );
    if (user === undefined) continue;
    throw refuse.conflict('QosPolicyInUse', `QoS Policy ${id} is used by ${what} ${user.id}.`);
  }
}

const ruleView = ({ id, says }: QosRule): Fields => ({ id, ...says });

function ruleRoutes(router: Router, desk: Desk, type: string, says: Attributes): void {
  const { state } = desk;
  const kind = `${type}_rule`;
  const own: Attributes = {
    id: { sort: true },
    project_id: { post: true },
    tenant_id: { post: true },
    ...says,
  };
  const at = `${path}/:policy/${kind}s`;
  const mayWrite = (ask: Ask, verb: string): void => {
    if (!isAdmin(ask.asker)) throw refuse.policy(`rule:${verb}_policy_${kind}`);
  };
  const find = (ask: Ask, policyId: string, id: string): QosRule => {
    const policy = desk.policy(ask, policyId);
    const rule = state.qosRules.get(id);
    if (rule !== undefined && rule.type === type && rule.qos_policy_id === policy.id) return rule;
    const message = `QoS rule ${id} for policy ${policyId} could not be found.`;
    throw new NeutronError(404, 'QosRuleNotFound', message);
  };
  router
    .on('POST', at, (ask, { policy: policyId = '' }) => {
      const { tenant_id: _t, project_id: _p, ...fields } = readCreate(ask, kind, own);
      mayWrite(ask, 'create');
      const policy = desk.policy(ask, policyId);
      const rule = { id: ask.newId(), qos_policy_id: policy.id, type, says: fields as QosRule['says'] };
      mustNotClash(desk, rule);
      state.policies.put(changed(policy, {}, ask.now));
      return { status: 201, body: { [kind]: ruleView(state.qosRules.put(rule)) } };
    })
    .on('GET', at, (ask, { policy: policyId = '' }) => {
      const rules = rulesOf(desk, desk.policy(ask, policyId).id).filter(rule => rule.type === type);
      return listed(ask, { collection: `${kind}s`, kind: 'policy', attributes: own }, rules, ruleView);
    })
    .on('GET', `${at}/:id`, (ask, { policy: policyId = '', id = '' }) => {
      return { status: 200, body: { [kind]: onlyFields(ruleView(find(ask, policyId, id)), ask.query) } };
    })
    .on('PUT', `${at}/:id`, (ask, { policy: policyId = '', id = '' }) => {
      const rule = find(ask, policyId, id);
      const fields = readUpdate(ask, kind, own);
      mayWrite(ask, 'update');
      const next = { ...rule, says: { ...rule.says, ...(fields as QosRule['says']) } };
      mustNotClash(desk, next);
      return { status: 200, body: { [kind]: ruleView(state.qosRules.put(next)) } };
    })
    .on('DELETE', `${at}/:id`, (ask, { policy: policyId = '', id = '' }) => {
      const rule = find(ask, policyId, id);
      mayWrite(ask, 'delete');
      state.qosRules.drop(rule.id);
      return { status: 204 };
    });
}

/** A policy has one rule of a kind and a direction; `any` is both. */
function mustNotClash(desk: Desk, rule: QosRule): void {
  const meets = (one: unknown, other: unknown): boolean => one === other || one === 'any' || other === 'any';
  const twin = rulesOf(desk, rule.qos_policy_id).find(
    other => other.id !== rule.id && other.type === rule.type && meets(other.says['direction'], rule.says['direction']),
  );
  if (twin === undefined) return;
  const message = `Rule ${rule.type} conflicts with rule ${twin.id} which already exists in QoS Policy ${rule.qos_policy_id}.`;
  throw refuse.conflict('QoSRulesConflict', message);
}

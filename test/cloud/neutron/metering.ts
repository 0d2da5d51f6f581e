/** Metering: labels under which a project's traffic is counted, and which traffic that is. Admins make them. */
import type { Router } from '../router.ts';
import type { Fields } from '../service.ts';
import { overlap, parseCidr } from './addresses.ts';
import { type Attributes, boolean, oneOf, ownerOf, standard, text, uuid } from './attributes.ts';
import { crudRoutes } from './crud.ts';
import type { Desk } from './desk.ts';
import { refuse } from './errors.ts';
import type { MeteringLabel, MeteringRule } from './rows.ts';

const owned: Attributes = {
  id: standard['id'] ?? {},
  project_id: standard['project_id'] ?? {},
  tenant_id: standard['tenant_id'] ?? {},
};

const labelAttributes: Attributes = {
  ...owned,
  name: { post: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  description: { post: true, otherwise: '', check: text(1024), filter: 'text', sort: true },
  shared: { post: true, otherwise: false, check: boolean, filter: 'boolean' },
};

const ruleAttributes: Attributes = {
  ...owned,
  metering_label_id: { post: true, required: true, check: uuid, filter: 'text', sort: true },
  direction: { post: true, required: true, check: oneOf('ingress', 'egress'), filter: 'text', sort: true },
  excluded: { post: true, otherwise: false, check: boolean, filter: 'boolean' },
  remote_ip_prefix: {
    post: true,
    required: true,
    filter: 'text',
    sort: true,
    check(value, attribute) {
      if (typeof value === 'string' && parseCidr(value) !== undefined) return value;
      throw refuse.invalid(attribute, `'${String(value)}' is not a valid IP subnet`);
    },
  },
};

export function meteringRoutes(router: Router, desk: Desk): void {
  const { state } = desk;
  crudRoutes<MeteringLabel>(router, desk, {
    path: '/v2.0/metering/metering-labels',
    listing: { collection: 'metering_labels', kind: 'metering_label', attributes: labelAttributes },
    table: state.labels,
    admins: true,
    create: (ask, fields) =>
      state.labels.put({
        id: ask.newId(),
        project_id: ownerOf(ask, fields),
        name: String(fields['name']),
        description: String(fields['description']),
        shared: fields['shared'] === true,
      }),
    remove(_ask, label) {
      for (const rule of rulesOf(desk, label.id)) state.labelRules.drop(rule.id);
    },
    view: (_ask, label): Fields => ({ ...label, tenant_id: label.project_id }),
  });
  crudRoutes<MeteringRule>(router, desk, {
    path: '/v2.0/metering/metering-label-rules',
    listing: { collection: 'metering_label_rules', kind: 'metering_label_rule', attributes: ruleAttributes },
    table: state.labelRules,
    admins: true,
    create(ask, fields) {
      const label = desk.find(ask, 'metering_label', state.labels, String(fields['metering_label_id']));
      const rule = {
        id: ask.newId(),
        project_id: ownerOf(ask, fields),
        metering_label_id: label.id,
        direction: String(fields['direction']),
        excluded: fields['excluded'] === true,
        remote_ip_prefix: String(fields['remote_ip_prefix']),
      };
      mustNotOverlap(desk, rule);
      return state.labelRules.put(rule);
    },
    remove: () => undefined,
    view: (_ask, { project_id: _p, ...rule }): Fields => ({
      ...rule,
      source_ip_prefix: null,
      destination_ip_prefix: null,
    }),
  });
}

const rulesOf = ({ state }: Desk, labelId: string): MeteringRule[] =>
  state.labelRules.filter(rule => rule.metering_label_id === labelId);

function mustNotOverlap(desk: Desk, rule: MeteringRule): void {
  const range = parseCidr(rule.remote_ip_prefix);
  const twin = rulesOf(desk, rule.metering_label_id).find(other => {
    const old = parseCidr(other.remote_ip_prefix);
    const alike = other.direction === rule.direction && other.excluded === rule.excluded;
    return alike && old !== undefined && range !== undefined && overlap(old, range);
  });
  if (twin === undefined) return;
  throw refuse.conflict(
    'MeteringLabelRuleOverlaps',
    `Metering label rule with remote_ip_prefix ${rule.remote_ip_prefix} overlaps another.`,
  );
}

/** Security groups and their rules. */
import type { Router as PathRouter } from '../router.ts';
import { type Ask, type Fields, isAdmin, isFields, type Reply } from '../service.ts';
import { type Attributes, boolean, oneOf, ownerOf, readCreate, readUpdate, standard, text } from './attributes.ts';
import { changed, type Desk, standardView, without } from './desk.ts';
import { NeutronError, refuse } from './errors.ts';
import { type Listing, listed, onlyFields } from './lists.ts';
import { checkRule, protocolOf, sameRule } from './rules.ts';
import type { Rule, SecurityGroup } from './state.ts';

const groupAttributes: Attributes = {
  ...standard,
  name: { post: true, put: true, otherwise: '', check: text(255), filter: 'text', sort: true },
  stateful: { post: true, put: true, otherwise: true, check: boolean },
  shared: { filter: 'boolean' },
  security_group_rules: {},
};

const portNumber = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;

const ruleAttributes: Attributes = {
  ...standard,
  security_group_id: { post: true, required: true, check: text(36), filter: 'text', sort: true },
  remote_group_id: { post: true, otherwise: null, filter: 'text', sort: true },
  remote_address_group_id: { post: true, otherwise: null, filter: 'text', sort: true },
  direction: { post: true, required: true, check: oneOf('ingress', 'egress'), filter: 'text', sort: true },
  protocol: { post: true, otherwise: null, check: protocolOf, filter: 'text', sort: true },
  port_range_min: { post: true, otherwise: null, check: portNumber, filter: 'text', sort: true },
  port_range_max: { post: true, otherwise: null, check: portNumber, filter: 'text', sort: true },
  ethertype: { post: true, otherwise: 'IPv4', filter: 'text', sort: true },
  remote_ip_prefix: { post: true, otherwise: null, filter: 'text', sort: true },
  normalized_cidr: { filter: 'text', sort: true },
};

export const groupListing: Listing = {
  collection: 'security_groups',
  kind: 'security_group',
  attributes: groupAttributes,
};

export const ruleListing: Listing = {
  collection: 'security_group_rules',
  kind: 'security_group_rule',
  attributes: ruleAttributes,
};

export function groupRoutes(paths: PathRouter, desk: Desk): void {
  const { state } = desk;
  const find = (ask: Ask, id: string): SecurityGroup => desk.find(ask, 'security_group', state.groups, id);
  paths
    .on('POST', '/v2.0/security-groups', ask => {
      const group = createGroup(desk, ask, readCreate(ask, 'security_group', groupAttributes));
      return { status: 201, body: { security_group: groupView(desk, group) } };
    })
    .on('GET', '/v2.0/security-groups', ask => {
      if (ask.asker.projectId !== undefined) desk.defaultGroup(ask, ask.asker.projectId);
      const seen = state.groups.filter(group => desk.sees(ask, group));
      return listed(ask, groupListing, seen, group => groupView(desk, group));
    })
    .on('GET', '/v2.0/security-groups/:id', (ask, { id = '' }) => {
      const group = groupView(desk, find(ask, id));
      return { status: 200, body: { security_group: onlyFields(group, ask.query) } };
    })
    .on('PUT', '/v2.0/security-groups/:id', (ask, { id = '' }) => {
      const group = find(ask, id);
      const fields = readUpdate(ask, 'security_group', groupAttributes);
      if (isDefault(fields['name']) && group.name !== 'default') throw alreadyDefault();
      const turned = 'stateful' in fields && fields['stateful'] !== group.stateful;
      if (turned && state.hasPortInGroup(id)) throw inUse(id);
      const next = state.groups.put(changed(group, fields, ask.now));
      return { status: 200, body: { security_group: groupView(desk, next) } };
    })
    .on('DELETE', '/v2.0/security-groups/:id', (ask, { id = '' }) => {
      deleteGroup(desk, ask, find(ask, id));
      return { status: 204 };
    });
  ruleRoutes(paths, desk);
}

const isDefault = (name: unknown): boolean => typeof name === 'string' && name.toLowerCase() === 'default';

const inUse = (id: string): Error => refuse.conflict('SecurityGroupInUse', `Security Group ${id} in use.`);

const alreadyDefault = (): Error =>
  refuse.conflict('SecurityGroupDefaultAlreadyExists', 'Default security group already exists.');

function createGroup(desk: Desk, ask: Ask, fields: Fields): SecurityGroup {
  if (isDefault(fields['name'])) throw alreadyDefault();
  const { state } = desk;
  const projectId = ownerOf(ask, fields);
  desk.defaultGroup(ask, projectId);
  desk.within(projectId, 'security_group', state.groups);
  const group = state.groups.put({
    ...desk.stamp(ask, projectId, fields['description']),
    name: String(fields['name']),
    stateful: fields['stateful'] === true,
  });
  for (const ethertype of ['IPv4', 'IPv6']) desk.putRule(ask, group, { direction: 'egress', ethertype });
  return group;
}

function groupView(desk: Desk, group: SecurityGroup): Fields {
  const rules = desk.state
    .rulesOf(group.id)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(rule => ({ ...without(standardView(rule), 'standardAttrId'), standard_attr_id: rule.standardAttrId }));
  return { ...standardView(group), shared: false, security_group_rules: rules };
}

function deleteGroup(desk: Desk, ask: Ask, group: SecurityGroup): void {
  const { state } = desk;
  if (state.hasPortInGroup(group.id)) {
    throw inUse(group.id);
  }
  if (group.name === 'default' && !isAdmin(ask.asker)) {
    const message = 'Insufficient rights for removing default security group.';
    throw refuse.conflict('SecurityGroupCannotRemoveDefault', message);
  }
  for (const rule of state.rules.all()) {
    if (rule.security_group_id === group.id || rule.remote_group_id === group.id) state.rules.drop(rule.id);
  }
  state.groups.drop(group.id);
}

function ruleRoutes(paths: PathRouter, desk: Desk): void {
  const { state } = desk;
  const find = (ask: Ask, id: string): Rule => desk.find(ask, 'security_group_rule', state.rules, id);
  paths
    .on('POST', '/v2.0/security-group-rules', ask => {
      if (isFields(ask.body) && 'security_group_rules' in ask.body) return createRules(desk, ask, ask.body);
      const rule = createRule(desk, ask, readCreate(ask, 'security_group_rule', ruleAttributes));
      return { status: 201, body: { security_group_rule: ruleView(rule) } };
    })
    .on('GET', '/v2.0/security-group-rules', ask => {
      const seen = state.rules.filter(rule => desk.sees(ask, rule));
      return listed(ask, ruleListing, seen, ruleView);
    })
    .on('GET', '/v2.0/security-group-rules/:id', (ask, { id = '' }) => {
      const rule = ruleView(find(ask, id));
      return { status: 200, body: { security_group_rule: onlyFields(rule, ask.query) } };
    })
    .on('DELETE', '/v2.0/security-group-rules/:id', (ask, { id = '' }) => {
      const rule = find(ask, id);
      const group = state.groups.get(rule.security_group_id);
      if (group !== undefined) state.groups.put(changed(group, {}, ask.now));
      state.rules.drop(rule.id);
      return { status: 204 };
    });
}

/** Several rules of one group, all or none of them. */
function createRules(desk: Desk, ask: Ask, { security_group_rules: items }: Fields): Reply {
  if (!Array.isArray(items) || !items.every(isFields)) throw refuse.badRequest('Body contains invalid data');
  if (items.length === 0) throw refuse.badRequest('Resources required');
  const all = items.map(item =>
    readCreate({ ...ask, body: { security_group_rule: item } }, 'security_group_rule', ruleAttributes),
  );
  if (new Set(all.map(fields => fields['security_group_id'])).size > 1) {
    const message = 'Only allowed to update rules for one security profile at a time';
    throw new NeutronError(400, 'SecurityGroupNotSingleGroupRules', message);
  }
  const keys = all.map(checkRule);
  if (keys.some((key, i) => keys.slice(0, i).some(other => sameRule(key, other)))) {
    throw refuse.conflict('DuplicateSecurityGroupRuleInPost', 'Duplicate Security Group Rule in POST.');
  }
  const rules = all.map(fields => ruleView(createRule(desk, ask, fields)));
  return { status: 201, body: { security_group_rules: rules } };
}

/** Alone a rule is shown without its tags. */
const ruleView = (rule: Rule): Fields => without(standardView(rule), 'standardAttrId', 'tags');

function createRule(desk: Desk, ask: Ask, fields: Fields): Rule {
  const { state } = desk;
  const projectId = ownerOf(ask, fields);
  const group = desk.find(ask, 'security_group', state.groups, String(fields['security_group_id']));
  const wanted = checkRule(fields);
  if (wanted.remote_group_id !== null) desk.find(ask, 'security_group', state.groups, wanted.remote_group_id);
  const twin = state.rulesOf(group.id).find(rule => sameRule(rule, wanted));
  if (twin !== undefined) {
    const message = `Security group rule already exists. Rule id is ${twin.id}.`;
    throw refuse.conflict('SecurityGroupRuleExists', message);
  }
  desk.within(projectId, 'security_group_rule', state.rules);
  state.groups.put(changed(group, {}, ask.now));
  const description = fields['description'] as string;
  return desk.putRule(ask, group, { ...wanted, project_id: projectId, description });
}

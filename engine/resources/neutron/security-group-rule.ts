/**
 * OS::Neutron::SecurityGroupRule: one rule of a group that may be anybody's.
 *
 * Mark: its description, which cannot be changed afterwards (PUT answers 500; marks.md), so it stays. A rule with a
 * description of the user's has only its natural key: it is ours if it is found with that description and was not
 * there before (a GET, kept with the intent). A rule of the same key that somebody else made blocks ours: 409
 * SecurityGroupRuleExists. That is told and not touched.
 *
 *   [before: ids of the group's rules ─▶] rule
 */
import type { CloudCall } from '../../kernel/world.ts';
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import type { Change, Made, Step, StepInput } from '../../kit/resource.ts';
import { allowedValues, custom, integer, range, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { restStep, thingsIn } from '../../kit/steps.ts';
import { staysSame } from '../../kit/updates.ts';
import { writeJson } from '../../values/json.ts';
import { isList, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { conflict, given, refuse } from './checks.ts';
import { bodyOf, immediately, service } from './network.ts';
import { directions, ethertypes, protocols, ruleKey } from './rules.ts';

const path = '/v2.0/security-group-rules';

/** Heat sends ports as text. */
function body(properties: ValueMap): ValueMap {
  const posted = new Map(
    bodyOf(properties, { rename: { security_group: 'security_group_id', remote_group: 'remote_group_id' } }),
  );
  for (const name of ['port_range_min', 'port_range_max']) {
    const port = posted.get(name) ?? null;
    if (port !== null) posted.set(name, String(port));
  }
  return mapOf(posted);
}

const marked: Step = restStep({
  name: 'security_group_rule',
  service,
  path,
  key: 'security_group_rule',
  body: ({ properties }) => body(properties),
  markField: 'description',
  keep: whole => whole,
  ready: immediately,
  unique: true,
  conflict: 'fail',
});

function list({ properties }: StepInput): CloudCall {
  const group = encodeURIComponent(String(properties.get('security_group') ?? ''));
  return { service, method: 'GET', path: `${path}?security_group_id=${group}` };
}

const before: Step = readingStep({
  name: 'before',
  call: list,
  made: answer => ({
    physicalId: 'before',
    data: mapOf([['ids', thingsIn(answer, 'security_group_rules').map(rule => rule.get('id') ?? null)]]),
  }),
});

/** Found by its key and the user's description, unless it was there before. */
function found(answer: Value, input: StepInput): Made | undefined {
  const posted = body(input.properties);
  const old = thingOf(input, 'before').data.get('ids') ?? null;
  const known = isList(old) ? old : [];
  const rule = thingsIn(answer, 'security_group_rules').find(
    one =>
      ruleKey(one) === ruleKey(posted) &&
      one.get('description') === posted.get('description') &&
      !known.includes(one.get('id') ?? null),
  );
  const id = rule?.get('id');
  return rule === undefined || typeof id !== 'string' ? undefined : { physicalId: id, data: rule };
}

const described: Step = {
  ...marked,
  create: ({ properties }) => {
    const rule = mapOf([['security_group_rule', body(properties)]]);
    return { service, method: 'POST', path, body: writeJson(rule) };
  },
  find: list,
  found,
};

/** Two rules of one group cannot let the same pass (409 SecurityGroupRuleExists). */
function prepareReplace(change: Change): 'first' | undefined {
  const [old, next] = [body(change.before.properties), body(change.after)];
  return staysSame(change, 'security_group') && ruleKey(old) === ruleKey(next) ? 'first' : undefined;
}

function validate(properties: ExprMap): void {
  if (given(properties, 'remote_group') && given(properties, 'remote_ip_prefix')) {
    conflict('remote_group', 'remote_ip_prefix');
  }
  const [least, most] = [properties.get('port_range_min'), properties.get('port_range_max')];
  const icmp = ['icmp', 'icmpv6', 'ipv6-icmp'].includes(String(properties.get('protocol') ?? ''));
  if (typeof least === 'bigint' && typeof most === 'bigint' && !icmp && most < least) {
    refuse('The minimum port number must be less than or equal to the maximum port number.');
  }
}

const port = (what: string) => integer(what).constraints(range(0, 65535));

export default resource('OS::Neutron::SecurityGroupRule', {
  description: 'One rule of a security group.',
  since: '7.0.0',
  properties: {
    security_group: string('Name or id of the group.').required().finds('neutron.security_group'),
    description: string('What it is for.'),
    direction: string('Whether it lets in or out.')
      .default('ingress')
      .constraints(allowedValues(...directions)),
    ethertype: string('The kind of address.')
      .default('IPv4')
      .constraints(allowedValues(...ethertypes)),
    port_range_min: port('The lowest port, or the ICMP type.'),
    port_range_max: port('The highest port, or the ICMP code.'),
    protocol: string('The protocol, by name or number.')
      .default('tcp')
      .constraints(allowedValues(...protocols)),
    remote_group: string('Name or id of the group on the other side.').finds('neutron.security_group'),
    remote_ip_prefix: string('The range on the other side.').constraints(custom('net_cidr')),
  },
  validate,
  life: {
    kind: 'cloud',
    steps: properties => ((properties.get('description') ?? '') === '' ? [marked] : [before, described]),
    prepareReplace,
    whenFailed: 'look',
  },
  show: live => live.data,
});

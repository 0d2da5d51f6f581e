/**
 * OS::Neutron::SecurityGroup: rules for what may reach ports and leave them.
 *
 *   group ─▶ DELETE the default egress rules, where some rule is egress ─▶ POST all rules in one call ─▶ description
 *
 * Mark: the group's name; where the user chose one, its description (network.ts). The rules need none: the group is
 * ours, so what is in it beside the default rules is what was posted, all of it or nothing. Either call may be sent
 * again: a rule that is gone answers 404, rules that are there 409 SecurityGroupRuleExists (marks.md), and then the
 * group is looked at. Rules go with their group. Neutron puts two egress rules into a new group, one for each kind of
 * address; only those are taken away.
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import type { Made, Step } from '../../kit/resource.ts';
import { allowedValues, boolean, custom, integer, list, map, range, since, string } from '../../kit/schema.ts';
import { thingIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { refuse } from './checks.ts';
import { bodyOf, type Collection, immediately, service, settingStep, thingLife } from './network.ts';
import { directions, distinct, ethertypes, protocols, ruleKey } from './rules.ts';

const group: Collection = { key: 'security_group', path: '/v2.0/security-groups' };
const rulesPath = '/v2.0/security-group-rules';

function rulesOf(thing: ValueMap, key: string): readonly ValueMap[] {
  const rules = thing.get(key) ?? null;
  return isList(rules) ? rules.filter(isMap) : [];
}

/** Id of the default rule that Neutron put into the new group; '' where it put none. */
function defaultRule(made: Made, ethertype: string): Value {
  const rule = rulesOf(made.data, 'security_group_rules').find(
    known => known.get('direction') === 'egress' && known.get('ethertype') === ethertype,
  );
  return rule?.get('id') ?? '';
}

function dropDefault(ethertype: string): Step {
  return settingStep({
    name: `no_default_${ethertype}`,
    on: group,
    call: (one, made) => {
      const rule = defaultRule(made, ethertype);
      if (rule === '') return { service, method: 'GET', path: one };
      return { service, method: 'DELETE', path: `${rulesPath}/${encodeURIComponent(String(rule))}` };
    },
    change: made => {
      const dropped = defaultRule(made, ethertype);
      const rules = rulesOf(made.data, 'security_group_rules').filter(rule => rule.get('id') !== dropped);
      return mapOf([['security_group_rules', rules]]);
    },
    holds: {
      look: one => ({ service, method: 'GET', path: one }),
      seen: (answer, made) => {
        const left = rulesOf(thingIn(answer, 'security_group'), 'security_group_rules');
        return !left.some(rule => rule.get('id') === defaultRule(made, ethertype));
      },
    },
  });
}

/** A rule as Neutron takes it. Heat sends ports as text; without a remote group in that mode the group means itself. */
function posted(rule: ValueMap, groupId: string): ValueMap {
  const byGroup = rule.get('remote_mode') === 'remote_group_id';
  const remote = rule.get('remote_group_id') ?? '';
  const entries: (readonly [string, Value])[] = [['security_group_id', groupId]];
  for (const [name, value] of rule) {
    if (name === 'remote_mode' || (name === 'description' && value === null)) continue;
    if (name === 'remote_group_id') entries.push([name, byGroup ? remote || groupId : null]);
    else if (name === 'remote_ip_prefix') entries.push([name, byGroup ? null : value]);
    else if (name.startsWith('port_range_')) entries.push([name, value === null ? null : String(value)]);
    else entries.push([name, value]);
  }
  return mapOf(entries);
}

function addRules(asked: readonly ValueMap[]): Step {
  const all = (made: Made) => distinct(asked.map(rule => posted(rule, made.physicalId)));
  return settingStep({
    name: 'rules',
    on: group,
    call: (_one, made) => ({
      service,
      method: 'POST',
      path: rulesPath,
      body: writeJson(mapOf([['security_group_rules', all(made)]])),
    }),
    change: (made, answer) => {
      const added = isMap(answer) ? rulesOf(answer, 'security_group_rules') : [];
      return mapOf([['security_group_rules', [...rulesOf(made.data, 'security_group_rules'), ...added]]]);
    },
    holds: {
      look: (_one, made) => ({
        service,
        method: 'GET',
        path: `${rulesPath}?security_group_id=${encodeURIComponent(made.physicalId)}`,
      }),
      seen: (answer, made) => {
        const there = new Set((isMap(answer) ? rulesOf(answer, 'security_group_rules') : []).map(ruleKey));
        return all(made).every(rule => there.has(ruleKey(rule)));
      },
    },
  });
}

function more(properties: ValueMap): readonly Step[] {
  const rules = rulesOf(properties, 'rules');
  if (rules.length === 0) return [];
  const egress = rules.some(rule => rule.get('direction') === 'egress');
  return [...(egress ? ethertypes.map(dropDefault) : []), addRules(rules)];
}

const port = (what: string) => integer(what).constraints(range(0, 65535));

export default resource('OS::Neutron::SecurityGroup', {
  description: 'Rules for what may reach ports and leave them.',
  since: '2014.1',
  properties: {
    name: string('Its name; default the physical name.', { update: true }),
    description: string('What it is for.', { update: true }),
    rules: list('Its rules.', { update: true })
      .default([])
      .of(
        map().with({
          direction: string('Whether it lets in or out.')
            .default('ingress')
            .constraints(allowedValues(...directions)),
          ethertype: string('The kind of address.')
            .default('IPv4')
            .constraints(allowedValues(...ethertypes)),
          port_range_min: port('The lowest port, or the ICMP type.'),
          port_range_max: port('The highest port, or the ICMP code.'),
          protocol: string('The protocol, by name or number; default any.').constraints(allowedValues(...protocols)),
          remote_mode: string('Whether the other side is a range or a group.')
            .default('remote_ip_prefix')
            .constraints(allowedValues('remote_ip_prefix', 'remote_group_id')),
          remote_group_id: string('Name or id of the group on the other side; default this one.').finds(
            'neutron.security_group',
          ),
          remote_ip_prefix: string('The range on the other side.').constraints(custom('net_cidr')),
          description: string('What it is for.').supportedSince('27.0.0'),
        }),
      ),
    stateful: boolean('Whether answers pass by themselves.', { update: true }).status(since('27.0.0')),
  },
  validate(properties: ExprMap) {
    if (properties.get('name') === 'default') refuse('Security groups cannot be assigned the name "default".');
  },
  life: thingLife({
    ...group,
    body: properties => bodyOf(properties, { without: ['rules'] }),
    ready: immediately,
    more,
  }),
  show: live => live.data,
});

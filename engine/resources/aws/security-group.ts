/**
 * AWS::EC2::SecurityGroup: a security group of Neutron's (../neutron/group-rules.ts), its rules in AWS's words.
 *
 * Mark: its name. Rules are of IPv4 alone. As in Heat a port below 0 is none, and where neither port is said the range
 * of addresses counts for nothing.
 */
import type { ExprMap } from '../../template/expr.ts';
import { resource } from '../../kit/declare.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import { isExprList, isExprMap } from '../../kit/planned.ts';
import type { Change } from '../../kit/resource.ts';
import { list, map, string } from '../../kit/schema.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { refuse, truthy } from '../neutron/checks.ts';
import { changeRules, firstRules, group } from '../neutron/group-rules.ts';
import { immediately } from '../neutron/network.ts';
import { noReads } from '../neutron/reads.ts';
import { thingLife } from '../neutron/thing.ts';

const lists = { SecurityGroupIngress: 'ingress', SecurityGroupEgress: 'egress' } as const;
const sources = ['SourceSecurityGroupId', 'SourceSecurityGroupName'] as const;

/** A port as it was written; below 0 none. */
function portOf(rule: ValueMap, name: string): Value {
  const port = textIn(rule, name);
  return port === undefined || Number(port) < 0 ? null : port;
}

/** The rule as a property of OS::Neutron::SecurityGroup. */
function ruleOf(rule: ValueMap, direction: string): ValueMap {
  const source = sources.map(name => textIn(rule, name)).find(text => text !== undefined);
  const hasPorts = ['FromPort', 'ToPort'].some(name => textIn(rule, name) !== undefined);
  return mapOf([
    ['direction', direction],
    ['ethertype', 'IPv4'],
    ['protocol', textIn(rule, 'IpProtocol') ?? null],
    ['port_range_min', portOf(rule, 'FromPort')],
    ['port_range_max', portOf(rule, 'ToPort')],
    ['remote_mode', source === undefined ? 'remote_ip_prefix' : 'remote_group_id'],
    ['remote_group_id', source ?? null],
    ['remote_ip_prefix', hasPorts ? (textIn(rule, 'CidrIp') ?? null) : null],
  ]);
}

/** All rules, as OS::Neutron::SecurityGroup has them. */
function asNeutrons(properties: ValueMap): ValueMap {
  const rules = Object.entries(lists).flatMap(([name, direction]) =>
    mapsIn(properties, name).map(rule => ruleOf(rule, direction)),
  );
  return mapOf([['rules', rules]]);
}

function rulesChange(change: Change): Change {
  const { before, after, changed } = change;
  const differ = Object.keys(lists).some(name => changed.has(name));
  return {
    ...change,
    before: { ...before, properties: asNeutrons(before.properties) },
    after: asNeutrons(after),
    changed: new Set(differ ? ['rules'] : []),
  };
}

/** Neutron takes one of them (400 SecurityGroupRemoteGroupAndRemoteIpPrefix). */
function validate(properties: ExprMap): void {
  for (const name of Object.keys(lists)) {
    const rules = properties.get(name);
    if (!isExprList(rules)) continue;
    for (const [i, rule] of rules.entries()) {
      if (!isExprMap(rule) || !truthy(rule, 'CidrIp') || !sources.some(source => truthy(rule, source))) continue;
      if (truthy(rule, 'FromPort') || truthy(rule, 'ToPort'))
        refuse(`${name}[${i}]: only one of CidrIp and a source security group may be given.`);
    }
  }
}

function rulesProperty(description: string) {
  return list(description, { update: true }).of(
    map().with({
      CidrIp: string('The range of addresses on the other side.'),
      FromPort: string('The lowest port, or the ICMP type.'),
      ToPort: string('The highest port, or the ICMP code.'),
      IpProtocol: string('The protocol, by name or number.'),
      SourceSecurityGroupId: string('Id of the group on the other side.').resolves('neutron.security_group'),
      SourceSecurityGroupName: string('Name or id of the group on the other side.').resolves('neutron.security_group'),
      SourceSecurityGroupOwnerId: string('Whose group that is.', { implemented: false }),
    }),
  );
}

export default resource('AWS::EC2::SecurityGroup', {
  description: 'Rules for what may reach instances and leave them.',
  properties: {
    GroupDescription: string('What it is for.').required(),
    VpcId: string('The VPC; it counts for nothing.'),
    SecurityGroupIngress: rulesProperty('What may come in.'),
    SecurityGroupEgress: rulesProperty('What may go out; default everything.'),
  },
  validate,
  life: thingLife({
    ...group,
    body: properties => mapOf([['description', properties.get('GroupDescription') ?? '']]),
    ready: immediately,
    more: properties => firstRules(asNeutrons(properties)),
    changing: {
      without: Object.keys(lists),
      first: change => changeRules(rulesChange(change)).drop,
      then: change => changeRules(rulesChange(change)).add,
    },
  }),
  reads: noReads,
});

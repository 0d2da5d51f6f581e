/**
 * The rules of a security group: how they are put into one that was just made, and how they are changed.
 *
 *   made:     DELETE the default egress rules, where some rule is egress ─▶ POST all rules in one call
 *   changed:  GET the rules ─▶ DELETE each that is wanted no more ─▶ POST those that are missing
 *
 * The rules need no mark: a rule is known by its group and by what it lets pass (rules.ts). Either call may be sent
 * again: a rule that is gone answers 404, rules that are there 409 SecurityGroupRuleExists (marks.md), and then the
 * group is looked at. Neutron puts two egress rules into a new group, one for each kind of address: a group with egress
 * rules of its own is without them, any other has them. What somebody else put into the group stays.
 */
import { mapsIn, textIn } from '../../kit/given.ts';
import type { Change, Made, Step, StepInput } from '../../kit/resource.ts';
import { isForeseen, readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn } from '../../kit/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { type Collection, service, settingStep } from './network.ts';
import { distinct, ethertypes, ruleKey } from './rules.ts';

export const group: Collection = { key: 'security_group', path: '/v2.0/security-groups' };
const rulesPath = '/v2.0/security-group-rules';

/** Id of the default rule that Neutron put into the new group; '' where it put none. */
function defaultRule(made: Made, ethertype: string): Value {
  const rule = mapsIn(made.data, 'security_group_rules').find(
    known => known.get('direction') === 'egress' && known.get('ethertype') === ethertype,
  );
  return rule?.get('id') ?? '';
}

function dropDefault(ethertype: string): Step {
  return settingStep({
    name: `no_default_${ethertype}`,
    on: group,
    call: (one, made) => {
      const rule = isForeseen(made) ? '{default rule}' : defaultRule(made, ethertype);
      if (rule === '') return { service, method: 'GET', path: one };
      return { service, method: 'DELETE', path: `${rulesPath}/${encodeURIComponent(String(rule))}` };
    },
    change: made => {
      const dropped = defaultRule(made, ethertype);
      const rules = mapsIn(made.data, 'security_group_rules').filter(rule => rule.get('id') !== dropped);
      return mapOf([['security_group_rules', rules]]);
    },
    holds: {
      look: one => ({ service, method: 'GET', path: one }),
      seen: (answer, made) => {
        const left = mapsIn(thingIn(answer, 'security_group'), 'security_group_rules');
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
    call: (_one, made) => post(all(made)),
    change: (made, answer) =>
      mapOf([['security_group_rules', [...mapsIn(made.data, 'security_group_rules'), ...addedIn(answer)]]]),
    holds: {
      look: (_one, made) => list(made),
      seen: (answer, made) => holdsAll(answer, all(made)),
    },
  });
}

function post(rules: readonly ValueMap[]): CloudCall {
  return { service, method: 'POST', path: rulesPath, body: writeJson(mapOf([['security_group_rules', rules]])) };
}

function list(made: Made): CloudCall {
  const path = `${rulesPath}?security_group_id=${encodeURIComponent(made.physicalId)}`;
  return { service, method: 'GET', path };
}

function addedIn(answer: Value): readonly ValueMap[] {
  return isMap(answer) ? mapsIn(answer, 'security_group_rules') : [];
}

function holdsAll(answer: Value, rules: readonly ValueMap[]): boolean {
  const there = new Set(addedIn(answer).map(ruleKey));
  return rules.every(rule => there.has(ruleKey(rule)));
}

/** What puts them into a new group. */
export function firstRules(properties: ValueMap): readonly Step[] {
  const rules = mapsIn(properties, 'rules');
  if (rules.length === 0) return [];
  const egress = rules.some(rule => rule.get('direction') === 'egress');
  return [...(egress ? ethertypes.map(dropDefault) : []), addRules(rules)];
}

/** A rule and what it is for: neither can be changed, so one that differs in either is another. */
function identity(rule: ValueMap): string {
  return `${ruleKey(rule)} ${textIn(rule, 'description') ?? ''}`;
}

/** What shall be in the group by these properties. */
function wantedRules(properties: ValueMap, groupId: string): readonly ValueMap[] {
  const rules = mapsIn(properties, 'rules').map(rule => posted(rule, groupId));
  if (rules.some(rule => rule.get('direction') === 'egress')) return distinct(rules);
  const usual = ethertypes.map(ethertype =>
    mapOf([
      ['security_group_id', groupId],
      ['direction', 'egress'],
      ['ethertype', ethertype],
    ]),
  );
  return distinct([...usual, ...rules]);
}

interface RuleChange {
  /** What goes: read first, then deleted one by one. */
  readonly drop: readonly Step[];
  readonly add: readonly Step[];
}

/** How the rules become those of the new properties; nothing where they are the same. */
export function changeRules({ before, after, changed }: Change): RuleChange {
  if (!changed.has('rules')) return { drop: [], add: [] };
  const wanted = wantedRules(after, before.physicalId);
  const staying = new Set(wanted.map(identity));
  const stale = wantedRules(before.properties, before.physicalId)
    .map(identity)
    .filter(rule => !staying.has(rule));
  return { drop: [readRules, ...stale.map(dropRule)], add: [addMissing(wanted, new Set(stale))] };
}

const readRules: Step = readingStep({
  name: 'present',
  call: input => list(thingOf(input, group.key)),
  made: body => ({
    physicalId: 'present',
    data: mapOf([['security_group_rules', thingsIn(body, 'security_group_rules')]]),
  }),
});

/** The rules that were there when the change began. */
function present(input: StepInput): readonly ValueMap[] {
  return mapsIn(thingOf(input, readRules.name).data, 'security_group_rules');
}

/** Reads the group where somebody else has taken the rule away already. */
function dropRule(stale: string, i: number): Step {
  const idOf = (input: StepInput) => textIn(present(input).find(rule => identity(rule) === stale) ?? emptyMap, 'id');
  return settingStep({
    name: `drop_rule_${i}`,
    on: group,
    call(one, _made, input) {
      const id = idOf(input);
      if (id === undefined) return { service, method: 'GET', path: one };
      return { service, method: 'DELETE', path: `${rulesPath}/${encodeURIComponent(id)}` };
    },
    holds: {
      look: (_one, made) => list(made),
      seen: (answer, _made, input) =>
        !thingsIn(answer, 'security_group_rules').some(rule => textIn(rule, 'id') === idOf(input)),
    },
  });
}

/** Those that are wanted and were not there; reads the group where none is missing. */
function addMissing(wanted: readonly ValueMap[], stale: ReadonlySet<string>): Step {
  const missing = (input: StepInput) => {
    const there = new Set(present(input).map(identity));
    return wanted.filter(rule => !there.has(identity(rule)));
  };
  return settingStep({
    name: 'rules',
    on: group,
    call: (one, _made, input) =>
      missing(input).length === 0 ? { service, method: 'GET', path: one } : post(missing(input)),
    change(_made, answer, input) {
      const left = present(input).filter(rule => !stale.has(identity(rule)));
      return mapOf([['security_group_rules', [...left, ...addedIn(answer)]]]);
    },
    holds: {
      look: (_one, made) => list(made),
      seen: (answer, _made, input) => holdsAll(answer, missing(input)),
    },
  });
}

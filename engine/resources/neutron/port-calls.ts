/**
 * What Neutron is told of a port: when it is made, when it is changed, and when another takes its place.
 *
 *   PUT {fixed_ips: []}   before another is made, which may want the same addresses
 *   PUT {fixed_ips: […]}  when a rollback takes it back
 *
 * An address can be held once on its network (409 IpAddressAlreadyAllocated, marks.md), so which ones it has is read
 * before they go, and kept with it.
 */
import { listIn, mapIn, mapsIn, textIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, Live, Step, StepInput } from '../../kit/resource.ts';
import { latestOf, readingStep, settingStep as keepingStep } from '../../kit/settle.ts';
import { thingIn, thingsIn } from '../../kit/steps.ts';
import { changedEntries, staysSame } from '../../kit/updates.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { pyEquals } from '../../values/python.ts';
import { emptyMap, isList, mapOf, type Value, type ValueList, type ValueMap } from '../../values/value.ts';
import { bodyOf, type Collection, compacted, service, settingStep, wrapped } from './network.ts';
import type { Changing } from './thing.ts';

export const port: Collection = { key: 'port', path: '/v2.0/ports' };

/** Addresses as Neutron takes them; undefined: it chooses. An empty list says nothing, but `no_fixed_ips` says none. */
function addressesOf(properties: ValueMap): Value | undefined {
  if (properties.get('no_fixed_ips') === true) return [];
  const ips = properties.get('fixed_ips') ?? null;
  if (!isList(ips) || ips.length === 0) return undefined;
  return ips.map(ip => compacted(ip, { subnet: 'subnet_id' }));
}

const rules = {
  rename: { network: 'network_id', qos_policy: 'qos_policy_id' },
  without: ['fixed_ips', 'no_fixed_ips', 'replacement_policy'],
};

/** What is posted. */
export function portBody(properties: ValueMap): ValueMap {
  const posted = new Map(bodyOf(properties, { ...rules, without: [...rules.without, 'tags'] }));
  const addresses = addressesOf(properties);
  if (addresses !== undefined) posted.set('fixed_ips', addresses);
  if (isList(posted.get('allowed_address_pairs') ?? null)) posted.set('allowed_address_pairs', pairsOf(properties));
  return mapOf(posted);
}

/** True for a body that says an address, which can be held once on its network. */
export function takesAddress(posted: ValueMap): boolean {
  return (
    textIn(posted, 'mac_address') !== undefined ||
    mapsIn(posted, 'fixed_ips').some(ip => textIn(ip, 'ip_address') !== undefined)
  );
}

function pairsOf(properties: ValueMap): ValueList {
  return listIn(properties, 'allowed_address_pairs').map(pair => compacted(pair));
}

export const changingPort: Changing = {
  ...rules,
  replaces: ({ after }) => after.get('replacement_policy') === 'REPLACE_ALWAYS',
  first: change => [
    ...(asksDefaultGroup(change) ? [defaultGroup] : []),
    ...(changedEntries(change, 'value_specs').some(([name]) => name === profile) ? [mergedProfile(change)] : []),
  ],
  put(differing, change) {
    const { changed, after } = change;
    // As in Heat, addresses that are not said any more stay as they are.
    const addresses = changed.has('fixed_ips') || changed.has('no_fixed_ips') ? addressesOf(after) : undefined;
    if (addresses !== undefined) differing.set('fixed_ips', addresses);
    if (changed.has('allowed_address_pairs')) differing.set('allowed_address_pairs', pairsOf(after));
    return differing;
  },
  late(put, { made }) {
    const [group, merged] = [made.get(defaultGroup.name), made.get(profile)];
    const sent = new Map(put);
    if (group !== undefined) sent.set('security_groups', listIn(group.data, 'ids'));
    if (merged !== undefined) sent.set(profile, mapIn(merged.data, profile) ?? emptyMap);
    return sent;
  },
};

/** What its host is told of it; Nova writes there too. */
const profile = 'binding:profile';

/** What is there, with what differs between the old words and the new. */
function mergedProfile({ before, after }: Change): Step {
  const saidIn = (properties: ValueMap) => mapIn(mapIn(properties, 'value_specs') ?? emptyMap, profile) ?? emptyMap;
  const [old, next] = [saidIn(before.properties), saidIn(after)];
  return readingStep({
    name: profile,
    call: () => ({ service, method: 'GET', path: `${port.path}/${encodeURIComponent(before.physicalId)}` }),
    made(body) {
      const merged = new Map(mapIn(thingIn(body, port.key), profile) ?? emptyMap);
      for (const key of old.keys()) if (!next.has(key)) merged.delete(key);
      for (const [key, value] of next) {
        if (!old.has(key) || !pyEquals(old.get(key) ?? null, value)) merged.set(key, value);
      }
      return { physicalId: profile, data: mapOf([[profile, mapOf(merged)]]) };
    },
  });
}

/** Groups that are not said any more are the project's default one. */
function asksDefaultGroup({ changed, after }: Change): boolean {
  return changed.has('security_groups') && (after.get('security_groups') ?? null) === null;
}

/** Reads the ids of the project's default group. */
export const defaultGroup: Step = readingStep({
  name: 'default_group',
  call: () => ({ service, method: 'GET', path: '/v2.0/security-groups?name=default' }),
  made(body, input) {
    const project = latestOf(input, port.key).data.get('tenant_id') ?? null;
    // An administrator sees everybody's, and a filter is never the proof.
    const own = thingsIn(body, 'security_groups').filter(
      group => group.get('name') === 'default' && (group.get('tenant_id') ?? null) === project,
    );
    return { physicalId: 'default_group', data: mapOf([['ids', own.map(group => group.get('id') ?? null)]]) };
  },
});

const had = '@fixed_ips';

/**
 * Before another is made it lets go of its addresses. One with the same MAC address goes altogether: that is taken once
 * on a network too.
 */
export function letGo(change: Change): ChangeSteps | 'first' {
  if (staysSame(change, 'network') && staysSame(change, 'mac_address')) return 'first';
  return { steps: letGoOf(change.before.physicalId) };
}

/** A port that is gone already is listed by nothing, and has nothing to let go of. */
function letGoOf(id: string): readonly [Step, Step] {
  const list: CloudCall = { service, method: 'GET', path: `${port.path}?id=${encodeURIComponent(id)}` };
  const isSeen = ({ made }: StepInput) => made.get('addresses')?.data.has('ports') === true;
  const shownIn = ({ made }: StepInput) => mapsIn(made.get('addresses')?.data ?? emptyMap, 'ports');
  const read = readingStep({
    name: 'addresses',
    call: () => list,
    made: body => ({ physicalId: 'addresses', data: mapOf([['ports', thingsIn(body, 'ports')]]) }),
  });
  const put = keepingStep({
    name: 'let_go',
    on: port.key,
    // A preview has not looked: it announces what is asked of a port that is there.
    call: (_thing, input) => (isSeen(input) && shownIn(input).length === 0 ? list : putAddresses(id, [])),
    keep({ physicalId, data }, _body, input) {
      if (physicalId !== id) return data;
      const [shown = emptyMap] = shownIn(input);
      return mapOf([...data, ['fixed_ips', []], [had, listIn(shown, 'fixed_ips')]]);
    },
  });
  return [read, put];
}

function putAddresses(id: string, addresses: ValueList): CloudCall {
  const body = wrapped(port.key, mapOf([['fixed_ips', addresses]]));
  return { service, method: 'PUT', path: `${port.path}/${encodeURIComponent(id)}`, body };
}

/** It gets the addresses back that it let go of, after the one that took its place let go of them. */
export function giveBack({ data }: Live, successor?: Live): ChangeSteps | undefined {
  const addresses = mapsIn(data, data.has(had) ? had : 'fixed_ips').map(ip =>
    mapOf(['subnet_id', 'ip_address'].map(name => [name, textIn(ip, name) ?? null] as const)),
  );
  if (addresses.length === 0) return undefined;
  const back = settingStep({
    name: 'give_back',
    on: port,
    call: (_one, { physicalId }) => putAddresses(physicalId, addresses),
    change: () => mapOf([['fixed_ips', addresses]]),
  });
  return { steps: successor === undefined ? [back] : [...letGoOf(successor.physicalId), back] };
}

/**
 * From the old list of `networks` to the new one, on a live server (contract: resource-types §2, Update in place).
 *
 * An entry that is in both stays, whatever its place; what an entry does not say any more of network, port and address
 * is left as it is, and what its port has besides is PUT on it. The others go, then the new ones come:
 *
 *   [undo: ports made for entries that go; Neutron tells Nova] ─▶ held ─▶ detach_j ─▶ floating IPs off
 *     ─▶ [port_i: of an entry that has another place now] ─▶ [subnet_i, port_i …] ─▶ [floating_ip_i] ─▶ attach_i
 *
 * Names of steps go by the place in the new list, since that is how they are found when the server goes.
 */
import { textIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, Live, Step } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { writeJson } from '../../values/json.ts';
import { pyEquals } from '../../values/python.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import {
  attachStep,
  detachStep,
  entriesOf,
  giveBackStep,
  hasInterface,
  heldStep,
  letGoStep,
  takeAddressStep,
  takePortStep,
} from './server-interfaces.ts';
import {
  differsByExtras,
  extrasSteps,
  floatingSteps,
  needsPort,
  networksOf,
  onePort,
  portStep,
  portSteps,
} from './server-networks.ts';

interface Kept {
  readonly from: number;
  readonly to: number;
}

/** Places of entries that stay, those that go, those that come. */
interface Matched {
  readonly kept: readonly Kept[];
  readonly gone: readonly number[];
  readonly come: readonly number[];
}

/** What is left as it is where a new entry does not say it. */
const mayBeUnsaid = new Set(['network', 'port', 'fixed_ip']);

/** `inPlace`: its port can be made the same. */
function isSame(old: ValueMap, entry: ValueMap, inPlace: boolean): boolean {
  if (needsPort(old) !== needsPort(entry)) return false;
  if (inPlace && !differsByExtras(old, entry)) return false;
  return [...new Set([...old.keys(), ...entry.keys()])].every(key => {
    const wanted = entry.get(key) ?? null;
    if (key === 'port_extra_properties' && inPlace) return true;
    if (key === 'floating_ip' || (wanted === null && mayBeUnsaid.has(key))) return true;
    return pyEquals(old.get(key) ?? null, wanted);
  });
}

export function matched(old: readonly ValueMap[], entries: readonly ValueMap[]): Matched {
  const left = new Set(old.keys());
  const kept: Kept[] = [];
  for (const inPlace of [false, true]) {
    for (const [to, entry] of entries.entries()) {
      if (kept.some(each => each.to === to)) continue;
      const from = [...left].find(index => isSame(old[index] ?? emptyMap, entry, inPlace));
      if (from === undefined) continue;
      left.delete(from);
      kept.push({ from, to });
    }
  }
  const come = [...entries.keys()].filter(index => !kept.some(({ to }) => to === index));
  return { kept, gone: [...left], come };
}

/** No steps where every entry stays and keeps its floating IP. */
export function networkChange({ before, after }: Change): ChangeSteps {
  const [old, entries] = [entriesOf(networksOf(before.properties)), entriesOf(networksOf(after))];
  const { kept, gone, come } = matched(old, entries);
  const detached = gone.filter(index => hasInterface(old[index] ?? emptyMap) && !needsPort(old[index] ?? emptyMap));
  const moved = kept.filter(({ from, to }) => from !== to && needsPort(entries[to] ?? emptyMap));
  const steps = [
    ...detached.map(index => detachStep(old, index)),
    ...floatingOff(old, entries),
    ...moved.map(movedPort),
    ...kept.flatMap(({ from, to }) => {
      const [had, entry] = [old[from] ?? emptyMap, entries[to] ?? emptyMap];
      return needsPort(entry) ? extrasSteps(had, entry, to) : [];
    }),
    ...kept.flatMap(place => keptFloating(old, entries, place)),
    ...come.flatMap(index => comingSteps(entries[index] ?? emptyMap, index)),
  ];
  const undo = gone.filter(index => needsPort(old[index] ?? emptyMap)).map(portStep);
  return { undo, steps: steps.length === 0 ? [] : [heldStep(old), ...steps] };
}

function comingSteps(entry: ValueMap, index: number): readonly Step[] {
  if (!hasInterface(entry)) return [];
  return [
    ...(needsPort(entry) ? portSteps(entry, index) : []),
    ...floatingSteps(entry, index),
    attachStep(entry, index),
  ];
}

/** Floating IPs that no entry has any more; one that another entry has now is moved by being put there. */
function floatingOff(old: readonly ValueMap[], entries: readonly ValueMap[]): readonly Step[] {
  return old.flatMap((entry, index) => {
    const floating = textIn(entry, 'floating_ip');
    if (floating === undefined || entries.some(each => each.get('floating_ip') === floating)) return [];
    return [
      readingStep({
        name: `floating_off_${index}`,
        call: () => ({
          service: 'network',
          method: 'PUT',
          path: `/v2.0/floatingips/${encodeURIComponent(floating)}`,
          body: writeJson(mapOf([['floatingip', mapOf([['port_id', null]])]])),
        }),
        made: () => ({ physicalId: '', data: emptyMap }),
      }),
    ];
  });
}

function keptFloating(old: readonly ValueMap[], entries: readonly ValueMap[], { from, to }: Kept): readonly Step[] {
  const [before, entry] = [old[from] ?? emptyMap, entries[to] ?? emptyMap];
  return textIn(before, 'floating_ip') === textIn(entry, 'floating_ip') ? [] : floatingSteps(entry, to);
}

/** The port of an entry that has another place now, under the name of that place. */
function movedPort({ from, to }: Kept): Step {
  return readingStep({
    name: portStep(to),
    call: input => ({ service: 'network', method: 'GET', path: onePort(ownPort(input, from)) }),
    made: (_body, input) => ({ physicalId: ownPort(input, from), data: emptyMap }),
  });
}

function ownPort(input: Parameters<Step['create']>[0], index: number): string {
  const own = thingOf(input, 'held').data.get('own') ?? null;
  return (own instanceof Map ? textIn(own, String(index)) : undefined) ?? '';
}

/** Places of entries that ask for what can be held once: a given port, a given address. */
function held(networks: readonly ValueMap[], what: 'port' | 'fixed_ip'): readonly number[] {
  const others = what === 'port' ? undefined : 'port';
  return [...networks.entries()]
    .filter(([, entry]) => textIn(entry, what) !== undefined)
    .filter(([, entry]) => others === undefined || textIn(entry, others) === undefined)
    .map(([index]) => index);
}

/** Before another server takes its place: it lets go of given ports and addresses, which that one may want. */
export function letGoOfNetworks({ before }: Change): ChangeSteps | undefined {
  const networks = networksOf(before.properties);
  const [ports, addresses] = [held(networks, 'port'), held(networks, 'fixed_ip')];
  if (ports.length + addresses.length === 0) return undefined;
  return {
    steps: [
      heldStep(networks),
      ...ports.map(index => detachStep(networks, index)),
      ...addresses.map(index => letGoStep(networks, index)),
    ],
  };
}

const successorHeld = 'successor_held';

/** It is the one again: what its successor holds of it is taken from that one, and only from that one. */
export function takeNetworksBack(live: Live, successor: Live | undefined): ChangeSteps | undefined {
  const networks = networksOf(live.properties);
  const [ports, addresses] = [held(networks, 'port'), held(networks, 'fixed_ip')];
  if (ports.length + addresses.length === 0) return undefined;
  const entry = (index: number) => networks[index] ?? emptyMap;
  const other = successor?.physicalId ?? '';
  const taken =
    other === ''
      ? []
      : [
          heldStep([], successorHeld, () => other),
          ...ports.map(index => takePortStep(entry(index), index, other, successorHeld)),
          ...addresses.map(index => takeAddressStep(entry(index), index, successorHeld)),
        ];
  return {
    steps: [
      ...taken,
      heldStep(networks),
      ...ports.map(index => attachStep(entry(index), index)),
      ...addresses.map(index => giveBackStep(entry(index), index)),
    ],
  };
}

/**
 * The subports of a trunk, and how they are changed:
 *
 *   GET (which are there?) ─▶ PUT …/remove_subports ─▶ PUT …/add_subports
 *
 * Those that go do so first, since a port is a subport once, and a segmentation id is used once on a trunk. To add one
 * that is there is refused (409 TrunkPortInUse, marks.md), and to remove one that is not (404 SubPortNotFound): then the
 * trunk says whether it holds. What somebody else added stays.
 */
import type { CloudCall } from '../../kernel/world.ts';
import { mapsIn, textIn } from '../../kit/given.ts';
import type { Change, Step, StepInput } from '../../kit/resource.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { pyEquals } from '../../values/python.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { type Collection, service, settingStep } from './network.ts';
import { writeJson } from '../../values/json.ts';

export const trunk: Collection = { key: 'trunk', path: '/v2.0/trunks' };

/** The property's subports as Neutron takes them. */
export function subPortsOf(properties: ValueMap): readonly ValueMap[] {
  return mapsIn(properties, 'sub_ports').map(sub =>
    mapOf([
      ['port_id', sub.get('port') ?? null],
      ['segmentation_type', sub.get('segmentation_type') ?? null],
      ['segmentation_id', sub.get('segmentation_id') ?? null],
    ]),
  );
}

/** Makes the subports those of the new properties. */
export function changeSubPorts({ before, after, changed }: Change): readonly Step[] {
  if (!changed.has('sub_ports')) return [];
  const [old, wanted] = [subPortsOf(before.properties), subPortsOf(after)];
  const stale = old.filter(sub => !holds(wanted, sub));
  return [
    present,
    subPortsStep({
      name: 'remove_subports',
      moved: input => stale.filter(sub => isThere(input, sub)).map(sub => only(sub, 'port_id')),
      isDone: (there, sub) => !there.some(other => samePort(other, sub)),
    }),
    subPortsStep({
      name: 'add_subports',
      moved: input => wanted.filter(sub => !holds(subPortsIn(thingOf(input, present.name).data), sub)),
      isDone: holds,
    }),
  ];
}

const present: Step = readingStep({
  name: 'subports',
  call: input => ({
    service,
    method: 'GET',
    path: `${trunk.path}/${encodeURIComponent(thingOf(input, trunk.key).physicalId)}`,
  }),
  made: body => ({ physicalId: 'subports', data: mapOf([['sub_ports', subPortsIn(thingIn(body, trunk.key))]]) }),
});

interface Moving {
  /** It is also the last part of the path. */
  readonly name: string;
  /** What is sent. */
  moved(input: StepInput): readonly ValueMap[];
  /** Of one that is sent: the trunk's subports are as they shall be. */
  isDone(there: readonly ValueMap[], sub: ValueMap): boolean;
}

/** Reads the trunk where there is nothing to move. */
function subPortsStep({ name, moved, isDone }: Moving): Step {
  const read = (one: string): CloudCall => ({ service, method: 'GET', path: one });
  return settingStep({
    name,
    on: trunk,
    call(one, _thing, input) {
      const subs = moved(input);
      if (subs.length === 0) return read(one);
      return { service, method: 'PUT', path: `${one}/${name}`, body: writeJson(mapOf([['sub_ports', subs]])) };
    },
    change: (_thing, answer) => shownIn(answer),
    holds: {
      look: one => read(one),
      seen: (answer, _thing, input) => {
        const there = subPortsIn(thingIn(answer, trunk.key));
        return moved(input).every(sub => isDone(there, sub));
      },
    },
  });
}

/** These calls answer with the trunk bare. */
function shownIn(answer: Value): ValueMap {
  const subs = answer instanceof Map ? mapsIn(answer, 'sub_ports') : [];
  return subs.length === 0 ? mapOf([]) : mapOf([['sub_ports', subs]]);
}

function subPortsIn(thing: ValueMap): readonly ValueMap[] {
  return mapsIn(thing, 'sub_ports');
}

function isThere(input: StepInput, sub: ValueMap): boolean {
  return subPortsIn(thingOf(input, present.name).data).some(other => samePort(other, sub));
}

function samePort(a: ValueMap, b: ValueMap): boolean {
  return textIn(a, 'port_id') === textIn(b, 'port_id');
}

function holds(subs: readonly ValueMap[], sub: ValueMap): boolean {
  return subs.some(other => [...sub].every(([name, value]) => pyEquals(other.get(name) ?? null, value)));
}

function only(map: ValueMap, name: string): ValueMap {
  return mapOf([[name, map.get(name) ?? null]]);
}

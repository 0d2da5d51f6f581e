/**
 * What a resource says beside its properties, drawn by what its type may say: that its thing stays, whose thing it is,
 * how a group's members change, where it stops.
 */
import type { SimDice } from './dice.ts';
import type { Batch, Draft, Extras, Hook, HookKind, Json } from './drafts.ts';
import { group } from './nests.ts';

/** Where a resource may stop. */
const hookKinds: readonly HookKind[] = ['pre-create', 'pre-update', 'pre-delete'];

const thing = 'Sim::Cloud::Thing';

/**
 * Types whose things may stay when all around them goes: they are in nobody's way, and the same can be made again
 * beside them.
 */
const retainable: ReadonlySet<string> = new Set([
  thing,
  'OS::Neutron::Net',
  'OS::Neutron::Router',
  'OS::Neutron::SecurityGroup',
  'OS::Cinder::Volume',
  'OS::Glance::WebImage',
]);

/** Types whose things others have at once, as soon as they ask for them. */
export const adoptable = {
  any: [thing],
  cloud: ['OS::Neutron::Net', 'OS::Neutron::SecurityGroup'],
} as const;

export const isRetainable = ({ type, external }: Draft): boolean => external === undefined && retainable.has(type);

/** What a new resource says. */
export function extrasFor(type: string, dice: SimDice): Extras {
  return {
    ...(retainable.has(type) && dice.chance(0.25) ? { retained: true } : {}),
    ...(type === group ? batchesFor(dice) : {}),
    ...(dice.chance(0.09) ? { hook: hookFor(dice) } : {}),
  };
}

export function hookFor(dice: SimDice): Hook {
  return { at: dice.pick(hookKinds), isCleared: dice.chance(0.75) };
}

/** How a group's members are made and changed; undefined: all at once. */
export function batchesFor(dice: SimDice): Pick<Extras, 'rolling' | 'creating'> {
  const batch = (): Batch => ({ max: dice.between(1, 3), pauseSecs: dice.below(3), min: dice.below(3) });
  return { ...(dice.chance(0.9) ? { rolling: batch() } : {}), ...(dice.chance(0.5) ? { creating: batch() } : {}) };
}

/** As sections of its template. */
export function sectionsOf({ retained, external, strays, rolling, creating }: Draft): Record<string, Json> {
  const named = strays ?? external;
  const policy = {
    ...(rolling === undefined ? {} : { rolling_update: { ...sizes(rolling), min_in_service: rolling.min } }),
    ...(creating === undefined ? {} : { batch_create: sizes(creating) }),
  };
  return {
    ...(retained === true ? { deletion_policy: 'Retain' } : {}),
    ...(named === undefined ? {} : { external_id: named }),
    ...(Object.keys(policy).length === 0 ? {} : { update_policy: policy }),
  };
}

function sizes({ max, pauseSecs }: Batch): Record<string, Json> {
  return { max_batch_size: max, pause_time: pauseSecs };
}

/** The environment of a template of these. */
export function environmentOf(drafts: readonly Draft[]): Json {
  const hooked = drafts.flatMap(({ name, hook }) =>
    hook === undefined ? [] : [[name, { hooks: [hook.at] }] as const],
  );
  return hooked.length === 0 ? {} : { resource_registry: { resources: Object.fromEntries(hooked) } };
}

/** The same, but its user lets it go on, and it names what it watches. */
export function healed({ strays: _strays, hook, ...draft }: Draft): Draft {
  return hook?.isCleared === true ? { ...draft, hook } : draft;
}

/**
 * What becomes of a resource in an update, once it is known what it shall be: nothing, a change in place, another one in
 * its place, or a first one; by which calls, and why. The decisions are kit/decide.ts's and the types' own.
 */
import { decide, type Decision } from '../kit/decide.ts';
import {
  type Change,
  type CloudLife,
  LifeFailure,
  type Live,
  type LocalLife,
  type ResourceType,
} from '../kit/resource.ts';
import { errors } from '../kernel/errors.ts';
import { baseAmong } from '../orchestration/converging.ts';
import type { IncarnationRecord } from '../orchestration/records.ts';
import { emptyMap, mapOf, type ValueMap } from '../values/value.ts';
import { callsOfChange, callsOfLeaving, callsOfMaking, madeBy } from './announced.ts';
import { propertyReasons } from './reasons.ts';
import {
  type Afterwards,
  asItIs,
  closedMap,
  type Fate,
  isOpen,
  liveOf,
  notYetKnown,
  type Seen,
  type Sources,
  sourcesMap,
  type There,
  type Told,
  type Wish,
} from './outlook-parts.ts';

/** What becomes of one that is there, and is told of the update. */
export async function changed(there: There, wish: Wish, sources: Sources): Promise<Told> {
  const live = there.incarnations.filter(
    ({ life, child }) =>
      life === 'live' || life === 'making' || (life === 'failed' && child !== null && child.what !== 'delete'),
  );
  const seen = new Map<string, Seen | undefined>();
  const decided = (each: IncarnationRecord): Decision => decisionOf(each, wish, sources, seen.get(each.id));
  const base = baseAmong(live, there.record.current, decided);
  if (base === undefined) return replaced(there, undefined, wish, ['what there was failed'], sources);
  const it = liveOf(there, base, sources);
  if (base.external !== undefined || wish.external !== undefined) {
    if (base.external === wish.external)
      return { fate: 'unchanged', because: [], calls: [], after: it && { type: wish.type, live: it, isNew: false } };
    const feature = `Update to property external_id of ${there.record.name} (${wish.type.name})`;
    throw errors.NotSupported({ feature });
  }
  let decision = decided(base);
  if (it !== undefined && (decision.kind === 'look' || (sources.observe && base.steps.length > 0))) {
    const sight = await sources.look(wish.type, it);
    seen.set(base.id, sight);
    if (sight?.sound === false) return replaced(there, base, wish, ['it is gone or broken'], sources);
    decision = decided(base);
  }
  switch (decision.kind) {
    case 'same':
    case 'look':
      return { fate: 'unchanged', because: [], calls: [], after: it && { type: wish.type, live: it, isNew: false } };
    case 'refused': {
      const names = decision.immutable.join(', ');
      throw errors.NotSupported({
        feature: `Update to properties ${names} of ${there.record.name} (${wish.type.name})`,
      });
    }
    case 'replace':
      return replaced(there, base, wish, reasonsToReplace(decision.because, base, wish, sources), sources);
    case 'update':
      if (it === undefined) return { fate: 'updated', because: ['it is being made'], calls: [], after: undefined };
      return updated(there, base, it, wish, decision.changed, sources);
    default:
      return decision satisfies never;
  }
}

function decisionOf(base: IncarnationRecord, wish: Wish, sources: Sources, seen: Seen | undefined): Decision {
  const frozen = sources.open(base.frozen);
  return decide(
    {
      type: base.type,
      properties: seen?.properties ?? sourcesMap(sources, base.properties),
      frozen,
      unsound: seen === undefined || base.unsound === 'CHECK' ? base.unsound : '',
    },
    { type: wish.type, properties: wish.properties, frozen: wish.frozen ?? `not ${frozen}` },
  );
}

async function updated(
  there: There,
  base: IncarnationRecord,
  live: Live,
  wish: Wish,
  names: ReadonlySet<string>,
  sources: Sources,
): Promise<Told> {
  const { type } = wish;
  const change = changeOf(live, wish, names);
  const because = [
    ...propertyReasons(names, live.properties, wish.properties, 'in place', wish.secret),
    ...(names.size > 0 ? [] : [type.life.kind === 'nested' ? 'what is in it decides for itself' : elsewhere]),
  ];
  const life = type.life;
  if (life.kind === 'nested') {
    return { fate: 'updated', because, calls: [], after: asItIs(there, type, live, sources) };
  }
  if (names.size === 0) {
    return {
      fate: 'updated',
      because,
      calls: [],
      after: { type, live: { ...live, properties: change.after }, isNew: false },
    };
  }
  if (life.kind === 'local') {
    const data = localData(life, change, there, sources);
    if (data === 'replace') return replaced(there, base, wish, because.map(asReplaced), sources);
    return { fate: 'updated', because, calls: [], after: afterChange(type, live, change, data) };
  }
  const steps = cloudSteps(life, change);
  if (steps === 'replace') return replaced(there, base, wish, because.map(asReplaced), sources);
  const calls =
    steps === undefined
      ? ['?']
      : await callsOfChange(life, live, change.after, steps, madeBy(base, sources.open), sources.read);
  return { fate: 'updated', because, calls, after: afterChange(type, live, change, undefined) };
}

/** Nothing of its properties. */
const elsewhere = 'metadata, a policy or a dependency';

const asReplaced = (reason: string): string => reason.replace(/, in place$/, ', replaces it');

function changeOf(live: Live, wish: Wish, names: ReadonlySet<string>): Change {
  const chosen = [...live.properties].filter(([name]) => name.startsWith('@'));
  return {
    before: live,
    after: mapOf([...closedMap(wish.properties), ...chosen]),
    changed: names,
    metadata: wish.metadata,
  };
}

/** A thing that is changed in place shows what was changed, as far as that has its name. */
function afterChange(type: ResourceType, live: Live, change: Change, data: ValueMap | undefined): Afterwards {
  const shown = [...change.changed]
    .filter(name => live.data.has(name))
    .map(name => [name, change.after.get(name) ?? null] as const);
  return {
    type,
    isNew: false,
    live: { ...live, properties: change.after, data: data ?? mapOf([...live.data, ...shown]) },
  };
}

function localData(life: LocalLife, change: Change, there: There, sources: Sources): ValueMap | 'replace' | undefined {
  const { below, uuid, stackName, timeoutMs: stackTimeoutMs } = sources;
  const { physicalName } = change.before;
  const outcome =
    life.update?.(change, { resourceName: there.record.name, stackName, physicalName, stackTimeoutMs, below, uuid }) ??
    'replace';
  if (outcome === 'replace') return 'replace';
  return outcome.kind === 'done' ? outcome.value.data : undefined;
}

/** undefined: the type cannot say before it knows more; or it refuses, which the update will tell. */
function cloudSteps(life: CloudLife, change: Change): ReturnType<NonNullable<CloudLife['update']>> | undefined {
  try {
    return life.update?.(change) ?? 'replace';
  } catch (error) {
    const isToldLater = [...change.changed].some(name => isOpen(change.after.get(name) ?? null));
    if (error instanceof LifeFailure || isToldLater) return undefined;
    throw error;
  }
}

function reasonsToReplace(
  because: readonly string[],
  base: IncarnationRecord,
  wish: Wish,
  sources: Sources,
): readonly string[] {
  const before = sourcesMap(sources, base.properties);
  return because.flatMap(each =>
    Object.hasOwn(wish.type.properties, each)
      ? propertyReasons(new Set([each]), before, wish.properties, 'replaces it', wish.secret)
      : [each],
  );
}

/** Another one takes its place, then the old one goes: or first, where there can be only one. */
async function replaced(
  there: There,
  base: IncarnationRecord | undefined,
  wish: Wish,
  because: readonly string[],
  sources: Sources,
): Promise<Told> {
  const next = made(wish, 'replaced', because, there.record.name, sources);
  const gone = there.incarnations.flatMap(each => leaving(there, each, sources));
  const prepared = base === undefined ? [] : await preparing(there, base, wish, sources);
  if (prepared === 'first') return { ...next, calls: [...gone, ...next.calls] };
  return { ...next, calls: [...prepared, ...next.calls, ...gone] };
}

async function preparing(
  there: There,
  base: IncarnationRecord,
  wish: Wish,
  sources: Sources,
): Promise<readonly string[] | 'first'> {
  const life = sources.type(base.type)?.life;
  const live = liveOf(there, base, sources);
  if (life?.kind !== 'cloud' || live === undefined || base.prepared) return [];
  const change = changeOf(live, wish, new Set());
  const steps = life.prepareReplace?.(change);
  if (steps === undefined || steps === 'first') return steps ?? [];
  return callsOfChange(life, live, change.after, steps, madeBy(base, sources.open), sources.read);
}

function leaving(there: There, incarnation: IncarnationRecord, sources: Sources): readonly string[] {
  const life = sources.type(incarnation.type)?.life;
  if (life?.kind !== 'cloud' || incarnation.life === 'gone' || isRetained(incarnation, sources)) return [];
  const live: Live = liveOf(there, incarnation, sources) ?? {
    resourceName: there.record.name,
    physicalId: '',
    physicalName: incarnation.physicalName,
    properties: sourcesMap(sources, incarnation.properties),
    data: emptyMap,
  };
  return callsOfLeaving(life, live, madeBy(incarnation, sources.open));
}

/** The calls of one that is removed. */
export function leavingCalls(there: There, sources: Sources): readonly string[] {
  return there.incarnations.flatMap(each => leaving(there, each, sources));
}

function isRetained({ frozen }: IncarnationRecord, sources: Sources): boolean {
  if (frozen === '') return false;
  const [, policy] = JSON.parse(sources.open(frozen)) as readonly [string, string, string];
  return policy === 'Retain';
}

export function made(wish: Wish, fate: Fate, because: readonly string[], name: string, { stackName }: Sources): Told {
  const { type, external } = wish;
  const properties = closedMap(wish.properties);
  const physicalName = `{${stackName}-${name}-…}`;
  const live: Live = {
    resourceName: name,
    physicalId: external ?? notYetKnown,
    physicalName,
    properties,
    data: emptyMap,
  };
  return {
    fate,
    because,
    calls:
      type.life.kind === 'cloud' && external === undefined ? callsOfMaking(type.life, properties, physicalName) : [],
    after: { type, live, isNew: true },
  };
}

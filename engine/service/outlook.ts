/**
 * What becomes of each resource of a stack in an update: the decisions of the update itself (orchestration/transition.ts,
 * kit/decide.ts, the types' own `update`), made from the same rows, but with what only something made would tell still
 * open. Nothing is changed; names are looked up as the caller.
 *
 * Resources are gone through in the order of their requirements. What a resource is afterwards is known where it stays,
 * mostly known where it is changed in place (its thing keeps its id), and open where another one is made.
 */
import { decide, type Decision } from '../kit/decide.ts';
import { type Wanted, wantedOf, withIds } from '../kit/lookups.ts';
import {
  type Change,
  type CloudLife,
  LifeFailure,
  type Live,
  type LocalLife,
  type ResourceType,
} from '../kit/resource.ts';
import { foreseenProperties, propertiesPath } from '../kit/validate.ts';
import { errors, isHeatError } from '../kernel/errors.ts';
import type { PlannedResource } from '../orchestration/jobs.ts';
import { baseAmong } from '../orchestration/converging.ts';
import { attributeNames, frozenText } from '../orchestration/making.ts';
import type { IncarnationRecord, ResourceRecord } from '../orchestration/records.ts';
import { decodeExpr } from '../template/encode.ts';
import { evaluate, evaluateProperties } from '../template/evaluate.ts';
import { type Expr, type ExprMap, isKnown } from '../template/expr.ts';
import { failureText } from '../template/functions/function.ts';
import { attributeKey } from '../template/references.ts';
import { type Scope, Selected, unknown } from '../template/scope.ts';
import { parseJson } from '../values/json.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { callsOfChange, callsOfLeaving, callsOfMaking, madeBy } from './announced.ts';
import { propertyReasons } from './reasons.ts';

export type Fate = 'unchanged' | 'updated' | 'replaced' | 'added';

export interface Outlook {
  readonly fate: Fate;
  readonly because: readonly string[];
  readonly calls: readonly string[];
  /** What is asked of it afterwards; undefined: known only after it is made. */
  readonly after: Afterwards | undefined;
  readonly metadata: Value;
  /** A secret went into it. */
  readonly secret: boolean;
  /** Its properties, as far as they are known; undefined: it cannot be, or stays. */
  readonly wished?: ExprMap;
}

export interface Afterwards {
  readonly type: ResourceType;
  readonly live: Live;
  /** Another one takes its place: only its properties are known by then. */
  readonly isNew: boolean;
  /** Of one that is a stack: what it said to others last, as far as that still holds. */
  readonly exported?: ValueMap;
}

/** A resource that is there. */
export interface There {
  readonly record: ResourceRecord;
  readonly incarnations: readonly IncarnationRecord[];
}

/** What the rows do not say. */
export interface Sources {
  readonly open: (text: string) => string;
  /** Ids of names, by wantedKey; a HeatError for one that names nothing. Missing: nobody could be asked. */
  readonly lookUp: (wanted: readonly Wanted[]) => Promise<ReadonlyMap<string, string>>;
  /** How its cloud shows one, where that must be known; undefined: it did not say. */
  readonly look: (type: ResourceType, live: Live) => Promise<Seen | undefined>;
  readonly type: (name: string) => ResourceType | undefined;
  readonly isSealed: (text: string) => boolean;
  /** All are compared with what their cloud has. */
  readonly observe: boolean;
  readonly secret: boolean;
  readonly below: (n: number) => number;
  readonly uuid: () => string;
  readonly stackName: string;
  readonly timeoutMs: number;
}

export interface Seen {
  readonly sound: boolean;
  readonly properties: ValueMap;
}

/** What stands for a value that nobody knows yet, where a type must be given one. */
const open = '{known after create}';

/** The outlook of one; `outlooks` has those of all that it requires. Throws NotSupported for a change that is refused. */
export async function outlookOf(
  planned: PlannedResource,
  there: There | undefined,
  outlooks: ReadonlyMap<string, Outlook>,
  sources: Sources,
): Promise<Outlook> {
  const type = sources.type(planned.implementation);
  const scope = scopeOf(outlooks);
  const metadata = evaluated(() => evaluate(decodeExpr(planned.metadata), scope));
  const wished = await wishOf(planned, type, scope, sources);
  const secret = sources.secret || planned.requires.some(name => outlooks.get(name)?.secret === true);
  const known = {
    metadata: isKnown(metadata) ? metadata : emptyMap,
    secret,
    ...(typeof wished === 'string' ? {} : { wished }),
  };
  if (type === undefined || typeof wished === 'string') {
    const because = typeof wished === 'string' ? [`it fails: ${wished}`] : [];
    return { fate: there === undefined ? 'added' : 'updated', because, calls: [], after: undefined, ...known };
  }
  const wish: Wish = {
    type,
    properties: wished,
    frozen: isKnown(metadata) ? frozenText(planned, metadata) : undefined,
    metadata: known.metadata,
    secret,
    external: planned.externalId,
  };
  if (there === undefined) return { ...made(wish, 'added', ['it is new'], planned.name, sources), ...known };
  return { ...(await changed(there, wish, sources)), ...known };
}

/** One that is left as it is: it is not even told of the update. */
export function restingOutlook(there: There, type: ResourceType | undefined, sources: Sources): Outlook {
  const current = there.incarnations.find(({ id }) => id === there.record.current);
  const live = current === undefined ? undefined : liveOf(there, current, sources);
  const after = live === undefined || type === undefined ? undefined : asItIs(there, type, live, sources);
  const secret = current !== undefined && sources.isSealed(current.properties);
  return { fate: 'unchanged', because: [], calls: [], after, metadata: emptyMap, secret };
}

function asItIs({ record }: There, type: ResourceType, live: Live, sources: Sources): Afterwards {
  if (type.life.kind !== 'nested' || record.exported === null) return { type, live, isNew: false };
  return { type, live, isNew: false, exported: sourcesMap(sources, record.exported) };
}

interface Wish {
  readonly type: ResourceType;
  readonly properties: ExprMap;
  /** undefined: known only after something is made. */
  readonly frozen: string | undefined;
  readonly metadata: Value;
  readonly secret: boolean;
  /** Somebody else's thing. */
  readonly external: string | undefined;
}

/** What it shall be, as far as that is known; a text: why it cannot be. */
async function wishOf(
  planned: PlannedResource,
  type: ResourceType | undefined,
  scope: Scope,
  sources: Sources,
): Promise<ExprMap | string> {
  if (type === undefined || type.anyProperties) return new Map();
  try {
    const given = decodeExpr(planned.properties);
    const values = evaluateProperties(planned.name, given instanceof Map ? (given as ExprMap) : new Map(), scope);
    const properties = foreseenProperties(type, values, propertiesPath(planned.name));
    const isSaid = (entry: [string, Expr]): entry is [string, Value] => isKnown(entry[1]);
    const said = mapOf([...properties].filter(isSaid));
    const ids = await sources.lookUp(wantedOf(type.properties, said));
    return new Map<string, Expr>([...properties, ...withIds(type.properties, said, ids)]);
  } catch (error) {
    if (isHeatError(error)) return error.message;
    throw error;
  }
}

function evaluated(evaluation: () => Expr): Expr {
  try {
    return evaluation();
  } catch (error) {
    failureText(error);
    return null;
  }
}

/** What other resources can be asked for, as they will be. */
function scopeOf(outlooks: ReadonlyMap<string, Outlook>): Scope {
  return {
    parameter: () => undefined,
    file: () => undefined,
    reference: name => {
      const after = outlooks.get(name)?.after;
      if (after === undefined || after.isNew) return unknown;
      if (after.type.life.kind === 'nested') return after.exported?.get('ref') ?? unknown;
      return after.type.referenceId(after.live);
    },
    attribute: (name, attribute, path) => {
      const after = outlooks.get(name)?.after;
      if (after === undefined) return unknown;
      if (after.type.life.kind === 'nested') return exportedBy(after, attribute, path);
      if (attribute !== undefined) return attributeAfter(after, attribute);
      if (after.isNew) return unknown;
      const { type, live } = after;
      return mapOf(attributeNames(type).map((each): [string, Value] => [each, type.attribute(live, each) ?? null]));
    },
  };
}

/** Of a stack in which something changes: what it exported does not hold any more, but for what never changes. */
export function changedInside(outlook: Outlook): Outlook {
  const { after } = outlook;
  if (after?.exported === undefined || after.type.life.kind !== 'nested') return outlook;
  const ref = after.exported.get('ref');
  const left = ref === undefined || after.type.life.reference !== undefined ? [] : [['ref', ref] as const];
  return { ...outlook, after: { ...after, exported: mapOf(left) } };
}

/** A stack is asked for nothing: what it exported is all that is known of it. */
function exportedBy(
  { exported }: Afterwards,
  attribute: string | undefined,
  path: readonly Value[],
): Value | Selected | typeof unknown {
  const attributes = exported?.get('attributes') ?? null;
  if (!isMap(attributes)) return unknown;
  if (attribute === undefined) return attributes;
  const selected = path.length === 0 ? undefined : attributes.get(attributeKey(attribute, path));
  if (selected !== undefined) return new Selected(selected);
  return attributes.get(attribute) ?? unknown;
}

/** Of another one only what its own properties say is known: an attribute that is called like a plain property. */
function attributeAfter({ type, live, isNew }: Afterwards, attribute: string): Value | typeof unknown {
  if (!isNew) return type.attribute(live, attribute) ?? null;
  const own = live.properties.get(attribute) ?? null;
  return own === null || own === open || isMap(own) || isList(own) ? unknown : own;
}

function liveOf({ record }: There, incarnation: IncarnationRecord, sources: Sources): Live | undefined {
  if (incarnation.physicalId === null) return undefined;
  return {
    resourceName: record.name,
    physicalId: incarnation.physicalId,
    physicalName: incarnation.physicalName,
    properties: sourcesMap(sources, incarnation.properties),
    data: sourcesMap(sources, incarnation.data),
  };
}

function sourcesMap(sources: Sources, text: string): ValueMap {
  const value = parseJson(sources.open(text));
  return isMap(value) ? value : emptyMap;
}

/** What becomes of one that is there, and is told of the update. */
async function changed(there: There, wish: Wish, sources: Sources): Promise<Told> {
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

type Told = Omit<Outlook, 'metadata' | 'secret' | 'wished'>;

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

function updated(
  there: There,
  base: IncarnationRecord,
  live: Live,
  wish: Wish,
  names: ReadonlySet<string>,
  sources: Sources,
): Told {
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
    steps === undefined ? ['?'] : callsOfChange(life, live, change.after, steps, madeBy(base, sources.open));
  return { fate: 'updated', because, calls, after: afterChange(type, live, change, undefined) };
}

/** Nothing of its properties. */
const elsewhere = 'metadata, a policy or a dependency';

const asReplaced = (reason: string): string => reason.replace(/, in place$/, ', replaces it');

function changeOf(live: Live, wish: Wish, names: ReadonlySet<string>): Change {
  const chosen = [...live.properties].filter(([name]) => name.startsWith('@'));
  return {
    before: live,
    after: mapOf([...closed(wish.properties), ...chosen]),
    changed: names,
    metadata: wish.metadata,
  };
}

/** Values, with something in the place of what is not known. */
function closed(properties: ExprMap): ValueMap {
  return mapOf([...properties].map(([name, expr]): [string, Value] => [name, isKnown(expr) ? expr : open]));
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
  const isOpen = [...change.changed].some(name => change.after.get(name) === open);
  try {
    return life.update?.(change) ?? 'replace';
  } catch (error) {
    if (error instanceof LifeFailure || isOpen) return undefined;
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
function replaced(
  there: There,
  base: IncarnationRecord | undefined,
  wish: Wish,
  because: readonly string[],
  sources: Sources,
): Told {
  const next = made(wish, 'replaced', because, there.record.name, sources);
  const gone = there.incarnations.flatMap(each => leaving(there, each, sources));
  const prepared = base === undefined ? [] : preparing(there, base, wish, sources);
  if (prepared === 'first') return { ...next, calls: [...gone, ...next.calls] };
  return { ...next, calls: [...prepared, ...next.calls, ...gone] };
}

function preparing(there: There, base: IncarnationRecord, wish: Wish, sources: Sources): readonly string[] | 'first' {
  const life = sources.type(base.type)?.life;
  const live = liveOf(there, base, sources);
  if (life?.kind !== 'cloud' || live === undefined || base.prepared) return [];
  const change = changeOf(live, wish, new Set());
  const steps = life.prepareReplace?.(change);
  if (steps === undefined || steps === 'first') return steps ?? [];
  return callsOfChange(life, live, change.after, steps, madeBy(base, sources.open));
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

function made(wish: Wish, fate: Fate, because: readonly string[], name: string, { stackName }: Sources): Told {
  const { type, external } = wish;
  const properties = closed(wish.properties);
  const physicalName = `{${stackName}-${name}-…}`;
  const live: Live = { resourceName: name, physicalId: external ?? open, physicalName, properties, data: emptyMap };
  return {
    fate,
    because,
    calls:
      type.life.kind === 'cloud' && external === undefined ? callsOfMaking(type.life, properties, physicalName) : [],
    after: { type, live, isNew: true },
  };
}

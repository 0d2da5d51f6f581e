/**
 * How an incarnation comes to be, up to where its type's steps begin.
 *
 *   waits for requires ─▶ evaluates what is left ─▶ local life: one turn, or one wait
 *                                              └──▶ cloud life: steps (steps.ts)
 *
 * What a local life decided (its outcome, its dice) is in the row before its time runs: a restart goes on waiting for
 * the same end and never rolls again.
 */
import { addMs } from '../kernel/clock.ts';
import { isHeatError } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { type Wanted, wantedKey, wantedOf, withIds } from '../kit/lookups.ts';
import { physicalName } from '../kit/physical-name.ts';
import { type LifeContext, type Live, type LocalLife, type ResourceType, type Step, stepsOf } from '../kit/resource.ts';
import { propertiesPath, resolveProperties } from '../kit/validate.ts';
import { decodeExpr } from '../template/encode.ts';
import { evaluateProperties, outputValue } from '../template/evaluate.ts';
import { type ExprMap, isKnown } from '../template/expr.ts';
import { joinPath } from '../template/path.ts';
import { attributeKey } from '../template/references.ts';
import { type Scope, Selected, unknown } from '../template/scope.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { isSealed } from '../values/sealed.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { pausesAt } from './hooks.ts';
import { resolveTask } from './lookups.ts';
import type { Ready } from './messages.ts';
import { unordered } from './nesting-records.ts';
import type { IncarnationRecord } from './records.ts';
import type { StepRecord } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { tellReleased } from './users.ts';

/** Text of a map back; our own writing, so anything else is a bug. */
export function mapFrom(text: string): ValueMap {
  const value = parseJson(text);
  invariant(isMap(value), 'a stored map is a map');
  return value;
}

/** What this generation wants, once everything it requires is there. */
export interface Wish {
  readonly type: ResourceType;
  /** Resolved, names as ids. */
  readonly properties: ValueMap;
  readonly metadata: Value;
  /** What else is compared (frozenOf). */
  readonly frozen: string;
  readonly secret: boolean;
}

/** Evaluates what is left of the definition; undefined while names are looked up, or where that failed. */
export function wishOf(turn: ResourceTurn): Wish | undefined {
  const type = turn.type();
  let properties: ValueMap;
  try {
    properties = evaluated(turn, type);
  } catch (error) {
    if (!isHeatError(error)) throw error;
    beginFailed(turn, error.type, error.message);
    return undefined;
  }
  const wanted = wantedOf(type.properties, properties).filter(each => !turn.resolved.has(wantedKey(each)));
  if (wanted.length > 0) {
    if (!turn.isArmed('resolve')) resolve(turn, wanted);
    return undefined;
  }
  const metadata = outputValue({ value: decodeExpr(turn.clear(turn.resource.order.metadata)) }, arrivals(turn));
  if ('error' in metadata) {
    beginFailed(turn, 'StackValidationFailed', metadata.error);
    return undefined;
  }
  return {
    type,
    properties: withIds(type.properties, properties, turn.resolved),
    metadata: metadata.value,
    frozen: frozenOf(turn, metadata.value),
    secret: isSecret(turn, type),
  };
}

/** Text of what of a definition is compared besides type and properties; '' where all of it is the default. */
function frozenOf(turn: ResourceTurn, metadata: Value): string {
  return frozenText(turn.resource.order, metadata);
}

export function frozenText(
  { deletionPolicy, policies }: { readonly deletionPolicy: string; readonly policies: string },
  metadata: Value,
): string {
  const said = isMap(metadata) && metadata.size === 0 ? '' : writeJson(metadata);
  if (said === '' && deletionPolicy === 'Delete' && policies === '') return '';
  return JSON.stringify([said, deletionPolicy, policies]);
}

/** What happens to an incarnation's thing at its end. */
export function policyOf(turn: ResourceTurn, { frozen }: IncarnationRecord): string {
  if (frozen === '') return 'Delete';
  return (JSON.parse(turn.clear(frozen)) as readonly [string, string, string])[1];
}

/** It cannot even begin: nothing was made, nothing changed. */
export function beginFailed(turn: ResourceTurn, error: string, message: string): void {
  turn.status(turn.incarnations.some(({ life }) => life === 'live') ? 'UPDATE' : 'CREATE', 'IN_PROGRESS');
  fail(turn, error, storedText(message, isSecret(turn, turn.type())));
}

function isSecret(turn: ResourceTurn, type: ResourceType): boolean {
  return type.secret || isGivenSecrets(turn);
}

function isGivenSecrets(turn: ResourceTurn): boolean {
  return turn.resource.order.secret || [...turn.ready.values()].some(input => isSealed(input.exported));
}

function resolve(turn: ResourceTurn, wanted: readonly Wanted[]): void {
  turn.setMemory({ busy: true });
  turn.effect({ do: 'task', cloud: true, run: resolveTask(wanted, turn.resource.credential ?? '') });
}

/** Begins a new incarnation, which is the current one from now on. */
export function begin(turn: ResourceTurn, wish: Wish): void {
  const { resource } = turn;
  const { type, secret } = wish;
  const external = resource.order.externalId;
  const id = turn.context.uuid();
  const name = physicalName(resource.stackName, resource.name, id, type.maxNameLength);
  const properties = withChoices(turn, type, wish.properties, name, wish.metadata);
  turn.addIncarnation({
    id,
    type: type.name,
    physicalName: name,
    physicalId: external ?? null,
    life: 'making',
    generation: resource.generation,
    frozen: turn.kept(wish.frozen, secret && wish.frozen !== ''),
    work: null,
    unsound: '',
    prepared: false,
    secret,
    // What a local life makes of them may be a secret; they themselves stand in the template.
    properties: turn.kept(writeJson(properties), type.life.kind === 'local' ? isGivenSecrets(turn) : secret),
    data: '{}',
    wait: null,
    steps: type.life.kind === 'cloud' && external === undefined ? freshSteps(stepsOf(type.life, properties)) : [],
    child: type.life.kind === 'nested' ? unordered : null,
    ...(external === undefined ? {} : { external }),
  });
  turn.setHolds(id, usedNow(turn));
  const action = external === undefined ? 'CREATE' : 'ADOPT';
  turn.status(action, 'IN_PROGRESS', 'state changed', null, 'again', { current: id, physicalId: external ?? null });
  if (external === undefined && type.life.kind === 'local') beginLocal(turn, type, type.life, properties);
}

function freshSteps(steps: readonly Step[]): readonly StepRecord[] {
  return steps.map(({ name }) => ({ name, state: { at: 'idle' }, tries: 0 }));
}

/**
 * The incarnations of what it requires, that whatever is begun now uses. Only of a turn in which all of it is known to
 * be there: after a restart that is pulled anew, and what was begun before ends without it.
 */
export function usedNow(turn: ResourceTurn): readonly Uuid[] {
  return [...turn.ready.values()].map(input => input.incarnation);
}

/** What the type's cloud life decides once, beside the properties. */
function withChoices(
  turn: ResourceTurn,
  type: ResourceType,
  properties: ValueMap,
  physical: string,
  metadata: Value,
): ValueMap {
  if (type.life.kind !== 'cloud' || type.life.chosen === undefined) return properties;
  const chosen = type.life.chosen(properties, {
    ...lifeContext(turn, physical),
    metadata,
    exports: turn.resource.exports,
    required: requiredReferences(turn),
  });
  invariant(
    [...chosen.keys()].every(key => key.startsWith('@')),
    'what is chosen is named apart from properties',
  );
  return mapOf([...properties, ...chosen]);
}

/** The references of what it requires, by name. */
function requiredReferences(turn: ResourceTurn): ReadonlyMap<string, Value> {
  const references = new Map<string, Value>();
  for (const { exported } of turn.ready.values()) {
    const map = mapFrom(turn.clear(exported));
    references.set(String(map.get('name')), map.get('ref') ?? null);
  }
  return references;
}

function evaluated(turn: ResourceTurn, type: ResourceType): ValueMap {
  if (type.anyProperties) return emptyMap;
  const { order, name } = turn.resource;
  const properties = decodeExpr(turn.clear(order.properties));
  invariant(properties instanceof Map, 'stored properties are a map');
  const expr = evaluateProperties(propertiesPath(name), properties as ExprMap, arrivals(turn));
  invariant(isKnown(expr) && isMap(expr), 'properties are known once all that is required is there');
  return resolveProperties(type, expr, propertiesPath(name));
}

/** As reasons are stored, with single colons; the place alone where the text may quote a secret. */
function storedText(message: string, secret: boolean): string {
  const parts = message.split(': : ');
  const kept = secret
    ? [...parts.slice(0, -1), 'the value is not right (it is not shown, since secrets went into it)']
    : parts;
  return kept.join(': ');
}

/** What the required resources export, as a scope: nothing else is left to ask for. */
function arrivals(turn: ResourceTurn): Scope {
  const byName = new Map<string, ValueMap>();
  for (const { exported } of turn.ready.values()) {
    const map = mapFrom(turn.clear(exported));
    byName.set(String(map.get('name')), map);
  }
  return {
    parameter: () => undefined,
    file: () => undefined,
    reference: name => byName.get(name)?.get('ref') ?? unknown,
    attribute: (name, attribute, path) => {
      const attributes = byName.get(name)?.get('attributes');
      if (attributes === undefined || !isMap(attributes)) return unknown;
      if (attribute === undefined) return attributes;
      const selected = path.length === 0 ? undefined : attributes.get(attributeKey(attribute, path));
      return selected === undefined ? (attributes.get(attribute) ?? null) : new Selected(selected);
    },
  };
}

export function lifeContext(turn: ResourceTurn, physical: string): LifeContext {
  const { resource, context } = turn;
  return {
    resourceName: resource.name,
    stackName: resource.stackName,
    physicalName: physical,
    stackTimeoutMs: resource.timeoutMs,
    below: n => context.below(n),
    uuid: () => context.uuid(),
  };
}

function beginLocal(turn: ResourceTurn, type: ResourceType, life: LocalLife, properties: ValueMap): void {
  const incarnation = turn.current;
  invariant(incarnation !== undefined, 'an incarnation was begun');
  const outcome = life.create(properties, lifeContext(turn, incarnation.physicalName));
  const failed = outcome.kind === 'failed' ? { error: outcome.error, message: outcome.message } : null;
  if (outcome.kind === 'done') {
    turn.setIncarnation(incarnation.id, {
      physicalId: outcome.value.physicalId,
      data: turn.kept(writeJson(outcome.value.data), incarnation.secret),
    });
  }
  if (outcome.waitMs > 0) {
    turn.setIncarnation(incarnation.id, { wait: { until: addMs(turn.context.now(), outcome.waitMs), failed } });
    awaitLocal(turn);
  } else if (failed !== null) {
    fail(turn, failed.error, failed.message);
  } else {
    isMade(turn, type, outcome.kind === 'done' ? outcome.value.data : emptyMap, properties);
  }
}

/** Goes on with a local wait: arms its timer, or ends it. */
export function awaitLocal(turn: ResourceTurn): void {
  const incarnation = turn.current;
  if (incarnation?.wait == null) return;
  const { until, failed } = incarnation.wait;
  if (turn.context.now() < until) {
    turn.arm('wait', until);
    return;
  }
  turn.setIncarnation(incarnation.id, { wait: null });
  if (failed !== null) fail(turn, failed.error, failed.message);
  else isMade(turn, turn.type(incarnation.type));
}

/** The current incarnation is there. A newer generation than it was begun for goes on from here. */
export function isMade(turn: ResourceTurn, type: ResourceType, data?: ValueMap, properties?: ValueMap): void {
  const { current } = turn;
  invariant(current !== undefined && current.physicalId !== null, 'what is made has a physical id');
  turn.setIncarnation(current.id, { life: 'live' });
  turn.status('CREATE', 'COMPLETE', 'state changed', null, 'changed', { physicalId: current.physicalId });
  if (current.generation !== turn.resource.generation || turn.resource.removed) return;
  if (turn.resource.task === 'CREATE' && pausesAt(turn, 'post-create')) return;
  reach(turn, type, data, properties);
}

/** The current incarnation is what this generation asked for. What it uses, it holds since it was begun or changed. */
export function reach(turn: ResourceTurn, type: ResourceType, data?: ValueMap, properties?: ValueMap): void {
  const { resource, current } = turn;
  invariant(current !== undefined && current.physicalId !== null, 'what is reached has a physical id');
  const needed = resource.requiredBy.length > 0;
  const live = needed || resource.exports.length > 0 ? liveOf(turn, current, data, properties) : undefined;
  turn.set({
    reached: resource.generation,
    clean: turn.incarnations.length === 1 ? resource.generation : resource.clean,
    physicalId: current.physicalId,
    exported: live === undefined ? null : turn.kept(exportText(turn, type, live), current.secret),
  });
  tellReady(turn);
  tellReleased(turn);
  if (turn.resource.clean === resource.generation && resource.former.length > 0) turn.set({ former: [] });
  turn.tellSettled();
}

export function tellReady(turn: ResourceTurn): void {
  const { generation, id, current, exported, requiredBy } = turn.resource;
  if (current === null || exported === null) return;
  const ready: Ready = { kind: 'ready', generation, resource: id, incarnation: current, exported };
  for (const address of requiredBy) turn.tell(address, ready);
}

export function liveOf(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  data?: ValueMap,
  properties?: ValueMap,
): Live {
  return {
    resourceName: turn.resource.name,
    physicalId: incarnation.physicalId ?? '',
    physicalName: incarnation.physicalName,
    properties: properties ?? mapFrom(turn.clear(incarnation.properties)),
    data: data ?? mapFrom(turn.clear(incarnation.data)),
  };
}

/** Name, reference and the attributes that others read: all that leaves a resource. */
function exportText(turn: ResourceTurn, type: ResourceType, live: Live): string {
  const wanted = turn.resource.exports.includes('') ? attributeNames(type) : turn.resource.exports;
  const attributes = mapOf(wanted.map((name): [string, Value] => [name, type.attribute(live, name) ?? null]));
  const entries: readonly (readonly [string, Value])[] = [
    ['name', turn.resource.name],
    ['ref', type.referenceId(live)],
    ['attributes', attributes],
  ];
  return writeJson(mapOf(entries));
}

/** All attributes but `show`, which a whole-resource get_attr leaves out (contract: templates §3, get_attr). */
export function attributeNames(type: ResourceType): readonly string[] {
  return Object.keys(type.attributes).filter(name => name !== 'show');
}

/** `<ErrType>: resources.<name>[.<path inside a nested stack>]: <message>` */
export function reasonOf({ resource }: ResourceTurn, error: string, path: string, message: string): string {
  const place = `${joinPath(['resources', resource.name])}${path === '' ? '' : `.${path}`}`;
  return `${error === '' ? '' : `${error}: `}${place}: ${message}`;
}

/** The action failed; the incarnation stays as what a delete has to undo. `path`: where inside a nested stack. */
export function fail(turn: ResourceTurn, error: string, message: string, path = ''): void {
  const reason = reasonOf(turn, error, path, message);
  const { current, resource } = turn;
  const worked = turn.worked;
  if (current !== undefined && current.life === 'making')
    turn.setIncarnation(current.id, { life: 'failed', wait: null });
  else if (worked !== undefined) failWork(turn, worked);
  const physicalId = current?.physicalId ?? null;
  if (physicalId !== null) turn.set({ physicalId });
  turn.status(resource.status === 'IN_PROGRESS' ? resource.action : 'UPDATE', 'FAILED', reason);
  failed(
    turn,
    worked?.work?.generation ?? (current?.life === 'making' ? current.generation : resource.generation),
    reason,
  );
}

/** What failed for an earlier generation is no failure of this one, which goes on from there. */
export function failed(turn: ResourceTurn, generation: number, reason: string, action?: string): void {
  if (generation < turn.resource.generation) return;
  const failure = `${action ?? turn.resource.action} failed: ${reason}`;
  turn.set({ failedIn: generation, failure });
  turn.tellSettled(failure);
}

function failWork(turn: ResourceTurn, { id, work }: IncarnationRecord): void {
  if (work === null) return;
  const unsound = work.kind === 'update' ? { unsound: 'UPDATE' as const } : {};
  turn.setIncarnation(id, { work: { ...work, failed: true }, wait: null, ...unsound });
}

/** What runs is given up: the user deleted the stack, or its time ran out. */
export function abort(turn: ResourceTurn, why: string): void {
  const { current, resource, worked } = turn;
  if (current?.life === 'making') turn.setIncarnation(current.id, { life: 'failed', wait: null });
  else if (worked !== undefined) failWork(turn, worked);
  else return;
  turn.disarm('wait');
  turn.disarm('step');
  const { action, status } = resource;
  if (status === 'IN_PROGRESS') turn.status(action, 'FAILED', `${action} aborted (${why})`);
}

/** Addresses' ids. */
export function idsOf(addresses: readonly { readonly id: Uuid }[]): readonly Uuid[] {
  return addresses.map(address => address.id);
}

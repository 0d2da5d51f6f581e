/**
 * What holds a stack up, from its rows: a pure function, so that it can be shown what it must say.
 *
 * Each unfinished or failed resource is an obstacle. Who waits for another obstacle comes after it, so the first ones
 * are the root causes, however deep the stack that they are in; a resource that is a stack of its own waits for what
 * is in there.
 */
import { msOf } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { waitsFor } from '../orchestration/acting.ts';
import type { IncarnationRecord, ResourceRecord, StackRecord } from '../orchestration/records.ts';
import type { StepRecord } from '../orchestration/work-records.ts';
import { isUnfinished } from '../orchestration/records.ts';
import type { Obstacle } from '../../proto/engine.ts';

/** One of the stacks of a tree as its rows are. */
export interface StackView {
  readonly stack: StackRecord;
  readonly resources: readonly ResourceRecord[];
  /** Those that are not gone, by their resource; those of finished resources may be left out. */
  readonly incarnations: ReadonlyMap<Uuid, readonly IncarnationRecord[]>;
  /** The stacks below, by the name of the resource that each is. */
  readonly below: ReadonlyMap<string, StackView>;
}

/** What the rows do not say: which service a step of a type calls. */
export type ServiceOf = (incarnation: IncarnationRecord, step: string) => string;

interface Node {
  readonly id: string;
  readonly obstacle: Obstacle;
  /** Ids of what it waits for; some may be no obstacles. */
  readonly on: readonly string[];
}

/** Root causes first; empty for a tree in which nothing is unfinished or failed. */
export function obstaclesOf(view: StackView, serviceOf: ServiceOf): readonly Obstacle[] {
  const nodes = nodesOf(view, [], serviceOf);
  const byId = new Map(nodes.map(node => [node.id, node]));
  const ranks = new Map<string, number>();
  const rankOf = (id: string, above: readonly string[]): number => {
    const known = ranks.get(id);
    if (known !== undefined) return known;
    const on = (byId.get(id)?.on ?? []).filter(other => byId.has(other) && !above.includes(other) && other !== id);
    const rank = on.reduce((most, other) => Math.max(most, rankOf(other, [...above, id]) + 1), 0);
    ranks.set(id, rank);
    return rank;
  };
  return nodes
    .map(({ id, obstacle }) => ({ obstacle, rank: rankOf(id, []) }))
    .sort((a, b) => a.rank - b.rank || urgency(a.obstacle) - urgency(b.obstacle) || a.obstacle.since - b.obstacle.since)
    .map(({ obstacle }) => obstacle);
}

/** Among those that wait for nobody: what failed, then what had an error, then the rest. */
function urgency({ state, lastError }: Obstacle): number {
  if (state.endsWith('_FAILED')) return 0;
  return lastError === undefined ? 2 : 1;
}

function nodesOf(view: StackView, path: readonly string[], serviceOf: ServiceOf): readonly Node[] {
  const { stack, resources, below } = view;
  const byId = new Map(resources.map(resource => [resource.id, resource]));
  const nodes: Node[] = [];
  for (const resource of resources) {
    const child = below.get(resource.name);
    const inside = child === undefined ? [] : nodesOf(child, [...path, resource.name], serviceOf);
    nodes.push(...inside);
    if (!isObstacle(resource, stack) && inside.length === 0) continue;
    nodes.push(nodeOf(view, byId, resource, path, inside, serviceOf));
  }
  const waiting = resources.filter(({ credential, absent }) => credential === null && !absent);
  if (stack.status === 'IN_PROGRESS' && stack.credential.kind === 'own' && waiting.length > 0) {
    nodes.push(stackNode(stack, path, 'identity: a trust, so that it goes on when its user’s token is gone', []));
    return nodes.map(node => (waiting.some(({ id }) => id === node.id) ? untrusted(node, stack.id) : node));
  }
  if (nodes.length === 0 && stack.status !== 'COMPLETE') {
    const failed = stack.status === 'FAILED';
    nodes.push(stackNode(stack, path, failed ? undefined : 'its own next turn', []));
  }
  return nodes;
}

/** It may not call its cloud yet, whatever else it waits for. */
function untrusted(node: Node, stack: Uuid): Node {
  const { obstacle, on } = node;
  const waitsFor = on.length > 0 ? obstacle.waitsFor : ['the stack’s trust'];
  return { ...node, on: [...on, stack], obstacle: { ...obstacle, waitsFor } };
}

function isObstacle(resource: ResourceRecord, stack: StackRecord): boolean {
  if (resource.absent) return false;
  return resource.status === 'FAILED' || (stack.status !== 'COMPLETE' && isUnfinished(resource));
}

function stackNode(
  stack: StackRecord,
  path: readonly string[],
  waitsFor: string | undefined,
  on: readonly string[],
): Node {
  return {
    id: stack.id,
    on,
    obstacle: {
      path,
      type: 'OS::Heat::Stack',
      state: `${stack.action}_${stack.status}`,
      waitsFor: waitsFor === undefined ? [] : [waitsFor],
      since: stack.updatedAt ?? stack.createdAt,
      lastError: stack.status === 'FAILED' ? stack.reason : undefined,
      nextTry: undefined,
    },
  };
}

function nodeOf(
  view: StackView,
  byId: ReadonlyMap<Uuid, ResourceRecord>,
  resource: ResourceRecord,
  path: readonly string[],
  inside: readonly Node[],
  serviceOf: ServiceOf,
): Node {
  const { stack } = view;
  const incarnations = view.incarnations.get(resource.id) ?? [];
  const failed = resource.status === 'FAILED' && !isUnfinished(resource);
  const others = failed ? [] : waitedFor(resource, incarnations, byId);
  const own = failed || others.length > 0 ? nothing : ownWait(resource, incarnations, serviceOf);
  const below = inside.length > 0 ? [`what is in it (${inside.length})`] : own.waitsFor;
  return {
    id: resource.id,
    on: [...others.map(({ id }) => id), ...inside.map(({ id }) => id)],
    obstacle: {
      path: [...path, resource.name],
      type: resource.type,
      state: stateOf(resource),
      waitsFor: others.length > 0 ? others.map(other => `${other.name} (${stateOf(other)})`) : failed ? [] : below,
      since: failed ? resource.updatedAt : Math.max(resource.updatedAt, stack.updatedAt ?? stack.createdAt),
      lastError: resource.status === 'FAILED' ? resource.reason : own.lastError,
      nextTry: own.nextTry,
    },
  };
}

function stateOf({ action, status }: ResourceRecord): string {
  return `${action}_${status}`;
}

/** Other resources that it waits for: those that it requires, until it is reached; then those that use what must go. */
function waitedFor(
  resource: ResourceRecord,
  incarnations: readonly IncarnationRecord[],
  byId: ReadonlyMap<Uuid, ResourceRecord>,
): readonly ResourceRecord[] {
  const known = (ids: readonly { readonly id: Uuid }[]): readonly ResourceRecord[] =>
    ids.map(({ id }) => byId.get(id)).filter(other => other !== undefined && !other.absent) as ResourceRecord[];
  if (incarnations.some(({ life, work }) => life === 'making' || life === 'going' || work !== null)) return [];
  if (!resource.removed && resource.reached < resource.generation) {
    return known(waitsFor(resource)).filter(other => {
      const untold = resource.untold.some(({ resource: id }) => id === other.id);
      return other.reached < (untold ? other.generation : resource.generation);
    });
  }
  const leaving = new Set(
    incarnations.filter(({ id }) => resource.removed || id !== resource.current).map(({ id }) => id),
  );
  return known([...resource.requiredBy, ...resource.formerUsers]).filter(user =>
    Object.values(user.holds).some(held => held.some(id => leaving.has(id))),
  );
}

interface OwnWait {
  readonly waitsFor: readonly string[];
  readonly lastError: string | undefined;
  readonly nextTry: number | undefined;
}

const nothing: OwnWait = { waitsFor: [], lastError: undefined, nextTry: undefined };

/** What it waits for by itself: a service, or its time. */
function ownWait(resource: ResourceRecord, incarnations: readonly IncarnationRecord[], serviceOf: ServiceOf): OwnWait {
  const busy =
    incarnations.find(({ life }) => life === 'making' || life === 'going') ??
    incarnations.find(({ work }) => work !== null);
  if (busy === undefined) return { ...nothing, waitsFor: ['its own next turn'] };
  if (busy.wait !== null) return { ...nothing, waitsFor: ['its time'], nextTry: msOf(busy.wait.until) };
  const step = stepAtWork(busy);
  if (step === undefined) return { ...nothing, waitsFor: ['its own next turn'] };
  const { trouble } = step;
  const nextTry = trouble?.nextAt == null ? undefined : msOf(trouble.nextAt);
  const words = `${serviceOf(busy, step.name)}: ${doing(step, resource.removed || busy.life === 'going')}`;
  return { waitsFor: [words], lastError: trouble?.message, nextTry };
}

function stepAtWork({ life, steps }: IncarnationRecord): StepRecord | undefined {
  if (life !== 'going') return steps.find(({ state }) => state.at !== 'done');
  return steps.find(({ state }) => state.at === 'leaving') ?? steps.findLast(({ state }) => state.at !== 'idle');
}

function doing({ name, state }: StepRecord, going: boolean): string {
  switch (state.at) {
    case 'idle':
      return `${name} is to be asked for`;
    case 'intended':
      return `the answer for ${name}`;
    case 'looking':
      return `whether ${name} is there, since no answer came`;
    case 'waiting':
      return going ? `${name} ${state.physicalId} is to be deleted` : `${name} ${state.physicalId} to be ready`;
    case 'done':
      return `${name} ${state.physicalId} is to be deleted`;
    case 'leaving':
      return state.accepted ? `${name} ${state.physicalId} to be gone` : `${name} ${state.physicalId} is to be deleted`;
  }
}

/**
 * Doing something to a live incarnation: changing it, preparing its replacement, suspending it.
 *
 *   start: its steps join the incarnation's own, under `<kind>:<name>` ─▶ [undo some own ones] ─▶ steps ─▶ finish
 *
 * Its steps are intended, called and looked for as all others are (steps.ts), so a crash in between loses nothing. When
 * an update is done, the incarnation has the new properties and the steps of those; what was made on the way is among
 * them under its own name, and is undone with the rest when the resource goes. After a failure the work stays in the
 * row, so that a delete knows what to undo.
 */
import { invariant } from '../kernel/invariant.ts';
import { type Change, type ChangeSteps, stepsOf } from '../kit/resource.ts';
import { writeJson } from '../values/json.ts';
import { emptyMap, type ValueMap } from '../values/value.ts';
import { pausesAt } from './hooks.ts';
import { undoStepRecord } from './leaving.ts';
import { fail, mapFrom, reach, usedNow } from './making.ts';
import type { IncarnationRecord } from './records.ts';
import type { StepRecord, WorkKind } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { advanceStep, stepsWith, thingOf } from './steps.ts';
import { nameOf } from './work-steps.ts';

/** Begins it. `change` and what follows are an update's, or of what prepares a replacement. */
export function startWork(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  kind: WorkKind,
  steps: ChangeSteps,
  change?: Pick<Change, 'after' | 'metadata' | 'changed'>,
  frozen = '',
  data: string | null = null,
): void {
  const { secret, child } = incarnation;
  const uses = kind === 'update' ? usedNow(turn) : undefined;
  if (uses !== undefined) {
    const before = turn.resource.holds[incarnation.id] ?? [];
    turn.setHolds(incarnation.id, [...new Set([...before, ...uses])]);
  }
  turn.setIncarnation(incarnation.id, {
    // An earlier order's answer is none to this.
    ...(child === null ? {} : { child: { ...child, at: 'idle' } }),
    work: {
      kind,
      generation: turn.resource.generation,
      undo: steps.undo ?? [],
      changed: [...(change?.changed ?? [])],
      properties: turn.kept(writeJson(change?.after ?? emptyMap), secret),
      metadata: turn.kept(writeJson(change?.metadata ?? null), secret),
      frozen: frozen === '' ? '' : turn.kept(frozen, secret),
      data,
      ...(uses && { uses }),
      attempt: 0,
      failed: false,
    },
    steps: [
      ...ownSteps(incarnation),
      ...steps.steps.map((step): StepRecord => ({ name: `${kind}:${step.name}`, state: { at: 'idle' }, tries: 0 })),
    ],
  });
}

function ownSteps({ steps }: IncarnationRecord): readonly StepRecord[] {
  return steps.filter(({ name }) => !nameOf(name).isWork);
}

/** Does what comes next of it. */
export function advanceWork(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { work, wait } = incarnation;
  invariant(work !== null, 'work goes on that was begun');
  if (wait !== null) {
    awaitWork(turn, incarnation);
    return;
  }
  const last = work.undo.at(-1);
  if (last !== undefined) {
    const record = incarnation.steps.find(({ name }) => name === last);
    if (record !== undefined && record.state.at !== 'idle') undoStepRecord(turn, incarnation, record);
    else turn.setIncarnation(incarnation.id, { work: { ...work, undo: work.undo.slice(0, -1) } });
    return;
  }
  const next = incarnation.steps.find(({ name, state }) => nameOf(name).isWork && state.at !== 'done');
  if (next !== undefined) advanceStep(turn, incarnation, next);
  else finish(turn, incarnation);
}

/** A local life's update takes its time, then is done or has failed. */
function awaitWork(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { wait } = incarnation;
  if (wait === null) return;
  if (turn.context.now() < wait.until) {
    turn.arm('wait', wait.until);
    return;
  }
  if (wait.failed !== null) fail(turn, wait.failed.error, wait.failed.message);
  else turn.setIncarnation(incarnation.id, { wait: null });
}

function finish(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const { work } = incarnation;
  if (work === null) return;
  const done = { work: null, steps: ownSteps(incarnation) };
  switch (work.kind) {
    case 'update': {
      const data = work.data ?? undefined;
      finishUpdate(turn, incarnation, mapFrom(turn.clear(work.properties)), turn.clear(work.frozen), data);
      return;
    }
    case 'prepare':
    case 'restore':
      // What was let go of is kept with the thing, so that it can be given back.
      turn.setIncarnation(incarnation.id, {
        ...done,
        data: dataAfter(turn, incarnation),
        prepared: work.kind === 'prepare',
      });
      return;
    case 'suspend':
    case 'resume':
      turn.setIncarnation(incarnation.id, done);
      turn.status(work.kind === 'suspend' ? 'SUSPEND' : 'RESUME', 'COMPLETE');
      return;
    case 'check':
      return; // it ends with what its cloud says (acting.ts)
    default:
      work.kind satisfies never;
  }
}

/** What is known of the thing by its own steps and by those of the work. */
function dataAfter(turn: ResourceTurn, incarnation: IncarnationRecord): string {
  const own = stepsWith(turn.type(incarnation.type), mapFrom(turn.clear(incarnation.properties)));
  return thingOf(own, incarnation.steps).data;
}

/** It is what the update wanted; `data` is what a local life keeps. A newer generation goes on from here. */
export function finishUpdate(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  properties: ValueMap,
  frozen: string,
  data?: string,
): void {
  const { secret, id } = incarnation;
  const type = turn.type(incarnation.type);
  const generation = incarnation.work?.generation ?? turn.resource.generation;
  const cloud = type.life.kind === 'cloud' ? afterUpdate(turn, incarnation, properties) : {};
  turn.setIncarnation(id, {
    properties: turn.kept(writeJson(properties), secret),
    frozen: frozen === '' ? '' : turn.kept(frozen, secret),
    ...(data === undefined ? {} : { data }),
    ...cloud,
    work: null,
    unsound: '',
    generation,
  });
  // Without work it is done in the turn that began it. Rows of before this was kept in them hold on to what they used.
  const uses = incarnation.work === null ? usedNow(turn) : incarnation.work.uses;
  if (uses !== undefined) turn.setHolds(id, uses);
  turn.status('UPDATE', 'COMPLETE');
  if (generation !== turn.resource.generation || turn.resource.removed) return;
  if (!pausesAt(turn, 'post-update')) reach(turn, type);
}

/** The steps of the new properties, as far as they are done, and what is kept of the thing: a tie may have moved. */
function afterUpdate(
  turn: ResourceTurn,
  incarnation: IncarnationRecord,
  properties: ValueMap,
): Pick<IncarnationRecord, 'steps' | 'data' | 'physicalId'> {
  const type = turn.type(incarnation.type);
  invariant(type.life.kind === 'cloud', 'steps belong to a cloud life');
  const before = stepsWith(type, mapFrom(turn.clear(incarnation.properties)));
  const after = stepsOf(type.life, properties);
  const own = ownSteps(incarnation);
  const done = new Map(own.map(record => [record.name, record]));
  for (const { name, state, tries } of incarnation.steps) {
    const { isWork, bare } = nameOf(name);
    if (isWork) done.set(bare, { name: bare, state, tries });
  }
  const left = own.filter(({ name, state }) => state.at !== 'idle' && !after.some(step => step.name === name));
  const kept = new Set(after.flatMap(({ name }) => physicalIdOf(done.get(name)) ?? []));
  invariant(
    left.every(
      // Another step may speak of the thing from now on.
      record =>
        before.find(step => step.name === record.name)?.repeatable === true || kept.has(physicalIdOf(record) ?? ''),
    ),
    `an update of ${type.name} undoes the things that it leaves`,
  );
  // What the update says again under the same name counts, not what was undone.
  const spoken = [
    ...own.filter(record => done.get(record.name) === record),
    ...[...done.values()].filter(record => !own.includes(record)),
  ];
  return {
    steps: after.map(({ name }) => done.get(name) ?? { name, state: { at: 'idle' }, tries: 0 }),
    ...thingOf(after, spoken),
  };
}

function physicalIdOf(record: StepRecord | undefined): string | undefined {
  const state = record?.state;
  return state !== undefined && 'physicalId' in state ? state.physicalId : undefined;
}

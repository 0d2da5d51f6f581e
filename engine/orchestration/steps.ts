/**
 * A cloud life, step by step, forwards.
 *
 *   idle → intended → waiting → done
 *             │  └──→ looking ──found──→ waiting
 *             │          └──absent──→ idle, in a new incarnation; the old attempt is a debt
 *             │                       (one of its kind: looks again, until the attempt can land no more)
 *             └──refused (4xx)──→ failed | idle (a conflict, a few times)
 *
 * Invariants: only a committed `intended` is called, since a task leaves after the commit; who finds `intended` in a
 * row did not see the answer, and looks by the mark before anything else; absent before `notAfter` proves nothing
 * (architecture: Side effects that survive a crash).
 */
import { addMs, type HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { invariant, unreachable } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall } from '../kernel/world.ts';
import { type Made, mainStep, type ResourceType, type Step, type StepInput, stepsOf } from '../kit/resource.ts';
import type { ValueMap } from '../values/value.ts';
import { isMade, mapFrom } from './making.ts';
import type { Called } from './messages.ts';
import { callService } from './own-calls.ts';
import type { IncarnationRecord } from './records.ts';
import type { StepRecord } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';
import { nameOf, stepsOfWork } from './work-steps.ts';

/** The steps of a type with these properties. */
export function stepsWith(type: ResourceType, properties: ValueMap): readonly Step[] {
  invariant(type.life.kind === 'cloud', `${type.name} has steps`);
  return stepsOf(type.life, properties);
}

/** One of an incarnation's steps, or of what is done to it: those are called `<kind>:<name>`. */
export function stepOf(turn: ResourceTurn, incarnation: IncarnationRecord, name: string): Step {
  const { isWork, bare } = nameOf(name);
  if (isWork) return { ...stepNamed(stepsOfWork(turn, incarnation).steps, bare), name };
  return stepNamed(stepsWith(turn.type(incarnation.type), mapFrom(turn.clear(incarnation.properties))), name);
}

/** It goes forwards: it is made, or something is done to it. */
export function isForward(turn: ResourceTurn, { id }: IncarnationRecord): boolean {
  const incarnation = turn.incarnation(id);
  return incarnation?.life === 'making' || (incarnation?.work != null && !incarnation.work.failed);
}

export function stepNamed(steps: readonly Step[], name: string): Step {
  const step = steps.find(known => known.name === name);
  invariant(step !== undefined, `step ${name} is declared`);
  return step;
}

/** The main step's thing is the resource's. */
export function isMain(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step): boolean {
  const steps = stepsWith(turn.type(incarnation.type), mapFrom(turn.clear(incarnation.properties)));
  return mainStep(steps)?.name === step.name;
}

/** The first step that is not done, and what the type says of it. */
export function advanceSteps(turn: ResourceTurn, incarnation: IncarnationRecord): void {
  const record = incarnation.steps.find(step => step.state.at !== 'done');
  if (record === undefined) complete(turn, turn.type(incarnation.type), incarnation);
  else advanceStep(turn, incarnation, record);
}

/** Does what comes next for one step. */
export function advanceStep(turn: ResourceTurn, incarnation: IncarnationRecord, record: StepRecord): void {
  if (turn.isArmed('step')) return; // paused
  const step = stepOf(turn, incarnation, record.name);
  const { state } = record;
  switch (state.at) {
    case 'idle':
      intend(turn, incarnation, step, record);
      return;
    case 'intended': // nobody here saw the answer
      if (step.repeatable) {
        intend(turn, incarnation, step, record);
        return;
      }
      turn.setStep(incarnation.id, step.name, { ...state, at: 'looking', looks: 0 });
      look(turn, incarnation, step, state.mark);
      return;
    case 'looking':
      look(turn, incarnation, step, state.mark);
      return;
    case 'waiting':
      call(
        turn,
        incarnation.id,
        step.name,
        'show',
        step.show(state.physicalId, inputOf(turn, incarnation, state.mark, step.name)),
      );
      return;
    case 'leaving':
    case 'done':
      return;
    default:
      unreachable(state, 'a step state');
  }
}

function complete(turn: ResourceTurn, type: ResourceType, incarnation: IncarnationRecord): void {
  const { life } = type;
  invariant(life.kind === 'cloud', `${type.name} has steps`);
  const { physicalId, data } = thingOf(stepsOf(life, mapFrom(turn.clear(incarnation.properties))), incarnation.steps);
  turn.setIncarnation(incarnation.id, { physicalId, data });
  isMade(turn, type);
}

/** The main step's thing, with the data of the last step that speaks of it. */
export function thingOf(
  steps: readonly Step[],
  records: readonly StepRecord[],
): { readonly physicalId: string; readonly data: string } {
  const main = mainStep(steps);
  const own = records.find(step => step.name === main?.name)?.state;
  invariant(own?.at === 'done', 'the main step is done');
  const last = records.findLast(({ state }) => state.at === 'done' && state.physicalId === own.physicalId)?.state;
  return { physicalId: own.physicalId, data: last?.at === 'done' ? last.data : own.data };
}

function intend(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, record: StepRecord): void {
  const mark = markOf(incarnation, step.name);
  const notAfter = landsUntil(turn.context.now());
  turn.setStep(incarnation.id, step.name, { at: 'intended', mark, notAfter });
  call(turn, incarnation.id, record.name, 'create', step.create(inputOf(turn, incarnation, mark, step.name)));
}

/** What is made later than the rest has a mark of its own: what an earlier attempt made is not taken for it. */
function markOf({ physicalName, work }: IncarnationRecord, step: string): string {
  if (!nameOf(step).isWork || work === null) return physicalName;
  return `${physicalName}-${work.generation}${work.attempt === 0 ? '' : `.${work.attempt}`}`;
}

/** Until when a call that starts now may still land: its own deadline, then the service's queues. */
export function landsUntil(now: HybridTime): HybridTime {
  return addMs(now, limits.callDeadlineMs + limits.serviceLimitMs);
}

function look(turn: ResourceTurn, incarnation: IncarnationRecord, step: Step, mark: string): void {
  call(turn, incarnation.id, step.name, 'find', step.find(inputOf(turn, incarnation, mark, step.name)));
}

/** What a step is called with. One of an update sees the properties as they shall be. */
export function inputOf(turn: ResourceTurn, incarnation: IncarnationRecord, mark: string, step: string): StepInput {
  const made = new Map<string, Made>();
  for (const { name, state } of incarnation.steps) {
    if (state.at === 'done' || state.at === 'waiting' || state.at === 'leaving') {
      const { bare } = nameOf(name);
      made.delete(bare); // what speaks of a thing last stands last
      made.set(bare, { physicalId: state.physicalId, data: mapFrom(turn.clear(state.data)) });
    }
  }
  const { work } = incarnation;
  const properties = work !== null && nameOf(step).isWork ? work.properties : incarnation.properties;
  return {
    properties: mapFrom(turn.clear(properties)),
    physicalName: incarnation.physicalName,
    mark,
    made,
  };
}

/** One call, after the commit and within the lease; its answer comes back as `called`. */
export function call(
  turn: ResourceTurn,
  incarnation: Uuid,
  step: string,
  what: Called['what'],
  request: CloudCall,
): void {
  turn.setMemory({ busy: true });
  const credential = turn.clear(turn.resource.credential ?? '');
  const { stack } = turn.context.self;
  turn.effect({
    do: 'task',
    cloud: true,
    run: async world => {
      const outcome = await callService(world, { stack }, credential, request, limits.callDeadlineMs);
      const called: Called = { kind: 'called', incarnation, step, what, outcome };
      return called;
    },
  });
}

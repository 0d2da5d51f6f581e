/**
 * The debt actor: a create whose answer nobody saw, and which was not there when it was looked for.
 *
 * It may still sit in some queue. So the thing is looked for by its mark after 5, 15, 45 s …, deleted where it is
 * found, and once more just after `notAfter`, when it can land no more: then the debt is over. Between looks the
 * actor rests; a durable timer wakes it on whichever node owns it then.
 */
import type { Behaviour, Context, Durable, Effect, Turn } from '../actors/actor.ts';
import { addMs, msOf } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall } from '../kernel/world.ts';
import type { Made, Registry, Step, StepInput } from '../kit/resource.ts';
import { cleared } from '../values/sealed.ts';
import { mapFrom } from './making.ts';
import type { Called, Elapsed, Woken } from './messages.ts';
import type { DebtRecord } from './debt-records.ts';
import { decode, encodeDebt, encodeTimer, type TimerRecord } from './records.ts';
import { lacks } from './elsewhere.ts';
import { bodyOf, isMissing, isUnreadable, succeeded } from './answers.ts';
import { nextLookMs } from './attempts.ts';
import { stepNamed, stepsWith } from './steps.ts';

export interface DebtState {
  readonly debt: DebtRecord;
  readonly timer: { readonly key: Uuid; readonly value: TimerRecord } | undefined;
  /** A look or a remove is under way. Memory. */
  readonly busy: boolean;
}

type DebtMessage = Woken | Elapsed | Called;

function inputOf(debt: DebtRecord, context: Context): StepInput {
  const clear = (text: string): string => cleared(text, context);
  const made = new Map<string, Made>();
  for (const [name, [physicalId, data]] of Object.entries(debt.made))
    made.set(name, { physicalId, data: mapFrom(clear(data)) });
  return { properties: mapFrom(clear(debt.properties)), physicalName: debt.physicalName, mark: debt.mark, made };
}

function call(debt: DebtRecord, what: Called['what'], request: CloudCall): Effect {
  return {
    do: 'task',
    cloud: true,
    run: async world => {
      const outcome = await world.cloud.call(cleared(debt.credential, world.vault), request, limits.callDeadlineMs);
      const called: Called = { kind: 'called', incarnation: debt.id, step: debt.step, what, outcome };
      return called;
    },
  };
}

/** From this look on the pauses are the same: some minutes. */
const slowestLook = 4;

/** Rests until the next look. */
function rest(state: DebtState, context: Context): Turn<DebtState> {
  const { debt } = state;
  const now = context.now();
  // Past `notAfter` only what will not go is still looked for.
  const settled = now > debt.notAfter && debt.lastLook;
  const later = limits.debtFirstLookMs * limits.debtLookFactor ** Math.min(debt.looks, slowestLook);
  const atMs = msOf(addMs(now, settled ? later : nextLookMs(now, debt.looks, debt.notAfter)));
  const timer = { key: state.timer?.key ?? context.uuid(), value: { atMs, over: false } };
  return { state: { debt: { ...debt, looks: debt.looks + 1 }, timer, busy: false }, effects: [] };
}

function over(state: DebtState): Turn<DebtState> {
  const { timer } = state;
  return {
    state: {
      debt: { ...state.debt, over: true },
      timer: timer && { key: timer.key, value: { ...timer.value, over: true } },
      busy: false,
    },
    effects: [],
  };
}

function called(state: DebtState, step: Step, message: Called, context: Context): Turn<DebtState> {
  const { debt } = state;
  const { outcome } = message;
  const answer = succeeded(outcome);
  if (message.what === 'remove') {
    // What goes on existing after its remove was accepted is looked at until it is gone, and asked to go again.
    const accepted = answer !== undefined && step.gone === undefined;
    const gone = accepted || (outcome.kind === 'answered' && outcome.answer.status === 404);
    return gone ? over(state) : rest({ ...state, busy: false }, context);
  }
  if (answer === undefined && !isMissing(outcome)) return rest({ ...state, busy: false }, context);
  let made: Made | undefined;
  try {
    made = answer === undefined ? undefined : step.found(bodyOf(answer), inputOf(debt, context));
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return rest({ ...state, busy: false }, context);
  }
  if (made !== undefined) {
    const request = step.remove(made.physicalId, inputOf(debt, context));
    return request === undefined ? over(state) : { state, effects: [call(debt, 'remove', request)] };
  }
  // Only a look that began when the attempt could land no more proves that it never will.
  return debt.lastLook ? over(state) : rest({ ...state, busy: false }, context);
}

/** The behaviour of debts, over the types that are registered. */
export function debtBehaviour(registry: Registry): Behaviour<DebtState> {
  const stepOf = (debt: DebtRecord, context: Context): Step => {
    const type = registry.get(debt.type);
    invariant(type !== undefined, `resource type ${debt.type} is registered`);
    return stepNamed(stepsWith(type, inputOf(debt, context).properties), debt.step);
  };
  return {
    kind: 'debt',
    table: 'debts',
    decode: rows => {
      const main = rows.find(row => row.table === 'debts');
      invariant(main !== undefined, "a debt's rows hold its own");
      const timer = rows.find(row => row.table === 'timers');
      return { debt: decode.debt(main), timer: timer && { key: timer.key, value: decode.timer(timer) }, busy: false };
    },
    born: durable => ({ debt: durable.value as DebtRecord, timer: undefined, busy: false }),
    durable: ({ debt, timer }) => [
      { table: 'debts', key: debt.id, value: debt },
      ...(timer === undefined ? [] : [{ table: 'timers', key: timer.key, value: timer.value } as Durable]),
    ],
    encode: durable =>
      durable.table === 'debts' ? encodeDebt(durable.value as DebtRecord) : encodeTimer(durable.value as TimerRecord),
    handle: (state, message, context) => {
      if (state === undefined || state.debt.over) return { state, effects: [] };
      const known = message as DebtMessage;
      if (known.kind === 'called') return called(state, stepOf(state.debt, context), known, context);
      if (state.busy) return { state, effects: [] };
      if (state.timer === undefined) return rest(state, context);
      if (known.kind !== 'elapsed' || msOf(context.now()) < state.timer.value.atMs) return { state, effects: [] };
      // The type is a plug-in that this engine lacks (elsewhere.ts): it is looked for later, by whoever has it.
      if (lacks(registry, state.debt.type)) return rest(state, context);
      const lastLook = context.now() > state.debt.notAfter;
      const debt = lastLook === state.debt.lastLook ? state.debt : { ...state.debt, lastLook };
      const look = call(debt, 'find', stepOf(debt, context).find(inputOf(debt, context)));
      return { state: { ...state, debt, busy: true }, effects: [look] };
    },
    idle: state => !state.busy,
    pulls: () => [],
  };
}

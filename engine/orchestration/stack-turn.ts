/** One turn of a stack: its state, what this turn changes of it, and the effects. See stack.ts for what it means. */
import type { Context, Effect, Turn } from '../actors/actor.ts';
import { addMs, type HybridTime, msOf } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits, type Spread } from '../kernel/limits.ts';
import type { Answer, Message } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';
import type { Converge } from './messages.ts';
import type { StackAction, StackRecord, Status } from './records.ts';

/** A resource that was told of this generation and has not settled in it. */
export interface Pending {
  readonly address: Address;
  readonly order: Converge;
}

export interface StackState {
  readonly record: StackRecord | undefined;
  /** Who has not settled in this generation; undefined while a survey finds that out. Memory: counted from rows. */
  readonly pending: ReadonlyMap<Uuid, Pending> | undefined;
  /** A survey of the stack's resources is under way, for that generation. Memory. */
  readonly surveying: number | undefined;
  /** The user's credential is being delegated. Memory. */
  readonly delegating: boolean;
  /** The request whose plan is being made. Memory. */
  readonly planning: Uuid | undefined;
  /** The number of the order whose plan is being made. Memory. */
  readonly ordering: number | undefined;
  /** Requests whose update is being planned. Memory. */
  readonly updating: ReadonlySet<Uuid>;
  /** What failed in a check that is under way. Memory: in the resources' rows. */
  readonly failures: readonly string[];
  /** Something that is being checked has no check. Memory: from the resources' rows. */
  readonly unchecked: boolean;
  /** The deadline's timer runs. Memory. */
  readonly armed: HybridTime | undefined;
}

export const unborn: StackState = {
  record: undefined,
  pending: new Map(),
  surveying: undefined,
  delegating: false,
  planning: undefined,
  ordering: undefined,
  updating: new Set(),
  failures: [],
  unchecked: false,
  armed: undefined,
};

export const actionTexts: Readonly<Record<Status, (action: StackAction) => string>> = {
  IN_PROGRESS: action => `Stack ${action} started`,
  COMPLETE: action => `Stack ${action} completed successfully`,
  FAILED: action => `Stack ${action} failed`,
};

export class StackTurn {
  readonly context: Context;
  readonly registry: Registry;
  readonly spread: Spread;
  private state: StackState;
  private readonly effects: Effect[] = [];

  constructor(state: StackState, context: Context, registry: Registry, spread: Spread) {
    this.state = state;
    this.context = context;
    this.registry = registry;
    this.spread = spread;
  }

  get memory(): StackState {
    return this.state;
  }

  /** The stack; only asked for after it is known to be there. */
  get record(): StackRecord {
    invariant(this.state.record !== undefined, 'the stack is there');
    return this.state.record;
  }

  finish(): Turn<StackState | undefined> {
    const { record, planning, ordering } = this.state;
    const nothing = record === undefined && planning === undefined && ordering === undefined;
    return { state: nothing ? undefined : this.state, effects: this.effects };
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  set(change: Partial<StackRecord>): void {
    this.state = { ...this.state, record: { ...this.record, ...change } };
  }

  born(record: StackRecord): void {
    this.state = { ...this.state, record };
  }

  setMemory(change: Partial<Omit<StackState, 'record'>>): void {
    this.state = { ...this.state, ...change };
  }

  reply(request: Uuid, answer: Answer): void {
    this.effect({ do: 'reply', request, answer });
  }

  tell(to: Address, message: Message): void {
    this.effect({ do: 'tell', to, message });
  }

  /** The stack's status and its event (contract: lifecycle §5, Events). */
  status(action: StackAction, status: Status, reason = actionTexts[status](action)): void {
    this.set({ action, status, reason });
    const { id, name } = this.record;
    this.effect({
      do: 'event',
      event: {
        resource_name: name,
        resource_type: 'OS::Heat::Stack',
        action,
        status,
        reason: reason.slice(0, limits.statusReasonLength),
        physical_id: id,
        properties: null,
      },
    });
  }

  /** Begins the next generation, an action of its own time. What ran before is told nothing: the new one says it all. */
  begin(action: StackAction): void {
    const { record } = this;
    const now = this.context.now();
    const isPlanned = action === 'UPDATE' || action === 'ROLLBACK';
    this.set({
      generation: record.generation + 1,
      deadline: addMs(now, timeoutMs(record.timeoutMins)),
      // Suspending, resuming and checking leave it (contract: rest-api §3.4, updated_time).
      updatedAt: isPlanned || action === 'DELETE' ? msOf(now) : record.updatedAt,
      // Without a plan everybody is told.
      ...(isPlanned
        ? { prior: undefined }
        : {
            prior: { laid: record.laid, told: record.told },
            laid: record.generation + 1,
            told: null,
            observe: false,
          }),
      ...(action === 'ROLLBACK' ? { observe: false } : {}),
    });
    this.status(action, 'IN_PROGRESS');
    this.setMemory({ pending: undefined, surveying: undefined, failures: [] });
    this.armDeadline();
  }

  armDeadline(): void {
    const { deadline } = this.record;
    if (this.state.armed === deadline) return;
    this.setMemory({ armed: deadline });
    this.effect({ do: 'timer', tag: 'deadline', at: deadline });
  }

  disarmDeadline(): void {
    if (this.state.armed === undefined) return;
    this.setMemory({ armed: undefined });
    this.effect({ do: 'cancel', tag: 'deadline' });
  }

  /** Remembers that the request was answered; false where there are too many to remember (429). */
  keepAnswer(request: Uuid): boolean {
    const now = this.context.now();
    const { answers } = this.record;
    const fresh = answers.filter(
      (answer, i) => i >= answers.length - limits.answersKeptMin || now < addMs(answer.at, limits.answersKeptMs),
    );
    if (fresh.length >= limits.answersKeptMax) return false;
    this.set({ answers: [...fresh, { request, at: now }] });
    return true;
  }
}

/** A stack action's whole time, in milliseconds; 0 and null mean the default (contract: lifecycle §6, Timeouts). */
export function timeoutMs(timeoutMins: number | null): number {
  return timeoutMins === null || timeoutMins === 0 ? limits.stackActionTimeoutMs : timeoutMins * 60_000;
}

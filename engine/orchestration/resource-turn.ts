/**
 * One turn of a resource: its state, what this turn changes of it, and the effects.
 *
 * A handler puts what a message says into the state and then calls `advance` (advancing.ts), which does whatever can
 * be done now. So the order in which messages come does not matter, and a message that came twice changes nothing.
 */
import type { Context, Effect, NewEvent, Turn } from '../actors/actor.ts';
import { addMs, type HybridTime, msOf } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import { limits } from '../kernel/limits.ts';
import type { Message } from '../kernel/world.ts';
import type { Registry, ResourceType } from '../kit/resource.ts';
import { cleared } from '../values/sealed.ts';
import type { ValueMap } from '../values/value.ts';
import type { IncarnationRecord, ResourceAction, ResourceRecord, Status } from './records.ts';
import type { StepRecord, StepState } from './work-records.ts';

/** What of a required resource arrived: the incarnation that was made, and what it exports. */
export interface Arrival {
  readonly incarnation: Uuid;
  readonly exported: string;
}

/** Someone who required it, as its row or its own word last said. */
export interface UserView {
  readonly generation: number;
  /** Incarnations of others that its own use; none where it is gone. */
  readonly holds: readonly Uuid[];
  readonly gone: boolean;
  /** Of its row; 0 where it said so itself. */
  readonly version: number;
}

/** What its cloud shows of a live incarnation: its data, or that it is gone or broken. */
export interface Sight {
  readonly sound: boolean;
  readonly data: ValueMap;
}

export interface ResourceState {
  readonly resource: ResourceRecord;
  readonly incarnations: readonly IncarnationRecord[];
  /** Requires that are reached in this generation. Memory: pulled again after a restart. */
  readonly ready: ReadonlyMap<Uuid, Arrival>;
  /** Users as they were last seen. Memory. */
  readonly users: ReadonlyMap<Uuid, UserView>;
  /** Live incarnations that were looked at, because a check or an update failed. Memory. */
  readonly sights: ReadonlyMap<Uuid, Sight>;
  /** Ids of names that its properties bear, by `<finder> <name>`. Memory. */
  readonly resolved: ReadonlyMap<string, string>;
  /** A call is under way, its answer will come: nothing else may start. Memory. */
  readonly busy: boolean;
  /** Timers that run. Memory. */
  readonly armed: ReadonlySet<string>;
  /** Its stack said, or its stack's row, that this generation goes on: it may begin. Memory. */
  readonly allowed: boolean;
  /** Known from its row; a newborn is told by its stack. */
  readonly stack: Uuid | undefined;
}

/** Nothing remembered yet. Shared by all: states are never changed in place. */
const blank: Omit<ResourceState, 'resource' | 'incarnations'> = {
  ready: new Map(),
  users: new Map(),
  sights: new Map(),
  resolved: new Map(),
  busy: false,
  armed: new Set(),
  allowed: false,
  stack: undefined,
};

/** The resource's row is a stack's; a restart begins with this memory. */
export function freshState(
  resource: ResourceRecord,
  incarnations: readonly IncarnationRecord[],
  stack?: Uuid,
): ResourceState {
  const { ready, users, sights, resolved, busy, armed, allowed } = blank;
  return { resource, incarnations, ready, users, sights, resolved, busy, armed, allowed, stack };
}

/** Trouble lasts while the same is tried again. */
function stillTroubled({ trouble, state }: StepRecord, next: StepState): Pick<StepRecord, 'trouble'> {
  const again = next.at === 'intended' || next.at === 'looking' || (next.at === 'leaving' && state.at === 'leaving');
  return trouble === undefined || !again ? {} : { trouble: { message: trouble.message, nextAt: null } };
}

const isGone = ({ life }: IncarnationRecord): boolean => life === 'gone';

export class ResourceTurn {
  readonly context: Context;
  readonly registry: Registry;
  private state: ResourceState;
  private readonly effects: Effect[] = [];

  constructor(state: ResourceState, context: Context, registry: Registry) {
    this.state = state;
    this.context = context;
    this.registry = registry;
  }

  get resource(): ResourceRecord {
    return this.state.resource;
  }

  get ready(): ReadonlyMap<Uuid, Arrival> {
    return this.state.ready;
  }

  get memory(): ResourceState {
    return this.state;
  }

  get resolved(): ReadonlyMap<string, string> {
    return this.state.resolved;
  }

  get allowed(): boolean {
    return this.state.allowed;
  }

  get busy(): boolean {
    return this.state.busy;
  }

  /** Incarnations that are not over. */
  get incarnations(): readonly IncarnationRecord[] {
    const { incarnations } = this.state;
    return incarnations.some(isGone) ? incarnations.filter(incarnation => !isGone(incarnation)) : incarnations;
  }

  get current(): IncarnationRecord | undefined {
    return this.incarnation(this.resource.current);
  }

  /** The one to which something is done, if any. */
  get worked(): IncarnationRecord | undefined {
    return this.incarnations.find(({ work }) => work !== null && !work.failed);
  }

  incarnation(id: Uuid | null): IncarnationRecord | undefined {
    return this.incarnations.find(incarnation => incarnation.id === id);
  }

  /** The type as registered. A type that the registry lost is a bug of the deployment: a strike, not a failure. */
  type(name = this.resource.order.type): ResourceType {
    const type = this.registry.get(name);
    invariant(type !== undefined, `resource type ${name} is registered`);
    return type;
  }

  finish(): Turn<ResourceState> {
    return { state: this.state, effects: this.effects };
  }

  set(change: Partial<ResourceRecord>, also?: Partial<ResourceRecord>): void {
    const { resource } = this.state;
    this.state = {
      ...this.state,
      resource: also === undefined ? { ...resource, ...change } : { ...resource, ...also, ...change },
    };
  }

  setMemory(
    change: Partial<Pick<ResourceState, 'ready' | 'users' | 'sights' | 'resolved' | 'busy' | 'allowed'>>,
  ): void {
    this.state = { ...this.state, ...change };
  }

  addIncarnation(incarnation: IncarnationRecord): void {
    this.state = { ...this.state, incarnations: [...this.state.incarnations, incarnation] };
  }

  setIncarnation(id: Uuid, change: Partial<IncarnationRecord>): IncarnationRecord {
    let changed: IncarnationRecord | undefined;
    const incarnations = this.state.incarnations.map(incarnation => {
      if (incarnation.id !== id) return incarnation;
      changed = { ...incarnation, ...change };
      return changed;
    });
    invariant(changed !== undefined, 'an incarnation that changes is there');
    this.state = { ...this.state, incarnations };
    return changed;
  }

  setStep(id: Uuid, step: string, state: StepState, tries?: number): void {
    const incarnation = this.incarnation(id);
    invariant(incarnation !== undefined, 'a step that changes is of an incarnation');
    const steps: readonly StepRecord[] = incarnation.steps.map(known =>
      known.name === step ? { name: step, state, tries: tries ?? known.tries, ...stillTroubled(known, state) } : known,
    );
    this.setIncarnation(id, { steps });
  }

  /** Notes why the step's call is made again, where that says something new. */
  setTrouble(id: Uuid, step: string, message: string | undefined, nextAt: HybridTime | null = null): void {
    const incarnation = this.incarnation(id);
    const known = incarnation?.steps.find(({ name }) => name === step);
    if (incarnation === undefined || known === undefined) return;
    const { trouble, ...rest } = known;
    if (trouble?.message === message && (trouble?.nextAt ?? null) === nextAt) return;
    const noted = message === undefined ? rest : { ...rest, trouble: { message, nextAt } };
    this.setIncarnation(id, { steps: incarnation.steps.map(each => (each === known ? noted : each)) });
  }

  /**
   * The resource's status, with its event where it differs (contract: lifecycle §5, Events), or begins again. `also`:
   * what else changes, in the same copy of the record.
   */
  status(
    action: ResourceAction,
    status: Status,
    reason = 'state changed',
    properties: string | null = null,
    events: 'changed' | 'again' | 'never' = 'changed',
    also?: Partial<ResourceRecord>,
  ): void {
    const { resource } = this;
    const changed = events === 'again' || resource.action !== action || resource.status !== status;
    this.set({ action, status, reason, updatedAt: msOf(this.context.now()) }, also);
    if (changed && events !== 'never')
      this.effect({ do: 'event', event: this.event(action, status, reason, properties) });
  }

  /** An event of an incarnation that is not the current one: the resource's own status stays. */
  note(incarnation: IncarnationRecord, action: ResourceAction, status: Status, reason = 'state changed'): void {
    const event = this.event(action, status, reason, incarnation.properties);
    const physical_id = incarnation.physicalId ?? incarnation.physicalName;
    this.effect({ do: 'event', event: { ...event, physical_id } });
  }

  /** An event that says something of it while its status stays. */
  remark(reason: string): void {
    const { action, status } = this.resource;
    this.effect({ do: 'event', event: this.event(action, status, reason, null) });
  }

  private event(action: ResourceAction, status: Status, reason: string, properties: string | null): NewEvent {
    const { resource } = this;
    return {
      resource_name: resource.name,
      resource_type: resource.type,
      action,
      status,
      reason: reason.slice(0, limits.statusReasonLength),
      physical_id: resource.physicalId ?? this.current?.physicalName ?? '',
      properties: properties ?? this.current?.properties ?? null,
    };
  }

  /** Sets which incarnations of others one of its own uses; undefined: it uses none any more. */
  setHolds(incarnation: Uuid, uses: readonly Uuid[] | undefined): void {
    const { holds } = this.resource;
    const rest = Object.entries(holds).filter(([id]) => id !== incarnation);
    if (uses === undefined || uses.length === 0) {
      if (rest.length < Object.keys(holds).length) this.set({ holds: Object.fromEntries(rest) });
    } else {
      this.set({ holds: Object.fromEntries([...rest, [incarnation, uses]]) });
    }
  }

  effect(effect: Effect): void {
    this.effects.push(effect);
  }

  tell(to: Address, message: Message): void {
    this.effect({ do: 'tell', to, message });
  }

  /** The stack's own actor. */
  get stack(): Address {
    const { stack } = this.context.self;
    return { kind: 'stack', stack, bucket: 0, id: stack };
  }

  /** How far this generation is, to the stack. */
  tellSettled(failure?: string): void {
    const { id, generation, reached, clean } = this.resource;
    const message = {
      kind: 'settled' as const,
      generation,
      resource: id,
      reached: reached >= generation,
      clean: clean >= generation,
      ...(failure === undefined ? {} : { failure }),
    };
    this.tell(this.stack, message);
  }

  /** Arms a timer once; `disarm` or its end lets it be armed again. */
  arm(tag: string, at: HybridTime): void {
    if (this.state.armed.has(tag)) return;
    this.state = { ...this.state, armed: new Set([...this.state.armed, tag]) };
    this.effect({ do: 'timer', tag, at });
  }

  armIn(tag: string, ms: number): void {
    this.arm(tag, addMs(this.context.now(), ms));
  }

  disarm(tag: string): void {
    if (!this.state.armed.has(tag)) return;
    const armed = new Set(this.state.armed);
    armed.delete(tag);
    this.state = { ...this.state, armed };
    this.effect({ do: 'cancel', tag });
  }

  isArmed(tag: string): boolean {
    return this.state.armed.has(tag);
  }

  /** Text as it is kept: sealed where it holds secrets. */
  kept(text: string, secret: boolean): string {
    return secret ? this.context.seal(text) : text;
  }

  clear(text: string): string {
    return cleared(text, this.context);
  }
}

/**
 * One turn: the handler runs, and what it asks for is taken into its stack's part of the batch.
 *
 * Only what stays inside the stack on this node goes on at once (a message to a sibling, a birth): it is committed
 * together with this turn, or lost together with it. Everything else is held until the commit is in.
 */
import { type HybridTime, timeOrderedUuid } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import { invariant } from '../kernel/invariant.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { Message } from '../kernel/world.ts';
import type { Activation } from './activation.ts';
import type { EventRow } from '../store/store.ts';
import type { Behaviour, Context, Effect, NewEvent } from './actor.ts';
import type { Part } from './batch.ts';
import type { Mail } from './mailbox.ts';
import type { Watching } from './watching.ts';
import type { World } from './world.ts';

export interface TurnHost {
  readonly world: World;
  owns(address: Address): boolean;
  behaviour(kind: string): Behaviour<unknown> | undefined;
  /** The actor in memory, being loaded if it was not; undefined for a kind that nobody runs. */
  activate(address: Address): Activation | undefined;
  /** A new actor in memory, not loaded from anywhere. */
  enter(address: Address, behaviour: Behaviour<unknown>): Activation;
  post(activation: Activation, message: Message, trace: Trace | undefined): void;
  /** undefined: nobody watches. */
  readonly watching: Watching | undefined;
  /** The state changed: what it waits for may have, too. */
  changed(activation: Activation): void;
}

export class Turns {
  private readonly host: TurnHost;

  constructor(host: TurnHost) {
    this.host = host;
  }

  /** Runs one message. Throws what the handler throws; nothing of such a turn may be committed. */
  run(activation: Activation, mail: Mail, part: Part): void {
    const { watching } = this.host;
    const began = watching?.now() ?? 0;
    const before = activation.state;
    const turn = activation.behaviour.handle(before, mail.message, this.context(activation, mail.request));
    activation.state = turn.state;
    this.touch(activation, part);
    const trace = watching?.turn(activation, mail, before, turn.effects, began);
    if (trace !== undefined) part.traces.push(trace);
    for (const effect of turn.effects) this.take(activation, effect, part, trace);
    if (turn.state !== before) this.host.changed(activation);
  }

  private touch(activation: Activation, part: Part): void {
    if (part.dirty.has(activation)) return;
    part.dirty.add(activation);
    activation.uncommitted++;
    part.weight += activation.changed().length;
  }

  private context(activation: Activation, request: Uuid | undefined): Context {
    const { clock, dice, vault } = this.host.world;
    return {
      self: activation.address,
      request,
      now: () => clock.now(),
      uuid: () => dice.uuid(),
      below: n => dice.below(n),
      seal: plain => vault.seal(plain),
      open: sealed => vault.open(sealed),
    };
  }

  private take(activation: Activation, effect: Effect, part: Part, trace: Trace | undefined): void {
    const { stack } = activation.address;
    switch (effect.do) {
      case 'event': {
        const clock = this.host.world.clock.now();
        const id = timeOrderedUuid(clock, this.host.world.dice.bytes(8)) as Uuid;
        part.events.push(eventRow(effect.event, stack, id, clock));
        part.weight++;
        return;
      }
      case 'birth':
        this.birth(effect, part);
        return;
      case 'content':
        part.contents.push(effect.content);
        return;
      case 'name':
        part.names.push(effect.name);
        return;
      case 'cancel':
        // At once; and again in its turn, since the timer that it means may not have left yet.
        activation.disarm(effect.tag);
        part.held.push({ activation, effect, trace });
        return;
      case 'tell': {
        const near = effect.to.stack === stack && this.host.owns(effect.to) ? this.host.activate(effect.to) : undefined;
        if (near === undefined) part.held.push({ activation, effect, trace });
        else this.host.post(near, effect.message, trace);
        return;
      }
      default:
        part.held.push({ activation, effect, trace });
    }
  }

  private birth(effect: Extract<Effect, { do: 'birth' }>, part: Part): void {
    const behaviour = this.host.behaviour(effect.address.kind);
    invariant(behaviour !== undefined, `actors of kind ${effect.address.kind} have a behaviour`);
    let activation: Activation | undefined;
    if (this.host.owns(effect.address)) {
      activation = this.host.enter(effect.address, behaviour);
      activation.born(effect.durable);
      this.host.changed(activation);
      if (effect.plan === null) {
        part.dirty.add(activation);
        activation.uncommitted++;
      }
    }
    part.births.push({ address: effect.address, behaviour, durable: effect.durable, plan: effect.plan, activation });
    part.weight++;
  }
}

/** Field by field: a thousand at a time come through here, and a spread that is added to costs ten times as much. */
function eventRow(event: NewEvent, stack: Uuid, id: Uuid, clock: HybridTime): EventRow {
  return {
    stack,
    id,
    clock,
    resource_name: event.resource_name,
    resource_type: event.resource_type,
    action: event.action,
    status: event.status,
    reason: event.reason,
    physical_id: event.physical_id,
    properties: event.properties,
  };
}

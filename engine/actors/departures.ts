/**
 * What leaves after its commit: messages to other stacks and nodes, answers, tasks, timers.
 *
 * A message is pushed once and forgotten: who waits for it pulls. A task whose activation was dropped meanwhile is
 * not begun: a new activation goes on from the row, which says what was intended. A cloud call begins only before
 * the lease's own deadline, so no other owner can be at work on the same thing (architecture: Unknown outcomes).
 */
import { type Address, shardOfAddress } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { Envelope, Message } from '../kernel/world.ts';
import type { Activation } from './activation.ts';
import type { Effect } from './actor.ts';
import type { Held } from './batch.ts';
import type { Requests } from './requests.ts';
import type { Watching } from './watching.ts';
import type { World } from './world.ts';

export interface DepartureHost {
  readonly world: World;
  readonly requests: Requests;
  isOver(): boolean;
  owns(address: Address): boolean;
  deliver(envelope: Envelope): void;
  post(activation: Activation, message: Message, trace: Trace | undefined): void;
  /** undefined: nobody watches. */
  readonly watching: Watching | undefined;
  /** A task that rejects breaks its promise: a bug of ours. */
  strike(activation: Activation, cause: unknown): void;
}

type Task = Extract<Effect, { do: 'task' }>;

export class Departures {
  private readonly host: DepartureHost;

  constructor(host: DepartureHost) {
    this.host = host;
  }

  release({ activation, effect, trace }: Held): void {
    switch (effect.do) {
      case 'tell':
        this.tell(activation.address, effect.to, effect.message, trace);
        return;
      case 'reply':
        this.host.requests.answer(effect.request, effect.answer);
        return;
      case 'task':
        this.begin(activation, effect, trace);
        return;
      case 'timer':
        this.setTimer(activation, effect, trace);
        return;
      case 'cancel':
        activation.disarm(effect.tag);
        return;
      default:
    }
  }

  private tell(from: Address, to: Address, message: Message, trace: Trace | undefined): void {
    const { clock, dice, directory, transport } = this.host.world;
    const plain: Envelope = { id: dice.uuid(), to, from, clock: clock.now(), message };
    const envelope = trace === undefined ? plain : { ...plain, trace };
    if (this.host.owns(to)) {
      this.host.deliver(envelope);
      return;
    }
    const owner = directory.ownerOf(shardOfAddress(to));
    if (owner !== undefined && owner !== directory.me) transport.tell(owner, envelope);
  }

  private begin(activation: Activation, task: Task, trace: Trace | undefined): void {
    if (activation.phase === 'dropped') return;
    activation.tasks++;
    this.whenAllowed(activation, task, trace);
  }

  private whenAllowed(activation: Activation, task: Task, trace: Trace | undefined): void {
    const { clock, directory } = this.host.world;
    if (this.host.isOver() || activation.phase === 'dropped') return;
    if (task.cloud && clock.monotonic() >= directory.deadline()) {
      clock.after(limits.leaseWaitMs, () => this.whenAllowed(activation, task, trace));
      return;
    }
    void this.run(activation, task, trace);
  }

  private async run(activation: Activation, task: Task, trace: Trace | undefined): Promise<void> {
    const watched = this.host.watching?.task(activation, trace);
    let ended: { readonly message: Message } | { readonly error: unknown };
    try {
      ended = { message: await task.run(watched?.world ?? this.host.world) };
    } catch (error) {
      ended = { error };
    }
    activation.tasks--;
    watched?.ended('message' in ended ? ended.message.kind : undefined);
    if (this.host.isOver() || activation.phase === 'dropped') return;
    if ('message' in ended) this.host.post(activation, ended.message, watched?.trace);
    else this.host.strike(activation, ended.error);
  }

  private setTimer(
    activation: Activation,
    { tag, at }: Extract<Effect, { do: 'timer' }>,
    trace: Trace | undefined,
  ): void {
    if (activation.phase === 'dropped') return;
    const { clock } = this.host.world;
    const fire = (): void => {
      activation.disarm(tag);
      if (!this.host.isOver()) this.host.post(activation, { kind: 'elapsed', tag } as Message, trace);
    };
    activation.arm(tag, clock.after(msUntil(clock.now(), at), fire));
  }
}

function msUntil(now: number, at: number): number {
  return Math.max(0, (at - now) / 1_024);
}

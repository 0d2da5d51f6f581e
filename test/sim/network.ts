/**
 * Between nodes: every message is bytes on its way, and may be lost, late, doubled or overtaken.
 *
 * What arrives was encoded and decoded with the product's own codec, so nothing works only because two actors happen
 * to share memory. A node that restarts is a new process at the same address: what was sent to the old one arrives
 * at the new one.
 */
import { NotOwner } from '../../engine/actors/runtime.ts';
import type { Wire } from '../../engine/actors/wire.ts';
import { errors, HeatError } from '../../engine/kernel/errors.ts';
import type { Address, NodeId, Uuid } from '../../engine/kernel/ids.ts';
import type { Answer, Command, Envelope, Transport } from '../../engine/kernel/world.ts';
import type { Faults } from './faults.ts';
import type { Links } from './links.ts';
import { never, type SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** Who answers at a node's address just now. */
export interface Host {
  readonly process: SimProcess;
  receive(envelope: Envelope): void;
  receiveAsk(to: Address, command: Command): Promise<Answer>;
}

export interface SimNetwork {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly links: Links;
  readonly wire: Wire;
  host(node: NodeId): Host | undefined;
  /** A message leaves a node. */
  leaving(envelope: Envelope): void;
  /** Bytes between nodes. */
  carried(bytes: Uint8Array): void;
  /** An answer leaves a node. */
  answering(answer: Answer): void;
}

const noClock = 0 as Envelope['clock'];

export class SimTransport implements Transport {
  private readonly network: SimNetwork;
  private readonly process: SimProcess;

  constructor(network: SimNetwork, process: SimProcess) {
    this.network = network;
    this.process = process;
  }

  tell(node: NodeId, envelope: Envelope): void {
    if (!this.process.alive) return;
    const { faults, links, wire } = this.network;
    this.network.leaving(envelope);
    const bytes = wire.encode(envelope);
    this.network.carried(bytes);
    if (faults.roll('message-dropped')) return;
    const extra = faults.roll('message-delayed')
      ? links.dice.skewed(50, 15_000)
      : faults.roll('message-reordered')
        ? links.dice.skewed(4, 60)
        : 0;
    this.send(node, bytes, extra);
    if (faults.roll('message-repeated')) this.send(node, bytes, links.dice.skewed(1, 20_000));
  }

  private send(node: NodeId, bytes: Uint8Array, extraMs: number): void {
    const { scheduler, links, wire } = this.network;
    scheduler.after(links.latency() + extraMs, 'message', this.process.index, () => {
      const host = this.network.host(node);
      if (host === undefined || !links.up(this.process.index, host.process.index)) return;
      host.process.enter(() => {
        const envelope = wire.decode(bytes);
        scheduler.note(
          () =>
            `n${host.process.index} <- ${envelope.message.kind} ${short(envelope.from?.id)} to ${short(envelope.to.id)}`,
        );
        host.receive(envelope);
      });
    });
  }

  ask(node: NodeId, to: Address, command: Command, deadlineMs: number): Promise<Answer> {
    const { process } = this;
    if (!process.alive) return never();
    const { scheduler, links, wire, faults } = this.network;
    const bytes = wire.encode({ id: command.request, to, from: undefined, clock: noClock, message: command.message });
    return new Promise((resolve, reject) => {
      const cancel = process.after(deadlineMs, 'ask timed out', () =>
        reject(errors.Unavailable({ message: 'no answer' })),
      );
      const back = (settle: () => void) => {
        if (faults.roll('message-dropped')) return;
        scheduler.after(links.latency(), 'answer', process.index, () => {
          process.enter(() => {
            cancel();
            settle();
          });
        });
      };
      if (faults.roll('message-dropped')) return;
      scheduler.after(links.latency(), 'ask', process.index, () => {
        const host = this.network.host(node);
        if (host === undefined || !links.up(process.index, host.process.index)) return;
        host.process.enter(() => {
          const { to: address, message } = wire.decode(bytes);
          host.receiveAsk(address, { request: command.request, message }).then(
            answer => {
              this.network.answering(answer);
              const text = JSON.stringify(answer);
              back(() => resolve(JSON.parse(text) as Answer));
            },
            (error: unknown) => back(() => reject(acrossTheWire(error))),
          );
        });
      });
    });
  }
}

/** Errors cross nodes as data: a HeatError or NotOwner, and nothing else is anybody's business. */
function acrossTheWire(error: unknown): Error {
  if (error instanceof NotOwner) return new NotOwner(error.message);
  if (error instanceof HeatError) return new HeatError(error.type, error.status, error.message);
  return errors.Internal({ errorId: error instanceof Error ? error.name : 'unknown' });
}

/** The start of a uuid, for people. */
export function short(id: Uuid | undefined): string {
  return id === undefined ? '-' : id.slice(0, 6);
}

/** A message as it would arrive from another node; one that no .proto has is local, and goes as it is. */
export function throughWire(wire: Wire, to: Address, message: Envelope['message']): Envelope['message'] {
  if (!wire.kinds.has(message.kind)) return message;
  const envelope: Envelope = { id: to.id, to, from: undefined, clock: noClock, message };
  return wire.decode(wire.encode(envelope)).message;
}

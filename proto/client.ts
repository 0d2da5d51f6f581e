/**
 * EngineService for gateways: the engines of a cluster as one, over gRPC.
 *
 *   command ─▶ the stack's owner ─▶ NotOwner: the one it names ─▶ … ─▶ after a few: any, which passes it on
 *   query   ─▶ the engine with the least to do ─▶ no answer, or too busy: another one
 *
 * The invariant: a command is sent again only with the same request id and the same stack id, so that however often
 * it is sent it is done once; and what a client hears is the answer to that one. It survives the loss of any engine:
 * calls to one that leaves the directory end at once, and go on where its stacks are then. A new stack's id is given
 * here, for that says who its owner will be.
 */
import { randomInt, randomUUID } from 'node:crypto';
import { errors, type HeatError } from '../engine/kernel/errors.ts';
import { type NodeId, type Shard, shardOf, type Uuid } from '../engine/kernel/ids.ts';
import { limits } from '../engine/kernel/limits.ts';
import type { Cancel, Log } from '../engine/kernel/world.ts';
import { allMethods, type Call, isCommand, type Method, stackOf } from './calls.ts';
import { EngineChannel, NoReply } from './channel.ts';
import type { Caller, EngineService, StackRequest } from './engine.ts';
import { errorOf } from './fault.ts';
import type { Tls } from './grpc.ts';
import { readText, writeText } from './text.ts';
import { speaks, understands } from './version.ts';

/** What is known of an engine. */
export interface EngineMember {
  /** `host:port` */
  readonly address: string;
  readonly speaks: readonly [min: number, max: number];
}

/** The directory of the cluster, as it is watched here. It may be old. */
export interface Engines {
  members(): readonly (EngineMember & { readonly id: NodeId })[];
  /** Also one that is leaving and still has stacks. */
  member(node: NodeId): EngineMember | undefined;
  ownerOf(shard: Shard): NodeId | undefined;
  onChange(fn: () => void): Cancel;
}

export interface EngineClientOptions {
  readonly engines: Engines;
  /** Absent: nothing is encrypted. For loopback alone. */
  readonly tls?: Tls;
  readonly log: Log;
  /** How long a call may take with all its attempts; limits.commandDeadlineMs by default. */
  readonly deadlineMs?: number;
}

export interface EngineClient {
  readonly service: EngineService;
  /** False where no engine is known that this release could talk to. */
  isReady(): boolean;
  stop(): void;
}

export function createEngineClient(options: EngineClientOptions): EngineClient {
  const cluster = new Cluster(options);
  const entries = allMethods.map(method => [method, (...given: readonly unknown[]) => cluster.call(method, given)]);
  return {
    service: Object.fromEntries(entries) as EngineService,
    isReady: () => cluster.usable().length > 0,
    stop: () => cluster.stop(),
  };
}

/** After so many engines that were not the owner either, one is told to find out. */
const hopsMax = 3;

class Cluster {
  private readonly options: EngineClientOptions;
  private readonly channels = new Map<NodeId, EngineChannel>();
  private readonly waiting = new Set<() => void>();
  private readonly silent = new Set<NodeId>();
  private readonly cancelWatch: Cancel;
  private readonly deadlineMs: number;
  private stopped = false;

  constructor(options: EngineClientOptions) {
    this.options = options;
    this.deadlineMs = options.deadlineMs ?? limits.commandDeadlineMs;
    this.cancelWatch = options.engines.onChange(() => this.changed());
  }

  async call(method: Method, given: readonly unknown[]): Promise<unknown> {
    const named = method === 'createStack' ? withId(given as [Caller, StackRequest]) : given;
    const until = Date.now() + this.deadlineMs;
    const call = { method, arguments: writeText(named), speaksMin: speaks.min, speaksMax: speaks.max };
    const text = isCommand(method)
      ? await this.command(call, stackOf(method, named), until)
      : await this.query({ ...call, forward: false }, until);
    const result = readText(text);
    // "Nothing" has no text of its own.
    return result === null && returnsNothing.has(method) ? undefined : result;
  }

  /** Those that take stacks and that this release can talk to. */
  usable(): readonly NodeId[] {
    return this.options.engines
      .members()
      .filter(({ speaks: [min, max] }) => understands(speaks, { min, max }))
      .map(({ id }) => id);
  }

  stop(): void {
    this.stopped = true;
    this.cancelWatch();
    for (const channel of this.channels.values()) channel.close();
    this.channels.clear();
    this.wake();
  }

  private async command(call: Omit<Call, 'forward'>, stack: Uuid | undefined, until: number): Promise<string> {
    let hint: NodeId | undefined;
    let mayBeDone = false;
    for (let attempt = 0, hops = 0; ; ) {
      const owner = hint ?? this.ownerOf(stack);
      const forward = owner === undefined || hops >= hopsMax;
      const engine = forward ? this.leastBusy(new Set()) : owner;
      hint = undefined;
      const outcome = await this.tried(engine, channel => channel.command({ ...call, forward }, until - Date.now()));
      if (outcome?.result !== undefined) return outcome.result;
      if (outcome?.fault !== undefined) {
        const error = errorOf(outcome.fault);
        // Asked again, a delete may find that it was done.
        if (mayBeDone && call.method === 'deleteStack' && error.type === 'EntityNotFound') return 'null';
        throw error;
      }
      mayBeDone ||= engine !== undefined && outcome === undefined;
      const named = outcome?.notOwner?.owner as NodeId | undefined;
      if (outcome?.notOwner !== undefined && hops++ < hopsMax && named !== undefined && this.knows(named)) hint = named;
      else await this.pause(attempt++, until);
    }
  }

  private async query(call: Call, until: number): Promise<string> {
    const tried = new Set<NodeId>();
    let refused: HeatError | undefined;
    let mayBeDone = false;
    for (let attempt = 0; ; ) {
      const engine = this.leastBusy(tried);
      if (engine === undefined) {
        if (refused !== undefined) throw refused;
        await this.pause(attempt++, until);
        tried.clear();
        continue;
      }
      tried.add(engine);
      const within = Math.min(limits.queryAttemptMs, until - Date.now());
      const answer = await this.tried(engine, channel => channel.query(call, within));
      mayBeDone ||= answer === undefined;
      if (answer === undefined) continue;
      if ('text' in answer) return answer.text;
      refused = errorOf(answer.fault);
      // As a delete of a stack.
      if (mayBeDone && call.method === 'deleteConfig' && refused.status === 404) return 'null';
      // Too busy, or of an older release: another one may do it.
      if (refused.status !== 429 && refused.status !== 503) throw refused;
    }
  }

  /** undefined: no answer came. */
  private async tried<T>(
    engine: NodeId | undefined,
    ask: (channel: EngineChannel) => Promise<T>,
  ): Promise<T | undefined> {
    const channel = engine === undefined || this.stopped ? undefined : this.channel(engine);
    if (engine === undefined || channel === undefined) return undefined;
    try {
      const answer = await ask(channel);
      this.silent.delete(engine);
      return answer;
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
      if (!this.silent.has(engine)) this.options.log.write('warn', 'engine.silent', { engine, why: error.message });
      this.silent.add(engine);
      return undefined;
    }
  }

  private ownerOf(stack: Uuid | undefined): NodeId | undefined {
    const owner = stack === undefined ? undefined : this.options.engines.ownerOf(shardOf(stack, 0));
    return owner !== undefined && this.knows(owner) ? owner : undefined;
  }

  private knows(engine: NodeId): boolean {
    return this.options.engines.member(engine) !== undefined;
  }

  /** Where several have as little to do: any of them. */
  private leastBusy(but: ReadonlySet<NodeId>): NodeId | undefined {
    const busy = this.usable()
      .filter(id => !but.has(id))
      .map(id => ({ id, running: this.channels.get(id)?.running ?? 0 }));
    const least = Math.min(...busy.map(({ running }) => running));
    const best = busy.filter(({ running }) => running === least);
    return best.length === 0 ? undefined : best[randomInt(best.length)]?.id;
  }

  private channel(engine: NodeId): EngineChannel | undefined {
    const address = this.options.engines.member(engine)?.address;
    const known = this.channels.get(engine);
    if (address === undefined || known?.address === address) return known;
    known?.close();
    const channel = new EngineChannel(address, this.options.tls);
    this.channels.set(engine, channel);
    return channel;
  }

  private changed(): void {
    for (const [id, channel] of [...this.channels]) {
      if (this.options.engines.member(id)?.address === channel.address) continue;
      this.channels.delete(id);
      this.silent.delete(id);
      channel.close();
    }
    this.wake();
  }

  private wake(): void {
    for (const go of [...this.waiting]) go();
  }

  /** A growing pause, with jitter; a change of the directory ends it. Throws when the time is over. */
  private async pause(attempt: number, until: number): Promise<void> {
    if (Date.now() >= until || this.stopped) {
      throw errors.Unavailable({ message: 'No engine could be reached; please retry.' });
    }
    const most = Math.min(limits.clientPauseMaxMs, limits.clientPauseFirstMs * 2 ** Math.min(attempt, 10));
    await new Promise<void>(resolve => {
      const go = (): void => {
        clearTimeout(timer);
        this.waiting.delete(go);
        resolve();
      };
      const timer = setTimeout(go, most / 2 + randomInt(Math.ceil(most / 2)));
      this.waiting.add(go);
    });
  }
}

const returnsNothing: ReadonlySet<Method> = new Set([
  'deleteStack',
  'updateStack',
  'actOn',
  'markResource',
  'signalResource',
  'resetStack',
  'wakeStack',
  'removeOrphan',
  'deleteConfig',
]);

function withId([caller, request]: [Caller, StackRequest]): readonly unknown[] {
  return [caller, { ...request, id: request.id ?? randomUUID() }];
}

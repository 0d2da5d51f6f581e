/**
 * The simulated cluster: engine nodes over one database, one directory, one network, one cloud.
 *
 * A node is a process that comes and goes; the place it runs at (its id, its skew) stays. Everything a node may touch
 * is a port made here; nothing else in a run decides what happens.
 */
import type { Behaviour } from '../../engine/actors/actor.ts';
import type { Wire } from '../../engine/actors/wire.ts';
import type { World } from '../../engine/actors/world.ts';
import type { Address, NodeId, Uuid } from '../../engine/kernel/ids.ts';
import type { Answer, Cloud, Command, Credentials, Envelope, Transport, Vault } from '../../engine/kernel/world.ts';
import { limits, type Spread, usualSpread } from '../../engine/kernel/limits.ts';
import { EngineNode } from '../../engine/node.ts';
import { createMemoryStore, type MemoryStore } from '../../engine/store/memory.ts';
import type { Store } from '../../engine/store/store.ts';
import { createVault, isSealed } from '../../engine/values/sealed.ts';
import { Books } from './books.ts';
import { epochMs, SimClock } from './clock.ts';
import { SimDice } from './dice.ts';
import { SimDirectory, SimEtcd } from './directory.ts';
import { Faults, type Rates } from './faults.ts';
import { harden } from './harden.ts';
import { Checks } from './invariants/checks.ts';
import { Links, type Place } from './links.ts';
import { type Host, SimTransport } from './network.ts';
import type { Plant } from './plants/plant.ts';
import { never, SimProcess } from './process.ts';
import { purgeOften } from './purging.ts';
import { Scheduler } from './scheduler.ts';
import { Poison, type SimDatabase, SimStore } from './store.ts';
import { Tracker } from './tracker.ts';

export interface ClusterOptions {
  readonly seed: number;
  readonly nodes: number;
  readonly verbose: boolean;
  readonly wire: Wire;
  readonly behaviours: (world: World) => readonly Behaviour<unknown>[];
  readonly unparks: ReadonlySet<string>;
  readonly cloud: (slot: NodeSlot, directory: SimDirectory) => Cloud;
  readonly credentials?: (slot: NodeSlot) => Credentials;
  /** What the port `compute` runs, inline. */
  readonly jobs?: Readonly<Record<string, (input: never) => unknown>>;
  readonly spread?: Spread;
  readonly plant?: Plant | undefined;
  /** In place of what a seed would have: these faults alone, so often. */
  readonly faults?: Rates;
}

/** A place where an engine runs, or will again. */
export interface NodeSlot {
  readonly index: number;
  readonly id: NodeId;
  readonly skewMs: number;
  process: SimProcess;
  engine: EngineNode | undefined;
  directory: SimDirectory | undefined;
  world: World | undefined;
  lives: number;
}

export class Cluster {
  readonly options: ClusterOptions;
  readonly dice: SimDice;
  readonly scheduler: Scheduler;
  readonly checks: Checks;
  readonly faults: Faults;
  readonly links: Links;
  readonly books: Books;
  readonly memory: MemoryStore;
  readonly etcd: SimEtcd;
  readonly poison = new Poison();
  readonly slots: readonly NodeSlot[];
  private readonly home: Store;
  private readonly trackers = new WeakMap<SimProcess, Tracker>();
  private readonly vaultKey: Uint8Array;
  private readonly vault: Vault;
  private readonly clear = new Map<string, string>();

  constructor(options: ClusterOptions) {
    this.options = options;
    this.dice = new SimDice(`seed ${options.seed}`);
    this.scheduler = new Scheduler(this.dice.fork('scheduler'), options.verbose);
    this.checks = new Checks(() => this.scheduler.now);
    this.faults = new Faults(this.dice.fork('faults'), options.plant?.more, options.faults);
    this.links = new Links(this.dice.fork('links'));
    this.books = new Books(this.scheduler, this.checks, () => this.memory.dump().rows.resources);
    this.memory = createMemoryStore({ nowMs: () => epochMs + this.scheduler.now, pageRows: 50 });
    this.home = options.plant?.database?.(this.memory, this) ?? this.memory;
    purgeOften(this.scheduler, this.memory);
    this.etcd = new SimEtcd(this.scheduler, this.faults, this.links, (process, shards) =>
      this.books.dropped(process, shards),
    );
    this.vaultKey = this.dice.fork('vault').bytes(32);
    const nonces = this.dice.fork('nonces');
    this.vault = createVault(this.vaultKey, n => nonces.bytes(n));
    this.books.listeners.push(({ process, rows }) => this.trackers.get(process)?.landed(rows));
    const skews = this.dice.fork('skews');
    this.slots = Array.from({ length: options.nodes }, (_, index) => {
      const id = `n${index}` as NodeId;
      return {
        index,
        id,
        skewMs: skews.span(-300, 300),
        process: new SimProcess(this.scheduler, id, index, 0),
        engine: undefined,
        directory: undefined,
        world: undefined,
        lives: 0,
      };
    });
  }

  start(): void {
    for (const slot of this.slots) this.boot(slot);
  }

  /** Nodes whose process lives and is not paused. */
  running(): readonly NodeSlot[] {
    return this.slots.filter(slot => slot.process.alive && !slot.process.paused && slot.engine !== undefined);
  }

  kill(slot: NodeSlot, restartMs: number): void {
    if (!slot.process.alive) return;
    this.scheduler.note(() => `n${slot.index} is killed`);
    this.end(slot);
    this.scheduler.after(restartMs, 'restart', slot.index, () => this.boot(slot));
  }

  /**
   * The turn that runs never ends: nothing else of this process happens. Its watchdog, which has a thread and a
   * connection of its own, notes a strike for the stack and ends the process; a supervisor starts it again.
   */
  spin(slot: NodeSlot, stack: Uuid): void {
    this.scheduler.note(() => `n${slot.index} spins in a turn of ${stack}`);
    this.end(slot);
    this.scheduler.after(limits.loopStallMs, 'watchdog', slot.index, () => {
      const atMs = Math.floor(epochMs + this.scheduler.now);
      void this.home.strike(stack, atMs, this.dice.uuid()).then(({ parked }) => this.books.struck(stack, parked));
      this.scheduler.after(500, 'restart', slot.index, () => this.boot(slot));
    });
  }

  pause(slot: NodeSlot, ms: number): void {
    this.scheduler.note(() => `n${slot.index} is paused for ${Math.round(ms)} ms`);
    slot.process.pause(ms);
  }

  /** Stops a node in order, as an upgrade does, and starts it again. */
  handOff(slot: NodeSlot, restartMs: number): void {
    const { engine, directory, process } = slot;
    if (engine === undefined || !process.alive) return;
    this.scheduler.note(() => `n${slot.index} hands off`);
    // A supervisor waits only so long.
    const patience = this.scheduler.after(30_000, 'kill after hand-off', slot.index, () => {
      if (slot.process === process) this.kill(slot, restartMs);
    });
    void engine
      .stop()
      .then(() => directory?.resign())
      .then(
        () => {
          patience();
          if (slot.process === process) this.kill(slot, restartMs);
        },
        () => {
          patience();
          if (slot.process === process) this.kill(slot, restartMs);
        },
      );
  }

  cut(slot: NodeSlot, places: readonly Place[], ms: number): void {
    this.scheduler.note(() => `n${slot.index} is cut off from ${places.join(', ')} for ${Math.round(ms)} ms`);
    for (const place of places) this.links.cut(slot.index, place);
    this.scheduler.after(ms, 'mend', slot.index, () => {
      for (const place of places) this.links.mend(slot.index, place);
    });
  }

  /** Asks as a gateway does: any node, which finds the owner. Rejects with what the engine answered. */
  async ask(slot: NodeSlot, to: Address, command: Command, deadlineMs: number): Promise<Answer> {
    const { engine, process } = slot;
    if (engine === undefined || !process.alive) return never();
    const answer = await engine.ask(to, command, deadlineMs);
    this.trackers.get(process)?.left(answer);
    return answer;
  }

  host(node: NodeId): Host | undefined {
    const slot = this.slots.find(candidate => candidate.id === node);
    const engine = slot?.engine;
    if (slot === undefined || engine === undefined || !slot.process.alive) return undefined;
    return {
      process: slot.process,
      receive: (envelope: Envelope) => engine.receive(envelope),
      receiveAsk: (to: Address, command: Command) => engine.receiveAsk(to, command),
    };
  }

  private end(slot: NodeSlot): void {
    slot.process.kill();
    slot.directory?.close();
    slot.engine?.kill();
    slot.engine = undefined;
    slot.directory = undefined;
    slot.world = undefined;
  }

  private boot(slot: NodeSlot): void {
    if (slot.engine !== undefined && slot.process.alive) return;
    slot.lives++;
    const process = new SimProcess(this.scheduler, slot.id, slot.index, slot.lives);
    slot.process = process;
    this.scheduler.note(() => `n${slot.index} starts, life ${slot.lives}`);
    void this.bring(slot, process);
  }

  private async bring(slot: NodeSlot, process: SimProcess): Promise<void> {
    const directory = new SimDirectory(this.etcd, process);
    for (;;) {
      try {
        await directory.open();
        break;
      } catch {
        await new Promise<void>(resolve => {
          process.after(200, 'connect again', resolve);
        });
      }
    }
    const tracker = new Tracker(this.checks);
    this.trackers.set(process, tracker);
    const world = this.world(slot, process, directory, tracker);
    const behaviours = this.options
      .behaviours(world)
      .map(behaviour => tracker.watch(behaviour))
      .map(behaviour => this.options.plant?.behaviour?.(behaviour, this, slot) ?? behaviour)
      .map(behaviour => harden(behaviour, this));
    slot.directory = directory;
    slot.world = world;
    slot.engine = new EngineNode({ world, behaviours, unparks: this.options.unparks, spread: this.spread });
    await slot.engine.start();
  }

  /** Heavy work takes a while, and its node may be gone when it is done. */
  private compute<I, O>(process: SimProcess, name: string, input: I): Promise<O> {
    const job = this.options.jobs?.[name] as ((input: I) => O) | undefined;
    if (job === undefined) return Promise.reject(new Error(`no job ${name}`));
    const result = job(input);
    return new Promise(resolve => {
      process.after(this.links.dice.skewed(0.5, 50), 'computed', () => resolve(result));
    });
  }

  /** Seals a text as a gateway's engine does. */
  seal(text: string): string {
    return this.vault.seal(text);
  }

  get spread(): Spread {
    return this.options.spread ?? usualSpread;
  }

  /** What is sealed in a row; what is not, as it is. */
  open(text: string): string {
    return isSealed(text) ? this.opened(text) : text;
  }

  /** The same few texts are opened in every plan, on every node. Throws SealBroken. */
  private opened(text: string): string {
    const known = this.clear.get(text);
    if (known !== undefined) return known;
    const plain = this.vault.open(text);
    this.clear.set(text, plain);
    return plain;
  }

  private world(slot: NodeSlot, process: SimProcess, simDirectory: SimDirectory, tracker: Tracker): World {
    const { scheduler, faults, links, options, home, books, poison } = this;
    const dice = this.dice.fork(`node ${slot.index} life ${slot.lives}`);
    const directory = options.plant?.directory?.(simDirectory, this, slot) ?? simDirectory;
    const database: SimDatabase = { scheduler, faults, links, home, watch: books, poison };
    const simStore = new SimStore(database, process);
    const transport: Transport = new SimTransport(
      {
        scheduler,
        faults,
        links,
        wire: options.wire,
        host: node => this.host(node),
        leaving: envelope => tracker.left(envelope.message),
        carried: bytes => {
          const shown = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes('s3cret-');
          this.checks.expect('secrets are sealed', !shown, () => 'a message shows a hidden parameter');
        },
        answering: answer => tracker.left(answer),
      },
      process,
    );
    const cloud = options.cloud(slot, simDirectory);
    return {
      clock: new SimClock(scheduler, process, dice.fork('timers'), slot.skewMs),
      dice,
      transport,
      directory,
      store: options.plant?.store?.(simStore, this, slot) ?? simStore,
      cloud: options.plant?.cloud?.(cloud, this, slot) ?? cloud,
      ...(options.credentials === undefined ? {} : { credentials: options.credentials(slot) }),
      compute: { run: (job, input) => this.compute(process, job, input) },
      vault: { seal: createVault(this.vaultKey, n => dice.bytes(n)).seal, open: text => this.opened(text) },
      log: {
        write: (level, event, fields) => {
          if (!process.alive) return;
          const line = `n${slot.index} ${level} ${event} ${JSON.stringify(fields ?? {})}`;
          if (line.includes('s3cret-')) this.checks.failed('a log line shows a hidden parameter');
          scheduler.fold(event, slot.index);
          scheduler.note(() => line);
        },
      },
    };
  }
}

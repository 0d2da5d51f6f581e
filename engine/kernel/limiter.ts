/**
 * How many calls are under way at once: so many per service, so many of them per project, the rest wait. Engines bound
 * what they ask of a cloud with it, gateways what is asked of them.
 *
 * Projects that wait take turns, so one that asks for a thousand servers delays nobody else's one by more than the
 * calls under way. A place is held for one HTTP request, never for a pause between two. Who waits past its deadline
 * leaves the queue with nothing sent.
 *
 * How many of one project's go at once follows from how soon they come back: few at first, one more with each that is
 * quick, half as many when they are slow. A service under load takes everything it is sent and serves all of it late;
 * what is sent to it beyond its pace only brings each request nearer to its deadline, after which nobody knows what
 * became of it. (Fifty servers sent at once to a small Nova: each POST answered after 60 s, in a bad hour after 350.)
 */
import { limits } from './limits.ts';
import type { Clock } from './world.ts';

/** Gives the place back; once. */
export type Leave = () => void;

interface Waiter {
  readonly enter: (leave: Leave | undefined) => void;
  readonly cancel: () => void;
}

interface Lane {
  running: number;
  pausedUntil: number;
  /** How many may run now. */
  room: number;
  /** Monotonic: when it was halved last. Requests that began before say nothing new. */
  halvedAt: number;
  /** Monotonic: when an answer was slow last. */
  slowAt: number;
  /** In the order in which they came. */
  readonly waiting: Set<Waiter>;
}

interface Gate {
  running: number;
  pausedUntil: number;
  /** By project; the one whose turn is next first. Only those with calls that run or wait, or that are held back. */
  readonly lanes: Map<string, Lane>;
}

export interface LimiterLimits {
  readonly perService: number;
  readonly perProject: number;
  /** How many of a project's begin before the first came back. */
  readonly first: number;
  /** However slow it is, so many of a project's go at once. */
  readonly least: number;
  /** An answer within so long lets one more go at once. Milliseconds. */
  readonly quickMs: number;
  /** One that took longer halves them. Milliseconds. */
  readonly slowMs: number;
  /** For so long after a slow one, quick ones (reads, mostly) do not count. Milliseconds. */
  readonly warinessMs: number;
}

const usual: LimiterLimits = {
  perService: limits.cloudPerService,
  perProject: limits.cloudPerProject,
  first: limits.cloudFirst,
  least: 1,
  quickMs: limits.cloudQuickMs,
  slowMs: limits.cloudSlowMs,
  warinessMs: limits.cloudWarinessMs,
};

export class Limiter {
  private readonly clock: Pick<Clock, 'after' | 'monotonic'>;
  private readonly most: LimiterLimits;
  private readonly gates = new Map<string, Gate>();

  constructor(clock: Pick<Clock, 'after' | 'monotonic'>, most: LimiterLimits = usual) {
    this.clock = clock;
    this.most = most;
  }

  /** A place for one request; undefined when none came free in time. */
  enter(service: string, project: string, withinMs: number): Promise<Leave | undefined> {
    const gate = this.gate(service);
    const lane = this.lane(gate, project);
    return new Promise(resolve => {
      const waiter: Waiter = {
        enter: leave => {
          waiter.cancel();
          lane.waiting.delete(waiter);
          resolve(leave);
        },
        cancel: this.clock.after(Math.max(0, withinMs), () => {
          waiter.enter(undefined);
          this.tidy(gate, project, lane);
        }),
      };
      lane.waiting.add(waiter);
      this.pump(gate);
    });
  }

  /** How many wait for a place. */
  waiting(service: string, project: string): number {
    return this.gates.get(service)?.lanes.get(project)?.waiting.size ?? 0;
  }

  /** Nothing of this project begins at this service for so long; '' stands for all projects. */
  holdBack(service: string, project: string, ms: number): void {
    if (ms <= 0) return;
    const gate = this.gate(service);
    const held = project === '' ? gate : this.lane(gate, project);
    held.pausedUntil = Math.max(held.pausedUntil, this.clock.monotonic() + ms);
    this.wakeAfter(gate, held);
  }

  /** A timer may fire a little before its time by the other clock: then once more. */
  private wakeAfter(gate: Gate, held: Gate | Lane): void {
    const left = held.pausedUntil - this.clock.monotonic();
    if (left > 0) {
      this.clock.after(Math.ceil(left), () => this.wakeAfter(gate, held));
      return;
    }
    this.pump(gate);
    for (const [name, lane] of gate.lanes) this.tidy(gate, name, lane);
  }

  private gate(service: string): Gate {
    let gate = this.gates.get(service);
    if (gate === undefined) {
      gate = { running: 0, pausedUntil: 0, lanes: new Map() };
      this.gates.set(service, gate);
    }
    return gate;
  }

  private lane(gate: Gate, project: string): Lane {
    let lane = gate.lanes.get(project);
    if (lane === undefined) {
      const room = Math.min(this.most.first, this.most.perProject);
      const never = Number.NEGATIVE_INFINITY;
      lane = { running: 0, pausedUntil: 0, room, halvedAt: never, slowAt: never, waiting: new Set() };
      gate.lanes.set(project, lane);
    }
    return lane;
  }

  private pump(gate: Gate): void {
    while (gate.running < this.most.perService && this.clock.monotonic() >= gate.pausedUntil) {
      const next = this.next(gate);
      if (next === undefined) return;
      const { project, lane, waiter } = next;
      gate.lanes.delete(project); // to the end: the others come first now
      gate.lanes.set(project, lane);
      gate.running += 1;
      lane.running += 1;
      let left = false;
      const began = this.clock.monotonic();
      waiter.enter(() => {
        if (left) return;
        left = true;
        this.learn(lane, began);
        gate.running -= 1;
        lane.running -= 1;
        this.tidy(gate, project, lane);
        this.pump(gate);
      });
    }
  }

  private learn(lane: Lane, began: number): void {
    const now = this.clock.monotonic();
    const took = now - began;
    if (took <= this.most.quickMs) {
      if (now - lane.slowAt >= this.most.warinessMs) lane.room = Math.min(this.most.perProject, lane.room + 1);
      return;
    }
    if (took <= this.most.slowMs) return;
    lane.slowAt = now;
    if (began >= lane.halvedAt) {
      lane.room = Math.max(this.most.least, Math.floor(lane.room / 2));
      lane.halvedAt = now;
    }
  }

  private next(gate: Gate): { project: string; lane: Lane; waiter: Waiter } | undefined {
    const now = this.clock.monotonic();
    for (const [project, lane] of gate.lanes) {
      if (lane.running >= lane.room || now < lane.pausedUntil) continue;
      const waiter = lane.waiting.values().next();
      if (waiter.done !== true) return { project, lane, waiter: waiter.value };
    }
    return undefined;
  }

  private tidy(gate: Gate, project: string, lane: Lane): void {
    const idle = lane.running === 0 && lane.waiting.size === 0 && this.clock.monotonic() >= lane.pausedUntil;
    if (idle && gate.lanes.get(project) === lane) gate.lanes.delete(project);
  }
}

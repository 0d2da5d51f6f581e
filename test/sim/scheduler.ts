/**
 * Virtual time: a heap of events, run one at a time; of events at the same instant a random one comes first.
 *
 * Nothing in a run waits for a real clock. After each event all promises that it settled run to their end before the
 * next begins (each event is a macrotask of its own, queued in batches because a turn of Node's event loop costs
 * more than the event). What ran, when and on which node is folded into the digest: two runs with one digest did the
 * same, so a failure is replayed from its seed.
 */
import type { Cancel } from '../../engine/kernel/world.ts';
import type { SimDice } from './dice.ts';

interface SimEvent {
  readonly at: number;
  readonly tie: number;
  readonly label: string;
  readonly who: number;
  run: (() => void) | undefined;
}

export interface TraceLine {
  readonly at: number;
  readonly text: string;
}

const batchSize = 64;
const traceLength = 60_000;

function before(a: SimEvent, b: SimEvent): boolean {
  return a.at !== b.at ? a.at < b.at : a.tie < b.tie;
}

export class Scheduler {
  /** Virtual milliseconds since the run began. */
  now = 0;
  steps = 0;
  /** Whether trace lines are kept; they cost time and change nothing else. */
  readonly verbose: boolean;
  private readonly dice: SimDice;
  private readonly heap: SimEvent[] = [];
  private readonly lines: TraceLine[] = [];
  private h1 = 0x9e3779b9;
  private h2 = 0x85ebca6b;
  private readonly labelHashes = new Map<string, number>();

  constructor(dice: SimDice, verbose: boolean) {
    this.dice = dice;
    this.verbose = verbose;
  }

  /** Runs `run` at this time (not before now). `who` is the node's number, -1 for the world around them. */
  at(at: number, label: string, who: number, run: () => void): Cancel {
    const event: SimEvent = { at: Math.max(at, this.now), tie: this.dice.next(), label, who, run };
    this.push(event);
    return () => {
      event.run = undefined;
    };
  }

  after(ms: number, label: string, who: number, run: () => void): Cancel {
    return this.at(this.now + ms, label, who, run);
  }

  /** A line of the trace, made only where traces are kept. */
  note(text: () => string): void {
    if (!this.verbose) return;
    this.lines.push({ at: this.now, text: text() });
    if (this.lines.length > 2 * traceLength) this.lines.splice(0, this.lines.length - traceLength);
  }

  tail(count: number): readonly string[] {
    return this.lines.slice(-count).map(({ at, text }) => `${at.toFixed(3).padStart(12)}  ${text}`);
  }

  /** Something that happened, into the digest. */
  fold(label: string, who: number): void {
    let hash = this.labelHashes.get(label);
    if (hash === undefined) {
      hash = 0;
      for (let i = 0; i < label.length; i++) hash = (Math.imul(hash, 31) + label.charCodeAt(i)) | 0;
      this.labelHashes.set(label, hash);
    }
    const micros = Math.floor(this.now * 1_000) | 0;
    this.h1 = Math.imul(this.h1 ^ hash ^ (who << 24), 0x9e3779b1);
    this.h2 = Math.imul(this.h2 ^ micros, 0x85ebca77) ^ (this.h1 >>> 13);
    this.h1 = (this.h1 << 7) | (this.h1 >>> 25);
  }

  get digest(): string {
    const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0');
    return hex(this.h1) + hex(this.h2);
  }

  /** Runs events until `done`, none is left, or so many steps were made; says which. Rejects with what an event threw. */
  run(done: () => boolean, maxSteps: number): Promise<'done' | 'empty' | 'bound'> {
    return new Promise((resolve, reject) => {
      let over = false;
      const finish = (how: 'done' | 'empty' | 'bound') => {
        over = true;
        resolve(how);
      };
      const one = () => {
        if (over) return;
        try {
          if (done()) finish('done');
          else if (this.steps >= maxSteps) finish('bound');
          else if (!this.step()) finish('empty');
        } catch (error) {
          over = true;
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      const batch = () => {
        if (over) return;
        for (let i = 0; i < batchSize; i++) setImmediate(one);
        setImmediate(batch);
      };
      batch();
    });
  }

  private step(): boolean {
    for (;;) {
      const event = this.pop();
      if (event === undefined) return false;
      if (event.run === undefined) continue;
      this.now = event.at;
      this.steps++;
      this.fold(event.label, event.who);
      event.run();
      return true;
    }
  }

  private push(event: SimEvent): void {
    const heap = this.heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as SimEvent;
      if (!before(event, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = event;
  }

  private pop(): SimEvent | undefined {
    const heap = this.heap;
    const top = heap[0];
    const last = heap.pop();
    if (top === undefined || last === undefined || heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && before(heap[child + 1] as SimEvent, heap[child] as SimEvent)) child++;
      const below = heap[child] as SimEvent;
      if (!before(below, last)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = last;
    return top;
  }
}

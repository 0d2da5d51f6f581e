/**
 * Who may be served now: so many requests of a project at once, so many a second if the operator says so; the rest
 * wait here, and projects take turns.
 *
 * What a project sends beyond what can be done soon would else lie in the engines' queues, before everybody's next
 * request. Here it waits in a line of its own: a project that sends ten thousand creates fills that, and another's one
 * passes by. Few are enough to keep an engine busy; each more of them only lies there longer. Requests that only read
 * have places of their own, and one that takes long (its stack's engine has just died) gives its place back before its
 * answer. Who waits too long, or finds a long line, is answered 429 with the seconds after which to come again.
 */
import { type Leave, Limiter } from '../engine/kernel/limiter.ts';
import { limits } from '../engine/kernel/limits.ts';

export interface AdmissionOptions {
  /** Of each project's requests of a kind (reads; all others), at once: so many, as things are now. */
  readonly atOnce?: () => number;
  /** Of each project's requests, a second on the average; undefined: as many as there come. */
  readonly perSecond?: number;
  /** How many may come at one moment, where perSecond is given; default: so many as come in a second, 1 at least. */
  readonly burst?: number;
  /** How many of a project's wait, and how long, before they are refused. */
  readonly waiting?: number;
  readonly waitMs?: number;
  /** How long one holds its place, at most. */
  readonly placeMs?: number;
  readonly clock?: AdmissionClock;
}

export interface AdmissionClock {
  monotonic(): number;
  after(ms: number, fn: () => void): () => void;
}

export type Admitted =
  | { readonly kind: 'in'; readonly leave: Leave }
  /** `afterSeconds`: when to come again. */
  | { readonly kind: 'refused'; readonly why: 'rate' | 'line' | 'wait'; readonly afterSeconds: number };

const realClock: AdmissionClock = {
  monotonic: () => performance.now(),
  after: (ms, fn) => {
    const timer = setTimeout(fn, ms).unref();
    return () => clearTimeout(timer);
  },
};

export class Admission {
  readonly #clock: AdmissionClock;
  readonly #limiter: Limiter;
  readonly #rate: Rate | undefined;
  readonly #most: number;
  readonly #waitMs: number;
  readonly #placeMs: number;

  constructor(options: AdmissionOptions = {}) {
    const { atOnce = () => limits.requestsPerEngine, perSecond, burst } = options;
    this.#clock = options.clock ?? realClock;
    this.#most = options.waiting ?? limits.requestsWaiting;
    this.#waitMs = options.waitMs ?? limits.requestsWaitMs;
    this.#placeMs = options.placeMs ?? limits.requestPlaceMs;
    this.#rate =
      perSecond === undefined ? undefined : new Rate(this.#clock, perSecond, burst ?? Math.max(1, perSecond));
    // Always as many as there may be, however soon they are answered.
    const steady = { quickMs: Number.POSITIVE_INFINITY, slowMs: Number.POSITIVE_INFINITY, warinessMs: 0, least: 1 };
    this.#limiter = new Limiter(this.#clock, {
      ...steady,
      perService: limits.requestsAtOnce,
      get perProject() {
        return Math.max(1, atOnce());
      },
      get first() {
        return this.perProject;
      },
    });
  }

  /** Waits for a place. Whoever gets one leaves it when the answer is there. */
  async enter(kind: 'read' | 'write', project: string): Promise<Admitted> {
    const waitSeconds = this.#rate?.take(project) ?? 0;
    if (waitSeconds > 0) return { kind: 'refused', why: 'rate', afterSeconds: Math.ceil(waitSeconds) };
    const afterSeconds = limits.retryAfterSeconds;
    if (this.#limiter.waiting(kind, project) >= this.#most) return { kind: 'refused', why: 'line', afterSeconds };
    const leave = await this.#limiter.enter(kind, project, this.#waitMs);
    if (leave === undefined) return { kind: 'refused', why: 'wait', afterSeconds };
    const cancel = this.#clock.after(this.#placeMs, leave);
    return {
      kind: 'in',
      leave: () => {
        cancel();
        leave();
      },
    };
  }
}

interface Bucket {
  tokens: number;
  at: number;
}

/** A bucket of tokens a project, which fills up again by the second. Full ones are forgotten. */
class Rate {
  readonly #clock: AdmissionClock;
  readonly #perSecond: number;
  readonly #burst: number;
  /** The one that was used last at the end. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: AdmissionClock, perSecond: number, burst: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#burst = burst;
  }

  /** 0: taken. Else after how many seconds there is one. */
  take(project: string): number {
    const now = this.#clock.monotonic();
    this.#forgetFull(now);
    const bucket = this.#buckets.get(project) ?? { tokens: this.#burst, at: now };
    bucket.tokens = Math.min(this.#burst, bucket.tokens + ((now - bucket.at) / 1_000) * this.#perSecond);
    bucket.at = now;
    this.#buckets.delete(project);
    this.#buckets.set(project, bucket);
    if (bucket.tokens < 1) return (1 - bucket.tokens) / this.#perSecond;
    bucket.tokens -= 1;
    return 0;
  }

  #forgetFull(now: number): void {
    const fillMs = (this.#burst / this.#perSecond) * 1_000;
    for (const [project, { at }] of this.#buckets) {
      if (now - at < fillMs) return;
      this.#buckets.delete(project);
    }
  }
}

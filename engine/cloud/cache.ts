/** Answers of GETs that may be given again: of one user in one project, for as long as the call allows, only good ones. */
import { limits } from '../kernel/limits.ts';
import type { Clock } from '../kernel/world.ts';
import type { HttpOutcome } from './http.ts';
import { Lru } from './lru.ts';

interface Kept {
  readonly outcome: HttpOutcome;
  /** Monotonic: when it had been asked for. */
  readonly at: number;
}

export class AnswerCache {
  private readonly clock: Clock;
  private readonly kept = new Lru<Kept>(limits.cloudCacheEntries, limits.cloudCacheChars);
  private readonly asking = new Map<string, Promise<HttpOutcome>>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** The answer that is kept, if it is not older than so; else what `ask` brings, once for all that wait for it. */
  get(key: string, maxAgeMs: number, ask: () => Promise<HttpOutcome>): Promise<HttpOutcome> {
    const kept = this.kept.get(key);
    if (kept !== undefined && this.clock.monotonic() - kept.at < maxAgeMs) return Promise.resolve(kept.outcome);
    const running = this.asking.get(key);
    if (running !== undefined) return running;
    const at = this.clock.monotonic();
    const asked = ask()
      .then(outcome => {
        if (outcome.kind === 'answered' && outcome.answer.status >= 200 && outcome.answer.status < 300) {
          this.kept.set(key, { outcome, at }, outcome.answer.body.length);
        }
        return outcome;
      })
      .finally(() => this.asking.delete(key));
    this.asking.set(key, asked);
    return asked;
  }
}

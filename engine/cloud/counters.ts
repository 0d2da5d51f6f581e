/** How many requests went out, by service, method and what came of each: for benches and for whoever watches. */
import type { HttpOutcome } from './http.ts';

export interface CallCount {
  readonly service: string;
  /** `LOGIN` for tokens that were asked for. */
  readonly method: string;
  /** The status, `unsent` or `unknown`. */
  readonly result: string;
  readonly calls: number;
}

export class Counters {
  private readonly counts = new Map<string, CallCount>();

  count(service: string, method: string, outcome: HttpOutcome): void {
    const result = outcome.kind === 'answered' ? String(outcome.answer.status) : outcome.kind;
    const key = `${service} ${method} ${result}`;
    const calls = (this.counts.get(key)?.calls ?? 0) + 1;
    this.counts.set(key, { service, method, result, calls });
  }

  /** In order of service, method, result. */
  list(): readonly CallCount[] {
    return [...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
  }
}

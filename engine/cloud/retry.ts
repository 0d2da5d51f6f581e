/**
 * When a request is made again: the only place where that is decided.
 *
 * A GET may be repeated whatever happened. Anything else only after a 429, by which a service says that it did not
 * take the request at all. A 503 proves nothing: some balancers send it (and a Retry-After with it) for a connection
 * that broke after the request was handed on, so a create's 503 goes back to whoever can look for what it made.
 * Pauses have full jitter, so that what failed together does not come back together.
 */
import { limits } from '../kernel/limits.ts';
import type { HttpOutcome } from './http.ts';
import { retryAfterMs } from '../values/times.ts';

/** Milliseconds to wait before the request is made again; undefined: its outcome stands. `tries` were made already. */
export function pauseBefore(
  method: string,
  outcome: HttpOutcome,
  tries: number,
  nowMs: number,
  below: (n: number) => number,
): number | undefined {
  if (tries >= limits.cloudTries || !mayRepeat(method, outcome)) return undefined;
  const ceiling = Math.min(limits.cloudRetryMaxMs, limits.cloudRetryFirstMs * 2 ** (tries - 1));
  const jittered = below(ceiling + 1);
  const asked =
    outcome.kind === 'answered' ? retryAfterMs(outcome.answer.headers.get('retry-after'), nowMs) : undefined;
  return asked === undefined ? jittered : Math.min(asked, limits.cloudPauseMaxMs) + jittered;
}

const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

function mayRepeat(method: string, outcome: HttpOutcome): boolean {
  if (method !== 'GET') return outcome.kind === 'answered' && outcome.answer.status === 429;
  return outcome.kind !== 'answered' || passing.has(outcome.answer.status);
}

/** How long a whole project's calls (429) or all calls to the service (503) are to be held back; 0: not at all. */
export function heldBack(
  outcome: HttpOutcome,
  nowMs: number,
): { readonly who: 'project' | 'service'; readonly ms: number } {
  const status = outcome.kind === 'answered' ? outcome.answer.status : 0;
  const asked =
    outcome.kind === 'answered' && (status === 429 || status === 503)
      ? (retryAfterMs(outcome.answer.headers.get('retry-after'), nowMs) ?? 0)
      : 0;
  return { who: status === 503 ? 'service' : 'project', ms: Math.min(asked, limits.cloudPauseMaxMs) };
}

/**
 * Commands under way on this node: who waits for an answer, by request id.
 *
 * The answer itself is the actor's to remember (a repeated request after a crash is answered from its row); this map
 * only joins callers to turns, so the same request asked twice at once is one.
 */
import { errors } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import type { Answer } from '../kernel/world.ts';

interface Waiting {
  readonly stack: Uuid;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
  readonly promise: Promise<Answer>;
}

export class Requests {
  private readonly waiting = new Map<Uuid, Waiting>();

  /** The promise of a request's answer, and whether it is new (else somebody asked before and it is under way). */
  open(request: Uuid, stack: Uuid): { readonly promise: Promise<Answer>; readonly fresh: boolean } {
    const known = this.waiting.get(request);
    if (known !== undefined) return { promise: known.promise, fresh: false };
    let resolve: Waiting['resolve'] = () => undefined;
    let reject: Waiting['reject'] = () => undefined;
    const promise = new Promise<Answer>((yes, no) => {
      resolve = yes;
      reject = no;
    });
    this.waiting.set(request, { stack, resolve, reject, promise });
    return { promise, fresh: true };
  }

  answer(request: Uuid, answer: Answer | Error): void {
    const waiting = this.waiting.get(request);
    if (waiting === undefined) return;
    this.waiting.delete(request);
    if (answer instanceof Error) waiting.reject(answer);
    else waiting.resolve(answer);
  }

  /** The stack's memory was dropped, or all of the node's: whoever still waits may ask again, or somebody else. */
  abandon(
    stack: Uuid | undefined,
    error: Error = errors.Unavailable({ message: 'The request was interrupted; please retry.' }),
  ): void {
    for (const [request, waiting] of this.waiting) {
      if (stack === undefined || waiting.stack === stack) this.answer(request, error);
    }
  }
}

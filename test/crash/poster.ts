/**
 * A client that keeps asking: posts a stack until it knows that the stack was accepted.
 *
 * An answer that was lost says nothing, so it asks again under the same name: 201 (the first never came in) and
 * "already exists" (it did) are both right. That a name is taken without an answer having been lost is not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiAnswer, errorText, type Session } from '../../cli/client.ts';
import type { Planned } from './template.ts';

const againMs = 100;

export interface Posted {
  readonly plan: Planned;
  /** How often no answer came, or one that asks to come again. */
  readonly lostAnswers: number;
  /** Why it was refused; undefined when it was accepted. */
  readonly refused: string | undefined;
}

/** Posts until it is accepted or refused for good. `giveUp` ends the asking. */
export async function post(session: Session, plan: Planned, giveUp: AbortSignal): Promise<Posted> {
  for (let lostAnswers = 0; ; lostAnswers++) {
    const answer = await ask(session, plan);
    if (answer?.status === 201) return { plan, lostAnswers, refused: undefined };
    if (answer?.status === 409 && lostAnswers > 0) return { plan, lostAnswers, refused: undefined };
    const comeAgain = answer === undefined || answer.status === 503 || answer.status === 429;
    if (!comeAgain) return { plan, lostAnswers, refused: `${answer.status} ${errorText(answer)}` };
    if (giveUp.aborted) return { plan, lostAnswers, refused: 'no answer, however often it asked' };
    await sleep(againMs);
  }
}

async function ask(session: Session, { name, template }: Planned): Promise<ApiAnswer | undefined> {
  try {
    return await session.ask('POST', '/stacks', { json: { stack_name: name, template } });
  } catch {
    // Refused, reset or timed out: nobody knows whether it was served.
    return undefined;
  }
}

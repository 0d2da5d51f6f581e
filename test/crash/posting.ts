/** What a client does in these runs: posts stacks at seeded instants, counts them, waits, and looks at what became of each. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiAnswer, Session } from '../../cli/client.ts';
import type { Random } from '../support/random.ts';
import type { StackSeen } from './check.ts';
import { type Posted, post } from './poster.ts';
import type { Planned } from './template.ts';

const pollMs = 250;
/** How long a client asks again for an answer that does not come. */
const giveUpMs = 180_000;

export const say = (line: string): void => console.log(line);

/** The stacks on their way into the engine. */
export class Posting {
  readonly #session: Session;
  readonly #left: Planned[];
  readonly #random: Random;
  readonly #giveUp = new AbortController();
  readonly #begun: Promise<Posted>[] = [];
  #answered = 0;

  constructor(session: Session, plans: readonly Planned[], random: Random) {
    this.#session = session;
    this.#left = [...plans];
    this.#random = random;
  }

  /** Posts the next stacks, each at a random instant of the time given; returns how many there were. */
  begin(howMany: number, withinMs: number): number {
    const next = this.#left.splice(0, howMany);
    for (const plan of next) {
      const delayMs = withinMs === 0 ? 0 : this.#random.below(withinMs);
      const posted = sleep(delayMs).then(() => post(this.#session, plan, this.#giveUp.signal));
      this.#begun.push(
        posted.finally(() => {
          this.#answered += 1;
        }),
      );
    }
    return next.length;
  }

  /** Returns once a stack is in progress, in words; posts another where all are done, undefined where none is left. */
  async untilBusy(): Promise<string | undefined> {
    for (;;) {
      const { inProgress } = await count(this.#session);
      const unanswered = this.#begun.length - this.#answered;
      if (inProgress > 0) return `${inProgress} stacks in progress, ${unanswered} to come`;
      if (unanswered === 0 && this.#left.length === 0) return undefined;
      if (unanswered === 0) this.begin(1, 0);
      await sleep(10);
    }
  }

  /** What became of each, when all are answered, or it is time to give up. */
  async all(): Promise<Posted[]> {
    const timer = setTimeout(() => this.#giveUp.abort(), giveUpMs);
    try {
      return await Promise.all(this.#begun);
    } finally {
      clearTimeout(timer);
    }
  }
}

interface StackListed {
  readonly stack_name: string;
  readonly stack_status: string;
}

export async function count(session: Session): Promise<{ complete: number; inProgress: number; all: number }> {
  const { stacks } = await session.must<{ stacks: readonly StackListed[] }>('GET', '/stacks');
  const having = (end: string): number => stacks.filter(stack => stack.stack_status.endsWith(end)).length;
  return { complete: having('_COMPLETE'), inProgress: having('_IN_PROGRESS'), all: stacks.length };
}

/** Waits until no stack is in progress any more, or for as long as one may take: what stands still then has failed. */
export async function untilSettled(session: Session, wanted: number, settleMs: number): Promise<void> {
  const deadline = performance.now() + settleMs;
  let shown = '';
  for (;;) {
    const { complete, inProgress } = await count(session);
    const line = `  ${complete} of ${wanted} complete, ${inProgress} in progress`;
    if (line !== shown) say(line);
    shown = line;
    if (inProgress === 0 || performance.now() > deadline) return;
    await sleep(pollMs);
  }
}

interface StackBody {
  readonly stack: {
    readonly id: string;
    readonly stack_status: string;
    readonly stack_status_reason: string;
    readonly outputs: readonly { readonly output_key: string; readonly output_value: unknown }[];
  };
}

/** The stack of that name as it is shown, or a 404: a busy service that says to come again is asked again. */
export async function shown(session: Session, name: string): Promise<ApiAnswer> {
  const deadline = performance.now() + giveUpMs;
  for (;;) {
    const answer = await session.ask('GET', `/stacks/${name}`);
    if ((answer.status !== 503 && answer.status !== 429) || performance.now() > deadline) return answer;
    await sleep(pollMs);
  }
}

export async function look(session: Session, { name }: { readonly name: string }): Promise<StackSeen | undefined> {
  const answer = await shown(session, name);
  if (answer.status === 404) return undefined;
  const { stack } = answer.body as StackBody;
  const path = `/stacks/${name}/${stack.id}`;
  const { resources } = await session.must<Pick<StackSeen, 'resources'>>('GET', `${path}/resources`);
  const { events } = await session.must<Pick<StackSeen, 'events'>>('GET', `${path}/events?sort_dir=asc`);
  return {
    status: stack.stack_status,
    reason: stack.stack_status_reason,
    resources,
    outputs: new Map((stack.outputs ?? []).map(output => [output.output_key, output.output_value])),
    events,
  };
}

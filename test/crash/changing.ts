/**
 * Stacks that are changed again and again: each has a version that was taken last, and at most one request on its way.
 *
 * Half of them are graphs of test resources, with nested stacks, that take their time; half are servers on the sandbox.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiAnswer, errorText, type Session } from '../../cli/client.ts';
import { Graph } from '../model/graph.ts';
import { SimDice } from '../sim/dice.ts';
import type { Random } from '../support/random.ts';
import { planVariant } from './server-template.ts';
import type { Planned } from './template.ts';

const againMs = 100;
const giveUpMs = 180_000;

type Version = { readonly kind: 'graph'; readonly graph: Graph } | { readonly kind: 'servers'; readonly plan: Planned };

export interface Changed {
  readonly name: string;
  id: string;
  /** What it shall be. */
  version: Version;
  busy: boolean;
}

export class Changing {
  readonly stacks: readonly Changed[];
  /** Updates that were taken. */
  taken = 0;
  /** How often no answer came, or one that asks to come again. */
  lostAnswers = 0;
  readonly refusals: string[] = [];
  readonly #session: Session;
  readonly #random: Random;
  readonly #dice: SimDice;
  readonly #begun: Promise<void>[] = [];

  constructor(session: Session, count: number, seed: number, random: Random) {
    this.#session = session;
    this.#random = random;
    this.#dice = new SimDice(`crash/${seed}`);
    this.stacks = Array.from({ length: count }, (_, i) => {
      const name = i % 2 === 0 ? `graph${i}` : `servers${i}`;
      return { name, id: '', version: this.#next(name, undefined), busy: false };
    });
  }

  /** Creates all of them. Rejects where one is refused. */
  async create(): Promise<void> {
    for (const stack of this.stacks) {
      const { name, version } = stack;
      const json = { stack_name: name, ...textsOf(version) };
      const answer = await this.#session.must<{ stack: { id: string } }>('POST', '/stacks', { json });
      stack.id = answer.stack.id;
    }
  }

  /** Changes so many that no request is on its way for, each at a random instant of the time given. */
  begin(howMany: number, withinMs: number): number {
    const free = this.stacks.filter(({ busy }) => !busy);
    const chosen = this.#dice.shuffled(free).slice(0, howMany);
    for (const stack of chosen) {
      stack.busy = true;
      const delayMs = withinMs === 0 ? 0 : this.#random.below(withinMs);
      this.#begun.push(sleep(delayMs).then(() => this.#change(stack)));
    }
    return chosen.length;
  }

  /** When all requests are answered. */
  async all(): Promise<void> {
    await Promise.all(this.#begun);
  }

  #next(name: string, before: Version | undefined): Version {
    if (name.startsWith('servers')) return { kind: 'servers', plan: planVariant(name, this.#random) };
    const graph = before?.kind === 'graph' ? before.graph.changed(this.#dice) : Graph.random(this.#dice);
    return { kind: 'graph', graph: graph.sound() };
  }

  /** Asks until the update is taken: the same update twice is as good as once. */
  async #change(stack: Changed): Promise<void> {
    const next = this.#next(stack.name, stack.version);
    const path = `/stacks/${stack.name}/${stack.id}`;
    const deadline = performance.now() + giveUpMs;
    for (;;) {
      const answer = await this.#ask(path, textsOf(next));
      if (answer?.status === 202) {
        this.taken += 1;
        stack.version = next;
        break;
      }
      const comeAgain = answer === undefined || answer.status === 503 || answer.status === 429;
      if (!comeAgain || performance.now() > deadline) {
        this.refusals.push(`${stack.name}: ${answer === undefined ? 'no answer' : errorText(answer)}`);
        break;
      }
      this.lostAnswers += 1;
      await sleep(againMs);
    }
    stack.busy = false;
  }

  async #ask(path: string, json: object): Promise<ApiAnswer | undefined> {
    try {
      return await this.#session.ask('PUT', path, { json });
    } catch {
      // Refused, reset or timed out: nobody knows whether it was served.
      return undefined;
    }
  }
}

function textsOf(version: Version): { readonly template: unknown; readonly files: unknown } {
  if (version.kind === 'servers') return { template: version.plan.template, files: {} };
  const { graph } = version;
  return { template: JSON.parse(graph.template('a graph')), files: JSON.parse(graph.files()) };
}

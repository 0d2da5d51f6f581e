/**
 * Clients that keep stacks under way: each posts one, waits until it is complete, looks at it, deletes it, waits until
 * it is gone, and begins again. They ask again for whatever was not answered, and note what was answered wrongly.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, type Session } from '../../cli/client.ts';
import { judge } from '../crash/check.ts';
import { post } from '../crash/poster.ts';
import { look, say } from '../crash/posting.ts';
import type { Planned } from '../crash/template.ts';
import type { Random } from '../support/random.ts';
import { planChaos } from './plan.ts';

const pollMs = 1_000;
/** A stack takes half a minute; twice the debts' two minutes when a create may still land somewhere. */
const stackMs = 400_000;
const againMs = 200;
/** How long a client asks again for one answer. */
const answerMs = 120_000;

export interface Tally {
  /** Accepted. */
  stacks: number;
  /** Ended, and were looked at. */
  complete: number;
  deleted: number;
  /** Accepted, and then not known, or without an end. */
  readonly lost: string[];
  /** Ended otherwise than they deserved, or not as they should be. */
  readonly failed: string[];
  readonly doubled: string[];
}

interface Listed {
  readonly id: string;
  readonly stack_name: string;
  readonly stack_status: string;
}

export class Load {
  readonly tally: Tally = { stacks: 0, complete: 0, deleted: 0, lost: [], failed: [], doubled: [] };
  /** Complete, and left for the last count. */
  readonly kept: Planned[] = [];
  private readonly session: Session;
  private readonly random: Random;
  private readonly giveUp = new AbortController();
  private readonly clients: Promise<void>[] = [];
  /** The newest list of stacks by name, and how many lists there were. */
  private listed: ReadonlyMap<string, Listed> = new Map();
  private lists = 0;
  private ending = false;
  private over = false;

  constructor(session: Session, random: Random) {
    this.session = session;
    this.random = random;
  }

  /** So many clients, which begin within this time. */
  begin(clients: number, withinMs: number): void {
    this.clients.push(this.watch());
    for (let n = 0; n < clients; n++) {
      const delay = this.random.below(withinMs);
      const client = sleep(delay).then(() => this.client(n));
      this.clients.push(
        client.catch((error: unknown) => this.note(this.tally.failed, `client ${n}: ${String(error)}`)),
      );
    }
  }

  get inProgress(): number {
    return [...this.listed.values()].filter(({ stack_status: status }) => status.endsWith('_IN_PROGRESS')).length;
  }

  /** No new stacks; resolves when all that are there are complete, or have had their time. */
  async finish(): Promise<void> {
    this.ending = true;
    const [watching, ...clients] = this.clients;
    await Promise.all(clients);
    this.over = true;
    this.giveUp.abort();
    await watching;
  }

  /** Deletes what was kept. */
  async removeKept(): Promise<void> {
    this.over = false;
    const watching = this.watch();
    await Promise.all(this.kept.map(plan => this.remove(plan)));
    this.over = true;
    await watching;
  }

  private async client(n: number): Promise<void> {
    for (let round = 0; !this.ending; round++) {
      const plan = planChaos(`stack-${n}-${round}`, this.random);
      const { refused } = await post(this.session, plan, this.giveUp.signal);
      if (refused !== undefined) {
        this.note(this.tally.failed, `${plan.name} was refused: ${refused}`);
        continue;
      }
      this.tally.stacks += 1;
      if (!(await this.becomes(plan.name, status => status !== undefined && !status.endsWith('_IN_PROGRESS')))) {
        this.note(this.tally.lost, `${plan.name} is ${this.statusOf(plan.name) ?? 'not there'}, without an end`);
        continue;
      }
      await this.judge(plan);
      if (this.ending) this.kept.push(plan);
      else await this.remove(plan);
    }
  }

  private async judge(plan: Planned): Promise<void> {
    const { lost, faults, doubled } = judge(plan, await this.patiently(() => look(this.session, plan)));
    this.tally.complete += 1;
    if (lost) this.note(this.tally.lost, `${plan.name} is not known any more`);
    for (const fault of faults) this.note(this.tally.failed, `${plan.name} ${fault}`);
    for (const event of doubled) this.note(this.tally.doubled, `${plan.name} has twice the event ${event}`);
  }

  private async remove({ name }: Planned): Promise<void> {
    const id = this.listed.get(name)?.id;
    if (id === undefined) return;
    await this.patiently(async () => {
      const { status } = await this.session.ask('DELETE', `/stacks/${name}/${id}`);
      if (status !== 204 && status !== 404) throw new ApiError(status, `DELETE was answered with ${status}`);
    });
    const seen = this.lists;
    const isOver = (status: string | undefined): boolean => status === undefined || status === 'DELETE_FAILED';
    if (!(await this.becomes(name, status => this.lists > seen + 1 && isOver(status)))) {
      this.note(this.tally.lost, `${name} is ${this.statusOf(name)}, and will not go`);
    } else if (this.statusOf(name) !== undefined) {
      this.note(this.tally.failed, `${name} is DELETE_FAILED`);
    } else {
      this.tally.deleted += 1;
    }
  }

  private statusOf(name: string): string | undefined {
    return this.listed.get(name)?.stack_status;
  }

  private async becomes(name: string, wanted: (status: string | undefined) => boolean): Promise<boolean> {
    const until = performance.now() + stackMs;
    while (!wanted(this.statusOf(name))) {
      if (performance.now() > until) return false;
      await sleep(pollMs / 2);
    }
    return true;
  }

  /** Keeps the list of all stacks fresh, for all clients at once. */
  private async watch(): Promise<void> {
    while (!this.over) {
      await this.look().catch((error: unknown) => this.note(this.tally.failed, `GET /stacks: ${String(error)}`));
      await sleep(pollMs);
    }
  }

  private async look(): Promise<void> {
    const { stacks } = await this.patiently(() => this.session.must<{ stacks: readonly Listed[] }>('GET', '/stacks'));
    this.listed = new Map(stacks.map(stack => [stack.stack_name, stack]));
    this.lists += 1;
  }

  /** Asks until it is answered: a lost answer, 429 and 503 say nothing. Rejects with any other error. */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (const until = performance.now() + answerMs; ; ) {
      try {
        return await ask();
      } catch (error) {
        const mayPass = !(error instanceof ApiError) || error.status === 429 || error.status === 503;
        if (!mayPass || performance.now() > until) throw error;
        await sleep(againMs);
      }
    }
  }

  private note(list: string[], line: string): void {
    list.push(line);
    say(`  ${line}`);
  }
}

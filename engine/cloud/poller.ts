/**
 * Many that wait for things of one kind ask for one list instead of a thing each.
 *
 * Polls of one project and list that come within a window are answered from one list call, paged to its end. The
 * first after a silence goes out at once, alone: a single server is not slowed down. A list may say less than a show
 * does (a replica that lags, a role that sees less), so what it misses is asked for singly: a list alone never makes
 * a thing gone. A show is worth so many things of a list (limits.pollThings): a longer list is left there, and who
 * was not in it is asked for singly.
 *
 * Where a list takes `changes-since`, only the first one is full: things are remembered while anybody polls, later
 * lists bring what changed, with an overlap for clocks that differ, and every 30 s a full one, whatever the changes
 * said. Such a list also names what was deleted; that is proof.
 */
import type { Millis } from '../kernel/clock.ts';
import { limits } from '../kernel/limits.ts';
import type { Clock, CloudCall, CloudPoll } from '../kernel/world.ts';
import type { HttpOutcome } from './http.ts';
import { type Listing, listThings, type Things } from './listing.ts';
import { within } from './waiting.ts';

export interface Poll {
  readonly credential: string;
  readonly call: CloudCall;
  readonly poll: CloudPoll;
  /** Monotonic. */
  readonly deadline: Millis;
}

export type Make = (credential: string, call: CloudCall, deadline: Millis) => Promise<HttpOutcome>;

interface Waiter extends Poll {
  readonly answer: (outcome: HttpOutcome) => void;
}

interface Memory {
  readonly things: Map<string, string>;
  /** Unix milliseconds of the service's clock: the next list asks for changes since then, less an overlap. */
  readonly asOf: number;
  /** Monotonic: when the last full list was asked for. */
  readonly fullAt: Millis;
}

interface Group {
  waiters: Waiter[];
  /** A window is open. */
  gathering: boolean;
  listing: boolean;
  /** The window ended while a list was under way. */
  due: boolean;
  lastPollAt: Millis;
  memory: Memory | undefined;
  /** How many things a full list had last, at least. */
  size: number;
}

export class Poller {
  private readonly clock: Clock;
  private readonly make: Make;
  private readonly groups = new Map<string, Group>();

  constructor(clock: Clock, make: Make) {
    this.clock = clock;
    this.make = make;
  }

  /** As `make` would answer it. `project`: those of one see the same list. */
  poll(project: string, poll: Poll): Promise<HttpOutcome> {
    const key = JSON.stringify([project, poll.call.service, poll.poll.list, poll.call.headers ?? {}]);
    const now = this.clock.monotonic();
    const group = this.group(key, now);
    const quiet = now - group.lastPollAt > limits.pollWindowMs && !group.gathering && !group.listing;
    group.lastPollAt = now;
    if (quiet) return this.alone(poll);
    const answered = new Promise<HttpOutcome>(answer => {
      group.waiters.push({ ...poll, answer });
    });
    if (!group.gathering) {
      group.gathering = true;
      this.clock.after(limits.pollWindowMs, () => this.close(group));
    }
    return within(this.clock, Math.max(0, poll.deadline - now), answered, () => ({
      kind: 'unknown',
      reason: 'no answer in time',
    }));
  }

  private group(key: string, now: Millis): Group {
    const known = this.groups.get(key);
    if (known !== undefined) return known;
    const group: Group = {
      waiters: [],
      gathering: false,
      listing: false,
      due: false,
      lastPollAt: Number.NEGATIVE_INFINITY,
      memory: undefined,
      size: 0,
    };
    this.groups.set(key, group);
    this.forgetLater(key, group, now);
    return group;
  }

  private forgetLater(key: string, group: Group, from: Millis): void {
    this.clock.after(Math.max(1, from + limits.pollForgetMs - this.clock.monotonic()), () => {
      const idle = this.clock.monotonic() - group.lastPollAt >= limits.pollForgetMs;
      if (idle && !group.gathering && !group.listing) this.groups.delete(key);
      else
        this.forgetLater(key, group, Math.max(group.lastPollAt, this.clock.monotonic() - limits.pollForgetMs + 1_000));
    });
  }

  private alone({ credential, call, deadline }: Poll): Promise<HttpOutcome> {
    return this.make(credential, call, deadline);
  }

  /** The window is over. While a list is under way those that came meanwhile go on waiting. */
  private close(group: Group): void {
    group.due = group.listing;
    if (group.due) return;
    group.gathering = false;
    const { waiters } = group;
    group.waiters = [];
    if (waiters.length === 0) return;
    group.listing = true;
    void this.serve(group, waiters)
      .catch((error: unknown) => {
        const reason = error instanceof Error ? error.name : 'unknown';
        for (const { answer } of waiters) answer({ kind: 'unknown', reason });
      })
      .then(() => {
        group.listing = false;
        if (group.due) this.close(group);
      });
  }

  private async serve(group: Group, waiters: readonly Waiter[]): Promise<void> {
    const byId = new Map<string, Waiter[]>();
    for (const waiter of waiters) byId.set(waiter.poll.id, [...(byId.get(waiter.poll.id) ?? []), waiter]);
    const most = byId.size * limits.pollThings;
    const worth = byId.size > 1 && (group.memory !== undefined || group.size <= most);
    const listing = worth ? await this.list(group, waiters, most) : undefined;
    if (listing?.kind === 'failed') {
      for (const { answer } of waiters) answer(listing.outcome);
      return;
    }
    for (const [id, those] of byId) {
      const thing = listing?.things.get(id);
      if (thing === undefined) this.showAll(those);
      else for (const waiter of those) waiter.answer(shown(waiter.poll, thing));
    }
  }

  /** The thing itself, once for all that wait for it. */
  private showAll(waiters: readonly Waiter[]): void {
    const [first] = waiters;
    if (first === undefined) return;
    void this.alone(first).then(outcome => {
      for (const waiter of waiters) {
        // Another's refusal says nothing about one's own credential.
        const refused = outcome.kind === 'answered' && [401, 403].includes(outcome.answer.status);
        if (refused && waiter.credential !== first.credential) void this.alone(waiter).then(waiter.answer);
        else waiter.answer(outcome);
      }
    });
  }

  /** The things as they are now, as far as the list says; undefined: the list was refused, so each is shown. */
  private async list(
    group: Group,
    waiters: readonly Waiter[],
    most: number,
  ): Promise<{ kind: 'listed'; things: Things } | { kind: 'failed'; outcome: HttpOutcome } | undefined> {
    const asker = waiters.reduce((a, b) => (b.deadline > a.deadline ? b : a));
    const { poll, call, credential, deadline } = asker;
    const startedAt = this.clock.monotonic();
    const memory = isFresh(group.memory, startedAt) ? group.memory : undefined;
    group.memory = undefined;
    const since = memory && memory.asOf - limits.pollOverlapMs;
    const listing = await listThings(
      (path: string) => {
        const { headers, service } = call;
        return this.make(credential, { service, method: 'GET', path, ...(headers && { headers }) }, deadline);
      },
      poll,
      { since, most },
    );
    if (listing.kind === 'failed') return isRefusal(listing.outcome) ? undefined : listing;
    if (memory === undefined)
      group.size = listing.complete ? listing.things.size : Math.max(most, listing.things.size) + 1;
    // Changes that were not read to their end leave open whether what is remembered still holds.
    const things = new Map([...(listing.complete ? (memory?.things ?? []) : []), ...listing.things]);
    if (poll.changesSince === true) group.memory = remembered(listing, memory, things, startedAt);
    return { kind: 'listed', things };
  }
}

function isFresh(memory: Memory | undefined, now: Millis): boolean {
  return memory !== undefined && now - memory.fullAt < limits.pollFullMs;
}

/** An answer about the list or the one who asked for it: another request may be answered otherwise. */
function isRefusal(outcome: HttpOutcome): boolean {
  return outcome.kind === 'answered' && outcome.answer.status < 500 && outcome.answer.status !== 429;
}

function remembered(
  listing: Extract<Listing, { kind: 'listed' }>,
  before: Memory | undefined,
  things: Map<string, string>,
  startedAt: Millis,
): Memory | undefined {
  if (!listing.complete || listing.asOf === undefined) return undefined;
  let chars = 0;
  for (const thing of things.values()) chars += thing.length;
  if (chars > limits.pollMemoryChars) return undefined;
  return { things, asOf: listing.asOf, fullAt: before?.fullAt ?? startedAt };
}

/** As if it had been shown; what a list says is deleted is not there. */
function shown(poll: CloudPoll, thing: string): HttpOutcome {
  if (thing === '') {
    const body = JSON.stringify({ itemNotFound: { code: 404, message: `${poll.id} is deleted` } });
    return { kind: 'answered', answer: { status: 404, headers: new Map(), body } };
  }
  const body = poll.key === '' ? thing : `{${JSON.stringify(poll.key)}:${thing}}`;
  return { kind: 'answered', answer: { status: 200, headers: new Map(), body } };
}

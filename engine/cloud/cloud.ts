/**
 * The engine's way to real services: Keystone says who and where, the rest is requests with a deadline.
 *
 *   call ─▶ polled together? ─▶ in memory? ─▶ session ─▶ endpoint ─▶ a place ─▶ HTTP ─▶ again? ─▶ outcome
 *           (poller)            (cache)       (session)  (catalog)   (limiter)  (http)  (retry)
 *
 * The invariant: `unsent` is said only of a call of which no request began to leave, or was ever taken; after that
 * it is `answered` or `unknown`, and whoever called must look. Retries live in one layer (requests.ts with retry.ts)
 * and never repeat what may have been done. It survives services that are slow, cut off, limit their callers or lose
 * tokens; a Keystone that is away makes calls `unsent`.
 */
import { limits } from '../kernel/limits.ts';
import type { Clock, Cloud, CloudCall, CloudOutcome, Credentials, Dice, Log } from '../kernel/world.ts';
import { AnswerCache } from './cache.ts';
import type { Interface } from './catalog.ts';
import { type CallCount, Counters } from './counters.ts';
import { createHttp, type HttpOutcome, type Tls } from './http.ts';
import { Limiter } from '../kernel/limiter.ts';
import { Poller } from './poller.ts';
import { Requests } from './requests.ts';
import { type Login, Sessions, type ServiceUser } from './session.ts';
import { Trusts } from './trusts.ts';
import { within } from './waiting.ts';

export interface CloudOptions {
  /** Keystone's URL, with or without `/v3`. */
  readonly authUrl: string;
  readonly serviceUser: ServiceUser;
  /** Which endpoints of the catalog are used; undefined: of the first region that has the service. */
  readonly region?: string;
  /** Default `public`. */
  readonly interface?: Interface;
  readonly tls?: Tls;
  /** Names of the roles that a trust delegates; undefined: all that the user's token has. */
  readonly trustRoles?: readonly string[];
}

export interface CloudParts {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly log: Log;
  /** Whether a request may begin: the node's lease lives (world.ts, Directory.deadline). */
  readonly mayStart: () => boolean;
}

export interface RealCloud extends Cloud, Credentials {
  /** Requests that went out so far. */
  counters(): readonly CallCount[];
  /** Cuts what is under way. */
  stop(): Promise<void>;
}

/** Calls services over HTTP, with Keystone's tokens and trusts. Nothing is connected until the first call. */
export function createCloud(options: CloudOptions, parts: CloudParts): RealCloud {
  const { clock, dice, log } = parts;
  const http = createHttp(clock, options.tls);
  const counters = new Counters();
  const limiter = new Limiter(clock);
  const sessions = new Sessions({
    clock,
    dice,
    http,
    limiter,
    counters,
    authUrl: options.authUrl,
    place: { region: options.region, interface: options.interface ?? 'public' },
    serviceUser: options.serviceUser,
  });
  const requests = new Requests({ clock, dice, http, limiter, sessions, counters, mayStart: parts.mayStart });
  const make = (credential: string, call: CloudCall, deadline: number): Promise<HttpOutcome> =>
    requests.make(credential, call, deadline).catch((error: unknown): HttpOutcome => {
      log.write('error', 'cloud.broken', { service: call.service, reason: error instanceof Error ? error.name : '?' });
      return { kind: 'unknown', reason: 'the call broke' };
    });
  const shared = new Shared(clock, sessions, make);
  const trusts = new Trusts({
    sessions,
    make: (credential, call) => make(credential, call, clock.monotonic() + limits.callDeadlineMs),
    deadlineMs: limits.callDeadlineMs,
    ...(options.trustRoles !== undefined && { roles: options.trustRoles }),
  });
  return {
    call: (credential, call, deadlineMs) => shared.call(credential, call, deadlineMs),
    delegate: (credential, mark, isFirst) => trusts.delegate(credential, mark, isFirst),
    revoke: credential => trusts.revoke(credential),
    counters: () => counters.list(),
    stop: () => http.stop(),
  };
}

type Make = (credential: string, call: CloudCall, deadline: number) => Promise<HttpOutcome>;

/** What calls share: lists and answers in memory, both of one project. */
class Shared {
  private readonly clock: Clock;
  private readonly sessions: Sessions;
  private readonly make: Make;
  private readonly poller: Poller;
  private readonly cache: AnswerCache;

  constructor(clock: Clock, sessions: Sessions, make: Make) {
    this.clock = clock;
    this.sessions = sessions;
    this.make = make;
    this.poller = new Poller(clock, make);
    this.cache = new AnswerCache(clock);
  }

  async call(credential: string, call: CloudCall, deadlineMs: number): Promise<CloudOutcome> {
    const deadline = this.clock.monotonic() + deadlineMs;
    const outcome = await this.outcome(credential, call, deadline);
    if (outcome.kind !== 'answered') return outcome;
    const { status, body } = outcome.answer;
    return { kind: 'answered', answer: { status, body } };
  }

  private async outcome(credential: string, call: CloudCall, deadline: number): Promise<HttpOutcome> {
    const { method, poll, cacheMs } = call;
    if (method !== 'GET' || (poll === undefined && cacheMs === undefined)) return this.make(credential, call, deadline);
    const login: Login = await this.sessions.get(credential, deadline - this.clock.monotonic());
    if (login.kind !== 'session') return this.make(credential, call, deadline); // it says why
    const { project, user } = login.session;
    if (poll !== undefined) return this.poller.poll(project, { credential, call, poll, deadline });
    const key = JSON.stringify([project, user, call.service, call.path, call.headers ?? {}]);
    const asked = this.cache.get(key, cacheMs ?? 0, () => this.make(credential, call, deadline));
    const late = (): HttpOutcome => ({ kind: 'unknown', reason: 'no answer in time' });
    return within(this.clock, Math.max(0, deadline - this.clock.monotonic()), asked, late);
  }
}

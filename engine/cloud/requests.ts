/**
 * One call as requests: who asks (session), where (catalog), how many at once (limiter), how often (retry).
 *
 * A 401 means that nothing was done, so any request is made once more with a fresh token. A call may begin only while
 * the node's lease allows; since it may have waited here for a place, that is asked again right before each request
 * leaves (architecture: cloud calls start only before the node's own deadline).
 *
 * What changes something waits for its place only for a share of its time: it must not leave so late that its answer
 * could hardly come before its deadline, for then somebody has to look whether it was done.
 */
import { type Millis, msOf } from '../kernel/clock.ts';
import { limits } from '../kernel/limits.ts';
import type { Clock, CloudCall, Dice } from '../kernel/world.ts';
import { endpointOf } from './catalog.ts';
import type { Counters } from './counters.ts';
import type { Http, HttpOutcome } from './http.ts';
import type { Limiter } from '../kernel/limiter.ts';
import { headerOf, type Microversion, microversionOf, negotiated, rootOf } from './microversions.ts';
import { documentOf } from './plain.ts';
import { heldBack, pauseBefore } from './retry.ts';
import type { Session, Sessions } from './session.ts';
import { pause } from './waiting.ts';

export interface RequestOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly http: Http;
  readonly limiter: Limiter;
  readonly sessions: Sessions;
  readonly counters: Counters;
  readonly mayStart: () => boolean;
}

interface Prepared {
  readonly session: Session;
  readonly origin: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

export class Requests {
  private readonly options: RequestOptions;
  /** By endpoint's root: what was agreed upon. */
  private readonly versions = new Map<string, Promise<Microversion | undefined>>();

  constructor(options: RequestOptions) {
    this.options = options;
  }

  /** Never rejects. Ends at `deadline` (monotonic) at the latest. */
  async make(credential: string, call: CloudCall, deadline: Millis): Promise<HttpOutcome> {
    const { clock, dice, limiter, sessions } = this.options;
    const isRead = call.method === 'GET';
    const queueMs = isRead ? undefined : this.left(deadline) * limits.cloudQueueShare;
    let renewed = false;
    for (let tries = 1; ; tries++) {
      const prepared = await this.prepare(credential, call, deadline);
      if (!('session' in prepared)) return prepared;
      const { session } = prepared;
      const outcome = await this.send(prepared, call, deadline, tries === 1 ? queueMs : undefined);
      if (outcome.kind === 'answered' && outcome.answer.status === 401 && !renewed) {
        renewed = true;
        if (sessions.drop(credential, session.token)) continue;
        return outcome;
      }
      const nowMs = msOf(clock.now());
      const { who, ms } = heldBack(outcome, nowMs);
      limiter.holdBack(call.service, who === 'service' ? '' : session.project, ms);
      const wait = pauseBefore(call.method, outcome, tries, nowMs, n => dice.below(n));
      if (wait === undefined || clock.monotonic() + wait >= deadline) return outcome;
      await pause(clock, wait);
    }
  }

  private async prepare(credential: string, call: CloudCall, deadline: Millis): Promise<Prepared | HttpOutcome> {
    const login = await this.options.sessions.get(credential, this.left(deadline));
    if (login.kind === 'unsent') return login;
    if (login.kind === 'refused') return { kind: 'answered', answer: { ...login.answer, headers: new Map() } };
    const { session } = login;
    const endpoint = endpointOf(session.catalog, call.service);
    if (endpoint === undefined) {
      return { kind: 'unsent', reason: `the catalog has no ${call.service} service for this region` };
    }
    const version = hasVersion(call) ? {} : await this.version(endpoint, session, call.service, deadline);
    const body = call.body === undefined ? {} : { 'content-type': 'application/json' };
    const headers = { accept: 'application/json', ...body, ...version, ...call.headers, 'x-auth-token': session.token };
    const { origin, pathname } = new URL(endpoint);
    return { session, origin, path: `${pathname.replace(/\/$/, '')}${call.path}`, headers };
  }

  private async send(
    { session, origin, path, headers }: Prepared,
    call: CloudCall,
    deadline: Millis,
    queueMs = Number.POSITIVE_INFINITY,
  ): Promise<HttpOutcome> {
    const { limiter, http, counters, mayStart } = this.options;
    const leave = await limiter.enter(call.service, session.project, Math.min(queueMs, this.left(deadline)));
    if (leave === undefined) return { kind: 'unsent', reason: `too many ${call.service} calls wait`, crowded: true };
    try {
      if (!mayStart()) return { kind: 'unsent', reason: "this node's lease is over" };
      const { method, body } = call;
      const deadlineMs = this.left(deadline);
      const outcome = await http.send({
        method,
        origin,
        path,
        headers,
        ...(body !== undefined && { body }),
        deadlineMs,
      });
      counters.count(call.service, method, outcome);
      return outcome;
    } finally {
      leave();
    }
  }

  /** The header for a service with microversions: asked for once, and again when that could not be read. */
  private async version(
    endpoint: string,
    session: Session,
    service: string,
    deadline: Millis,
  ): Promise<Readonly<Record<string, string>>> {
    const want = microversionOf(service);
    if (want === undefined) return {};
    const root = rootOf(endpoint);
    let asked = this.versions.get(root);
    if (asked === undefined) {
      const soon = Math.min(deadline, this.options.clock.monotonic() + limits.keystoneDeadlineMs);
      asked = this.askVersion(want, new URL(root), session, service, soon);
      this.versions.set(root, asked);
    }
    const agreed = await asked;
    if (agreed === undefined) this.versions.delete(root);
    return headerOf(agreed ?? want);
  }

  private async askVersion(
    want: Microversion,
    { origin, pathname }: URL,
    session: Session,
    service: string,
    deadline: Millis,
  ): Promise<Microversion | undefined> {
    const headers = { accept: 'application/json', 'x-auth-token': session.token };
    const call: CloudCall = { service, method: 'GET', path: '/' };
    const outcome = await this.send({ session, origin, path: pathname, headers }, call, deadline);
    return outcome.kind === 'answered' ? negotiated(want, documentOf(outcome.answer.body)) : undefined;
  }

  private left(deadline: Millis): number {
    return Math.max(0, deadline - this.options.clock.monotonic());
  }
}

function hasVersion(call: CloudCall): boolean {
  return Object.keys(call.headers ?? {}).some(name => name.toLowerCase() === 'openstack-api-version');
}

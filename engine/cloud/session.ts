/**
 * Tokens: one per credential, shared by all calls that are made with it.
 *
 * Calls with one credential that arrive together log in once. A token is replaced before its end (services pass it on
 * among themselves while they work), and dropped when a service refuses it. A refusal is remembered for two seconds:
 * a thousand servers of a stack whose trust is gone ask once. A login is repeated as often as a GET may be: it leaves
 * nothing behind. Nothing here is written anywhere; reasons hold no token and no password.
 */
import { msOf } from '../kernel/clock.ts';
import { limits } from '../kernel/limits.ts';
import type { Clock, CloudAnswer, Dice } from '../kernel/world.ts';
import { type Catalog, catalogOf, type Place } from './catalog.ts';
import { type Credential, parseCredential, serviceCredential } from './credential.ts';
import type { Counters } from './counters.ts';
import type { Http, HttpOutcome, HttpRequest } from './http.ts';
import type { Limiter } from '../kernel/limiter.ts';
import { Lru } from './lru.ts';
import { at, documentOf, isRecord, listAt, textAt } from './plain.ts';
import { pauseBefore } from './retry.ts';
import { isoToMs } from '../values/times.ts';
import { pause, within } from './waiting.ts';

export interface Session {
  readonly token: string;
  readonly user: string;
  /** '' where the token is for no project. */
  readonly project: string;
  readonly roles: readonly { readonly id: string; readonly name: string }[];
  readonly catalog: Catalog;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

export type Login =
  | { readonly kind: 'session'; readonly session: Session }
  /** Keystone said no: 401, with its own words as the body. */
  | { readonly kind: 'refused'; readonly answer: CloudAnswer }
  | { readonly kind: 'unsent'; readonly reason: string };

export interface ServiceUser {
  readonly name: string;
  readonly password: string;
  readonly project: string;
  /** Names of domains, `Default` where not given. */
  readonly userDomain?: string;
  readonly projectDomain?: string;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly dice: Dice;
  readonly http: Http;
  readonly limiter: Limiter;
  readonly counters: Counters;
  /** Keystone's URL, with or without `/v3`. */
  readonly authUrl: string;
  readonly place: Place;
  readonly serviceUser: ServiceUser;
}

interface Kept {
  readonly login: Login;
  /** Unix milliseconds. */
  readonly until: number;
}

export class Sessions {
  private readonly options: SessionOptions;
  private readonly tokensUrl: URL;
  private readonly kept = new Lru<Kept>(limits.cloudSessions);
  private readonly loggingIn = new Map<string, Promise<Login>>();

  constructor(options: SessionOptions) {
    this.options = options;
    this.tokensUrl = new URL(`${options.authUrl.replace(/\/+$/, '').replace(/\/v3$/, '')}/v3/auth/tokens`);
  }

  /** A session of the credential that lasts a while. Never rejects; ends after so many milliseconds. */
  async get(text: string, withinMs: number): Promise<Login> {
    const kept = this.kept.get(text);
    if (kept !== undefined && this.now() < kept.until) return kept.login;
    const credential = parseCredential(text);
    if (credential === undefined) return { kind: 'unsent', reason: 'no credential to call with' };
    const late = (): Login => ({ kind: 'unsent', reason: 'Keystone did not answer in time' });
    return within(this.options.clock, withinMs, this.login(text, credential), late);
  }

  /** A service refused the token. True when another login may bring one that it takes. */
  drop(text: string, token: string): boolean {
    const kept = this.kept.get(text);
    if (kept?.login.kind === 'session' && kept.login.session.token === token) this.kept.delete(text);
    return !text.startsWith('token:');
  }

  private login(text: string, credential: Credential): Promise<Login> {
    const running = this.loggingIn.get(text);
    if (running !== undefined) return running;
    const login = this.logIn(credential)
      .then(done => {
        this.keep(text, done);
        return done;
      })
      .catch((): Login => ({ kind: 'unsent', reason: 'the login broke' }))
      .finally(() => this.loggingIn.delete(text));
    this.loggingIn.set(text, login);
    return login;
  }

  private keep(text: string, login: Login): void {
    if (login.kind === 'unsent') return;
    const now = this.now();
    if (login.kind === 'refused') {
      this.kept.set(text, { login, until: now + limits.cloudRefusedMs });
      return;
    }
    const { expiresAt } = login.session;
    // A user's own token cannot be replaced: it serves to its end.
    const margin = text.startsWith('token:') ? 0 : Math.min(limits.cloudRenewMs, (expiresAt - now) / 4);
    this.kept.set(text, { login, until: expiresAt - margin });
  }

  private async logIn(credential: Credential): Promise<Login> {
    switch (credential.kind) {
      case 'token':
        return this.validate(credential.token);
      case 'password':
        return this.authenticate(byPassword(credential.user), { project: credential.project });
      case 'application': {
        const { id, secret } = credential;
        return this.authenticate({ methods: ['application_credential'], application_credential: { id, secret } });
      }
      case 'service':
        return this.authenticate(byPassword(this.serviceUser()), { project: this.serviceProject() });
      default:
        return this.byTrust(credential.trust);
    }
  }

  /**
   * The service user's own token opens a trust in half the time of its password, which is hashed each time (118
   * against 247 ms measured); where Keystone is set not to rescope tokens the password still does.
   */
  private async byTrust(trust: string): Promise<Login> {
    const scope = { 'OS-TRUST:trust': { id: trust } };
    const own = await this.get(serviceCredential, limits.callDeadlineMs);
    if (own.kind !== 'session') return own;
    const login = await this.authenticate({ methods: ['token'], token: { id: own.session.token } }, scope);
    if (login.kind !== 'refused') return login;
    this.drop(serviceCredential, own.session.token);
    return this.authenticate(byPassword(this.serviceUser()), scope);
  }

  private serviceUser(): object {
    const { name, password, userDomain = 'Default' } = this.options.serviceUser;
    return { name, domain: { name: userDomain }, password };
  }

  private serviceProject(): object {
    const { project, projectDomain = 'Default' } = this.options.serviceUser;
    return { name: project, domain: { name: projectDomain } };
  }

  private async authenticate(identity: object, scope?: object): Promise<Login> {
    const body = JSON.stringify({ auth: { identity, ...(scope !== undefined && { scope }) } });
    const outcome = await this.send('POST', { 'content-type': 'application/json' }, body);
    return this.read(outcome, outcome.kind === 'answered' ? outcome.answer.headers.get('x-subject-token') : undefined);
  }

  private async validate(token: string): Promise<Login> {
    return this.read(await this.send('GET', { 'x-auth-token': token, 'x-subject-token': token }), token);
  }

  private read(outcome: HttpOutcome, token: string | undefined): Login {
    if (outcome.kind !== 'answered') return { kind: 'unsent', reason: `Keystone: ${outcome.reason}` };
    const { status, body } = outcome.answer;
    if (status >= 400 && status < 500 && status !== 408 && status !== 429) {
      // Whatever it said (a missing trust is a 404 to some versions): the call itself was for another thing.
      return { kind: 'refused', answer: { status: 401, body } };
    }
    const document = at(documentOf(body), 'token');
    const user = textAt(document, 'user', 'id');
    const expiresAt = isoToMs(textAt(document, 'expires_at') ?? '');
    if ((status !== 200 && status !== 201) || token === undefined || user === undefined || expiresAt === undefined) {
      return { kind: 'unsent', reason: `Keystone gave no token (status ${status})` };
    }
    const roles = listAt(document, 'roles').flatMap(role => {
      const id = textAt(role, 'id');
      return isRecord(role) && id !== undefined ? [{ id, name: textAt(role, 'name') ?? '' }] : [];
    });
    const project = textAt(document, 'project', 'id') ?? '';
    const catalog = catalogOf(document, this.options.place);
    return { kind: 'session', session: { token, user, project, roles, catalog, expiresAt } };
  }

  /** A request to Keystone's tokens. A POST there may be repeated like a GET: a token too many does no harm. */
  private async send(method: string, headers: Readonly<Record<string, string>>, body?: string): Promise<HttpOutcome> {
    const { clock, dice, limiter, http, counters } = this.options;
    const request: HttpRequest = {
      method,
      origin: this.tokensUrl.origin,
      path: this.tokensUrl.pathname,
      headers: { accept: 'application/json', ...headers },
      ...(body !== undefined && { body }),
      deadlineMs: limits.keystoneDeadlineMs,
    };
    for (let tries = 1; ; tries++) {
      const leave = await limiter.enter('identity', 'logins', limits.callDeadlineMs);
      if (leave === undefined) return { kind: 'unsent', reason: 'too many logins wait' };
      const outcome = await http.send(request).finally(leave);
      counters.count('identity', 'LOGIN', outcome);
      const ms = pauseBefore('GET', outcome, tries, this.now(), n => dice.below(n));
      if (ms === undefined) return outcome;
      await pause(clock, ms);
    }
  }

  private now(): number {
    return msOf(this.options.clock.now());
  }
}

function byPassword(user: object): object {
  return { methods: ['password'], password: { user } };
}

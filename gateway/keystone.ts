/**
 * Keystone knows the tokens: each is checked there with a service user's own token, and believed for 30 s.
 *
 * What is kept is the token's SHA-256 and what it said, never the token; never past its expiry. Tokens that are none
 * are remembered apart, so that a flood of them does not push the good ones out. Requests with one token that arrive
 * together ask once. When the service's own token is refused (it expired, or Keystone was wiped) it gets another and
 * asks again, once. When Keystone cannot be asked the answer is a 503 with Retry-After, never a 401: clients drop
 * their token on a 401.
 */
import { createHash } from 'node:crypto';
import { errors } from '../engine/kernel/errors.ts';
import { limits } from '../engine/kernel/limits.ts';
import type { Identity, User } from './auth.ts';
import { Lru } from './lru.ts';
import type { GatewayLog } from './route.ts';
import { parseToken, type Token } from './token.ts';

export interface KeystoneOptions {
  /** With or without `/v3`. */
  readonly authUrl: string;
  /** Where clients find it, if elsewhere. */
  readonly publicUrl?: string;
  readonly userName: string;
  readonly password: string;
  /** Names of domains, `Default` where not given. */
  readonly userDomain?: string;
  readonly projectName: string;
  readonly projectDomain?: string;
  readonly log: GatewayLog;
  /** Unix milliseconds. */
  readonly now?: () => number;
  readonly fetch?: typeof fetch;
}

interface ServiceToken {
  readonly text: string;
  readonly expiresAt: number;
}

interface Believed {
  readonly user: User | undefined;
  readonly until: number;
}

/** A service token with less left than this is replaced before it is used. */
const renewBeforeMs = 30_000;
/** Header values that fetch would refuse to send are no tokens. */
const tokenForm = /^[\x21-\x7e]+$/;

export function createKeystone(options: KeystoneOptions): Identity {
  return new Keystone(options);
}

class Keystone implements Identity {
  readonly authUri: string;
  private readonly options: KeystoneOptions;
  private readonly tokensUrl: string;
  private readonly now: () => number;
  private readonly good = new Lru<Believed>(limits.tokenCacheMax);
  private readonly bad = new Lru<Believed>(limits.tokenCacheMax);
  private readonly asking = new Map<string, Promise<User | undefined>>();
  private service: Promise<ServiceToken> | undefined;
  /** When the service's token is to be replaced; while a login is under way, not yet. */
  private serviceUntil = 0;

  constructor(options: KeystoneOptions) {
    this.options = options;
    const root = options.authUrl.replace(/\/+$/, '').replace(/\/v3$/, '');
    this.tokensUrl = `${root}/v3/auth/tokens`;
    this.authUri = options.publicUrl ?? root;
    this.now = options.now ?? Date.now;
  }

  authenticate(token: string): Promise<User | undefined> {
    if (!tokenForm.test(token)) return Promise.resolve(undefined);
    const key = createHash('sha256').update(token).digest('hex');
    const believed = this.good.get(key) ?? this.bad.get(key);
    if (believed && this.now() < believed.until) return Promise.resolve(believed.user);
    const running = this.asking.get(key);
    if (running !== undefined) return running;
    const asked = this.ask(token, key).finally(() => this.asking.delete(key));
    this.asking.set(key, asked);
    return asked;
  }

  private async ask(token: string, key: string): Promise<User | undefined> {
    const found = await this.validate(token);
    const now = this.now();
    const user = found && found.expiresAt > now ? found.user : undefined;
    const until = Math.min(now + limits.tokenCacheMs, user && found ? found.expiresAt : Number.POSITIVE_INFINITY);
    this.good.delete(key);
    this.bad.delete(key);
    (user ? this.good : this.bad).set(key, { user, until });
    return user;
  }

  /** What Keystone says of a token; undefined: it is none. Rejects with Unavailable. */
  private async validate(token: string): Promise<Token | undefined> {
    for (let attempt = 1; ; attempt++) {
      const mine = this.serviceToken();
      const { text } = await mine;
      const headers = { 'X-Auth-Token': text, 'X-Subject-Token': token };
      const { status, body } = await this.call(this.tokensUrl, { headers });
      if (status === 200) {
        const parsed = parseToken(body);
        if (parsed) return parsed;
        throw this.unavailable('validate', 'not a token document');
      }
      if (status === 404) return undefined;
      if (status !== 401 || attempt === 2) throw this.unavailable('validate', `status ${status}`);
      if (this.service === mine) this.service = undefined;
    }
  }

  private serviceToken(): Promise<ServiceToken> {
    if (this.service !== undefined && this.now() < this.serviceUntil) return this.service;
    const login: Promise<ServiceToken> = this.login().then(
      token => {
        if (this.service === login) this.serviceUntil = token.expiresAt - renewBeforeMs;
        return token;
      },
      (error: unknown) => {
        if (this.service === login) this.service = undefined;
        throw error;
      },
    );
    this.service = login;
    this.serviceUntil = Number.POSITIVE_INFINITY;
    return login;
  }

  private async login(): Promise<ServiceToken> {
    const { userName, password, userDomain = 'Default', projectName, projectDomain = 'Default' } = this.options;
    const user = { name: userName, domain: { name: userDomain }, password };
    const scope = { project: { name: projectName, domain: { name: projectDomain } } };
    const answer = await this.call(`${this.tokensUrl}?nocatalog`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ auth: { identity: { methods: ['password'], password: { user } }, scope } }),
    });
    const parsed = answer.status === 201 ? parseToken(answer.body) : undefined;
    if (!parsed || !answer.token) throw this.unavailable('login', `status ${answer.status}`);
    return { text: answer.token, expiresAt: parsed.expiresAt };
  }

  private async call(url: string, init: RequestInit): Promise<{ status: number; body: unknown; token: string | null }> {
    const send = this.options.fetch ?? fetch;
    try {
      const answer = await send(url, {
        ...init,
        redirect: 'error',
        signal: AbortSignal.timeout(limits.keystoneDeadlineMs),
      });
      const text = await answer.text();
      const isDocument = answer.ok && (answer.headers.get('content-type') ?? '').includes('json');
      const body: unknown = isDocument ? JSON.parse(text) : undefined;
      return { status: answer.status, body, token: answer.headers.get('x-subject-token') };
    } catch (error) {
      throw this.unavailable('call', error instanceof Error ? error.name : 'unknown');
    }
  }

  /** The reason goes to the log alone; it names no token, and a client could do nothing with it. */
  private unavailable(step: string, reason: string): Error {
    this.options.log.write('error', 'keystone.unavailable', { step, reason });
    return errors.Unavailable({ message: 'The identity service is temporarily unavailable.' });
  }
}

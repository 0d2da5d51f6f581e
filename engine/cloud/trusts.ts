/**
 * Acting for a user after its token is gone: a Keystone trust from the user to the service user.
 *
 * The mark goes into the trust as an extra attribute (`x_mark`), which Keystone keeps and lists but never filters by,
 * so it is compared here. A trust has no expiry: Keystone's guard against doubles comes with one, and outlives it. So
 * an attempt whose answer was lost may leave a twin; whatever was not known to be the first attempt gives a credential
 * that carries its mark, and its end is the end of all trusts with that mark.
 *
 * Measured on Keystone 22 (Zed), default policy: the service user's own token rescopes to the trust (token method);
 * a token of the trust may list its trustor's trusts and delete them, itself too (204), after which it is dead (401);
 * it may not make trusts (403); the trustee lists what was entrusted to it, and deletes only as an administrator;
 * logging in with a trust that is gone is 401, as with a wrong password; a trust outlives the token it was made with.
 */
import type { CloudCall, CloudOutcome, Credentials, Delegation } from '../kernel/world.ts';
import { parseCredential, serviceCredential, trustCredential } from './credential.ts';
import type { HttpAnswer, HttpOutcome } from './http.ts';
import { documentOf, listAt, textAt } from './plain.ts';
import type { Session, Sessions } from './session.ts';

export interface TrustOptions {
  readonly sessions: Sessions;
  /** A call as whom the credential says, within the usual deadline. Never rejects. */
  readonly make: (credential: string, call: CloudCall) => Promise<HttpOutcome>;
  readonly deadlineMs: number;
  /** Names of roles to delegate; undefined: all that the user's token has (trusts_delegated_roles). */
  readonly roles?: readonly string[];
}

interface Trust {
  readonly id: string;
  readonly mark: string | undefined;
}

const path = '/OS-TRUST/trusts';

export class Trusts implements Credentials {
  private readonly options: TrustOptions;

  constructor(options: TrustOptions) {
    this.options = options;
  }

  async delegate(credential: string, mark: string, isFirst = false): Promise<Delegation> {
    const { sessions, deadlineMs } = this.options;
    const service = await sessions.get(serviceCredential, deadlineMs);
    if (service.kind === 'unsent') return { kind: 'again', reason: service.reason };
    if (service.kind === 'refused') {
      return { kind: 'refused', error: 'AuthorizationFailure', message: 'The service user cannot log in to Keystone.' };
    }
    const trustee = service.session.user;
    const own = await sessions.get(credential, deadlineMs);
    if (own.kind === 'unsent') return { kind: 'again', reason: own.reason };
    if (own.kind === 'refused') return this.orphan(trustee, mark, own.answer.body);
    if (!isFirst) {
      const found = await this.find(credential, `?trustor_user_id=${encodeURIComponent(own.session.user)}`, mark);
      if (found === 'refused') return this.orphan(trustee, mark, ''); // the token ended since it was last looked at
      if (found === 'unknown') return { kind: 'again', reason: 'the trusts could not be listed' };
      const [first] = found;
      if (first !== undefined) return { kind: 'delegated', credential: trustCredential(first.id, mark) };
    }
    return this.create(credential, own.session, trustee, mark, isFirst);
  }

  /** The user's token is over: what was made with it before is still found by the one whom it was made for. */
  private async orphan(trustee: string, mark: string, refusal: string): Promise<Delegation> {
    const found = await this.find(serviceCredential, `?trustee_user_id=${encodeURIComponent(trustee)}`, mark);
    if (typeof found === 'string') return { kind: 'again', reason: 'the trusts could not be listed' };
    const [first] = found;
    return first === undefined
      ? { kind: 'refused', error: 'AuthorizationFailure', message: messageOf(refusal) }
      : { kind: 'delegated', credential: trustCredential(first.id, mark) };
  }

  private async create(
    credential: string,
    own: Session,
    trustee: string,
    mark: string,
    isFirst: boolean,
  ): Promise<Delegation> {
    const { roles: wanted, make } = this.options;
    const roles = own.roles.filter(({ name }) => wanted?.includes(name) ?? true);
    const missing = (wanted ?? []).filter(name => !roles.some(role => role.name === name));
    if (missing.length > 0 || roles.length === 0) return lacks(missing);
    const trust = {
      trustor_user_id: own.user,
      trustee_user_id: trustee,
      project_id: own.project,
      impersonation: true,
      roles: roles.map(({ id }) => ({ id })),
      x_mark: mark,
    };
    const outcome = await make(credential, call('POST', path, JSON.stringify({ trust })));
    if (outcome.kind !== 'answered') return { kind: 'again', reason: outcome.reason };
    const { status, body } = outcome.answer;
    const id = textAt(documentOf(body), 'trust', 'id');
    if (status === 201 && id !== undefined) {
      return { kind: 'delegated', credential: isFirst ? trustCredential(id) : trustCredential(id, mark) };
    }
    if (status === 404) return lacks(roles.map(({ name }) => name));
    if (!isRefusal(outcome.answer)) return { kind: 'again', reason: `Keystone answered ${status}` };
    return { kind: 'refused', error: status === 403 ? 'Forbidden' : 'AuthorizationFailure', message: messageOf(body) };
  }

  async revoke(text: string): Promise<'gone' | 'again'> {
    const credential = parseCredential(text);
    if (credential?.kind !== 'trust') return 'gone'; // a user's own is not ours to end
    const { trust, mark } = credential;
    const login = await this.options.sessions.get(text, this.options.deadlineMs);
    if (login.kind === 'unsent') return 'again';
    if (login.kind === 'refused') return this.revokeAsService(trust);
    if (mark !== undefined) {
      const all = await this.find(text, `?trustor_user_id=${encodeURIComponent(login.session.user)}`, mark);
      if (all === 'refused') return this.revokeAsService(trust);
      if (all === 'unknown') return 'again';
      // Its own last: without it the others could not be reached.
      for (const { id } of all) {
        if (id !== trust && !isGone(await this.remove(text, id))) return 'again';
      }
    }
    const outcome = await this.remove(text, trust);
    if (isGone(outcome)) return 'gone';
    return outcome.kind === 'answered' && isRefusal(outcome.answer) ? this.revokeAsService(trust) : 'again';
  }

  /** It opens nothing any more: it is gone, or its trustor lost a role or is disabled. */
  private async revokeAsService(trust: string): Promise<'gone' | 'again'> {
    const shown = await this.options.make(serviceCredential, call('GET', `${path}/${encodeURIComponent(trust)}`));
    if (isGone(shown)) return 'gone';
    return isGone(await this.remove(serviceCredential, trust)) ? 'gone' : 'again';
  }

  private remove(credential: string, trust: string): Promise<HttpOutcome> {
    return this.options.make(credential, call('DELETE', `${path}/${encodeURIComponent(trust)}`));
  }

  /** Those with the mark, byte for byte, in an order that all who look share; else why they could not be listed. */
  private async find(
    credential: string,
    query: string,
    mark: string,
  ): Promise<readonly Trust[] | 'refused' | 'unknown'> {
    const outcome = await this.options.make(credential, call('GET', `${path}${query}`));
    if (outcome.kind !== 'answered') return 'unknown';
    if (outcome.answer.status !== 200) return isRefusal(outcome.answer) ? 'refused' : 'unknown';
    const trusts = listAt(documentOf(outcome.answer.body), 'trusts').flatMap((trust): Trust[] => {
      const id = textAt(trust, 'id');
      return id === undefined ? [] : [{ id, mark: textAt(trust, 'x_mark') }];
    });
    return trusts.filter(trust => trust.mark === mark).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function call(method: CloudCall['method'], to: string, body?: string): CloudCall {
  return { service: 'identity', method, path: to, ...(body !== undefined && { body }) };
}

/** Heat's words for a user without the roles that are to be delegated. */
function lacks(roles: readonly string[]): Delegation {
  const names = roles.map(role => `'${role}'`).join(', ');
  return { kind: 'refused', error: 'MissingCredentialError', message: `Missing required credential: roles [${names}]` };
}

function isGone(outcome: CloudOutcome): boolean {
  if (outcome.kind !== 'answered') return false;
  const { status } = outcome.answer;
  return status === 204 || status === 404;
}

function isRefusal({ status }: HttpAnswer): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

function messageOf(body: string): string {
  return textAt(documentOf(body), 'error', 'message') ?? 'Keystone refused the credential.';
}

/**
 * As whom a call is made, as text. To everybody else the text is opaque; orchestration seals it in its rows.
 *
 *   token:<token>          a user's own token, as it came in; ends when the token does
 *   trust:<id>             the service user, acting for the one who made that trust
 *   trust:<id> <mark>      the same, where other trusts with this mark may exist (see trusts.ts)
 *   password:<JSON>        a user's password: {"user": {…}, "project": {…}}, both as Keystone's API takes them
 *   application:<JSON>     an application credential: {"id", "secret"}
 *   service:               the service user in its own project
 */
import { isRecord, textAt } from './plain.ts';

export type Credential =
  | { readonly kind: 'token'; readonly token: string }
  | { readonly kind: 'trust'; readonly trust: string; readonly mark: string | undefined }
  | { readonly kind: 'password'; readonly user: Readonly<Record<string, unknown>>; readonly project: object }
  | { readonly kind: 'application'; readonly id: string; readonly secret: string }
  | { readonly kind: 'service' };

export const serviceCredential = 'service:';

export function tokenCredential(token: string): string {
  return `token:${token}`;
}

export function trustCredential(trust: string, mark?: string): string {
  return mark === undefined ? `trust:${trust}` : `trust:${trust} ${mark}`;
}

/** By ids, or names with their domain: `{id}` or `{name, domain: {id | name}}`. */
export type Named =
  | { readonly id: string }
  | { readonly name: string; readonly domain: Readonly<Record<string, string>> };

export function passwordCredential(user: Named & { readonly password: string }, project: Named): string {
  return `password:${JSON.stringify({ user, project })}`;
}

export function applicationCredential(id: string, secret: string): string {
  return `application:${JSON.stringify({ id, secret })}`;
}

/** Undefined for text in none of the forms, and for '' (nobody). */
export function parseCredential(text: string): Credential | undefined {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  switch (text.slice(0, Math.max(0, colon))) {
    case 'token':
      return headerSafe.test(rest) ? { kind: 'token', token: rest } : undefined;
    case 'trust': {
      const blank = rest.indexOf(' ');
      const trust = blank === -1 ? rest : rest.slice(0, blank);
      return trust === ''
        ? undefined
        : { kind: 'trust', trust, mark: blank === -1 ? undefined : rest.slice(blank + 1) };
    }
    case 'password':
    case 'application':
      return fromJson(rest);
    case 'service':
      return rest === '' ? { kind: 'service' } : undefined;
    default:
      return undefined;
  }
}

/** What a header may hold; anything else is no token. */
const headerSafe = /^[\x21-\x7e]+$/;

function fromJson(text: string): Credential | undefined {
  let plain: unknown;
  try {
    plain = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(plain)) return undefined;
  const { user, project } = plain;
  if (isRecord(user) && isRecord(project)) return { kind: 'password', user, project };
  const id = textAt(plain, 'id');
  const secret = textAt(plain, 'secret');
  return id === undefined || secret === undefined ? undefined : { kind: 'application', id, secret };
}

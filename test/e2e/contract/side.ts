/**
 * One of the two clouds that are compared: sends requests, keeps what was answered, and names what was made, so that
 * answers with different ids can be laid beside each other.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session } from './login.ts';

export type User = 'admin' | 'member';

/** A request and its answer, as it came. */
export interface Heard {
  readonly what: string;
  readonly status: number;
  readonly contentType: string;
  readonly authenticate: string;
  readonly body: unknown;
}

export interface Call {
  readonly as?: User;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON; a string and bytes go as they are. */
  readonly body?: unknown;
  /** In place of the user's token; '' for none. */
  readonly token?: string;
  /** How the made thing is called from now on, where the kind and a number would not do. */
  readonly names?: string;
}

/** What a call gives back to the script that made it. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  /** The id in `{kind: {id}}`, or ''. */
  readonly id: string;
}

export type Json = { readonly [key: string]: Json } & { readonly [index: number]: Json };

const pollMs = 200;
const patienceMs = 60_000;

export class Side {
  readonly name: string;
  /** Part of every name that is made: two runs on one cloud do not meet. */
  readonly run: string;
  readonly heard: Heard[] = [];
  /** From what differs between the sides (ids, addresses of services) to what it is called in both. */
  readonly names = new Map<string, string>();
  readonly #sessions: Readonly<Record<User, Session>>;
  readonly #counts = new Map<string, number>();

  constructor(name: string, run: string, sessions: Readonly<Record<User, Session>>) {
    this.name = name;
    this.run = run;
    this.#sessions = sessions;
    for (const user of ['admin', 'member'] as const) {
      const { userId, projectId, catalog } = sessions[user];
      this.names.set(userId, `<user ${user}>`).set(projectId, `<project ${user}>`);
      for (const [type, url] of [...catalog].sort()) {
        const { origin } = new URL(url);
        // Two types may be one service: the first names it.
        if (!this.names.has(origin)) this.names.set(origin, `<${type}>`);
      }
    }
  }

  session(user: User): Session {
    return this.#sessions[user];
  }

  /** A request whose answer is compared. `path` follows the endpoint's origin: `/v2.0/networks`. */
  async call(service: string, method: string, path: string, call: Call = {}): Promise<Said> {
    const response = await this.#send(service, method, path, call);
    const text = await response.text();
    const contentType = response.headers.get('content-type')?.split(';')[0] ?? '';
    const body = contentType === 'application/json' && text !== '' ? (JSON.parse(text) as unknown) : text;
    const [kind, id] = madeIn(body);
    if (method === 'POST' && id !== '' && !this.names.has(id)) this.names.set(id, call.names ?? this.#next(kind));
    this.heard.push({
      what: `${service} ${method} ${path}`,
      status: response.status,
      contentType,
      authenticate: response.headers.get('www-authenticate') ?? '',
      body,
    });
    return { status: response.status, headers: response.headers, body: body as Json, id };
  }

  /** Asks until it holds; what was answered in between is not compared. */
  async until(service: string, path: string, holds: (said: { status: number; body: Json }) => boolean): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const response = await this.#send(service, 'GET', path, {});
      const text = await response.text();
      const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
      const body = (isJson && text !== '' ? JSON.parse(text) : {}) as Json;
      if (holds({ status: response.status, body })) return;
      if (performance.now() > deadline) throw new Error(`${this.name}: ${path} never came to what was waited for`);
      await sleep(pollMs);
    }
  }

  /** A request beside the comparison: preparations and tidying up. */
  async quietly(service: string, method: string, path: string, call: Call = {}): Promise<Json> {
    const response = await this.#send(service, method, path, call);
    const text = await response.text();
    return (text.startsWith('{') ? JSON.parse(text) : {}) as Json;
  }

  #send(service: string, method: string, path: string, call: Call): Promise<Response> {
    const session = this.#sessions[call.as ?? 'member'];
    const endpoint = session.catalog.get(service);
    if (endpoint === undefined) throw new Error(`${this.name} has no service ${service}`);
    const token = call.token ?? session.token;
    const { body } = call;
    const raw = typeof body === 'string' || body instanceof Uint8Array;
    return fetch(`${new URL(endpoint).origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== '' && { 'x-auth-token': token }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...call.headers,
      },
      ...(body !== undefined && { body: raw ? body : JSON.stringify(body) }),
    });
  }

  #next(kind: string): string {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return `<${kind} ${count}>`;
  }
}

function madeIn(body: unknown): [kind: string, id: string] {
  if (typeof body !== 'object' || body === null) return ['', ''];
  for (const [kind, value] of [...Object.entries(body), ['thing', body] as const]) {
    const id = typeof value === 'object' && value !== null ? (value as { id?: unknown }).id : undefined;
    if (typeof id === 'string') return [kind, id];
  }
  return ['', ''];
}

/** A part of the comparison: the same calls, whichever side it is given. It leaves nothing behind. */
export interface Part {
  readonly name: string;
  readonly play: (side: Side) => Promise<void>;
}

/**
 * What a service of the sandbox cloud is: a state machine that is asked and answers.
 *
 * Invariant: it has no clock, dice, disk or network of its own. Time, ids and whoever asks come with the question, and
 * what changed goes into a journal (table.ts); so an HTTP server, a unit test and the simulator can stand before the
 * same machine, and one that was killed is rebuilt from its journal.
 */

/** Who asks: what a token says of its bearer. */
export interface Asker {
  readonly userId: string;
  /** Undefined where the token is scoped to no project. */
  readonly projectId: string | undefined;
  readonly roles: readonly string[];
}

export interface Ask {
  readonly asker: Asker;
  readonly method: string;
  /** Without the query: `/v2.1/servers/detail`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON, or the bytes of an `application/octet-stream`; undefined where there was none. */
  readonly body: unknown;
  /** Unix milliseconds. Never smaller than at the question before. */
  readonly now: number;
  /** How the client reached the service, for links: `http://127.0.0.1:8774`. */
  readonly base: string;
  /** An injected fault: what this request makes is accepted, and ends in error. */
  readonly doomed?: boolean;
  /** A new UUID, with dashes. */
  newId(): string;
  /** So many random bytes: secrets, hardware addresses. */
  bytes(n: number): Uint8Array;
}

export interface Reply {
  readonly status: number;
  /** An object goes out as JSON; a string and bytes as they are (their content type is then in `headers`). */
  readonly body?: object | string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Whoever asks at a path that is open to all without a token. */
export const nobody: Asker = { userId: '', projectId: undefined, roles: [] };

export interface Service {
  /** Its type in the catalog: `network`, `compute`, `volumev3` … */
  readonly type: string;
  /** True where no token is needed: versions, logging in. */
  isOpen(path: string): boolean;
  /**
   * Never throws for what a client did: that is a reply of 4xx. A reply of 400 or more means that nothing happened:
   * whatever it had changed by then is taken back (openstack.ts).
   */
  handle(ask: Ask): Reply;
  /** A plain refusal in this service's own shape: for injected faults and bodies that cannot be read. */
  problem(status: number, message: string): Reply;
  /** Lets happen what was due by this time (Unix ms). Asked before every question, and when a simulated clock moves. */
  advance(now: number): void;
}

/** What furniture is made with: a first start's time and dice. */
export type Beginning = Pick<Ask, 'now' | 'newId' | 'bytes'>;

export const isAdmin = ({ roles }: Asker): boolean => roles.includes('admin');

/** Thrown by a service where it says no; its router turns it into the reply. */
export class Refusal extends Error {
  readonly reply: Reply;

  constructor(reply: Reply, message: string) {
    super(message);
    this.reply = reply;
  }
}

export type Fields = Readonly<Record<string, unknown>>;

/** True for a JSON object. */
export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

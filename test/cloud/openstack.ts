/**
 * All services of a sandbox cloud as one state machine.
 *
 * Invariant: a request takes effect whole or not at all. What a refused one had changed by then is taken back, in every
 * service (Nova makes ports at Neutron); what an accepted one changed is one line of the journal, together with who
 * asked for what, when, and what came of it. So a cloud that is killed comes back between two requests, and a test can
 * count from the journal alone what was made, by whom and how often.
 */
import type { Entry, Recorder } from './journal.ts';
import { type Ask, isFields, type Reply, type Service } from './service.ts';
import type { Change, Tables } from './table.ts';

/** The line of an accepted request that changed something. */
export interface RequestEntry extends Entry {
  readonly kind: 'request';
  /** Unix milliseconds. */
  readonly at: number;
  readonly user: string;
  readonly project: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** What it made or changed, as the answer says. */
  readonly id: string | undefined;
  /** By what a creator finds it again: the name, description, metadata … that the request gave. */
  readonly marks: Readonly<Record<string, unknown>>;
  /** Of the tables of any service. Left out when an old journal is shortened. */
  readonly changes: readonly Change[];
}

/** What changed without being asked for: the furniture, and what happens when its time has come. */
interface ChangesEntry extends Entry {
  readonly kind: 'furniture' | 'due';
  readonly changes: readonly Change[];
}

export class OpenStack {
  readonly #tables: Tables;
  readonly #services: ReadonlyMap<string, Service>;
  #recorder: Recorder | undefined;

  /** The services' tables are these. */
  constructor(tables: Tables, services: readonly Service[]) {
    this.#tables = tables;
    this.#services = new Map(services.map(service => [service.type, service]));
  }

  get services(): readonly Service[] {
    return [...this.#services.values()];
  }

  service(type: string): Service {
    const service = this.#services.get(type);
    if (service === undefined) throw new Error(`this cloud has no service ${type}`);
    return service;
  }

  /** From now on what happens is written there, before it is answered. What was before is in `snapshot()`. */
  recordTo(recorder: Recorder): void {
    this.#recorder = recorder;
  }

  /** One request to one service: first what is due by its time, then the request itself. */
  handle(type: string, ask: Ask): Reply {
    const service = this.service(type);
    this.advance(ask.now);
    this.#tables.begin();
    let reply: Reply;
    try {
      reply = service.handle(ask);
    } catch (error) {
      this.#tables.rollback();
      throw error;
    }
    if (reply.status >= 400) this.#tables.rollback();
    else {
      const changes = this.#tables.commit();
      if (changes.length > 0) this.#recorder?.append(entryOf(type, ask, reply, changes));
    }
    return reply;
  }

  /** Lets happen what is due by this time, in every service. */
  advance(now: number): void {
    this.#tables.begin();
    for (const service of this.#services.values()) service.advance(now);
    const changes = this.#tables.commit();
    if (changes.length > 0) this.#recorder?.append({ service: 'cloud', kind: 'due', changes } as ChangesEntry);
  }

  /** Makes the state of a journal's entries. */
  replay(entries: readonly Entry[]): void {
    this.#tables.replay(entries.flatMap(entry => ('changes' in entry ? (entry as ChangesEntry).changes : [])));
  }

  /** An entry that makes this state. */
  snapshot(): Entry {
    return { service: 'cloud', kind: 'furniture', changes: this.#tables.snapshot() } as ChangesEntry;
  }
}

/** Requests of an earlier journal, for one that begins with a snapshot: who did what stays countable. Without logins. */
export function requestsOf(entries: readonly Entry[]): Entry[] {
  const kept = entries.filter(isRequest).filter(({ path }) => !path.startsWith('/v3/auth/'));
  return kept.map(entry => ({ ...entry, changes: [] }));
}

/** True for a journal that a furnished cloud began. */
export const isFurnished = (entries: readonly Entry[]): boolean => entries.some(({ kind }) => kind === 'furniture');

export const isRequest = (entry: Entry): entry is RequestEntry => entry.kind === 'request';

function entryOf(type: string, ask: Ask, reply: Reply, changes: readonly Change[]): RequestEntry {
  return {
    service: type,
    kind: 'request',
    at: ask.now,
    user: ask.asker.userId,
    project: ask.asker.projectId,
    method: ask.method,
    path: ask.path,
    status: reply.status,
    id: idIn(reply.body),
    marks: marksIn(ask.body),
    changes,
  };
}

/** The id in `{port: {id}}` or `{id}`. */
function idIn(body: unknown): string | undefined {
  if (!isFields(body)) return undefined;
  const inner = Object.values(body).find(isFields);
  const id = body['id'] ?? inner?.['id'];
  return typeof id === 'string' ? id : undefined;
}

const markFields = /^(name|description|id|metadata|tags|x_.*)$/;

/** Nothing else of a body: there are passwords, keys and user data in bodies. */
function marksIn(body: unknown): Readonly<Record<string, unknown>> {
  if (!isFields(body)) return {};
  const inner = Object.values(body).find(isFields) ?? body;
  return Object.fromEntries(Object.entries(inner).filter(([field]) => markFields.test(field)));
}

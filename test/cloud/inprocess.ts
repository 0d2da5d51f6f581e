/** A furnished cloud in this process, for tests: seeded dice, a clock that only the test moves, no HTTP. */
import { Random } from '../support/random.ts';
import { brisk, type Composed, compose, type Delays } from './compose.ts';
import type { Entry } from './journal.ts';
import type { Projects } from './keystone/seed.ts';
import type { Ask, Asker, Beginning, Fields, Reply } from './service.ts';

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Readonly<Record<string, string>>;
}

export type Json = { readonly [key: string]: Json } & { readonly [index: number]: Json };

export class InProcessCloud {
  /** Unix milliseconds. */
  now = 1_800_000_000_000;
  readonly entries: Entry[] = [];
  readonly composed: Composed;
  readonly projects: Projects;
  readonly #random: Random;

  constructor(seed = 1, delays: Delays = brisk) {
    this.#random = new Random(seed);
    this.composed = compose([], delays);
    this.projects = this.composed.furnish(this.#dice());
    this.composed.cloud.recordTo({ append: entry => this.entries.push(entry) });
  }

  /** An ordinary user of the project `demo`; or an admin. */
  asker(who: 'demo' | 'admin'): Asker {
    const { adminProjectId, demoProjectId } = this.projects;
    return who === 'admin'
      ? { userId: 'admin-user', projectId: adminProjectId, roles: ['admin', 'member', 'reader'] }
      : { userId: 'demo-user', projectId: demoProjectId, roles: ['member', 'reader'] };
  }

  /** `ask('network', 'POST /v2.0/networks', {network: {}})`. */
  ask(service: string, request: string, body?: unknown, more: Partial<Ask> = {}): Answer {
    const [method = '', url = ''] = request.split(' ');
    const [path = '', query = ''] = url.split('?');
    const reply: Reply = this.composed.cloud.handle(service, {
      ...this.#dice(),
      asker: this.asker('demo'),
      method,
      path,
      query: new URLSearchParams(query),
      headers: {},
      body,
      base: `http://${service}.test`,
      ...more,
    });
    return { status: reply.status, body: reply.body as unknown as Json, headers: reply.headers ?? {} };
  }

  asAdmin(service: string, request: string, body?: unknown): Answer {
    return this.ask(service, request, body, { asker: this.asker('admin') });
  }

  /** The id that a create gave; throws with what it said where it gave none. */
  make(service: string, request: string, body: Fields, who: 'demo' | 'admin' = 'demo'): string {
    const answer = this.ask(service, request, body, { asker: this.asker(who) });
    const inner = Object.values(answer.body)[0];
    const id = inner?.['id'] as unknown;
    if (answer.status >= 300 || typeof id !== 'string') {
      throw new Error(`${request}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return id;
  }

  #dice(): Beginning {
    const bytes = (n: number): Uint8Array => Uint8Array.from({ length: n }, () => this.#random.below(256));
    const newId = (): string => {
      const hex = [...bytes(16)].map(byte => byte.toString(16).padStart(2, '0')).join('');
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    };
    return { now: this.now, bytes, newId };
  }
}

/** For the unit tests of the services: somebody who asks, at a time that the test sets, with dice that repeat. */
import type { Asker, Reply, Service } from './service.ts';
import type { Tables } from './table.ts';

export const tenant: Asker = {
  userId: 'u-demo',
  projectId: 'da83b2a169e145be912e2e6792f3a7ba',
  roles: ['member', 'reader'],
};
export const stranger: Asker = { userId: 'u-other', projectId: 'ffffffffffffffffffffffffffffffff', roles: ['member'] };
export const admin: Asker = { userId: 'u-admin', projectId: '00000000000000000000000000000001', roles: ['admin'] };

export interface Asking {
  readonly as?: Asker;
  readonly headers?: Readonly<Record<string, string>>;
  readonly doomed?: boolean;
}

/** A reply whose body a test may look into. */
export interface Answered extends Reply {
  readonly json: Json;
}

/** JSON as a test walks through it: whatever is not there is undefined. */
export interface Json {
  readonly [key: string]: Json;
}

/** Services on shared tables, as `openstack.ts` runs them: due things first, and a refused request changes nothing. */
export class Bench {
  now = Date.parse('2026-11-20T10:00:00Z');
  readonly #tables: Tables;
  readonly #services: readonly Service[];
  #rolls = 0;

  constructor(tables: Tables, services: readonly Service[]) {
    this.#tables = tables;
    this.#services = services;
  }

  readonly newId = (): string => {
    const number = (++this.#rolls).toString(16).padStart(12, '0');
    return `00000000-0000-4000-8000-${number}`;
  };

  readonly bytes = (n: number): Uint8Array => new Uint8Array(n).fill(++this.#rolls % 256);

  /** Time passes. */
  pass(ms: number): void {
    this.now += ms;
    for (const service of this.#services) service.advance(this.now);
  }

  /** `method path?query`, asked of the service of this type. */
  ask(
    type: string,
    request: string,
    body?: unknown,
    { as = tenant, headers = {}, doomed = false }: Asking = {},
  ): Answered {
    const service = this.#services.find(one => one.type === type);
    const [method = '', target = ''] = request.split(' ');
    const [path = '', query = ''] = target.split('?');
    for (const one of this.#services) one.advance(this.now);
    this.#tables.begin();
    const reply = service?.handle({
      asker: as,
      method,
      path,
      query: new URLSearchParams(query),
      headers,
      body: body instanceof Uint8Array ? body : sent(body),
      now: this.now,
      base: 'http://cloud',
      doomed,
      newId: this.newId,
      bytes: this.bytes,
    });
    if (reply === undefined) throw new Error(`no service ${type}`);
    if (reply.status >= 400) this.#tables.rollback();
    else this.#tables.commit();
    return { ...reply, json: JSON.parse(JSON.stringify(reply.body ?? {})) as Json };
  }
}

/** As it would arrive over a wire. */
const sent = (body: unknown): unknown =>
  body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);

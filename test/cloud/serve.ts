/**
 * A service of the sandbox over real HTTP: reads requests, knows who asks by the token, lets faults befall them
 * (faults.ts), and sends what the state machine answers.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Effect, Faults } from './faults.ts';
import type { OpenStack } from './openstack.ts';
import { type Ask, type Asker, type Beginning, isFields, nobody, type Reply } from './service.ts';

const jsonBytes = 1_048_576;
/** Images are sent as bytes. */
const imageBytes = 67_108_864;
/** How long a connection whose request lands late stays open. */
const lateCutMs = 20;
/** How many requests are remembered one by one. */
const latestCalls = 10_000;

export interface Serving {
  readonly cloud: OpenStack;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Who bears a token; undefined when it is not good. */
  readonly authenticate: (token: string | undefined, now: number) => Asker | undefined;
  readonly faults: Faults;
  readonly calls: Calls;
  /** Where a client without a token is sent: `http://127.0.0.1:5000`. */
  readonly authUrl: string;
}

/** A request as a service's log has it: its path with the query. */
export interface Came {
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

/** Which requests came, faults and refusals included, and how many: `{network: {GET: 3}}`. */
export class Calls {
  #counts: Record<string, Record<string, number>> = {};
  #latest: Came[] = [];

  count(came: Came): void {
    const counts = (this.#counts[came.service] ??= {});
    counts[came.method] = (counts[came.method] ?? 0) + 1;
    this.#latest.push(came);
    if (this.#latest.length > 2 * latestCalls) this.#latest = this.latest;
  }

  /** The last ten thousand, in their order. */
  get latest(): Came[] {
    return this.#latest.slice(-latestCalls);
  }

  get counts(): Readonly<Record<string, Readonly<Record<string, number>>>> {
    return this.#counts;
  }

  reset(): void {
    this.#counts = {};
    this.#latest = [];
  }
}

/** The machine's own dice and the given clock. */
export function beginning(now: number): Beginning {
  return { now, newId: () => randomUUID(), bytes: n => randomBytes(n) };
}

/** A server that gives every request to the service of this type. Paths of the server's own may be added to it. */
export function createServer(type: string, serving: Serving): FastifyInstance {
  const app = fastify({
    bodyLimit: type === 'image' ? imageBytes : jsonBytes,
    exposeHeadRoutes: false,
    logger: false,
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => {
    try {
      done(null, body === '' ? undefined : JSON.parse(String(body)));
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  });
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('x-openstack-request-id', `req-${randomUUID()}`).header('vary', 'X-Auth-Token');
  });
  app.setErrorHandler((error, _request, reply) => {
    send(reply, failure(type, serving.cloud, error));
  });
  const server = new Server(type, serving);
  app.all('/*', (request, reply) => server.answer(request, reply));
  return app;
}

/** Errors of the framework (a body that is no JSON, too large …) are the client's; anything else is ours: 500. */
function failure(type: string, cloud: OpenStack, error: unknown): Reply {
  const service = cloud.service(type);
  if (error instanceof SyntaxError) return service.problem(400, `Malformed request body: ${error.message}`);
  const status = (error as { statusCode?: number }).statusCode ?? 500;
  if (status >= 400 && status < 500) return service.problem(status, (error as Error).message);
  console.error(error);
  return service.problem(500, 'An unexpected error prevented the server from fulfilling your request.');
}

class Server {
  readonly #type: string;
  readonly #serving: Serving;

  constructor(type: string, serving: Serving) {
    this.#type = type;
    this.#serving = serving;
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { faults, calls } = this.#serving;
    const path = request.url.split('?')[0] ?? '/';
    calls.count({ service: this.#type, method: request.method, path: request.url });
    const { effect, latencyMs, perItemMs } = faults.fateOf({ service: this.#type, method: request.method, path });
    const answer = await this.#befall(effect, request, reply);
    if (answer === undefined) return;
    const ms = latencyMs + perItemMs * itemsOf(answer);
    if (ms > 0) await sleep(ms);
    send(reply, answer);
  }

  /** Undefined when the client hears nothing any more. */
  async #befall(effect: Effect | undefined, request: FastifyRequest, reply: FastifyReply): Promise<Reply | undefined> {
    const service = this.#serving.cloud.service(this.#type);
    switch (effect?.kind) {
      case undefined:
        return this.#handle(request);
      case 'status': {
        if (effect.done) this.#handle(request);
        const answer = service.problem(effect.status, 'An injected fault.');
        const wait = effect.retryAfter === undefined ? {} : { 'retry-after': String(effect.retryAfter) };
        return { ...answer, headers: { ...answer.headers, ...wait } };
      }
      case 'ends-in-error':
        return this.#handle(request, true);
      case 'refuse':
        return cut(reply);
      case 'timeout-after':
        this.#handle(request);
        await sleep(effect.ms, undefined, { ref: false });
        return cut(reply);
      case 'lands-late':
        await sleep(lateCutMs);
        cut(reply);
        await sleep(effect.ms, undefined, { ref: false });
        this.#handle(request);
        return undefined;
    }
  }

  #handle(request: FastifyRequest, doomed = false): Reply {
    const { cloud, now, authenticate, authUrl } = this.#serving;
    const headers = headersOf(request);
    const time = now();
    const url = new URL(request.url, 'http://sandbox');
    const asker = authenticate(headers['x-auth-token'], time);
    const path = request.url.split('?')[0] ?? '/';
    if (asker === undefined && !cloud.service(this.#type).isOpen(path)) return unauthorized(authUrl);
    const ask: Ask = {
      ...beginning(time),
      asker: asker ?? nobody,
      method: request.method,
      path,
      query: url.searchParams,
      headers,
      body: request.body,
      base: `http://${request.host}`,
      ...(doomed && { doomed }),
    };
    return cloud.handle(this.#type, ask);
  }
}

function cut(reply: FastifyReply): undefined {
  reply.hijack();
  reply.raw.destroy();
}

function send(reply: FastifyReply, { status, body, headers }: Reply): void {
  void reply.code(status).headers(headers ?? {});
  if (body === undefined) void reply.send();
  else if (body instanceof Uint8Array) void reply.send(Buffer.from(body));
  else void reply.send(body);
}

function headersOf(request: FastifyRequest): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

/** How many things an answer lists; 1 for a single thing. */
function itemsOf({ body }: Reply): number {
  const list = isFields(body) ? Object.values(body).find(Array.isArray) : undefined;
  return list === undefined ? 1 : (list as readonly unknown[]).length;
}

/** What keystonemiddleware says before a service hears of the request. */
function unauthorized(authUrl: string): Reply {
  return {
    status: 401,
    body: {
      error: { code: 401, title: 'Unauthorized', message: 'The request you have made requires authentication.' },
    },
    headers: { 'www-authenticate': `Keystone uri="${authUrl}"` },
  };
}

/**
 * One HTTP request, and what became of it.
 *
 * The point of this file is to tell `unsent` from `unknown`. A request that never began to leave (no connection, no
 * TLS, still waiting for a connection at its deadline) has done nothing, and its maker may begin anew. One that did
 * begin may have been carried out whatever happened afterwards: cut connections and deadlines after that are
 * `unknown`, and whoever made it must look (contract: marks, rules 1 and 5). undici says when it begins to write
 * (`onRequestStart`); a request that is aborted there is not written.
 */
import { Agent, type Dispatcher } from 'undici';
import { limits } from '../kernel/limits.ts';
import type { Clock } from '../kernel/world.ts';

export interface Tls {
  /** PEM text of authorities to trust instead of the system's. */
  readonly ca?: string;
  /** True: certificates are not checked. */
  readonly insecure?: boolean;
}

export interface HttpRequest {
  readonly method: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** With its query, as it goes out: nothing in it is evened out, so that an id of dots names no other thing. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds from now until the whole answer must be there. */
  readonly deadlineMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  /** Names in lower case; of a header that came more than once the first. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

export type HttpOutcome =
  | { readonly kind: 'answered'; readonly answer: HttpAnswer }
  | { readonly kind: 'unsent'; readonly reason: string; readonly crowded?: true }
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Http {
  /** Never rejects. */
  send(request: HttpRequest): Promise<HttpOutcome>;
  /** Cuts what is under way. */
  stop(): Promise<void>;
}

/** A client with a pool of kept connections per address. */
export function createHttp(clock: Clock, tls: Tls = {}): Http {
  const agent = new Agent({
    connections: limits.cloudConnections,
    pipelining: 1,
    keepAliveTimeout: limits.cloudIdleMs,
    headersTimeout: 0, // the deadline of the whole request counts
    bodyTimeout: 0,
    connect: {
      timeout: limits.cloudConnectMs,
      ...(tls.ca !== undefined && { ca: tls.ca }),
      ...(tls.insecure === true && { rejectUnauthorized: false }),
    },
  });
  return {
    send: request => new Promise(resolve => new Exchange(clock, request, resolve).begin(agent)),
    stop: () => agent.destroy(),
  };
}

/** One request under way. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly request: HttpRequest;
  private readonly resolve: (outcome: HttpOutcome) => void;
  private readonly cancel: () => void;
  private readonly chunks: Buffer[] = [];
  private size = 0;
  private status = 0;
  private headers: ReadonlyMap<string, string> = new Map();
  private controller: Dispatcher.DispatchController | undefined;
  private over = false;

  constructor(clock: Clock, request: HttpRequest, resolve: (outcome: HttpOutcome) => void) {
    this.request = request;
    this.resolve = resolve;
    this.cancel = clock.after(request.deadlineMs, () => this.giveUp(`no answer within ${request.deadlineMs} ms`));
  }

  begin(agent: Agent): void {
    const { origin, path, method, headers, body } = this.request;
    try {
      agent.dispatch({ origin, path, method: method as Dispatcher.HttpMethod, headers, body: body ?? null }, this);
    } catch (error) {
      this.failed(error);
    }
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.over) controller.abort(new Error('too late'));
    else this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Readonly<Record<string, string | string[] | undefined>>,
  ): void {
    if (status < 200) return;
    this.status = status;
    this.headers = new Map(
      Object.entries(headers).flatMap(([name, value]): [string, string][] => {
        const first = typeof value === 'string' ? value : value?.[0];
        return first === undefined ? [] : [[name.toLowerCase(), first]];
      }),
    );
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.size += chunk.length;
    if (this.size > limits.cloudAnswerBytes) this.giveUp(`an answer of more than ${limits.cloudAnswerBytes} bytes`);
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = Buffer.concat(this.chunks).toString('utf8');
    this.end({ kind: 'answered', answer: { status: this.status, headers: this.headers, body } });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.failed(error);
  }

  private failed(error: unknown): void {
    this.end({ kind: this.controller === undefined ? 'unsent' : 'unknown', reason: reasonOf(error) });
  }

  private giveUp(reason: string): void {
    const { controller } = this;
    this.end({ kind: controller === undefined ? 'unsent' : 'unknown', reason });
    controller?.abort(new Error(reason));
  }

  private end(outcome: HttpOutcome): void {
    if (this.over) return;
    this.over = true;
    this.cancel();
    this.resolve(outcome);
  }
}

/** A socket's or TLS's own words; they hold addresses, never what was sent. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the connection failed';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return error.message === '' || error.message.includes(code) ? error.message || code : `${code}: ${error.message}`;
}

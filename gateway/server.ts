/**
 * The native REST API: one pipeline from a request's bytes to Heat's answer (contract: rest-api §1).
 *
 *   health check → version → token → route → turn → body → project → policy → handler → fault → CORS
 *
 * The order is Heat's and clients see it: versions and the 404 of a path without one come before anyone must log in,
 * a wrong token before a wrong URL, a body that is no JSON before a missing right. All of it runs in Fastify's first
 * hook: the framework's own router, body parsers and error bodies would each answer something else than Heat does.
 * Invariant: whatever is thrown, a client gets one of Heat's fault bodies, or a 500 with an error id; details of our
 * own mistakes go to the log, under that id, and hold neither the request's values nor secrets.
 */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { errors, isHeatError } from '../engine/kernel/errors.ts';
import { isUuid } from '../engine/kernel/ids.ts';
import { limits } from '../engine/kernel/limits.ts';
import type { Counter, Meters } from '../engine/kernel/meters.ts';
import type { Tracer } from '../engine/kernel/tracing.ts';
import type { EngineService } from '../proto/engine.ts';
import { Admission, type AdmissionOptions } from './admission.ts';
import { type AuditSink, type Audited, auditRecord } from './audit.ts';
import { callerOf, type Identity, projectOf, type User } from './auth.ts';
import { answerBrokenRequest } from './broken.ts';
import { withCors } from './cors.ts';
import {
  acceptedPage,
  faultPage,
  foundPage,
  jsonPage,
  type Rendered,
  unauthorizedPage,
  unmatchedPage,
} from './faults.ts';
import { Links } from './links.ts';
import { enforce, type PolicyName } from './policy.ts';
import { Query } from './query.ts';
import { globalRequestId, header, mustClose, originOf, readBody, type Target, targetOf } from './request.ts';
import type { Answer, GatewayLimits, GatewayLog, RequestBody } from './route.ts';
import { createRouter } from './router.ts';
import { routes } from './routes/table.ts';
import { negotiate, versionList } from './routes/versions.ts';
import { createWatch, type Watch, type WatchedRequest } from './watch.ts';

export interface GatewayOptions {
  readonly engine: EngineService;
  readonly identity: Identity;
  readonly log: GatewayLog;
  /** What differs from kernel/limits.ts. */
  readonly limits?: Partial<GatewayLimits>;
  /** Origins whose pages may call this API; none as Heat is shipped. */
  readonly allowedOrigins?: readonly string[];
  /** True behind a proxy that sets X-Forwarded-Proto and -Host itself: links then follow these. */
  readonly trustForwarded?: boolean;
  /** CloudFormation templates may use what AWS has and Heat has not (Fn::Sub, !Ref …); absent: as in Heat. */
  readonly awsFunctions?: boolean;
  /** What each project may ask at once, and a second; absent: limits.ts says. */
  readonly admission?: AdmissionOptions;
  /** Who did what; absent: nobody keeps it. */
  readonly audit?: AuditSink;
  /** Absent: nothing is traced. */
  readonly tracer?: Tracer;
  /** Absent: nothing is counted. */
  readonly meters?: Meters;
}

/** A request on its way, and what the log will say of it. */
interface Passage {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly url: string;
  readonly requestId: string;
  readonly watched: WatchedRequest | undefined;
  route: string;
  project: string;
  /** Its id, where the path names one. */
  stack: string;
  user: User | undefined;
  /** As policies are named. */
  action: string;
  params: Readonly<Record<string, string>>;
}

/** A server that does not listen yet. `close()` ends it; the engine and identity behind it stay. */
export function createGateway(options: GatewayOptions): FastifyInstance {
  const app = Fastify({
    logger: false,
    rewriteUrl: () => '/', // the pipeline reads the URL itself; the framework's decoding would refuse some
    requestTimeout: limits.requestDeadlineMs,
    clientErrorHandler: answerBrokenRequest,
    forceCloseConnections: 'idle',
    return503OnClosing: false, // requests on open connections are still answered, in Heat's shape
  });
  const gateway = new Gateway(options);
  app.addHook('onRequest', (request, reply) => gateway.serve(request, reply));
  // Never reached, as the hook has answered; but hooks run for known routes and for this one only.
  app.setNotFoundHandler((_request, reply) => send(reply, unmatchedPage(undefined)));
  app.setErrorHandler((error, _request, reply) => send(reply, gateway.frameworkFault(error)));
  return app;
}

class Gateway {
  private readonly options: GatewayOptions;
  private readonly limits: GatewayLimits;
  private readonly match = createRouter(routes);
  private readonly watch: Watch | undefined;
  private readonly admission: Admission;
  private readonly refused: Counter | undefined;

  constructor(options: GatewayOptions) {
    this.options = options;
    const { maxBodyBytes, maxTemplateBytes } = limits;
    this.limits = { maxBodyBytes, maxTemplateBytes, ...options.limits };
    this.watch = createWatch(options);
    this.admission = new Admission(options.admission);
    this.refused = options.meters?.counter(
      'convect_requests_refused_total',
      'Requests that a project had too many of.',
    );
  }

  async serve(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const started = performance.now();
    const health = healthPage(request.method, request.originalUrl);
    const passage: Passage = {
      raw: request.raw,
      method: request.method,
      url: request.originalUrl,
      requestId: `req-${randomUUID()}`,
      watched: health ? undefined : this.watch?.(request.method, header(request.raw.headers, 'traceparent')),
      route: '',
      project: '',
      stack: '',
      user: undefined,
      action: '',
      params: {},
    };
    const answer = health ?? this.decorate(passage, await this.answer(passage));
    if (!health) {
      this.note(passage, answer.status, performance.now() - started);
      this.audit(passage, answer);
    }
    const closing = mustClose(request.raw)
      ? { ...answer, headers: { ...answer.headers, Connection: 'close' } }
      : answer;
    return send(reply, closing);
  }

  /** What the framework itself throws, outside the pipeline. */
  frameworkFault(error: unknown): Rendered {
    const errorId = randomUUID();
    this.options.log.write('error', 'request.failed', { error_id: errorId, ...describe(error) });
    return faultPage(errors.Internal({ errorId }));
  }

  private decorate(passage: Passage, answer: Rendered): Rendered {
    const headers = { ...answer.headers, 'X-Openstack-Request-Id': passage.requestId };
    const origins = this.options.allowedOrigins ?? [];
    return withCors(passage.method, passage.raw.headers, { ...answer, headers }, origins);
  }

  private note(passage: Passage, status: number, tookMs: number): void {
    const { method, route, project, stack, requestId, watched } = passage;
    watched?.ended({ route, status, requestId, seconds: tookMs / 1_000 });
    const globalId = globalRequestId(passage.raw.headers);
    this.options.log.write('info', 'request', {
      request_id: requestId,
      ...(globalId ? { global_request_id: globalId } : {}),
      method,
      route,
      project,
      ...(stack ? { stack } : {}),
      ...(watched?.trace ? { trace: watched.trace.slice(3, 35) } : {}),
      status,
      ms: Math.round(tookMs * 10) / 10,
    });
  }

  private audit(passage: Passage, answer: Rendered): void {
    const { audit } = this.options;
    if (audit === undefined) return;
    const { raw, method, requestId, user, action, params } = passage;
    const audited: Audited = {
      requestId,
      globalRequestId: globalRequestId(raw.headers) || undefined,
      from: raw.socket.remoteAddress ?? '',
      method,
      who: user,
      action,
      params,
    };
    const record = auditRecord(audited, answer, new Date());
    if (record !== undefined) audit.write(record);
  }

  private async answer(passage: Passage): Promise<Rendered> {
    try {
      return await this.negotiated(passage);
    } catch (error) {
      return faultPage(isHeatError(error) ? error : this.ownFault(passage, error));
    }
  }

  /** A mistake of ours: told to the log with its place in the code, to the client with an id to ask for. */
  private ownFault(passage: Passage, error: unknown): ReturnType<typeof errors.Internal> {
    const errorId = randomUUID();
    const fields = { error_id: errorId, request_id: passage.requestId, method: passage.method, route: passage.route };
    this.options.log.write('error', 'request.failed', { ...fields, ...describe(error) });
    return errors.Internal({ errorId });
  }

  private async negotiated(passage: Passage): Promise<Rendered> {
    const { raw } = passage;
    const target = targetOf(passage.url);
    const origin = originOf(raw, this.options.trustForwarded ?? false);
    const accept = header(raw.headers, 'accept');
    const negotiated = negotiate(target.path, accept);
    switch (negotiated.kind) {
      case 'list':
        return jsonPage(300, versionList(origin));
      case 'none':
        return unmatchedPage(accept);
      case 'api':
        return this.authenticated(passage, target, origin, negotiated);
    }
  }

  private async authenticated(
    passage: Passage,
    target: Target,
    origin: string,
    api: { readonly version: string; readonly path: string },
  ): Promise<Rendered> {
    const { raw } = passage;
    const { engine, identity } = this.options;
    const token = header(raw.headers, 'x-auth-token') ?? '';
    const user = token === '' ? undefined : await identity.authenticate(token);
    if (!user) return unauthorizedPage(identity.authUri);
    passage.user = user;
    const accept = header(raw.headers, 'accept');
    const match = this.match(passage.method, api.path);
    if (match.kind === 'unmatched') return unmatchedPage(accept);
    if (match.kind === 'known') {
      if (passage.method !== 'OPTIONS') throw errors.MethodNotAllowed({});
      return { status: 204, headers: { Allow: match.allow.join(',') }, body: '' };
    }
    const { route, params } = match;
    passage.route = route.path;
    passage.params = params;
    const stack = params['stack_id'] ?? '';
    if (isUuid(stack)) passage.stack = stack;
    return this.admitted(passage, user.project, async () => {
      const body = route.readsBody
        ? await readBody(raw, this.limits.maxBodyBytes)
        : ({ kind: 'none', hint: 'The body was not read.' } as const);
      const caller = callerOf(user, token, passage.requestId, passage.watched?.trace);
      const project = projectOf(caller, match.project);
      passage.project = project;
      const policy = typeof route.policy === 'function' ? route.policy(body) : route.policy;
      passage.action = actionOf(policy, body);
      enforce(policy, caller, project);
      const links = new Links(`${origin}/${api.version}`, `${origin}${target.rawPath}`);
      const query = new Query(target.query);
      return render(
        await route.handle({
          engine,
          caller,
          project,
          params,
          query,
          body,
          links,
          limits: this.limits,
          awsFunctions: this.options.awsFunctions === true,
        }),
        accept,
      );
    });
  }

  /** Serves it when its project's turn has come. */
  private async admitted({ raw, method }: Passage, project: string, serve: () => Promise<Rendered>): Promise<Rendered> {
    const admitted = await this.admission.enter(method === 'GET' ? 'read' : 'write', project);
    if (admitted.kind === 'refused') {
      const { why, afterSeconds } = admitted;
      this.refused?.add({ why });
      return faultPage(errors.TooManyRequests({ message: tooMany[why] }), afterSeconds);
    }
    try {
      // Whoever has gone meanwhile asks again, and is not served twice.
      if (raw.socket.destroyed) throw errors.Unavailable({ message: 'The client has gone.' });
      return await serve();
    } finally {
      admitted.leave();
    }
  }
}

/** What is done, by its policy; an action, of which there is one policy for all, by its own name. */
function actionOf(policy: PolicyName, body: RequestBody): string {
  const [name] = policy === 'actions:action' && body.kind === 'map' ? body.map.keys() : [];
  return name !== undefined && /^[a-z_]{1,40}$/.test(name) ? `actions:${name}` : policy;
}

const tooMany = {
  rate: 'The project has sent too many requests; please retry.',
  line: 'Too many requests of the project wait; please retry.',
  wait: 'The project has too many requests under way; please retry.',
} as const;

function render(answer: Answer, accept: string | undefined): Rendered {
  switch (answer.kind) {
    case 'json':
      return jsonPage(answer.status, answer.body);
    case 'created':
      return jsonPage(201, answer.body, { Location: answer.location });
    case 'accepted':
      return acceptedPage(accept);
    case 'found':
      return foundPage(answer.location, accept);
    case 'noContent':
      return { status: 204, headers: {}, body: '' };
  }
}

/** Mounted beside the API: no version, no token, no request id. */
function healthPage(method: string, url: string): Rendered | undefined {
  const path = url.split('?')[0];
  if (path !== '/healthcheck' && path !== '/healthcheck/') return undefined;
  if (method === 'HEAD') return { status: 204, headers: {}, body: '' };
  const headers = { 'Content-Type': 'text/plain; charset=UTF-8' };
  return method === 'GET' ? { status: 200, headers, body: 'OK' } : { status: 405, headers, body: '' };
}

function send(reply: FastifyReply, answer: Rendered): FastifyReply {
  reply.code(answer.status).headers({ ...answer.headers });
  return reply.send(answer.status === 204 ? undefined : Buffer.from(answer.body, 'utf8'));
}

/** JavaScript's own errors speak of code; the words of all others may hold somebody's data. */
const harmless = new Set(['TypeError', 'ReferenceError', 'BrokenInvariant']);

function describe(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { error: typeof error };
  const frames = (error.stack ?? '').split('\n').filter(line => /^\s+at /.test(line));
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const reason = harmless.has(error.name) ? { reason: error.message } : {};
  return {
    error: error.name,
    ...code,
    ...reason,
    stack: frames
      .slice(0, 12)
      .map(line => line.trim())
      .join(' | '),
  };
}

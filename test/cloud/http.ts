/** What the sandbox's HTTP servers have in common: request ids, JSON bodies of any content type, a service's own errors. */
import { randomUUID } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';

export interface HttpOptions {
  /** The service's JSON for a failed request; `error` is whatever was thrown. */
  readonly onError: (
    error: unknown,
    request: FastifyRequest,
  ) => {
    readonly status: number;
    readonly body: object;
    readonly headers?: Record<string, string>;
  };
  /** The service's words for a path that it does not have. */
  readonly onUnknownPath: (path: string) => Error;
}

/** A server without routes. Bodies arrive as parsed JSON, `undefined` where there is none. */
export function createServer(options: HttpOptions): FastifyInstance {
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true }, bodyLimit: 114_688, logger: false });
  app.removeAllContentTypeParsers();
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
  app.setNotFoundHandler(request => {
    throw options.onUnknownPath(request.url);
  });
  app.setErrorHandler((error, request, reply) => {
    const { status, body, headers } = options.onError(error, request);
    return reply
      .code(status)
      .headers(headers ?? {})
      .send(body);
  });
  return app;
}

/** What a gateway shows of its work: a span a request, from which all that comes of it descends, and how many, how long. */
import { type Meters, secondsBounds } from '../engine/kernel/meters.ts';
import { type Trace, type Tracer, traceOf } from '../engine/kernel/tracing.ts';

export interface WatchedRequest {
  /** For what comes of it; undefined where nothing is traced. */
  readonly trace: Trace | undefined;
  /** `route`: as the table of routes has it, '' for none. */
  ended(how: {
    readonly route: string;
    readonly status: number;
    readonly requestId: string;
    readonly seconds: number;
  }): void;
}

/** A request begins; `traceparent` is what its sender says it came of. */
export type Watch = (method: string, traceparent: string | undefined) => WatchedRequest;

/** Methods that HTTP knows; a client may send any word, and every word would be a series. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** undefined: nobody watches. */
export function createWatch({
  tracer,
  meters,
}: {
  readonly tracer?: Tracer;
  readonly meters?: Meters;
}): Watch | undefined {
  if (tracer === undefined && meters === undefined) return undefined;
  const requests = meters?.counter('convect_http_requests_total', 'Requests, and how they were answered.');
  const took = meters?.histogram('convect_http_request_seconds', 'From a request to its answer.', secondsBounds);
  return (sent, traceparent) => {
    const method = methods.has(sent) ? sent : 'OTHER';
    const span = tracer?.begin(method, { parent: traceOf(traceparent), kind: 'server' });
    return {
      trace: span?.trace,
      ended: ({ route, status, requestId, seconds }) => {
        const labels = { method, route: route === '' ? 'none' : route };
        requests?.add({ ...labels, status: String(status) });
        took?.seen(seconds, labels);
        if (span === undefined) return;
        span.rename(route === '' ? method : `${method} ${route}`);
        span.note({
          'http.request.method': method,
          'http.route': labels.route,
          'http.response.status_code': status,
          'convect.request_id': requestId,
        });
        span.end(status >= 500 ? String(status) : undefined);
      },
    };
  };
}

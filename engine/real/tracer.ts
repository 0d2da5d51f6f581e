/**
 * The Tracer port over OpenTelemetry's API: what takes the spans, and where they go, is whoever made its tracer.
 *
 * Contexts are handed on as texts and never taken from what runs at the moment: an actor's turn, a batch and a task
 * have many causes, and none of them is "the" current one.
 */
import {
  type Attributes,
  type Context,
  type Link,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  trace as api,
  type Tracer as ApiTracer,
} from '@opentelemetry/api';
import { type SpanOptions, type Trace, type Tracer, traceOf } from '../kernel/tracing.ts';

/** To the microsecond, begin and end by one clock. */
const unixMs = (monotonic: number): number => performance.timeOrigin + monotonic;

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const;

/** Times (`at`) are those of `performance.now()`, as the real clock's monotonic ones are. */
export function createTracer(tracer: ApiTracer): Tracer {
  return {
    begin: (name, options) => {
      const span = tracer.startSpan(name, spanOptions(options), contextOf(options.parent));
      return {
        trace: textOf(span.spanContext()),
        rename: to => {
          span.updateName(to);
        },
        note: facts => {
          span.setAttributes(facts as Attributes);
        },
        end: failed => {
          if (failed !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: failed });
          span.end(unixMs(performance.now()));
        },
      };
    },
  };
}

function spanOptions({ links = [], kind, at, facts }: SpanOptions): Parameters<ApiTracer['startSpan']>[1] {
  return {
    kind: kind === undefined ? SpanKind.INTERNAL : kinds[kind],
    links: links.map((link): Link => ({ context: spanContextOf(link) })),
    startTime: unixMs(at ?? performance.now()),
    ...(facts !== undefined && { attributes: facts as Attributes }),
  };
}

function contextOf(parent: Trace | undefined): Context {
  return parent === undefined ? ROOT_CONTEXT : api.setSpanContext(ROOT_CONTEXT, spanContextOf(parent));
}

function spanContextOf(trace: Trace): SpanContext {
  const [, traceId = '', spanId = '', flags = ''] = trace.split('-');
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
}

function textOf({ traceId, spanId, traceFlags }: SpanContext): Trace {
  const text = traceOf(`00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`);
  if (text === undefined) throw new Error('a span without a context');
  return text;
}

/**
 * Where spans go: OpenTelemetry's SDK, taken up only where a configuration asks for it.
 *
 * A file holds one JSON object a line, each an ExportTraceServiceRequest of OTLP (what the collector's own file
 * exporter writes, and its receiver reads); a collector, such as Jaeger's, takes the same over HTTP. Spans wait in
 * memory and leave in batches; what cannot be sent is dropped, and nothing waits for it.
 */
import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { SpanExporter } from '@opentelemetry/sdk-trace';
import type { Tracer } from '../engine/kernel/tracing.ts';
import { createTracer } from '../engine/real/tracer.ts';
import { Unusable } from './unusable.ts';

export interface TracingConfig {
  /** Spans are appended to it. */
  readonly file?: string;
  /** The URL of a collector, such as http://127.0.0.1:4318/v1/traces. */
  readonly otlp?: string;
  /** Of the traces that begin here, how many are kept: 0 to 1; default 1. */
  readonly ratio?: number;
}

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what waits. */
  stop(): Promise<void>;
}

export interface Who {
  /** `convect-engine` or `convect-gateway`. */
  readonly service: string;
  readonly instance: string;
  readonly version: string;
}

/** Throws Unusable where the SDK is not installed: it is an optional part of the package. */
export async function startTracing(config: TracingConfig, { service, instance, version }: Who): Promise<Tracing> {
  const { sdk, resources, transformer, otlp } = await load();
  const exporters: SpanExporter[] = [];
  if (config.file !== undefined) exporters.push(fileExporter(resolve(config.file), transformer.JsonTraceSerializer));
  if (config.otlp !== undefined) exporters.push(new otlp.OTLPTraceExporter({ url: config.otlp }));
  const provider = new sdk.TracerProvider({
    resource: resources.resourceFromAttributes({
      'service.name': service,
      'service.instance.id': instance,
      'service.version': version,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(config.ratio ?? 1) }),
    spanProcessors: exporters.map(
      exporter => new sdk.BatchSpanProcessor({ exporter, maxQueueSize: 65_536, scheduledDelayMillis: 500 }),
    ),
  });
  return { tracer: createTracer(provider.getTracer('convect', version)), stop: () => provider.shutdown() };
}

async function load() {
  try {
    const [sdk, resources, transformer, otlp] = await Promise.all([
      import('@opentelemetry/sdk-trace'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/otlp-transformer'),
      import('@opentelemetry/exporter-trace-otlp-http'),
    ]);
    return { sdk, resources, transformer, otlp };
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
    if (!missing) throw error;
    throw new Unusable(
      'tracing needs the packages @opentelemetry/*, which npm installs unless --omit=optional is said',
    );
  }
}

type Serializer = typeof import('@opentelemetry/otlp-transformer').JsonTraceSerializer;

function fileExporter(path: string, serializer: Serializer): SpanExporter {
  return {
    export: (spans, done) => {
      try {
        const bytes = serializer.serializeRequest(spans);
        if (bytes !== undefined) appendFileSync(path, `${Buffer.from(bytes).toString('utf8')}\n`, { mode: 0o600 });
        done({ code: 0 });
      } catch (error) {
        done({ code: 1, ...(error instanceof Error && { error }) });
      }
    },
    shutdown: async () => undefined,
  };
}

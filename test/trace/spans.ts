/** Spans out of files of OTLP in JSON, one ExportTraceServiceRequest a line (cli/tracing.ts writes them). */

export interface Shown {
  readonly trace: string;
  readonly id: string;
  /** Undefined: it begins its trace. */
  readonly parent: string | undefined;
  readonly name: string;
  /** `service/instance` of the process that made it. */
  readonly process: string;
  /** Unix milliseconds, with fractions. */
  readonly begin: number;
  readonly end: number;
  readonly facts: ReadonlyMap<string, string>;
  readonly links: readonly string[];
  readonly failed: boolean;
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly Attribute[];
  readonly links?: readonly { readonly spanId: string }[];
  readonly status?: { readonly code?: number };
}
interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
}

/** All spans of a file's text, in order of their beginning. */
export function spansOf(text: string): readonly Shown[] {
  return text
    .split('\n')
    .filter(line => line !== '')
    .flatMap(line => (JSON.parse(line) as Request).resourceSpans)
    .flatMap(({ resource, scopeSpans }) => {
      const about = factsOf(resource.attributes);
      const process = `${about.get('service.name')}/${about.get('service.instance.id')}`;
      return scopeSpans.flatMap(({ spans }) => spans.map(span => shown(span, process)));
    })
    .sort((a, b) => a.begin - b.begin);
}

function shown(span: OtlpSpan, process: string): Shown {
  return {
    trace: span.traceId,
    id: span.spanId,
    parent: span.parentSpanId === '' ? undefined : span.parentSpanId,
    name: span.name,
    process,
    begin: msOf(span.startTimeUnixNano),
    end: msOf(span.endTimeUnixNano),
    facts: factsOf(span.attributes ?? []),
    links: (span.links ?? []).map(({ spanId }) => spanId),
    failed: span.status?.code === 2,
  };
}

/** Whole microseconds are exact in a number, nanoseconds since 1970 are not. */
function msOf(nanos: string): number {
  return Number(BigInt(nanos) / 1_000n) / 1_000;
}

function factsOf(attributes: readonly Attribute[]): ReadonlyMap<string, string> {
  return new Map(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]));
}

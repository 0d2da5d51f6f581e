/**
 * Traces: what led to what, across actors and nodes, for whoever looks for where the time went.
 *
 * A trace begins with a request to a gateway and goes on with every message, task and call that came of it, so one
 * generation of a stack is one trace. A place in it travels as the text that W3C Trace Context calls `traceparent`.
 * Nothing is ever decided by a trace: where nobody traces, the port is absent and no text travels.
 */
import type { Millis } from './clock.ts';

/** A place in a trace: `00-<trace id>-<span id>-<flags>`, W3C Trace Context, version 00. */
export type Trace = string & { readonly brand: 'trace' };

const form = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** A trace out of a text from elsewhere; undefined for any other text. */
export function traceOf(text: string | undefined): Trace | undefined {
  return text !== undefined && form.test(text) ? (text as Trace) : undefined;
}

/** Names, numbers and outcomes; never a value of a template, a parameter or a secret. */
export type SpanFacts = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** What it came of; absent: it begins a trace. */
  readonly parent?: Trace | undefined;
  /** What else led to it. */
  readonly links?: readonly Trace[];
  /** Server: a request that came in; client: one that goes out. Default: work of our own. */
  readonly kind?: 'server' | 'client';
  /** When it began, on the node's monotonic clock; absent: now. */
  readonly at?: Millis;
  readonly facts?: SpanFacts;
}

/** Something that takes time. */
export interface Span {
  /** For what comes of it. */
  readonly trace: Trace;
  rename(name: string): void;
  note(facts: SpanFacts): void;
  /** Once. `failed`: in a word, why it did not do what it was to do. */
  end(failed?: string): void;
}

export interface Tracer {
  begin(name: string, options: SpanOptions): Span;
}

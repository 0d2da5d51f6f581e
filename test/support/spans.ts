/** A tracer that keeps what it is told, for tests. */
import {
  type Span,
  type SpanFacts,
  type SpanOptions,
  type Trace,
  type Tracer,
  traceOf,
} from '../../engine/kernel/tracing.ts';

export interface KeptSpan {
  name: string;
  readonly id: Trace;
  readonly parent: Trace | undefined;
  readonly links: readonly Trace[];
  readonly kind: SpanOptions['kind'];
  facts: SpanFacts;
  /** undefined: it has not ended. */
  ended: { readonly failed: string | undefined } | undefined;
}

export class SpanKeeper implements Tracer {
  readonly spans: KeptSpan[] = [];

  begin(name: string, { parent, links = [], kind, facts = {} }: SpanOptions): Span {
    const number = this.spans.length + 1;
    const trace = parent?.slice(3, 35) ?? number.toString(16).padStart(32, '0');
    const id = traceOf(`00-${trace}-${number.toString(16).padStart(16, '0')}-01`);
    if (id === undefined) throw new Error(`a parent that is no trace: ${parent}`);
    const kept: KeptSpan = { name, id, parent, links, kind, facts, ended: undefined };
    this.spans.push(kept);
    return {
      trace: id,
      rename: to => {
        kept.name = to;
      },
      note: more => {
        kept.facts = { ...kept.facts, ...more };
      },
      end: failed => {
        if (kept.ended !== undefined) throw new Error(`${kept.name} ended twice`);
        kept.ended = { failed };
      },
    };
  }

  /** Ids of the traces that spans are of. */
  get traces(): ReadonlySet<string> {
    return new Set(this.spans.map(({ id }) => id.slice(3, 35)));
  }

  named(name: string): readonly KeptSpan[] {
    return this.spans.filter(span => span.name === name);
  }

  of(id: Trace | undefined): KeptSpan | undefined {
    return this.spans.find(span => span.id === id);
  }

  /** Names from the root to this one. */
  wayTo(span: KeptSpan): readonly string[] {
    const parent = this.of(span.parent);
    return [...(parent === undefined ? [] : this.wayTo(parent)), span.name];
  }
}

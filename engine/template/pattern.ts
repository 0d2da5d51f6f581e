/**
 * Matching of Python regular expressions from the start of a text, as `re.match` does, in bounded time.
 *
 * Templates bring their own patterns (`allowed_pattern`), and with a backtracking engine a pattern such as
 * `(a+)+b` takes longer than the universe for a text of 100 letters: a template could stop a whole node. So patterns
 * are compiled to a small program and run here. Alternatives are tried in Python's order (`a|ab` takes `a`), each
 * (place in the program, position in the text) at most once where that cannot change the outcome, and every step is
 * counted: past the bound the answer is `too long`, never a wait. Positions are code points, as Python counts.
 */
import { limits } from '../kernel/limits.ts';
import { parsePattern } from './pattern-parser.ts';
import { Compiler, type Op, type Program } from './pattern-program.ts';
import { type Anchor, type Flags, otherCase, remembers, type Test } from './pattern-syntax.ts';
import { affords } from './work.ts';

export { PatternError } from './pattern-syntax.ts';

export interface Pattern {
  /** Whether Python's match from the start ends exactly where the text ends. That is less than "could match it all". */
  matchesWhole(text: string): boolean | 'too long';
  /** Whether `re.match` finds anything. */
  matchesStart(text: string): boolean | 'too long';
  /**
   * The first match at or after a position, as `re.search` finds it. `notEmptyAt`: at that position, it takes some
   * text (`re.finditer` after a match that took none).
   */
  search(text: readonly number[], from: number, notEmptyAt?: number): Search | 'too long';
  readonly groups: number;
  /** What compiling it took. */
  readonly size: number;
  readonly names: ReadonlyMap<string, number>;
}

/** Where a match and each of its groups begin and end, in code points; -1 for a group that took no part. */
export type Spans = readonly [Span, ...Span[]];
export type Span = readonly [from: number, to: number];

/** What a search found, and what it cost. */
export interface Search {
  readonly spans: Spans | undefined;
  readonly steps: number;
}

/** Compiles a pattern; throws PatternError, in Python's words, where Python would refuse it (or it is too large). */
export function compilePattern(source: string, flags: Partial<Flags> = {}): Pattern {
  const { node, groups, names } = parsePattern(source, flags);
  const compiler = new Compiler(groups);
  const program = compiler.program(node);
  const memory = remembers(node);
  const run = (text: string): number | undefined | 'too long' => {
    const codes = Array.from(text, c => c.codePointAt(0) ?? 0);
    const match = new Run(codes, compiler, memory);
    const end = match.from(program, 0);
    // A template may have many patterns, each of which takes nearly as long as it may.
    return affords(match.taken * stepCost) ? end : 'too long';
  };
  return {
    matchesStart(text) {
      const end = run(text);
      return end === 'too long' ? end : end !== undefined;
    },
    matchesWhole(text) {
      const end = run(text);
      return end === 'too long' ? end : end === Array.from(text).length;
    },
    search: (text, from, notEmptyAt) => new Run(text, compiler, memory).search(program, from, groups, notEmptyAt),
    groups,
    size: compiler.size,
    names,
  };
}

/** As work of a template's (work.ts). */
const stepCost = 4;
const nowhere = -1;
const bitsMax = 1 << 24;

/** One match. Sub-programs (look-arounds, atomic groups) run within it and share its notes and its count of steps. */
class Run {
  private steps = 0;
  private readonly notes: number[];
  private readonly outcomes = new Map<number, number | undefined>();
  private readonly text: readonly number[];
  private readonly memory: boolean;
  private seen: Uint8Array | undefined;
  private notEmptyAt = nowhere;

  constructor(text: readonly number[], compiler: Compiler, memory: boolean) {
    this.text = text;
    this.memory = memory;
    this.notes = new Array<number>(compiler.slots).fill(nowhere);
  }

  /** The first match from a position on; what failed at a place once fails there always, wherever it began. */
  search(program: Program, start: number, groups: number, notEmptyAt = nowhere): Search | 'too long' {
    this.notEmptyAt = notEmptyAt;
    this.seen = this.seenFor(program);
    for (let from = start; from <= this.text.length; from++) {
      const end = this.from(program, from);
      if (end === 'too long') return end;
      if (end === undefined) continue;
      const spans = Array.from({ length: groups }, (_, i): Span => {
        const to = this.notes[2 * i + 3] ?? nowhere;
        return to === nowhere ? [nowhere, nowhere] : [this.notes[2 * i + 2] ?? nowhere, to];
      });
      return { spans: [[from, end], ...spans], steps: this.steps };
    }
    return { spans: undefined, steps: this.steps };
  }

  /** Steps so far. */
  get taken(): number {
    return this.steps;
  }

  private seenFor(program: Program): Uint8Array | undefined {
    const places = program.ops.length * (this.text.length + 1);
    if (this.memory || places > bitsMax) return undefined;
    this.steps += places >> 8;
    return new Uint8Array((places >> 3) + 1);
  }

  /** The position after the preferred match, undefined where there is none. */
  from(program: Program, start: number): number | undefined | 'too long' {
    try {
      return this.run(program, start, true);
    } catch (error) {
      if (error instanceof OutOfSteps) return 'too long';
      throw error;
    }
  }

  private run(program: Program, start: number, outermost: boolean): number | undefined {
    const { ops } = program;
    const width = this.text.length + 1;
    const seen = outermost ? (this.seen ?? this.seenFor(program)) : undefined;
    // What is still to try: pairs (place, position), or (-1 - slot, note) to take a note back.
    const stack: number[] = [];
    let at = 0;
    let position = start;
    for (;;) {
      if (++this.steps > limits.maxPatternSteps) throw new OutOfSteps();
      const op = ops[at];
      let next = nowhere;
      const bit = at * width + position;
      const known = seen !== undefined && ((seen[bit >> 3] ?? 0) & (1 << (bit & 7))) !== 0;
      if (op !== undefined && !known) {
        if (seen !== undefined) seen[bit >> 3] = (seen[bit >> 3] ?? 0) | (1 << (bit & 7));
        const isRefused = outermost && position === start && position === this.notEmptyAt;
        if (op.op === 'done' && !isRefused) return position;
        if (op.op === 'one') {
          const c = this.text[position];
          if (c !== undefined && op.test(c)) {
            position++;
            next = at + 1;
          }
        } else if (op.op === 'split') {
          stack.push(op.second, position);
          next = op.first;
        } else if (op.op === 'note') {
          stack.push(-1 - op.slot, this.notes[op.slot] ?? nowhere);
          this.notes[op.slot] = position;
          next = at + 1;
        } else if (op.op === 'atomic' || op.op === 'same as') {
          const end = op.op === 'atomic' ? this.inner(op.program, position, stack) : this.afterSame(op, position);
          if (end !== undefined) {
            position = end;
            next = at + 1;
          }
        } else if (op.op !== 'done') next = this.still(op, at, position, stack);
      }
      if (next !== nowhere) {
        at = next;
        continue;
      }
      const back = this.takeBack(stack);
      if (back === undefined) return undefined;
      [at, position] = back;
    }
  }

  private takeBack(stack: number[]): readonly [number, number] | undefined {
    for (;;) {
      const position = stack.pop();
      const at = stack.pop();
      if (at === undefined || position === undefined) return undefined;
      if (at >= 0) return [at, position];
      this.notes[-1 - at] = position;
    }
  }

  /** Where to go on after what takes no text. */
  private still(
    op: Extract<Op, { op: 'jump' | 'unless moved' | 'anchor' | 'look' | 'if matched' }>,
    at: number,
    position: number,
    stack: number[],
  ): number {
    switch (op.op) {
      case 'jump':
        return op.to;
      case 'unless moved':
        return this.notes[op.slot] === position ? op.to : at + 1;
      case 'anchor':
        return this.holds(op.at, op.isWord, position) ? at + 1 : nowhere;
      case 'if matched':
        return (this.notes[2 * op.group + 1] ?? nowhere) === nowhere ? op.no : at + 1;
      case 'look': {
        const from = op.behind === undefined ? position : position - op.behind;
        const found = from >= 0 && this.inner(op.program, from, stack) !== undefined;
        return found !== op.negative ? at + 1 : nowhere;
      }
    }
  }

  /**
   * A sub-program's outcome depends on the position alone where nothing refers to groups: asked once per position.
   * Where something does, what it noted can be taken back through the outer stack.
   */
  private inner(program: Program, position: number, stack: number[]): number | undefined {
    if (this.memory) {
      const before = [...this.notes];
      const outcome = this.run(program, position, false);
      before.forEach((note, slot) => {
        if (this.notes[slot] !== note) stack.push(-1 - slot, note);
      });
      return outcome;
    }
    const key = program.id * (this.text.length + 1) + position;
    if (this.outcomes.has(key)) return this.outcomes.get(key);
    const outcome = this.run(program, position, false);
    this.outcomes.set(key, outcome);
    return outcome;
  }

  private afterSame(
    op: { readonly group: number; readonly ignoreCase: boolean },
    position: number,
  ): number | undefined {
    const from = this.notes[2 * op.group] ?? nowhere;
    const to = this.notes[2 * op.group + 1] ?? nowhere;
    if (from === nowhere || to === nowhere) return undefined;
    const fold = (c: number | undefined) => (c !== undefined && op.ignoreCase ? otherCase(c, 'lower') : c);
    for (let i = from; i < to; i++) {
      this.steps++;
      if (fold(this.text[i]) !== fold(this.text[position + i - from])) return undefined;
    }
    return position + to - from;
  }

  private holds(at: Anchor, isWord: Test, position: number): boolean {
    const before = this.text[position - 1];
    const after = this.text[position];
    const newline = 10;
    switch (at) {
      case 'start':
        return position === 0;
      case 'line start':
        return position === 0 || before === newline;
      case 'very end':
        return after === undefined;
      case 'end':
        return after === undefined || (after === newline && position === this.text.length - 1);
      case 'line end':
        return after === undefined || after === newline;
      case 'boundary':
      case 'no boundary': {
        // In an empty text Python 3.11 finds neither.
        if (this.text.length === 0) return false;
        const edge = (before !== undefined && isWord(before)) !== (after !== undefined && isWord(after));
        return edge === (at === 'boundary');
      }
    }
  }
}

class OutOfSteps extends Error {}

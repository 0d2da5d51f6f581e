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
import { type Anchor, type Node, otherCase, PatternError, remembers, type Test, widthOf } from './pattern-syntax.ts';

export { PatternError } from './pattern-syntax.ts';

type Op =
  | { readonly op: 'one'; readonly test: Test }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  /** Notes the position: where a group begins or ends, or where a turn of a loop began. */
  | { readonly op: 'note'; readonly slot: number }
  /** A turn of a loop that took nothing ends the loop. */
  | { readonly op: 'unless moved'; readonly slot: number; to: number }
  | { readonly op: 'anchor'; readonly at: Anchor; readonly isWord: Test }
  | { readonly op: 'look'; readonly program: Program; readonly behind: number | undefined; readonly negative: boolean }
  | { readonly op: 'atomic'; readonly program: Program }
  | { readonly op: 'same as'; readonly group: number; readonly ignoreCase: boolean }
  | { readonly op: 'if matched'; readonly group: number; no: number }
  | { readonly op: 'done' };

interface Program {
  readonly ops: readonly Op[];
  readonly id: number;
}

export interface Pattern {
  /** Whether Python's match from the start ends exactly where the text ends. That is less than "could match it all". */
  matchesWhole(text: string): boolean | 'too long';
  /** Whether `re.match` finds anything. */
  matchesStart(text: string): boolean | 'too long';
}

/** Compiles a pattern; throws PatternError, in Python's words, where Python would refuse it (or it is too large). */
export function compilePattern(source: string): Pattern {
  const { node, groups } = parsePattern(source);
  const compiler = new Compiler(groups);
  const program = compiler.program(node);
  const memory = remembers(node);
  const run = (text: string) =>
    new Run(
      Array.from(text, c => c.codePointAt(0) ?? 0),
      compiler,
      memory,
    ).from(program, 0);
  return {
    matchesStart(text) {
      const end = run(text);
      return end === 'too long' ? end : end !== undefined;
    },
    matchesWhole(text) {
      const end = run(text);
      return end === 'too long' ? end : end === Array.from(text).length;
    },
  };
}

class Compiler {
  /** Two per group, then one per loop. */
  slots: number;
  programs = 0;
  private size = 0;

  constructor(groups: number) {
    this.slots = 2 * (groups + 1);
  }

  program(node: Node): Program {
    const id = this.programs++;
    const ops: Op[] = [];
    this.emit(ops, node);
    this.push(ops, { op: 'done' });
    return { ops, id };
  }

  private push<O extends Op>(ops: Op[], op: O): O {
    if (++this.size > limits.maxPatternSize) throw new PatternError('the pattern is too large');
    ops.push(op);
    return op;
  }

  private emit(ops: Op[], node: Node): void {
    switch (node.kind) {
      case 'one':
        this.push(ops, { op: 'one', test: node.test });
        return;
      case 'sequence':
        for (const item of node.items) this.emit(ops, item);
        return;
      case 'either':
        this.either(ops, node.branches);
        return;
      case 'repeat':
        this.repeat(ops, node.item, node.min, node.max, node.lazy);
        return;
      case 'group':
        this.push(ops, { op: 'note', slot: 2 * node.index });
        this.emit(ops, node.item);
        this.push(ops, { op: 'note', slot: 2 * node.index + 1 });
        return;
      case 'atomic':
        this.push(ops, { op: 'atomic', program: this.program(node.item) });
        return;
      case 'look': {
        const behind = node.behind ? widthOf(node.item)[0] : undefined;
        this.push(ops, { op: 'look', program: this.program(node.item), behind, negative: node.negative });
        return;
      }
      case 'same as':
        this.push(ops, { op: 'same as', group: node.group, ignoreCase: node.ignoreCase });
        return;
      case 'if matched': {
        const choice = this.push(ops, { op: 'if matched', group: node.group, no: 0 });
        this.emit(ops, node.yes);
        const over = this.push(ops, { op: 'jump', to: 0 });
        choice.no = ops.length;
        this.emit(ops, node.no);
        over.to = ops.length;
        return;
      }
      case 'anchor':
        this.push(ops, { op: 'anchor', at: node.at, isWord: node.isWord });
    }
  }

  private either(ops: Op[], branches: readonly Node[]): void {
    const overs: { to: number }[] = [];
    branches.forEach((branch, i) => {
      if (i === branches.length - 1) {
        this.emit(ops, branch);
        return;
      }
      const split = this.push(ops, { op: 'split', first: ops.length + 1, second: 0 });
      this.emit(ops, branch);
      overs.push(this.push(ops, { op: 'jump', to: 0 }));
      split.second = ops.length;
    });
    for (const over of overs) over.to = ops.length;
  }

  private repeat(ops: Op[], item: Node, min: number, max: number, lazy: boolean): void {
    const [least, most] = widthOf(item);
    // What takes no text need not be tried twice.
    if (most === 0 && min > 1) {
      this.emit(ops, item);
      return;
    }
    for (let i = 0; i < min; i++) this.emit(ops, item);
    if (max === Number.POSITIVE_INFINITY) {
      this.loop(ops, item, lazy, least === 0);
      return;
    }
    const splits: { skip(): void }[] = [];
    for (let i = min; i < max; i++) {
      splits.push(this.choice(ops, lazy));
      this.emit(ops, item);
    }
    for (const split of splits) split.skip();
  }

  /** A split whose other way is where `skip` is called. */
  private choice(ops: Op[], lazy: boolean): { skip(): void } {
    const split = this.push(ops, { op: 'split', first: ops.length + 1, second: ops.length + 1 });
    return {
      skip() {
        if (lazy) split.first = ops.length;
        else split.second = ops.length;
      },
    };
  }

  private loop(ops: Op[], item: Node, lazy: boolean, mayBeEmpty: boolean): void {
    const top = ops.length;
    const choice = this.choice(ops, lazy);
    if (!mayBeEmpty) {
      this.emit(ops, item);
      this.push(ops, { op: 'jump', to: top });
      choice.skip();
      return;
    }
    const slot = this.slots++;
    this.push(ops, { op: 'note', slot });
    this.emit(ops, item);
    const check = this.push(ops, { op: 'unless moved', slot, to: 0 });
    this.push(ops, { op: 'jump', to: top });
    choice.skip();
    check.to = ops.length;
  }
}

const nowhere = -1;
const bitsMax = 1 << 24;

/** One match. Sub-programs (look-arounds, atomic groups) run within it and share its notes and its count of steps. */
class Run {
  private steps = 0;
  private readonly notes: number[];
  private readonly outcomes = new Map<number, number | undefined>();
  private readonly text: readonly number[];
  private readonly memory: boolean;

  constructor(text: readonly number[], compiler: Compiler, memory: boolean) {
    this.text = text;
    this.memory = memory;
    this.notes = new Array<number>(compiler.slots).fill(nowhere);
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
    const seen =
      outermost && !this.memory && ops.length * width <= bitsMax
        ? new Uint8Array(((ops.length * width) >> 3) + 1)
        : undefined;
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
        if (op.op === 'done') return position;
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
        } else next = this.still(op, at, position, stack);
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

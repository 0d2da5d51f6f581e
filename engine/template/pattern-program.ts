/**
 * Python regular expressions as small programs, which pattern.ts runs. A program is bounded in size: `(a{1000}){1000}`
 * is refused.
 */
import { limits } from '../kernel/limits.ts';
import { type Anchor, type Node, PatternError, type Test, widthOf } from './pattern-syntax.ts';

export type Op =
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

export interface Program {
  readonly ops: readonly Op[];
  readonly id: number;
}

/** Makes a pattern's programs; they share their slots for notes. */
export class Compiler {
  /** Two per group, then one per loop. */
  slots: number;
  programs = 0;
  size = 0;

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

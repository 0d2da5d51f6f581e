/** What a yaql expression consists of, as the parser (parser.ts) hands it to the evaluation (calls.ts). */
import type { Yaql } from './values.ts';

/**
 * A part of an expression that may be evaluated later, again and again, or never: functions that take predicates get
 * their arguments as Expressions.
 */
export type Expression = Constant | Call | Group | Pair;

/** A literal. `isWord` marks a bare word (`$.name`, `f(name => 1)`), which is its own text where a value is wanted. */
export class Constant {
  readonly value: Yaql;
  readonly isWord: boolean;

  constructor(value: Yaql, isWord = false) {
    this.value = value;
    this.isWord = isWord;
  }
}

/** A function, an operator (`#operator_+`), an index (`#indexer`), a list, a map or a variable. */
export class Call {
  readonly name: string;
  /** `undefined` is an argument left out: `f(1,,3)`. */
  readonly args: readonly (Expression | undefined)[];
  /** Written as `name(…)`: only that may be called on something, as in `$.name(…)`. */
  readonly takesReceiver: boolean;

  constructor(name: string, args: readonly (Expression | undefined)[], takesReceiver = false) {
    this.name = name;
    this.args = args;
    this.takesReceiver = takesReceiver;
  }
}

/** In parentheses. */
export class Group {
  readonly inner: Expression;

  constructor(inner: Expression) {
    this.inner = inner;
  }
}

/** `a => b`: a named argument, or an entry. */
export class Pair {
  readonly from: Expression;
  readonly to: Expression;

  constructor(from: Expression, to: Expression) {
    this.from = from;
    this.to = to;
  }
}

export function isExpression(value: unknown): value is Expression {
  return value instanceof Constant || value instanceof Call || value instanceof Group || value instanceof Pair;
}

/**
 * From a yaql expression's text to its parts.
 *
 * Operators by how tightly they hold, the tightest first; all but `->` group from the left:
 * `. ?.` · `[…]` · unary `+ -` · `=~ !~` · `* / mod` · `+ -` · `> < >= <= != = in` · `not` · `and` · `or` · `->`.
 * What yaql's grammar refuses is refused at the same word and with the same text.
 */
import { limits } from '../../kernel/limits.ts';
import { fail } from './failure.ts';
import { lexer, type Token } from './lexer.ts';
import { Call, Constant, type Expression, Group, Pair } from './syntax.ts';
import { plainStr } from './text.ts';

const comparisons = ['>', '<', '>=', '<=', '!=', '=', 'in'];

const binary: ReadonlyMap<string, number> = new Map(
  [
    ['.', '?.'],
    ['['],
    [],
    ['=~', '!~'],
    ['*', '/', 'mod'],
    ['+', '-'],
    comparisons,
    [],
    ['and'],
    ['or'],
    ['->'],
  ].flatMap((operators, i) => operators.map(operator => [operator, i + 1] as const)),
);

const unary: ReadonlyMap<string, number> = new Map([
  ['+', 3],
  ['-', 3],
  ['not', 8],
]);

const loosest = 11;

/** Throws a failure of the kind `syntax`. */
export function parse(source: string): Expression {
  return new Parser(source).whole();
}

class Parser {
  private readonly next: () => Token;
  private token: Token;
  private depth = 0;
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
    this.next = lexer(source);
    this.token = this.next();
  }

  whole(): Expression {
    const expression = this.value(loosest);
    if (this.token.kind !== 'end') this.unexpected();
    return expression;
  }

  private unexpected(): never {
    const { token } = this;
    if (token.kind === 'end') throw fail('Parse error: unexpected end of statement', 'syntax');
    const place = `at position ${token.at} of expression '${this.source}'`;
    throw fail(`Parse error: unexpected '${plainStr(token.value)}' ${place}`, 'syntax');
  }

  private take(): Token {
    const { token } = this;
    this.token = this.next();
    return token;
  }

  private sees(sign: string): boolean {
    return this.token.kind === 'sign' && this.token.value === sign;
  }

  private expect(sign: string): void {
    if (!this.sees(sign)) this.unexpected();
    this.take();
  }

  /** A value whose operators hold at least as tightly as this level. */
  private value(level: number): Expression {
    if (++this.depth > limits.maxYaqlDepth) {
      throw fail(`Parse error: nested too deep (the limit is ${limits.maxYaqlDepth} levels)`, 'syntax');
    }
    let left = this.operand();
    for (let chain = 0; ; chain++) {
      if (chain > limits.maxYaqlCallDepth) {
        throw fail(`Parse error: more than ${limits.maxYaqlCallDepth} operators in a row`, 'syntax');
      }
      const { token } = this;
      const own = token.kind === 'sign' ? binary.get(token.value) : undefined;
      if (token.kind !== 'sign' || own === undefined || own > level) break;
      this.take();
      left =
        token.value === '['
          ? new Call('#indexer', [left, ...this.args(']')])
          : new Call(operatorName(token.value), [left, this.value(own === loosest ? own : own - 1)]);
    }
    this.depth--;
    return left;
  }

  private operand(): Expression {
    const { token } = this;
    switch (token.kind) {
      case 'constant':
        this.take();
        return new Constant(token.value);
      case 'word':
        this.take();
        return new Constant(token.value, true);
      case 'variable':
        this.take();
        return new Call('#get_context_data', [new Constant(token.value)]);
      case 'function':
        this.take();
        return new Call(token.value, this.args(')'), true);
      case 'sign':
        return this.signed(token.value);
      case 'end':
        return this.unexpected();
    }
  }

  private signed(sign: string): Expression {
    const level = unary.get(sign);
    if (level === undefined && !'([{'.includes(sign)) this.unexpected();
    this.take();
    if (level !== undefined) return new Call(`#unary_operator_${sign}`, [this.value(level)]);
    if (sign === '[') return new Call('#list', this.args(']'));
    if (sign === '{') return new Call('#map', this.args('}'));
    const inner = this.value(loosest);
    this.expect(')');
    return new Group(inner);
  }

  /**
   * Values, then pairs, up to the closing bracket. A value may be left out where one follows (`f(,2)`, `f(1,,3)`); one
   * may be left out between the last value and the first pair.
   */
  private args(close: string): (Expression | undefined)[] {
    const args: (Expression | undefined)[] = [];
    let pairs = 0;
    if (!this.sees(close)) {
      for (;;) {
        if (pairs === 0 && this.sees(',')) {
          args.push(undefined);
          this.take();
          continue;
        }
        const value = this.value(loosest);
        if (this.sees('=>') && (pairs > 0 || mayBeginPairs(args))) {
          this.take();
          args.push(new Pair(value, this.value(loosest)));
          pairs++;
        } else if (pairs > 0) this.unexpected();
        else args.push(value);
        if (!this.sees(',')) break;
        this.take();
      }
    }
    this.expect(close);
    return args;
  }
}

function mayBeginPairs(args: readonly (Expression | undefined)[]): boolean {
  return args.length === 0 || args.at(-1) !== undefined || (args.length > 1 && args.at(-2) !== undefined);
}

function operatorName(operator: string): string {
  return operator === '=' ? '*equal' : operator === '!=' ? '*not_equal' : `#operator_${operator}`;
}

/**
 * yaql, the query language of Heat's function of this name: expressions over data, evaluated in bounded time.
 *
 * A real evaluator after yaql 2.0 (docs/yaql.md has its functions, what differs, and how both are compared). Pure: the
 * same expression and data give the same result everywhere and always.
 */
import type { Value } from '../../values/value.ts';
import { evaluate } from './calls.ts';
import { checkResult, fromValue, toValue } from './convert.ts';
import { fail } from './failure.ts';
import { absent, standardScope } from './library/all.ts';
import { Meter } from './meter.ts';
import { parse } from './parser.ts';
import { Call, type Expression, Group, Pair } from './syntax.ts';

export { YaqlFailure } from './failure.ts';

/** An expression that was read. */
export interface Statement {
  /** Its value where `$` is this. Throws YaqlFailure. */
  evaluate(data: Value): Value;
}

/** Reads an expression. Throws YaqlFailure for what is none, or needs a function that is not here. */
export function compileYaql(source: string): Statement {
  const expression = parse(source);
  refuseAbsent(expression);
  return {
    evaluate(data) {
      const scope = standardScope.inner();
      scope.set('$', fromValue(data));
      const meter = new Meter();
      return withoutOverflow(() => {
        const result = evaluate(expression, scope, meter);
        checkResult(result);
        const value = toValue(result, meter);
        meter.pay();
        return value;
      });
    },
  };
}

/** Values within values, each made by the expression: their depth is bounded by the stack alone. */
function withoutOverflow<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    if (error instanceof RangeError && error.message.includes('call stack'))
      throw fail('maximum recursion depth exceeded', 'limit');
    throw error;
  }
}

function refuseAbsent(expression: Expression): void {
  if (expression instanceof Group) refuseAbsent(expression.inner);
  else if (expression instanceof Pair) {
    refuseAbsent(expression.from);
    refuseAbsent(expression.to);
  } else if (expression instanceof Call) {
    const reason = absent.get(expression.name);
    if (reason !== undefined) throw fail(`The function "${expression.name}" is not available: ${reason}`, 'syntax');
    for (const arg of expression.args) if (arg !== undefined) refuseAbsent(arg);
  }
}

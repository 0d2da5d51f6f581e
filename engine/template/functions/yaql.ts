/** yaql: an expression of that language over data (contract: templates §3; the language: template/yaql, docs/yaql.md). */
import { emptyMap, isMap, mapOf, type Value } from '../../values/value.ts';
import { type Expr, isKnown } from '../expr.ts';
import { compileYaql, type Statement, YaqlFailure } from '../yaql/yaql.ts';
import { failure, failureText, intrinsic } from './function.ts';

const keys = new Set(['expression', 'data']);

export const yaql = intrinsic({
  id: 'yaql',
  make(args, name) {
    if (!(args instanceof Map)) throw failure.type(`Arguments to "${name}" must be a map.`);
    if (args.has('expression') && [...args.keys()].every(key => keys.has(key))) return;
    const body = '$.data.var1.sum()\n              data:\n                var1: [3, 2, 1]';
    throw failure.key(`"${name}" syntax should be ${name}:\n              expression: ${body}`);
  },
  validate(call) {
    const expression = call.args instanceof Map ? (call.args.get('expression') as Expr) : null;
    // What another function makes of the expression is looked at when it is known.
    if (!isKnown(expression)) return undefined;
    try {
      compiled(expression, 'yaql');
      return undefined;
    } catch (error) {
      return failureText(error);
    }
  },
  apply(args, name) {
    const given = isMap(args) ? args : emptyMap;
    const statement = compiled(given.get('expression') ?? null, name);
    const data = given.get('data');
    try {
      return statement.evaluate(mapOf([['data', data === undefined ? emptyMap : data]]));
    } catch (error) {
      throw failure.value(textOf(error));
    }
  },
});

function compiled(expression: Value, name: string): Statement {
  if (typeof expression !== 'string') {
    throw failure.type(`The "expression" argument to ${name} must contain a string.`);
  }
  try {
    return compileYaql(expression);
  } catch (error) {
    throw failure.value(`Bad expression ${textOf(error)}.`);
  }
}

/** What an expression failed with; anything else is a bug of ours. */
function textOf(error: unknown): string {
  if (error instanceof YaqlFailure) return error.message;
  throw error;
}

/**
 * if, Fn::If: one of two values by a condition (contract: templates §3).
 *
 * It is a macro: the branch that is not chosen counts for nothing, not even its form, and may name resources that
 * conditions switch off. Conditions depend on parameters alone, so planning leaves none of these calls.
 */
import { errors } from '../../kernel/errors.ts';
import { pyStr } from '../../values/python.ts';
import { isList } from '../../values/value.ts';
import { type Call, type Expr, isKnown } from '../expr.ts';
import { functionName } from '../path.ts';
import type { Scope } from '../scope.ts';
import { type Evaluate, type FunctionDefinition, FunctionFailure, failure } from './function.ts';
import { omitted } from './omitted.ts';

export const ifElse = chooser('if', false);
/** From 2021-04-16: without an else the entry goes away. */
export const ifNullable = chooser('if:2021-04-16', true);

function chooser(id: string, mayOmit: boolean): FunctionDefinition {
  return {
    id,
    parse(args, at, parser) {
      const [condition, yes, no] = isList(args) ? args : [];
      const complete = isList(args) && (args.length === 3 || (mayOmit && args.length === 2));
      if (!complete || condition === undefined || yes === undefined) {
        const form = '[condition_name, value_if_true, value_if_false]';
        throw failure.value(`Arguments to "${functionName(at)}" must be of the form: ${form}`);
      }
      const branches = [parser.branch(yes, at)];
      if (no !== undefined) branches.push(parser.branch(no, at));
      return [parser.condition(condition, at), ...branches];
    },
    expand: choose,
    evaluate(call, scope, evaluate) {
      const chosen = choose(call, scope, evaluate);
      return chosen === call ? call : evaluate(chosen, scope);
    },
  };
}

function choose(call: Call, scope: Scope, evaluate: Evaluate): Expr {
  const [condition = null, yes = null, no = omitted] = call.args as readonly Expr[];
  try {
    const decided = evaluate(condition, scope);
    if (!isKnown(decided)) return call;
    return isEnabled(decided, scope) ? yes : no;
  } catch (error) {
    if (error instanceof FunctionFailure) {
      throw errors.StackValidationFailed({ path: call.at, message: error.message });
    }
    throw error;
  }
}

/** Whether a condition (a name, a boolean; null counts as true) holds. Throws FunctionFailure for what is none. */
export function isEnabled(condition: Expr, scope: Scope): boolean {
  if (condition === null) return true;
  if (typeof condition === 'boolean') return condition;
  if (typeof condition === 'string' && scope.condition !== undefined) return scope.condition(condition);
  throw failure.value(`Invalid condition "${isKnown(condition) ? pyStr(condition) : ''}"`);
}

/**
 * Evaluation: as much of an expression as a scope can answer.
 *
 * It is partial: a call that waits for something stays, with its arguments as far as they are known, and can be
 * evaluated again in a scope that knows more. Evaluating twice gives what evaluating once in the better scope gives.
 * What did not change is returned as it is, not copied. Results are bounded in depth and size, so that a chain of
 * small templates cannot make a value that overflows the stack or the memory of whoever reads it.
 */
import { errors, type HeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { isFloat, type Value } from '../values/value.ts';
import { type Call, copyOf, type Expr, type ExprMap, isCall, isKnown } from './expr.ts';
import { functionOf } from './functions/all.ts';
import { spend } from './functions/bounds.ts';
import { failure, failureText, withArgs } from './functions/function.ts';
import { isOmitted } from './functions/omitted.ts';
import { joinPath } from './path.ts';
import type { Scope } from './scope.ts';
import { isWithinWork, withinWork } from './work.ts';

/**
 * What is left of an expression in this scope; a Value where nothing is left.
 * Throws FunctionFailure, or the errors of kernel/errors.ts that functions raise (UserParameterMissing, …).
 */
export function evaluate(expr: Expr, scope: Scope): Expr {
  if (typeof expr !== 'object' || expr === null) return expr;
  return isWithinWork() ? evaluated(expr, scope) : alone(expr, scope);
}

function alone(expr: Expr, scope: Scope): Expr {
  return withinWork(() => evaluated(expr, scope));
}

function evaluated(expr: Expr, scope: Scope): Expr {
  const result = resolve(expr, scope);
  if (isOmitted(result)) return null;
  if (result === expr) return result;
  const budget = { left: limits.maxResultSize };
  measure(result, 0, budget);
  spend(limits.maxResultSize - budget.left);
  return result;
}

type OnCall = (call: Call, scope: Scope) => Expr;

/** An expression with each outermost call replaced; what stays as it was is not copied. */
function walk(expr: Expr, scope: Scope, onCall: OnCall): Expr {
  if (typeof expr !== 'object' || expr === null) return expr;
  if (Array.isArray(expr)) return walkList(expr, scope, onCall);
  if (expr instanceof Map) return walkMap(expr, scope, onCall);
  return isCall(expr) ? onCall(expr, scope) : expr;
}

/**
 * An expression with the choices of its macros made (`if`), nothing else evaluated: what Heat calls the parsed
 * template. Throws StackValidationFailed for a condition that is none.
 */
export function expandMacros(expr: Expr, scope: Scope): Expr {
  const result = walk(expr, scope, expandCall);
  return isOmitted(result) ? null : result;
}

function expandCall(call: Call, scope: Scope): Expr {
  const chosen = functionOf(call.fn).expand?.(call, scope, resolve) ?? call;
  if (chosen !== call) return walk(chosen, scope, expandCall);
  const args = walk(call.args, scope, expandCall);
  return withArgs(call, isOmitted(args) ? null : args);
}

function resolve(expr: Expr, scope: Scope): Expr {
  return walk(expr, scope, resolveCall);
}

function resolveCall(call: Call, scope: Scope): Expr {
  return functionOf(call.fn).evaluate(call, scope, resolve);
}

function walkList(list: readonly Expr[], scope: Scope, onCall: OnCall): Expr {
  let changed: Expr[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const before = list[i] as Expr;
    const after = walk(before, scope, onCall);
    if (after === before && changed === undefined && !isOmitted(after)) continue;
    changed ??= list.slice(0, i);
    if (!isOmitted(after)) changed.push(after);
  }
  return changed ?? list;
}

function walkMap(map: ExprMap, scope: Scope, onCall: OnCall): Expr {
  let changed: Map<string, Expr> | undefined;
  for (const [key, before] of map) {
    const after = walk(before, scope, onCall);
    if (after === before && !isOmitted(after)) continue;
    changed ??= copyOf(map);
    if (isOmitted(after)) changed.delete(key);
    else changed.set(key, after);
  }
  return changed ?? map;
}

/** Throws where a value is deeper or larger than any value may be. */
function measure(expr: Expr, depth: number, budget: { left: number }): void {
  budget.left -= typeof expr === 'string' ? expr.length + 1 : 1;
  if (budget.left < 0) throw failure.value(`The value is too long (the limit is ${limits.maxResultSize} characters)`);
  if (typeof expr !== 'object' || expr === null || isFloat(expr as Value)) return;
  if (depth >= limits.maxValueDepth) {
    throw failure.value(`The value is nested too deep (the limit is ${limits.maxValueDepth} levels)`);
  }
  if (isCall(expr)) measure(expr.args, depth + 1, budget);
  else if (Array.isArray(expr)) for (const item of expr) measure(item, depth + 1, budget);
  else {
    for (const [key, item] of expr as ExprMap) {
      budget.left -= key.length;
      measure(item, depth + 1, budget);
    }
  }
}

/**
 * An output's value as it is shown now. What cannot be resolved is no error of the request that shows it: the value is
 * null and `error` says why (contract: templates §3.1). A call that still waits is null without an error.
 */
export function outputValue(
  output: { readonly value: Expr },
  scope: Scope,
): { readonly value: Value } | { readonly value: null; readonly error: string } {
  try {
    const value = evaluate(output.value, scope);
    return { value: isKnown(value) ? value : null };
  } catch (error) {
    return { value: null, error: failureText(error) };
  }
}

/**
 * A resource's properties, which stand at `place`, each evaluated by itself. Throws StackValidationFailed with the property's place for what
 * cannot be resolved: `Property error: : resources.r.properties.value: : Items to join must be strings not 1`.
 */
export function evaluateProperties(place: string, properties: ExprMap, scope: Scope): ExprMap {
  const result = new Map<string, Expr>();
  for (const [key, value] of properties) {
    try {
      result.set(key, evaluate(value, scope));
    } catch (error) {
      throw propertyFault(joinPath([place, key]), error);
    }
  }
  return result;
}

/** What a function threw in the property at `path`, told as Heat tells it. Anything but a function's failure is thrown on. */
export function propertyFault(path: string, error: unknown): HeatError {
  return errors.StackValidationFailed({ error: 'Property error', path, message: failureText(error) });
}

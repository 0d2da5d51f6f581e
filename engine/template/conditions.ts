/** A template's conditions: decided once, when something first asks, circles told (contract: templates §3). */
import { errors, PlacedError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { pyStr } from '../values/python.ts';
import { type CallRules, checkCalls } from './check-calls.ts';
import { evaluate } from './evaluate.ts';
import { type Expr, isCall, isKnown } from './expr.ts';
import { FunctionFailure, failure } from './functions/function.ts';
import { isEnabled } from './functions/if.ts';
import type { Scope } from './scope.ts';

export interface Conditions {
  /** A scope that also knows the conditions. */
  readonly scope: Scope;
  /**
   * Whether what stands at `path` with this condition exists; without one it does.
   * Throws StackValidationFailed with the path for a name that is no condition.
   */
  enabled(condition: Expr | undefined, path: string): boolean;
}

/** Checks that every definition is a boolean or a function. `scope` answers parameters. */
export function conditionsOf(definitions: ReadonlyMap<string, Expr>, scope: Scope): Conditions {
  for (const [name, definition] of definitions) {
    if (typeof definition !== 'boolean' && !isCall(definition)) throw invalid(name, definition);
    checkDefinition(definition);
  }
  const decided = new Map<string, boolean | 'deciding'>();
  let chain = 0;
  const condition = (name: string): boolean => {
    const before = decided.get(name);
    if (before === 'deciding') throw circular(name);
    if (before !== undefined) return before;
    const definition = definitions.get(name);
    if (definition === undefined) throw failure.value(`Invalid condition "${name}"`);
    if (++chain > limits.maxConditionChain) throw tooLong(name);
    decided.set(name, 'deciding');
    const result = evaluate(definition, within);
    chain--;
    if (typeof result !== 'boolean') throw invalid(name, result);
    decided.set(name, result);
    return result;
  };
  const within: Scope = { ...scope, condition };
  return {
    scope: within,
    enabled(given, path) {
      if (given === undefined) return true;
      try {
        return isEnabled(evaluate(given, within), within);
      } catch (error) {
        if (!(error instanceof FunctionFailure)) throw error;
        throw errors.StackValidationFailed({ path, message: error.message });
      }
    },
  };
}

/** Faults of a finished definition's calls; Heat names their place by the function alone: `equals: : [0].Ref: …`. */
function checkDefinition(definition: Expr): void {
  try {
    checkCalls(definition, onlyForms);
  } catch (error) {
    if (!(error instanceof PlacedError) || !isCall(definition)) throw error;
    const path = definition.at.split('.').at(-1) ?? '';
    throw errors.StackValidationFailed({ ...error.place, path });
  }
}

/** Conditions read parameters only. */
const onlyForms: CallRules = { evaluate: expr => expr, exists: () => true, attributesOf: () => undefined };

function invalid(name: string, definition: Expr): Error {
  const shown = isKnown(definition) ? pyStr(definition) : 'a function';
  return errors.StackValidationFailed({
    error: 'Condition validation error',
    message: `The definition of condition "${name}" is invalid: ${shown}`,
  });
}

function circular(name: string): Error {
  return errors.StackValidationFailed({
    error: 'Condition validation error',
    message: `Circular definition for condition "${name}"`,
  });
}

function tooLong(name: string): Error {
  return errors.StackValidationFailed({
    error: 'Condition validation error',
    message: `Condition "${name}" stands behind more than ${limits.maxConditionChain} others`,
  });
}

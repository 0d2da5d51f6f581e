/**
 * Checking what was drafted: resource by resource, each after those that it requires, then the outputs.
 *
 * An output that cannot be resolved is no fault: it says so whenever it is shown.
 */
import { isHeatError } from '../kernel/errors.ts';
import { type CallRules, checkCalls } from './check-calls.ts';
import type { Conditions } from './conditions.ts';
import type { Draft } from './drafting.ts';
import { evaluate, expandMacros } from './evaluate.ts';
import type { Expr } from './expr.ts';
import { FunctionFailure, failureText } from './functions/function.ts';
import { failedCall } from './functions/internal.ts';
import type { Parameters } from './parameters.ts';
import { joinPath } from './path.ts';
import type { Definition, Preparing, TypeRules } from './planning.ts';
import type { Scope } from './scope.ts';
import type { OutputDefinition, Template } from './template.ts';

/** What calls are checked by once all definitions are there. */
export function callRules(
  definitions: ReadonlyMap<string, Definition>,
  scope: Scope,
  { attributeNames }: TypeRules,
): CallRules {
  return {
    evaluate: expr => {
      try {
        return evaluate(expr, scope);
      } catch (error) {
        if (error instanceof FunctionFailure || isHeatError(error)) return null;
        throw error;
      }
    },
    exists: name => definitions.has(name),
    attributesOf: name => attributeNames?.(definitions.get(name)?.implementation ?? ''),
  };
}

/** Throws the first fault: of its calls, of what its type says, of what could not be resolved. */
export function checkDefinition(draft: Draft, definition: Definition, rules: CallRules, types: Preparing): void {
  checkCalls(draft.chosen, rules);
  checkCalls(draft.chosenMetadata, rules);
  checkCalls(draft.chosenUpdatePolicy, rules);
  types.check?.(definition);
  if (types.structureOnly === true) return;
  const { property, other } = draft.faults;
  const isIgnored = property !== undefined && types.ignoresProperties?.(definition.implementation) === true;
  const fault = isIgnored ? other : (property ?? other);
  if (fault !== undefined) throw fault;
}

/** All outputs, evaluated as far as a plan can. Throws StackValidationFailed. */
export function prepareOutputs(
  template: Template,
  conditions: Conditions,
  rules: CallRules,
  parameters: Parameters,
): ReadonlyMap<string, OutputDefinition> {
  const { words } = template.dialect;
  const outputs = new Map<string, OutputDefinition>();
  for (const { name, description, condition, value } of template.outputs.values()) {
    const place = [words.outputs, name];
    const enabled = conditions.enabled(condition, joinPath([...place, words.condition]));
    const expr = enabled
      ? prepareOutput(joinPath([...place, words.value]), value, conditions.scope, rules, parameters)
      : null;
    outputs.set(name, { name, description, value: expr });
  }
  return outputs;
}

/** What cannot be resolved becomes a call that fails, with the same text, whenever the output is shown. */
function prepareOutput(place: string, value: Expr, scope: Scope, rules: CallRules, parameters: Parameters): Expr {
  const chosen = expandMacros(value, scope);
  checkCalls(chosen, rules);
  try {
    return evaluate(chosen, scope);
  } catch (error) {
    return failedCall(parameters.redact(failureText(error)), place);
  }
}

/**
 * What Heat checks of the calls in a finished definition before it resolves them (contract: templates §3.1).
 *
 * Faults of nested calls arrive in the outer one's text, with the place inside it and single colons:
 * `resources.r.properties.p.list_join: : [1][0].get_attr: The Referenced Attribute (a x) is incorrect.`
 */
import { errors } from '../kernel/errors.ts';
import { pyStr } from '../values/python.ts';
import { type Call, type Expr, type ExprMap, isCall, isKnown } from './expr.ts';
import { functionOf } from './functions/all.ts';

export interface CallRules {
  /** As far as it can be told now; a resource's and an attribute's name may be calls themselves. */
  readonly evaluate: (expr: Expr) => Expr;
  readonly exists: (resource: string) => boolean;
  /** The attributes of a resource's type; undefined where it may have any. */
  readonly attributesOf: (resource: string) => ReadonlySet<string> | undefined;
}

class CallFault extends Error {
  readonly at: string;

  constructor(at: string, message: string) {
    super(message);
    this.at = at;
  }
}

/** Throws StackValidationFailed for the first fault. */
export function checkCalls(expr: Expr, rules: CallRules): void {
  try {
    visit(expr, rules);
  } catch (error) {
    if (error instanceof CallFault) throw errors.StackValidationFailed({ path: error.at, message: error.message });
    throw error;
  }
}

function visit(expr: Expr, rules: CallRules): void {
  if (typeof expr !== 'object' || expr === null) return;
  if (Array.isArray(expr)) for (const item of expr as readonly Expr[]) visit(item, rules);
  else if (expr instanceof Map) for (const item of (expr as ExprMap).values()) visit(item, rules);
  else if (isCall(expr)) visitCall(expr, rules);
}

function visitCall(call: Call, rules: CallRules): void {
  try {
    visit(call.args, rules);
  } catch (error) {
    if (!(error instanceof CallFault)) throw error;
    const inner = error.at.startsWith(call.at) ? error.at.slice(call.at.length).replace(/^\./, '') : error.at;
    throw new CallFault(call.at, `${inner}: ${error.message}`);
  }
  const fault = functionOf(call.fn).validate?.(call) ?? faultOfRead(call, rules);
  if (fault !== undefined) throw new CallFault(call.at, fault);
}

function faultOfRead(call: Call, rules: CallRules): string | undefined {
  const read = functionOf(call.fn).reads?.(call);
  // References are looked at by the graph, and in outputs only when they are shown.
  if (read === undefined || read.attribute === null) return undefined;
  const resource = rules.evaluate(read.resource);
  if (typeof resource !== 'string' || !rules.exists(resource)) {
    const name = isKnown(resource) ? pyStr(resource) : 'None';
    return errors.InvalidTemplateReference({ resource: name, key: 'unknown' }).message;
  }
  if (read.attribute === undefined) return undefined;
  const attribute = rules.evaluate(read.attribute);
  if (!isKnown(attribute)) return undefined;
  const names = rules.attributesOf(resource);
  if (names === undefined || (typeof attribute === 'string' && (attribute === 'show' || names.has(attribute)))) {
    return undefined;
  }
  return errors.InvalidTemplateAttribute({ resource, key: pyStr(attribute) }).message;
}

/** `if` without an else that does not hold: the entry it stands in goes away (contract: templates §3, `if`). */
import { type Call, type Expr, isCall } from '../expr.ts';

export const omitted: Call = { fn: 'omitted', args: null, at: '' };

export function isOmitted(expr: Expr): boolean {
  return isCall(expr) && expr.fn === omitted.fn;
}

/**
 * How a call finds its implementation, and what evaluation is: everything in yaql is a call.
 *
 * Of the implementations that a name has, those remain that take so many arguments; then arguments are evaluated,
 * unless they are to be evaluated later; then those remain whose parameters take the values. The innermost layer of
 * scopes with one left decides: of several the one with the narrower parameters is taken; none or two are errors.
 */
import {
  type Arguments,
  type Candidate,
  candidate,
  converted,
  fits,
  isNarrowerThan,
  paramAt,
  sorted,
} from './binding.ts';
import { fail, type YaqlFailure } from './failure.ts';
import { checkMemory, type Meter } from './meter.ts';
import type { Scope } from './scope.ts';
import type { Argument, Overload, Param, Site } from './signature.ts';
import { bytesOf } from './sizes.ts';
import { Constant, type Expression, Group, isExpression, Pair } from './syntax.ts';
import { str } from './text.ts';
import { Rule, type Yaql } from './values.ts';

/** The value of an expression in a scope; a method is called on `receiver`. */
export function evaluate(expression: Expression, scope: Scope, meter: Meter, receiver?: Yaql): Yaql {
  if (expression instanceof Constant) return expression.value;
  if (expression instanceof Group) return evaluate(expression.inner, scope, meter);
  if (expression instanceof Pair) {
    return new Rule(evaluate(expression.from, scope, meter), evaluate(expression.to, scope, meter));
  }
  const { name, args, takesReceiver } = expression;
  const [only] = args;
  if (name === variable && only instanceof Constant) return variableOf(only, scope);
  meter.step();
  return call({ name, args, receiver: takesReceiver ? receiver : undefined }, scope, meter);
}

const variable = '#get_context_data';

/** A variable, without a call's way round. */
function variableOf(name: Constant, scope: Scope): Yaql {
  const value = scope.get(String(name.value));
  checkMemory(bytesOf(value));
  return value;
}

interface Request {
  readonly name: string;
  readonly args: readonly Argument[];
  readonly receiver: Yaql | undefined;
  /** Named arguments that no `name => value` wrote. */
  readonly named?: ReadonlyMap<string, Yaql> | undefined;
}

/** Calls a function by its name. */
export function call(request: Request, scope: Scope, meter: Meter): Yaql {
  meter.enter();
  const result = implementation(request, scope, meter)(new CallSite(scope.inner(), meter));
  checkMemory(bytesOf(result));
  meter.leave();
  return result;
}

class CallSite implements Site {
  readonly scope: Scope;
  readonly meter: Meter;

  constructor(scope: Scope, meter: Meter) {
    this.scope = scope;
    this.meter = meter;
  }

  call(name: string, ...args: readonly Argument[]): Yaql {
    return call({ name, args, receiver: undefined }, this.scope.inner(), this.meter);
  }

  callOn(receiver: Yaql, name: string, ...args: readonly Argument[]): Yaql {
    return call({ name, args, receiver }, this.scope.inner(), this.meter);
  }

  callWith(request: Request): Yaql {
    return call(request, this.scope.inner(), this.meter);
  }

  evaluate(expression: Expression, scope: Scope, receiver?: Yaql): Yaql {
    return evaluate(expression, scope, this.meter, receiver);
  }
}

/** The implementation for these arguments, with them. */
function implementation(request: Request, scope: Scope, meter: Meter): (site: Site) => Yaql {
  const { name, receiver } = request;
  const layers = scope.overloads(name, receiver === undefined ? 'function' : 'method');
  const takesEntries = layers[0]?.[0]?.takesEntries;
  if (takesEntries === undefined) throw problem(request, 'unknown', meter);
  const written = receiver === undefined ? request.args : [receiver, ...request.args];
  const args = sorted(written, takesEntries, request.named);
  const candidates: Candidate[][] = [];
  let first: Candidate | undefined;
  for (const layer of layers) {
    const usable: Candidate[] = [];
    for (const overload of layer) {
      if (overload.takesEntries !== takesEntries) throw problem(request, 'ambiguous', meter);
      const one = candidate(overload, args);
      if (one === undefined) continue;
      if (first !== undefined && !sameLaziness(first, one)) throw problem(request, 'ambiguous', meter);
      first ??= one;
      usable.push(one);
    }
    if (usable.length > 0) candidates.push(usable);
  }
  if (first === undefined) throw problem(request, 'no match', meter);
  const values = evaluated(first, args, scope, meter);
  for (const layer of candidates) {
    const winner = narrowest(request, layer, values, meter);
    if (winner !== undefined) return site => winner.run(site, converted(winner, values, site));
  }
  throw problem(request, 'no match', meter);
}

/** Whether two leave the same arguments to be evaluated later. */
function sameLaziness(a: Candidate, b: Candidate): boolean {
  for (let i = 0; i < a.count; i++) {
    if (paramAt(a.overload, i)?.type.isLazy !== paramAt(b.overload, i)?.type.isLazy) return false;
  }
  for (const [name, param] of a.names) if (param.type.isLazy !== b.names.get(name)?.type.isLazy) return false;
  return true;
}

function evaluated(
  { overload, names }: Candidate,
  { placed, named }: Arguments,
  scope: Scope,
  meter: Meter,
): Arguments {
  const value = (arg: Argument, param: Param<unknown> | undefined): Argument =>
    isExpression(arg) && !(arg instanceof Constant) && param?.type.isLazy !== true ? evaluate(arg, scope, meter) : arg;
  return {
    placed: placed.map((arg, i) => value(arg, paramAt(overload, i))),
    named: named.size === 0 ? named : new Map([...named].map(([name, arg]) => [name, value(arg, names.get(name))])),
  };
}

function narrowest(
  request: Request,
  layer: readonly Candidate[],
  values: Arguments,
  meter: Meter,
): Overload | undefined {
  let winner: Candidate | undefined;
  for (const one of layer) {
    if (!fits(one.overload, values) || (winner !== undefined && isNarrowerThan(winner, one))) continue;
    if (winner !== undefined && !isNarrowerThan(one, winner)) throw problem(request, 'ambiguous', meter);
    winner = one;
  }
  return winner?.overload;
}

function problem({ name, receiver }: Request, what: 'unknown' | 'no match' | 'ambiguous', meter: Meter): YaqlFailure {
  const thing = `${receiver === undefined ? 'function' : 'method'} "${name}"`;
  const on = receiver === undefined ? '' : ` for receiver ${str(receiver, meter)}`;
  if (what === 'unknown') return fail(`Unknown ${thing}${on}`, 'no function');
  if (what === 'ambiguous') return fail(`Ambiguous ${thing}${on}`, 'ambiguous');
  return fail(`No ${thing}${on} matches supplied arguments`, 'no match');
}

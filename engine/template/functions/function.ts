/**
 * What an intrinsic function is, and the helper that makes one.
 *
 * A function is checked twice, as in Heat (contract: templates §3.1): its form when it is parsed (`make`, arguments
 * may hold calls), its values when it is resolved (`apply`, arguments are values). `intrinsic()` evaluates the
 * arguments first; where one of them waits for a resource, the whole call waits with what it has so far.
 */
import { isHeatError } from '../../kernel/errors.ts';
import { isList, isMap, type Value } from '../../values/value.ts';
import { type Call, type Expr, isKnown } from '../expr.ts';
import { functionName } from '../path.ts';
import type { Scope, unknown } from '../scope.ts';
import { costOf } from '../work.ts';
import { spend } from './bounds.ts';
import { failure, type FailureKind, FunctionFailure } from './failure.ts';
import { isOmitted } from './omitted.ts';

export { failure, type FailureKind, FunctionFailure };

/** The text of what a function may throw: a failure or an error that clients see. Anything else is a bug: thrown on. */
export function failureText(error: unknown): string {
  if (error instanceof FunctionFailure || isHeatError(error)) return error.message;
  throw error;
}

export type Evaluate = (expr: Expr, scope: Scope) => Expr;

/** A resource and the attribute of it (undefined: all of them; null: its reference) that a call reads. */
export interface Read {
  readonly resource: Expr;
  readonly attribute: Expr | undefined | null;
  /** What it selects in the attribute, where the resource is told. */
  readonly path?: readonly Expr[];
}

/** What a macro parses its arguments with: as ordinary values, as a condition, or only if they are chosen. */
export interface MacroParser {
  value(args: Value, path: string): Expr;
  condition(args: Value, path: string): Expr;
  branch(args: Value, path: string): Expr;
}

export interface FunctionDefinition {
  /** Kept in rows inside unfinished expressions, so it never changes its meaning: `get_attr`, `get_attr:2015-10-15`. */
  readonly id: string;
  /** A macro parses its own arguments; everything else gets them parsed. Throws FunctionFailure. */
  parse?(args: Value, at: string, parser: MacroParser): Expr;
  /** A macro's choice, itself not evaluated; it goes in the call's place. */
  expand?(call: Call, scope: Scope, evaluate: Evaluate): Expr;
  /** Arguments' form, when the call is parsed. Throws FunctionFailure. */
  make?(args: Expr, name: string): void;
  /** What Heat checks of a finished definition, before its values: the text of what is wrong. */
  validate?(call: Call): string | undefined;
  reads?(call: Call): Read;
  /** Throws FunctionFailure or an error of kernel/errors.ts. */
  evaluate(call: Call, scope: Scope, evaluate: Evaluate): Expr;
  /** It is no Choice. */
  readonly meant?: never;
}

/** A name that stands for one of several functions, by what it is called with. */
export interface Choice {
  meant(args: Expr, isResource: (name: string) => boolean): FunctionDefinition;
}

export function isChoice(entry: FunctionDefinition | Choice): entry is Choice {
  return entry.meant !== undefined;
}

interface Intrinsic {
  readonly id: string;
  make?(args: Expr, name: string): void;
  validate?(call: Call): string | undefined;
  reads?(call: Call): Read;
  /** `name` is the function as the template calls it, for messages. */
  apply(args: Value, name: string, scope: Scope, call: Call): Value | typeof unknown;
}

/** A function of its arguments' values. */
export function intrinsic({ apply, ...rest }: Intrinsic): FunctionDefinition {
  return unnamed({ ...rest, apply: (args, scope, call) => apply(args, functionName(call.at), scope, call) });
}

interface Unnamed extends Omit<Intrinsic, 'apply'> {
  apply(args: Value, scope: Scope, call: Call): Value | typeof unknown;
}

/** The same of one that every resource calls, and which hardly ever says its name: to find that costs more than all else. */
export function unnamed({ apply, ...rest }: Unnamed): FunctionDefinition {
  return {
    ...rest,
    evaluate(call, scope, evaluate) {
      const evaluated = evaluate(call.args, scope);
      const args = isOmitted(evaluated) ? null : evaluated;
      if (!isKnown(args)) return withArgs(call, args);
      spend(costOfArguments(args));
      const result = apply(args, scope, call);
      if (typeof result === 'symbol') return withArgs(call, args);
      spend(costOf(result));
      return result;
    },
  };
}

function costOfArguments(args: Value): number {
  let cost = costOf(args);
  if (isList(args)) for (const item of args) cost += costOf(item);
  else if (isMap(args)) for (const item of args.values()) cost += costOf(item);
  return cost;
}

/** The call with other arguments; itself where they are the same. */
export function withArgs(call: Call, args: Expr): Call {
  return args === call.args ? call : { fn: call.fn, args, at: call.at };
}

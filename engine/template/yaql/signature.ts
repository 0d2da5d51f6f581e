/**
 * How a function of yaql's library is declared: its name, what it takes, and what it does.
 *
 * A name may have several implementations; the call's arguments decide (calls.ts), as in yaql. The declaration also
 * gives the list of functions in docs/yaql.md.
 */
import type { Expression } from './syntax.ts';
import type { Meter } from './meter.ts';
import type { Scope } from './scope.ts';
import type { Yaql } from './values.ts';

/** An argument: a value, a part of the expression that is not evaluated yet, or none (`f(1,,3)`). */
export type Argument = Yaql | Expression | undefined;

/** Where a function runs: its own scope, inside the caller's. */
export interface Site {
  readonly meter: Meter;
  readonly scope: Scope;
  /** Calls another function of the library from here, as the expression could. */
  call(name: string, ...args: readonly Argument[]): Yaql;
  /** The same on a receiver: `receiver.name(…)`. */
  callOn(receiver: Yaql, name: string, ...args: readonly Argument[]): Yaql;
  callWith(request: {
    readonly name: string;
    readonly args: readonly Argument[];
    readonly receiver: Yaql | undefined;
    readonly named: ReadonlyMap<string, Yaql>;
  }): Yaql;
  /** Evaluates a part of the expression, on a receiver where it is a method. */
  evaluate(expression: Expression, scope: Scope, receiver?: Yaql): Yaql;
}

/** What a parameter takes. `accepts` may see what is not evaluated yet, `convert` sees what was accepted. */
export interface ParamType<T> {
  /** For the docs. */
  readonly label: string;
  /** The argument is not evaluated before the call. */
  readonly isLazy: boolean;
  accepts(argument: Argument): boolean;
  convert(argument: Argument, site: Site): T;
  /** The Python class it stands for: of two implementations that fit, that of the narrower classes is taken. */
  readonly python?: string;
}

export interface Param<T> {
  readonly name: string;
  readonly type: ParamType<T>;
  /** `each`: all further arguments; `named`: all further named ones, each to be read by its name. */
  readonly takes: 'one' | 'rest' | 'named';
  /** Present where the argument may be left out. */
  readonly fallback?: { readonly value: Yaql | undefined };
}

/** What a function's body gets: a value for each parameter. */
export type ValuesOf<P extends readonly Param<unknown>[]> = {
  [K in keyof P]: P[K] extends Param<infer T> ? T : never;
};

/** `function`: `name(x)`; `method`: `x.name()`; `both`: either. */
export type Style = 'function' | 'method' | 'both';

export interface Overload {
  readonly name: string;
  readonly style: Style;
  readonly params: readonly Param<unknown>[];
  /** The parameter of all further arguments. */
  readonly rest: Param<unknown> | undefined;
  /** `a => b` is an entry here, not a named argument. */
  readonly takesEntries: boolean;
  run(site: Site, values: readonly unknown[]): Yaql;
}

export interface Traits {
  readonly takesEntries?: boolean;
}

/** Declares one implementation of a function. */
export function define<const P extends readonly Param<unknown>[]>(
  name: string,
  style: Style,
  params: P,
  body: (site: Site, ...values: ValuesOf<P>) => Yaql,
  { takesEntries = false }: Traits = {},
): Overload {
  return {
    name,
    style,
    params,
    rest: params.find(param => param.takes === 'rest'),
    takesEntries,
    // The values were made by the parameters' own types, one by one.
    run: (site, values) => body(site, ...(values as ValuesOf<P>)),
  };
}

/** The same implementation under other names. */
export function alias(overload: Overload, ...names: readonly string[]): Overload[] {
  return names.map(name => ({ ...overload, name }));
}

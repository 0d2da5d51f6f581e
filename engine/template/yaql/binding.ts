/**
 * Which parameter takes which argument: first by number and name alone, before arguments are evaluated, then by their
 * values.
 */
import type { Argument, Overload, Param, Site } from './signature.ts';
import { Constant, Pair } from './syntax.ts';
import { fail } from './failure.ts';
import { isNarrower } from './types.ts';

/** Arguments by their places and by their names. */
export interface Arguments {
  readonly placed: readonly Argument[];
  readonly named: ReadonlyMap<string, Argument>;
}

/** An implementation that may take a call's arguments. */
export interface Candidate {
  readonly overload: Overload;
  /** How many arguments have places. */
  readonly count: number;
  readonly names: ReadonlyMap<string, Param<unknown>>;
}

const none: ReadonlyMap<string, Argument> = new Map();

/** Tells `name => value` from what stands by its place; `given` are named arguments that were made elsewhere. */
export function sorted(
  written: readonly Argument[],
  takesEntries: boolean,
  given: ReadonlyMap<string, Argument> = none,
): Arguments {
  if (takesEntries) {
    for (const name of given.keys()) throw fail(`Invalid argument ${name}`, 'argument');
    return { placed: written, named: none };
  }
  if (!written.some(arg => arg instanceof Pair)) return { placed: written, named: given };
  const placed: Argument[] = [];
  const named = new Map<string, Argument>(given);
  for (const arg of written) {
    if (!(arg instanceof Pair)) placed.push(arg);
    else if (arg.from instanceof Constant && arg.from.isWord && !given.has(String(arg.from.value))) {
      named.set(String(arg.from.value), arg.to);
    } else throw fail('Cannot convert mapping to keyword argument', 'argument');
  }
  return { placed, named };
}

const noParams: ReadonlyMap<string, Param<unknown>> = new Map();

/** Undefined where an implementation cannot take them, whatever their values are. */
export function candidate(overload: Overload, args: Arguments): Candidate | undefined {
  const { placed, named } = args;
  for (let i = 0; i < placed.length; i++) {
    const param = paramAt(overload, i);
    const arg = placed[i];
    if (param === undefined || (arg === undefined && (param.fallback === undefined || named.has(param.name)))) {
      return undefined;
    }
    if (arg !== undefined && !param.type.accepts(arg)) return undefined;
  }
  const names = namesOf(overload, args);
  return names === undefined ? undefined : { overload, count: placed.length, names };
}

/** The parameter of the argument at a place. */
export function paramAt({ params, rest }: Overload, place: number): Param<unknown> | undefined {
  const own = params[place];
  return own?.takes === 'one' ? own : rest;
}

/** The parameters of named arguments; undefined where one is given twice, or one is missing. */
function namesOf({ params }: Overload, { placed, named }: Arguments): ReadonlyMap<string, Param<unknown>> | undefined {
  let names: Map<string, Param<unknown>> | undefined;
  for (let i = 0; i < params.length; i++) {
    const param = params[i] as Param<unknown>;
    if (param.takes !== 'one') continue;
    const isNamed = named.size > 0 && named.has(param.name);
    if (placed[i] !== undefined) {
      if (isNamed) return undefined;
    } else if (isNamed) {
      names ??= new Map();
      names.set(param.name, param);
    } else if (param.fallback === undefined) return undefined;
  }
  if (named.size === (names?.size ?? 0)) return names ?? noParams;
  const restOf = params.find(param => param.takes === 'named');
  if (restOf === undefined) return undefined;
  return new Map([...named.keys()].map(name => [name, names?.get(name) ?? restOf]));
}

/** Whether an implementation takes these values. */
export function fits({ params }: Overload, { placed, named }: Arguments): boolean {
  for (let i = 0; i < params.length; i++) {
    const { type, takes, name } = params[i] as Param<unknown>;
    if (takes === 'rest') {
      for (let k = i; k < placed.length; k++) if (!type.accepts(placed[k])) return false;
    } else if (takes === 'named') {
      for (const arg of others(params, named).values()) if (!type.accepts(arg)) return false;
    } else {
      const arg = placed[i] !== undefined ? placed[i] : named.get(name);
      if (arg !== undefined && !type.accepts(arg)) return false;
    }
  }
  return true;
}

/** What its body gets, one by one. */
export function converted({ params }: Overload, { placed, named }: Arguments, site: Site): unknown[] {
  return params.map((param, i) => {
    const { type, takes, name, fallback } = param;
    if (takes === 'rest') return placed.slice(i).map(arg => type.convert(arg, site));
    if (takes === 'named') {
      return new Map([...others(params, named)].map(([key, arg]) => [key, type.convert(arg, site)]));
    }
    const arg = placed[i] !== undefined ? placed[i] : named.get(name);
    return arg === undefined ? fallback?.value : type.convert(arg, site);
  });
}

/** Named arguments that no parameter has the name of. */
function others(
  params: readonly Param<unknown>[],
  named: ReadonlyMap<string, Argument>,
): ReadonlyMap<string, Argument> {
  if (named.size === 0) return named;
  return new Map([...named].filter(([name]) => !params.some(param => param.takes === 'one' && param.name === name)));
}

/** Whether one candidate's parameters are the narrower ones: no wider, and somewhere narrower. */
export function isNarrowerThan(a: Candidate, b: Candidate): boolean {
  let narrower = false;
  const pairs: (readonly [Param<unknown> | undefined, Param<unknown> | undefined])[] = [
    ...Array.from({ length: a.count }, (_, i) => [paramAt(a.overload, i), paramAt(b.overload, i)] as const),
    ...[...a.names].map(([name, param]) => [param, b.names.get(name)] as const),
  ];
  for (const [own, other] of pairs) {
    if (own === undefined || other === undefined) continue;
    if (isNarrower(other.type, own.type)) return false;
    if (isNarrower(own.type, other.type)) narrower = true;
  }
  return narrower;
}

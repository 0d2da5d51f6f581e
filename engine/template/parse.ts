/**
 * From plain values to expressions: finds the function calls.
 *
 * A map with exactly one key that names a function of the version is a call; with two keys, or a name the version
 * lacks, it is data (contract: templates §2). Every call knows its place, so that whatever becomes of it later can be
 * told where it stands. What holds no call is returned as it is, not copied.
 */
import { errors } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import { isList, isMap, type Value } from '../values/value.ts';
import type { Dialect, FunctionTable } from './dialects/dialect.ts';
import { copyOf, type Expr } from './expr.ts';
import {
  type Choice,
  type FunctionDefinition,
  FunctionFailure,
  isChoice,
  type MacroParser,
} from './functions/function.ts';
import { invalidCall } from './functions/internal.ts';
import { isOmitted } from './functions/omitted.ts';

/** What a template is read with: its version's rules, and which names are its resources. */
export interface Grammar {
  readonly dialect: Dialect;
  readonly isResource: (name: string) => boolean;
  /** Calls found so far for which conditions choose something else; where there are none, nothing is looked for. */
  choices: number;
}

/** What is wrong with a call's form, and where; becomes StackValidationFailed, or part of a branch nobody chose. */
class FormError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** Parses a value of a template. Throws StackValidationFailed with the call's place. */
export function parseExpr(value: Value, path: string, grammar: Grammar): Expr {
  if (typeof value !== 'object' || value === null) return value;
  return placing(() => parse(value, path, grammar.dialect.functions, grammar, 0));
}

/** Parses a condition's definition, or a reference to one. */
export function parseCondition(value: Value, path: string, grammar: Grammar): Expr {
  return placing(() => parse(value, path, grammar.dialect.conditionFunctions ?? new Map(), grammar, 0));
}

function placing(parsed: () => Expr): Expr {
  try {
    return parsed();
  } catch (error) {
    if (error instanceof FormError) throw errors.StackValidationFailed({ path: error.path, message: error.message });
    throw error;
  }
}

function parse(value: Value, path: string, table: FunctionTable, grammar: Grammar, depth: number): Expr {
  if (isList(value)) {
    checkDepth(path, depth);
    return parseList(value, path, table, grammar, depth);
  }
  if (!isMap(value)) return value;
  checkDepth(path, depth);
  if (value.size === 1) {
    for (const [name, args] of value) {
      const entry = table.get(name);
      if (entry === undefined) break;
      const at = `${path}.${name}`;
      if (entry === 'misplaced') throw new FormError(at, `The function "${name}" is invalid in this context`);
      return parseCall(entry, name, args, at, table, grammar, depth + 1);
    }
  }
  let parsed: Map<string, Expr> | undefined;
  for (const [key, item] of value) {
    if (typeof item !== 'object' || item === null) continue;
    const expr = parse(item, `${path}.${key}`, table, grammar, depth + 1);
    if (expr !== item) (parsed ??= copyOf(value)).set(key, expr);
  }
  return parsed ?? value;
}

function parseList(list: readonly Value[], path: string, table: FunctionTable, grammar: Grammar, depth: number): Expr {
  let parsed: Expr[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const item = list[i] as Value;
    if (typeof item !== 'object' || item === null) continue;
    const expr = parse(item, `${path}[${i}]`, table, grammar, depth + 1);
    if (expr !== item) (parsed ??= [...list])[i] = expr;
  }
  return parsed ?? list;
}

function parseCall(
  entry: FunctionDefinition | Choice,
  name: string,
  args: Value,
  at: string,
  table: FunctionTable,
  grammar: Grammar,
  depth: number,
): Expr {
  try {
    if (!isChoice(entry) && entry.parse !== undefined) {
      grammar.choices += 1;
      return { fn: entry.id, args: entry.parse(args, at, macroParser(table, grammar, depth)), at };
    }
    const parsed = parse(args, at, table, grammar, depth);
    const fn = isChoice(entry) ? entry.meant(parsed, grammar.isResource) : entry;
    fn.make?.(parsed, name);
    const call = { fn: fn.id, args: parsed, at };
    if (isOmitted(call)) grammar.choices += 1;
    return call;
  } catch (error) {
    if (error instanceof FunctionFailure) throw new FormError(at, error.message);
    throw error;
  }
}

function macroParser(table: FunctionTable, grammar: Grammar, depth: number): MacroParser {
  const conditions = grammar.dialect.conditionFunctions ?? new Map();
  const value: MacroParser['value'] = (inner, path) => parse(inner, path, table, grammar, depth);
  return { value, condition: (inner, path) => parse(inner, path, conditions, grammar, depth), branch: lazily(value) };
}

/** A wrong form counts only where the branch is chosen. */
function lazily(parser: MacroParser['value']): MacroParser['branch'] {
  return (args, path) => {
    try {
      return parser(args, path);
    } catch (error) {
      if (error instanceof FormError) return invalidCall(error.message, error.path);
      throw error;
    }
  };
}

function checkDepth(path: string, depth: number): void {
  if (depth >= limits.maxValueDepth) {
    const place = path.length > 200 ? `${path.slice(0, 200)}…` : path;
    throw new FormError(place, `nested too deep (the limit is ${limits.maxValueDepth} levels)`);
  }
}

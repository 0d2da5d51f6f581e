/** The parameters' types of yaql's library: what each takes of what an expression may give, and what the body gets. */
import { Call, Constant, type Expression, isExpression, Pair } from './syntax.ts';
import { checkLength, checkMemory } from './meter.ts';
import { Moment, TimeSpan } from './moment.ts';
import { Scope } from './scope.ts';
import type { Argument, Param, ParamType, Site } from './signature.ts';
import { bytesOf } from './sizes.ts';
import {
  type Collection,
  Dict,
  each,
  isCollection,
  isSet,
  Ordered,
  Regex,
  Rule,
  Sequence,
  type SetOf,
  sizeOf,
  Stream,
  type View,
  type Yaql,
} from './values.ts';

/** A predicate or selector: `$1`, `$2`, … are its arguments. */
export type Lambda = (...args: readonly Yaql[]) => Yaql;
/** One whose arguments may have names. */
export type NamedLambda = (args: readonly Yaql[], given: ReadonlyMap<string, Yaql>) => Yaql;
/** One that is evaluated in a scope that the function made. */
export type ScopedLambda = (scope: Scope) => Yaql;

interface ValueType<T extends Yaql> {
  readonly label: string;
  readonly python: string;
  readonly nullable?: boolean;
  readonly is: (value: Yaql) => value is T;
}

/** A type of values: expressions pass before they are evaluated, and their values are looked at again afterwards. */
function ofValue<T extends Yaql>({ label, python, nullable = false, is }: ValueType<T>): ParamType<T> {
  return {
    label,
    python,
    isLazy: false,
    accepts(argument) {
      const value = argument instanceof Constant ? argument.value : argument;
      if (value === null) return nullable;
      if (value === undefined || isExpression(value)) return true;
      return is(value);
    },
    convert(argument, site) {
      const value = plain(argument);
      checkMemory(bytesOf(value));
      site.meter.step(weightOf(value));
      return value as T;
    },
  };
}

/** Steps for what a function may do with a large value, so that none is for nothing. */
function weightOf(value: Yaql): number {
  if (typeof value === 'string') return value.length >> 5;
  if (typeof value === 'bigint') return bytesOf(value) >> 5;
  if (value instanceof Sequence) return value.items.length >> 3;
  return value instanceof Dict ? value.entries.size >> 3 : 0;
}

/** What an argument that was accepted as a value is. */
function plain(argument: Argument): Yaql {
  if (argument instanceof Constant) return argument.value;
  return argument === undefined || isExpression(argument) ? null : argument;
}

const isText = (value: Yaql): value is string => typeof value === 'string';
const isInt = (value: Yaql): value is bigint | boolean => typeof value === 'bigint' || typeof value === 'boolean';
const isNumber = (value: Yaql): value is bigint | number => typeof value === 'bigint' || typeof value === 'number';
const isDict = (value: Yaql): value is Dict => value instanceof Dict;
const nullOr = <T extends Yaql>(type: ValueType<T>): ParamType<T | null> =>
  ofValue<T | null>({
    ...type,
    label: `${type.label} or null`,
    nullable: true,
    is: (v): v is T | null => v === null || type.is(v),
  });

const textType: ValueType<string> = { label: 'string', python: 'str', is: isText };
const numberType: ValueType<bigint | number> = { label: 'number', python: '', is: isNumber };
const boolType: ValueType<boolean> = {
  label: 'boolean',
  python: 'bool',
  is: (v): v is boolean => typeof v === 'boolean',
};
const intType: ValueType<bigint | boolean> = { label: 'integer', python: 'int', is: isInt };

/** Python's true is 1. */
const asInt = (type: ParamType<bigint | boolean>): ParamType<bigint> => ({
  ...type,
  convert: (argument, site) => BigInt(type.convert(argument, site)),
});

const intOrNullType = nullOr(intType);

/** At most so many items as Heat allows: known at once, or found when one more is read. */
function limited(collection: Collection, site: Site): Collection {
  const size = sizeOf(collection);
  if (size === undefined) return new Stream('generator', limitedItems(collection), site.meter);
  checkLength(size);
  return collection;
}

function* limitedItems(collection: Collection): Generator<Yaql, void, undefined> {
  let count = 0;
  for (const item of each(collection)) {
    checkLength(++count);
    yield item;
  }
}

const collectionType = (is: (value: Yaql) => value is Collection, label = 'collection'): ParamType<Collection> => {
  const type = ofValue<Collection>({ label, python: 'Iterable', is });
  return { ...type, convert: (argument, site) => limited(type.convert(argument, site), site) };
};

/** The types by name. */
export const types = {
  any: ofValue<Yaql>({ label: 'any', python: 'object', nullable: true, is: (_): _ is Yaql => true }),
  notNull: ofValue<Yaql>({ label: 'not null', python: 'object', is: (_): _ is Yaql => true }),
  null: ofValue<null>({ label: 'null', python: 'NoneType', nullable: true, is: (v): v is null => v === null }),
  string: ofValue<string>(textType),
  stringOrNull: nullOr(textType),
  int: asInt(ofValue<bigint | boolean>(intType)),
  /** true is none here. */
  plainInt: asInt(ofValue<bigint | boolean>({ ...intType, is: (v): v is bigint => typeof v === 'bigint' })),
  intOrNull: {
    ...intOrNullType,
    convert: (argument: Argument, site: Site) => {
      const value = intOrNullType.convert(argument, site);
      return value === null ? null : BigInt(value);
    },
  } as ParamType<bigint | null>,
  number: ofValue<bigint | number>(numberType),
  numberOrNull: nullOr(numberType),
  bool: ofValue<boolean>(boolType),
  boolOrNull: nullOr(boolType),
  dict: ofValue<Dict>({ label: 'map', python: 'Mapping', is: isDict }),
  set: ofValue<SetOf | View>({ label: 'set', python: 'Set', is: (v): v is SetOf | View => isSet(v) }),
  sequence: ofValue<Sequence>({ label: 'list', python: 'Sequence', is: (v): v is Sequence => v instanceof Sequence }),
  iterator: ofValue<Stream>({
    label: 'iterator',
    python: 'Iterator',
    is: (v): v is Stream => v instanceof Stream && v.isIterator,
  }),
  ordered: ofValue<Ordered>({
    label: 'ordered collection',
    python: 'Ordered',
    is: (v): v is Ordered => v instanceof Ordered,
  }),
  collection: collectionType((v): v is Collection => isCollection(v)),
  /** Sets have no positions. */
  inOrder: collectionType((v): v is Collection => isCollection(v) && !isSet(v)),
  rule: ofValue<Rule>({ label: 'key => value', python: 'Rule', is: (v): v is Rule => v instanceof Rule }),
  regex: ofValue<Regex>({ label: 'regex', python: 'Pattern', is: (v): v is Regex => v instanceof Regex }),
  moment: ofValue<Moment>({ label: 'datetime', python: 'datetime', is: (v): v is Moment => v instanceof Moment }),
  timeSpan: ofValue<TimeSpan>({
    label: 'timespan',
    python: 'timedelta',
    is: (v): v is TimeSpan => v instanceof TimeSpan,
  }),
  timeSpanOrNull: nullOr<TimeSpan>({
    label: 'timespan',
    python: 'timedelta',
    is: (v): v is TimeSpan => v instanceof TimeSpan,
  }),
  scope: ofValue<Scope>({ label: 'context', python: 'Context', is: (v): v is Scope => v instanceof Scope }),

  /** A literal text: the name of a variable. */
  literal: {
    label: 'literal',
    isLazy: false,
    accepts: argument => argument instanceof Constant && typeof argument.value === 'string',
    convert: argument => (argument instanceof Constant ? String(argument.value) : ''),
  } as ParamType<string>,
  /** A bare word, as in `$.name`. */
  word: {
    label: 'name',
    isLazy: false,
    accepts: argument => argument instanceof Constant && argument.isWord,
    convert: argument => argument as Constant,
  } as ParamType<Constant>,
  /** `from => to`, both to be evaluated where they are needed. */
  pair: {
    label: 'key => value',
    isLazy: true,
    accepts: argument => argument instanceof Pair,
    convert: (argument, site) => ({
      from: () => run(argument instanceof Pair ? argument.from : null, site.scope, site),
      to: () => run(argument instanceof Pair ? argument.to : null, site.scope, site),
    }),
  } as ParamType<{ readonly from: () => Yaql; readonly to: () => Yaql }>,
  /** A part of the expression as it stands. */
  expression: {
    label: 'expression',
    isLazy: true,
    accepts: argument => isExpression(argument),
    convert: argument => argument as Expression,
  } as ParamType<Expression>,
  lambda: {
    label: 'expression',
    isLazy: true,
    accepts: () => true,
    convert: (argument, site) => lambda(argument, site),
  } as ParamType<Lambda>,
  namedLambda: {
    label: 'expression',
    isLazy: true,
    accepts: () => true,
    convert: (argument, site) => (args, given) => {
      const scope = site.scope.inner();
      scope.publish(args);
      for (const [name, value] of given) scope.set(`$${name}`, value);
      return run(argument, scope, site);
    },
  } as ParamType<NamedLambda>,
  optionalLambda: {
    label: 'expression',
    isLazy: true,
    accepts: () => true,
    convert: (argument, site) => (argument === null || argument === undefined ? null : lambda(argument, site)),
  } as ParamType<Lambda | null>,
  scopedLambda: {
    label: 'expression',
    isLazy: true,
    accepts: () => true,
    convert: (argument, site) => scope => run(argument, scope, site),
  } as ParamType<ScopedLambda>,
  optionalScopedLambda: {
    label: 'expression',
    isLazy: true,
    accepts: () => true,
    convert: (argument, site) =>
      argument === null || argument === undefined ? null : scope => run(argument, scope, site),
  } as ParamType<ScopedLambda | null>,
  /** A function call that is to be made on a receiver. */
  method: {
    label: 'method',
    isLazy: true,
    accepts: argument => !isExpression(argument) || (argument instanceof Call && argument.takesReceiver),
    convert: (argument, site) => receiver =>
      isExpression(argument) ? site.evaluate(argument, site.scope.inner(), receiver) : plain(argument),
  } as ParamType<(receiver: Yaql) => Yaql>,
} as const;

function run(argument: Argument, scope: Scope, site: Site): Yaql {
  return isExpression(argument) ? site.evaluate(argument, scope) : plain(argument);
}

function lambda(argument: Argument, site: Site): Lambda {
  return (...args) => {
    const scope = site.scope.inner();
    scope.publish(args);
    return run(argument, scope, site);
  };
}

/** A parameter that must be given. */
export function param<T>(name: string, type: ParamType<T>): Param<T> {
  return { name, type, takes: 'one' };
}

/** One that may be left out; the value is then what stands here. */
export function optional<T>(name: string, type: ParamType<T>, value: Yaql & T): Param<T>;
/** … or undefined. */
export function optional<T>(name: string, type: ParamType<T>): Param<T | undefined>;
export function optional<T>(name: string, type: ParamType<T>, value?: Yaql): Param<T | undefined> {
  return { name, type, takes: 'one', fallback: { value } };
}

/** All further arguments. */
export function rest<T>(name: string, type: ParamType<T>): Param<readonly T[]> {
  return { name, type: type as ParamType<unknown> as ParamType<readonly T[]>, takes: 'rest' };
}

/** All further named arguments. */
export function named<T>(name: string, type: ParamType<T>): Param<ReadonlyMap<string, T>> {
  return { name, type: type as ParamType<unknown> as ParamType<ReadonlyMap<string, T>>, takes: 'named' };
}

/** Python's classes that are narrower than others. */
const wider: Readonly<Record<string, readonly string[]>> = {
  bool: ['int', 'object'],
  int: ['object'],
  str: ['Sequence', 'Iterable', 'object'],
  NoneType: ['object'],
  Iterable: ['object'],
  Sequence: ['Iterable', 'object'],
  Set: ['Iterable', 'object'],
  Mapping: ['Iterable', 'object'],
  Iterator: ['Iterable', 'object'],
  Ordered: ['Iterable', 'object'],
  Rule: ['object'],
  Pattern: ['object'],
  datetime: ['object'],
  timedelta: ['object'],
  Context: ['object'],
};

/** Whether a type is narrower than another. */
export function isNarrower(type: ParamType<unknown>, other: ParamType<unknown>): boolean {
  return (
    type.python !== undefined && other.python !== undefined && (wider[type.python]?.includes(other.python) ?? false)
  );
}

/**
 * Schemas that cannot be: no value could satisfy them, or they promise what the life does not keep. Pure.
 *
 * The kit refuses some when they are written (kit/schema.ts); what is seen only of the whole type is seen here.
 */
import { convert, PropertyProblem } from '../kit/convert.ts';
import { finders } from '../kit/finders.ts';
import type { ResourceType } from '../kit/resource.ts';
import { PropertyBuilder, type PropertySchema, type PropertySchemas } from '../kit/schema.ts';
import type { Constraint, Num } from '../template/constraints.ts';
import { constraintKnown } from '../template/custom-constraints.ts';
import { compilePattern, PatternError } from '../template/pattern.ts';
import { floatNumber } from '../values/floats.ts';
import { pyRepr } from '../values/python.ts';
import type { Value } from '../values/value.ts';
import { isObject, type Wrong } from './plugin-check.ts';

/** All that is wrong with a type's schemas. */
export function wrongSchemas(type: ResourceType): readonly Wrong[] {
  return [
    ...wrongIn(type.properties, ['properties'], ''),
    ...(type.updatePolicy === undefined ? [] : wrongIn(type.updatePolicy, ['updatePolicy'], '')),
    ...wrongUpdates(type),
    ...wrongAttributes(type),
  ];
}

function wrongIn(schemas: PropertySchemas, path: readonly string[], label: string): readonly Wrong[] {
  return Object.entries(schemas).flatMap(([name, schema]): readonly Wrong[] => {
    const place = [...path, name];
    const named = label === '' ? name : `${label}.${name}`;
    if (!(schema instanceof PropertyBuilder)) {
      const message = `the property ${named} is no schema; write string(), integer(), number(), boolean(), list(), map() or any()`;
      return [{ path: place, message }];
    }
    if (name === '' || name.startsWith('@')) return [{ path: place, message: `a property cannot be called '${name}'` }];
    return wrongSchema(schema, place, named);
  });
}

function wrongSchema(schema: PropertySchema, path: readonly string[], named: string): readonly Wrong[] {
  const say = (message: string): Wrong => ({ path, message: `the property ${named} ${message}` });
  const { element, children, defaultValue, constraintList } = schema;
  const wrong: Wrong[] = [];
  if (schema.isRequired && defaultValue !== undefined) {
    wrong.push(say('is required and has a default, which would never count; drop required() or default(…)'));
  }
  if (schema.immutable && schema.updateAllowed) {
    wrong.push(say('is immutable and can be updated; say one of them'));
  }
  if (typeof schema.finder === 'string' && !Object.hasOwn(finders, schema.finder)) {
    const known = Object.keys(finders).join(', ');
    wrong.push(say(`finds ${schema.finder}, which is no finder; there are ${known}`));
  }
  for (const constraint of constraintList) {
    const message = wrongConstraint(constraint, schema);
    if (message !== undefined) wrong.push(say(message));
  }
  // A constraint that cannot be asked anything says so itself.
  const broken = wrong.length > 0 || defaultValue === undefined ? undefined : problemOf(schema, defaultValue);
  if (broken !== undefined) wrong.push(say(`has a default that it would refuse: ${broken}`));
  if (element !== undefined) {
    wrong.push(
      ...(element instanceof PropertyBuilder
        ? wrongSchema(element, path, `${named}[]`)
        : [say('has elements that are no schema; write list().of(string())')]),
    );
  }
  if (children !== undefined) wrong.push(...wrongIn(children, path, named));
  return wrong;
}

/** Why a value is not taken; undefined: it is. */
function problemOf(schema: PropertySchema, value: Value): string | undefined {
  try {
    convert(schema, value, [], 'strict');
    return undefined;
  } catch (error) {
    if (error instanceof PropertyProblem) return error.message;
    throw error;
  }
}

const isPlain = ({ type }: PropertySchema): boolean => type !== 'list' && type !== 'map' && type !== 'any';

function wrongConstraint(constraint: Constraint, schema: PropertySchema): string | undefined {
  switch (constraint.kind) {
    case 'range':
      return crossed('range', constraint);
    case 'length':
      return crossed('length', constraint);
    case 'modulo':
      return asNumber(constraint.step) === 0 ? 'has modulo(0), which nothing satisfies' : undefined;
    case 'allowed_values': {
      if (constraint.values.length === 0) return 'allows no value; give allowedValues some';
      if (!isPlain(schema)) return undefined;
      const bare = { ...schema, constraintList: [], defaultValue: undefined };
      const odd = constraint.values.find(value => problemOf(bare, value) !== undefined);
      return odd === undefined ? undefined : `allows ${pyRepr(odd)}, which is no ${schema.type}`;
    }
    case 'allowed_pattern':
      return wrongPattern(constraint.pattern);
    case 'custom_constraint':
      return constraintKnown(constraint.name)
        ? undefined
        : `has the custom constraint ${constraint.name}, which there is not; see docs/plugins.md`;
  }
}

function crossed(
  kind: string,
  { min, max }: { readonly min?: Num | undefined; readonly max?: Num | undefined },
): string | undefined {
  if (min === undefined || max === undefined || asNumber(min) <= asNumber(max)) return undefined;
  return `has a ${kind} from ${asNumber(min)} to ${asNumber(max)}, which nothing satisfies`;
}

function asNumber(value: Num): number {
  return typeof value === 'bigint' ? Number(value) : floatNumber(value);
}

function wrongPattern(pattern: string): string | undefined {
  try {
    compilePattern(pattern);
    return undefined;
  } catch (error) {
    if (!(error instanceof PatternError)) throw error;
    return `has a pattern that cannot be read: ${error.message}`;
  }
}

/** A property that says it can be updated, of a type that cannot. */
function wrongUpdates({ life, properties }: ResourceType): readonly Wrong[] {
  if (life.kind === 'nested' || life.update !== undefined) return [];
  return Object.entries(properties)
    .filter(([, schema]) => schema instanceof PropertyBuilder && schema.updateAllowed)
    .map(([name]) => ({
      path: ['properties', name],
      message: `the property ${name} can be updated, but the life has no update; give it update(change), or drop update: true`,
    }));
}

const types: readonly unknown[] = [undefined, 'string', 'integer', 'number', 'boolean', 'list', 'map', 'any'];

function wrongAttributes({ attributes }: ResourceType): readonly Wrong[] {
  return Object.entries(attributes).flatMap(([name, schema]): readonly Wrong[] => {
    const given: unknown = schema;
    if (!isObject(given) || !isObject(given['support']) || (given['cache'] !== 'local' && given['cache'] !== 'none')) {
      return [
        { path: ['attributes', name], message: `the attribute ${name} is no schema; write attribute('What it is.')` },
      ];
    }
    if (types.includes(given['type'])) return [];
    return [
      {
        path: ['attributes', name],
        message: `the attribute ${name} has no known type; it shall be string, integer, number, boolean, list, map or any`,
      },
    ];
  });
}

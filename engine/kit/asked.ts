/**
 * Custom constraints of properties that only a service can answer: is there a flavor of that name? (contract: templates
 * §4.1, §5). What is known of a definition is looked through here; whoever plans asks (orchestration/asking.ts). Pure.
 */
import { asked as askedNames } from '../template/custom-constraints.ts';
import { type ExprMap, isKnown } from '../template/expr.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import type { PropertySchema, PropertySchemas } from './schema.ts';

/** A text that a service must know. */
export interface AskedValue {
  /** Keys and indexes below `properties`. */
  readonly path: readonly (string | number)[];
  readonly constraint: string;
  readonly value: string;
  /** The constraint's own, said instead of the usual text. */
  readonly description: string | undefined;
}

/**
 * What is to be asked of converted properties, in the schemas' order. One that waits for another resource is asked
 * when that is there, and is left out as a whole, as in Heat.
 */
export function askedOf(schemas: PropertySchemas, converted: ExprMap): readonly AskedValue[] {
  if (!asksIn(schemas)) return [];
  const found: AskedValue[] = [];
  for (const [name, schema] of Object.entries(schemas)) {
    const value = converted.get(name);
    if (value !== undefined && asks(schema) && isKnown(value)) collect(schema, value, [name], found);
  }
  return found;
}

function collect(schema: PropertySchema, value: Value, path: readonly (string | number)[], found: AskedValue[]): void {
  for (const constraint of schema.constraintList) {
    if (constraint.kind !== 'custom_constraint' || typeof value !== 'string' || value === '') continue;
    if (!askedNames.has(constraint.name)) continue;
    found.push({ path, constraint: constraint.name, value, description: constraint.description });
  }
  const { element, children } = schema;
  if (element !== undefined && isList(value)) {
    for (const [i, item] of value.entries()) collect(element, item, [...path, i], found);
  }
  if (children !== undefined && isMap(value)) collectIn(children, value, path, found);
}

function collectIn(
  schemas: PropertySchemas,
  values: ValueMap,
  path: readonly (string | number)[],
  found: AskedValue[],
): void {
  for (const [name, schema] of Object.entries(schemas)) {
    const value = values.get(name);
    if (value !== undefined && asks(schema)) collect(schema, value, [...path, name], found);
  }
}

/** Most types ask nothing. */
const asking = new WeakMap<PropertySchemas, boolean>();

function asksIn(schemas: PropertySchemas): boolean {
  const known = asking.get(schemas);
  if (known !== undefined) return known;
  const found = Object.values(schemas).some(asks);
  asking.set(schemas, found);
  return found;
}

function asks({ constraintList, element, children }: PropertySchema): boolean {
  if (constraintList.some(each => each.kind === 'custom_constraint' && askedNames.has(each.name))) return true;
  return (element !== undefined && asks(element)) || (children !== undefined && asksIn(children));
}

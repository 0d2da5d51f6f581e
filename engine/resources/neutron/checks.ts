/** Checks and old names that Neutron's types share (contract: resource-types §3). */
import { errors } from '../../kernel/errors.ts';
import { type Expr, type ExprMap, isCall } from '../../template/expr.ts';
import { isList, isMap, type Value } from '../../values/value.ts';
import { pyTruthy } from '../../values/python.ts';
import { since, type SupportStatus } from '../../kit/schema.ts';

/** Something is said: a value, or what another resource will say. */
export function given(properties: ExprMap, name: string): boolean {
  const value = properties.get(name);
  return value !== undefined && value !== null;
}

/** Something that counts is said: not false, zero or empty. What is not known yet counts. */
export function truthy(properties: ExprMap, name: string): boolean {
  const value = properties.get(name);
  return value !== undefined && counts(value);
}

function counts(value: Expr): boolean {
  return isCall(value) || pyTruthy(value as Value);
}

/** Throws ResourcePropertyConflict. */
export function conflict(...properties: readonly string[]): never {
  throw errors.ResourcePropertyConflict({ properties });
}

/** Throws StackValidationFailed with a text alone. */
export function refuse(message: string): never {
  throw errors.StackValidationFailed({ message });
}

/**
 * The value of a property's old name goes to its new one. Throws StackValidationFailed where both say something;
 * `at` is where they stand.
 */
export function withNewName(properties: ExprMap, name: string, old: string, at = ''): ExprMap {
  if (!properties.has(old)) return properties;
  const moved = new Map(properties);
  moved.delete(old);
  if (!truthy(properties, old)) return moved;
  if (truthy(properties, name)) {
    refuse(`Cannot define the following properties at the same time: ${at}${name}, ${at}${old}`);
  }
  return moved.set(name, properties.get(old) ?? null);
}

/** The same inside the maps of a list. */
export function withNewNames(properties: ExprMap, list: string, name: string, old: string): ExprMap {
  const items = properties.get(list);
  if (items === undefined || isCall(items) || !isList(items as Value)) return properties;
  const moved = (items as readonly Expr[]).map(item =>
    isMap(item as Value) ? withNewName(item as ExprMap, name, old, `${list}.`) : item,
  );
  return new Map(properties).set(list, moved);
}

/** Throws StackValidationFailed where `value_specs` says what a property of the type says. */
export function refuseInValueSpecs(properties: ExprMap, names: readonly string[]): void {
  const specs = properties.get('value_specs');
  if (!isMap((specs ?? null) as Value)) return;
  const found = [...(specs as ExprMap).keys()].filter(
    key => key === 'shared' || key === 'tenant_id' || names.includes(key),
  );
  if (found.length > 0) refuse(`${found.join(', ')} not allowed in value_specs`);
}

/** The status of a property that was renamed. */
export function renamedTo(name: string, hidden: string, deprecated: string, before?: string): SupportStatus {
  return {
    status: 'HIDDEN',
    version: hidden,
    message: `Use property ${name}.`,
    previous: {
      status: 'DEPRECATED',
      version: deprecated,
      ...(before !== undefined && { previous: since(before) }),
    },
  };
}

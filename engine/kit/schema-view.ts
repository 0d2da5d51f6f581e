/** A type's schema as GET /resource_types/{type} shows it (contract: rest-api §6). */
import type { Constraint } from '../template/constraints.ts';
import { mapOf, type Value, type ValueMap } from '../values/value.ts';
import type { ResourceType } from './resource.ts';
import type { AttributeSchema, PropertySchema, PropertySchemas, SupportStatus } from './schema.ts';

/** The whole body. HIDDEN properties and attributes are left out, as in Heat. */
export function schemaAsValue(type: ResourceType): ValueMap {
  return mapOf([
    ['resource_type', type.name],
    ['properties', schemasAsValue(shownProperties(type.properties))],
    [
      'attributes',
      mapOf(Object.entries(shownOnly(type.attributes)).map(([name, schema]) => [name, attributeAsValue(schema)])),
    ],
    ['support_status', supportAsValue(type.support)],
  ]);
}

function shownOnly<S extends { readonly support: SupportStatus }>(
  schemas: Readonly<Record<string, S>>,
): Readonly<Record<string, S>> {
  return Object.fromEntries(Object.entries(schemas).filter(([, schema]) => schema.support.status !== 'HIDDEN'));
}

/** Inside a property everything is shown. */
function shownProperties(schemas: PropertySchemas): PropertySchemas {
  return Object.fromEntries(Object.entries(shownOnly(schemas)).filter(([, schema]) => schema.implemented));
}

function schemasAsValue(schemas: PropertySchemas): ValueMap {
  return mapOf(Object.entries(schemas).map(([name, schema]) => [name, propertyAsValue(schema)]));
}

/** One property: `type` in lower case; description, default, schema and constraints only where there are any. */
export function propertyAsValue(schema: PropertySchema): ValueMap {
  const entries: [string, Value][] = [['type', schema.type]];
  if (schema.description !== undefined) entries.push(['description', schema.description]);
  if (schema.defaultValue !== undefined) entries.push(['default', schema.defaultValue]);
  if (schema.element !== undefined) entries.push(['schema', mapOf([['*', propertyAsValue(schema.element)]])]);
  if (schema.children !== undefined) entries.push(['schema', schemasAsValue(schema.children)]);
  entries.push(['required', schema.isRequired]);
  if (schema.constraintList.length > 0) entries.push(['constraints', schema.constraintList.map(constraintAsValue)]);
  entries.push(['update_allowed', schema.updateAllowed], ['immutable', schema.immutable]);
  return mapOf(entries);
}

/** `{"range": {"min": 1}}`, with its description where it has one. */
export function constraintAsValue(constraint: Constraint): ValueMap {
  const entries: [string, Value][] = [];
  if (constraint.description !== undefined) entries.push(['description', constraint.description]);
  entries.push([constraint.kind, constraintBody(constraint)]);
  return mapOf(entries);
}

function constraintBody(constraint: Constraint): Value {
  switch (constraint.kind) {
    case 'range':
    case 'length': {
      const { min, max } = constraint;
      return mapOf([
        ...(min === undefined ? [] : [['min', min] as const]),
        ...(max === undefined ? [] : [['max', max] as const]),
      ]);
    }
    case 'modulo':
      return mapOf([
        ['step', constraint.step],
        ['offset', constraint.offset],
      ]);
    case 'allowed_values':
      return constraint.values;
    case 'allowed_pattern':
      return constraint.pattern;
    case 'custom_constraint':
      return constraint.name;
  }
}

function attributeAsValue(schema: AttributeSchema): ValueMap {
  const entries: [string, Value][] = [];
  if (schema.description !== undefined) entries.push(['description', schema.description]);
  if (schema.type !== undefined) entries.push(['type', schema.type]);
  return mapOf(entries);
}

function supportAsValue(support: SupportStatus): ValueMap {
  return mapOf([
    ['status', support.status],
    ['message', support.message ?? null],
    ['version', support.version ?? null],
    ['previous_status', support.previous === undefined ? null : supportAsValue(support.previous)],
  ]);
}

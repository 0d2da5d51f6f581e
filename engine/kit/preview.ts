/** A resource's properties as a preview shows them: every one of the schema, before anything is made. */
import { isKnown } from '../template/expr.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { convert, PropertyProblem } from './convert.ts';
import type { ResourceType } from './resource.ts';

/**
 * Every property of the schema, in its type: what is given, else the default, else null. Nothing for a type that looks
 * at none of its properties. A value that does not fit, because what it comes from is not made yet, is the default.
 */
export function previewProperties(type: ResourceType, given: ValueMap): ValueMap {
  if (type.anyProperties) return emptyMap;
  return mapOf(
    Object.entries(type.properties).map(([name, schema]): [string, Value] => {
      const fallback = schema.defaultValue ?? null;
      const value = given.get(name) ?? null;
      if (value === null) return [name, fallback];
      try {
        const converted = convert(schema, value, [name], 'loose');
        return [name, isKnown(converted) ? converted : fallback];
      } catch (error) {
        if (error instanceof PropertyProblem) return [name, fallback];
        throw error;
      }
    }),
  );
}

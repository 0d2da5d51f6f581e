/** A resource's properties as a preview shows them: every one of the schema, before anything is made. */
import { isKnown } from '../template/expr.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { convert, PropertyProblem } from './convert.ts';
import type { ResourceType } from './resource.ts';

/**
 * Every property of the schema, in its type: what is given, else the default, else null; a null that is given is the
 * default, else the type's empty value (contract: templates §5). Nothing for a type that looks
 * at none of its properties. A value that does not fit, because what it comes from is not made yet, is the default.
 */
export function previewProperties(type: ResourceType, given: ValueMap): ValueMap {
  if (type.anyProperties) return emptyMap;
  // Where the given ones say what another has to be, as OS::Heat::Value's type does, that one's schema counts.
  const translated = type.translate?.(given) ?? given;
  const schemas = type.checkedAs?.(translated) ?? type.properties;
  return mapOf(
    Object.entries(schemas).map(([name, schema]): [string, Value] => {
      const fallback = schema.defaultValue ?? null;
      const value = translated.get(name);
      if (value === undefined && fallback === null) return [name, null];
      try {
        const converted = convert(schema, value ?? fallback, [name], 'loose');
        return [name, isKnown(converted) ? converted : fallback];
      } catch (error) {
        if (error instanceof PropertyProblem) return [name, fallback];
        throw error;
      }
    }),
  );
}

/** Which of a resource's properties name other things, and the properties with ids in their places. Pure. */
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { looksLikeId } from './finders.ts';
import type { PropertySchema, PropertySchemas } from './schema.ts';

/** One name to be resolved. */
export interface Wanted {
  readonly finder: string;
  readonly text: string;
}

/** All names in resolved properties that are not ids yet, each once. */
export function wantedOf(schemas: PropertySchemas, properties: ValueMap): readonly Wanted[] {
  if (!namesOthers(schemas)) return [];
  const wanted = new Map<string, Wanted>();
  walk(schemas, properties, (finder, text) => {
    if (!looksLikeId(text)) wanted.set(`${finder} ${text}`, { finder, text });
    return text;
  });
  return [...wanted.values()];
}

/** The properties with every name that `ids` knows replaced; keys are `<finder> <name>`. */
export function withIds(schemas: PropertySchemas, properties: ValueMap, ids: ReadonlyMap<string, string>): ValueMap {
  if (!namesOthers(schemas)) return properties;
  return walk(schemas, properties, (finder, text) => ids.get(`${finder} ${text}`) ?? text);
}

export function wantedKey({ finder, text }: Wanted): string {
  return `${finder} ${text}`;
}

const naming = new WeakMap<PropertySchemas, boolean>();

/** Whether any of these properties, at any depth, may name another thing: most types have none. */
function namesOthers(schemas: PropertySchemas): boolean {
  const known = naming.get(schemas);
  if (known !== undefined) return known;
  const found = Object.values(schemas).some(mayName);
  naming.set(schemas, found);
  return found;
}

function mayName({ finder, element, children }: PropertySchema): boolean {
  if (finder !== undefined || (element !== undefined && mayName(element))) return true;
  return children !== undefined && namesOthers(children);
}

type Replace = (finder: string, text: string) => string;

function walk(schemas: PropertySchemas, properties: ValueMap, replace: Replace): ValueMap {
  return mapOf(
    [...properties].map(([name, value]): [string, Value] => {
      const schema = Object.hasOwn(schemas, name) ? schemas[name] : undefined;
      return [name, schema === undefined ? value : walkValue(schema, value, replace, properties)];
    }),
  );
}

/** `beside` are the properties among which it stands. */
function walkValue(schema: PropertySchema, value: Value, replace: Replace, beside: ValueMap): Value {
  const finder = finderOf(schema, beside);
  if (typeof value === 'string') return finder === undefined || value === '' ? value : replace(finder, value);
  const { element, children } = schema;
  if (finder !== undefined && isList(value)) {
    return value.map(item => (typeof item === 'string' && item !== '' ? replace(finder, item) : item));
  }
  if (element !== undefined && isList(value)) return value.map(item => walkValue(element, item, replace, emptyMap));
  if (children !== undefined && isMap(value)) return walk(children, value, replace);
  return value;
}

function finderOf({ finder }: PropertySchema, beside: ValueMap): string | undefined {
  if (finder === undefined || typeof finder === 'string') return finder;
  const kind = beside.get(finder.property);
  return typeof kind === 'string' && Object.hasOwn(finder.finders, kind) ? finder.finders[kind] : undefined;
}

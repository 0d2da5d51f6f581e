/** Reading resolved properties and services' answers, and writing bodies of what is given alone. */
import { isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';

/** A text that says something; undefined for null, '' and anything else. */
export function textIn(map: ValueMap, key: string): string | undefined {
  const value = map.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A map in a map; undefined for anything else. */
export function mapIn(map: ValueMap, key: string): ValueMap | undefined {
  const value = map.get(key) ?? null;
  return isMap(value) ? value : undefined;
}

/** The items of a list in a map; none where there is no list. */
export function listIn(map: ValueMap, key: string): readonly Value[] {
  const value = map.get(key) ?? null;
  return isList(value) ? value : [];
}

/** The maps among them. */
export function mapsIn(map: ValueMap, key: string): readonly ValueMap[] {
  return listIn(map, key).filter(isMap);
}

/** The texts among them. */
export function textsIn(map: ValueMap, key: string): readonly string[] {
  return listIn(map, key).filter(item => typeof item === 'string');
}

/** A map of the entries whose value is neither null nor undefined. */
export function withoutNulls(entries: Iterable<readonly [string, Value | undefined]>): ValueMap {
  return mapOf([...entries].filter((entry): entry is [string, Value] => entry[1] !== undefined && entry[1] !== null));
}

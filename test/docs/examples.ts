/** An example of each type: its first entry in the table of types (test/types), which is played on a cloud. */
import type { Json } from '../diff/scenario.ts';
import { typeEntries } from '../types/all.ts';
import type { Parts } from '../types/form.ts';

type Template = Readonly<Record<string, Json>>;

/** A template with the type and what it needs around it; undefined where the table has none. */
export function exampleOf(type: string): Template | undefined {
  const entry = typeEntries.find(each => each.type === type);
  if (entry === undefined) return undefined;
  const it = {
    type,
    ...(Object.keys(entry.properties).length > 0 && { properties: entry.properties }),
  };
  const resources: Record<string, Json> = {};
  const around = entry.around ?? {};
  for (const name of Object.keys(around))
    if (needed(it, around).has(name)) resources[name] = slim(around[name] ?? null);
  resources['it'] = it;
  return { heat_template_version: '2021-04-16', resources: named(resources) };
}

/** What stands around it, as far as it or another needed one speaks of it. */
function needed(it: Json, around: Parts): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (part: Json): void => {
    for (const name of textsIn(part)) {
      if (found.has(name) || !Object.hasOwn(around, name)) continue;
      found.add(name);
      look(around[name] ?? null);
    }
  };
  look(it);
  return found;
}

function textsIn(part: Json): readonly string[] {
  if (typeof part === 'string') return [part];
  if (typeof part !== 'object' || part === null) return [];
  return Object.values(part).flatMap(textsIn);
}

/** Without an empty map of properties. */
function slim(resource: Json): Json {
  if (typeof resource !== 'object' || resource === null || Array.isArray(resource)) return resource;
  const entries = Object.entries(resource).filter(
    ([key, value]) =>
      key !== 'properties' || (typeof value === 'object' && value !== null && Object.keys(value).length > 0),
  );
  return Object.fromEntries(entries);
}

/** The stack's own name stands in some, so that they are unlike any other. */
function named(part: Json): Json {
  if (typeof part === 'string') return part.replaceAll('$stack', 'example');
  if (Array.isArray(part)) return part.map(named);
  if (typeof part !== 'object' || part === null) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, named(value)]));
}

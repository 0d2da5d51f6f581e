/** AWS's tags: a list of keys and values, which some of these types show to their service and others keep for themselves. */
import { mapsIn, textIn } from '../../kit/given.ts';
import { list, map, type PropertyBuilder, type PropertyOptions, string } from '../../kit/schema.ts';
import { mapOf, type ValueMap } from '../../values/value.ts';

const pair = { Key: string('The key.').required(), Value: string('The value.').required() };

/** The property `Tags`. */
export function tags(description: string, options: PropertyOptions = {}): PropertyBuilder {
  return list(description, options).of(map().with(pair));
}

/** The same where no service is told of them. */
export const unseenTags = list('Tags; no service is told of them.').of(map({ implemented: false }).with(pair));

/** The pairs of a property of that form; of two with one key the last counts. */
export function tagMap(properties: ValueMap, name = 'Tags'): ValueMap {
  return mapOf(mapsIn(properties, name).map(tag => [textIn(tag, 'Key') ?? '', tag.get('Value') ?? ''] as const));
}

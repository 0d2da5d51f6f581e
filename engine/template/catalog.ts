/** Which template versions there are and which functions each knows, for clients that ask (contract: rest-api §6). */
import { extended } from './dialects/cfn.ts';
import type { Dialect, FunctionTable } from './dialects/dialect.ts';
import { dialects } from './dialects/all.ts';
import { removed } from './functions/internal.ts';
import { invariant } from '../kernel/invariant.ts';

export interface VersionListed {
  /** With its key, as clients name it: `heat_template_version.2013-05-23`. */
  readonly version: string;
  readonly type: 'hot' | 'cfn';
  readonly aliases: readonly string[];
}

/** Every version with its aliases: by key, oldest first. */
export function versionsListed(): readonly VersionListed[] {
  return [...dialects].flatMap(([key, versions]) => {
    const dates = [...versions].filter(([name, dialect]) => name === dialect.version);
    return dates.map(([date, dialect]) => ({
      version: `${key}.${date}`,
      type: dialect.kind,
      aliases: [...versions].flatMap(([name, each]) => (each === dialect && name !== date ? [`${key}.${name}`] : [])),
    }));
  });
}

function dialectListed(version: string): Dialect | undefined {
  for (const [key, versions] of dialects) {
    if (version.startsWith(`${key}.`)) return versions.get(version.slice(key.length + 1));
  }
  return undefined;
}

export interface FunctionListed {
  readonly name: string;
  readonly description: string;
}

/**
 * The functions of a version, by date or alias, that are built; with those that only conditions may call where they
 * are asked for. Undefined where there is no such version.
 */
export function functionsListed(
  version: string,
  withConditions: boolean,
  isExtended = false,
): readonly FunctionListed[] | undefined {
  const known = dialectListed(version);
  if (known === undefined) return undefined;
  const dialect = (isExtended ? extended.get(known) : undefined) ?? known;
  const names = callable(dialect.functions);
  if (withConditions && dialect.conditionFunctions !== undefined) names.push(...callable(dialect.conditionFunctions));
  return [...new Set(names)].map(name => ({ name, description: descriptionOf(name) }));
}

function callable(table: FunctionTable): string[] {
  return [...table].flatMap(([name, entry]) => (typeof entry === 'string' || entry === removed ? [] : [name]));
}

const descriptions: ReadonlyMap<string, string> = new Map([
  ['Condition', 'Whether another condition holds.'],
  ['Fn::And', 'True when all conditions are.'],
  ['Fn::Base64', 'A text as it is, for templates that encode user data.'],
  ['Fn::Cidr', 'Networks of a size inside of a block.'],
  ['Fn::Equals', 'Whether two values are equal.'],
  ['Fn::FindInMap', "A value of the template's mappings."],
  ['Fn::GetAZs', "The names of Nova's availability zones."],
  ['Fn::GetAtt', 'An attribute of a resource.'],
  ['Fn::If', 'One of two values, by a condition.'],
  ['Fn::Length', 'How many items a list has.'],
  ['Fn::MemberListToMap', 'A map of the entries of a list such as .member.0.Name=a.'],
  ['Fn::Not', 'True when the condition is not.'],
  ['Fn::Or', 'True when any of the conditions is.'],
  ['Fn::Replace', 'A text with parts of it replaced.'],
  ['Fn::ResourceFacade', 'What the resource says of itself that a template stands for.'],
  ['Fn::Select', 'An item of a list or a map.'],
  ['Fn::Sub', 'A text with values of parameters and resources in it.'],
  ['Fn::ToJsonString', 'A map or a list as JSON text.'],
  ['Fn::Split', 'The parts of a text between its delimiters.'],
  ['Fn::Join', 'Joins texts with a delimiter between them.'],
  ['Ref', 'The value of a parameter, or what a resource is referred to by.'],
  ['and', 'True when all conditions are.'],
  ['contains', 'Whether a value is in a list or a text in a text.'],
  ['digest', 'The digest of a text, by an algorithm such as sha256.'],
  ['equals', 'Whether two values are equal.'],
  ['filter', 'A list without the given values.'],
  ['get_attr', 'An attribute of a resource.'],
  ['get_file', 'A function for including a file inline.'], // clients compare this text
  ['get_param', 'The value of a parameter.'],
  ['get_resource', "A resource's id, or what else it is referred to by."],
  ['if', 'One of two values, by a condition.'],
  ['list_concat', 'Several lists as one.'],
  ['list_concat_unique', 'Several lists as one, each value once.'],
  ['list_join', 'Joins the items of lists with a delimiter between them.'],
  ['make_url', 'A URL of its parts.'],
  ['map_merge', 'Several maps as one; later ones win.'],
  ['map_replace', 'A map with other keys and values.'],
  ['not', 'True when the condition is not.'],
  ['or', 'True when any of the conditions is.'],
  ['repeat', 'A template once for every item of a list.'],
  ['resource_facade', 'What the resource says of itself that a template stands for.'],
  ['str_replace', 'A text with parts of it replaced.'],
  ['str_replace_strict', 'A text with parts of it replaced, each of which must be there.'],
  ['str_replace_vstrict', 'A text with parts of it replaced, each of which must be there, by something.'],
  ['str_split', 'The parts of a text between its delimiters.'],
  ['yaql', 'What a YAQL expression makes of data.'],
]);

function descriptionOf(name: string): string {
  const description = descriptions.get(name);
  invariant(description !== undefined, `the function ${name} has a description`);
  return description;
}

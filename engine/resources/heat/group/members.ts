/**
 * The members of a resource group: what they are called, what each is, and the template that holds them (contract:
 * scaling §1).
 */
import { type Expr, type ExprMap, isKnown } from '../../../template/expr.ts';
import { pyStr } from '../../../values/python.ts';
import { isList, isMap, mapOf, type Value, type ValueMap } from '../../../values/value.ts';
import { writeJson } from '../../../values/json.ts';

/** A member's name and its definition as a template has it. */
export interface Member {
  readonly name: string;
  readonly definition: Value;
}

/** The first so many names, "0", "1" …, without those that are not used any more. */
export function memberNames(size: number, skipped: ReadonlySet<string>): readonly string[] {
  const names: string[] = [];
  for (let i = 0; names.length < size; i++) if (!skipped.has(String(i))) names.push(String(i));
  return names;
}

/** One member's definition: `resource_def` with the index variable replaced, properties that are null left out. */
export function memberDefinition(resourceDef: ValueMap, indexVar: string, name: string): Value {
  const properties = resourceDef.get('properties') ?? null;
  const metadata = resourceDef.get('metadata') ?? null;
  const entries: [string, Value][] = [['type', resourceDef.get('type') ?? null]];
  if (isMap(properties)) {
    const given = [...properties].filter(([, value]) => value !== null);
    if (given.length > 0) entries.push(['properties', indexed(mapOf(given), indexVar, name)]);
  }
  if (isMap(metadata) && metadata.size > 0) entries.push(['metadata', metadata]);
  return mapOf(entries);
}

/** Properties as validation looks at them: any value stands for one that is not known, for only names are looked at. */
export function sketchedProperties(given: Expr): Value {
  if (!(given instanceof Map)) return null;
  const known = (value: Expr): Value => (isKnown(value) && value !== null ? value : '');
  return mapOf([...(given as ExprMap)].map(([key, value]) => [key, known(value)]));
}

/** The variable is replaced in texts, wherever they stand but as keys. */
function indexed(value: Value, indexVar: string, name: string): Value {
  if (typeof value === 'string') return value.replaceAll(indexVar, name);
  if (isList(value)) return value.map(item => indexed(item, indexVar, name));
  if (isMap(value)) return mapOf([...value].map(([key, item]) => [key, indexed(item, indexVar, name)]));
  return value;
}

/** The group's template, with its one output: what each member is referred to by. */
export function groupTemplate(members: readonly Member[]): string {
  const references = members.map(({ name }): [string, Value] => [name, mapOf([['get_resource', name]])]);
  return writeJson(
    mapOf([
      ['heat_template_version', '2015-04-30'],
      ['resources', mapOf(members.map(({ name, definition }) => [name, definition]))],
      ['outputs', mapOf([['refs_map', mapOf([['value', mapOf(references)]])]])],
    ]),
  );
}

/** What is known of a group's members when names to remove are looked for. */
export interface Known {
  readonly name: string;
  readonly reference: Value;
}

/**
 * Names that are not used any more: those of before (unless `mode` is `update`) and what the policies name, by member
 * name or by reference. What is neither is passed over. `members` is undefined where nothing was made yet: then any
 * name is taken.
 */
export function skippedNames(
  policies: readonly Value[],
  mode: Value,
  before: ReadonlySet<string>,
  members: readonly Known[] | undefined,
): ReadonlySet<string> {
  const skipped = new Set(mode === 'update' ? [] : before);
  for (const policy of policies) {
    const listed = isMap(policy) ? (policy.get('resource_list') ?? null) : null;
    for (const entry of isList(listed) ? listed : []) {
      const text = pyStr(entry);
      if (members === undefined || before.has(text) || members.some(({ name }) => name === text)) {
        skipped.add(text);
      } else if (typeof entry === 'string') {
        const meant = members.find(({ reference }) => reference === entry);
        if (meant !== undefined) skipped.add(meant.name);
      }
    }
  }
  return new Set([...skipped].sort());
}

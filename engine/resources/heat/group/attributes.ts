/** Attributes of what consists of members (contract: scaling §1, get_attr; §3). */
import { errors } from '../../../kernel/errors.ts';
import { memberAttribute } from '../../../kit/provider.ts';
import type { ChildView } from '../../../kit/resource.ts';
import { select } from '../../../template/functions/get-attr.ts';
import { pyStr } from '../../../values/python.ts';
import { mapOf, type Value } from '../../../values/value.ts';

/** What is read of each member, by name and in the order of their numbers. */
export async function ofEach(
  view: ChildView,
  read: (member: string) => Promise<Value>,
): Promise<readonly (readonly [string, Value])[]> {
  const names = [...(await view.members())].sort((a, b) => Number(a) - Number(b));
  const values: [string, Value][] = [];
  for (const member of names) values.push([member, await read(member)]);
  return values;
}

/** References, attributes by member, one member's own; any other name is an attribute of all of them, as a list. */
export async function membersAttribute(
  view: ChildView,
  name: string,
  path: readonly Value[],
): Promise<Value | undefined> {
  if (name.startsWith('resource.')) return memberAttribute(view, name, path);
  const valuesOf = async (read: (member: string) => Promise<Value>) =>
    (await ofEach(view, read)).map(([, value]) => value);
  if (name === 'refs') return select(await valuesOf(member => view.reference(member)), path);
  if (name === 'attributes') {
    const [first, ...rest] = path;
    if (first === undefined) throw errors.InvalidTemplateAttribute({ resource: view.name, key: name });
    return mapOf(await ofEach(view, member => view.attribute(member, pyStr(first), rest)));
  }
  return valuesOf(member => view.attribute(member, name, path));
}

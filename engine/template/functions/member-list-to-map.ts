/** Fn::MemberListToMap: `.member.0.Name=a`, `.member.0.Value=b` as `{a: b}` (contract: templates §3). */
import { isList, isMap, type Value } from '../../values/value.ts';
import { failure, intrinsic } from './function.ts';

/** As Heat sends it, blanks and all. */
const example = [
  '',
  "            {'Fn::MemberListToMap': ['Name', 'Value',",
  "                                     ['.member.0.Name=key',",
  "                                      '.member.0.Value=door']]}",
  '            ',
].join('\n');

export const memberListToMap = intrinsic({
  id: 'Fn::MemberListToMap',
  make(args, name) {
    if (!Array.isArray(args) || args.length !== 3) throw failure.type(`Wrong Arguments try: "${example}"`);
    if (typeof args[0] !== 'string') throw failure.type(`${name} Key Name must be a string`);
    if (typeof args[1] !== 'string') throw failure.type(`${name} Value Name must be a string`);
  },
  apply(args) {
    const [keyName = null, valueName = null, list = null] = isList(args) ? args : [];
    const map = new Map<string, Value>();
    for (const member of members(itemsOf(list))) {
      const key = member.get(String(keyName));
      const value = member.get(String(valueName));
      if (key !== undefined && value !== undefined) map.set(key, value);
    }
    return map;
  },
});

/** The empty text has no items. */
function itemsOf(list: Value): readonly Value[] {
  if (isList(list)) return list;
  if (isMap(list)) return [...list.keys()];
  if (list === '') return [];
  throw failure.type('Member list must be a list');
}

/** What belongs together, by its number; of an entry that comes twice the last counts. */
function members(items: readonly Value[]): readonly ReadonlyMap<string, string>[] {
  const texts = new Map<string, string>();
  for (const item of items) {
    if (typeof item !== 'string') throw failure.type('Member list items must be strings');
    const equals = item.indexOf('=');
    if (equals < 0) throw failure.value(`Member list items must be of the form .member.0.Name=value, not ${item}`);
    texts.set(item.slice(0, equals), item.slice(equals + 1));
  }
  const found = new Map<bigint, Map<string, string>>();
  for (const [name, text] of texts) {
    const parts = /^\.member\.([0-9]+)\.(.*)/.exec(name);
    if (parts === null) continue;
    const number = BigInt(parts[1] ?? '');
    const member = found.get(number) ?? new Map<string, string>();
    found.set(number, member.set(parts[2] ?? '', text));
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, member]) => member);
}

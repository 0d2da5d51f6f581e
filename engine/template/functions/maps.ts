/** map_merge, map_replace: functions of maps (contract: templates §3). */
import { writeJson } from '../../values/json.ts';
import { pyType } from '../../values/python.ts';
import { emptyMap, isList, isMap, type Value, type ValueMap } from '../../values/value.ts';
import { failure, intrinsic } from './function.ts';
import { shortRepr } from './lists.ts';

/** Later ones win; only the outermost level is merged. */
export const mapMerge = intrinsic({
  id: 'map_merge',
  apply(args, name) {
    if (!isList(args)) {
      throw failure.type(
        `Incorrect arguments to "${name}" should be: "${name}" : [ { "key1": "val1" }, { "key2": "val2" } ]`,
      );
    }
    const merged = new Map<string, Value>();
    for (const map of args) {
      if (map === null) continue;
      if (!isMap(map)) {
        const found = `${shortRepr(map)} is type <class '${pyType(map)}'> instead of a dict`;
        throw failure.type(`Incorrect arguments: Items to merge must be maps. ${found}`);
      }
      for (const [key, value] of map) merged.set(key, value);
    }
    return merged;
  },
});

export const mapReplace = intrinsic({
  id: 'map_replace',
  apply(args, name) {
    const example = `"${name}" : [ { "key1": "val1" }, {"keys": {"key1": "key2"}, "values": {"val1": "val2"}}]`;
    const incorrect = `Incorrect arguments to "${name}" should be: ${example}`;
    const asMap = (value: Value): ValueMap => {
      if (value === null) return emptyMap;
      if (isMap(value)) return value;
      throw failure.type(`Incorrect arguments: to "${name}", arguments must be a list of maps. Example:  ${example}`);
    };
    if (!isList(args) || args.length !== 2) throw failure.type(incorrect);
    const input = asMap(args[0] ?? null);
    const replacements = asMap(args[1] ?? null);
    for (const key of replacements.keys()) {
      if (key !== 'keys' && key !== 'values') throw failure.value(incorrect);
    }
    const keys = asMap(replacements.get('keys') ?? null);
    const values = asMap(replacements.get('values') ?? null);
    const output = new Map<string, Value>();
    for (const [key, value] of input) {
      const renamed = rename(key, keys.get(key) ?? null, input, output);
      const other = typeof value === 'string' ? values.get(value) : undefined;
      output.set(renamed, other === undefined ? value : other);
    }
    return output;
  },
});

function rename(key: string, to: Value, input: ValueMap, output: ValueMap): string {
  if (to === null) return key;
  const name = typeof to === 'string' ? to : writeJson(to);
  if (input.has(name) && name !== key) {
    throw failure.value(`key replacement ${name} collides with a key in the input map`);
  }
  if (output.has(name)) throw failure.value(`key replacement ${name} collides with a key in the output map`);
  return name;
}

/**
 * Fn::FindInMap: a value of the template's section Mappings (contract: templates §3).
 *
 * Only who has the template has its mappings. So a call that waits for one of its keys takes with it what is left to
 * look in: as `Fn::FindInMap:in`, a collection and the keys that are still to be followed.
 */
import { pyRepr, pyType } from '../../values/python.ts';
import { isList, isMap, type Value } from '../../values/value.ts';
import { type Call, type Expr, isKnown } from '../expr.ts';
import { type Evaluate, type FunctionDefinition, failure } from './function.ts';
import { at, index } from './get-param.ts';

/** What is left of one; no template writes it. */
export const findIn: FunctionDefinition = {
  id: 'Fn::FindInMap:in',
  evaluate(call, scope, evaluate) {
    const [collection = null, ...path] = call.args as readonly Expr[];
    const evaluated = path.map(key => evaluate(key, scope));
    let here = collection as Value;
    let followed = 0;
    for (const key of evaluated) {
      if (!isKnown(key)) break;
      here = item(here, key);
      followed++;
    }
    if (followed === evaluated.length) return here;
    const same = followed === 0 && evaluated.every((key, i) => key === path[i]);
    return same ? call : { ...call, args: [here, ...evaluated.slice(followed)] };
  },
};

export const findInMap: FunctionDefinition = {
  id: 'Fn::FindInMap',
  make(args, name) {
    if (Array.isArray(args) && args.length === 3) return;
    throw failure.value(`Arguments to "${name}" must be of the form [mapping, key, value]`);
  },
  evaluate(call: Call, scope, evaluate: Evaluate) {
    const mappings = scope.mappings?.() ?? null;
    return findIn.evaluate(
      { fn: findIn.id, args: [mappings, ...(call.args as readonly Expr[])], at: call.at },
      scope,
      evaluate,
    );
  },
};

/** As Python's brackets, with its words: what is not there is a KeyError, whose text is the key as Python writes it. */
function item(collection: Value, key: Value): Value {
  if (isMap(collection)) {
    if (isList(key) || isMap(key)) throw failure.type(`unhashable type: '${pyType(key)}'`);
    const found = typeof key === 'string' ? collection.get(key) : undefined;
    if (found === undefined) throw failure.value(pyRepr(key));
    return found;
  }
  const ordered = isList(collection) ? 'list' : typeof collection === 'string' ? 'string' : undefined;
  if (ordered === undefined) throw failure.type(`'${pyType(collection)}' object is not subscriptable`);
  const position = index(key);
  if (position === undefined) {
    const wanted = ordered === 'list' ? 'integers or slices, not str' : "integers, not 'str'";
    throw failure.type(`${ordered} indices must be ${wanted.replace('str', pyType(key))}`);
  }
  const found = at(collection, position);
  if (found === undefined) throw failure.value(`${ordered} index out of range`);
  return found;
}

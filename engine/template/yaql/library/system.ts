/** yaql's own workings as functions: variables, `.`, `?.`, `->`, let, with, unpack, def, call, assert. */
import { truthy } from '../equality.ts';
import { fail } from '../failure.ts';
import { lookupOrFail } from '../maps.ts';
import { withoutEnd } from '../scope.ts';
import { define, type Overload } from '../signature.ts';
import { mapped, memorized } from '../streams.ts';
import { named, optional, param, rest, types } from '../types.ts';
import { each, Stream, type Yaql } from '../values.ts';

const {
  any,
  collection,
  dict,
  expression,
  lambda,
  literal,
  method,
  namedLambda,
  scope,
  scopedLambda,
  sequence,
  string,
  word,
} = types;

/** The outermost layer: asked where nothing else takes a call. */
export const fallbacks: readonly Overload[] = [
  define('#operator_.', 'function', [param('obj', any), param('name', word)], (site, value, name) =>
    site.call(`#property#${String(name.value)}`, value),
  ),
];

const access: readonly Overload[] = [
  define('#get_context_data', 'function', [param('name', literal)], (site, name) => site.scope.get(name)),
  define('#operator_.', 'function', [param('receiver', any), param('expr', method)], (_, receiver, call) =>
    call(receiver),
  ),
  define('#operator_.', 'function', [param('collection', collection), param('attribute', word)], (site, items, name) =>
    mapped(items, item => site.call('#operator_.', item, name), site.meter),
  ),
  define('#operator_.', 'function', [param('dict', dict), param('key', word)], (site, map, key) =>
    lookupOrFail(map, key.value, site.meter),
  ),
  define('#operator_?.', 'function', [param('receiver', any), param('expr', expression)], (site, receiver, expr) =>
    receiver === null ? null : site.call('#operator_.', receiver, expr),
  ),
  define('#operator_->', 'function', [param('left', scope), param('right', scopedLambda)], (_, left, right) =>
    right(left),
  ),
];

const variables: readonly Overload[] = [
  define('let', 'function', [rest('args', any), named('kwargs', any)], (site, args, given) => {
    site.scope.publish(args);
    for (const [name, value] of given) site.scope.set(name, value);
    return site.scope;
  }),
  define('with', 'function', [rest('args', any)], (site, args) => {
    site.scope.publish(args);
    return site.scope;
  }),
  define('unpack', 'method', [param('sequence', collection), rest('args', string)], (site, items, names) => {
    const values: Yaql[] = [];
    const reader = each(items);
    while (values.length <= names.length) {
      const item = reader.next();
      if (item.done === true) break;
      values.push(item.value);
    }
    if (names.length === 0) site.scope.publish([...each(items)]);
    else if (values.length === names.length) {
      for (const [i, name] of names.entries()) site.scope.set(name, values[i] ?? null);
    } else throw fail(`Cannot unpack ${values.length} elements into ${names.length}`);
    return site.scope;
  }),
];

const calling: readonly Overload[] = [
  define('def', 'function', [param('name', string), param('func', namedLambda)], (site, name, body) => {
    const known = camelCase(name);
    const own = define(known, 'function', [rest('args', any), named('kwargs', any)], (_, args, given) =>
      body(args, given),
    );
    site.scope.define(known, own);
    return site.scope;
  }),
  define(
    'call',
    'function',
    [param('name', string), param('args', sequence), param('kwargs', dict), optional('receiver', any)],
    (site, name, args, kwargs, receiver) => {
      const given = new Map([...kwargs.entries.values()].map(([key, value]) => [String(key), value]));
      return site.callWith({ name, args: args.items, receiver, named: given });
    },
  ),
  define(
    'assert',
    'method',
    [param('obj', any), param('condition', lambda), optional('message', string, 'Assertion failed')],
    (site, value, condition, message) => {
      const kept = value instanceof Stream ? memorized(value, site.meter) : value;
      if (!truthy(condition(kept))) throw fail(message);
      return kept;
    },
  ),
];

/** yaql gives what def() makes a name of its own convention: `my_sum` is then called `mySum`. */
function camelCase(name: string): string {
  return withoutEnd(name).replace(/(?<!^)_([\p{L}\p{N}_])/gu, (_, letter: string) => letter.toUpperCase());
}

export const system: readonly Overload[] = [...access, ...variables, ...calling];

/** get_param: a parameter's value, or what a path selects in it (contract: templates §3). */
import { errors } from '../../kernel/errors.ts';
import { pyInt, pyTruthy } from '../../values/python.ts';
import { isList, isMap, type Value } from '../../values/value.ts';
import { functionName } from '../path.ts';
import type { Scope } from '../scope.ts';
import { failure, unnamed } from './function.ts';

export const getParam = unnamed({
  id: 'get_param',
  apply(args, scope, { at: place }) {
    const name = (): string => functionName(place);
    if (!pyTruthy(args)) throw failure.value(`Function "${name()}" must have arguments`);
    if (typeof args === 'string') return parameterIn(args, scope);
    if (!isList(args)) throw failure.type(`Argument to "${name()}" must be string or list`);
    const [parameter, ...path] = args;
    if (typeof parameter !== 'string') throw failure.type(`Parameter name in "${name()}" must be string`);
    let value: Value | undefined = parameterIn(parameter, scope);
    for (const key of path) {
      value = component(value, key);
      if (value === undefined) return '';
    }
    return value;
  },
});

function parameterIn(parameter: string, scope: Scope): Value {
  const value = scope.parameter(parameter);
  if (value === undefined) throw errors.UserParameterMissing({ key: parameter });
  return value;
}

/** One step down a path; undefined where there is nothing: get_param then gives the empty string. */
function component(collection: Value, key: Value): Value | undefined {
  if (isMap(collection)) return typeof key === 'string' ? collection.get(key) : undefined;
  if (typeof key === 'string') return at(collection, pyInt(key));
  return at(collection, index(key));
}

/** A list's or string's item as Python indexes: negative ones from the end, True is 1, floats never. */
export function at(collection: Value, position: bigint | undefined): Value | undefined {
  if (position === undefined) return undefined;
  const items = typeof collection === 'string' ? [...collection] : isList(collection) ? collection : [];
  const n = Number(position);
  return items[n < 0 ? n + items.length : n];
}

export function index(key: Value): bigint | undefined {
  if (typeof key === 'boolean') return key ? 1n : 0n;
  return typeof key === 'bigint' ? key : undefined;
}

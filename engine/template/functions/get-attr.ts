/**
 * get_attr, Fn::GetAtt: a resource's attribute, or what a path selects in it (contract: templates §3).
 *
 * Unlike get_param's, a path that leads nowhere gives null, and a list's index must be a number. 2013-05-23 fetches
 * the attribute and selects afterwards; later versions hand the path to the resource as well. From 2015-10-15 the
 * resource alone means all its attributes. Fn::GetAtt takes the two names and nothing else.
 */
import { errors } from '../../kernel/errors.ts';
import { pyStr, pyTruthy } from '../../values/python.ts';
import { isList, isMap, type Value } from '../../values/value.ts';
import { type Expr, isCall } from '../expr.ts';
import { type Scope, Selected } from '../scope.ts';
import { type FunctionDefinition, failure, unnamed } from './function.ts';
import { at, index } from './get-param.ts';

interface Form {
  readonly id: string;
  readonly passesPath: boolean;
  readonly allAttributes: boolean;
  /** Resource and attribute, no path. */
  readonly pair?: boolean;
}

export const getAttr2013 = getAttr({ id: 'get_attr', passesPath: false, allAttributes: false });
export const getAttr2014 = getAttr({ id: 'get_attr:2014-10-16', passesPath: true, allAttributes: false });
export const getAttr2015 = getAttr({ id: 'get_attr:2015-10-15', passesPath: true, allAttributes: true });

export const fnGetAtt = getAttr({ id: 'Fn::GetAtt', passesPath: false, allAttributes: false, pair: true });

function getAttr({ id, passesPath, allAttributes, pair = false }: Form): FunctionDefinition {
  return unnamed({
    id,
    make(args, name) {
      const list = asList(args);
      if (pair) {
        if (list?.length === 2) return;
        throw failure.value(`Arguments to "${name}" must be of the form [resource_name, attribute]`);
      }
      const empty = list?.length === 0 || (list === undefined && falsy(args));
      if (allAttributes && empty) {
        throw failure.value(
          `Arguments to "${name}" can be of the next forms: [resource_name] or [resource_name, attribute, (path), ...]`,
        );
      }
      if (list === undefined) throw failure.type(`Argument to "${name}" must be a list`);
      if (!allAttributes && list.length < 2) {
        throw failure.value(`Arguments to "${name}" must be of the form [resource_name, attribute, (path), ...]`);
      }
    },
    reads(call) {
      const list = asList(call.args) ?? [];
      const [resource = null, attribute = null] = list;
      const known = { resource, attribute: allAttributes && attribute === null ? undefined : attribute };
      return passesPath && list.length > 2 ? { ...known, path: list.slice(2) } : known;
    },
    apply(args, scope, call) {
      const [resource, attribute, ...path] = isList(args) ? args : [];
      if (typeof resource !== 'string') {
        throw errors.InvalidTemplateReference({ resource: pyStr(resource ?? null), key: 'unknown' });
      }
      if (allAttributes && (attribute === undefined || attribute === null)) {
        const all = scope.attribute(resource, undefined, [], call.at);
        return all instanceof Selected ? all.value : all;
      }
      if (typeof attribute !== 'string') {
        throw errors.InvalidTemplateAttribute({ resource, key: pyStr(attribute ?? null) });
      }
      const value = fetch(scope, resource, attribute, passesPath ? path : [], call.at);
      if (value instanceof Selected) return value.value;
      return typeof value === 'symbol' ? value : select(value, path);
    },
  });
}

function fetch(scope: Scope, resource: string, attribute: string, path: readonly Value[], place: string) {
  return scope.attribute(resource, attribute, path, place);
}

/** What a path selects in an attribute's value; null where it leads nowhere. */
export function select(value: Value, path: readonly Value[]): Value {
  let here: Value | undefined = value;
  for (const key of path) {
    if (here === undefined) return null;
    if (isMap(here)) here = typeof key === 'string' ? here.get(key) : undefined;
    else here = at(here, index(key));
  }
  return here ?? null;
}

function asList(args: Expr): readonly Expr[] | undefined {
  return Array.isArray(args) ? (args as readonly Expr[]) : undefined;
}

function falsy(args: Expr): boolean {
  return !isCall(args) && !pyTruthy(args as Value);
}

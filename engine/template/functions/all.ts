/** Every function by its id: how an unfinished call finds its implementation again, also after years in a row. */
import { invariant } from '../../kernel/invariant.ts';
import type { FunctionDefinition } from './function.ts';
import { and, equals, not, or } from './conditions.ts';
import { getAttr2013, getAttr2014, getAttr2015 } from './get-attr.ts';
import { getFile } from './get-file.ts';
import { getParam } from './get-param.ts';
import { getResource } from './get-resource.ts';
import { ifElse, ifNullable } from './if.ts';
import { failed, invalid, omission, removed } from './internal.ts';
import { listJoin, listJoinMultiple } from './list-join.ts';
import { strReplace, strReplaceJson, strReplaceStrict, strReplaceVstrict } from './str-replace.ts';

const all: readonly FunctionDefinition[] = [
  and,
  equals,
  failed,
  getAttr2013,
  getAttr2014,
  getAttr2015,
  getFile,
  getParam,
  getResource,
  ifElse,
  ifNullable,
  invalid,
  listJoin,
  listJoinMultiple,
  not,
  omission,
  or,
  removed,
  strReplace,
  strReplaceJson,
  strReplaceStrict,
  strReplaceVstrict,
];

const byId: ReadonlyMap<string, FunctionDefinition> = new Map(all.map(fn => [fn.id, fn]));

/** The implementation of a call. An id that nothing has is a bug: rows outlive the code that wrote them. */
export function functionOf(id: string): FunctionDefinition {
  const fn = byId.get(id);
  invariant(fn !== undefined, `function ${id} exists`);
  return fn;
}

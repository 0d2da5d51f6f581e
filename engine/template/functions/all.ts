/** Every function by its id: how an unfinished call finds its implementation again, also after years in a row. */
import { invariant } from '../../kernel/invariant.ts';
import type { FunctionDefinition } from './function.ts';
import { base64 } from './base64.ts';
import { cidr } from './cidr.ts';
import { and, equals, fnNot, namedCondition, not, or } from './conditions.ts';
import { digest } from './digest.ts';
import { findIn, findInMap } from './find-in-map.ts';
import { fnGetAtt, getAttr2013, getAttr2014, getAttr2015 } from './get-attr.ts';
import { getAzs } from './get-azs.ts';
import { getFile } from './get-file.ts';
import { getParam } from './get-param.ts';
import { getResource } from './get-resource.ts';
import { ifElse, ifNullable } from './if.ts';
import { failed, invalid, omission, removed } from './internal.ts';
import { length, toJsonString } from './language-extensions.ts';
import { listJoin, listJoinMultiple } from './list-join.ts';
import { contains, filter, listConcat, listConcatUnique } from './lists.ts';
import { makeUrl } from './make-url.ts';
import { mapMerge, mapReplace } from './maps.ts';
import { memberListToMap } from './member-list-to-map.ts';
import { parameterRef } from './ref.ts';
import { repeat2015, repeat2016, repeat2017 } from './repeat.ts';
import { fnResourceFacade, resourceFacade } from './resource-facade.ts';
import { select } from './select.ts';
import { split } from './split.ts';
import { fnReplace, strReplace, strReplaceJson, strReplaceStrict, strReplaceVstrict } from './str-replace.ts';
import { strSplit } from './str-split.ts';
import { sub } from './sub.ts';
import { yaql } from './yaql.ts';

const all: readonly FunctionDefinition[] = [
  and,
  base64,
  cidr,
  contains,
  digest,
  equals,
  failed,
  filter,
  findIn,
  findInMap,
  fnGetAtt,
  fnNot,
  fnReplace,
  fnResourceFacade,
  getAttr2013,
  getAttr2014,
  getAttr2015,
  getAzs,
  getFile,
  getParam,
  getResource,
  ifElse,
  ifNullable,
  invalid,
  length,
  listConcat,
  listConcatUnique,
  listJoin,
  listJoinMultiple,
  makeUrl,
  mapMerge,
  mapReplace,
  memberListToMap,
  namedCondition,
  not,
  omission,
  or,
  parameterRef,
  removed,
  repeat2015,
  repeat2016,
  repeat2017,
  resourceFacade,
  select,
  split,
  strReplace,
  strReplaceJson,
  strReplaceStrict,
  strReplaceVstrict,
  strSplit,
  sub,
  toJsonString,
  yaql,
];

const byId: ReadonlyMap<string, FunctionDefinition> = new Map(all.map(fn => [fn.id, fn]));

/** The implementation of a call. An id that nothing has is a bug: rows outlive the code that wrote them. */
export function functionOf(id: string): FunctionDefinition {
  const fn = byId.get(id);
  invariant(fn !== undefined, `function ${id} exists`);
  return fn;
}

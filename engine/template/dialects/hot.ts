/**
 * The Heat Orchestration Template versions: which functions and keys each knows (contract: templates §1, §2).
 *
 * The table is by what a version adds and takes away; a later version has all of the earlier one's but for what it
 * replaces. A name that a version lacks is plain data there.
 */
import { base64 } from '../functions/base64.ts';
import { and, equals, not, or } from '../functions/conditions.ts';
import { digest } from '../functions/digest.ts';
import { getAttr2013, getAttr2014, getAttr2015 } from '../functions/get-attr.ts';
import { getAzs } from '../functions/get-azs.ts';
import { getFile } from '../functions/get-file.ts';
import { getParam } from '../functions/get-param.ts';
import { getResource } from '../functions/get-resource.ts';
import { ifElse, ifNullable } from '../functions/if.ts';
import { removed } from '../functions/internal.ts';
import { listJoin, listJoinMultiple } from '../functions/list-join.ts';
import { contains, filter, listConcat, listConcatUnique } from '../functions/lists.ts';
import { makeUrl } from '../functions/make-url.ts';
import { mapMerge, mapReplace } from '../functions/maps.ts';
import { memberListToMap } from '../functions/member-list-to-map.ts';
import { ref } from '../functions/ref.ts';
import { repeat2015, repeat2016, repeat2017 } from '../functions/repeat.ts';
import { fnResourceFacade, resourceFacade } from '../functions/resource-facade.ts';
import { select } from '../functions/select.ts';
import { split } from '../functions/split.ts';
import {
  fnReplace,
  strReplace,
  strReplaceJson,
  strReplaceStrict,
  strReplaceVstrict,
} from '../functions/str-replace.ts';
import { strSplit } from '../functions/str-split.ts';
import { yaql } from '../functions/yaql.ts';
import type { DeletionPolicy, Dialect, FunctionEntry } from './dialect.ts';
import { hotParameters } from './parameter-rules.ts';
import { hotWords } from './words.ts';

type Functions = Readonly<Record<string, FunctionEntry>>;

interface Version {
  readonly version: string;
  readonly alias?: string;
  /** Added or replaced. */
  readonly functions?: Functions;
  readonly conditionFunctions?: Functions;
  readonly adds?: Partial<Additions>;
}

interface Additions {
  readonly sections: readonly string[];
  readonly resourceKeys: readonly string[];
  readonly parameterKeys: readonly string[];
  readonly deletionPolicies: Readonly<Record<string, DeletionPolicy>>;
  readonly moduloConstraint: boolean;
}

const versions: readonly Version[] = [
  {
    version: '2013-05-23',
    functions: {
      'Fn::Base64': base64,
      'Fn::GetAZs': getAzs,
      'Fn::Join': listJoin,
      'Fn::MemberListToMap': memberListToMap,
      'Fn::Replace': fnReplace,
      'Fn::ResourceFacade': fnResourceFacade,
      'Fn::Select': select,
      'Fn::Split': split,
      Ref: ref,
      get_attr: getAttr2013,
      get_file: getFile,
      get_param: getParam,
      get_resource: getResource,
      list_join: listJoin,
      resource_facade: resourceFacade,
      str_replace: strReplace,
    },
    adds: {
      sections: ['heat_template_version', 'description', 'parameter_groups', 'parameters', 'resources', 'outputs'],
      resourceKeys: ['type', 'properties', 'metadata', 'depends_on', 'deletion_policy', 'update_policy', 'description'],
      deletionPolicies: { Delete: 'Delete', Retain: 'Retain', Snapshot: 'Snapshot' },
    },
  },
  {
    version: '2014-10-16',
    functions: {
      'Fn::Base64': removed,
      'Fn::GetAZs': removed,
      'Fn::Join': removed,
      'Fn::MemberListToMap': removed,
      'Fn::Replace': removed,
      'Fn::ResourceFacade': removed,
      'Fn::Split': removed,
      Ref: removed,
      get_attr: getAttr2014,
    },
  },
  { version: '2015-04-30', functions: { digest, repeat: repeat2015 } },
  {
    version: '2015-10-15',
    functions: {
      'Fn::Select': removed,
      get_attr: getAttr2015,
      list_join: listJoinMultiple,
      str_replace: strReplaceJson,
      str_split: strSplit,
    },
  },
  { version: '2016-04-08', functions: { map_merge: mapMerge } },
  {
    version: '2016-10-14',
    alias: 'newton',
    functions: { if: ifElse, map_replace: mapReplace, repeat: repeat2016, yaql },
    conditionFunctions: { and, equals, get_param: getParam, not, or },
    adds: {
      sections: ['conditions'],
      resourceKeys: ['external_id', 'condition'],
      deletionPolicies: { delete: 'Delete', retain: 'Retain', snapshot: 'Snapshot' },
    },
  },
  {
    version: '2017-02-24',
    alias: 'ocata',
    functions: { filter, str_replace_strict: strReplaceStrict },
    adds: { moduloConstraint: true },
  },
  {
    version: '2017-09-01',
    alias: 'pike',
    functions: {
      contains,
      list_concat: listConcat,
      list_concat_unique: listConcatUnique,
      make_url: makeUrl,
      repeat: repeat2017,
      str_replace_vstrict: strReplaceVstrict,
    },
    conditionFunctions: { contains, yaql },
  },
  { version: '2018-03-02', alias: 'queens', adds: { parameterKeys: ['tags'] } },
  { version: '2018-08-31', alias: 'rocky' },
  { version: '2021-04-16', alias: 'wallaby', functions: { if: ifNullable } },
];

/** All keys of resources in any version: an unknown one and one of a later version are told differently. */
export const allResourceKeys: ReadonlySet<string> = new Set(versions.flatMap(v => v.adds?.resourceKeys ?? []));

/** Every version by its date and its alias; dates first, then aliases, as Heat lists them. */
export const hotVersions: ReadonlyMap<string, Dialect> = build();

function build(): ReadonlyMap<string, Dialect> {
  const dates = new Map<string, Dialect>();
  const aliases = new Map<string, Dialect>();
  let last: Dialect | undefined;
  for (const version of versions) {
    last = next(last, version);
    dates.set(version.version, last);
    if (version.alias !== undefined) aliases.set(version.alias, last);
  }
  return new Map([...dates, ...aliases]);
}

function next(last: Dialect | undefined, { version, functions = {}, conditionFunctions, adds = {} }: Version): Dialect {
  const rules = last?.parameterRules ?? hotParameters;
  const all = new Map([...(last?.functions ?? []), ...Object.entries(functions)]);
  return {
    kind: 'hot',
    versionKey: 'heat_template_version',
    version,
    words: hotWords,
    functions: all,
    conditionFunctions: conditions(last, all, conditionFunctions),
    sections: new Set([...(last?.sections ?? []), ...(adds.sections ?? [])]),
    resourceKeys: new Set([...(last?.resourceKeys ?? []), ...(adds.resourceKeys ?? [])]),
    deletionPolicies: new Map([...(last?.deletionPolicies ?? []), ...Object.entries(adds.deletionPolicies ?? {})]),
    parameterRules: {
      ...rules,
      keys: new Set([...rules.keys, ...(adds.parameterKeys ?? [])]),
      modulo: adds.moduloConstraint ?? rules.modulo,
    },
  };
}

/** Inside conditions every other function of the version is misplaced, but for removed ones, which stay removed. */
function conditions(
  last: Dialect | undefined,
  functions: ReadonlyMap<string, FunctionEntry>,
  added: Functions | undefined,
): ReadonlyMap<string, FunctionEntry> | undefined {
  if (last?.conditionFunctions === undefined && added === undefined) return undefined;
  const table = new Map<string, FunctionEntry>();
  for (const [name, entry] of functions) table.set(name, entry === removed ? removed : 'misplaced');
  for (const [name, entry] of last?.conditionFunctions ?? []) {
    if (entry !== 'misplaced' && entry !== removed) table.set(name, entry);
  }
  for (const [name, entry] of Object.entries(added ?? {})) table.set(name, entry);
  return table;
}

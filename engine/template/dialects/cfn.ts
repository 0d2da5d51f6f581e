/**
 * CloudFormation's dialects: AWS's own and Heat's, which has no conditions (contract: templates §1, §2).
 *
 * The `Condition` of a resource or an output counts where the dialect has conditions; elsewhere it is one of the keys
 * that nobody looks at.
 */
import { base64 } from '../functions/base64.ts';
import { cidr } from '../functions/cidr.ts';
import { and, equals, fnNot, namedCondition, or } from '../functions/conditions.ts';
import { findInMap } from '../functions/find-in-map.ts';
import { fnGetAtt } from '../functions/get-attr.ts';
import { getAzs } from '../functions/get-azs.ts';
import { ifElse } from '../functions/if.ts';
import { length, toJsonString } from '../functions/language-extensions.ts';
import { listJoin } from '../functions/list-join.ts';
import { memberListToMap } from '../functions/member-list-to-map.ts';
import { parameterRef, ref, refOrNothing } from '../functions/ref.ts';
import { fnResourceFacade } from '../functions/resource-facade.ts';
import { select } from '../functions/select.ts';
import { split } from '../functions/split.ts';
import { fnReplace } from '../functions/str-replace.ts';
import { sub } from '../functions/sub.ts';
import type { DeletionPolicy, Dialect, FunctionEntry } from './dialect.ts';
import { cfnParameters } from './parameter-rules.ts';
import { cfnWords } from './words.ts';

const functions: Readonly<Record<string, FunctionEntry>> = {
  'Fn::Base64': base64,
  'Fn::FindInMap': findInMap,
  'Fn::GetAZs': getAzs,
  'Fn::GetAtt': fnGetAtt,
  'Fn::Join': listJoin,
  'Fn::MemberListToMap': memberListToMap,
  'Fn::Replace': fnReplace,
  'Fn::ResourceFacade': fnResourceFacade,
  'Fn::Select': select,
  'Fn::Split': split,
  Ref: ref,
};

const conditionFunctions: Readonly<Record<string, FunctionEntry>> = {
  'Fn::And': and,
  'Fn::Equals': equals,
  'Fn::FindInMap': findInMap,
  'Fn::Not': fnNot,
  'Fn::Or': or,
  Ref: parameterRef,
};

const sections = [
  'AWSTemplateFormatVersion',
  'HeatTemplateFormatVersion',
  'Description',
  'Mappings',
  'Parameters',
  'Resources',
  'Outputs',
];

const deletionPolicies: ReadonlyMap<string, DeletionPolicy> = new Map([
  ['Delete', 'Delete'],
  ['Retain', 'Retain'],
  ['Snapshot', 'Snapshot'],
]);

const common = {
  kind: 'cfn',
  words: cfnWords,
  resourceKeys: undefined,
  deletionPolicies,
  parameterRules: cfnParameters,
} as const;

const withIf = new Map(Object.entries({ ...functions, 'Fn::If': ifElse }));

export const awsDialect: Dialect = {
  ...common,
  versionKey: 'AWSTemplateFormatVersion',
  version: '2010-09-09',
  functions: withIf,
  conditionFunctions: new Map([
    ...[...withIf.keys()].map((name): [string, FunctionEntry] => [name, 'misplaced']),
    ...Object.entries(conditionFunctions),
  ]),
  sections: new Set([...sections, 'Conditions']),
};

export const heatDialect: Dialect = {
  ...common,
  versionKey: 'HeatTemplateFormatVersion',
  version: '2012-12-12',
  functions: new Map(Object.entries(functions)),
  conditionFunctions: undefined,
  sections: new Set(sections),
};

const more: Readonly<Record<string, FunctionEntry>> = {
  'Fn::Cidr': cidr,
  'Fn::Length': length,
  'Fn::Sub': sub,
  'Fn::ToJsonString': toJsonString,
  Ref: refOrNothing,
};

/**
 * Each dialect with what AWS's has and Heat's does not: some functions, `{Condition: name}`, AWS::NoValue, and the section
 * that AWS wants where Fn::Length and Fn::ToJsonString are used. Never without a setting: in Heat all of it is data.
 */
export const extended: ReadonlyMap<Dialect, Dialect> = new Map(
  [awsDialect, heatDialect].map(dialect => [dialect, extend(dialect)]),
);

function extend(dialect: Dialect): Dialect {
  const misplaced = Object.keys(more).map((name): [string, FunctionEntry] => [name, 'misplaced']);
  const inConditions = dialect.conditionFunctions;
  return {
    ...dialect,
    functions: new Map([...dialect.functions, ...Object.entries(more)]),
    conditionFunctions: inConditions && new Map([...misplaced, ...inConditions, ['Condition', namedCondition]]),
    sections: new Set([...dialect.sections, 'Transform']),
  };
}

/** What a template version knows: its functions, sections and keys. One value per version, in tables (hot.ts, cfn.ts). */
import type { Choice, FunctionDefinition } from '../functions/function.ts';
import type { ParameterRules } from './parameter-rules.ts';
import type { Words } from './words.ts';

/** `misplaced`: known, but not inside conditions. */
export type FunctionEntry = FunctionDefinition | Choice | 'misplaced';
export type FunctionTable = ReadonlyMap<string, FunctionEntry>;

/** The key that names a template's version. */
export type VersionKey = 'heat_template_version' | 'AWSTemplateFormatVersion' | 'HeatTemplateFormatVersion';

export interface Dialect {
  /** Whose checks and messages: those of the two languages differ in more than words. */
  readonly kind: 'hot' | 'cfn';
  readonly versionKey: VersionKey;
  /** The version's date; its alias means the same. No two dialects have the same. */
  readonly version: string;
  readonly words: Words;
  readonly functions: FunctionTable;
  /** Undefined where the version has no conditions. */
  readonly conditionFunctions: FunctionTable | undefined;
  readonly sections: ReadonlySet<string>;
  /** Undefined where any other key is passed over. */
  readonly resourceKeys: ReadonlySet<string> | undefined;
  /** How deletion policies may be written, and what they mean. */
  readonly deletionPolicies: ReadonlyMap<string, DeletionPolicy>;
  readonly parameterRules: ParameterRules;
}

export type DeletionPolicy = 'Delete' | 'Retain' | 'Snapshot';

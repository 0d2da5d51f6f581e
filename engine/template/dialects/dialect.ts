/** What a template version knows: its functions, sections and keys. One value per version, in tables (hot.ts). */
import type { Choice, FunctionDefinition } from '../functions/function.ts';

/** `absent`: a function of this version that is not built yet. `misplaced`: known, but not inside conditions. */
export type FunctionEntry = FunctionDefinition | Choice | 'absent' | 'misplaced';
export type FunctionTable = ReadonlyMap<string, FunctionEntry>;

export interface Dialect {
  readonly kind: 'hot';
  /** The version's date; its alias means the same. */
  readonly version: string;
  readonly functions: FunctionTable;
  /** Undefined where the version has no conditions. */
  readonly conditionFunctions: FunctionTable | undefined;
  readonly sections: ReadonlySet<string>;
  readonly resourceKeys: ReadonlySet<string>;
  /** How deletion policies may be written, and what they mean. */
  readonly deletionPolicies: ReadonlyMap<string, DeletionPolicy>;
  readonly parameterKeys: ReadonlySet<string>;
  readonly moduloConstraint: boolean;
}

export type DeletionPolicy = 'Delete' | 'Retain' | 'Snapshot';

/**
 * What a plan is made with beside its template, environment and files. What of it counted is kept with them, so that
 * the plan can be made again as it was, without asking anyone (architecture: What a plan learned is frozen).
 */
import { decodeExpr } from '../template/encode.ts';
import { isKnown } from '../template/expr.ts';
import type { Facade } from '../template/scope.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { emptyMap, isList, type Value } from '../values/value.ts';

export interface PlanFacts {
  /** Names of availability zones, where the template asked for them. */
  readonly zones?: readonly string[];
  /** Of a nested stack: facadeText of its resource, where that says anything; sealed where secret. */
  readonly facade?: string;
  /** CloudFormation templates of it may use what AWS has and Heat has not. */
  readonly extended?: true;
}

/** What Nova said of its zones, or why it could not be asked. */
export type Zones = { readonly names: readonly string[] } | { readonly failure: string };

/** Of a resource that says nothing: no metadata, no policies. */
export const plainFacade = facadeText(emptyMap, 'Delete', emptyMap);

/** A facade as messages and rows carry it. */
export function facadeText(metadata: Value, deletionPolicy: string, updatePolicy: Value): string {
  return writeJson([metadata, deletionPolicy, updatePolicy]);
}

/** Back from facadeText. */
export function facadeFrom(text: string): Facade {
  const parts = parseJson(text);
  const [metadata = null, deletionPolicy = null, updatePolicy = null] = isList(parts) ? parts : [];
  return { metadata, deletionPolicy: String(deletionPolicy), updatePolicy };
}

/** The `update_policy` in a resource's policies (jobs.ts), as far as it is known. */
export function updatePolicyIn(policies: string): Value {
  if (policies === '') return emptyMap;
  const parts = decodeExpr(policies);
  const policy = Array.isArray(parts) ? (parts[1] ?? null) : null;
  return isKnown(policy) ? (policy ?? emptyMap) : emptyMap;
}

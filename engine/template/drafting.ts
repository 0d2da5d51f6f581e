/**
 * Planning one resource: its expressions evaluated as far as a plan can.
 *
 * What cannot be resolved is no fault yet: it is told when the resource's turn comes, after the faults of those that it
 * requires (checking.ts). An expression that failed stays as it was, so that what it reads is still seen.
 */
import { errors, isHeatError } from '../kernel/errors.ts';
import { pyRepr, pyStr } from '../values/python.ts';
import type { Conditions } from './conditions.ts';
import type { DeletionPolicy } from './dialects/dialect.ts';
import { evaluate, expandMacros, propertyFault } from './evaluate.ts';
import { copyOf, type Expr, type ExprMap, isKnown } from './expr.ts';
import { failureText } from './functions/function.ts';
import { joinPath } from './path.ts';
import type { Preparing } from './planning.ts';
import type { Scope } from './scope.ts';
import type { ParsedResource, ResourceDefinition, Template } from './template.ts';

/** A definition on its way. */
export interface Draft extends ResourceDefinition {
  /** Its properties before they were evaluated, the choices of macros made; so the next two: what checkCalls looks at. */
  readonly chosen: ExprMap;
  readonly chosenMetadata: Expr;
  readonly chosenUpdatePolicy: Expr;
  readonly faults: Readonly<Faults>;
}

/** The first of each kind: no other is told. */
interface Faults {
  property: Error | undefined;
  other: Error | undefined;
}

/** Those that no condition switches off. Throws StackValidationFailed for a condition that is none. */
export function enabledResources(template: Template, conditions: Conditions): ReadonlyMap<string, ParsedResource> {
  const off = new Set<string>();
  for (const { name, words, condition } of template.resources.values()) {
    if (condition === undefined) continue;
    if (!conditions.enabled(condition, joinPath([words.resources, name, words.condition]))) off.add(name);
  }
  return off.size === 0 ? template.resources : new Map([...template.resources].filter(([name]) => !off.has(name)));
}

/** Throws StackValidationFailed, InvalidExternalResourceDependency for what must be known by now. */
export function draft(resource: ParsedResource, input: Preparing, scope: Scope): Draft {
  const { name, words } = resource;
  const faults: Faults = { property: undefined, other: undefined };
  const externalId = externalIdOf(resource, input, scope);
  const chosen = choose(resource.properties, resource, scope) as ExprMap;
  const properties = evaluatedProperties(chosen, resource, scope, faults);
  const chosenMetadata = choose(resource.metadata, resource, scope);
  const metadata = evaluatedSection(chosenMetadata, words.metadata, resource, scope, faults);
  // Whoever only watches a thing leaves it alone.
  const deletionPolicy = externalId === undefined ? deletionPolicyOf(resource, input, scope) : 'Retain';
  const chosenUpdatePolicy = choose(resource.updatePolicy, resource, scope);
  return {
    name,
    words,
    type: resource.type,
    properties,
    metadata,
    dependsOn: resource.dependsOn,
    deletionPolicy,
    updatePolicy: evaluatedSection(chosenUpdatePolicy, words.updatePolicy, resource, scope, faults),
    description: resource.description,
    externalId,
    chosen,
    chosenMetadata,
    chosenUpdatePolicy,
    faults,
  };
}

function choose(section: Expr, { hasChoices }: ParsedResource, scope: Scope): Expr {
  return hasChoices ? expandMacros(section, scope) : section;
}

/** Each by itself. */
function evaluatedProperties(chosen: ExprMap, { name, words }: ParsedResource, scope: Scope, faults: Faults): ExprMap {
  let evaluated: Map<string, Expr> | undefined;
  for (const [key, before] of chosen) {
    try {
      const after = evaluate(before, scope);
      if (after !== before) (evaluated ??= copyOf(chosen)).set(key, after);
    } catch (error) {
      const fault = propertyFault(joinPath([words.resources, name, words.properties, key]), error);
      faults.property ??= fault;
    }
  }
  return evaluated ?? chosen;
}

function evaluatedSection(
  chosen: Expr,
  key: string,
  { name, words }: ParsedResource,
  scope: Scope,
  faults: Faults,
): Expr {
  try {
    return evaluate(chosen, scope);
  } catch (error) {
    const fault = rawFault(error, joinPath([words.resources, name, key]));
    faults.other ??= fault;
    return chosen;
  }
}

/** Outside of properties Heat sends what a function raises as it is; where that is a bare Python class, with its place. */
function rawFault(error: unknown, path: string): Error {
  if (isHeatError(error)) return error;
  return errors.StackValidationFailed({ path, message: failureText(error) });
}

/** Known before anything is made, since nothing waits for it. */
function externalIdOf(
  { name, words, type, externalId, dependsOn }: ParsedResource,
  { structureOnly }: Preparing,
  scope: Scope,
): string | undefined {
  if (externalId === undefined) return undefined;
  const path = joinPath([words.resources, name, words.externalId]);
  let value: Expr;
  try {
    value = evaluate(externalId, scope);
  } catch (error) {
    throw rawFault(error, path);
  }
  if (!isKnown(value)) {
    if (structureOnly === true) return '';
    throw errors.StackValidationFailed({ path, message: 'It must be known before anything is made' });
  }
  const id = pyStr(value);
  if (dependsOn.length > 0) throw errors.InvalidExternalResourceDependency({ type, id });
  return id;
}

function deletionPolicyOf(
  resource: ParsedResource,
  { template, structureOnly }: Preparing,
  scope: Scope,
): DeletionPolicy {
  let value: Expr;
  try {
    value = evaluate(resource.deletionPolicy, scope);
  } catch (error) {
    const { resources, deletionPolicy: key } = resource.words;
    throw rawFault(error, joinPath([resources, resource.name, key]));
  }
  // What a template above says is not known yet where only the structure is looked at.
  if (value === null || (!isKnown(value) && structureOnly === true)) return 'Delete';
  const policy = typeof value === 'string' ? template.dialect.deletionPolicies.get(value) : undefined;
  if (policy !== undefined) return policy;
  const shown = typeof value === 'string' ? value : isKnown(value) ? pyRepr(value) : 'a function';
  throw errors.StackValidationFailed({ message: `Invalid deletion policy "${shown}"` });
}

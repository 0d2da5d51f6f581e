/**
 * A plan as a preview shows it (contract: rest-api §3.5): what a create would make, while nothing is there.
 *
 * As before any create, an attribute is null and a reference is the logical name (contract: templates §3).
 */
import { errors } from '../kernel/errors.ts';
import { previewProperties } from '../kit/preview.ts';
import type { Registry } from '../kit/resource.ts';
import { attributeNames } from '../orchestration/making.ts';
import type { PlanMade, PlannedResource } from '../orchestration/jobs.ts';
import { decodeExpr } from '../template/encode.ts';
import { evaluate, outputValue } from '../template/evaluate.ts';
import { type Expr, isKnown } from '../template/expr.ts';
import { failureText } from '../template/functions/function.ts';
import type { Scope } from '../template/scope.ts';
import { parseJson } from '../values/json.ts';
import { emptyMap, isList, isMap, mapOf, type Value } from '../values/value.ts';
import type { OutputShown, ResourcePreviewed, StackPreview } from '../../proto/engine.ts';

const nothingMade: Scope = {
  parameter: () => undefined,
  file: () => undefined,
  reference: name => name,
  attribute: () => null,
};

/** What the plan says of a stack that is not made. */
export function previewOf(plan: PlanMade): Pick<StackPreview, 'parameters' | 'description' | 'outputs'> {
  const parameters = parseJson(plan.parameters);
  return {
    parameters: isMap(parameters) ? parameters : emptyMap,
    description: parseJson(plan.description),
    outputs: outputsOf(plan),
  };
}

/** The plan's resources, in its order. */
export function previewedResources(registry: Registry, { resources }: PlanMade): readonly ResourcePreviewed[] {
  const users = usersOf(resources);
  return resources.map(resource => previewed(registry, resource, users.get(resource.name) ?? []));
}

function usersOf(resources: readonly PlannedResource[]): ReadonlyMap<string, readonly string[]> {
  const users = new Map<string, string[]>();
  for (const { name, requires } of resources) {
    for (const required of requires) users.set(required, [...(users.get(required) ?? []), name]);
  }
  return users;
}

function outputsOf(plan: PlanMade): readonly OutputShown[] {
  const list = parseJson(plan.outputs);
  if (!isList(list)) return [];
  const names = new Set(plan.resources.map(({ name }) => name));
  const reference = (name: string): Value => {
    if (names.has(name)) return name;
    throw errors.InvalidTemplateReference({ resource: name, key: 'unknown' });
  };
  return list.filter(isList).map(([name, text, description]) => {
    const result = outputValue({ value: decodeExpr(String(text)) }, { ...nothingMade, reference });
    return {
      key: String(name),
      description: description ?? 'No description given',
      value: result.value,
      error: 'error' in result ? result.error : undefined,
    };
  });
}

function previewed(registry: Registry, resource: PlannedResource, requiredBy: readonly string[]): ResourcePreviewed {
  const type = registry.get(resource.implementation);
  const given = resolved(decodeExpr(resource.properties));
  const names = type === undefined || type.anyProperties ? [] : attributeNames(type);
  return {
    name: resource.name,
    type: resource.type,
    description: resource.description,
    requiredBy,
    metadata: resolved(decodeExpr(resource.metadata)),
    properties: type === undefined || !isMap(given) ? emptyMap : previewProperties(type, given),
    attributes: mapOf(names.map((name): [string, Value] => [name, null])),
  };
}

/** What cannot be resolved now would fail the resource when it is made; a preview shows nothing in its place. */
function resolved(expr: Expr): Value {
  try {
    const value = evaluate(expr, nothingMade);
    return isKnown(value) ? value : null;
  } catch (error) {
    failureText(error);
    return null;
  }
}

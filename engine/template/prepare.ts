/**
 * From a template and an environment to what a stack shall be: the planning that needs no I/O.
 *
 * Everything that parameters, files and conditions decide is decided here; what is left in a definition are calls
 * that read other resources, and each definition says which those are. The same input always gives the same result,
 * so a plan can be computed again after a crash. Faults are told in Heat's order (contract: templates §5): parameters,
 * conditions, types, names, references, circles, then each resource after those it requires, then outputs. An output
 * that cannot be resolved is no fault: it says so whenever it is shown.
 */
import { errors, isHeatError, reworded } from '../kernel/errors.ts';
import { pyRepr } from '../values/python.ts';
import { emptyMap, type Value } from '../values/value.ts';
import { callRules, checkDefinition, prepareOutputs } from './checking.ts';
import { conditionsOf } from './conditions.ts';
import { type Draft, draft, enabledResources } from './drafting.ts';
import { requirements, topologicalOrder, withEdge } from './graph.ts';
import { implementationsOf } from './implementing.ts';
import { lenientParameters, type Parameters, resolveParameters } from './parameters.ts';
import type { Definition, Prepared, PrepareInput, Preparing, TypeRules } from './planning.ts';
import { pseudoNames } from './pseudo.ts';
import { collectExports } from './references.ts';
import { type Scope, unknown } from './scope.ts';
import { parseTemplate, type Template, type TemplateHead } from './template.ts';

/**
 * Plans a stack. Throws StackValidationFailed, UserParameterMissing, UnknownUserParameter, InvalidSchema,
 * InvalidTemplateReference, CircularDependency.
 */
export function prepare(input: PrepareInput): Prepared {
  return redacting(resolveParameters(input.template, input.environment, input.pseudo), input);
}

/**
 * As prepare, of what stands whatever the values are (contract: templates §5, validate): parameters need none as long
 * as nothing that decides the structure asks for them, and what cannot be resolved elsewhere is no fault.
 */
export function prepareStructure(input: PrepareInput): Prepared {
  const parameters = lenientParameters(input.template, input.environment, input.pseudo);
  return redacting(parameters, { ...input, structureOnly: true });
}

function redacting(parameters: Parameters, input: Preparing): Prepared {
  try {
    return prepareWith(parameters, input);
  } catch (error) {
    if (!isHeatError(error)) throw error;
    // Functions quote what they could not work with, and that may come from a hidden parameter.
    throw reworded(error, text => parameters.redact(text));
  }
}

function prepareWith(parameters: Parameters, input: Preparing): Prepared {
  const { template } = input;
  const conditions = conditionsOf(template.conditions, planningScope(parameters, input));
  const { scope } = conditions;
  const enabled = enabledResources(template, conditions);
  const drafts = new Map<string, Draft>();
  for (const resource of enabled.values()) drafts.set(resource.name, draft(resource, input, scope));
  const implementations = implementationsOf(enabled, input);
  refuseDuplicates(template, enabled);
  const { definitions, order } = connected(drafts, implementations, switchedOff(template, enabled), input);
  const rules = callRules(definitions, scope, input);
  for (const name of order) {
    const [drafted, definition] = [drafts.get(name), definitions.get(name)];
    if (drafted !== undefined && definition !== undefined) checkDefinition(drafted, definition, rules, input);
  }
  return { parameters, definitions, outputs: prepareOutputs(template, conditions, rules, parameters) };
}

const noNames: ReadonlySet<string> = new Set();

function switchedOff(template: Template, enabled: ReadonlyMap<string, unknown>): ReadonlySet<string> {
  if (enabled.size === template.resources.size) return noNames;
  return new Set([...template.resources.keys()].filter(name => !enabled.has(name)));
}

function refuseDuplicates(template: Template, resources: ReadonlyMap<string, unknown>): void {
  const pseudo = pseudoNames(template.dialect);
  const both: string[] = [];
  for (const name of resources.keys()) if (template.parameters.has(name) || pseudo.has(name)) both.push(name);
  if (both.length === 0) return;
  throw errors.StackValidationFailed({ message: `Duplicate names {${both.map(pyRepr).join(', ')}}` });
}

interface Connected {
  readonly definitions: ReadonlyMap<string, Definition>;
  /** Their names, each after those of what it requires. */
  readonly order: readonly string[];
}

/** Says of each draft what it requires and what others read of it. Throws InvalidTemplateReference, CircularDependency. */
function connected(
  drafts: ReadonlyMap<string, Draft>,
  implementations: ReadonlyMap<string, string>,
  off: ReadonlySet<string>,
  input: TypeRules,
): Connected {
  const { of: exported, note } = collectExports(name => input.selects?.(implementations.get(name) ?? '') === true);
  const required = requirements(drafts, off, note);
  const order = topologicalOrder(required);
  const definitions = new Map<string, Definition>();
  for (const drafted of drafts.values()) {
    const { name, type } = drafted;
    const exports = exported.get(name);
    definitions.set(name, {
      // Written out: a spread of a thousand of them costs as much as all the rest.
      name,
      words: drafted.words,
      type,
      properties: drafted.properties,
      metadata: drafted.metadata,
      dependsOn: drafted.dependsOn,
      deletionPolicy: drafted.deletionPolicy,
      updatePolicy: drafted.updatePolicy,
      description: drafted.description,
      externalId: drafted.externalId,
      implementation: implementations.get(name) ?? type,
      requires: required.get(name) ?? noNames,
      exports: exports === undefined ? none : [...exports],
    });
  }
  return { definitions, order: addImplicit(required, definitions, input) ? topologicalOrder(required) : order };
}

const none: readonly string[] = [];

/** Adds what the types say must be there first, resource by resource in the template's order. True: something was. */
function addImplicit(
  required: Map<string, Set<string>>,
  definitions: ReadonlyMap<string, Definition>,
  { after }: TypeRules,
): boolean {
  if (after === undefined) return false;
  let isMore = false;
  for (const definition of definitions.values()) {
    for (const name of after(definition, definitions)) {
      if (definitions.has(name) && withEdge(required, definition.name, name)) isMore = true;
    }
  }
  return isMore;
}

export interface PlanInput extends Omit<PrepareInput, 'template'> {
  readonly raw: Value;
  /** With what AWS's CloudFormation has and Heat's has not. */
  readonly isExtended?: boolean;
}

/** parseTemplate and prepare in one, with every fault in Heat's order: parameters' values before the resources' form. */
export function plan({ raw, isExtended, ...input }: PlanInput): {
  readonly template: Template;
  readonly prepared: Prepared;
} {
  const check = (head: TemplateHead) => void resolveParameters(head, input.environment, input.pseudo);
  const template = parseTemplate(raw, check, isExtended);
  return { template, prepared: prepare({ ...input, template }) };
}

/** parseTemplate and prepareStructure in one, with every fault in Heat's order. */
export function structure({ raw, isExtended, ...input }: PlanInput): {
  readonly template: Template;
  readonly prepared: Prepared;
} {
  const check = (head: TemplateHead) => void lenientParameters(head, input.environment, input.pseudo);
  const template = parseTemplate(raw, check, isExtended);
  return { template, prepared: prepareStructure({ ...input, template }) };
}

/** While a stack is planned no resource can be asked anything. */
function planningScope(parameters: Parameters, { template, files, zones, facade, structureOnly }: Preparing): Scope {
  const open = structureOnly === true;
  return {
    parameter: name => parameters.value(name),
    file: name => files.get(name),
    reference: () => unknown,
    attribute: () => unknown,
    mappings: () => template.raw.get('Mappings') ?? emptyMap,
    zones: () => zones?.() ?? unknown,
    facade: () => (open ? unknown : facade),
  };
}

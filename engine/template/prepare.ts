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
import { pyRepr, pyStr } from '../values/python.ts';
import { emptyMap, type Value } from '../values/value.ts';
import { checkCalls, type CallRules } from './check-calls.ts';
import { hint } from './closest.ts';
import { type Conditions, conditionsOf } from './conditions.ts';
import type { DeletionPolicy } from './dialects/dialect.ts';
import type { Environment } from './environment.ts';
import { evaluate, expandMacros, propertyFault } from './evaluate.ts';
import { type Expr, type ExprMap, isKnown } from './expr.ts';
import { FunctionFailure, failureText } from './functions/function.ts';
import { failedCall } from './functions/internal.ts';
import { type Requirements, requirements, topologicalOrder, withEdge } from './graph.ts';
import { lenientParameters, type Parameters, resolveParameters } from './parameters.ts';
import { joinPath } from './path.ts';
import { type Pseudo, pseudoNames } from './pseudo.ts';
import { collectExports } from './references.ts';
import { type Implementation, parseRegistry } from './resource-registry.ts';
import { type Facade, type Scope, unknown } from './scope.ts';
import {
  type OutputDefinition,
  type ParsedResource,
  parseTemplate,
  type ResourceDefinition,
  type Template,
  type TemplateHead,
} from './template.ts';

/** A resource's definition, evaluated as far as a stack can. */
export interface Definition extends ResourceDefinition {
  /** The type that implements it: `type`, or what the environment maps that to. */
  readonly implementation: string;
  /** What must be there first: all that it reads or depends on. */
  readonly requires: ReadonlySet<string>;
  /** Its attributes that other resources read; '' stands for all. */
  readonly exports: readonly string[];
}

export interface Prepared {
  readonly parameters: Parameters;
  /** In the template's order; without those that a condition switched off. */
  readonly definitions: ReadonlyMap<string, Definition>;
  /** All of them: one that a condition switched off has the value null. */
  readonly outputs: ReadonlyMap<string, OutputDefinition>;
}

/** A definition and the type that implements it. */
export type Implemented = ResourceDefinition & Pick<Definition, 'implementation'>;

/** What the types say; without it any type goes and has any attribute. */
export interface TypeRules {
  typeExists?(type: string): boolean;
  /** Throws where whoever asks may not use this type: as a template names it, and what that stands for. */
  admit?(type: string): void;
  /** For hints. */
  typeNames?(): Iterable<string>;
  /** Names of all the templates that stand for types, before any of them is read. */
  templates?(names: readonly string[]): void;
  /** The name under which a template stands in for a type. Throws StackValidationFailed for one that cannot be read. */
  provider?(found: Implementation): string;
  /** Of this type a selection in an attribute is another attribute: `exports` then says which (attributeKey). */
  selects?(type: string): boolean;
  /** Undefined for a type with any attribute. `show` is always one. */
  attributeNames?(type: string): ReadonlySet<string> | undefined;
  /** Types that never look at their properties (OS::Heat::None): what cannot be resolved there is no fault. */
  ignoresProperties?(type: string): boolean;
  /** What a resource needs although nothing in its definition says so; a name that would close a circle is left out. */
  after?(definition: Implemented, all: ReadonlyMap<string, Implemented>): Iterable<string>;
  /** Further checks of one definition (kit's validateProperties); what cannot be resolved is still a call there. */
  check?(definition: Definition): void;
}

export interface PrepareInput extends TypeRules {
  readonly template: Template;
  readonly environment: Environment;
  readonly files: ReadonlyMap<string, string>;
  readonly pseudo: Pseudo;
  /** Names of Nova's availability zones, for a template that asks for them; absent: not known. */
  zones?(): Value | typeof unknown;
  /** Of a nested stack: what the resource above says that it stands for. */
  readonly facade?: Facade | undefined;
}

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

interface Preparing extends PrepareInput {
  readonly structureOnly?: boolean;
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

const noNames: ReadonlySet<string> = new Set();
const none: readonly string[] = [];

function prepareWith(parameters: Parameters, input: Preparing): Prepared {
  const { template } = input;
  const conditions = conditionsOf(template.conditions, planningScope(parameters, input));
  const { scope } = conditions;
  const enabled = enabledResources(template, conditions);
  const drafts = new Map<string, Draft>();
  const bare = new Map<string, ResourceDefinition>();
  for (const resource of enabled.values()) {
    const drafted = draft(resource, input, scope);
    drafts.set(resource.name, drafted);
    bare.set(resource.name, drafted.definition);
  }
  const implementations = implementationsOf(enabled, input);
  refuseDuplicates(template, enabled);
  const switchedOff = new Set([...template.resources.keys()].filter(name => !enabled.has(name)));
  const { of: exported, note } = collectExports(name => input.selects?.(implementations.get(name) ?? '') === true);
  const explicit = requirements(bare, switchedOff, note);
  const plain = topologicalOrder(explicit);
  const isWhole = addImplicit(explicit, bare, implementations, input);
  const required: Requirements = explicit;
  const order = isWhole ? plain : topologicalOrder(required);
  const definitions = new Map<string, Definition>();
  for (const { definition } of drafts.values()) {
    const { name } = definition;
    definitions.set(name, {
      name,
      words: definition.words,
      type: definition.type,
      properties: definition.properties,
      metadata: definition.metadata,
      dependsOn: definition.dependsOn,
      deletionPolicy: definition.deletionPolicy,
      updatePolicy: definition.updatePolicy,
      description: definition.description,
      externalId: definition.externalId,
      implementation: implementations.get(name) ?? definition.type,
      requires: required.get(name) ?? noNames,
      exports: exported.has(name) ? [...(exported.get(name) ?? [])] : none,
    });
  }
  const rules = callRules(definitions, scope, input);
  for (const name of order) checkDefinition(drafts.get(name), definitions.get(name), rules, input);
  return { parameters, definitions, outputs: prepareOutputs(template, conditions, rules, parameters) };
}

/** Written out, as all definitions are: a spread of a thousand of them costs as much as all the rest. */
function implemented(definition: ResourceDefinition, implementation: string): Implemented {
  return {
    name: definition.name,
    words: definition.words,
    type: definition.type,
    properties: definition.properties,
    metadata: definition.metadata,
    dependsOn: definition.dependsOn,
    deletionPolicy: definition.deletionPolicy,
    updatePolicy: definition.updatePolicy,
    description: definition.description,
    externalId: definition.externalId,
    implementation,
  };
}

/** Adds what the types say must be there first, resource by resource in the template's order. True: that is nothing. */
function addImplicit(
  required: Map<string, Set<string>>,
  bare: ReadonlyMap<string, ResourceDefinition>,
  implementations: ReadonlyMap<string, string>,
  { after }: TypeRules,
): boolean {
  if (after === undefined) return true;
  const all = new Map<string, Implemented>();
  for (const [name, definition] of bare) {
    all.set(name, implemented(definition, implementations.get(name) ?? definition.type));
  }
  let isWhole = true;
  for (const definition of all.values()) {
    for (const name of after(definition, all)) {
      if (all.has(name) && withEdge(required, definition.name, name)) isWhole = false;
    }
  }
  return isWhole;
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

function enabledResources(template: Template, conditions: Conditions): ReadonlyMap<string, ParsedResource> {
  const enabled = new Map<string, ParsedResource>();
  for (const [name, resource] of template.resources) {
    const { resources, condition } = resource.words;
    if (conditions.enabled(resource.condition, joinPath([resources, name, condition]))) enabled.set(name, resource);
  }
  return enabled;
}

function implementationsOf(
  resources: ReadonlyMap<string, ParsedResource>,
  input: PrepareInput,
): ReadonlyMap<string, string> {
  const registry = parseRegistry(input.environment.resourceRegistry, input.environment.globalRegistry);
  const exists = (type: string) => input.typeExists?.(type) ?? true;
  const founds = new Map<string, Implementation>();
  for (const { name, type } of resources.values()) {
    const found = registry.resolve(type, name, exists);
    if (found === undefined) {
      const text = errors.EntityNotFound({ entity: 'Resource Type', name: type }).message;
      throw errors.StackValidationFailed({ message: text + hint(type, input.typeNames?.() ?? []) });
    }
    founds.set(name, found);
  }
  const templates = [...founds.values()].filter(found => found.template).map(found => found.type);
  if (templates.length > 0) input.templates?.(templates);
  const implementations = new Map<string, string>();
  for (const [name, found] of founds) {
    implementations.set(name, found.template ? (input.provider?.(found) ?? found.type) : found.type);
  }
  for (const { name, type } of resources.values()) {
    input.admit?.(type);
    input.admit?.(implementations.get(name) ?? type);
  }
  return implementations;
}

function refuseDuplicates(template: Template, resources: ReadonlyMap<string, unknown>): void {
  const pseudo = pseudoNames(template.dialect);
  const both = [...resources.keys()].filter(name => template.parameters.has(name) || pseudo.has(name));
  if (both.length === 0) return;
  throw errors.StackValidationFailed({ message: `Duplicate names {${both.map(pyRepr).join(', ')}}` });
}

/** A definition on its way: `faults` are told when its turn comes, after those of what it requires. */
interface Draft {
  readonly definition: ResourceDefinition;
  readonly propertyFaults: readonly Error[];
  readonly otherFaults: readonly Error[];
  /** What checkCalls looks at: its expressions before they were evaluated. */
  readonly checked: readonly Expr[];
}

function draft(resource: ParsedResource, input: Preparing, scope: Scope): Draft {
  const { name, words } = resource;
  const place = [words.resources, name];
  const externalId = externalIdOf(resource, input, scope);
  const propertyFaults: Error[] = [];
  const otherFaults: Error[] = [];
  const checked: Expr[] = [];
  const properties = new Map<string, Expr>();
  const expanded = expandMacros(resource.properties, scope) as ExprMap;
  for (const [key, value] of expanded) {
    checked.push(value);
    properties.set(
      key,
      attempt(value, scope, error =>
        propertyFaults.push(propertyFault(joinPath([...place, words.properties, key]), error)),
      ),
    );
  }
  const plain = (key: string, value: Expr): Expr => {
    const chosen = expandMacros(value, scope);
    checked.push(chosen);
    return attempt(chosen, scope, error => otherFaults.push(rawFault(error, joinPath([...place, key]))));
  };
  const definition = {
    name,
    words,
    type: resource.type,
    properties,
    metadata: plain(words.metadata, resource.metadata),
    dependsOn: resource.dependsOn,
    // Whoever only watches a thing leaves it alone.
    deletionPolicy: externalId === undefined ? deletionPolicy(resource, input, scope) : 'Retain',
    updatePolicy: plain(words.updatePolicy, resource.updatePolicy),
    description: resource.description,
    externalId,
  } as const;
  return { definition, propertyFaults, otherFaults, checked };
}

/** The evaluated value; where that fails, the value as it was, so that what it reads is still seen. */
function attempt(value: Expr, scope: Scope, failed: (error: unknown) => void): Expr {
  try {
    return evaluate(value, scope);
  } catch (error) {
    failureText(error);
    failed(error);
    return value;
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

function deletionPolicy(
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

function callRules(definitions: ReadonlyMap<string, Definition>, scope: Scope, rules: TypeRules): CallRules {
  return {
    evaluate: expr => {
      try {
        return evaluate(expr, scope);
      } catch (error) {
        if (error instanceof FunctionFailure || isHeatError(error)) return null;
        throw error;
      }
    },
    exists: name => definitions.has(name),
    attributesOf: name => rules.attributeNames?.(definitions.get(name)?.implementation ?? ''),
  };
}

function checkDefinition(
  draft: Draft | undefined,
  definition: Definition | undefined,
  rules: CallRules,
  types: TypeRules & Pick<Preparing, 'structureOnly'>,
): void {
  if (draft === undefined || definition === undefined) return;
  for (const expr of draft.checked) checkCalls(expr, rules);
  types.check?.(definition);
  if (types.structureOnly === true) return;
  const ignored = types.ignoresProperties?.(definition.implementation) === true;
  const [fault] = [...(ignored ? [] : draft.propertyFaults), ...draft.otherFaults];
  if (fault !== undefined) throw fault;
}

function prepareOutputs(
  template: Template,
  conditions: Conditions,
  rules: CallRules,
  parameters: Parameters,
): ReadonlyMap<string, OutputDefinition> {
  const { words } = template.dialect;
  const outputs = new Map<string, OutputDefinition>();
  for (const { name, description, condition, value } of template.outputs.values()) {
    const place = [words.outputs, name];
    const enabled = conditions.enabled(condition, joinPath([...place, words.condition]));
    const expr = enabled
      ? prepareOutput(joinPath([...place, words.value]), value, conditions.scope, rules, parameters)
      : null;
    outputs.set(name, { name, description, value: expr });
  }
  return outputs;
}

/** What cannot be resolved becomes a call that fails, with the same text, whenever the output is shown. */
function prepareOutput(place: string, value: Expr, scope: Scope, rules: CallRules, parameters: Parameters): Expr {
  const chosen = expandMacros(value, scope);
  checkCalls(chosen, rules);
  try {
    return evaluate(chosen, scope);
  } catch (error) {
    return failedCall(parameters.redact(failureText(error)), place);
  }
}

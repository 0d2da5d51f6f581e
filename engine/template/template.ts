/**
 * A template, read: its version's rules applied, its parts typed, its function calls found.
 *
 * Nothing is evaluated here and nothing is looked up outside: the same text always gives the same Template. Errors
 * come in Heat's order (contract: templates §5): sections, parameters' schemas, parameter groups, conditions,
 * resources, outputs. Heat checks parameters' values between the second and the third; whoever has values passes the
 * check as `between`. All maps are Maps, so a template may call anything `__proto__`.
 */
import { errors } from '../kernel/errors.ts';
import { pyStr, pyTruthy, pyType } from '../values/python.ts';
import { isList, isMap, type Value, type ValueMap } from '../values/value.ts';
import type { DeletionPolicy, Dialect } from './dialects/dialect.ts';
import type { Words } from './dialects/words.ts';
import type { Expr, ExprMap } from './expr.ts';
import { checkParameterGroups } from './parameter-groups.ts';
import { type ParameterSchema, parseParameters } from './parameter-schema.ts';
import { type Grammar, parseCondition, parseExpr } from './parse.ts';
import { joinPath } from './path.ts';
import { pseudoNames } from './pseudo.ts';
import { checkResourceMaps, parseResource } from './template-resources.ts';
import { dialectOf } from './version.ts';

/** What can be known of a template before its parameters have values. */
export interface TemplateHead {
  /** The version's date, also where the template names an alias. */
  readonly version: string;
  readonly dialect: Dialect;
  /** As it was written, of any type; `No description` where there is none. */
  readonly description: Value;
  readonly raw: ValueMap;
  readonly parameters: ReadonlyMap<string, ParameterSchema>;
  /** As they were written; null where there are none. */
  readonly parameterGroups: Value;
}

export interface Template extends TemplateHead {
  readonly conditions: ReadonlyMap<string, Expr>;
  readonly resources: ReadonlyMap<string, ParsedResource>;
  readonly outputs: ReadonlyMap<string, ParsedOutput>;
}

/** What a resource shall be: read, and in a plan also evaluated. */
export interface ResourceDefinition {
  readonly name: string;
  /** What its template calls the keys around it. */
  readonly words: Words;
  /** As the template has it; an environment may map it to another. */
  readonly type: string;
  readonly properties: ExprMap;
  readonly metadata: Expr;
  readonly dependsOn: readonly string[];
  readonly deletionPolicy: DeletionPolicy;
  readonly updatePolicy: Expr;
  readonly description: string;
  /** The id of somebody else's thing, which is only watched; undefined: one of its own is made. */
  readonly externalId: string | undefined;
}

/** A resource before anything is evaluated: its policy may be a function, and a condition may switch it off. */
export interface ParsedResource extends Omit<ResourceDefinition, 'deletionPolicy' | 'externalId'> {
  readonly deletionPolicy: Expr;
  /** Undefined where it has none. */
  readonly externalId: Expr | undefined;
  /** Undefined where it has none. */
  readonly condition: Expr | undefined;
  /** Conditions decide something inside of it (expandMacros). */
  readonly hasChoices: boolean;
}

export interface OutputDefinition {
  readonly name: string;
  readonly value: Expr;
  readonly description: Value | undefined;
}

export interface ParsedOutput extends OutputDefinition {
  readonly condition: Expr | undefined;
}

/**
 * Reads a template. `between` runs after the schemas of parameters are read and before anything that follows in Heat's
 * order: the place for resolveParameters. Throws InvalidTemplateVersion, StackValidationFailed, InvalidSchema.
 */
export function parseTemplate(raw: Value, between?: (head: TemplateHead) => void, isExtended = false): Template {
  const head = parseHead(raw, isExtended);
  between?.(head);
  checkParameterGroups(head.parameterGroups, head.parameters, pseudoNames(head.dialect));
  const grammar = grammarOf(head.raw, head.dialect);
  const conditions = parseConditions(head.raw, grammar);
  const resources = new Map<string, ParsedResource>();
  for (const [name, body] of resourcesIn(head.raw, head.dialect)) {
    resources.set(name, parseResource(name, isMap(body) ? body : new Map(), grammar));
  }
  return { ...head, conditions, resources, outputs: parseOutputs(head.raw, head.dialect) };
}

/** Version, sections, the shape of resources and the schemas of parameters: the first part of parseTemplate. */
export function parseHead(raw: Value, isExtended = false): TemplateHead {
  if (!isMap(raw)) {
    throw errors.BadRequest({
      message: 'Template not in valid format: The template is not a JSON object or YAML mapping.',
    });
  }
  const dialect = dialectOf(raw, isExtended);
  for (const key of raw.keys()) {
    if (!dialect.sections.has(key)) {
      throw errors.StackValidationFailed({ message: `The template section is invalid: ${key}` });
    }
  }
  const { words, parameterRules } = dialect;
  checkTransform(raw.get('Transform'));
  checkResourceMaps(resourcesIn(raw, dialect), dialect);
  const parameters = parseParameters(section(raw, words.parameters), parameterRules);
  const description = raw.get(words.description) ?? null;
  return {
    version: dialect.version,
    dialect,
    description: pyTruthy(description) ? description : 'No description',
    raw,
    parameters,
    parameterGroups: raw.get('parameter_groups') ?? null,
  };
}

/** AWS's own extensions are here without it. Of a dialect without such a section there is none by now. */
function checkTransform(transform: Value | undefined): void {
  const names = transform === undefined ? [] : isList(transform) ? transform : [transform];
  for (const name of names) {
    if (name === 'AWS::LanguageExtensions') continue;
    throw errors.StackValidationFailed({ message: `The transform ${pyStr(name)} is not known` });
  }
}

/** A section that is a map; what is empty in any way (null, '', []) is an empty map, as in Heat. */
function section(raw: ValueMap, name: string): ValueMap {
  const body = raw.get(name) ?? null;
  if (!pyTruthy(body)) return new Map();
  if (isMap(body)) return body;
  throw errors.StackValidationFailed({ message: `The ${name} section must be a map. Found a ${pyType(body)} instead` });
}

function resourcesIn(raw: ValueMap, { kind, words }: Dialect): ValueMap {
  const body = raw.get(words.resources) ?? null;
  if (!pyTruthy(body) || isMap(body)) return section(raw, words.resources);
  const missed = kind === 'hot' ? 'items' : 'values';
  throw errors.StackValidationFailed({ message: `'${pyType(body)}' object has no attribute '${missed}'` });
}

function grammarOf(raw: ValueMap, dialect: Dialect): Grammar {
  const resources = resourcesIn(raw, dialect);
  return { dialect, isResource: name => resources.has(name), choices: 0 };
}

function parseConditions(raw: ValueMap, grammar: Grammar): ReadonlyMap<string, Expr> {
  const { conditionFunctions, words } = grammar.dialect;
  const body = conditionFunctions === undefined ? undefined : raw.get(words.conditions);
  if (body === undefined) return new Map();
  if (!isMap(body)) {
    throw errors.StackValidationFailed({
      error: 'Conditions validation error',
      message: `Condition definitions must be a map. Found a ${pyType(body)} instead`,
    });
  }
  const conditions = new Map<string, Expr>();
  for (const [name, definition] of body) {
    conditions.set(name, parseCondition(definition, `${words.conditions}.${name}`, grammar));
  }
  return conditions;
}

/** The section of outputs. Throws StackValidationFailed for what is no output. */
export function parseOutputs(raw: ValueMap, dialect: Dialect): ReadonlyMap<string, ParsedOutput> {
  const { words } = dialect;
  const grammar = grammarOf(raw, dialect);
  const outputs = new Map<string, ParsedOutput>();
  for (const [name, body] of section(raw, words.outputs)) {
    if (!isMap(body)) throw badOutput(words, name, `Output definitions must be a map. Found a ${pyType(body)} instead`);
    const value = body.get(words.value);
    if (value === undefined) throw badOutput(words, name, `Each output definition must contain a ${words.value} key.`);
    const condition = dialect.conditionFunctions === undefined ? undefined : body.get(words.condition);
    const place = `${words.outputs}.${name}`;
    outputs.set(name, {
      name,
      value: parseExpr(value, `${place}.${words.value}`, grammar),
      description: described(body.get(words.description)),
      condition:
        condition === undefined ? undefined : parseCondition(condition, `${place}.${words.condition}`, grammar),
    });
  }
  return outputs;
}

/** Heat's text of whatever stands there. */
function described(description: Value | undefined): Value | undefined {
  return description === undefined || typeof description === 'string' ? description : pyStr(description);
}

function badOutput(words: Words, name: string, message: string): Error {
  return errors.StackValidationFailed({
    error: 'Output validation error',
    path: joinPath([words.outputs, name]),
    message,
  });
}

/**
 * Checks a resource's properties against its type's schemas (contract: templates §5).
 *
 * The same rules run twice. When a stack is planned, on what is known by then: a property that waits for another
 * resource is converted as far as it goes, its constraints wait. When the resource is made, on everything: what comes
 * out then is what its life works with. Both throw StackValidationFailed in Heat's words, for the first thing wrong:
 * an unknown property before anything else, then in the order of the schemas.
 */
import { errors, type HeatError } from '../kernel/errors.ts';
import { hotWords, type Words } from '../template/dialects/words.ts';
import { type Expr, type ExprMap, isKnown, noExprs } from '../template/expr.ts';
import { joinPath } from '../template/path.ts';
import type { ResourceDefinition } from '../template/template.ts';
import type { Value, ValueMap } from '../values/value.ts';
import { convertChild, knowsAll, PropertyProblem, refuseUnknown } from './convert.ts';
import { isProviderName } from './provider.ts';
import type { ResourceType } from './resource.ts';
import type { PropertySchemas } from './schema.ts';

/** What of a resource's definition is checked here. */
export interface Defined {
  readonly name: string;
  /** Absent: HOT's. */
  readonly words?: Words;
  readonly properties: ExprMap;
}

/** Where a resource's properties stand: `resources.<name>.properties`; in what is stored of one, in HOT's words. */
export function propertiesPath(name: string, words: Words = hotWords): string {
  return joinPath([words.resources, name, words.properties]);
}

/**
 * Checks what is known of the properties, and gives them as they were converted; `path` is where they stand.
 * Throws StackValidationFailed `Property error: : <path>.<property>: : <message>`.
 */
export function validateProperties(
  type: ResourceType,
  definition: Defined,
  path = propertiesPath(definition.name, definition.words),
): ExprMap {
  if (type.anyProperties) return noExprs;
  const given = translated(type, definition.properties);
  return convertProperties(checkedSchemas(type, given), given, path);
}

/** validateProperties and what the type checks beyond its schemas; the stack's timeout is in milliseconds. */
export function validateResource(
  type: ResourceType,
  definition: Defined,
  context: { readonly path?: string; readonly stackTimeoutMs: number },
): ExprMap {
  const { path = propertiesPath(definition.name, definition.words), stackTimeoutMs } = context;
  const converted = validateProperties(type, definition, path);
  if (type.anyProperties || type.validate === undefined) return converted;
  const given = translated(type, definition.properties);
  type.validate(convertProperties(type.properties, given, path), { path, stackTimeoutMs });
  return converted;
}

/**
 * What Heat checks of a resource in a nested template beside its names: what the type checks by itself, and with that
 * whether the values that it reads are of their types (contract: templates §7). There is no stack's timeout to compare
 * with. The error has the resource's place, not the property's.
 * Throws StackValidationFailed.
 */
export function validateInside(type: ResourceType, definition: Defined): void {
  if (type.anyProperties || type.validate === undefined) return;
  const { name, words = hotWords } = definition;
  const properties = new ConvertedWhenRead(translated(type, definition.properties), type.properties);
  try {
    type.validate(properties, { path: propertiesPath(name, words), stackTimeoutMs: Number.POSITIVE_INFINITY });
  } catch (error) {
    if (!(error instanceof PropertyProblem)) throw error;
    const path = joinPath([words.resources, name]);
    throw errors.StackValidationFailed({ error: 'ValueError', path, message: error.message });
  }
}

/** Properties of which only what is read has to be of its type. Reading throws PropertyProblem. */
class ConvertedWhenRead extends Map<string, Expr> {
  private readonly schemas: PropertySchemas;

  constructor(given: ExprMap, schemas: PropertySchemas) {
    super(given);
    this.schemas = schemas;
  }

  override get(name: string): Expr | undefined {
    const schema = Object.hasOwn(this.schemas, name) ? this.schemas[name] : undefined;
    return schema === undefined ? super.get(name) : convertChild(schema, name, super.get(name), [], 'loose');
  }
}

/**
 * Checks property names alone, as POST /validate does: `Property error: : <path>: : Unknown Property x`.
 * Throws StackValidationFailed.
 */
export function validateNames(type: ResourceType, definition: Defined, path?: string): void {
  if (type.anyProperties) return;
  if (knowsAll(type.properties, definition.properties)) return;
  const place = path ?? propertiesPath(definition.name, definition.words);
  placed(place, () => refuseUnknown(type.properties, definition.properties, []));
}

/**
 * What a definition asks for beside its properties, of a type that has no such thing: a snapshot of what is deleted, or
 * a stack that is somebody else's. Throws StackValidationFailed.
 */
export function validatePolicies(
  type: ResourceType,
  {
    deletionPolicy,
    externalId,
    name,
    words,
  }: Pick<ResourceDefinition, 'deletionPolicy' | 'externalId' | 'name' | 'words'>,
): void {
  // No type makes one yet; to delete without it would lose what the user wants to keep.
  if (deletionPolicy === 'Snapshot')
    throw errors.StackValidationFailed({ message: `"${deletionPolicy}" deletion policy not supported` });
  if (externalId !== undefined && type.life.kind === 'nested') {
    const path = joinPath([words.resources, name, words.externalId]);
    throw errors.StackValidationFailed({ path, message: 'A stack cannot be watched' });
  }
}

/** Checks the `update_policy` section by the type's schemas, as far as it is known. Throws StackValidationFailed. */
export function validateUpdatePolicy(
  type: ResourceType,
  definition: Pick<ResourceDefinition, 'name' | 'updatePolicy' | 'words'>,
): void {
  const { updatePolicy, name, words } = definition;
  if (updatePolicy === noExprs && type.updatePolicy === undefined) return;
  // What a template says in the place of a type may want one of its own.
  if (!(updatePolicy instanceof Map) || isProviderName(type.name)) return;
  convertProperties(type.updatePolicy ?? {}, updatePolicy, joinPath([words.resources, name, words.updatePolicy]));
}

/**
 * The properties as the type's life gets them: converted, defaults filled in, all constraints checked. A property
 * that is neither given nor has a default is absent; inside a map with schemas it is null, as in Heat.
 * Throws StackValidationFailed as validateProperties does.
 */
export function resolveProperties(type: ResourceType, values: ValueMap, path: string): ValueMap {
  if (type.anyProperties) return values;
  const given = translated(type, values);
  if (type.checkedAs !== undefined) convertProperties(type.checkedAs(given), given, path);
  const resolved = new Map<string, Value>();
  for (const [name, expr] of convertProperties(type.properties, given, path)) {
    if (isKnown(expr)) resolved.set(name, expr);
  }
  return resolved;
}

/**
 * The same as far as it is known: a property that waits for what is not made yet stays an expression. Throws as
 * resolveProperties does for what is known.
 */
export function foreseenProperties(type: ResourceType, values: ExprMap, path: string): ExprMap {
  if (type.anyProperties) return new Map();
  return convertProperties(type.properties, translated(type, values), path);
}

function translated(type: ResourceType, given: ExprMap): ExprMap {
  return type.translate?.(given) ?? given;
}

function checkedSchemas(type: ResourceType, given: ExprMap): PropertySchemas {
  return type.checkedAs?.(given) ?? type.properties;
}

/** A property that is not wholly known is checked loosely, like Heat's that depend on what is still INIT. */
function convertProperties(schemas: PropertySchemas, given: ExprMap, path: string): ExprMap {
  return placed(path, () => {
    refuseUnknown(schemas, given, []);
    const converted = new Map();
    for (const [name, schema] of Object.entries(schemas)) {
      const expr = given.get(name);
      const mode = expr === undefined || isKnown(expr) ? 'strict' : 'loose';
      const value = convertChild(schema, name, expr, [], mode);
      if (value !== undefined) converted.set(name, value);
    }
    return converted;
  });
}

function placed<T>(path: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof PropertyProblem) throw propertyError(joinPath([path, ...error.path]), error.message);
    throw error;
  }
}

/** The validation error of a property, for types' own checks too. */
export function propertyError(path: string, message: string): HeatError {
  return errors.StackValidationFailed({ error: 'Property error', path, message });
}

/**
 * Schemas of properties and attributes: immutable data, written as builders read.
 *
 *   properties: {
 *     length: integer('Length of the string to generate.').default(32).constraints(range(1, 512)),
 *     rules:  list({ update: true }).of(map().with({ port: integer().required() })),
 *   }
 *
 * A builder is itself a PropertySchema; each call gives a new one. A property without `update: true` replaces the
 * resource when it changes. The one schema drives validation, `resource type show` and the generated templates, so a
 * wrong constraint or default is refused when the type is declared, not when a user meets it.
 */
import { invariant } from '../kernel/invariant.ts';
import {
  type AllowedPatternConstraint,
  type AllowedValuesConstraint,
  applies,
  checkAll,
  type ConstrainedType,
  type Constraint,
  type CustomConstraint,
  type LengthConstraint,
  type ModuloConstraint,
  num,
  type RangeConstraint,
} from '../template/constraints.ts';
import { fromPlain, type Plain } from '../values/json.ts';
import { type Float, isFloat, type Value } from '../values/value.ts';

export type PropertyType = ConstrainedType;

export type SupportLevel = 'UNKNOWN' | 'SUPPORTED' | 'DEPRECATED' | 'UNSUPPORTED' | 'HIDDEN';

export interface SupportStatus {
  readonly status: SupportLevel;
  /** The release that brought it to this status, e.g. `2014.1`, `5.0.0`. */
  readonly version?: string | undefined;
  readonly message?: string | undefined;
  readonly previous?: SupportStatus | undefined;
}

export type PropertySchemas = Readonly<Record<string, PropertySchema>>;

export interface PropertySchema {
  readonly type: PropertyType;
  readonly description: string | undefined;
  /** Undefined: no default. Already of the property's type. */
  readonly defaultValue: Value | undefined;
  readonly isRequired: boolean;
  readonly constraintList: readonly Constraint[];
  /** A change is made in place; without it the resource is replaced. */
  readonly updateAllowed: boolean;
  /** Its thing's users set it where nothing is said of it: an update that compares with the cloud leaves that. */
  readonly setByUsers: boolean;
  /** A change is refused. */
  readonly immutable: boolean;
  /** False: known, but giving it is an error. */
  readonly implemented: boolean;
  readonly support: SupportStatus;
  /** The finder (finders.ts) that turns a name into an id before anything compares or makes. */
  readonly finder: string | FinderBy | undefined;
  /** Of a list's elements. */
  readonly element: PropertySchema | undefined;
  /** Of a map's keys; undefined: any keys, any values. */
  readonly children: PropertySchemas | undefined;
}

/** What kind of thing is named is said by another property beside it; a kind that is not among them is not looked up. */
export interface FinderBy {
  readonly property: string;
  /** By the value of that property. */
  readonly finders: Readonly<Record<string, string>>;
}

export interface AttributeSchema {
  readonly description: string | undefined;
  readonly type: PropertyType | undefined;
  /** `none`: asked of the service each time, never kept. */
  readonly cache: 'local' | 'none';
  readonly support: SupportStatus;
}

export interface PropertyOptions {
  readonly update?: boolean;
  readonly setByUsers?: boolean;
  readonly immutable?: boolean;
  readonly implemented?: boolean;
}

export const supported: SupportStatus = { status: 'SUPPORTED' };

/** Since which release, as Heat's pages say. */
export function since(version: string): SupportStatus {
  return { status: 'SUPPORTED', version };
}

/** Default values as they are written in a declaration; whole numbers are integers. */
export type Written = Plain | Float;

export class PropertyBuilder implements PropertySchema {
  readonly type: PropertyType;
  readonly description: string | undefined;
  readonly defaultValue: Value | undefined;
  readonly isRequired: boolean;
  readonly constraintList: readonly Constraint[];
  readonly updateAllowed: boolean;
  readonly setByUsers: boolean;
  readonly immutable: boolean;
  readonly implemented: boolean;
  readonly support: SupportStatus;
  readonly finder: string | FinderBy | undefined;
  readonly element: PropertySchema | undefined;
  readonly children: PropertySchemas | undefined;

  constructor(schema: PropertySchema) {
    this.type = schema.type;
    this.description = schema.description;
    this.defaultValue = schema.defaultValue;
    this.isRequired = schema.isRequired;
    this.constraintList = schema.constraintList;
    this.updateAllowed = schema.updateAllowed;
    this.setByUsers = schema.setByUsers;
    this.immutable = schema.immutable;
    this.implemented = schema.implemented;
    this.support = schema.support;
    this.finder = schema.finder;
    this.element = schema.element;
    this.children = schema.children;
    for (const constraint of this.constraintList) {
      invariant(applies(constraint, this.type), `${constraint.kind} does not apply to ${this.type}`);
    }
    if (this.defaultValue !== undefined) {
      const broken = checkAll(this.constraintList, this.defaultValue);
      invariant(broken === undefined, `invalid default: ${broken ?? ''}`);
    }
  }

  private but(changes: Partial<PropertySchema>): PropertyBuilder {
    return new PropertyBuilder({ ...this, ...changes });
  }

  /** The value where none, or null, is given. */
  default(value: Written): PropertyBuilder {
    return this.but({ defaultValue: written(value) });
  }

  required(): PropertyBuilder {
    return this.but({ isRequired: true });
  }

  constraints(...constraints: readonly Constraint[]): PropertyBuilder {
    return this.but({ constraintList: [...this.constraintList, ...constraints] });
  }

  /** Names another thing, by name or id: checked by the custom constraint of that name, and an id once it is resolved. */
  finds(finder: string): PropertyBuilder {
    return this.but({ finder, constraintList: [...this.constraintList, custom(finder)] });
  }

  /** As `finds`, for a property that Heat resolves without declaring the constraint. */
  resolves(finder: string): PropertyBuilder {
    return this.but({ finder });
  }

  /** As `resolves`, where another property says what kind of thing it names. */
  resolvesBy(property: string, finders: Readonly<Record<string, string>>): PropertyBuilder {
    return this.but({ finder: { property, finders } });
  }

  supportedSince(version: string): PropertyBuilder {
    return this.but({ support: since(version) });
  }

  status(support: SupportStatus): PropertyBuilder {
    return this.but({ support });
  }

  /** Of a list: what each element is. */
  of(element: PropertySchema): PropertyBuilder {
    invariant(this.type === 'list', 'only a list has elements');
    return this.but({ element });
  }

  /** Of a map: its keys. */
  with(children: PropertySchemas): PropertyBuilder {
    invariant(this.type === 'map', 'only a map has children');
    return this.but({ children });
  }
}

function written(value: Written): Value {
  return typeof value === 'object' && value !== null && isFloat(value as Value)
    ? (value as Float)
    : fromPlain(value as Plain);
}

type BuilderArguments = [description: string, options?: PropertyOptions] | [options?: PropertyOptions];

function builder(type: PropertyType): (...args: BuilderArguments) => PropertyBuilder {
  return (...args) => {
    const [first, second] = args;
    const description = typeof first === 'string' ? first : undefined;
    const options = (typeof first === 'object' ? first : second) ?? {};
    return new PropertyBuilder({
      type,
      description,
      defaultValue: undefined,
      isRequired: false,
      constraintList: [],
      updateAllowed: options.update ?? false,
      setByUsers: options.setByUsers ?? false,
      immutable: options.immutable ?? false,
      implemented: options.implemented ?? true,
      support: supported,
      finder: undefined,
      element: undefined,
      children: undefined,
    });
  };
}

export const string = builder('string');
export const integer = builder('integer');
export const number = builder('number');
export const boolean = builder('boolean');
export const list = builder('list');
export const map = builder('map');
export const any = builder('any');

export interface AttributeOptions {
  readonly type?: PropertyType;
  readonly cache?: 'none';
  readonly support?: SupportStatus;
}

export function attribute(description: string | undefined, options: AttributeOptions = {}): AttributeSchema {
  return {
    description,
    type: options.type,
    cache: options.cache ?? 'local',
    support: options.support ?? supported,
  };
}

type Bound = number | bigint | Float | undefined;

/** Both ends belong to it; undefined is open. */
export function range(min: Bound, max?: Bound): RangeConstraint {
  invariant(min !== undefined || max !== undefined, 'a range has an end');
  return { kind: 'range', min: boundOf(min), max: boundOf(max) };
}

function boundOf(n: Bound): bigint | Float | undefined {
  return n === undefined ? undefined : num(n);
}

export function length(min: number | undefined, max?: number): LengthConstraint {
  const big = (n: number | undefined) => (n === undefined ? undefined : BigInt(n));
  return { kind: 'length', min: big(min), max: big(max) };
}

export function modulo(step: number | bigint | Float, offset: number | bigint | Float = 0): ModuloConstraint {
  return { kind: 'modulo', step: num(step), offset: num(offset) };
}

export function allowedValues(...values: readonly Written[]): AllowedValuesConstraint {
  return { kind: 'allowed_values', values: values.map(written) };
}

export function allowedPattern(pattern: string, description?: string): AllowedPatternConstraint {
  return { kind: 'allowed_pattern', pattern, description };
}

export function custom(name: string): CustomConstraint {
  return { kind: 'custom_constraint', name };
}

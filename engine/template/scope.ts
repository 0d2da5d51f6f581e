/**
 * What an expression is evaluated against.
 *
 * A scope answers what functions ask for; `unknown` means "not yet": the call stays in the expression and travels on.
 * While a stack is planned no resource exists, so references and attributes are unknown; in a resource's own turn
 * those of what it requires are there; when outputs are shown a resource that does not exist (yet) gives null, as in
 * Heat, never `unknown`.
 */
import type { Value } from '../values/value.ts';

/** "Not known yet". A symbol of its own, so that no value can be mistaken for it. */
export const unknown: unique symbol = Symbol('not known yet');

/** What a path selects in an attribute, for a scope that walked it itself: some resources make an attribute of the path. */
export class Selected {
  readonly value: Value;

  constructor(value: Value) {
    this.value = value;
  }
}

/** What a resource whose thing is a stack says of itself in the template above (resource_facade). */
export interface Facade {
  readonly metadata: Value;
  readonly deletionPolicy: string;
  readonly updatePolicy: Value;
}

export interface Scope {
  /** A parameter's value, pseudo parameters included; undefined where the template has none of that name. */
  parameter(name: string): Value | undefined;
  /** A file's content; undefined where there is no such file. */
  file(name: string): string | undefined;
  /**
   * What get_resource gives. A scope that knows all resources throws InvalidTemplateReference (with the key
   * `unknown`, as Heat writes it) for a name that is none. `at` is the call's place.
   */
  reference(resource: string, at: string): Value | typeof unknown;
  /**
   * An attribute's whole value; all attributes but `show` as a map where `attribute` is undefined; null where the
   * resource does not exist or has no value for it. `path` is what the caller will select from it: walking it is the
   * function's work, unless the scope gives a `Selected`.
   */
  attribute(
    resource: string,
    attribute: string | undefined,
    path: readonly Value[],
    at: string,
  ): Value | Selected | typeof unknown;
  /** The template's section Mappings. Absent where calls that need it have it with them (find-in-map.ts). */
  mappings?(): Value;
  /** Names of Nova's availability zones. Throws where they could not be had; absent where the plan has them already. */
  zones?(): Value | typeof unknown;
  /** Of the resource whose thing this stack is; undefined where the stack is nobody's. */
  facade?(): Facade | undefined | typeof unknown;
  /** Whether a condition holds. Absent where conditions cannot be met any more: they are decided while planning. */
  condition?(name: string): boolean;
}

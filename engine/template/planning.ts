/** What planning a stack takes, and what it gives (prepare.ts). */
import type { Value } from '../values/value.ts';
import type { Environment } from './environment.ts';
import type { Parameters } from './parameters.ts';
import type { Pseudo } from './pseudo.ts';
import type { Implementation } from './resource-registry.ts';
import type { Facade, unknown } from './scope.ts';
import type { OutputDefinition, ResourceDefinition, Template } from './template.ts';

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

export interface Preparing extends PrepareInput {
  /** Only what stands whatever the values are: what cannot be resolved is no fault. */
  readonly structureOnly?: boolean;
}

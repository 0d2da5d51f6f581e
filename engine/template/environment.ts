/**
 * Environments: what a user sets beside the template (contract: templates §6).
 *
 * Parameters and their defaults, the registry that maps resource types, and sections that are only kept and echoed.
 * An environment is read once and then immutable; merging files gives another one (merge-environments.ts).
 */
import { errors } from '../kernel/errors.ts';
import { pyType } from '../values/python.ts';
import { isList, isMap, type Value, type ValueList, type ValueMap } from '../values/value.ts';
import { childRegistry, parseRegistry } from './resource-registry.ts';

export interface Environment {
  /** As given, null for "not given". */
  readonly parameters: ValueMap;
  readonly parameterDefaults: ValueMap;
  /** As given, with `resources` always in it, as Heat stores and echoes it. */
  readonly resourceRegistry: ValueMap;
  readonly encryptedParamNames: ValueList;
  readonly eventSinks: ValueList;
  /** The operator's entries below resourceRegistry (globals.ts); never stored or shown with it. */
  readonly globalRegistry?: ValueMap;
}

export const sections = [
  'parameters',
  'parameter_defaults',
  'resource_registry',
  'encrypted_param_names',
  'event_sinks',
] as const;
export type Section = (typeof sections)[number];

/** Only in environment files. */
export const mergeStrategies = 'parameter_merge_strategies';

export const emptyEnvironment: Environment = fromSections(new Map());

/** Reads an environment; null and '' are empty ones. Throws BadRequest `Environment not in valid format: …`. */
export function parseEnvironment(raw: Value): Environment {
  if (raw === null || raw === '') return emptyEnvironment;
  return fromSections(checkSections(raw, 'Environment not in valid format: '));
}

/** An environment's sections, checked by name and kind. `prefix` begins every message. */
export function checkSections(raw: Value, prefix: string): ValueMap {
  const fail = (message: string) => errors.BadRequest({ message: `${prefix}${message}` });
  if (!isMap(raw)) throw fail('The environment is not a valid YAML mapping data type.');
  for (const [name, body] of raw) {
    if (!sections.includes(name as Section) && name !== mergeStrategies) {
      throw fail(`environment has wrong section "${name}"`);
    }
    if (body === null) throw fail(`environment has empty section "${name}"`);
    const list = name === 'encrypted_param_names' || name === 'event_sinks';
    if (list ? !isList(body) : !isMap(body)) {
      throw fail(`section "${name}" should be a ${list ? 'list' : 'map'}, not ${pyType(body)}`);
    }
  }
  return raw;
}

/** An environment of sections that passed checkSections; what is missing is empty. */
export function fromSections(raw: ValueMap): Environment {
  const map = (name: Section): ValueMap => {
    const body = raw.get(name) ?? null;
    return isMap(body) ? body : new Map();
  };
  const list = (name: Section): ValueList => {
    const body = raw.get(name) ?? null;
    return isList(body) ? body : [];
  };
  const given = map('resource_registry');
  const resourceRegistry = given.has('resources')
    ? given
    : new Map<string, Value>([['resources', new Map()], ...given]);
  parseRegistry(resourceRegistry);
  return {
    parameters: map('parameters'),
    parameterDefaults: map('parameter_defaults'),
    resourceRegistry,
    encryptedParamNames: list('encrypted_param_names'),
    eventSinks: list('event_sinks'),
  };
}

/**
 * The environment of a nested stack (contract: templates §6): what the parent's says of types and defaults, the child's
 * own parameters. `entry` is the registry's entry that led to the child.
 */
export function childEnvironment(
  parent: Environment,
  child: { readonly resourceName: string; readonly entry: readonly string[]; readonly parameters: ValueMap },
): Environment {
  return {
    ...parent,
    parameters: child.parameters,
    resourceRegistry: childRegistry(parent.resourceRegistry, child.resourceName, child.entry),
  };
}

/** As it is stored; with `hidden` as it is shown: the parameters of these names masked, defaults too. */
export function environmentAsValue(environment: Environment, hidden: ReadonlySet<string> = new Set()): Value {
  return new Map<string, Value>([
    ['parameters', mask(environment.parameters, hidden)],
    ['parameter_defaults', mask(environment.parameterDefaults, hidden)],
    ['resource_registry', environment.resourceRegistry],
    ['encrypted_param_names', environment.encryptedParamNames],
    ['event_sinks', environment.eventSinks],
  ]);
}

function mask(parameters: ValueMap, hidden: ReadonlySet<string>): ValueMap {
  if (hidden.size === 0) return parameters;
  return new Map([...parameters].map(([name, value]) => [name, hidden.has(name) ? '******' : value]));
}

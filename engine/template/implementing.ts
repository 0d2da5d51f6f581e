/** Which type implements each resource: what the environment maps its type to, or a template that stands for it. */
import { errors } from '../kernel/errors.ts';
import { hint } from './closest.ts';
import type { PrepareInput } from './planning.ts';
import { type Implementation, parseRegistry } from './resource-registry.ts';
import type { ParsedResource } from './template.ts';

/**
 * By resource. Every type is found before any template is read, and read before anybody is asked who may use it.
 * Throws StackValidationFailed, and what the types' rules throw.
 */
export function implementationsOf(
  resources: ReadonlyMap<string, ParsedResource>,
  input: PrepareInput,
): ReadonlyMap<string, string> {
  const { environment, typeExists, typeNames } = input;
  const registry = parseRegistry(environment.resourceRegistry, environment.globalRegistry);
  const exists = (type: string) => typeExists?.(type) ?? true;
  const implementations = new Map<string, string>();
  const templates: (readonly [resource: string, found: Implementation])[] = [];
  for (const { name, type } of resources.values()) {
    const found = registry.resolve(type, name, exists);
    if (found === undefined) {
      const text = errors.EntityNotFound({ entity: 'Resource Type', name: type }).message;
      throw errors.StackValidationFailed({ message: text + hint(type, typeNames?.() ?? []) });
    }
    implementations.set(name, found.type);
    if (found.template) templates.push([name, found]);
  }
  if (templates.length > 0) input.templates?.(templates.map(([, { type }]) => type));
  for (const [name, found] of templates) implementations.set(name, input.provider?.(found) ?? found.type);
  admit(resources, implementations, input);
  return implementations;
}

function admit(
  resources: ReadonlyMap<string, ParsedResource>,
  implementations: ReadonlyMap<string, string>,
  input: PrepareInput,
): void {
  if (input.admit === undefined) return;
  for (const { name, type } of resources.values()) {
    input.admit(type);
    input.admit(implementations.get(name) ?? type);
  }
}

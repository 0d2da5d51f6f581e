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
  const founds = foundFor(resources, input);
  const templates = new Set<string>();
  for (const found of founds.values()) if (found.template) templates.add(found.type);
  if (templates.size > 0) input.templates?.([...templates]);
  const implementations = new Map<string, string>();
  for (const [name, found] of founds) {
    implementations.set(name, found.template ? (input.provider?.(found) ?? found.type) : found.type);
  }
  if (input.admit !== undefined) {
    for (const { name, type } of resources.values()) {
      input.admit(type);
      input.admit(implementations.get(name) ?? type);
    }
  }
  return implementations;
}

function foundFor(
  resources: ReadonlyMap<string, ParsedResource>,
  { environment, typeExists, typeNames }: PrepareInput,
): ReadonlyMap<string, Implementation> {
  const registry = parseRegistry(environment.resourceRegistry, environment.globalRegistry);
  const exists = (type: string) => typeExists?.(type) ?? true;
  const founds = new Map<string, Implementation>();
  for (const { name, type } of resources.values()) {
    const found = registry.resolve(type, name, exists);
    if (found === undefined) {
      const text = errors.EntityNotFound({ entity: 'Resource Type', name: type }).message;
      throw errors.StackValidationFailed({ message: text + hint(type, typeNames?.() ?? []) });
    }
    founds.set(name, found);
  }
  return founds;
}

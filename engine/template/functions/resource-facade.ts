/**
 * resource_facade, Fn::ResourceFacade: what the resource that a template stands for says of itself in the template
 * above (contract: templates §3).
 */
import type { Facade } from '../scope.ts';
import { type FunctionDefinition, failure, intrinsic } from './function.ts';

type Part = keyof Facade;

export const resourceFacade = facade('resource_facade', {
  metadata: 'metadata',
  deletion_policy: 'deletionPolicy',
  update_policy: 'updatePolicy',
});

export const fnResourceFacade = facade('Fn::ResourceFacade', {
  Metadata: 'metadata',
  DeletionPolicy: 'deletionPolicy',
  UpdatePolicy: 'updatePolicy',
});

function facade(id: string, words: Readonly<Record<string, Part>>): FunctionDefinition {
  const parts = new Map(Object.entries(words));
  return intrinsic({
    id,
    make(args, name) {
      if (typeof args === 'string' && parts.has(args)) return;
      throw failure.value(`Incorrect arguments to "${name}" should be one of: ${[...parts.keys()].join(', ')}`);
    },
    apply(args, name, scope) {
      const above = scope.facade?.();
      if (typeof above === 'symbol') return above;
      const part = parts.get(String(args));
      if (above === undefined || part === undefined) {
        throw failure.value(`"${name}" has a value only in a template that stands for a resource of another one`);
      }
      return above[part];
    },
  });
}

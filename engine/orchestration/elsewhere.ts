/**
 * Types that not all engines of a cluster have: their operator's plug-ins (docs/plugins.md).
 *
 * Each resource is run by whichever engine owns its shard. So what asks for such a type is refused as long as an engine
 * that takes shards lacks it; and where one comes to lack it later, what is there of it waits, untouched, until that
 * engine has it or another one owns the shard. Nothing of it is lost, and its stack is not struck.
 */
import { errors, type HeatError } from '../kernel/errors.ts';
import type { Directory } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';

/** Whether this engine lacks a type; one of Heat's that is not built may be a plug-in elsewhere. */
export function lacks(registry: Registry, name: string): boolean {
  const type = registry.get(name);
  return type === undefined || type.absent !== undefined;
}

/** The refusal, where one of these types is a plug-in that another engine lacks. */
export function refusalElsewhere(directory: Directory, types: Iterable<string>): HeatError | undefined {
  const mine = directory.about?.(directory.me)?.plugins;
  if (mine === undefined) return undefined;
  for (const type of new Set(types)) {
    if (!Object.hasOwn(mine, type)) continue;
    const lacking = directory.members().find(node => !Object.hasOwn(directory.about?.(node)?.plugins ?? {}, type));
    if (lacking !== undefined) return errors.Unavailable({ message: messageOf(type, lacking) });
  }
  return undefined;
}

function messageOf(type: string, node: string): string {
  return `The resource type ${type} is a plug-in that the engine ${node} does not have; all engines need it.`;
}

/** What a command to a resource is answered with where its type is not here. */
export function notHere(type: string): HeatError {
  return errors.Unavailable({
    message: `The resource type ${type} is a plug-in that the engine of this resource does not have.`,
  });
}

/** Signals to resources. */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import type { Address } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import type { Unhook } from '../orchestration/messages.ts';
import { resourcesOf } from '../orchestration/reading.ts';
import { isHook } from '../template/breakpoints.ts';
import { pyStr } from '../values/python.ts';
import type { ValueMap } from '../values/value.ts';
import type { Caller, StackIdentity } from '../../proto/engine.ts';
import { liveStackOf } from './access.ts';
import { commandOf, type Owner } from './commands.ts';

/**
 * A signal to a resource. No type takes one yet; what is asked for besides is that a hook is cleared (contract: rest-api
 * §4.1, signal). Throws EntityNotFound, ResourceNotFound, NotSupported, InvalidBreakPointHook,
 * ResourceActionNotSupported.
 */
export async function signalResource(
  world: World,
  owner: Owner,
  registry: Registry,
  caller: Caller,
  identity: StackIdentity,
  name: string,
  details: ValueMap,
): Promise<void> {
  const stack = await liveStackOf(world, caller, identity);
  const found = (await resourcesOf(world, stack.record, new Set([name]))).find(each => each.resource.name === name);
  if (found === undefined) throw errors.ResourceNotFound({ resource: name, stack: identity.name });
  const { resource, bucket } = found;
  const hook = details.get('unset_hook');
  if (hook === undefined) {
    if (resource.action === 'SUSPEND' || resource.action === 'DELETE')
      throw errors.NotSupported({ feature: `Signal resource during ${resource.action}` });
    throw errors.ResourceActionNotSupported({ action: 'signal' });
  }
  const asked = pyStr(hook);
  if (!isHook(asked)) {
    const thing = resource.physicalId === null ? '' : ` [${resource.physicalId}]`;
    const type = registry.get(resource.order.type)?.className ?? resource.type;
    const shown = `${type} "${name}"${thing} Stack "${stack.record.name}" [${stack.record.id}]`;
    throw errors.InvalidBreakPointHook({ message: `Invalid hook type "${asked}" for ${shown}` });
  }
  const address: Address = { kind: 'resource', stack: stack.record.id, bucket, id: resource.id };
  const message: Unhook = { kind: 'unhook', hook: asked };
  await owner.ask(address, commandOf(world, caller, address, message), limits.commandDeadlineMs);
}

/** Commands: what changes a stack goes to its owner, and is answered after the commit that makes the answer true. */
import { type Address, isUuid, type Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Answer, Message } from '../kernel/world.ts';
import type { Create, Remove } from '../orchestration/messages.ts';
import type { Caller, StackIdentity, StackRequest } from '../../proto/engine.ts';
import type { World } from '../actors/world.ts';
import { liveStackOf } from './access.ts';
import { environmentText, filesText, templateText } from './templates.ts';

/** The part of a node that takes commands. */
export interface Owner {
  ask(to: Address, command: { readonly request: Uuid; readonly message: Message }, deadlineMs: number): Promise<Answer>;
}

function stackAddress(id: Uuid): Address {
  return { kind: 'stack', stack: id, bucket: 0, id };
}

/** The uuid of `req-<uuid>`: the same request, sent again, is answered and not done again. */
function requestOf(world: World, caller: Caller): Uuid {
  const uuid = caller.requestId.replace(/^req-/, '').toLowerCase();
  return isUuid(uuid) ? uuid : world.dice.uuid();
}

/** Creates a stack. Throws what a create is refused with: StackExists, RequestLimitExceeded, validation errors. */
export async function createStack(
  world: World,
  owner: Owner,
  caller: Caller,
  request: StackRequest,
): Promise<StackIdentity> {
  const id = world.dice.uuid();
  const message: Create = {
    kind: 'create',
    project: caller.project,
    name: request.name,
    username: caller.userName,
    isAdmin: caller.isAdmin,
    template: templateText(request),
    environment: world.vault.seal(environmentText(request)),
    files: filesText(request),
    disableRollback: request.disableRollback ?? true,
    ...(request.timeoutMins === undefined || request.timeoutMins === 0 ? {} : { timeoutMins: request.timeoutMins }),
    tags: request.tags ?? [],
    tagged: request.tags !== undefined,
    ...(caller.services === undefined ? {} : { services: caller.services.join(',') }),
    ...(caller.token === '' ? {} : { credential: world.vault.seal(`token:${caller.token}`) }),
  };
  await owner.ask(stackAddress(id), { request: requestOf(world, caller), message }, limits.commandDeadlineMs);
  return { project: caller.project, name: request.name, id };
}

/** Begins to delete a stack. Throws EntityNotFound for one that is not there, or deleted already. */
export async function deleteStack(world: World, owner: Owner, caller: Caller, identity: StackIdentity): Promise<void> {
  const { record } = await liveStackOf(world, caller, identity);
  const message: Remove = { kind: 'remove' };
  await owner.ask(stackAddress(record.id), { request: requestOf(world, caller), message }, limits.commandDeadlineMs);
}

/** Commands: what changes a stack goes to its owner, and is answered after the commit that makes the answer true. */
import { errors } from '../kernel/errors.ts';
import { type Address, isUuid, type Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { traceOf } from '../kernel/tracing.ts';
import type { Answer, Command, Message } from '../kernel/world.ts';
import type { Registry } from '../kit/resource.ts';
import type { Act, Cancel, Create, Mark, Remove, Update } from '../orchestration/messages.ts';
import type { Caller, HealthMark, StackActed, StackChange, StackIdentity, StackRequest } from '../../proto/engine.ts';
import type { World } from '../actors/world.ts';
import { type FoundStack, liveStackOf } from './access.ts';
import { liveOf, type ResourceAndIncarnation, resourcesOf } from '../orchestration/reading.ts';
import { environmentText, filesText, templateText } from './templates.ts';

/** The part of a node that takes commands. */
export interface Owner {
  ask(to: Address, command: Command, deadlineMs: number): Promise<Answer>;
}

function stackAddress(id: Uuid): Address {
  return { kind: 'stack', stack: id, bucket: 0, id };
}

/** The uuid of `req-<uuid>`: the same request, sent again, is answered and not done again. */
function requestOf(world: World, caller: Caller): Uuid {
  const uuid = caller.requestId.replace(/^req-/, '').toLowerCase();
  return isUuid(uuid) ? uuid : world.dice.uuid();
}

/** The command; the log keeps who asked for what, and by which request. */
export function commandOf(world: World, caller: Caller, { stack }: Address, message: Message): Command {
  const { requestId, project, userId } = caller;
  world.log.write('info', 'command', { request_id: requestId, stack, command: message.kind, project, user: userId });
  const trace = traceOf(caller.trace);
  return { request: requestOf(world, caller), message, ...(trace && { trace }) };
}

/** What services the caller has, and as whom to call them. */
function rightsOf(world: World, caller: Caller): Pick<Create, 'services' | 'credential'> {
  return {
    ...(caller.services === undefined ? {} : { services: caller.services.join(',') }),
    ...(caller.token === '' ? {} : { credential: world.vault.seal(`token:${caller.token}`) }),
  };
}

/** A command to a stack; resolves when it is answered. Rejects with the refusal. */
export async function askStack(
  world: World,
  owner: Owner,
  caller: Caller,
  stack: Uuid,
  message: Message,
): Promise<void> {
  const to = stackAddress(stack);
  await owner.ask(to, commandOf(world, caller, to, message), limits.commandDeadlineMs);
}

/** Creates a stack. Throws what a create is refused with: StackExists, RequestLimitExceeded, validation errors. */
export async function createStack(
  world: World,
  owner: Owner,
  caller: Caller,
  request: StackRequest,
): Promise<StackIdentity> {
  const id = request.id !== undefined && isUuid(request.id) ? request.id : world.dice.uuid();
  const message: Create = {
    kind: 'create',
    project: caller.project,
    name: request.name,
    username: caller.userName,
    isAdmin: caller.isAdmin,
    template: await templateText(world, caller, request),
    environment: world.vault.seal(environmentText(request)),
    files: filesText(request),
    ...(request.extended === true ? { extended: true } : {}),
    disableRollback: request.disableRollback ?? true,
    ...(request.timeoutMins === undefined || request.timeoutMins === 0 ? {} : { timeoutMins: request.timeoutMins }),
    tags: request.tags ?? [],
    tagged: request.tags !== undefined,
    ...rightsOf(world, caller),
  };
  await askStack(world, owner, caller, id, message);
  return { project: caller.project, name: request.name, id };
}

/** Begins to delete a stack. Throws EntityNotFound for one that is not there, or deleted already. */
export async function deleteStack(world: World, owner: Owner, caller: Caller, identity: StackIdentity): Promise<void> {
  const { record } = await liveStackOf(world, caller, identity);
  const message: Remove = { kind: 'remove' };
  await askStack(world, owner, caller, record.id, message);
}

/**
 * Begins an update. Throws EntityNotFound; what a create is refused with; NotSupported for a stack that is suspended
 * or on its way out; ImmutableParameterModified.
 */
export async function updateStack(
  world: World,
  owner: Owner,
  caller: Caller,
  identity: StackIdentity,
  change: StackChange,
): Promise<void> {
  const { record } = await liveStackOf(world, caller, identity);
  await askStack(world, owner, caller, record.id, await updateOf(world, caller, change));
}

/** The command of a change. */
export async function updateOf(world: World, caller: Caller, change: StackChange): Promise<Update> {
  const { template, templateUrl, disableRollback, timeoutMins } = change;
  const given = templateUrl === undefined ? template : '';
  return {
    kind: 'update',
    existing: change.existing,
    isAdmin: caller.isAdmin,
    ...(given === undefined
      ? {}
      : {
          template: await templateText(world, caller, {
            template: given,
            ...(templateUrl !== undefined && { templateUrl }),
          }),
        }),
    environment: world.vault.seal(environmentText(change)),
    files: filesText(change),
    ...(change.extended === true ? { extended: true } : {}),
    clearParameters: change.clearParameters,
    ...(disableRollback === undefined ? {} : { disableRollback }),
    ...(timeoutMins === undefined || timeoutMins === 0 ? {} : { timeoutMins }),
    tagged: change.tags !== undefined,
    tags: change.tags ?? [],
    converge: change.converge,
    ...rightsOf(world, caller),
  };
}

const commands: Readonly<Record<StackActed, Act | Cancel>> = {
  suspend: { kind: 'act', action: 'SUSPEND' },
  resume: { kind: 'act', action: 'RESUME' },
  check: { kind: 'act', action: 'CHECK' },
  cancel_update: { kind: 'cancel', rollback: true },
  cancel_without_rollback: { kind: 'cancel', rollback: false },
};

/** Acts on a stack. Throws EntityNotFound, and NotSupported where there is nothing to cancel. */
export async function actOn(
  world: World,
  owner: Owner,
  caller: Caller,
  identity: StackIdentity,
  action: StackActed,
): Promise<void> {
  const { record } = await liveStackOf(world, caller, identity);
  await askStack(world, owner, caller, record.id, commands[action]);
}

/** What a mark says where its sender gives no reason, whichever way it goes. */
const markReason = 'state changed by resource_mark_unhealthy api';

/**
 * Says of a resource that it is, or is not, healthy. It is named by its own name, else its physical or reference id
 * (contract: rest-api §4.1). Throws EntityNotFound, ResourceNotFound, ActionInProgress.
 */
export async function markResource(
  world: World,
  owner: Owner,
  registry: Registry,
  caller: Caller,
  identity: StackIdentity,
  name: string,
  { unhealthy, reason }: HealthMark,
): Promise<void> {
  const address = await resourceCalled(world, registry, await liveStackOf(world, caller, identity), name);
  const message: Mark = { kind: 'mark', unhealthy, reason: reason ?? markReason };
  await owner.ask(address, commandOf(world, caller, address, message), limits.commandDeadlineMs);
}

async function resourceCalled(world: World, registry: Registry, stack: FoundStack, name: string): Promise<Address> {
  const all = await resourcesOf(world, stack.record);
  const found =
    all.find(({ resource }) => resource.name === name) ??
    all.find(each => each.resource.physicalId === name || referenceOf(world, registry, each) === name);
  if (found === undefined) throw errors.ResourceNotFound({ resource: name, stack: stack.identity.name });
  return { kind: 'resource', stack: stack.record.id, bucket: found.bucket, id: found.resource.id };
}

function referenceOf(world: World, registry: Registry, each: ResourceAndIncarnation): unknown {
  const live = liveOf(world, each);
  return live === undefined ? undefined : registry.get(each.resource.order.type)?.referenceId(live);
}

/**
 * Which stack a request means, and whether it may be seen (contract: rest-api §2, stack visibility).
 *
 * A caller sees the stacks of its project, an admin all of them. What it may not see it is told does not exist.
 */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import { isUuid, type Uuid } from '../kernel/ids.ts';
import { decode, type StackRecord } from '../orchestration/records.ts';
import { stacksBelow } from '../orchestration/tree-rows.ts';
import type { Row } from '../store/store.ts';
import type { Caller, StackIdentity } from '../../proto/engine.ts';

/** A stack as a query found it. */
export interface FoundStack {
  readonly record: StackRecord;
  readonly identity: StackIdentity;
}

export function foundStack(row: Row): FoundStack {
  const record = decode.stack(row);
  return { record, identity: identityOf(record) };
}

export function identityOf(record: StackRecord): StackIdentity {
  return { project: record.project, name: record.name, id: record.id };
}

function visible(caller: Caller, record: StackRecord): boolean {
  return caller.isAdmin || record.project === caller.project || record.userProject === caller.project;
}

/** As whom services are asked for the caller; '' where there is nobody. */
export function credentialOf({ token }: Caller): string {
  return token === '' ? '' : `token:${token}`;
}

/** The stack of an `S/ID` route, deleted ones included. Throws EntityNotFound with the name of the URL. */
export async function stackOf(world: World, caller: Caller, { name, id }: StackIdentity): Promise<FoundStack> {
  const row = isUuid(id) ? (await world.store.read('stacks', [id]))[0] : undefined;
  const found = row === undefined ? undefined : foundStack(row);
  if (found === undefined || found.record.name !== name || !visible(caller, found.record)) {
    throw errors.EntityNotFound({ entity: 'Stack', name });
  }
  return found;
}

/** As stackOf, for routes that a deleted stack does not have any more. */
export async function liveStackOf(world: World, caller: Caller, identity: StackIdentity): Promise<FoundStack> {
  const found = await stackOf(world, caller, identity);
  if (found.record.deletedAt !== null) throw errors.EntityNotFound({ entity: 'Stack', name: identity.name });
  return found;
}

/** By uuid (deleted stacks too), then by name (live ones). Throws EntityNotFound. */
export async function locate(world: World, caller: Caller, nameOrId: string): Promise<StackIdentity> {
  const id = nameOrId.toLowerCase();
  if (isUuid(id)) {
    const row = (await world.store.read('stacks', [id]))[0];
    if (row !== undefined && visible(caller, decode.stack(row))) return foundStack(row).identity;
  }
  const named: Uuid | undefined = await world.store.named(caller.project, nameOrId);
  if (named !== undefined) return { project: caller.project, name: nameOrId, id: named };
  const nested = await nestedNamed(world, caller, nameOrId);
  if (nested === undefined) throw errors.EntityNotFound({ entity: 'Stack', name: nameOrId });
  return nested;
}

/** Nested stacks hold no names: theirs are unique as they are. */
async function nestedNamed(world: World, caller: Caller, name: string): Promise<StackIdentity | undefined> {
  const where = [
    { column: 'project', in: [caller.project] },
    { column: 'name', in: [name] },
    { column: 'deleted_at', in: [null] },
  ];
  const rows = await world.store.select('stacks', { where });
  return rows.map(foundStack).find(({ record }) => record.nesting !== null)?.identity;
}

/** The stacks nested in one, so many levels down, as long as they are there. */
export async function nestedStacks(world: World, stack: FoundStack, levels: number): Promise<readonly FoundStack[]> {
  return (await stacksBelow(world, stack.record.id, { levels, shown: true })).map(foundStack);
}

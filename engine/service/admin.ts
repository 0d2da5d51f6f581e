/**
 * An operator's questions and commands (proto/admin.ts). The gateway's policy lets only admins ask; it is looked at here
 * once more, since what is shown is of all projects.
 */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import { shardCount, type Shard } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { decode } from '../orchestration/records.ts';
import type { DebtListed, ParkedListed, ServiceListed } from '../../proto/admin.ts';
import type { Caller, StackIdentity } from '../../proto/engine.ts';
import { foundStack, type FoundStack, stackOf } from './access.ts';
import { askStack, type Owner } from './commands.ts';

/** Throws Forbidden for anybody else. */
export function requireAdmin(caller: Caller): void {
  if (!caller.isAdmin) throw errors.Forbidden({ rule: 'service:index' });
}

/** Throws EntityNotFound; also for a stack that is deleted, of which nothing is under way any more. */
export async function resetStack(world: World, owner: Owner, caller: Caller, identity: StackIdentity): Promise<void> {
  requireAdmin(caller);
  const { record } = await stackOf(world, caller, identity);
  await askStack(world, owner, caller, record.id, { kind: 'reset' });
}

/** Throws EntityNotFound. One that is not parked goes on as it would have. */
export async function wakeStack(world: World, owner: Owner, caller: Caller, identity: StackIdentity): Promise<void> {
  requireAdmin(caller);
  const { record } = await stackOf(world, caller, identity);
  await askStack(world, owner, caller, record.id, { kind: 'wake' });
}

/** The engines that take stacks, as this one's directory has them. */
export async function listServices({ directory }: World, caller: Caller): Promise<readonly ServiceListed[]> {
  requireAdmin(caller);
  const shards = new Map<string, number>();
  for (let shard = 0; shard < shardCount; shard++) {
    const owner = directory.ownerOf(shard as Shard);
    if (owner !== undefined) shards.set(owner, (shards.get(owner) ?? 0) + 1);
  }
  return directory.members().map(node => {
    const about = directory.about?.(node);
    return { node, address: about?.address ?? node, since: about?.since, shards: shards.get(node) ?? 0 };
  });
}

/** Stacks that are left alone, and by which error. */
export async function listParked({ store }: World, caller: Caller): Promise<readonly ParkedListed[]> {
  requireAdmin(caller);
  const parked = await store.parked();
  const rows = await store.read('stacks', [...parked.keys()]);
  return Promise.all(
    rows.map(async (row): Promise<ParkedListed> => {
      const { record, identity } = foundStack(row);
      const { strikes } = await store.strikes(row.key);
      const state = `${record.action}_${record.status}`;
      return { stack: identity, state, strikes, errorId: parked.get(row.key) ?? '' };
    }),
  );
}

/** Creates that may still land, of all stacks. */
export async function listDebts(world: World, caller: Caller): Promise<readonly DebtListed[]> {
  requireAdmin(caller);
  const found: DebtListed[] = [];
  for await (const rows of pagesOf(world, 'debts')) {
    const stacks = await stacksOf(world, [...new Set(rows.map(({ stack }) => stack))]);
    for (const row of rows) {
      const { over, type, service, mark, notAfter, looks } = decode.debt(row);
      const stack = stacks.get(row.stack)?.identity;
      if (over || stack === undefined) continue;
      found.push({ stack, type, service, mark, until: msOf(notAfter), looks });
    }
  }
  return found;
}

async function* pagesOf({ store }: World, table: 'debts'): ReturnType<World['store']['unfinished']> {
  let after: Uuid | undefined;
  do {
    const limit = limits.storePageRows;
    const rows = await store.select(table, { where: [], limit, ...(after !== undefined && { after }) });
    if (rows.length > 0) yield rows;
    after = rows.length < limit ? undefined : rows.at(-1)?.key;
  } while (after !== undefined);
}

async function stacksOf({ store }: World, ids: readonly Uuid[]): Promise<ReadonlyMap<Uuid, FoundStack>> {
  const rows = await store.read('stacks', ids);
  return new Map(rows.map(row => [row.key, foundStack(row)]));
}

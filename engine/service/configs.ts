/** Software configs as clients make, see and remove them (contract: rest-api §7). */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import { isUuid } from '../kernel/ids.ts';
import { configContent } from '../orchestration/config-content.ts';
import { addConfig, configNamed, removeConfig } from '../orchestration/configs.ts';
import type { Caller, ConfigListed, ConfigQuery, ConfigRequest, ConfigShown } from '../../proto/engine.ts';

/** Throws MalformedBody, ValueError, RequestLimitExceeded. */
export async function createConfig(world: World, caller: Caller, { id, content }: ConfigRequest): Promise<ConfigShown> {
  if (!isUuid(id)) throw errors.BadRequest({ message: "A new config's id is a uuid." });
  return addConfig(world, caller.project, id, configContent(content));
}

/** Throws NotFound. */
export async function deleteConfig(world: World, caller: Caller, id: string): Promise<void> {
  await removeConfig(world, caller, id);
}

/** Throws NotFound. */
export async function showConfig(world: World, caller: Caller, id: string): Promise<ConfigShown> {
  return configNamed(world, caller, id);
}

/** A page, newest first. */
export async function listConfigs(
  world: World,
  caller: Caller,
  { limit, marker }: ConfigQuery,
): Promise<readonly ConfigListed[]> {
  const rows = await world.store.listConfigs({
    project: caller.isAdmin ? undefined : caller.project,
    ...(limit !== undefined && { limit }),
    ...(marker !== undefined && isUuid(marker) && { after: marker }),
  });
  return rows.map(({ id, project, name, group_name: group, created_at: createdAt }) => ({
    id,
    project,
    name,
    group,
    createdAt,
  }));
}

/**
 * Software configs (contract: rest-api §7): made once, read, taken away; nothing of them ever changes.
 *
 * A config is a row of its own and no actor's: whoever makes one says its id first, so that however often it is made it
 * is made once, and one that was taken away stays away whatever lands later (store/store.ts). What it holds is the
 * user's, and may be a secret: it is sealed in its row.
 */
import type { World } from '../actors/world.ts';
import { errors } from '../kernel/errors.ts';
import { msOf } from '../kernel/clock.ts';
import { isUuid, type Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { ConfigRow } from '../store/store.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { isList, isMap, mapOf } from '../values/value.ts';
import type { ConfigContent } from './config-content.ts';

/** Whose configs are seen: a project's, or all. */
export interface ConfigScope {
  readonly project: string;
  readonly isAdmin: boolean;
}

export interface StoredConfig extends ConfigContent {
  readonly id: Uuid;
  readonly project: string;
  readonly createdAt: number;
}

/** Throws RequestLimitExceeded; the same id again is as true as the first time. */
export async function addConfig(
  world: World,
  project: string,
  id: Uuid,
  content: ConfigContent,
): Promise<StoredConfig> {
  const { store, vault, clock } = world;
  const [there] = await store.readConfigs([id]);
  if (there?.project === project) return opened(world, there);
  if ((await store.countConfigs(project)) >= limits.maxSoftwareConfigs) {
    const message = `You have reached the maximum software configs per tenant, ${limits.maxSoftwareConfigs}. Please delete some software configs.`;
    throw errors.RequestLimitExceeded({ message });
  }
  const { name, group, config, inputs, outputs, options } = content;
  const body = mapOf([
    ['config', config],
    ['inputs', inputs],
    ['outputs', outputs],
    ['options', options],
  ]);
  const createdAt = msOf(clock.now());
  const row = { id, project, name, group_name: group, created_at: createdAt, body: vault.seal(writeJson(body)) };
  await store.addConfig(row);
  return { ...content, id, project, createdAt };
}

/** Those of these ids that are there and may be seen. */
export async function configsOf(
  world: World,
  { project, isAdmin }: ConfigScope,
  ids: readonly string[],
): Promise<readonly StoredConfig[]> {
  const rows = await world.store.readConfigs(ids.filter(isUuid));
  return rows.filter(row => isAdmin || row.project === project).map(row => opened(world, row));
}

/** Throws NotFound. */
export async function configNamed(world: World, scope: ConfigScope, id: string): Promise<StoredConfig> {
  const [found] = await configsOf(world, scope, [id]);
  if (found === undefined) throw notFound(id);
  return found;
}

/** Throws NotFound. */
export async function removeConfig(world: World, scope: ConfigScope, id: string): Promise<void> {
  const found = await configNamed(world, scope, id);
  if (!(await world.store.removeConfig(found.id, world.clock.now()))) throw notFound(id);
}

const notFound = (id: string): Error => errors.NotFound({ message: `Software config with id ${id} not found` });

function opened({ vault }: World, row: ConfigRow): StoredConfig {
  const body = parseJson(vault.open(row.body));
  const of = (key: string) => (isMap(body) ? (body.get(key) ?? null) : null);
  const listOf = (key: string) => {
    const list = of(key);
    return isList(list) ? list : [];
  };
  return {
    id: row.id,
    project: row.project,
    createdAt: row.created_at,
    name: row.name,
    group: row.group_name,
    config: of('config'),
    inputs: listOf('inputs'),
    outputs: listOf('outputs'),
    options: of('options'),
  };
}

/**
 * Calls to services, those to the engine itself among them: software configs are a service that no cloud has.
 *
 * Types ask for configs as for any other thing (kit/resource.ts: steps, reads), under the service `orchestration`, which
 * in a real cloud would be this very API. Such a call never leaves the node: the store answers it, for the project
 * whose stack or caller asks. All of it may be asked again: a config's id is in its path.
 *
 *   PUT /software_configs/<id>     makes it, {…}     GET /software_configs/<id>      {"software_config": {…}}, or 404
 *   DELETE /software_configs/<id>  204               GET /software_configs?id=<id>   {"software_configs": […]}: one or none
 */
import type { World } from '../actors/world.ts';
import { isHeatError } from '../kernel/errors.ts';
import { isUuid, type Uuid } from '../kernel/ids.ts';
import type { Millis } from '../kernel/clock.ts';
import type { CloudCall, CloudOutcome } from '../kernel/world.ts';
import { StoreUnavailable } from '../store/store.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { msToIso } from '../values/times.ts';
import { emptyMap, isMap, mapOf, type Value } from '../values/value.ts';
import { configContent } from './config-content.ts';
import { addConfig, type ConfigScope, configsOf, type StoredConfig } from './configs.ts';

/** For whom a call is: a stack, whose project is in its row, or somebody whose project is known. */
export type Asker = { readonly stack: Uuid } | ConfigScope;

/** As world.cloud.call, which makes all calls but those that the engine answers itself. Never rejects. */
export async function callService(
  world: World,
  asker: Asker,
  credential: string,
  call: CloudCall,
  deadlineMs: Millis,
): Promise<CloudOutcome> {
  const asked = askedOf(call);
  if (asked === undefined) return world.cloud.call(credential, call, deadlineMs);
  try {
    const scope = await scopeOf(world, asker);
    if (scope === undefined) return { kind: 'unsent', reason: 'the stack is not there' };
    return await answered(world, scope, asked, call);
  } catch (error) {
    if (isHeatError(error)) return refusal(error.status, error.type, error.message);
    if (error instanceof StoreUnavailable) return { kind: 'unknown', reason: 'the database did not answer' };
    throw error;
  }
}

const form = /^\/software_configs(?:\/([^/?]+)|\?id=([^&]+))$/;

interface Asked {
  readonly id: string;
  /** Asked for as a list. */
  readonly listed: boolean;
}

function askedOf({ service, path }: CloudCall): Asked | undefined {
  if (service !== 'orchestration') return undefined;
  const [, one, listed] = form.exec(path) ?? [];
  const id = one ?? listed;
  return id === undefined ? undefined : { id: decodeURIComponent(id), listed: listed !== undefined };
}

async function scopeOf({ store }: World, asker: Asker): Promise<ConfigScope | undefined> {
  if ('project' in asker) return asker;
  const [row] = await store.read('stacks', [asker.stack]);
  const project = row?.columns['project'];
  return typeof project === 'string' ? { project, isAdmin: false } : undefined;
}

async function answered(
  world: World,
  scope: ConfigScope,
  { id, listed }: Asked,
  { method, body }: CloudCall,
): Promise<CloudOutcome> {
  if (method === 'PUT' && isUuid(id)) {
    const given = parseJson(body ?? '{}');
    const { id: made } = await addConfig(world, scope.project, id, configContent(isMap(given) ? given : emptyMap));
    return answer(200, mapOf([['software_config', mapOf([['id', made]])]]));
  }
  if (method === 'DELETE' && isUuid(id)) {
    // Whoever made it takes it away, also where it may never have been: then nothing that lands later brings it.
    await world.store.removeConfig(id, world.clock.now());
    return answer(204);
  }
  if (method !== 'GET') return refusal(405, 'HTTPMethodNotAllowed', `${method} of a software config`);
  const found = await configsOf(world, scope, [id]);
  if (listed) return answer(200, mapOf([['software_configs', found.map(shown)]]));
  const [config] = found;
  if (config === undefined) return refusal(404, 'NotFound', `Software config with id ${id} not found`);
  return answer(200, mapOf([['software_config', shown(config)]]));
}

/** As the API shows one (contract: rest-api §7). */
function shown({ id, name, group, createdAt, config, inputs, outputs, options }: StoredConfig): Value {
  return mapOf([
    ['id', id],
    ['name', name],
    ['group', group],
    ['creation_time', msToIso(createdAt)],
    ['config', config],
    ['inputs', inputs],
    ['outputs', outputs],
    ['options', options],
  ]);
}

function answer(status: number, body?: Value): CloudOutcome {
  return { kind: 'answered', answer: { status, body: body === undefined ? '' : writeJson(body) } };
}

/** In the form in which Heat refuses. */
function refusal(status: number, type: string, message: string): CloudOutcome {
  const error = mapOf([
    ['type', type],
    ['message', message],
  ]);
  return answer(status, mapOf([['error', error]]));
}

/** `/software_configs`: made, listed, shown, removed (contract: rest-api §7). */
import { randomUUID } from 'node:crypto';
import { errors } from '../../engine/kernel/errors.ts';
import { mapOf, type Value, type ValueMap } from '../../engine/values/value.ts';
import type { ConfigListed, ConfigShown } from '../../proto/engine.ts';
import { enforce } from '../policy.ts';
import { type Answer, type Exchange, json, noContent, param, type Route } from '../route.ts';
import { timeText } from '../views.ts';

const one = '/software_configs/{config_id}';

function entry(
  { id, project, name, group, createdAt }: ConfigListed,
  withProject: boolean,
): readonly [string, Value][] {
  return [
    ['id', id],
    ['name', name],
    ['group', group],
    ['creation_time', timeText(createdAt)],
    ...(withProject ? ([['project', project]] satisfies [string, Value][]) : []),
  ];
}

function shown(config: ConfigShown): ValueMap {
  const details = mapOf([
    ...entry(config, false),
    ['config', config.config],
    ['inputs', config.inputs],
    ['outputs', config.outputs],
    ['options', config.options],
  ]);
  return mapOf([['software_config', details]]);
}

async function index(x: Exchange): Promise<Answer> {
  const { query, caller } = x;
  if (query.bool('global_tenant') === true) enforce('software_configs:global_index', caller, x.project);
  const configs = await x.engine.listConfigs(caller, { limit: query.count('limit'), marker: query.one('marker') });
  return json(mapOf([['software_configs', configs.map(config => mapOf(entry(config, caller.isAdmin)))]]));
}

async function create(x: Exchange): Promise<Answer> {
  const { body } = x;
  if (body.kind === 'none') throw errors.MalformedBody({ hint: body.hint });
  return json(shown(await x.engine.createConfig(x.caller, { id: randomUUID(), content: body.map })));
}

async function show(x: Exchange): Promise<Answer> {
  return json(shown(await x.engine.showConfig(x.caller, param(x, 'config_id'))));
}

async function remove(x: Exchange): Promise<Answer> {
  await x.engine.deleteConfig(x.caller, param(x, 'config_id'));
  return noContent;
}

export const configRoutes: readonly Route[] = [
  { methods: ['GET'], path: '/software_configs', policy: 'software_configs:index', handle: index },
  { methods: ['POST'], path: '/software_configs', policy: 'software_configs:create', handle: create, readsBody: true },
  { methods: ['GET'], path: one, policy: 'software_configs:show', handle: show },
  { methods: ['DELETE'], path: one, policy: 'software_configs:delete', handle: remove },
];

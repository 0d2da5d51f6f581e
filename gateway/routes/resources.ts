/** `/stacks/{name}/{id}/resources` (contract: rest-api §4.1). */
import { errors } from '../../engine/kernel/errors.ts';
import { limits } from '../../engine/kernel/limits.ts';
import { mapOf } from '../../engine/values/value.ts';
import type { ResourceQuery } from '../../proto/engine.ts';
import { hasRole, stackUserRole } from '../policy.ts';
import { splitStatuses, type Query } from '../query.ts';
import { type Answer, type Exchange, json, param, type Route } from '../route.ts';
import { resourceEntry } from '../views.ts';
import { stackOf, stackPath } from './stack.ts';

const filterNames = ['type', 'status', 'name', 'action', 'id', 'physical_resource_id'];
const otherNames = ['nested_depth', 'with_detail'];

/** Throws BadRequest for a key that is no filter: a misspelt one would list everything. */
function resourceQuery(query: Query): ResourceQuery {
  const unknown = query.names().filter(name => !filterNames.includes(name) && !otherNames.includes(name));
  if (unknown.length > 0) {
    const names = unknown.map(name => `'${name}'`).join(', ');
    throw errors.BadRequest({ message: `Invalid filter parameters [${names}]` });
  }
  const { actions, statuses } = splitStatuses(query.all('status'));
  const types = query.all('type');
  const filters: readonly (readonly [string, readonly string[]])[] = [
    ['name', query.all('name')],
    ['action', [...new Set([...query.all('action'), ...actions])]],
    ['status', [...new Set(statuses)]],
    ['id', query.all('id')],
    ['physical_id', query.all('physical_resource_id')],
  ];
  return {
    types: types.length > 0 ? types : undefined,
    filters: new Map(filters.filter(([, values]) => values.length > 0)),
    withDetail: query.bool('with_detail') ?? false,
    nestedDepth: Math.min(query.count('nested_depth') ?? 0, limits.maxNestedDepth),
  };
}

async function index(x: Exchange): Promise<Answer> {
  const query = resourceQuery(x.query);
  const found = await x.engine.listResources(x.caller, stackOf(x), query);
  return json(mapOf([['resources', found.map(each => resourceEntry(each, x.links, query.withDetail))]]));
}

/**
 * A stack's own users see only resources whose stack registered them (contract: rest-api §2.1); types that make such
 * users are what registers them, and there are none yet.
 */
function refuseStackUsers(x: Exchange): void {
  if (hasRole(x.caller, stackUserRole)) throw errors.Forbidden({ rule: 'this action' });
}

async function show(x: Exchange): Promise<Answer> {
  refuseStackUsers(x);
  const found = await x.engine.showResource(x.caller, stackOf(x), param(x, 'resource_name'), x.query.all('with_attr'));
  return json(mapOf([['resource', resourceEntry(found, x.links, true)]]));
}

async function metadata(x: Exchange): Promise<Answer> {
  refuseStackUsers(x);
  const found = await x.engine.resourceMetadata(x.caller, stackOf(x), param(x, 'resource_name'));
  return json(mapOf([['metadata', found]]));
}

export const resourcePath = `${stackPath}/resources/{resource_name}`;

export const resourceRoutes: readonly Route[] = [
  { methods: ['GET'], path: `${stackPath}/resources`, policy: 'resource:index', handle: index },
  { methods: ['GET'], path: resourcePath, policy: 'resource:show', handle: show },
  { methods: ['GET'], path: `${resourcePath}/metadata`, policy: 'resource:metadata', handle: metadata },
];

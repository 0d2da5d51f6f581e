/** `/stacks`: the list and its filters (contract: rest-api §3.3), create (§3.1), and its preview (§3.5). */
import { limits } from '../../engine/kernel/limits.ts';
import { mapOf, type Value } from '../../engine/values/value.ts';
import type { StackListed, StackQuery } from '../../proto/engine.ts';
import { permitting, stackRequest } from '../body.ts';
import { enforce } from '../policy.ts';
import { extractTags, splitStatuses, type Query } from '../query.ts';
import { type Answer, type Exchange, json, type Route } from '../route.ts';
import { stackCreated, stackEntry, stackPreviewed } from '../views.ts';

/** Heat's `hidden_stack_tags` as it is shipped. */
const hiddenTags = ['data-processing-cluster'];

/** Both spellings of a filter, Heat's and the table's, mean one column; given both, either may match. */
const filterColumns: Readonly<Record<string, string>> = {
  id: 'id',
  name: 'name',
  stack_name: 'name',
  action: 'action',
  stack_action: 'action',
  stack_status_reason: 'reason',
  tenant: 'project',
  username: 'username',
  stack_owner: 'username',
  owner_id: 'owner',
  parent: 'owner',
  disable_rollback: 'disable_rollback',
  timeout_mins: 'timeout_mins',
  stack_user_project_id: 'user_project',
};

const sortColumns: Readonly<Record<string, StackQuery['sort'][number]['column']>> = {
  stack_name: 'name',
  stack_status: 'status',
  creation_time: 'created_at',
  updated_time: 'updated_at',
};

const everything: StackQuery = {
  filters: new Map(),
  tags: { notAny: hiddenTags },
  showNested: false,
  showDeleted: false,
  sort: [{ column: 'created_at', descending: true }],
  limit: undefined,
  marker: undefined,
  withCount: false,
  global: false,
};

function filtersOf(query: Query): ReadonlyMap<string, readonly string[]> {
  const filters = new Map<string, string[]>();
  const add = (column: string, values: readonly string[]): void => {
    if (values.length > 0) filters.set(column, [...new Set([...(filters.get(column) ?? []), ...values])]);
  };
  for (const name of query.names()) {
    const column = Object.hasOwn(filterColumns, name) ? filterColumns[name] : undefined;
    if (column !== undefined) add(column, query.all(name));
  }
  const { actions, statuses } = splitStatuses([...query.all('status'), ...query.all('stack_status')]);
  add('action', actions);
  add('status', statuses);
  return filters;
}

function sortOf(query: Query): StackQuery['sort'] {
  const columns = query
    .all('sort_keys')
    .flatMap(key => (Object.hasOwn(sortColumns, key) ? (sortColumns[key] ?? []) : []));
  const descending = query.descending();
  if (columns.length === 0) return [{ column: 'created_at', descending: descending ?? true }];
  return columns.map(column => ({ column, descending: descending ?? false }));
}

function tagsOf(query: Query): StackQuery['tags'] {
  const list = (name: string): readonly string[] | undefined => {
    const text = query.one(name);
    return text === undefined ? undefined : extractTags(text, limits.maxTagLength);
  };
  const [all, any, notAll, notAny] = [list('tags'), list('tags_any'), list('not_tags'), list('not_tags_any')];
  const hidden = query.bool('show_hidden') ? [] : hiddenTags;
  const excluded = [...(notAny ?? []), ...hidden];
  return {
    ...(all ? { all } : {}),
    ...(any ? { any } : {}),
    ...(notAll ? { notAll } : {}),
    ...(excluded.length > 0 ? { notAny: excluded } : {}),
  };
}

async function index(x: Exchange): Promise<Answer> {
  const { query, caller } = x;
  const global = query.bool('global_tenant') ?? false;
  if (global) enforce('stacks:global_index', caller, x.project);
  const limit = query.count('limit');
  const { stacks, count } = await x.engine.listStacks(caller, {
    filters: filtersOf(query),
    tags: tagsOf(query),
    showNested: query.bool('show_nested') ?? false,
    showDeleted: query.bool('show_deleted') ?? false,
    sort: sortOf(query),
    limit,
    marker: query.one('marker'),
    withCount: query.bool('with_count') ?? false,
    global: global || caller.isAdmin,
  });
  const last = stacks.at(-1);
  const full = limit !== undefined && last !== undefined && stacks.length === limit;
  const body: [string, Value][] = [['stacks', stacks.map(stack => stackEntry(stack, x.links, caller.isAdmin))]];
  if (full)
    body.push([
      'links',
      [
        mapOf([
          ['rel', 'next'],
          ['href', x.links.next(query, last.identity.id)],
        ]),
      ],
    ]);
  if (count !== undefined) body.push(['count', BigInt(count)]);
  return json(mapOf(body));
}

/** The same entries without a query's narrowing, and without `project`. */
async function detail(x: Exchange): Promise<Answer> {
  const { stacks } = await x.engine.listStacks(x.caller, { ...everything, global: x.caller.isAdmin });
  return json(mapOf([['stacks', stacks.map((stack: StackListed) => stackEntry(stack, x.links, false))]]));
}

async function create(x: Exchange): Promise<Answer> {
  const stack = await x.engine.createStack(x.caller, permitting(x, stackRequest(x.body, x.limits)));
  return { kind: 'created', location: x.links.stack(stack), body: mapOf([['stack', stackCreated(stack, x.links)]]) };
}

async function preview(x: Exchange): Promise<Answer> {
  const stack = await x.engine.previewStack(x.caller, permitting(x, stackRequest(x.body, x.limits)));
  return json(mapOf([['stack', stackPreviewed(stack, x.links)]]));
}

export const stacksRoutes: readonly Route[] = [
  { methods: ['GET'], path: '/stacks', policy: 'stacks:index', handle: index },
  { methods: ['POST'], path: '/stacks', policy: 'stacks:create', handle: create, readsBody: true },
  { methods: ['GET'], path: '/stacks/detail', policy: 'stacks:detail', handle: detail },
  { methods: ['POST'], path: '/stacks/preview', policy: 'stacks:preview', handle: preview, readsBody: true },
];

/** Events of a stack and of a resource (contract: rest-api §4.2). */
import { errors } from '../../engine/kernel/errors.ts';
import { mapOf } from '../../engine/values/value.ts';
import type { EventQuery } from '../../proto/engine.ts';
import type { Query } from '../query.ts';
import { type Answer, type Exchange, json, param, type Route } from '../route.ts';
import { eventDetails, eventEntry } from '../views.ts';
import { resourcePath } from './resources.ts';
import { stackOf, stackPath } from './stack.ts';

const filterColumns = [
  ['resource_action', 'action'],
  ['resource_status', 'status'],
  ['resource_name', 'resource_name'],
  ['resource_type', 'resource_type'],
] as const;

/** Newest first, unless a key is given to sort by without a direction. */
function eventQuery(query: Query, resourceName: string | undefined): EventQuery {
  const asked = filterColumns
    .filter(([name]) => resourceName === undefined || name !== 'resource_name')
    .map(([name, column]) => [column, query.all(name)] as const);
  const sortKey = query.all('sort_keys').find(key => key === 'event_time' || key === 'resource_type');
  return {
    resourceName,
    filters: new Map(asked.filter(([, values]) => values.length > 0)),
    descending: query.descending() ?? sortKey === undefined,
    sortBy: sortKey === 'resource_type' ? 'resource_type' : 'time',
    limit: query.count('limit'),
    marker: query.one('marker'),
    nestedDepth: query.count('nested_depth') || undefined,
  };
}

async function index(x: Exchange): Promise<Answer> {
  const stack = stackOf(x);
  const query = eventQuery(x.query, undefined);
  const events = await x.engine.listEvents(x.caller, stack, query);
  const root = query.nestedDepth === undefined ? undefined : stack;
  return json(mapOf([['events', events.map(event => eventEntry(event, x.links, root))]]));
}

async function ofResource(x: Exchange): Promise<Answer> {
  const stack = stackOf(x);
  const name = param(x, 'resource_name');
  const query = eventQuery(x.query, name);
  const events = await x.engine.listEvents(x.caller, stack, query);
  if (events.length === 0) throw errors.HTTPNotFound({ message: `No events found for resource ${name}` });
  const root = query.nestedDepth === undefined ? undefined : stack;
  return json(mapOf([['events', events.map(event => eventEntry(event, x.links, root))]]));
}

async function show(x: Exchange): Promise<Answer> {
  const event = await x.engine.showEvent(x.caller, stackOf(x), param(x, 'resource_name'), param(x, 'event_id'));
  return json(mapOf([['event', eventDetails(event, x.links)]]));
}

export const eventRoutes: readonly Route[] = [
  { methods: ['GET'], path: `${stackPath}/events`, policy: 'events:index', handle: index },
  { methods: ['GET'], path: `${resourcePath}/events`, policy: 'events:index', handle: ofResource },
  { methods: ['GET'], path: `${resourcePath}/events/{event_id}`, policy: 'events:show', handle: show },
];

/**
 * What operators ask: Heat's list of services (contract: rest-api §6), and what is ours alone, below `/admin` and beside
 * the stack that it is about (docs/admin.md). All of it is for admins only.
 */
import { mapOf, type Value, type ValueMap } from '../../engine/values/value.ts';
import type { DebtListed, OrphanListed, OrphansFound, ParkedListed, ServiceListed } from '../../proto/admin.ts';
import type { StackIdentity } from '../../proto/engine.ts';
import { errors, isHeatError } from '../../engine/kernel/errors.ts';
import { limits } from '../../engine/kernel/limits.ts';
import { type Answer, accepted, type Exchange, json, noContent, param, type Route } from '../route.ts';
import { timeText } from '../views.ts';
import { stackOf, stackPath } from './stack.ts';

/** Times of this route alone have no zone. */
const rawTime = (ms: number | undefined): Value => {
  const text = timeText(ms);
  return typeof text === 'string' ? text.replace(/Z$/, '') : text;
};

/** As Heat shows an engine: one that is in the directory holds its lease, so it is up. */
function serviceShown({ node, address, since }: ServiceListed): ValueMap {
  const host = address.replace(/:\d+$/, '');
  return mapOf([
    ['id', node],
    ['binary', 'heat-engine'],
    ['engine_id', node],
    ['host', host],
    ['hostname', host],
    ['topic', 'engine'],
    ['report_interval', BigInt(Math.ceil(limits.leaseTtlMs / 1_000))],
    ['created_at', rawTime(since)],
    ['updated_at', null],
    ['deleted_at', null],
    ['status', 'up'],
  ]);
}

const nameAndId = ({ name, id, project }: StackIdentity): ValueMap =>
  mapOf([
    ['stack_name', name],
    ['id', id],
    ['project', project],
  ]);

function engineShown({ node, address, since, shards }: ServiceListed): ValueMap {
  return mapOf([
    ['node', node],
    ['address', address],
    ['since', timeText(since)],
    ['shards', BigInt(shards)],
  ]);
}

function parkedShown({ stack, state, strikes, errorId }: ParkedListed): ValueMap {
  return mapOf([
    ['stack', nameAndId(stack)],
    ['stack_status', state],
    ['strikes', BigInt(strikes)],
    ['error_id', errorId],
  ]);
}

function debtShown({ stack, type, service, mark, until, looks }: DebtListed): ValueMap {
  return mapOf([
    ['stack', nameAndId(stack)],
    ['resource_type', type],
    ['service', service],
    ['mark', mark],
    ['until', timeText(until)],
    ['looks', BigInt(looks)],
  ]);
}

function orphanShown({ service, collection, id, mark, project, createdAt, stack, isCertain }: OrphanListed): ValueMap {
  return mapOf([
    ['service', service],
    ['collection', collection],
    ['id', id],
    ['mark', mark],
    ['project', project ?? null],
    ['created_at', timeText(createdAt)],
    ['stack', stack === undefined ? null : nameAndId(stack)],
    ['certain', isCertain],
  ]);
}

function orphansShown({ orphans, unseen, things, collections }: OrphansFound): ValueMap {
  return mapOf([
    ['orphans', orphans.map(orphanShown)],
    [
      'unseen',
      unseen.map(({ service, collection, reason }) =>
        mapOf([
          ['service', service],
          ['collection', collection],
          ['reason', reason],
        ]),
      ),
    ],
    ['things', BigInt(things)],
    ['collections', BigInt(collections)],
  ]);
}

/** Seconds; ten minutes unless it is said. */
function olderThanMs(x: Exchange): number {
  return (x.query.count('older_than') ?? limits.orphanAgeMs / 1_000) * 1_000;
}

function listing<T>(
  key: string,
  list: (x: Exchange) => Promise<readonly T[]>,
  shown: (each: T) => ValueMap,
): (x: Exchange) => Promise<Answer> {
  return async x => json(mapOf([[key, (await list(x)).map(shown)]]));
}

async function orphans(x: Exchange): Promise<Answer> {
  return json(orphansShown(await x.engine.listOrphans(x.caller, olderThanMs(x))));
}

async function removeOrphan(x: Exchange): Promise<Answer> {
  const thing = { service: param(x, 'service'), collection: param(x, 'collection'), id: param(x, 'thing_id') };
  await x.engine.removeOrphan(x.caller, thing, olderThanMs(x));
  return noContent;
}

async function reset(x: Exchange): Promise<Answer> {
  await x.engine.resetStack(x.caller, stackOf(x));
  return accepted;
}

async function wake(x: Exchange): Promise<Answer> {
  await x.engine.wakeStack(x.caller, stackOf(x));
  return accepted;
}

const policy = 'service:index';

/** Where no engine answers, Heat says so in its own words. */
async function services(x: Exchange): Promise<readonly ServiceListed[]> {
  try {
    return await x.engine.listServices(x.caller);
  } catch (error) {
    if (isHeatError(error) && error.status === 503) throw errors.Unavailable({ message: 'All heat engines are down.' });
    throw error;
  }
}

export const adminRoutes: readonly Route[] = [
  { methods: ['GET'], path: '/services', policy, handle: listing('services', services, serviceShown), bare: true },
  { methods: ['GET'], path: '/admin/engines', policy, handle: listing('engines', services, engineShown) },
  {
    methods: ['GET'],
    path: '/admin/parked',
    policy,
    handle: listing('parked', x => x.engine.listParked(x.caller), parkedShown),
  },
  {
    methods: ['GET'],
    path: '/admin/debts',
    policy,
    handle: listing('debts', x => x.engine.listDebts(x.caller), debtShown),
  },
  { methods: ['GET'], path: '/admin/orphans', policy, handle: orphans },
  {
    methods: ['DELETE'],
    path: '/admin/orphans/{service}/{collection}/{thing_id}',
    policy,
    handle: removeOrphan,
  },
  { methods: ['POST'], path: `${stackPath}/reset`, policy, handle: reset },
  { methods: ['POST'], path: `${stackPath}/wake`, policy, handle: wake },
];

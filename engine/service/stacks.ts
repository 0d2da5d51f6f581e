/** Queries about stacks: indexed reads of committed rows (contract: rest-api §3.3, §3.4). */
import type { World } from '../actors/world.ts';
import type { Registry } from '../kit/resource.ts';
import { isUuid } from '../kernel/ids.ts';
import { decode, type StackRecord } from '../orchestration/records.ts';
import type { Condition, Select } from '../store/store.ts';
import { dialectNamed } from '../template/dialects/all.ts';
import { parseJson } from '../values/json.ts';
import { cleared } from '../values/sealed.ts';
import { emptyMap, isMap, mapOf, type Value } from '../values/value.ts';
import type { Caller, StackIdentity, StackListed, StackQuery, StackShown } from '../../proto/engine.ts';
import { identityOf, stackOf } from './access.ts';
import { outputsOf } from './outputs.ts';

function listed(record: StackRecord): StackListed {
  return {
    identity: identityOf(record),
    action: record.action,
    status: record.status,
    reason: record.reason,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt ?? undefined,
    deletedAt: record.deletedAt ?? undefined,
    owner: record.username,
    parent: record.apart === true ? undefined : (record.owner ?? undefined),
    userProject: record.userProject ?? undefined,
    tags: record.tags ?? undefined,
  };
}

/** One stack, with its outputs where they are wanted; a deleted one has none. */
export async function showStack(
  world: World,
  registry: Registry,
  caller: Caller,
  identity: StackIdentity,
  resolveOutputs: boolean,
): Promise<StackShown> {
  const { record } = await stackOf(world, caller, identity);
  const parameters = parseJson(cleared(record.parameters, world.vault));
  return {
    ...listed(record),
    parameters: isMap(parameters) ? parameters : emptyMap,
    description: parseJson(record.description),
    disableRollback: record.disableRollback,
    timeoutMins: record.timeoutMins ?? undefined,
    outputs: resolveOutputs && record.deletedAt === null ? await outputsOf(world, registry, record) : undefined,
  };
}

const uuids: ReadonlySet<string> = new Set(['key', 'owner', 'root']);
const numbers: ReadonlySet<string> = new Set(['timeout_mins', 'generation', 'nested_depth']);

function conditionsOf(caller: Caller, query: StackQuery): readonly Condition[] {
  const where: Condition[] = [];
  if (!query.global) where.push({ column: 'project', in: [caller.project] });
  if (!query.showNested) where.push({ column: 'nested_depth', in: [0] });
  if (!query.showDeleted) where.push({ column: 'deleted_at', in: [null] });
  for (const [name, values] of query.filters) {
    const column = name === 'id' ? 'key' : name;
    if (uuids.has(column)) {
      where.push({ column, in: values.filter(isUuid) });
      continue;
    }
    if (column === 'disable_rollback') where.push({ column, in: values.map(value => value.toLowerCase() === 'true') });
    else if (numbers.has(column)) where.push({ column, in: values.map(Number).filter(Number.isSafeInteger) });
    else where.push({ column, in: values });
  }
  return where;
}

/** Tag filters (contract: rest-api §3.3): all of, any of, not all of, not any of. */
function tagged(record: StackRecord, { all, any, notAll, notAny }: StackQuery['tags']): boolean {
  const has = (tag: string): boolean => record.tags?.includes(tag) === true;
  if (all !== undefined && !all.every(has)) return false;
  if (any?.some(has) === false) return false;
  if (notAll?.every(has) === true) return false;
  return notAny?.some(has) !== true;
}

/** A page of stacks, newest first unless the query says otherwise; the count is of all that match. */
export async function listStacks(
  world: World,
  caller: Caller,
  query: StackQuery,
): Promise<{ readonly stacks: readonly StackListed[]; readonly count: number | undefined }> {
  const where = conditionsOf(caller, query);
  const order: NonNullable<Select['order']> =
    query.sort.length > 0 ? query.sort : [{ column: 'created_at', descending: true }];
  const byTags = Object.values(query.tags).some(tags => tags !== undefined);
  const marker = query.marker !== undefined && isUuid(query.marker) ? query.marker : undefined;
  const paging = {
    ...(query.limit === undefined ? {} : { limit: query.limit }),
    ...(marker === undefined ? {} : { after: marker }),
  };
  if (!byTags) {
    const rows = await world.store.select('stacks', { where, order, ...paging });
    const count = query.withCount ? await world.store.count('stacks', where) : undefined;
    return { stacks: rows.map(row => listed(decode.stack(row))), count };
  }
  // Tags are a list in one column: they are matched here, so the page is cut here too.
  const records = (await world.store.select('stacks', { where, order }))
    .map(decode.stack)
    .filter(record => tagged(record, query.tags));
  const from = query.marker === undefined ? 0 : records.findIndex(record => record.id === query.marker) + 1;
  const page = records.slice(from, query.limit === undefined ? undefined : from + query.limit);
  return { stacks: page.map(listed), count: query.withCount ? records.length : undefined };
}

async function content(world: World, record: StackRecord, key: string): Promise<Value> {
  const bodies = await world.store.contents(record.root, [key]);
  const body = bodies.get(key);
  return body === undefined ? emptyMap : parseJson(cleared(body, world.vault));
}

/** The template as it was given; a deleted stack's has no resources (its delete's own template). */
export async function templateOf(world: World, record: StackRecord): Promise<Value> {
  const template = await content(world, record, record.contents.template);
  if (record.deletedAt === null || !isMap(template)) return template;
  const { versionKey, words } = dialectNamed(record.version);
  return new Map<string, Value>([
    [versionKey, record.version],
    [words.resources, emptyMap],
  ]);
}

/** The environment as it is kept, with hidden parameters masked. */
export async function environmentOf(world: World, record: StackRecord): Promise<Value> {
  const { environment } = record.contents;
  const bodies = await world.store.contents(record.root, [environment]);
  const sealed = bodies.get(environment);
  const kept = sealed === undefined ? emptyMap : parseJson(world.vault.open(sealed));
  if (!isMap(kept)) return kept;
  const hidden = new Set(record.hidden);
  return mapOf(
    [...kept].map(([section, value]): [string, Value] => [
      section,
      section.startsWith('parameter') ? masked(value, hidden) : value,
    ]),
  );
}

function masked(section: Value, hidden: ReadonlySet<string>): Value {
  if (!isMap(section)) return section;
  return mapOf([...section].map(([name, value]): [string, Value] => [name, hidden.has(name) ? '******' : value]));
}

/** Names and contents of the files that came with the template. */
export async function filesOf(world: World, record: StackRecord): Promise<ReadonlyMap<string, string>> {
  const files = await content(world, record, record.contents.files);
  const texts = new Map<string, string>();
  if (isMap(files)) for (const [name, text] of files) if (typeof text === 'string') texts.set(name, text);
  return texts;
}

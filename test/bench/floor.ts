/**
 * The floor under a create: its final rows, written once, at their final size, by the plainest SQL there is.
 *
 * One stack, its resources, two events each; statements of at most 1,000 rows of one table, each committed by itself,
 * over one connection to the same tables with the same indexes. No fence, no versions, no engine: what a create takes
 * beyond this is what the engine costs.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { hybridFromMs, timeOrderedUuid } from '../../engine/kernel/clock.ts';
import { bucketOfResource, shardOf, type Uuid } from '../../engine/kernel/ids.ts';
import { type Column, eventFields, fieldsOf } from '../../engine/store/columns.ts';

type Value = string | number | boolean | null;
type Values = Readonly<Record<string, Value>>;

export interface Floor {
  readonly seconds: number;
  /** How many statements, hence commits. */
  readonly commits: number;
}

/** Bytes of an actor's own text: about what a finished stack and a finished OS::Heat::RandomString keep. */
const stackStateBytes = 2_000;
const resourceStateBytes = 600;
const rowsPerStatement = 1_000;

function stackRow(stack: Uuid, ms: number): Values {
  return {
    ...base(stack, stack, 0, ms),
    kind: 'stack',
    project: randomUUID().replaceAll('-', ''),
    name: `floor-${stack}`,
    root: stack,
    nested_depth: 0,
    username: 'demo',
    action: 'CREATE',
    status: 'COMPLETE',
    reason: 'Stack CREATE completed successfully',
    created_at: ms,
    updated_at: null,
    disable_rollback: true,
    timeout_mins: 60,
    generation: 1,
    plans: '',
    state: 's'.repeat(stackStateBytes),
  };
}

function base(key: Uuid, stack: Uuid, bucket: number, ms: number): Values {
  const shard = shardOf(stack, bucket);
  return { key, actor: key, stack, bucket, shard, version: 2, clock: hybridFromMs(ms), unfinished: false, born: 1 };
}

function resourceRow(stack: Uuid, ordinal: number, ms: number): Values {
  const key = randomUUID() as Uuid;
  return {
    ...base(key, stack, bucketOfResource(ordinal), ms),
    kind: 'resource',
    name: `resource_${ordinal}`,
    type: 'OS::Heat::RandomString',
    action: 'CREATE',
    status: 'COMPLETE',
    reason: 'state changed',
    physical_id: `floor-resource_${ordinal}-${key.slice(0, 12)}`,
    created_at: ms,
    updated_at: ms,
    root: stack,
    generation: 1,
    reached: 1,
    clean: 1,
    state: 'r'.repeat(resourceStateBytes),
  };
}

function eventRow(stack: Uuid, ordinal: number, status: string, ms: number): Values {
  const clock = hybridFromMs(ms);
  return {
    stack,
    id: timeOrderedUuid(clock, Buffer.from(randomUUID().replaceAll('-', ''), 'hex')),
    clock,
    resource_name: `resource_${ordinal}`,
    resource_type: 'OS::Heat::RandomString',
    action: 'CREATE',
    status,
    reason: 'state changed',
    physical_id: status === 'COMPLETE' ? `floor-resource_${ordinal}` : null,
    properties: '{"length": 32}',
  };
}

async function insert(
  client: pg.Client,
  table: string,
  columns: readonly Column[],
  rows: readonly Values[],
): Promise<number> {
  const names = columns.map(({ name }) => name).join(', ');
  const arrays = columns.map(({ type }, i) => `$${i + 1}::${type}[]`).join(', ');
  const text = `INSERT INTO ${table} (${names}) SELECT ${names} FROM unnest(${arrays}) AS u(${names})`;
  let statements = 0;
  for (let start = 0; start < rows.length; start += rowsPerStatement) {
    const some = rows.slice(start, start + rowsPerStatement);
    await client.query(
      text,
      columns.map(({ name }) => some.map(row => row[name] ?? null)),
    );
    statements += 1;
  }
  return statements;
}

const born: Column = { name: 'born', type: 'int8', nullable: false };

/**
 * Writes them to a migrated database, takes the time of the writing alone, and removes them again. Throws if not all
 * of them are there afterwards.
 */
export async function floor(url: string, resources: number): Promise<Floor> {
  const client = new pg.Client({ connectionString: url, application_name: 'convect-floor' });
  await client.connect();
  try {
    await client.query('SET jit = off');
    const stack = randomUUID() as Uuid;
    const ms = Date.now();
    const ordinals = Array.from({ length: resources }, (_, i) => i);
    const resourceRows = ordinals.map(i => resourceRow(stack, i, ms));
    const events = ['IN_PROGRESS', 'COMPLETE'].flatMap(status => ordinals.map(i => eventRow(stack, i, status, ms)));
    const started = performance.now();
    const commits =
      (await insert(client, 'stacks', [...fieldsOf('stacks'), born], [stackRow(stack, ms)])) +
      (await insert(client, 'resources', [...fieldsOf('resources'), born], resourceRows)) +
      (await insert(client, 'events', eventFields, events));
    const seconds = (performance.now() - started) / 1_000;
    await remove(client, stack, resources);
    return { seconds, commits };
  } finally {
    await client.end();
  }
}

async function remove(client: pg.Client, stack: Uuid, resources: number): Promise<void> {
  const expected = { stacks: 1, resources, events: 2 * resources };
  for (const [table, count] of Object.entries(expected)) {
    const { rowCount } = await client.query(`DELETE FROM ${table} WHERE stack = $1`, [stack]);
    if (rowCount !== count) throw new Error(`the floor wrote ${rowCount} ${table}, not ${count}`);
  }
}

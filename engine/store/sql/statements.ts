/**
 * The catalogue: every statement that the store sends, but the selects that select.ts puts together.
 *
 * All are single statements that PostgreSQL and CockroachDB read alike (sql-lint.test.ts parses each and knows what is
 * not allowed). A commit's statement is written for the tables that it touches, from tables.ts's columns:
 *
 *   fence ──▶ one INSERT … ON CONFLICT per table, all joined to the fence's RETURNING ──▶ 1 / (all counted)
 *
 * No fence row: nothing is written and nothing returned. A row that is there already (version 1), is not at n - 1, or
 * is not there at all (it is inserted, with `born` > 1) is not counted; a short count divides by zero, and with the
 * statement fails everything in it.
 */
import { invariant } from '../../kernel/invariant.ts';
import {
  baseFields,
  type Column,
  columnsOf,
  configFields,
  contentFields,
  eventFields,
  fieldsOf,
  mainTables,
  nameFields,
  tableNames,
} from '../columns.ts';
import type { VersionedTable } from '../tables.ts';

export interface Statement {
  /** Given: prepared once per connection. */
  readonly name?: string;
  readonly text: string;
}

const list = (columns: readonly Column[], prefix = '') => columns.map(({ name }) => `${prefix}${name}`).join(', ');

/** True for rows that are real on their own or by their stack's row `stacks`, as `s`. */
const realBy = '(t.plan IS NULL OR strpos(s.plans, t.plan::TEXT) > 0)';
/** The same where the stack's row is not joined. */
export const isReal =
  '(t.plan IS NULL OR EXISTS (SELECT 1 FROM stacks AS s WHERE s.key = t.stack AND strpos(s.plans, t.plan::TEXT) > 0))';

/** What a commit writes: versioned tables, and whether events, contents, names. */
export interface CommitShape {
  readonly tables: readonly VersionedTable[];
  readonly events: boolean;
  readonly contents: boolean;
  readonly names: boolean;
}

class Parameters {
  private count = 0;

  next(type: string): string {
    this.count += 1;
    return `$${this.count}::${type}`;
  }

  /** One array per column, as rows `u`. */
  rows(columns: readonly Column[]): string {
    const arrays = columns.map(column => this.next(`${column.type.toUpperCase()}[]`));
    return `unnest(${arrays.join(', ')}) AS u(${list(columns)})`;
  }
}

function upsert(table: VersionedTable, parameters: Parameters): string {
  const columns = fieldsOf(table);
  const set = columns.filter(({ name }) => name !== 'key').map(({ name }) => `${name} = excluded.${name}`);
  return [
    `w_${table} AS (INSERT INTO ${table} (${list(columns)}, born)`,
    `SELECT ${list(columns, 'u.')}, u.version FROM fence, ${parameters.rows(columns)}`,
    `ON CONFLICT (key) DO UPDATE SET ${set.join(', ')}`,
    `WHERE ${table}.version = excluded.version - 1 RETURNING born)`,
  ].join(' ');
}

function insert(table: string, columns: readonly Column[], parameters: Parameters, then: string): string {
  return [
    `w_${table} AS (INSERT INTO ${table} (${list(columns)})`,
    `SELECT ${list(columns, 'u.')} FROM fence, ${parameters.rows(columns)} ${then})`,
  ].join(' ');
}

const takeName = [
  'ON CONFLICT (project, name) DO UPDATE SET stack = excluded.stack, gone = excluded.gone',
  'WHERE names.gone OR names.stack = excluded.stack RETURNING 1::INT8 AS born',
].join(' ');

const commitStatements = new Map<string, Statement>();

/** Parameters: session, lane, n, how many rows and names; then an array per column, in fieldsOf's order. */
export function commitStatement(shape: CommitShape): Statement {
  const name = `commit_${shapeName(shape)}`;
  const known = commitStatements.get(name);
  if (known !== undefined) return known;
  const made = { name, text: commitText(shape) };
  commitStatements.set(name, made); // As many as there are shapes: 256 at most.
  return made;
}

function commitText(shape: CommitShape): string {
  const parameters = new Parameters();
  const [session, lane, n, count] = ['UUID', 'INT4', 'INT8', 'INT8'].map(type => parameters.next(type));
  const parts = [
    `fence AS (UPDATE fences SET commit_seq = ${n} WHERE session = ${session} AND lane = ${lane} AND commit_seq = ${n} - 1 RETURNING lane)`,
    ...shape.tables.map(table => upsert(table, parameters)),
  ];
  if (shape.names) parts.push(insert('names', nameFields, parameters, takeName));
  if (shape.events) parts.push(insert('events', eventFields, parameters, 'RETURNING id'));
  if (shape.contents) {
    parts.push(insert('contents', contentFields, parameters, 'ON CONFLICT (root, hash) DO NOTHING RETURNING hash'));
  }
  const counted = [...shape.tables, ...(shape.names ? ['names'] : [])];
  const counts = ['0', ...counted.map(table => `(SELECT count(*) FROM w_${table} WHERE born = 1)`)];
  return `WITH ${parts.join(', ')} SELECT 1 / (${counts.join(' + ')} = ${count})::INT4 AS landed FROM fence`;
}

function shapeName({ tables, events, contents, names }: CommitShape): string {
  const bits = tableNames.map(table => (tables.includes(table) ? '1' : '0')).join('');
  return `${bits}_${events ? 'e' : ''}${contents ? 'c' : ''}${names ? 'n' : ''}`;
}

/** The columns of all versioned tables side by side: what a read over all of them has as its own columns. */
export const wideColumns: readonly Column[] = [
  ...new Map(tableNames.flatMap(table => columnsOf(table).map(column => [column.name, column] as const))).values(),
];
for (const table of tableNames) {
  for (const { name, type } of columnsOf(table)) {
    invariant(wideColumns.find(wide => wide.name === name)?.type === type, `column ${name} has one type in all tables`);
  }
}

/** The column that rows of an actor are found by. */
const actorKey = (table: VersionedTable) => (mainTables.has(table) ? 'key' : 'actor');

/** Rows of all tables in one statement: the table's name, its base columns, wideColumns, state, the stack's error id. */
function everyTable(condition: (table: VersionedTable) => string): string {
  const branches = tableNames.map(table => {
    const own = new Set(columnsOf(table).map(column => column.name));
    const wide = wideColumns.map(({ name, type }) =>
      own.has(name) ? `t.${name}` : `NULL::${type.toUpperCase()} AS ${name}`,
    );
    return [
      `SELECT '${table}' AS table_name, ${list(baseFields, 't.')}, ${wide.join(', ')}, t.state, s.parked`,
      `FROM ${table} AS t LEFT JOIN stacks AS s ON s.key = t.stack`,
      `WHERE ${condition(table)} AND t.gone_at IS NULL AND ${realBy}`,
    ].join(' ');
  });
  return branches.join(' UNION ALL ');
}

function busyPage(): string {
  const branches = tableNames.map(table =>
    [
      `(SELECT t.shard, t.actor FROM ${table} AS t LEFT JOIN stacks AS s ON s.key = t.stack`,
      `WHERE t.unfinished AND t.shard = ANY($1::INT4[]) AND (t.shard, t.actor) > ($2::INT4, $3::UUID)`,
      `AND t.gone_at IS NULL AND ${realBy} AND s.parked IS NULL ORDER BY t.shard, t.actor LIMIT $4::INT8)`,
    ].join(' '),
  );
  return `SELECT b.shard, b.actor FROM (${branches.join(' UNION ')}) AS b ORDER BY b.shard, b.actor LIMIT $4::INT8`;
}

/** Holds one of my fence rows until the statement ends: a takeover waits for it, or has been before it. */
const holdFence = (lane: string) =>
  `fence AS (UPDATE fences SET commit_seq = commit_seq WHERE session = $1::UUID AND lane = ${lane} RETURNING session)`;
const sweptHere = 't.gone_at < $2::INT8 AND t.shard IN (SELECT m.shard FROM shards AS m WHERE m.session = $1::UUID)';

/** Parameters: session, before, at most. */
function sweepOfStack(table: 'events' | 'contents', key: string, stack: string): string {
  return [
    `WITH ${holdFence('0')} DELETE FROM ${table} WHERE (${stack}, ${key}) IN`,
    `(SELECT x.${stack}, x.${key} FROM fence, stacks AS t, ${table} AS x WHERE x.${stack} = t.key AND ${sweptHere} LIMIT $3::INT8)`,
  ].join(' ');
}

/** Nothing of a config is anybody's to write any more; the fence only bounds who sweeps. */
const sweepConfigs = [
  `WITH ${holdFence('0')} DELETE FROM configs WHERE id IN`,
  '(SELECT t.id FROM fence, configs AS t WHERE t.gone_at < $2::INT8 LIMIT $3::INT8)',
].join(' ');

/** Parameters: project or null, when the one before was made or null, its id, at most. */
const listConfigs = [
  'SELECT t.id, t.project, t.name, t.group_name, t.created_at FROM configs AS t',
  'WHERE t.gone_at IS NULL AND ($1::TEXT IS NULL OR t.project = $1::TEXT)',
  'AND ($2::INT8 IS NULL OR (t.created_at, t.id) < ($2::INT8, $3::UUID))',
  'ORDER BY t.created_at DESC, t.id DESC LIMIT $4::INT8',
].join(' ');

/** Parameters: id, when. One that was there gives the time at which it was made, one that never was 0. */
const removeConfig = [
  "INSERT INTO configs (id, project, created_at, body, gone_at) VALUES ($1::UUID, '', 0, '', $2::INT8)",
  "ON CONFLICT (id) DO UPDATE SET name = NULL, body = '', gone_at = excluded.gone_at",
  'WHERE configs.gone_at IS NULL RETURNING created_at',
].join(' ');

const addConfig = [
  `INSERT INTO configs (${list(configFields)})`,
  `VALUES (${configFields.map(({ type }, i) => `$${i + 1}::${type.toUpperCase()}`).join(', ')})`,
  'ON CONFLICT (id) DO NOTHING',
].join(' ');

const sweepStacks = [
  `WITH ${holdFence('0')}, over AS (SELECT t.key FROM fence, stacks AS t WHERE ${sweptHere}`,
  'AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.stack = t.key)',
  'AND NOT EXISTS (SELECT 1 FROM contents AS c WHERE c.root = t.key) LIMIT $3::INT8),',
  'freed AS (DELETE FROM names WHERE gone AND stack IN (SELECT o.key FROM over AS o) RETURNING name)',
  'DELETE FROM stacks WHERE key IN (SELECT o.key FROM over AS o)',
].join(' ');

function sweepTable(table: VersionedTable): string {
  if (table === 'stacks') return sweepStacks;
  return `WITH ${holdFence('0')} DELETE FROM ${table} WHERE key IN (SELECT t.key FROM fence, ${table} AS t WHERE ${sweptHere} LIMIT $3::INT8)`;
}

function strikeOutTable(table: VersionedTable): string {
  return [
    `WITH ${holdFence('$2::INT4')} DELETE FROM ${table} WHERE key IN (SELECT t.key FROM fence, ${table} AS t`,
    `WHERE t.stack = $3::UUID AND t.plan IS NOT NULL AND t.clock < $5::INT8 AND NOT ${isReal} LIMIT $4::INT8)`,
  ].join(' ');
}

const claim = [
  'WITH seen AS (SELECT u.shard, u.session FROM unnest($2::INT4[], $3::UUID[]) AS u(shard, session)),',
  'won AS (UPDATE shards SET session = $1::UUID FROM seen',
  'WHERE shards.shard = seen.shard AND shards.session IS NOT DISTINCT FROM seen.session',
  'AND EXISTS (SELECT 1 FROM fences AS f WHERE f.session = $1::UUID)',
  'RETURNING shards.shard, seen.session AS displaced),',
  'ended AS (DELETE FROM fences WHERE session <> $1::UUID AND session IN (SELECT w.displaced FROM won AS w) RETURNING lane)',
  'SELECT w.shard FROM won AS w UNION SELECT m.shard FROM shards AS m WHERE m.session = $1::UUID',
  'AND m.shard = ANY($2::INT4[]) AND EXISTS (SELECT 1 FROM fences AS f WHERE f.session = $1::UUID)',
].join(' ');

/** The stack's strikes of the window and this one; a strike that is told twice counts once. */
const strikesNow = [
  'CASE WHEN struck_by = $3::UUID THEN struck_at ELSE array_append(',
  'ARRAY(SELECT x.at FROM unnest(struck_at) AS x(at) WHERE x.at > $2::INT8 - $4::INT8), $2::INT8) END',
].join(' ');
const strike = [
  `UPDATE stacks SET struck_at = ${strikesNow}, struck_by = $3::UUID,`,
  `parked = CASE WHEN parked IS NULL AND array_length(${strikesNow}, 1) >= $5::INT8 THEN $3::UUID ELSE parked END`,
  'WHERE key = $1::UUID RETURNING array_length(struck_at, 1) AS strikes, parked IS NOT NULL AS is_parked',
].join(' ');

const named = (name: string, text: string): Statement => ({ name, text });

export const statements = {
  begin: named(
    'begin',
    'INSERT INTO fences (session, lane, commit_seq, burnt) SELECT $1::UUID, u.lane, 0, 0 FROM unnest($2::INT4[]) AS u(lane) ON CONFLICT (session, lane) DO NOTHING',
  ),
  end: named('end', 'DELETE FROM fences WHERE session = $1::UUID'),
  owners: named('owners', 'SELECT shard, session FROM shards WHERE shard = ANY($1::INT4[])'),
  claim: named('claim', claim),
  release: named('release', 'UPDATE shards SET session = NULL WHERE session = $1::UUID AND shard = ANY($2::INT4[])'),
  burn: named(
    'burn',
    'UPDATE fences SET commit_seq = $3::INT8, burnt = $3::INT8 WHERE session = $1::UUID AND lane = $2::INT4 AND commit_seq = $3::INT8 - 1',
  ),
  fence: named('fence', 'SELECT commit_seq, burnt FROM fences WHERE session = $1::UUID AND lane = $2::INT4'),
  load: named(
    'load',
    everyTable(table => `t.${actorKey(table)} = ANY($1::UUID[])`),
  ),
  mains: named(
    'mains',
    everyTable(() => 't.key = ANY($1::UUID[]) AND t.actor = t.key'),
  ),
  busy: named('busy', busyPage()),
  contents: named('contents', 'SELECT hash, body FROM contents WHERE root = $1::UUID AND hash = ANY($2::TEXT[])'),
  named: named('named', 'SELECT stack FROM names WHERE project = $1::TEXT AND name = $2::TEXT AND NOT gone'),
  takenNames: named(
    'taken_names',
    'SELECT n.name FROM names AS n, unnest($1::TEXT[], $2::TEXT[], $3::UUID[]) AS u(project, name, stack) WHERE n.project = u.project AND n.name = u.name AND NOT n.gone AND n.stack <> u.stack LIMIT 1',
  ),
  strike: named('strike', strike),
  strikes: named('strikes', 'SELECT array_length(struck_at, 1) AS strikes, parked FROM stacks WHERE key = $1::UUID'),
  unpark: named('unpark', 'UPDATE stacks SET struck_at = NULL, struck_by = NULL, parked = NULL WHERE key = $1::UUID'),
  parked: named('parked', 'SELECT key, parked FROM stacks WHERE parked IS NOT NULL ORDER BY key'),
  now: named('now', 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::INT8 AS now_ms'),
  sweepEvents: named('sweep_events', sweepOfStack('events', 'id', 'stack')),
  sweepContents: named('sweep_contents', sweepOfStack('contents', 'hash', 'root')),
  sweepConfigs: named('sweep_configs', sweepConfigs),
  addConfig: named('add_config', addConfig),
  readConfigs: named(
    'read_configs',
    `SELECT ${list(configFields, 't.')} FROM configs AS t WHERE t.id = ANY($1::UUID[]) AND t.gone_at IS NULL`,
  ),
  listConfigs: named('list_configs', listConfigs),
  countConfigs: named(
    'count_configs',
    'SELECT count(*) AS n FROM configs AS t WHERE t.project = $1::TEXT AND t.gone_at IS NULL',
  ),
  removeConfig: named('remove_config', removeConfig),
} as const satisfies Record<string, Statement>;

/** Parameters: session, before, at most. The stacks' one takes their freed names along. */
export const sweepStatements: readonly Statement[] = tableNames.map(table =>
  named(`sweep_${table}`, sweepTable(table)),
);

/** Parameters: session, lane, stack, at most. */
export const strikeOutStatements: readonly Statement[] = tableNames.map(table =>
  named(`strike_out_${table}`, strikeOutTable(table)),
);

/** What each connection is told first. */
export const settings = {
  version: 'SELECT version() AS version',
  readCommitted: 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED',
  serializable: 'SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE',
} as const;

/** PostgreSQL's own settings: sets those that this release of it knows. Parameters: names, values. */
export const setWhatIsKnown = [
  'SELECT set_config(u.name, u.value, FALSE) AS value FROM unnest($1::TEXT[], $2::TEXT[]) AS u(name, value)',
  'WHERE EXISTS (SELECT 1 FROM pg_settings AS p WHERE p.name = u.name)',
].join(' ');

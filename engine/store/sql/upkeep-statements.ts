/** The catalogue's part for upkeep (../upkeep.ts): single statements that PostgreSQL and CockroachDB read alike. */
import type { SealedPlace } from '../upkeep.ts';
import type { Statement } from './statements.ts';

/** Parameters 1 and 2: deleted before, project or null. Such a stack is final: nobody writes its row any more. */
const over = [
  't.deleted_at < $1::INT8 AND ($2::TEXT IS NULL OR t.project = $2::TEXT) AND NOT t.unfinished',
  'AND NOT EXISTS (SELECT 1 FROM resources AS r WHERE r.stack = t.key)',
  'AND NOT EXISTS (SELECT 1 FROM debts AS d WHERE d.stack = t.key)',
].join(' ');

/** No other stack of its tree is left, which may have contents under its root. */
const alone = 'NOT EXISTS (SELECT 1 FROM stacks AS n WHERE n.root = t.key AND n.owner IS NOT NULL AND n.key <> t.key)';

const purgeStacks = [
  `WITH over AS (SELECT t.key FROM stacks AS t WHERE ${over} AND ${alone}`,
  'AND NOT EXISTS (SELECT 1 FROM events AS e WHERE e.stack = t.key)',
  'AND NOT EXISTS (SELECT 1 FROM contents AS c WHERE c.root = t.key) LIMIT $3::INT8),',
  'freed AS (DELETE FROM names WHERE gone AND stack IN (SELECT o.key FROM over AS o) RETURNING name)',
  'DELETE FROM stacks WHERE key IN (SELECT o.key FROM over AS o)',
].join(' ');

/** The stacks of c's tree, as `s`. */
const ofTree = '(s.key = c.root OR (s.root = c.root AND s.owner IS NOT NULL))';

const purgeContents = [
  'DELETE FROM contents WHERE (root, hash) IN (SELECT c.root, c.hash FROM contents AS c WHERE c.root = ANY($1::UUID[])',
  `AND NOT EXISTS (SELECT 1 FROM stacks AS s WHERE ${ofTree}`,
  `AND (s.status = 'IN_PROGRESS' OR s.unfinished OR s.clock >= $2::INT8 OR strpos(s.state, c.hash) > 0))`,
  `AND NOT EXISTS (SELECT 1 FROM stacks AS s, resources AS r WHERE ${ofTree} AND r.stack = s.key`,
  'AND (r.unfinished OR strpos(r.state, c.hash) > 0))',
  `AND NOT EXISTS (SELECT 1 FROM stacks AS s, resources AS r, incarnations AS i WHERE ${ofTree} AND r.stack = s.key`,
  'AND i.actor = r.key AND strpos(i.state, c.hash) > 0) LIMIT $3::INT8)',
].join(' ');

const trimEvents = [
  'DELETE FROM events WHERE (stack, id) IN (SELECT x.stack, x.id FROM (SELECT e.stack, e.id,',
  'row_number() OVER (PARTITION BY e.stack ORDER BY e.id DESC) AS place FROM events AS e',
  'WHERE e.stack = ANY($1::UUID[])) AS x WHERE x.place > $2::INT8 ORDER BY x.stack, x.id LIMIT $3::INT8)',
].join(' ');

const named = (name: string, text: string): Statement => ({ name, text });

export const upkeepStatements = {
  countPurgeable: named('count_purgeable', `SELECT count(*) AS n FROM stacks AS t WHERE ${over}`),
  purgeEvents: named(
    'purge_events',
    `DELETE FROM events WHERE (stack, id) IN (SELECT x.stack, x.id FROM stacks AS t, events AS x WHERE x.stack = t.key AND ${over} LIMIT $3::INT8)`,
  ),
  purgeOwnContents: named(
    'purge_own_contents',
    `DELETE FROM contents WHERE (root, hash) IN (SELECT x.root, x.hash FROM stacks AS t, contents AS x WHERE x.root = t.key AND ${over} AND ${alone} LIMIT $3::INT8)`,
  ),
  purgeStacks: named('purge_stacks', purgeStacks),
  stackKeys: named(
    'stack_keys',
    'SELECT key FROM stacks WHERE key > $1::UUID AND ($2::TEXT IS NULL OR project = $2::TEXT) ORDER BY key LIMIT $3::INT8',
  ),
  trimEvents: named('trim_events', trimEvents),
  purgeContents: named('purge_contents', purgeContents),
  idleSessions: named(
    'idle_sessions',
    'SELECT f.session, f.lane, f.commit_seq FROM fences AS f WHERE NOT EXISTS (SELECT 1 FROM shards AS m WHERE m.session = f.session) ORDER BY f.session, f.lane',
  ),
  endSessions: named(
    'end_sessions',
    'DELETE FROM fences WHERE session = ANY($1::UUID[]) AND NOT EXISTS (SELECT 1 FROM shards AS m WHERE m.session = fences.session)',
  ),
} as const satisfies Record<string, Statement>;

interface Place {
  readonly table: string;
  readonly owner: string;
  readonly part: string | undefined;
  readonly version: string | undefined;
  readonly text: string;
  /** The type of the column `part`. */
  readonly partType: string;
}

function placeOf(place: SealedPlace): Place {
  if (place === 'events')
    return { table: place, owner: 'stack', part: 'id', version: undefined, text: 'properties', partType: 'UUID' };
  if (place === 'contents')
    return { table: place, owner: 'root', part: 'hash', version: undefined, text: 'body', partType: 'TEXT' };
  if (place === 'configs')
    return { table: place, owner: 'id', part: undefined, version: undefined, text: 'body', partType: 'TEXT' };
  return { table: place, owner: 'key', part: undefined, version: 'version', text: 'state', partType: 'TEXT' };
}

/** Parameters: after (owner, part), the prefix of sealed texts, at most. Columns: owner, part, version, text or null. */
export function sealedTexts(place: SealedPlace): Statement {
  const { table, owner, part, version, text, partType } = placeOf(place);
  const later =
    part === undefined
      ? `t.${owner} > $1::UUID AND $2::TEXT = ''`
      : `(t.${owner}, t.${part}) > ($1::UUID, $2::${partType})`;
  const order = part === undefined ? `t.${owner}` : `t.${owner}, t.${part}`;
  const columns = [
    `t.${owner}`,
    part === undefined ? "''::TEXT AS part" : `t.${part}::TEXT AS part`,
    version === undefined ? '0::INT8 AS version' : `t.${version}`,
    `CASE WHEN strpos(t.${text}, $3::TEXT) > 0 THEN t.${text} END AS text`,
  ];
  return named(
    `sealed_${table}`,
    `SELECT ${columns.join(', ')} FROM ${table} AS t WHERE ${later} ORDER BY ${order} LIMIT $4::INT8`,
  );
}

/** Parameters: arrays of owner, part, version, the text as it was read, the text instead. */
export function reseal(place: SealedPlace): Statement {
  const { table, owner, part, version, text, partType } = placeOf(place);
  const same = [
    `${table}.${owner} = u.owner`,
    part === undefined ? "u.part = ''" : `${table}.${part} = u.part`,
    version === undefined ? 'u.version = 0' : `${table}.${version} = u.version`,
    `${table}.${text} = u.before`,
  ];
  const rows = `unnest($1::UUID[], $2::${partType}[], $3::INT8[], $4::TEXT[], $5::TEXT[]) AS u(owner, part, version, before, instead)`;
  return named(`reseal_${table}`, `UPDATE ${table} SET ${text} = u.instead FROM ${rows} WHERE ${same.join(' AND ')}`);
}

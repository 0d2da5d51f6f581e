import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { columnsOf, tableNames } from './columns.ts';
import { wrongIn } from './conformance/sql-rules.ts';
import { packageRoot } from './files.ts';
import { bookkeeping, migrations, splitStatements } from './migrate.ts';
import { countRows, readRows, selectEventMarker, selectEvents, selectMarker, selectRows } from './sql/select.ts';
import {
  commitStatement,
  type Statement,
  setWhatIsKnown,
  settings,
  statements,
  strikeOutStatements,
  sweepStatements,
} from './sql/statements.ts';
import { reseal, sealedTexts, upkeepStatements } from './sql/upkeep-statements.ts';
import type { Condition, Select } from './store.ts';
import type { VersionedTable } from './tables.ts';
import { sealedPlaces } from './upkeep.ts';

/** Every shape that a commit can have. */
function commitShapes(): readonly Statement[] {
  const subsets = <T>(items: readonly T[]) =>
    Array.from({ length: 2 ** items.length }, (_, bits) => items.filter((_item, i) => (bits >> i) % 2 === 1));
  return subsets(tableNames).flatMap(tables =>
    subsets(['events', 'contents', 'names']).map(extra =>
      commitStatement({
        tables,
        events: extra.includes('events'),
        contents: extra.includes('contents'),
        names: extra.includes('names'),
      }),
    ),
  );
}

/** Every condition on every column of a table, and every order with a marker that has values, and nulls. */
function selects(table: VersionedTable): readonly Statement[] {
  const names = [...columnsOf(table).map(column => column.name), 'key', 'actor', 'stack', 'shard', 'version', 'clock'];
  return names.flatMap(column => {
    const conditions: readonly Condition[] = [
      { column, in: ['x', null] },
      { column, notIn: ['x'] },
      { column, contains: 'x' },
      { column, above: 'x' },
      { column, below: null },
    ];
    const orders: readonly Select[] = [false, true].map(descending => ({
      where: conditions,
      order: [{ column, descending }],
      limit: 1,
    }));
    return orders.flatMap(select => [
      selectRows(table, select),
      selectRows(table, { ...select, withGone: true }, ['x', 'key']),
      selectRows(table, select, [null, 'key']),
      selectMarker(table, select, 'key'),
      countRows(table, conditions),
    ]);
  });
}

function eventSelects(): readonly Statement[] {
  const select: Select = {
    where: [{ column: 'physical_id', in: ['x'] }],
    order: [{ column: 'physical_id', descending: true }],
  };
  return [['s'], ['s', 't']].flatMap(stacks => [
    selectEvents(stacks, select, ['x', 'i', 's']),
    selectEvents(stacks, { where: [] }),
    selectEventMarker(stacks, select, 'i'),
  ]);
}

const catalogue: readonly Statement[] = [
  ...Object.values(statements),
  ...sweepStatements,
  ...strikeOutStatements,
  ...Object.values(upkeepStatements),
  ...sealedPlaces.flatMap(place => [sealedTexts(place), reseal(place)]),
  ...commitShapes(),
  ...tableNames.map(readRows),
  ...tableNames.flatMap(selects),
  ...eventSelects(),
  ...Object.values(bookkeeping).map(text => ({ text })),
];

describe('the catalogue', () => {
  it('has nothing in it that the databases read differently', async () => {
    const wrong = await Promise.all(
      catalogue.map(async ({ name, text }) => ({ text, wrong: await wrongIn(text, name) })),
    );
    expect(wrong.filter(each => each.wrong.length > 0)).toEqual([]);
    expect(catalogue.length).toBeGreaterThan(900);
  });

  it('gives each statement a name of its own, that a connection can hold', () => {
    const texts = new Map<string, string>();
    for (const { name, text } of catalogue) {
      if (name === undefined) continue;
      expect(name.length).toBeLessThan(64);
      expect(texts.get(name) ?? text).toBe(text);
      texts.set(name, text);
    }
    expect(texts.size).toBeGreaterThan(256);
  });

  it('sets what connections need in single statements', async () => {
    for (const text of Object.values(settings)) expect(await wrongIn(text)).toEqual([]);
    // Sent to PostgreSQL alone.
    expect(await wrongIn(setWhatIsKnown)).toEqual(['function set_config']);
  });

  it('is the only SQL of the engine', async () => {
    const root = join(packageRoot(), 'engine');
    const files = (await readdir(root, { recursive: true })).filter(
      file => /\.ts$/.test(file) && !/\.test\.ts$/.test(file),
    );
    const sql = /\b(?:SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\s/;
    const holding = await Promise.all(
      files.map(async file => (sql.test(await readFile(join(root, file), 'utf8')) ? [file] : [])),
    );
    const known = /^store\/(?:sql\/(?:statements|select|upkeep-statements)\.ts|migrate\.ts|embedded\.ts|conformance\/)/;
    expect(holding.flat().filter(file => !known.test(file))).toEqual([]);
    expect(holding.flat().length).toBeGreaterThan(3);
  });
});

describe('the migrations', () => {
  it('are single statements that both databases read alike, and may be run again', async () => {
    const all = (await migrations()).flatMap(migration => migration.statements);
    expect(all.length).toBeGreaterThan(30);
    for (const text of all) expect({ text, wrong: await wrongIn(text) }).toEqual({ text, wrong: [] });
  });

  it('are split at the ends of statements', () => {
    const text = "-- one;\nSELECT 1;\n  -- two\nSELECT ';' AS x,\n  2 ;  \n\n";
    expect(splitStatements(text)).toEqual(['SELECT 1', "SELECT ';' AS x,\n  2"]);
  });
});

describe('planted SQL is found', () => {
  it.each([
    ['LISTEN', 'LISTEN wake'],
    ['NOTIFY', "NOTIFY wake, 'x'"],
    ['LOCK TABLE', 'LOCK TABLE stacks'],
    ['MERGE', 'MERGE INTO stacks USING timers ON stacks.key = timers.key WHEN MATCHED THEN DELETE'],
    ['DOMAIN', 'CREATE DOMAIN short AS TEXT'],
    ['SEQUENCE', 'CREATE SEQUENCE numbers'],
    ['TRIGGER', 'CREATE TRIGGER t AFTER INSERT ON stacks EXECUTE FUNCTION f()'],
    ['FOR UPDATE', 'SELECT key FROM stacks FOR UPDATE'],
    ['a transaction', 'BEGIN'],
    ['TABLESAMPLE', 'SELECT key FROM stacks TABLESAMPLE system (1)'],
    ['COLLATE', 'SELECT key FROM stacks ORDER BY name COLLATE "C"'],
    ['every column (*)', 'SELECT * FROM stacks'],
    ['every column (*)', 'DELETE FROM stacks RETURNING stacks.*'],
    ['EXCLUDE', 'CREATE TABLE IF NOT EXISTS t (a INT8, EXCLUDE USING gist (a WITH =))'],
    ['IDENTITY', 'CREATE TABLE IF NOT EXISTS t (a INT8 GENERATED ALWAYS AS IDENTITY)'],
    ['PARTITION BY', 'CREATE TABLE IF NOT EXISTS t (a INT8) PARTITION BY RANGE (a)'],
    ['function pg_advisory_lock', 'SELECT pg_advisory_lock(1)'],
    ['function nextval', "SELECT nextval('numbers')"],
    ['function pg_notify', "SELECT pg_notify('a', 'b')"],
    ['type pg_catalog.int4', 'CREATE TABLE IF NOT EXISTS t (a INT)'],
    ['type pg_catalog.int4', 'SELECT key FROM stacks WHERE nested_depth = $1::INTEGER'],
    ['type serial', 'CREATE TABLE IF NOT EXISTS t (a SERIAL)'],
    ['type int4range', 'CREATE TABLE IF NOT EXISTS t (a INT4RANGE)'],
    ['column xmax', 'UPDATE stacks SET name = name RETURNING xmax'],
    ['column old.name', 'UPDATE stacks SET name = name RETURNING old.name'],
    ['an untyped parameter', 'SELECT key FROM stacks WHERE name = $1'],
    ['ORDER BY without NULLS', 'SELECT key FROM stacks ORDER BY owner'],
    ['ORDER BY without NULLS', 'SELECT t.key FROM resources AS t ORDER BY t.key, t.physical_id DESC'],
    ['division', 'SELECT version / 2 AS half FROM stacks'],
    ['a table changed twice', 'WITH a AS (DELETE FROM timers RETURNING key) UPDATE timers SET at = 1'],
    ['CREATE without IF NOT EXISTS', 'CREATE INDEX i ON stacks (name)'],
    ['DROP without IF EXISTS', 'DROP TABLE stacks'],
    ['NULLS NOT DISTINCT', 'CREATE UNIQUE INDEX IF NOT EXISTS i ON stacks (name) NULLS NOT DISTINCT'],
    ['an index that is no B-tree', 'CREATE INDEX IF NOT EXISTS i ON stacks USING hash (name)'],
    ['a table that does not last', 'CREATE UNLOGGED TABLE IF NOT EXISTS t (a INT8)'],
    ['ON CONSTRAINT', 'INSERT INTO shards (shard) VALUES (1) ON CONFLICT ON CONSTRAINT shards_pkey DO NOTHING'],
    ['not one statement', 'DELETE FROM stacks; DELETE FROM timers'],
  ])('%s', async (what, text) => {
    expect(await wrongIn(text)).toContain(what);
  });

  it('no SQL at all', async () => {
    for (const text of ['SELEC 1', '']) expect((await wrongIn(text)).join()).toContain('syntax');
  });

  it('a second division, or one of another form, in a commit', async () => {
    const good = commitStatement({ tables: ['stacks'], events: false, contents: false, names: false });
    expect(await wrongIn(good.text, good.name)).toEqual([]);
    expect(await wrongIn(good.text)).toEqual(['division']);
    expect(await wrongIn(`${good.text} WHERE 1 / lane = 1`, good.name)).toEqual(['division']);
    expect(await wrongIn('SELECT 4 / 2 AS x', good.name)).toEqual(['division']);
  });

  it('but not what is allowed: count(*), NULLS LAST, columns that are never null', async () => {
    const text = 'SELECT count(*) AS n FROM stacks GROUP BY owner, key ORDER BY owner NULLS LAST, key';
    expect(await wrongIn(text)).toEqual([]);
  });
});

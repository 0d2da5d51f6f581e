import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { freshDatabase, startEmbedded, type TestDatabase } from '../../test/databases.ts';
import { breaksThePrevious } from './conformance/migration-rules.ts';
import { migrate, migrations, schemaState } from './migrate.ts';

/** Statements that take away what a release that is no longer the previous one was the last to use: each with that release. */
const allowed: ReadonlyMap<string, string> = new Map();

/** Unique indexes that statements of the store name by their columns. */
const reliedOn = new Set(['incarnations_owned']);

describe('each migration', () => {
  it('can be lived with by the release before it', async () => {
    for (const { name, statements } of await migrations()) {
      const looked = statements.filter(statement => !allowed.has(statement));
      expect({ name, wrong: await breaksThePrevious(looked, reliedOn) }).toEqual({ name, wrong: [] });
    }
  });
});

describe('planted migrations that the release before could not live with', () => {
  it.each([
    ['DROP TABLE', 'DROP TABLE IF EXISTS stacks'],
    ['stacks: DropColumn', 'ALTER TABLE stacks DROP COLUMN IF EXISTS tags'],
    ['Rename', 'ALTER TABLE stacks RENAME COLUMN tags TO labels'],
    ['Rename', 'ALTER TABLE stacks RENAME TO heaps'],
    ['stacks: AlterColumnType', 'ALTER TABLE stacks ALTER COLUMN version TYPE TEXT'],
    ['stacks: SetNotNull', 'ALTER TABLE stacks ALTER COLUMN tags SET NOT NULL'],
    ['stacks: column x NOT NULL without a default', 'ALTER TABLE stacks ADD COLUMN IF NOT EXISTS x TEXT NOT NULL'],
    ['stacks: column x with UNIQUE', 'ALTER TABLE stacks ADD COLUMN IF NOT EXISTS x TEXT UNIQUE'],
    ['stacks: AddConstraint', "ALTER TABLE stacks ADD CONSTRAINT c CHECK (name <> '')"],
    ['stacks: DropConstraint', 'ALTER TABLE stacks DROP CONSTRAINT stacks_pkey'],
    ['UNIQUE index on stacks', 'CREATE UNIQUE INDEX IF NOT EXISTS i ON stacks (name)'],
    ['DROP of the unique incarnations_owned', 'DROP INDEX IF EXISTS incarnations_owned'],
    ["UPDATE of stacks: rows are their owners'", "UPDATE stacks SET tags = ''"],
    ["DELETE of events: rows are their owners'", 'DELETE FROM events'],
    ['Truncate', 'TRUNCATE events'],
  ])('%s', async (wrong, text) => {
    expect(await breaksThePrevious([text], reliedOn)).toEqual([wrong]);
  });

  it('but not what it never sees', async () => {
    const fine = [
      'CREATE TABLE IF NOT EXISTS fresh (a INT8 NOT NULL)',
      'CREATE UNIQUE INDEX IF NOT EXISTS fresh_a ON fresh (a)',
      'ALTER TABLE stacks ADD COLUMN IF NOT EXISTS x TEXT',
      "ALTER TABLE stacks ADD COLUMN IF NOT EXISTS y TEXT NOT NULL DEFAULT ''",
      'ALTER TABLE stacks ALTER COLUMN tags DROP NOT NULL',
      'CREATE INDEX IF NOT EXISTS stacks_x ON stacks (x)',
      'DROP INDEX IF EXISTS stacks_actor',
    ];
    expect(await breaksThePrevious(fine, reliedOn)).toEqual([]);
  });
});

describe('the state of a schema', () => {
  let server: TestDatabase | undefined;
  beforeAll(async () => {
    server = await startEmbedded();
  });
  afterAll(() => server?.stop());

  it('is told without writing anything; what another release ran is foreign', async () => {
    const migrated = new URL(await freshDatabase(server?.url ?? ''));
    const client = new pg.Client({ connectionString: migrated.href });
    await client.connect();
    try {
      await client.query('CREATE DATABASE empty');
      const empty = new URL(migrated);
      empty.pathname = '/empty';
      const names = (await migrations()).map(({ name }) => name);
      expect(await schemaState(empty.href)).toEqual({ done: [], missing: names, foreign: [] });
      expect(await schemaState(empty.href)).toEqual({ done: [], missing: names, foreign: [] });
      expect(await migrate(empty.href)).toEqual(names);
      expect(await schemaState(empty.href)).toEqual({ done: names, missing: [], foreign: [] });
      expect(await migrate(empty.href)).toEqual([]);
      await client.query("INSERT INTO migrations (number, name) VALUES (9998, '9998-next.sql')");
      await client.query("UPDATE migrations SET name = '0003-other.sql' WHERE number = 3");
      const { done, missing, foreign } = await schemaState(migrated.href);
      expect([missing, foreign]).toEqual([[], ['0003-other.sql', '9998-next.sql']]);
      expect(done).toHaveLength(names.length + 1);
      expect(await migrate(migrated.href)).toEqual([]);
    } finally {
      await client.end();
    }
  });
});

/**
 * The floor: what it costs the same database to take a stack's final rows once, and nothing else.
 *
 * After a measured create, update or delete the rows that it changed are read back as they are in the end (the stack
 * and those nested in it, their resources, their events: byte for byte what was really written) and written again, by
 * one connection in batches of one statement each, as anybody would with `pg` and arrays, into tables of the same
 * columns and indexes beside the real ones. No actor, no HTTP, no fence, no incarnations, no first version that a
 * second one replaces. Reading back is not counted.
 */
import pg from 'pg';
import { type Column, eventFields, fieldsOf } from '../../engine/store/columns.ts';

const batchRows = 1_000;
const schema = 'bench';

type Values = readonly unknown[];

interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

const born: Column = { name: 'born', type: 'int8', nullable: false };
const tables: readonly Table[] = [
  { name: 'stacks', columns: [...fieldsOf('stacks'), born] },
  { name: 'resources', columns: [...fieldsOf('resources'), born] },
  { name: 'events', columns: eventFields },
];

const names = ({ columns }: Table, prefix = ''): string => columns.map(({ name }) => prefix + name).join(', ');

function unnested({ columns }: Table): string {
  return columns.map(({ type }, index) => `$${index + 1}::${type.toUpperCase()}[]`).join(', ');
}

/** Inserts them; rows that are there already become what they are now. */
function writing(table: Table, again: boolean): pg.QueryConfig {
  const values = `SELECT ${names(table, 'u.')} FROM unnest(${unnested(table)}) AS u(${names(table)})`;
  const set = table.columns.slice(1).map(({ name }) => `${name} = excluded.${name}`);
  const conflict = again ? ` ON CONFLICT (key) DO UPDATE SET ${set.join(', ')}` : '';
  return {
    name: `floor_${table.name}_${again}`,
    text: `INSERT INTO ${schema}.${table.name} (${names(table)}) ${values}${conflict}`,
  };
}

export interface Measured {
  readonly seconds: number;
  readonly rows: number;
}

export class Floor {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Connects to the database that is measured and makes the tables, empty ones. */
  static async open(url: string): Promise<Floor> {
    const client = new pg.Client({ connectionString: url, application_name: 'convect-bench' });
    client.on('error', () => undefined);
    await client.connect();
    await client.query('SET plan_cache_mode = force_generic_plan');
    await client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await client.query(`CREATE SCHEMA ${schema}`);
    for (const { name } of tables) {
      await client.query(`CREATE TABLE ${schema}.${name} (LIKE public.${name} INCLUDING ALL)`);
    }
    return new Floor(client);
  }

  /** How many commits the engine's lanes have done in this life of it. */
  async commits(): Promise<number> {
    const sum = 'SELECT COALESCE(sum(commit_seq), 0)::INT4 AS commits FROM public.fences';
    return (await this.#client.query<{ commits: number }>(sum)).rows[0]?.commits ?? 0;
  }

  /**
   * Writes the rows of a root stack and of those nested in it as they are now, as far as this floor has not written
   * them so yet. Seconds of the writing alone.
   */
  async write(root: string): Promise<Measured> {
    const work: { readonly table: Table; readonly rows: readonly Values[]; readonly again: boolean }[] = [];
    const known = await this.#knows(root);
    for (const table of tables) {
      work.push({ table, rows: await this.#rows(table, root), again: known && table.name !== 'events' });
    }
    let rows = 0;
    const began = performance.now();
    for (const { table, rows: all, again } of work) {
      for (let from = 0; from < all.length; from += batchRows) {
        const batch = all.slice(from, from + batchRows);
        const values = table.columns.map((_, column) => batch.map(row => row[column]));
        await this.#client.query({ ...writing(table, again), values });
        rows += batch.length;
      }
    }
    return { seconds: (performance.now() - began) / 1_000, rows };
  }

  async #knows(root: string): Promise<boolean> {
    const text = `SELECT 1 FROM ${schema}.stacks WHERE key = $1`;
    return (await this.#client.query(text, [root])).rows.length > 0;
  }

  async #rows(table: Table, root: string): Promise<readonly Values[]> {
    const same =
      table.name === 'events' ? 'w.stack = t.stack AND w.id = t.id' : 'w.key = t.key AND w.version = t.version';
    const unwritten = `NOT EXISTS (SELECT 1 FROM ${schema}.${table.name} AS w WHERE ${same})`;
    const ofTree = 't.stack IN (SELECT s.key FROM public.stacks AS s WHERE s.root = $1)';
    const text = `SELECT ${names(table, 't.')} FROM public.${table.name} AS t WHERE ${ofTree} AND ${unwritten}`;
    return (await this.#client.query<unknown[]>({ text, values: [root], rowMode: 'array' })).rows;
  }

  /** Removes the tables again. */
  async close(): Promise<void> {
    await this.#client.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`);
    await this.#client.end();
  }
}

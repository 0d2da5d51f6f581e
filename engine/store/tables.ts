/**
 * The tables as data: the SQL store writes its statements from this, the memory store checks rows against it.
 *
 * Two sorts. *Versioned* tables hold what actors are: each row belongs to one actor, is inserted by its stack's owner
 * as version 1 and afterwards updated only by the session that holds its shard, one version at a time. *Added-to*
 * tables (events, contents, configs) are only inserted into; a config can be taken away again, its id is used for ever.
 * `names` is the one table whose rows pass from stack to stack.
 *
 * Every versioned row has the base columns of `store.ts`'s Row (key, actor, kind, stack, bucket, shard, version,
 * clock, unfinished, goneAt, plan), then its own columns, then `state`: the actor's own text. Columns exist for what
 * queries filter and sort by; everything else is in `state`. Times in columns are unix milliseconds, clocks hybrid.
 */
export type ColumnType = 'uuid' | 'text' | 'int4' | 'int8' | 'bool';
export type ColumnValue = string | number | boolean | null;
export type Columns = Readonly<Record<string, ColumnValue>>;

export interface TableSpec {
  readonly columns: Readonly<Record<string, { readonly type: ColumnType; readonly nullable?: true }>>;
  /** Plain indexes, beside those by actor, by stack and of the unfinished by shard (migrations/). */
  readonly indexes?: readonly (readonly string[])[];
}

const text = { type: 'text' } as const;
const textOrNull = { type: 'text', nullable: true } as const;
const int4 = { type: 'int4' } as const;
const int4OrNull = { type: 'int4', nullable: true } as const;
const ms = { type: 'int8' } as const;
const msOrNull = { type: 'int8', nullable: true } as const;
const bool = { type: 'bool' } as const;
const uuid = { type: 'uuid' } as const;
const uuidOrNull = { type: 'uuid', nullable: true } as const;

export const versionedTables = {
  stacks: {
    columns: {
      project: text,
      name: text,
      owner: uuidOrNull, // the parent stack; null for a root
      parent_resource: textOrNull,
      root: uuid,
      nested_depth: int4,
      username: text,
      user_project: textOrNull, // Heat's stack_user_project_id
      action: text,
      status: text,
      reason: text,
      created_at: ms,
      updated_at: msOrNull,
      deleted_at: msOrNull,
      disable_rollback: bool,
      timeout_mins: int4OrNull,
      tags: textOrNull, // a JSON list of strings
      generation: ms,
      plans: text, // uuids of the big plans whose rows are real, joined with blanks; '' for none
    },
    indexes: [['project', 'created_at'], ['project', 'name'], ['owner']],
  },
  resources: {
    columns: {
      name: text,
      type: text,
      action: text,
      status: text,
      reason: text,
      physical_id: textOrNull,
      created_at: ms,
      updated_at: ms,
      root: uuid,
      generation: ms, // the newest it was told of
      reached: ms, // the newest it reached
      clean: ms, // the newest it is clean in
    },
  },
  incarnations: {
    columns: {
      service: textOrNull,
      region: textOrNull,
      physical_id: textOrNull,
      owned: bool, // live, and created by us: then (service, region, physical_id) is unique
    },
  },
  debts: { columns: { service: text, region: textOrNull, mark: text } },
  timers: { columns: { at: ms }, indexes: [['shard', 'at']] },
} as const satisfies Record<string, TableSpec>;

export type VersionedTable = keyof typeof versionedTables;

export const addedTables = {
  events: {
    columns: {
      stack: uuid,
      id: uuid, // time-ordered
      clock: ms,
      resource_name: text,
      resource_type: text,
      action: text,
      status: text,
      reason: text,
      physical_id: textOrNull,
      properties: textOrNull, // JSON text, sealed where it holds secrets
    },
  },
  contents: { columns: { root: uuid, hash: text, body: text } },
  configs: {
    columns: {
      id: uuid,
      project: text,
      name: textOrNull,
      group_name: textOrNull,
      created_at: ms,
      body: text, // sealed JSON of all else
    },
  },
} as const satisfies Record<string, TableSpec>;

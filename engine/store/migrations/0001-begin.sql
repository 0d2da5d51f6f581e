-- The first schema. One statement at a time, outside transactions, each of which may be run again.
-- Types are written with their size (INT8, INT4): CockroachDB's INT is not PostgreSQL's.
--
-- Every versioned table has tables.ts's columns between the base ones and `state`, and `born`: the version that a
-- row was inserted with. It is 1 in every row that stays, because a commit counts only such rows: an update of a row
-- that is not there would be inserted with a higher one, and refused as short (statements.ts).

-- The last three are no part of a commit: strikes within the window, the last one's error id, the one that parked it.
CREATE TABLE IF NOT EXISTS stacks (
  key UUID NOT NULL,
  actor UUID NOT NULL,
  kind TEXT NOT NULL,
  stack UUID NOT NULL,
  bucket INT4 NOT NULL,
  shard INT4 NOT NULL,
  version INT8 NOT NULL,
  clock INT8 NOT NULL,
  unfinished BOOL NOT NULL,
  gone_at INT8,
  plan UUID,
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  owner UUID,
  parent_resource TEXT,
  root UUID NOT NULL,
  nested_depth INT4 NOT NULL,
  username TEXT NOT NULL,
  user_project TEXT,
  action TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at INT8 NOT NULL,
  updated_at INT8,
  deleted_at INT8,
  disable_rollback BOOL NOT NULL,
  timeout_mins INT4,
  tags TEXT,
  generation INT8 NOT NULL,
  plans TEXT NOT NULL,
  state TEXT NOT NULL,
  born INT8 NOT NULL,
  struck_at INT8[],
  struck_by UUID,
  parked UUID,
  CONSTRAINT stacks_pkey PRIMARY KEY (key)
);
CREATE INDEX IF NOT EXISTS stacks_actor ON stacks (actor);
CREATE INDEX IF NOT EXISTS stacks_stack ON stacks (stack);
CREATE INDEX IF NOT EXISTS stacks_unfinished ON stacks (shard, actor) WHERE unfinished;
CREATE INDEX IF NOT EXISTS stacks_gone ON stacks (shard, gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS stacks_project_created_at ON stacks (project, created_at);
CREATE INDEX IF NOT EXISTS stacks_project_name ON stacks (project, name);
CREATE INDEX IF NOT EXISTS stacks_owner ON stacks (owner);

CREATE TABLE IF NOT EXISTS resources (
  key UUID NOT NULL,
  actor UUID NOT NULL,
  kind TEXT NOT NULL,
  stack UUID NOT NULL,
  bucket INT4 NOT NULL,
  shard INT4 NOT NULL,
  version INT8 NOT NULL,
  clock INT8 NOT NULL,
  unfinished BOOL NOT NULL,
  gone_at INT8,
  plan UUID,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  action TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  physical_id TEXT,
  created_at INT8 NOT NULL,
  updated_at INT8 NOT NULL,
  root UUID NOT NULL,
  generation INT8 NOT NULL,
  reached INT8 NOT NULL,
  clean INT8 NOT NULL,
  state TEXT NOT NULL,
  born INT8 NOT NULL,
  CONSTRAINT resources_pkey PRIMARY KEY (key)
);
CREATE INDEX IF NOT EXISTS resources_actor ON resources (actor);
CREATE INDEX IF NOT EXISTS resources_stack ON resources (stack);
CREATE INDEX IF NOT EXISTS resources_unfinished ON resources (shard, actor) WHERE unfinished;
CREATE INDEX IF NOT EXISTS resources_gone ON resources (shard, gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS incarnations (
  key UUID NOT NULL,
  actor UUID NOT NULL,
  kind TEXT NOT NULL,
  stack UUID NOT NULL,
  bucket INT4 NOT NULL,
  shard INT4 NOT NULL,
  version INT8 NOT NULL,
  clock INT8 NOT NULL,
  unfinished BOOL NOT NULL,
  gone_at INT8,
  plan UUID,
  service TEXT,
  region TEXT,
  physical_id TEXT,
  owned BOOL NOT NULL,
  state TEXT NOT NULL,
  born INT8 NOT NULL,
  CONSTRAINT incarnations_pkey PRIMARY KEY (key)
);
CREATE INDEX IF NOT EXISTS incarnations_actor ON incarnations (actor);
CREATE INDEX IF NOT EXISTS incarnations_stack ON incarnations (stack);
CREATE INDEX IF NOT EXISTS incarnations_unfinished ON incarnations (shard, actor) WHERE unfinished;
CREATE INDEX IF NOT EXISTS incarnations_gone ON incarnations (shard, gone_at) WHERE gone_at IS NOT NULL;
-- What we created in a cloud belongs to one live incarnation. A null region is a region too.
CREATE UNIQUE INDEX IF NOT EXISTS incarnations_owned ON incarnations (service, (COALESCE(region, '')), physical_id)
  WHERE owned AND gone_at IS NULL;

CREATE TABLE IF NOT EXISTS debts (
  key UUID NOT NULL,
  actor UUID NOT NULL,
  kind TEXT NOT NULL,
  stack UUID NOT NULL,
  bucket INT4 NOT NULL,
  shard INT4 NOT NULL,
  version INT8 NOT NULL,
  clock INT8 NOT NULL,
  unfinished BOOL NOT NULL,
  gone_at INT8,
  plan UUID,
  service TEXT NOT NULL,
  region TEXT,
  mark TEXT NOT NULL,
  state TEXT NOT NULL,
  born INT8 NOT NULL,
  CONSTRAINT debts_pkey PRIMARY KEY (key)
);
CREATE INDEX IF NOT EXISTS debts_actor ON debts (actor);
CREATE INDEX IF NOT EXISTS debts_stack ON debts (stack);
CREATE INDEX IF NOT EXISTS debts_unfinished ON debts (shard, actor) WHERE unfinished;
CREATE INDEX IF NOT EXISTS debts_gone ON debts (shard, gone_at) WHERE gone_at IS NOT NULL;

CREATE TABLE IF NOT EXISTS timers (
  key UUID NOT NULL,
  actor UUID NOT NULL,
  kind TEXT NOT NULL,
  stack UUID NOT NULL,
  bucket INT4 NOT NULL,
  shard INT4 NOT NULL,
  version INT8 NOT NULL,
  clock INT8 NOT NULL,
  unfinished BOOL NOT NULL,
  gone_at INT8,
  plan UUID,
  at INT8 NOT NULL,
  state TEXT NOT NULL,
  born INT8 NOT NULL,
  CONSTRAINT timers_pkey PRIMARY KEY (key)
);
CREATE INDEX IF NOT EXISTS timers_actor ON timers (actor);
CREATE INDEX IF NOT EXISTS timers_stack ON timers (stack);
CREATE INDEX IF NOT EXISTS timers_unfinished ON timers (shard, actor) WHERE unfinished;
CREATE INDEX IF NOT EXISTS timers_gone ON timers (shard, gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS timers_shard_at ON timers (shard, at);

CREATE TABLE IF NOT EXISTS events (
  stack UUID NOT NULL,
  id UUID NOT NULL,
  clock INT8 NOT NULL,
  resource_name TEXT NOT NULL,
  resource_type TEXT NOT NULL,
  action TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  physical_id TEXT,
  properties TEXT,
  CONSTRAINT events_pkey PRIMARY KEY (stack, id)
);
CREATE TABLE IF NOT EXISTS contents (
  root UUID NOT NULL,
  hash TEXT NOT NULL,
  body TEXT NOT NULL,
  CONSTRAINT contents_pkey PRIMARY KEY (root, hash)
);
CREATE TABLE IF NOT EXISTS names (
  project TEXT NOT NULL,
  name TEXT NOT NULL,
  stack UUID NOT NULL,
  gone BOOL NOT NULL,
  CONSTRAINT names_pkey PRIMARY KEY (project, name)
);
CREATE INDEX IF NOT EXISTS names_gone ON names (stack) WHERE gone;

CREATE TABLE IF NOT EXISTS fences (
  session UUID NOT NULL,
  lane INT4 NOT NULL,
  commit_seq INT8 NOT NULL,
  burnt INT8 NOT NULL,
  CONSTRAINT fences_pkey PRIMARY KEY (session, lane)
);
CREATE TABLE IF NOT EXISTS shards (
  shard INT4 NOT NULL,
  session UUID,
  CONSTRAINT shards_pkey PRIMARY KEY (shard)
);
INSERT INTO shards (shard) SELECT n FROM generate_series(0, 1023) AS g(n) ON CONFLICT (shard) DO NOTHING;

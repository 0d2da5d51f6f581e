-- Software configs: what a project keeps for its servers' agents. A row never changes; where one is taken away its texts
-- go and `gone_at` is set, so that an insert which lands late finds its id used. Deployments will name configs by id.
CREATE TABLE IF NOT EXISTS configs (
  id UUID NOT NULL,
  project TEXT NOT NULL,
  name TEXT,
  group_name TEXT,
  created_at INT8 NOT NULL,
  body TEXT NOT NULL,
  gone_at INT8,
  CONSTRAINT configs_pkey PRIMARY KEY (id)
);
CREATE INDEX IF NOT EXISTS configs_project_created_at ON configs (project, created_at);
CREATE INDEX IF NOT EXISTS configs_gone ON configs (gone_at) WHERE gone_at IS NOT NULL;

-- What purging and `convect admin` look for. Each holds few rows or none, so what is written every day hardly pays.
CREATE INDEX IF NOT EXISTS stacks_deleted ON stacks (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS stacks_nested ON stacks (root) WHERE owner IS NOT NULL;
CREATE INDEX IF NOT EXISTS stacks_parked ON stacks (key) WHERE parked IS NOT NULL;

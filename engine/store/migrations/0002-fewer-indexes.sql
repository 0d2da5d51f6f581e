-- Indexes that no query needs, and that every row of every create, update and delete pays for.
-- In stacks and resources each row is its actor's main row, found by its key; incarnations are read by key or actor,
-- by their stack only to strike out what an unfinished big plan left: those rows alone have a plan.
DROP INDEX IF EXISTS stacks_actor;
DROP INDEX IF EXISTS resources_actor;
DROP INDEX IF EXISTS incarnations_stack;
CREATE INDEX IF NOT EXISTS incarnations_planned ON incarnations (stack) WHERE plan IS NOT NULL;

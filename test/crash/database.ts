/** A look into the database of an all-in-one, whose server lives on while the engine is dead. */
import { queryDev as query } from '../support/dev-database.ts';

/** Which of these ids of things in the cloud some resource's row knows. */
export async function knownOf(dataDir: string, ids: readonly string[]): Promise<Set<string>> {
  const rows = await query<{ state: string }>(dataDir, 'SELECT state FROM incarnations');
  const states = rows.map(({ state }) => state).join('\n');
  return new Set(ids.filter(id => states.includes(id)));
}

/** How many creates may still land. */
export async function debtsIn(dataDir: string): Promise<number> {
  const [row] = await query<{ n: number }>(dataDir, 'SELECT count(*)::int AS n FROM debts WHERE gone_at IS NULL');
  return row?.n ?? 0;
}

/** Deleted stacks whose credential is not revoked yet. */
export async function tidyingIn(dataDir: string): Promise<number> {
  const sql = 'SELECT count(*)::int AS n FROM stacks WHERE unfinished AND deleted_at IS NOT NULL';
  const [row] = await query<{ n: number }>(dataDir, sql);
  return row?.n ?? 0;
}

/** Stacks in the middle of an update, nested ones left out. */
export async function updatingIn(dataDir: string): Promise<number> {
  const sql = `SELECT count(*)::int AS n FROM stacks WHERE action = 'UPDATE' AND status = 'IN_PROGRESS' AND owner IS NULL`;
  const [row] = await query<{ n: number }>(dataDir, sql);
  return row?.n ?? 0;
}

interface LiveRow {
  readonly key: string;
  readonly stack: string;
  readonly name: string;
  readonly state: string;
}

/**
 * All incarnations in a tree of stacks, whatever its resources say of themselves: the path of names, and the value that
 * a test resource keeps.
 */
export async function thingsOf(dataDir: string, root: string): Promise<readonly (readonly [string, string])[]> {
  const sql = `SELECT i.key, i.stack, r.name, i.state FROM incarnations i JOIN resources r ON r.key = i.actor
    WHERE i.gone_at IS NULL AND r.root = $1`;
  const rows = new Map((await query<LiveRow>(dataDir, sql, [root])).map(row => [row.key, row]));
  const pathOf = ({ name, stack }: LiveRow): string => {
    const above = rows.get(stack);
    return above === undefined ? name : `${pathOf(above)}.${name}`;
  };
  return [...rows.values()].map(row => {
    const { data = '{}', child } = JSON.parse(row.state) as { readonly data?: string; readonly child?: unknown };
    const { value = '' } = JSON.parse(data) as { readonly value?: string };
    return [pathOf(row), child === undefined ? value : ''];
  });
}

/**
 * What each stack went through, generation by generation, as its rows told it: told from commits alone.
 *
 * Of generations that began and ended in one commit only the last is here.
 */
import type { Uuid } from '../../engine/kernel/ids.ts';
import type { StackRecord } from '../../engine/orchestration/records.ts';
import { decode } from './decoded.ts';
import type { Cluster } from './cluster.ts';

/** One generation, as its last row says. */
export type Chapter = Pick<
  StackRecord,
  'generation' | 'action' | 'status' | 'reason' | 'disableRollback' | 'timeoutMins' | 'nesting'
> & {
  /** The template's description: which one it is. */
  readonly version: string;
};

export class Chronicle {
  private readonly chapters = new Map<Uuid, Chapter[]>();

  constructor(cluster: Cluster) {
    cluster.books.listeners.push(({ rows }) => {
      for (const row of rows.rows) if (row.table === 'stacks') this.add(row.key, decode.stack(row));
    });
  }

  of(stack: Uuid): readonly Chapter[] {
    return this.chapters.get(stack) ?? [];
  }

  private add(stack: Uuid, record: StackRecord): void {
    const { generation, action, status, reason, disableRollback, timeoutMins, nesting } = record;
    const version = String(JSON.parse(record.description));
    const chapter = { generation, action, status, reason, disableRollback, timeoutMins, nesting, version };
    const known = this.chapters.get(stack);
    if (known === undefined) this.chapters.set(stack, [chapter]);
    else if (known.at(-1)?.generation === generation && known.at(-1)?.action === action)
      known[known.length - 1] = chapter;
    else known.push(chapter);
  }
}

/** Actions that follow a template. */
export function followsTemplate({ action }: Pick<Chapter, 'action'>): boolean {
  return action === 'CREATE' || action === 'UPDATE' || action === 'ROLLBACK';
}

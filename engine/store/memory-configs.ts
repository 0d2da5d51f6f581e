/** The memory store's software configs, and the ids of those that were taken away. */
import type { HybridTime } from '../kernel/clock.ts';
import type { Uuid } from '../kernel/ids.ts';
import { compareText } from './query.ts';
import type { ConfigListed, ConfigPage, ConfigRow } from './store.ts';

export class MemoryConfigs {
  private readonly rows = new Map<Uuid, ConfigRow>();
  private readonly gone = new Map<Uuid, HybridTime>();

  add({ id, project, name, group_name, created_at, body }: ConfigRow): void {
    if (this.rows.has(id) || this.gone.has(id)) return;
    this.rows.set(id, Object.freeze({ id, project, name, group_name, created_at, body }));
  }

  get(id: Uuid): ConfigRow | undefined {
    return this.rows.get(id);
  }

  all(): readonly ConfigRow[] {
    return [...this.rows.values()];
  }

  list({ project, limit, after }: ConfigPage): readonly ConfigListed[] {
    const newestFirst = (a: ConfigRow, b: ConfigRow) => b.created_at - a.created_at || compareText(b.id, a.id);
    const marker = after === undefined ? undefined : this.rows.get(after);
    return this.all()
      .filter(row => project === undefined || row.project === project)
      .filter(row => marker === undefined || newestFirst(marker, row) < 0)
      .sort(newestFirst)
      .slice(0, limit)
      .map(({ body: _, ...listed }) => listed);
  }

  remove(id: Uuid, goneAt: HybridTime): boolean {
    if (!this.gone.has(id)) this.gone.set(id, goneAt);
    return this.rows.delete(id);
  }

  /** Forgets ids that are gone for so long; returns how many. */
  sweep(before: HybridTime, atMost: number): number {
    const over = [...this.gone].filter(([, goneAt]) => goneAt < before).slice(0, Math.max(atMost, 0));
    for (const [id] of over) this.gone.delete(id);
    return over.length;
  }

  /** Exchanges a text that is as it was read. */
  exchange(id: string, text: string, instead: string): boolean {
    const row = this.rows.get(id as Uuid);
    if (row?.body !== text) return false;
    this.rows.set(row.id, Object.freeze({ ...row, body: instead }));
    return true;
  }
}

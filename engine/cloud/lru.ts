/** A map that forgets what was not asked for the longest: at most so many entries, and so many units of their size. */
export class Lru<V> {
  private readonly entries = new Map<string, { readonly value: V; readonly size: number }>();
  private readonly most: number;
  private readonly mostSize: number;
  private size = 0;

  constructor(most: number, mostSize = Number.POSITIVE_INFINITY) {
    this.most = most;
    this.mostSize = mostSize;
  }

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.entries.set(key, entry);
    return entry.value;
  }

  /** `size` in the units of `mostSize`; what is bigger than that alone is not kept. */
  set(key: string, value: V, size = 0): void {
    this.delete(key);
    this.entries.set(key, { value, size });
    this.size += size;
    for (const oldest of this.entries.keys()) {
      if (this.entries.size <= this.most && this.size <= this.mostSize) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (entry === undefined) return;
    this.entries.delete(key);
    this.size -= entry.size;
  }
}

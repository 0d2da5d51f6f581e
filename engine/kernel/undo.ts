/** Starting several things as one: if a later one fails, those that were started are ended; `stop` ends all. */

/** Ends one thing that was started. */
export type Undo = () => unknown;

/**
 * Builds something of parts. `build` adds to `undo` how each part that it started is ended; they are ended one after
 * the other, the last one first. Rejects as `build` does, after that.
 */
export async function startWhole<T extends object>(
  build: (undo: Undo[]) => Promise<T>,
): Promise<T & { stop(): Promise<void> }> {
  const undo: Undo[] = [];
  const stop = async (): Promise<void> => {
    for (let next = undo.pop(); next !== undefined; next = undo.pop()) await next();
  };
  try {
    return Object.assign(await build(undo), { stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

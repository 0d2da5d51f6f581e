/**
 * What a failed statement means: one table from what `pg` throws to the store's errors.
 *
 * The one question that matters is whether a commit can have been written. An error that the database answered ended
 * the statement; unless its class says that the outcome is open (08, 40003, 57P01–03), nothing is written. An error
 * that did not come from the database at all (a cut connection) says nothing: only `burn` tells.
 */
import { CommitRefused, CommitRetry, CommitTimeout, CommitUnknown, StoreUnavailable } from '../store.ts';

/** What the database answered; undefined where it did not answer. */
export interface SqlFailure {
  readonly code: string;
  readonly constraint: string | undefined;
}

export function sqlFailure(error: unknown): SqlFailure | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined;
  if (!/^[0-9A-Z]{5}$/.test(error.code) || !('severity' in error)) return undefined;
  const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : undefined;
  return { code: error.code, constraint };
}

/** Nothing can be said of what became of the statement. */
const open = /^(?:08...|40003|57P01|57P02|57P03)$/;
/**
 * Nothing was written, and it may well go next time: serialization and deadlock (40), resources (53), operator (57),
 * the system underneath (58), a server that has become a standby (25006), a prepared statement that is no more or no
 * longer fits after a migration (26, 0A000).
 */
const transient = /^(?:40...|53...|57...|58...|25006|26...|0A000)$/;
/** The connection itself is of no use any more. */
const connectionLost = /^(?:08...|57P0.|25006|26...|0A000)$/;

export type CommitFailure = CommitRetry | CommitRefused | CommitTimeout | CommitUnknown;

/** The error that a commit throws for one that `pg` threw. */
export function commitFailure(error: unknown): CommitFailure {
  const failure = sqlFailure(error);
  if (failure === undefined) return new CommitUnknown('the connection was lost');
  const { code, constraint } = failure;
  if (open.test(code)) return new CommitUnknown(`the database ended the connection: ${code}`);
  if (code === '57014') return new CommitTimeout('the statement ran too long');
  if (transient.test(code)) return new CommitRetry(code);
  return new CommitRefused(code, constraint);
}

/** True if the connection must not be used again. */
export function spoilsConnection(error: unknown): boolean {
  const failure = sqlFailure(error);
  return failure === undefined || connectionLost.test(failure.code);
}

/** True if a read, claim or burn is worth another try at once. */
export function isSerialization(error: unknown): boolean {
  return sqlFailure(error)?.code.startsWith('40') === true;
}

/** The error of anything but a commit: StoreUnavailable where the database cannot be reached, else the bug as it is. */
export function readFailure(error: unknown): unknown {
  const failure = sqlFailure(error);
  if (failure === undefined) return new StoreUnavailable('the database cannot be reached');
  if (open.test(failure.code) || transient.test(failure.code)) {
    return new StoreUnavailable(`the database is not ready: ${failure.code}`);
  }
  return error;
}

/** The all-in-one: engine and gateways in one process, an embedded PostgreSQL as a child that survives a crash. */
import type { Log } from './kernel/world.ts';

export interface AllInOneOptions {
  /** N: the native API listens on N+4. */
  readonly portBase: number;
  /** Everything that is kept is below this folder. */
  readonly dataDir: string;
  /** A PostgreSQL to use instead of the embedded one. */
  readonly databaseUrl?: string;
  /** With `/v3`. */
  readonly keystoneUrl: string;
  /** True: what is written may be lost with the machine (no fsync). */
  readonly ephemeral: boolean;
  readonly log: Log;
}

export interface AllInOne {
  readonly ports: { readonly native: number };
  /** Ends the servers, the engine and the database's child. */
  stop(): Promise<void>;
}

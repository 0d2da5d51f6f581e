/** What an operator asks of the engines (docs/admin.md): the part of EngineService that only admins may use. */
import type { Caller, StackIdentity } from './engine.ts';

/** An engine, as the directory knows it. */
export interface ServiceListed {
  /** Its name in the cluster. */
  readonly node: string;
  /** `host:port`, or what stands for it where there is but one. */
  readonly address: string;
  /** When it joined; undefined where that is not known. */
  readonly since: number | undefined;
  /** How many shards are its own. */
  readonly shards: number;
}

/** A stack that is left alone, since errors of ours came up in it again and again. */
export interface ParkedListed {
  readonly stack: StackIdentity;
  /** `CREATE_IN_PROGRESS` */
  readonly state: string;
  readonly strikes: number;
  /** Stands in the log of the engine that struck last. */
  readonly errorId: string;
}

/** A create whose answer was lost, and that may still land. */
export interface DebtListed {
  readonly stack: StackIdentity;
  readonly type: string;
  readonly service: string;
  readonly mark: string;
  /** After this time it can land no more. */
  readonly until: number;
  /** How often it was looked for. */
  readonly looks: number;
}

/** A thing in a cloud by its collection, e.g. `network`, `ports`. */
export interface ThingNamed {
  readonly service: string;
  readonly collection: string;
  readonly id: string;
}

/** A thing that carries what looks like our mark, and that no row claims. */
export interface OrphanListed extends ThingNamed {
  readonly mark: string;
  /** Whose it is; undefined where its service does not say. */
  readonly project: string | undefined;
  readonly createdAt: number | undefined;
  /** The stack in whose events its mark or its id stands. Without one it may be another Heat's, which names things alike. */
  readonly stack: StackIdentity | undefined;
  /**
   * Ours, and nobody's: the stack announced the mark and never heard of the id. What it knew by its id it may have left
   * on purpose (a deletion policy), and so with what was made beside it.
   */
  readonly isCertain: boolean;
}

export interface OrphansFound {
  readonly orphans: readonly OrphanListed[];
  /** Collections that could not be listed, and why. */
  readonly unseen: readonly { readonly service: string; readonly collection: string; readonly reason: string }[];
  /** How many things of how many collections were looked at. */
  readonly things: number;
  readonly collections: number;
}

export interface AdminService {
  // Commands.
  /** Ends what is under way of a stack, as FAILED, wherever it hangs. Where nothing is, nothing changes. */
  resetStack(caller: Caller, stack: StackIdentity): Promise<void>;
  /** Gives a parked stack another chance. */
  wakeStack(caller: Caller, stack: StackIdentity): Promise<void>;

  // Queries.
  listServices(caller: Caller): Promise<readonly ServiceListed[]>;
  listParked(caller: Caller): Promise<readonly ParkedListed[]>;
  listDebts(caller: Caller): Promise<readonly DebtListed[]>;
  /** Looks with the caller's own rights. What is younger is left out: its create may be under way. */
  listOrphans(caller: Caller, olderThanMs: number): Promise<OrphansFound>;
  /** Deletes one, with the caller's own rights, if it still is one for certain. May be asked again. */
  removeOrphan(caller: Caller, thing: ThingNamed, olderThanMs: number): Promise<void>;
}

/** Who asks: the port to whatever knows tokens, and the check of the path's project against the token's. */
import { errors } from '../engine/kernel/errors.ts';
import type { Caller } from '../proto/engine.ts';

/** What a valid token says. */
export interface User {
  /** '' where the token is not scoped to a project. */
  readonly project: string;
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly string[];
  /** The role admin in a project that may hold admins (Heat's context_is_admin). */
  readonly isAdmin: boolean;
  /** Types of the services in the token's catalog; undefined where it came without one. */
  readonly services?: readonly string[] | undefined;
}

export interface Identity {
  /** Where clients get tokens: goes out in a 401's WWW-Authenticate. */
  readonly authUri: string;
  /** undefined: no such token, or not any more. Rejects with Unavailable when that cannot be found out. */
  authenticate(token: string): Promise<User | undefined>;
}

export function callerOf(user: User, token: string, requestId: string, trace?: string): Caller {
  return { ...user, token, requestId, ...(trace !== undefined && { trace }) };
}

/**
 * The project that a request means (contract: rest-api §2): the path's, which must be the token's; admins always
 * mean their own, and reach other projects' stacks by id. Throws ProjectForbidden.
 */
export function projectOf(caller: Caller, pathProject: string): string {
  if (caller.project === '' || (caller.project !== pathProject && !caller.isAdmin)) throw errors.ProjectForbidden({});
  return caller.project;
}

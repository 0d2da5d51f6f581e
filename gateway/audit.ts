/**
 * Who did what: a record for every request that would change something, and for every one that was refused for who
 * asked. Off unless the operator says where records go.
 *
 * A record holds ids, names and statuses. Never a token, a parameter, a value of a template: what was in a body is not
 * looked at, but for the name of an action.
 */
import type { Rendered } from './faults.ts';

/** A line of the audit log. */
export interface AuditRecord {
  /** When it was answered, ISO 8601. */
  readonly at: string;
  readonly request_id: string;
  /** What the client, or the service before this one, calls it. */
  readonly global_request_id?: string;
  /** Where the connection comes from; a proxy's, behind one. */
  readonly from: string;
  /** '' for a token that is none. */
  readonly user: string;
  readonly user_name: string;
  /** The token's. */
  readonly project: string;
  readonly method: string;
  /** As policies are named, such as `stacks:create`; '' where it came to no route. */
  readonly action: string;
  readonly stack: string;
  readonly stack_name: string;
  readonly resource?: string;
  readonly status: number;
  /** Taken: what follows of it is in the stack's events. */
  readonly result: 'taken' | 'refused' | 'failed';
}

export interface AuditSink {
  write(record: AuditRecord): void;
}

/** What is known of a request when it is answered. */
export interface Audited {
  readonly requestId: string;
  readonly globalRequestId: string | undefined;
  readonly from: string;
  readonly method: string;
  readonly who: { readonly userId: string; readonly userName: string; readonly project: string } | undefined;
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
}

const reads: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** The record of a request; undefined for one that leaves none. */
export function auditRecord(audited: Audited, answer: Rendered, at: Date): AuditRecord | undefined {
  const { method, who, action, params, requestId, globalRequestId, from } = audited;
  const { status } = answer;
  if (reads.has(method) && status !== 401 && status !== 403) return undefined;
  const made = placeOf(answer.headers['Location']);
  const resource = params['resource_name'];
  return {
    at: at.toISOString(),
    request_id: requestId,
    ...(globalRequestId !== undefined && { global_request_id: globalRequestId }),
    from,
    user: who?.userId ?? '',
    user_name: who?.userName ?? '',
    project: who?.project ?? '',
    method,
    action,
    stack: params['stack_id'] ?? made.id,
    stack_name: params['stack_name'] ?? made.name,
    ...(resource !== undefined && { resource }),
    status,
    result: status < 400 ? 'taken' : status < 500 ? 'refused' : 'failed',
  };
}

/** Where a new stack is, as its creator is told: `…/stacks/<name>/<id>`. */
function placeOf(location: string | undefined): { readonly name: string; readonly id: string } {
  const [, name = '', id = ''] = /\/stacks\/([^/]+)\/([0-9a-f-]{36})$/.exec(location ?? '') ?? [];
  return { name: decoded(name), id };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a % that begins no escape
  }
}

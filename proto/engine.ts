/**
 * What gateways ask of an engine: commands (answered by the stack's owner after the commit that makes them true) and
 * queries (indexed reads through any engine node; no actor wakes for them).
 *
 * The gateways know Heat's routes and bodies, the engine knows stacks; these types are all that passes between them.
 * Every method rejects with a HeatError (kernel/errors.ts) for what a client did wrong, and with nothing else that a
 * client should read. Template values stay lossless `Value`s on both sides. Times are unix milliseconds.
 */
import type { Value, ValueMap } from '../engine/values/value.ts';

/** Who asks, as Keystone told the gateway. */
export interface Caller {
  readonly project: string;
  readonly userId: string;
  readonly userName: string;
  readonly roles: readonly string[];
  readonly isAdmin: boolean;
  /** The user's own token; never logged, sealed where it is kept. */
  readonly token: string;
  /** `req-<uuid>`, shown to the client; the uuid makes commands repeatable. */
  readonly requestId: string;
}

export interface StackIdentity {
  readonly project: string;
  readonly name: string;
  readonly id: string;
}

/** The body of POST /stacks, shape-checked (contract: rest-api §3.1). */
export interface StackRequest {
  readonly name: string;
  /** Text is parsed as JSON, then as YAML; an object arrives as a Value. */
  readonly template: string | ValueMap;
  readonly environment: string | ValueMap | undefined;
  readonly environmentFiles: readonly string[];
  readonly files: ReadonlyMap<string, string>;
  readonly parameters: ValueMap;
  readonly timeoutMins: number | undefined;
  readonly disableRollback: boolean | undefined;
  readonly tags: readonly string[] | undefined;
}

export interface StackListed {
  readonly identity: StackIdentity;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly createdAt: number;
  readonly updatedAt: number | undefined;
  readonly deletedAt: number | undefined;
  readonly owner: string;
  readonly parent: string | undefined;
  readonly userProject: string | undefined;
  readonly tags: readonly string[] | undefined;
}

export interface OutputShown {
  readonly key: string;
  readonly description: Value;
  readonly value: Value;
  readonly error: string | undefined;
}

export interface StackShown extends StackListed {
  /** Name → text, pseudo parameters among them, hidden ones masked. */
  readonly parameters: ValueMap;
  readonly description: Value;
  readonly disableRollback: boolean;
  readonly timeoutMins: number | undefined;
  /** undefined where they were not asked for, or the stack is deleted. */
  readonly outputs: readonly OutputShown[] | undefined;
}

/** GET /stacks (contract: rest-api §3.3); every list is "any of", undefined is "not asked". */
export interface StackQuery {
  readonly filters: ReadonlyMap<string, readonly string[]>; // by StackListed's column names in store/tables.ts `stacks`, plus `id`
  readonly tags: {
    readonly all?: readonly string[];
    readonly any?: readonly string[];
    readonly notAll?: readonly string[];
    readonly notAny?: readonly string[];
  };
  readonly showNested: boolean;
  readonly showDeleted: boolean;
  readonly sort: readonly {
    readonly column: 'name' | 'status' | 'created_at' | 'updated_at';
    readonly descending: boolean;
  }[];
  readonly limit: number | undefined;
  readonly marker: string | undefined;
  readonly withCount: boolean;
  /** All projects' stacks (policy decides in the gateway). */
  readonly global: boolean;
}

export interface ResourceShown {
  readonly stack: StackIdentity;
  readonly name: string;
  readonly type: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly physicalId: string | undefined;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly requiredBy: readonly string[];
  readonly description: string;
  /** Every schema attribute, failures null; only where asked for. */
  readonly attributes: ValueMap | undefined;
}

export interface EventShown {
  readonly stack: StackIdentity;
  readonly id: string;
  readonly at: number;
  readonly resourceName: string;
  readonly resourceType: string;
  readonly action: string;
  readonly status: string;
  readonly reason: string;
  readonly physicalId: string | undefined;
  readonly properties: Value;
}

export interface EventQuery {
  readonly resourceName: string | undefined;
  /** Exact, by column: action, status, resource_name, resource_type. */
  readonly filters: ReadonlyMap<string, readonly string[]>;
  readonly descending: boolean;
  readonly sortBy: 'time' | 'resource_type';
  readonly limit: number | undefined;
  readonly marker: string | undefined;
  /** How many levels of nested stacks to include; undefined: this stack alone. */
  readonly nestedDepth: number | undefined;
}

export interface ResourceQuery {
  readonly types: readonly string[] | undefined; // substring match
  readonly filters: ReadonlyMap<string, readonly string[]>; // exact: name, action, status, id, physical_id
  readonly withDetail: boolean;
  readonly nestedDepth: number;
}

export interface EngineService {
  // Commands.
  createStack(caller: Caller, request: StackRequest): Promise<StackIdentity>;
  deleteStack(caller: Caller, stack: StackIdentity): Promise<void>;

  // Queries.
  /** By uuid (deleted stacks too), then by name (live ones). */
  locate(caller: Caller, nameOrId: string): Promise<StackIdentity>;
  listStacks(
    caller: Caller,
    query: StackQuery,
  ): Promise<{ readonly stacks: readonly StackListed[]; readonly count: number | undefined }>;
  showStack(caller: Caller, stack: StackIdentity, resolveOutputs: boolean): Promise<StackShown>;
  template(caller: Caller, stack: StackIdentity): Promise<Value>;
  environment(caller: Caller, stack: StackIdentity): Promise<Value>;
  files(caller: Caller, stack: StackIdentity): Promise<ReadonlyMap<string, string>>;
  outputs(
    caller: Caller,
    stack: StackIdentity,
  ): Promise<readonly { readonly key: string; readonly description: Value }[]>;
  output(caller: Caller, stack: StackIdentity, key: string): Promise<OutputShown>;
  listResources(caller: Caller, stack: StackIdentity, query: ResourceQuery): Promise<readonly ResourceShown[]>;
  showResource(
    caller: Caller,
    stack: StackIdentity,
    name: string,
    withAttributes: readonly string[],
  ): Promise<ResourceShown>;
  resourceMetadata(caller: Caller, stack: StackIdentity, name: string): Promise<Value>;
  listEvents(caller: Caller, stack: StackIdentity, query: EventQuery): Promise<readonly EventShown[]>;
  showEvent(caller: Caller, stack: StackIdentity, resourceName: string, event: string): Promise<EventShown>;
}

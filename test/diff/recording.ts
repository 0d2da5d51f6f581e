/** What came back from a scenario, with everything taken out that differs between any two runs. */

/** The answer to one request. */
export interface Answered {
  readonly request: string;
  readonly status: number;
  /** `Type: message` of an error. */
  readonly error?: string;
  /** A preview's resources by list: `name type`. */
  readonly changes?: Readonly<Record<string, readonly string[]>>;
}

export interface SeenResource {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  /** `#2`: the second id that this resource has had. */
  readonly physical: string;
  readonly required_by: readonly string[];
}

/** A stack at one moment. Resources of nested stacks are there under `parent/child`. */
export interface Seen {
  readonly after: string;
  readonly status: string;
  readonly reason: string;
  readonly updated: boolean;
  readonly disable_rollback: boolean;
  readonly timeout_mins: number | null;
  readonly tags: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly resources: Readonly<Record<string, SeenResource>>;
}

export interface Recording {
  readonly scenario: string;
  readonly row: string;
  readonly answers: readonly Answered[];
  readonly seen: readonly Seen[];
  /** By resource (the stack itself: `.`), in the order of their events: `STATUS #id: reason`. */
  readonly events: Readonly<Record<string, readonly string[]>>;
}

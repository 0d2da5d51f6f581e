/**
 * A scenario is data: requests to a stack, and what is waited for between them. Nothing here knows whom it is played
 * to; play.ts plays it to real Heat or to Convect, and what came back is compared.
 */

/** A template, an environment's part, any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type Template = Readonly<Record<string, Json>>;

/** Fields of a stack's request beside its template. */
export interface Request {
  readonly parameters?: Readonly<Record<string, Json>>;
  readonly environment?: Readonly<Record<string, Json>>;
  readonly files?: Readonly<Record<string, Json>>;
  readonly disable_rollback?: boolean;
  readonly timeout_mins?: number;
  readonly tags?: string;
  readonly clear_parameters?: readonly string[];
  readonly converge?: boolean;
}

export type Step =
  | { readonly do: 'create'; readonly template: Template; readonly request: Request }
  | {
      readonly do: 'update' | 'preview';
      readonly method: 'PUT' | 'PATCH';
      readonly template?: Template;
      readonly request: Request;
    }
  | { readonly do: 'delete' }
  | { readonly do: 'action'; readonly action: string }
  | { readonly do: 'unhealthy'; readonly resource: string; readonly mark: boolean; readonly reason?: string }
  | { readonly do: 'signal'; readonly resource: string; readonly body: Json }
  /** Until the stack's own newest event and its status are this; then, unless `atOnce`, until nothing works any more. */
  | { readonly do: 'until'; readonly status: string; readonly atOnce: boolean }
  /** Until a resource has this status (`parent/child` in nested stacks; the last name is unlike any other there). */
  | { readonly do: 'reached'; readonly resource: string; readonly status: string }
  | { readonly do: 'pause'; readonly seconds: number };

export interface Scenario {
  readonly name: string;
  /** What it plays, in the words of the contract (../shared/heat/lifecycle.md); `§` is its section. */
  readonly row: string;
  readonly steps: readonly Step[];
  /** Outputs made by chance: their equality over time is compared, not their text. */
  readonly random?: readonly string[];
}

export const create = (template: Template, request: Request = {}): Step => ({ do: 'create', template, request });
export const update = (template: Template, request: Request = {}): Step => ({
  do: 'update',
  method: 'PUT',
  template,
  request,
});
export const patch = (request: Request, template?: Template): Step => ({
  do: 'update',
  method: 'PATCH',
  request,
  ...(template && { template }),
});
export const preview = (template: Template, request: Request = {}): Step => ({
  do: 'preview',
  method: 'PUT',
  template,
  request,
});
export const previewPatch = (request: Request, template?: Template): Step => ({
  do: 'preview',
  method: 'PATCH',
  request,
  ...(template && { template }),
});
export const remove: Step = { do: 'delete' };
export const action = (name: string): Step => ({ do: 'action', action: name });
export const unhealthy = (resource: string, reason?: string, mark = true): Step => ({
  do: 'unhealthy',
  resource,
  mark,
  ...(reason !== undefined && { reason }),
});
export const signal = (resource: string, body: Json): Step => ({ do: 'signal', resource, body });
export const until = (status: string): Step => ({ do: 'until', status, atOnce: false });
/** As `until`, but other resources may still be at work. */
export const untilAtOnce = (status: string): Step => ({ do: 'until', status, atOnce: true });
export const reached = (resource: string, status: string): Step => ({ do: 'reached', resource, status });
export const pause = (seconds: number): Step => ({ do: 'pause', seconds });

type Parts = Readonly<Record<string, Json>>;

/** A HOT template. */
export const hot = (resources: Parts, rest: Parts = {}): Template => ({
  heat_template_version: '2021-04-16',
  ...rest,
  resources,
});

/** An OS::Heat::TestResource; `rest` is what stands beside its properties. */
export const test = (properties: Parts = {}, rest: Parts = {}): Json => ({
  type: 'OS::Heat::TestResource',
  properties,
  ...rest,
});
export const value = (of: Json, rest: Parts = {}): Json => ({
  type: 'OS::Heat::Value',
  properties: { value: of },
  ...rest,
});
export const attr = (...path: readonly Json[]): Json => ({ get_attr: path });
export const ref = (name: string): Json => ({ get_resource: name });
export const param = (name: string): Json => ({ get_param: name });

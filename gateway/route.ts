/** What a route is: data for the router, and a handler from one checked request to one answer. */
import type { Caller, EngineService } from '../proto/engine.ts';
import type { Value, ValueMap } from '../engine/values/value.ts';
import type { Links } from './links.ts';
import type { PolicyName } from './policy.ts';
import type { Query } from './query.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface GatewayLimits {
  readonly maxBodyBytes: number;
  readonly maxTemplateBytes: number;
}

/** Takes ids, counts and reasons, never a value of a template, a parameter or a secret. */
export interface GatewayLog {
  write(
    level: 'debug' | 'info' | 'warn' | 'error',
    event: string,
    fields?: Readonly<Record<string, string | number | boolean>>,
  ): void;
}

/** A decoded body, or why there is none: Heat calls a handler without a body rather than refuse it. */
export type RequestBody =
  | { readonly kind: 'map'; readonly map: ValueMap }
  | { readonly kind: 'none'; readonly hint: string };

/** One request, as handlers see it: authenticated, its project checked, its policy passed. */
export interface Exchange {
  readonly engine: EngineService;
  readonly caller: Caller;
  /** The project that is meant: the path's, or an admin's own. */
  readonly project: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly body: RequestBody;
  readonly links: Links;
  readonly limits: GatewayLimits;
  /** CloudFormation templates may use what AWS has and Heat has not. */
  readonly awsFunctions: boolean;
}

export type Answer =
  | { readonly kind: 'json'; readonly status: 200; readonly body: Value }
  | { readonly kind: 'created'; readonly location: string; readonly body: Value }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'found'; readonly location: string }
  | { readonly kind: 'noContent' };

export interface Route {
  readonly methods: readonly Method[];
  /** Under `/{project}`; `{x}` is one segment, `{x:re}` what the pattern takes, slashes included. */
  readonly path: string;
  /** A function where it depends on what is asked. */
  readonly policy: PolicyName | ((body: RequestBody) => PolicyName);
  readonly handle: (exchange: Exchange) => Promise<Answer>;
  /** True where the handler wants the request's body; elsewhere it is not read. */
  readonly readsBody?: true;
  /** A route without OPTIONS and 405: another method is an unmatched URL (contract: rest-api §1). */
  readonly bare?: true;
}

export function json(body: Value): Answer {
  return { kind: 'json', status: 200, body };
}

export const accepted: Answer = { kind: 'accepted' };
export const noContent: Answer = { kind: 'noContent' };

/** A parameter of the route's own path: the router has filled it. */
export function param(exchange: Exchange, name: string): string {
  return exchange.params[name] ?? '';
}

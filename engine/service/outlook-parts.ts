/**
 * What an outlook (outlook.ts) says of a resource, what it is made from, and how rows are read for it.
 */
import type { Wanted } from '../kit/lookups.ts';
import type { Live, ResourceType } from '../kit/resource.ts';
import type { IncarnationRecord, ResourceRecord } from '../orchestration/records.ts';
import { type Expr, type ExprMap, isCall, isKnown } from '../template/expr.ts';
import { parseJson } from '../values/json.ts';
import type { Read } from './announced.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';

export type Fate = 'unchanged' | 'updated' | 'replaced' | 'added';

export interface Outlook {
  readonly fate: Fate;
  readonly because: readonly string[];
  readonly calls: readonly string[];
  /** What is asked of it afterwards; undefined: known only after it is made. */
  readonly after: Afterwards | undefined;
  readonly metadata: Value;
  /** A secret went into it. */
  readonly secret: boolean;
  /** Its properties, as far as they are known; undefined: it cannot be, or stays. */
  readonly wished?: ExprMap;
}

export interface Afterwards {
  readonly type: ResourceType;
  readonly live: Live;
  /** Another one takes its place: only its properties are known by then. */
  readonly isNew: boolean;
  /** Of one that is a stack: what it said to others last, as far as that still holds. */
  readonly exported?: ValueMap;
}

/** A resource that is there. */
export interface There {
  readonly record: ResourceRecord;
  readonly incarnations: readonly IncarnationRecord[];
}

/** What the rows do not say. */
export interface Sources {
  readonly open: (text: string) => string;
  /** Ids of names, by wantedKey; a HeatError for one that names nothing. Missing: nobody could be asked. */
  readonly lookUp: (wanted: readonly Wanted[]) => Promise<ReadonlyMap<string, string>>;
  /** How its cloud shows one, where that must be known; undefined: it did not say. */
  readonly look: (type: ResourceType, live: Live) => Promise<Seen | undefined>;
  /** What a service shows that a change would read. */
  readonly read: Read;
  readonly type: (name: string) => ResourceType | undefined;
  readonly isSealed: (text: string) => boolean;
  /** All are compared with what their cloud has. */
  readonly observe: boolean;
  readonly secret: boolean;
  readonly below: (n: number) => number;
  readonly uuid: () => string;
  readonly stackName: string;
  readonly timeoutMs: number;
}

export interface Seen {
  readonly sound: boolean;
  readonly properties: ValueMap;
}

/** What an outlook says of what is done to a resource. */
export type Told = Omit<Outlook, 'metadata' | 'secret' | 'wished'>;

export interface Wish {
  readonly type: ResourceType;
  readonly properties: ExprMap;
  /** undefined: known only after something is made. */
  readonly frozen: string | undefined;
  readonly metadata: Value;
  readonly secret: boolean;
  /** Somebody else's thing. */
  readonly external: string | undefined;
}

/** What stands for a value that nobody knows yet, where a type must be given one. */
export const notYetKnown = '{known after create}';

/** Values, with that in the place of each call that is left. */
export function closed(expr: Expr): Value {
  if (isKnown(expr)) return expr;
  if (isCall(expr)) return notYetKnown;
  return isList(expr as Value) ? (expr as readonly Expr[]).map(closed) : closedMap(expr as ExprMap);
}

export function closedMap(properties: ExprMap): ValueMap {
  return mapOf([...properties].map(([name, expr]): [string, Value] => [name, closed(expr)]));
}

/** Something in it was closed: it is not known. */
export function isOpen(value: Value): boolean {
  if (value === notYetKnown) return true;
  if (isList(value)) return value.some(isOpen);
  return isMap(value) && [...value.values()].some(isOpen);
}

export function liveOf({ record }: There, incarnation: IncarnationRecord, sources: Sources): Live | undefined {
  if (incarnation.physicalId === null) return undefined;
  return {
    resourceName: record.name,
    physicalId: incarnation.physicalId,
    physicalName: incarnation.physicalName,
    properties: sourcesMap(sources, incarnation.properties),
    data: sourcesMap(sources, incarnation.data),
  };
}

export function sourcesMap(sources: Sources, text: string): ValueMap {
  const value = parseJson(sources.open(text));
  return isMap(value) ? value : emptyMap;
}

export function asItIs({ record }: There, type: ResourceType, live: Live, sources: Sources): Afterwards {
  if (type.life.kind !== 'nested' || record.exported === null) return { type, live, isNew: false };
  return { type, live, isNew: false, exported: sourcesMap(sources, record.exported) };
}

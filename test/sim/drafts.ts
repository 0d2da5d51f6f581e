/** Resources of a template that is being grown: what they say, and whom they refer to. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Where a resource waits for its user. */
export type HookKind = 'pre-create' | 'pre-update' | 'pre-delete';

export interface Hook {
  readonly at: HookKind;
  /** Its user lets it go on, each time; else nobody ever does. */
  readonly isCleared: boolean;
}

/** So many members at a time, with so many seconds between. */
export interface Batch {
  readonly max: number;
  readonly pauseSecs: number;
  /** So many are left alone; of an update only. */
  readonly min: number;
}

/** What a resource may say beside its properties (extras.ts). */
export interface Extras {
  /** Its thing stays when it goes. */
  readonly retained?: boolean;
  /** The id of somebody else's thing, which it only watches. */
  readonly external?: string;
  /** It names another one, which it may not once it watches one. */
  readonly strays?: string;
  /** How a group's members are changed, and made. */
  readonly rolling?: Batch;
  readonly creating?: Batch;
  readonly hook?: Hook;
}

export interface Draft extends Extras {
  readonly name: string;
  readonly type: string;
  readonly properties: Record<string, Json>;
  readonly dependsOn: readonly string[];
}

/** Whom a value refers to, at any depth. */
export function referencesIn(value: Json): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  const inner = Object.values(value).flatMap(referencesIn);
  const target = referenceIn(value);
  return target === undefined ? inner : [target, ...inner];
}

function referenceIn(value: object): string | undefined {
  if (Array.isArray(value)) return undefined;
  const { get_resource: whole, get_attr: part } = value as { get_resource?: unknown; get_attr?: readonly unknown[] };
  if (typeof whole === 'string') return whole;
  return Array.isArray(part) && typeof part[0] === 'string' ? part[0] : undefined;
}

/** Whom a resource refers to or depends on, each once. */
export function usesOf({ properties, dependsOn }: Draft): readonly string[] {
  return [...new Set([...referencesIn(properties), ...dependsOn])];
}

/** The same, under another name; whoever refers to it says the other one. */
export function renamed(drafts: readonly Draft[], from: string, to: string): readonly Draft[] {
  const other = (name: string) => (name === from ? to : name);
  return drafts.map(draft => ({
    ...draft,
    name: other(draft.name),
    properties: renamedIn(draft.properties, from, to) as Record<string, Json>,
    dependsOn: draft.dependsOn.map(other),
  }));
}

/** The same, but whoever read an attribute of that one refers to it: it may have none of that name any more. */
export function withoutAttributes(draft: Draft, of: string): Draft {
  return { ...draft, properties: plainIn(draft.properties, of) as Record<string, Json> };
}

function plainIn(value: Json, of: string): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(inner => plainIn(inner, of));
  if ('get_attr' in value && referenceIn(value) === of) return { get_resource: of };
  return Object.fromEntries(Object.entries(value).map(([key, inner]: [string, Json]) => [key, plainIn(inner, of)]));
}

function renamedIn(value: Json, from: string, to: string): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return (value as readonly Json[]).map(inner => renamedIn(inner, from, to));
  const target = referenceIn(value) === from;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, Json]) => {
      if (target && key === 'get_resource') return [key, to];
      if (target && key === 'get_attr') return [key, [to, ...(inner as readonly Json[]).slice(1)]];
      return [key, renamedIn(inner, from, to)];
    }),
  );
}

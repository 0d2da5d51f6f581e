/** An entry as a sequence of templates: how its stack begins, and what each update makes of it. Pure. */
import type { Json, Template } from '../diff/scenario.ts';
import { type Change, type CloudName, isCannot, type Parts, type TypeEntry } from './form.ts';

/** The name of the shown resource in its stack. */
export const shown = 'it';

export interface Stage {
  readonly kind: 'create' | 'update' | 'replace';
  /** What is changed: by property; none at creation. */
  readonly changes: Readonly<Record<string, Change>>;
  /** All properties from then on. */
  readonly properties: Parts;
  /** Another thing takes the place of the one before. */
  readonly replaces: boolean;
}

/** The life of an entry on a cloud, up to its deletion. */
export function stagesOf(entry: TypeEntry, cloud: CloudName): readonly Stage[] {
  const stages: Stage[] = [{ kind: 'create', changes: {}, properties: entry.properties, replaces: false }];
  const follow = (kind: 'update' | 'replace', changes: Readonly<Record<string, Change>>): void => {
    const last = stages.at(-1)?.properties ?? {};
    const also = Object.values(changes).map(({ with: more = {} }) => more);
    const said = Object.fromEntries(Object.entries(changes).map(([name, { to }]) => [name, to]));
    const replaces = kind === 'replace' || Object.values(changes).some(change => change.replaces);
    stages.push({ kind, changes, properties: withoutNulls(Object.assign({}, last, ...also, said) as Parts), replaces });
  };
  const updates = changesOf(entry.updates ?? {}, cloud);
  const waves = [...new Set(updates.map(([, { wave = 1 }]) => wave))].sort((a, b) => a - b);
  for (const wave of waves)
    follow('update', Object.fromEntries(updates.filter(([, change]) => (change.wave ?? 1) === wave)));
  const replacing = isCannot(entry.replaces) ? [] : changesOf(entry.replaces, cloud);
  for (const [name, change] of replacing) follow('replace', { [name]: change });
  return stages;
}

/** A change to null takes the property away. */
function withoutNulls(properties: Parts): Parts {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

/** Those that can be shown there. */
function changesOf(all: NonNullable<TypeEntry['updates']>, cloud: CloudName): readonly (readonly [string, Change])[] {
  return Object.entries(all).flatMap(([name, change]): [string, Change][] =>
    isCannot(change) || change.not?.[cloud] !== undefined ? [] : [[name, change]],
  );
}

/** The template of a stage; `read` are the attributes that its outputs show, each under its own name. */
export function templateOf(
  { type, around = {}, beside = {} }: TypeEntry,
  stackName: string,
  properties: Parts,
  read: readonly string[] = [],
): Template {
  const outputs = Object.fromEntries(read.map(name => [name, { value: { get_attr: [shown, name] } }]));
  const resources = { ...around, [shown]: { type, properties, ...beside } };
  return {
    heat_template_version: '2021-04-16',
    resources: named(resources, stackName),
    ...(read.length > 0 && { outputs }),
  };
}

/** With the stack's name where `$stack` stands. */
export function named(json: Json, stackName: string): Json {
  if (typeof json === 'string') return json.replaceAll('$stack', stackName);
  if (Array.isArray(json)) return json.map(each => named(each as Json, stackName));
  if (typeof json !== 'object' || json === null) return json;
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, named(value as Json, stackName)]));
}

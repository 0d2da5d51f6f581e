/**
 * What exists is what the newest template says: each resource once, made of what the others are now.
 *
 * What a resource was made with is held against the template's own expressions: what it refers to is asked of what the
 * others export, and that of what they were made with.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import type { IncarnationRecord, ResourceRecord } from '../../../engine/orchestration/records.ts';
import { decode } from '../decoded.ts';
import type { Cluster } from '../cluster.ts';
import type { Draft, Json } from '../drafts.ts';
import { givenDown, inside, nestTypes } from '../nests.ts';
import { isGrown } from '../templates.ts';

type Fields = Readonly<Record<string, unknown>>;

interface There {
  readonly resource: ResourceRecord;
  readonly incarnations: readonly IncarnationRecord[];
  readonly exported: Fields | undefined;
}

export interface Wanted {
  readonly drafts: readonly Draft[];
  readonly secret: string | undefined;
  /** What was done to all of it last (suspending, say) failed. */
  readonly isHalfway: boolean;
  /** Users did something to what is nested in it; of that, what they deleted, and what it was in. */
  readonly isTampered: boolean;
  readonly emptied: ReadonlySet<Uuid>;
}

/** Looks at all that a stack has, once it is all that it was to be; undefined: as it should be. */
export function wrongContent(
  cluster: Cluster,
  stack: Uuid,
  { drafts, secret, isHalfway, isTampered, emptied }: Wanted,
): string | undefined {
  const all = thereOf(cluster, stack);
  const names = [...all.keys()].sort().join(' ');
  const wanted = drafts
    .map(({ name }) => name)
    .sort()
    .join(' ');
  if (names !== wanted || countOf(cluster, stack) !== drafts.length) return `there is: ${names}; wanted are: ${wanted}`;
  for (const draft of drafts) {
    const there = all.get(draft.name);
    const why =
      there === undefined
        ? 'it is not there'
        : wrong(cluster, draft, there, { all, secret, isHalfway, isTampered, emptied, isGrown: false });
    if (why !== undefined) return `${draft.name} (${draft.type}): ${why}`;
  }
  return undefined;
}

function countOf({ books }: Cluster, stack: Uuid): number {
  return books.rowsOf(stack).filter(({ table, goneAt }) => table === 'resources' && goneAt === null).length;
}

function thereOf(cluster: Cluster, stack: Uuid): ReadonlyMap<string, There> {
  const rows = cluster.books.rowsOf(stack).filter(({ goneAt }) => goneAt === null);
  const incarnations = rows.filter(({ table }) => table === 'incarnations');
  return new Map(
    rows
      .filter(({ table }) => table === 'resources')
      .map(row => {
        const resource = decode.resource(row);
        const own = incarnations.filter(({ actor }) => actor === row.key).map(decode.incarnation);
        const exported = resource.exported === null ? undefined : fields(cluster, resource.exported);
        return [resource.name, { resource, incarnations: own, exported }];
      }),
  );
}

function fields(cluster: Cluster, text: string): Fields {
  return JSON.parse(cluster.open(text)) as Fields;
}

interface Around {
  readonly all: ReadonlyMap<string, There>;
  readonly secret: string | undefined;
  readonly isHalfway: boolean;
  readonly isTampered: boolean;
  readonly emptied: ReadonlySet<Uuid>;
  /** Of a cloud's own types: what it says itself may be a name, which was looked up. */
  readonly isGrown: boolean;
}

function wrong(
  cluster: Cluster,
  draft: Draft,
  { resource, incarnations, exported }: There,
  around: Around,
): string | undefined {
  const { generation, reached, task, action, status, removed, current } = resource;
  if (removed) return 'it was to go';
  const [only, ...more] = incarnations;
  if (only === undefined || more.length > 0 || only.id !== current) return `it is there ${incarnations.length} times`;
  if (only.life !== 'live' || only.work !== null)
    return `it is ${only.life}${only.work === null ? '' : ', and worked on'}`;
  if (reached !== generation && !around.isHalfway) return `it reached ${reached} of ${generation}, which is a ${task}`;
  // A user may say anything of its health.
  if (status !== 'COMPLETE' && action !== 'CHECK' && !around.isHalfway) return `it is ${action}_${status}`;
  if (resource.type !== draft.type) return `it is a ${resource.type}`;
  const made = fields(cluster, only.properties);
  const attributes = exported?.['attributes'] as Fields | undefined;
  if (attributes?.['value'] !== undefined && made['value'] !== undefined && draft.type !== 'OS::Heat::RandomString') {
    const [said, is] = [JSON.stringify(attributes['value']), JSON.stringify(made['value'])];
    if (said !== is) return `it exports ${said}, and is ${is}`;
  }
  if (only.external !== (draft.strays ?? draft.external)) return `it watches ${only.external}`;
  if (draft.external !== undefined) return undefined; // whatever else is said of it, nothing is done to it
  const policy = policyOf(cluster, only);
  if (policy !== (draft.retained === true ? 'Retain' : 'Delete')) return `its policy is ${policy}`;
  const inner = nestTypes.includes(draft.type) ? wrongInside(cluster, draft, only, around) : undefined;
  if (inner !== undefined) return inner;
  return different(draft.properties, made, { ...around, isGrown: isGrown(draft.type) }, '');
}

function policyOf(cluster: Cluster, { frozen }: IncarnationRecord): string {
  return frozen === '' ? 'Delete' : String((JSON.parse(cluster.open(frozen)) as readonly unknown[])[1]);
}

/**
 * What is in its thing, where that is a stack: all of it is there, and has what was given down. Whatever users did to
 * it directly: if it ended well, it is what its parent wants.
 */
function wrongInside(
  cluster: Cluster,
  draft: Draft,
  { id, properties, child }: IncarnationRecord,
  { isTampered, emptied }: Around,
): string | undefined {
  if (emptied.has(id)) return undefined;
  const row = cluster.books.stacks.get(id);
  if (isTampered && row !== undefined && row.columns.status !== 'COMPLETE') return undefined;
  if (row === undefined || row.columns.deleted_at !== null) return 'its stack is not there';
  if (row.columns.status !== 'COMPLETE') return `its stack is ${row.columns.action}_${row.columns.status}`;
  const all = thereOf(cluster, id);
  const kept = fields(cluster, child?.kept ?? '{}');
  const skipped = new Set((kept['skiplist'] ?? []) as readonly string[]);
  const [names, wanted] = [[...all.keys()].sort().join(' '), [...inside(draft, skipped)].sort().join(' ')];
  if (names !== wanted) return `in it is: ${names}; wanted are: ${wanted}`;
  const given = givenDown(draft.type, fields(cluster, properties));
  for (const [name, { incarnations }] of all) {
    const [only, ...more] = incarnations;
    if (only === undefined || more.length > 0) return `${name} in it is there ${incarnations.length} times`;
    const made = fields(cluster, only.properties);
    const has = made['value'] ?? made['v'];
    if (given !== undefined && String(has) !== String(given))
      return `${name} in it has ${String(has)}, not ${String(given)}`;
  }
  return undefined;
}

/** Where what was made differs from what the template says. */
function different(said: Json, made: unknown, around: Around, where: string): string | undefined {
  if (made === undefined || made === null) return undefined;
  const value = evaluated(said, around);
  if (value !== undefined) {
    if (around.isGrown && typeof said !== 'object') return undefined;
    return typeof made === 'object' || String(made) === value ? undefined : `${where} is ${String(made)}, not ${value}`;
  }
  if (typeof said !== 'object' || said === null) return undefined;
  for (const [key, inner] of Object.entries(said) as [string, Json][]) {
    const why = different(inner, (made as Fields)[key], around, `${where}/${key}`);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** A text of the template, as it should be now; undefined for what is none, or cannot be told. */
function evaluated(said: Json, around: Around): string | undefined {
  if (typeof said !== 'object' || said === null) return said === null ? undefined : String(said);
  const call = said as { readonly [key: string]: Json };
  const { get_param, get_resource, get_attr, str_replace, list_join } = call;
  if (get_param !== undefined) return around.secret;
  if (typeof get_resource === 'string') return shown(around.all.get(get_resource)?.exported?.['ref']);
  if (Array.isArray(get_attr)) {
    const [name, attribute] = get_attr as readonly string[];
    const attributes = around.all.get(name ?? '')?.exported?.['attributes'] as Fields | undefined;
    return shown(attributes?.[attribute ?? '']);
  }
  if (Array.isArray(list_join)) {
    const [by, parts] = list_join as unknown as readonly [string, readonly Json[]];
    const texts = parts.map(part => evaluated(part, around));
    return texts.includes(undefined) ? undefined : texts.join(by);
  }
  if (str_replace === undefined) return undefined;
  const { template, params } = str_replace as { readonly template: string; readonly params: Record<string, Json> };
  let text = template;
  for (const [key, part] of Object.entries(params)) {
    const value = evaluated(part, around);
    if (value === undefined) return undefined;
    text = text.replaceAll(key, () => value);
  }
  return text;
}

function shown(value: unknown): string | undefined {
  return value === undefined || value === null || typeof value === 'object' ? undefined : String(value);
}

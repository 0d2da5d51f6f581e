/**
 * Groups: a batch gives no more members another definition than its policy says, leaves alone as many, and comes after
 * the one before has ended; names that are to go are not used any more, and no other member goes in their stead.
 *
 * Batches are told from the templates that the group's own stack was given, order by order; the policy from what the
 * resource was told when it gave the order.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Uuid } from '../../../engine/kernel/ids.ts';
import { decode, type IncarnationRecord, type StackRecord } from '../../../engine/orchestration/records.ts';
import type { Row } from '../../../engine/store/store.ts';
import { decodeExpr } from '../../../engine/template/encode.ts';
import type { Landed } from '../books.ts';
import type { Cluster } from '../cluster.ts';
import { group } from '../nests.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Policy {
  readonly max: number;
  readonly min: number;
}

/** An order to a group's stack. */
interface Given {
  readonly policy: Policy | undefined;
  readonly index: number;
  readonly target: number;
  /** Names that are not used any more after it. */
  readonly gone: ReadonlySet<string>;
  /** Planned of what was there before an older order, which its stack took then. */
  readonly isStale: boolean;
  /** Of those, which were not before either. */
  readonly never: ReadonlySet<string>;
}

/** What a group was when a plan of it was begun. */
interface Begun {
  readonly generation: number;
  /** Member → its resource. */
  readonly members: ReadonlyMap<string, Uuid>;
  readonly skipped: ReadonlySet<string>;
}

export class Groups {
  private readonly cluster: Cluster;
  /** `<stack> <order>` → what was ordered. */
  private readonly given = new Map<string, Given>();
  private readonly begun = new Map<Uuid, Begun>();
  /** By hash, as they came. */
  private readonly bodies = new Map<string, string>();
  /** What each group's stack is, as its last template says: name → definition. */
  private readonly templates = new Map<Uuid, Fields>();
  /** What each group's stack was by its last order. */
  private readonly asOrdered = new Map<Uuid, Fields>();
  private readonly isTampered: (root: Uuid) => boolean;

  constructor(cluster: Cluster, isTampered: (root: Uuid) => boolean) {
    this.cluster = cluster;
    this.isTampered = isTampered;
    cluster.books.listeners.push((landed, before) => this.landed(landed, before));
  }

  private landed({ rows }: Landed, before: ReadonlyMap<Row, Row>): void {
    for (const row of rows.rows) {
      if (row.table === 'incarnations' && row.state.includes('"child":{')) this.incarnation(row, before.get(row));
    }
    for (const { hash, body } of rows.contents) this.bodies.set(hash, body);
    for (const row of rows.rows) {
      if (row.table !== 'stacks' || row.columns.owner === null || !this.isGroups(row)) continue;
      const old = before.get(row);
      this.stack(decode.stack(row), old === undefined ? undefined : decode.stack(old));
    }
  }

  private isGroups(row: Row): boolean {
    const parent = this.cluster.books.rows.get(row.key);
    return parent?.columns.service === null && parent.state.includes(`"type":"${group}"`);
  }

  private open(text: string): Fields {
    return JSON.parse(this.cluster.open(text)) as Fields;
  }

  private incarnation(row: Row, old: Row | undefined): void {
    const now = decode.incarnation(row);
    const { child, id } = now;
    if (now.type !== group || child === null) return;
    const then = old === undefined ? undefined : decode.incarnation(old);
    const order = then?.child?.order ?? 0;
    if (child.what === 'define' && child.order > order) this.ordered(row, now, then);
    const kept = then?.child?.kept;
    if (kept !== undefined && then !== undefined && now.life === 'live' && then.life !== 'failed')
      this.kept(row, now, then);
    if (now.life === 'gone') this.begun.delete(id);
  }

  private ordered(row: Row, now: IncarnationRecord, then: IncarnationRecord | undefined): void {
    const { books, checks } = this.cluster;
    const { id, child, work, properties } = now;
    const main = books.rows.get(row.actor);
    if (main === undefined || child === null) return;
    const wanted = this.open(work?.kind === 'update' ? work.properties : properties);
    const was = work?.kind === 'update' ? this.open(properties) : undefined;
    const { policies } = child.asked ?? decode.resource(main).order;
    const policy = policyOf(policies, wanted, was);
    // A plan keeps its names with its first order.
    const before =
      child.index > 0 ? (this.begun.get(id)?.skipped ?? new Set()) : this.skippedOf(then?.child?.kept ?? '{}');
    const gone = new Set([...namedIn(wanted), ...before]);
    const never = wanted['removal_policies_mode'] === 'update' ? new Set<string>() : before;
    this.given.set(`${id} ${child.order}`, {
      policy,
      index: child.index,
      target: Number(wanted['count']),
      gone,
      never,
      isStale: child.asked?.isStale === true,
    });
    if (child.index === 0) {
      const members = new Map(this.membersOf(id).map(member => [String(member.columns.name), member.key]));
      this.begun.set(id, {
        generation: work?.generation ?? now.generation,
        members,
        skipped: before,
      });
      return;
    }
    const record = books.stacks.get(id);
    const nesting = record === undefined ? null : decode.stack(record).nesting;
    checks.expect(
      'batches keep their size',
      nesting?.settled?.order === child.order - 1 && nesting.settled.failure === null,
      () => `batch ${child.index} of ${id} is ordered (${child.order}), and the one before has not ended well`,
    );
  }

  private membersOf(id: Uuid): readonly Row[] {
    return this.cluster.books
      .rowsOf(id)
      .filter(
        ({ table, goneAt, state }) => table === 'resources' && goneAt === null && !state.includes('"removed":true'),
      );
  }

  private skippedOf(kept: string): ReadonlySet<string> {
    return new Set((this.open(kept)['skiplist'] ?? []) as readonly string[]);
  }

  /** A group's stack takes an order: what it was, and what it is to be. */
  private stack(now: StackRecord, then: StackRecord | undefined): void {
    const { id, nesting } = now;
    const before = this.templates.get(id) ?? {};
    const text = this.bodies.get(now.contents.template);
    if (text !== undefined && now.contents.template !== then?.contents.template)
      this.templates.set(id, (this.open(text)['resources'] ?? {}) as Fields);
    if (nesting === null || nesting.what !== 'define' || nesting.taken <= (then?.nesting?.taken ?? 0)) return;
    // It was taken and refused: somebody had deleted it.
    if (now.generation === then?.generation) return;
    const given = this.given.get(`${id} ${nesting.taken}`);
    if (given === undefined) return;
    const after = this.templates.get(id) ?? {};
    // Somebody changed it between its orders: what a batch changes is more by that.
    const isAsOrdered = isDeepStrictEqual(before, this.asOrdered.get(id) ?? before);
    this.asOrdered.set(id, after);
    const back = Object.keys(after).filter(name => given.never.has(name));
    this.cluster.checks.expect(
      'removal policies choose',
      back.length === 0,
      () => `order ${nesting.taken} of ${id} uses ${back.join(' ')} again, which went`,
    );
    if (given.policy === undefined || given.isStale || !isAsOrdered) return;
    const changed = Object.entries(after).filter(([name, definition]) => !isDeepStrictEqual(before[name], definition));
    const { max, min } = given.policy;
    const what = () => `batch ${given.index} of ${id} (order ${nesting.taken})`;
    this.cluster.checks.expect(
      'batches keep their size',
      changed.length <= max,
      () => `${what()} changes ${changed.map(([name]) => name).join(' ')}, and may change ${max}`,
    );
    const failed = new Set(
      this.membersOf(id)
        .filter(({ columns }) => columns.status === 'FAILED')
        .map(({ columns }) => String(columns.name)),
    );
    const here = Object.keys(before).filter(name => !failed.has(name) && (name in after || !given.gone.has(name)));
    const alone = here.filter(name => name in after && isDeepStrictEqual(before[name], after[name]));
    const least = Math.min(min, given.target, here.length);
    this.cluster.checks.expect(
      'batches keep their size',
      alone.length >= least,
      () => `${what()} leaves ${alone.join(' ')} alone, and should leave ${least}`,
    );
  }

  /** A plan was done: it keeps the names that are not used any more. */
  private kept(row: Row, now: IncarnationRecord, then: IncarnationRecord): void {
    const begun = this.begun.get(now.id);
    const wasWorked = then.work?.kind === 'update' || then.life === 'making';
    // What a newer generation superseded was not done.
    const main = this.cluster.books.rows.get(row.actor);
    const isCurrent = main !== undefined && decode.resource(main).current === now.id;
    const isDone = wasWorked && now.work === null && isCurrent && main.columns.status === 'COMPLETE';
    if (!isDone || begun === undefined || now.child === null) return;
    this.begun.delete(now.id);
    const root = this.cluster.books.stacks.get(row.stack)?.columns.root as Uuid | undefined;
    if (root === undefined || this.isTampered(root) || begun.generation !== now.generation) return;
    const properties = this.open(now.properties);
    const named = namedIn(properties);
    const isFirst = then.life === 'making';
    const goes = named.filter(name => isFirst || begun.skipped.has(name) || begun.members.has(name));
    const before = properties['removal_policies_mode'] === 'update' ? [] : begun.skipped;
    const [wanted, is] = [[...new Set([...before, ...goes])].sort(), [...this.skippedOf(now.child.kept)].sort()];
    // Where nobody knew yet what there will be, any name is taken.
    const most = now.child.asked?.isStale === true ? [...wanted, ...named] : wanted;
    const { checks } = this.cluster;
    checks.expect(
      'removal policies choose',
      wanted.every(name => is.includes(name)) && is.every(name => most.includes(name)),
      () => `${now.physicalName} does not use ${is.join(' ')} any more, and should not use ${wanted.join(' ')}`,
    );
    const left = this.membersOf(now.id);
    const back = left.find(({ columns }) => is.includes(String(columns.name)));
    if (is.length > 0)
      checks.expect(
        'removal policies choose',
        back === undefined,
        () => `${String(back?.columns.name)} of ${now.physicalName} is to go, and is there`,
      );
    if (isFirst) return;
    const swapped = left.find(({ key, columns }) => (begun.members.get(String(columns.name)) ?? key) !== key);
    checks.expect(
      'removal policies choose',
      swapped === undefined,
      () =>
        `${String(swapped?.columns.name)} of ${now.physicalName} went, and another one came, and nobody asked for that`,
    );
  }
}

/** Names that its policies want to go. */
function namedIn(properties: Fields): readonly string[] {
  const policies = (properties['removal_policies'] ?? []) as readonly Fields[];
  return policies.flatMap(policy => (policy['resource_list'] ?? []) as readonly string[]);
}

/** Undefined: all members at once. */
function policyOf(policies: string, wanted: Fields, was: Fields | undefined): Policy | undefined {
  if (was !== undefined && isDeepStrictEqual(was['resource_def'], wanted['resource_def'])) return undefined;
  const parts = policies === '' ? [] : (decodeExpr(policies) as readonly unknown[]);
  const all = parts[1] instanceof Map ? (parts[1] as ReadonlyMap<string, unknown>) : new Map<string, unknown>();
  const policy = all.get(was === undefined ? 'batch_create' : 'rolling_update');
  if (!(policy instanceof Map)) return undefined;
  const number = (name: string, otherwise: number) => Number(policy.get(name) ?? otherwise);
  return { max: number('max_batch_size', 1), min: was === undefined ? 0 : number('min_in_service', 0) };
}

/**
 * Cloud reality = rows + intents + debts, in every instant.
 *
 * A claim is a mark that some row answers for: a step of a live incarnation that was at least intended, or a debt.
 * Every thing of ours that comes to be must have a claim then; a claim may end only when nothing of its mark is left,
 * and nothing of it can come any more.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import { decode, type IncarnationRecord } from '../../../engine/orchestration/records.ts';
import type { Row } from '../../../engine/store/store.ts';
import type { Landed } from '../books.ts';
import type { SimService } from '../cloud.ts';
import type { CloudThing } from '../cloud-state.ts';
import type { Cluster } from '../cluster.ts';

/** Marks that a row answers for, each with its step. */
function claimsOf(row: Row): readonly string[] {
  if (row.goneAt !== null) return [];
  if (row.table === 'debts') {
    const debt = decode.debt(row);
    return debt.over ? [] : [`${debt.step} ${debt.mark}`];
  }
  if (row.table !== 'incarnations') return [];
  return claimsOfIncarnation(decode.incarnation(row));
}

function claimsOfIncarnation(incarnation: IncarnationRecord): readonly string[] {
  if (incarnation.life === 'gone') return [];
  const claims: string[] = [];
  for (const { name, state } of incarnation.steps) if (state.at !== 'idle') claims.push(`${name} ${state.mark}`);
  return claims;
}

export class Accounts {
  private readonly cluster: Cluster;
  private readonly service: SimService;
  /** Who answers for a claim. */
  private readonly claims = new Map<string, Set<Uuid>>();
  /** Things of ours, by claim. */
  private readonly things = new Map<string, Set<CloudThing>>();

  constructor(cluster: Cluster, service: SimService) {
    this.cluster = cluster;
    this.service = service;
    cluster.books.listeners.push((landed, before) => this.landed(landed, before));
    service.changed.push((thing, what) => this.changed(thing, what));
  }

  private changed(thing: CloudThing, what: 'created' | 'deleted'): void {
    const { checks } = this.cluster;
    const claim = `${thing.kind} ${thing.mark}`;
    if (thing.owner !== 'us') {
      checks.expect(
        'foreign things untouched',
        what === 'created',
        () => `${thing.kind} ${thing.id} of ${thing.owner} was deleted`,
      );
      return;
    }
    const known = this.things.get(claim);
    if (what === 'deleted') {
      known?.delete(thing);
      return;
    }
    if (known === undefined) this.things.set(claim, new Set([thing]));
    else known.add(thing);
    checks.expect(
      'cloud is accounted for',
      (this.claims.get(claim)?.size ?? 0) > 0,
      () => `${claim} came to be, and no row, intent or debt answers for it`,
    );
  }

  private landed({ rows }: Landed, before: ReadonlyMap<Uuid, Row>): void {
    const ended = new Set<string>();
    for (const row of rows.rows) {
      if (row.table !== 'incarnations' && row.table !== 'debts') continue;
      const old = before.get(row.key);
      for (const claim of old === undefined ? [] : claimsOf(old)) {
        this.claims.get(claim)?.delete(row.key);
        ended.add(claim);
      }
      for (const claim of claimsOf(row)) {
        const known = this.claims.get(claim);
        if (known === undefined) this.claims.set(claim, new Set([row.key]));
        else known.add(row.key);
      }
    }
    for (const claim of ended) if ((this.claims.get(claim)?.size ?? 0) === 0) this.ended(claim);
  }

  private ended(claim: string): void {
    const left = this.things.get(claim)?.size ?? 0;
    this.cluster.checks.expect(
      'cloud is accounted for',
      left === 0,
      () => `${claim} is still there, and nothing answers for it any more`,
    );
  }

  /** When all is quiet: what is there is what rows say, one to one, and nothing is owed. */
  final(): void {
    const { checks, books } = this.cluster;
    const live = new Map<string, string>();
    for (const row of books.rows.values()) {
      if (row.goneAt !== null) continue;
      if (row.table === 'debts') checks.expect('cloud matches rows', false, () => `debt ${row.key} is left`);
      if (row.table !== 'incarnations') continue;
      const incarnation = decode.incarnation(row);
      if (incarnation.life === 'gone') continue;
      for (const { name, state } of incarnation.steps) {
        if (state.at === 'idle') continue;
        if (state.at === 'intended' || state.at === 'looking') {
          // A stack that failed meanwhile: whatever came of the attempt is found when the stack is deleted.
          for (const thing of this.things.get(`${name} ${state.mark}`) ?? []) live.set(thing.id, row.key);
          continue;
        }
        const id = state.physicalId;
        const thing = this.service.state.things.get(id);
        checks.expect(
          'cloud matches rows',
          thing !== undefined && thing.owner === 'us' && thing.mark === state.mark && !live.has(thing.id),
          () =>
            `incarnation ${row.key} of ${incarnation.physicalName} says its ${name} is ${state.at} as ${id}; the cloud has ${thing === undefined ? 'none' : thing.mark}`,
        );
        live.set(id, row.key);
      }
    }
    for (const { thing } of this.service.state.journal) {
      if (thing.owner === 'us') continue;
      const there = this.service.state.things.get(thing.id);
      checks.expect(
        'foreign things untouched',
        there === thing,
        () => `${thing.kind} ${thing.mark} of ${thing.owner} is gone`,
      );
    }
    for (const stack of this.service.trusts.living.keys()) {
      const row = books.rows.get(stack as Uuid);
      checks.expect(
        'cloud matches rows',
        row?.columns.deleted_at === null,
        () => `a trust of stack ${stack} outlives it`,
      );
    }
    for (const thing of this.service.state.things.values()) {
      if (thing.owner !== 'us') continue;
      checks.expect(
        'cloud matches rows',
        live.has(thing.id),
        () => `${thing.kind} ${thing.mark} (${thing.id}) belongs to no live incarnation`,
      );
    }
  }
}

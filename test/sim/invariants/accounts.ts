/**
 * Cloud reality = rows + intents + debts, in every instant, for every kind of thing.
 *
 * A claim is what some row answers for: a mark, or a natural key, of a step of a live incarnation that was at least
 * intended, or of a debt. Every thing of ours that comes to be, and every tie, must have a claim then; a claim may end
 * only when nothing of it is left, and nothing of it can come any more. What a service makes for a thing of ours
 * goes with that. What shall stay is given away when its incarnation ends: from then on nobody of ours may end it.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import type { IncarnationRecord } from '../../../engine/orchestration/records.ts';
import type { StepRecord } from '../../../engine/orchestration/work-records.ts';
import type { Row } from '../../../engine/store/store.ts';
import { parseJson } from '../../../engine/values/json.ts';
import { isMap, mapOf, type ValueMap } from '../../../engine/values/value.ts';
import { decode } from '../decoded.ts';
import type { Landed } from '../books.ts';
import { kindOfStep } from '../cloud/kinds.ts';
import type { CloudThing, Owner } from '../cloud/ledger.ts';
import { bareName, type Given, isNatural, mayBeNatural, naturalKey } from '../cloud/naturals.ts';
import type { SimService } from '../cloud/service.ts';
import type { Cluster } from '../cluster.ts';
import type { InvariantName } from './checks.ts';

export class Accounts {
  private readonly cluster: Cluster;
  private readonly service: SimService;
  /** Who answers for a claim. */
  private readonly claims = new Map<string, Set<Uuid>>();
  /** Things of ours, by claim, and the claim of each. */
  private readonly things = new Map<string, Set<CloudThing>>();
  private readonly claimOf = new Map<CloudThing, string>();
  /** Ports that stood in a router: Neutron deletes them when the interface goes, also those that somebody had made. */
  private readonly feet = new Set<CloudThing>();
  /** What nobody of ours answers for any more, on purpose. */
  private readonly given = new Set<string>();
  private readonly retained = new Set<CloudThing>();

  constructor(cluster: Cluster, service: SimService) {
    this.cluster = cluster;
    this.service = service;
    cluster.books.listeners.push((landed, before) => this.landed(landed, before));
    service.ledger.listeners.push({
      came: thing => this.came(thing),
      went: (thing, by) => this.went(thing, by),
      changed: (thing, by) => this.untouched(thing, by),
      tied: (thing, tie) => {
        if (tie.startsWith('interface ')) this.feet.add(thing);
        this.accountedFor(tie, () => `${thing.kind.name} ${thing.id}: ${tie} came to be`);
      },
    });
  }

  private expect(invariant: InvariantName, holds: boolean, what: () => string): void {
    this.cluster.checks.expect(invariant, holds, what);
  }

  private isClaimed(claim: string): boolean {
    return (this.claims.get(claim)?.size ?? 0) > 0;
  }

  private accountedFor(claim: string, what: () => string): void {
    this.expect('cloud is accounted for', this.isClaimed(claim), () => `${what()}, and no row, intent or debt answers`);
  }

  private came(thing: CloudThing): void {
    if (thing.owner !== 'us') return;
    const claim = this.claimFor(thing);
    if (claim === undefined) {
      const { kind, id } = thing;
      this.expect('cloud is accounted for', this.hasOwner(thing), () => `${kind.name} ${id} came to be for nothing`);
      return;
    }
    this.claimOf.set(thing, claim);
    const known = this.things.get(claim);
    if (known === undefined) this.things.set(claim, new Set([thing]));
    else known.add(thing);
    if (this.given.has(claim)) this.retained.add(thing);
    else this.accountedFor(claim, () => `${claim} came to be`);
  }

  private claimFor({ kind, mark, item }: CloudThing): string | undefined {
    if (mark !== undefined) return `${mark.port === undefined ? kind.step : `port_${mark.port}`} ${mark.mark}`;
    return kind.keys?.(item).find(key => this.isClaimed(key));
  }

  private ownersOf({ kind, item }: CloudThing): readonly CloudThing[] {
    return (kind.owners?.(item) ?? []).flatMap(id => this.service.ledger.things.get(String(id)) ?? []);
  }

  private hasOwner(thing: CloudThing): boolean {
    return this.ownersOf(thing).some(owner => owner.owner === 'us' && owner.there);
  }

  private went(thing: CloudThing, by: Owner | 'due'): void {
    this.untouched(thing, by);
    if (this.retained.has(thing))
      this.expect('what is retained stays', by !== 'us', () => `${told(thing)} was deleted`);
    const claim = this.claimOf.get(thing);
    if (claim !== undefined) this.things.get(claim)?.delete(thing);
  }

  private untouched({ kind, id, owner, mark }: CloudThing, by: Owner | 'due'): void {
    if (owner !== 'others') return;
    const what = () => `${kind.name} ${id} ${mark?.mark ?? ''} of ${owner} was changed or deleted`;
    this.expect('foreign things untouched', by !== 'us', what);
  }

  private landed({ rows }: Landed, before: ReadonlyMap<Row, Row>): void {
    const ended = new Set<string>();
    const letGo: (readonly [claim: string, wasThere: boolean])[] = [];
    for (const row of rows.rows) {
      if (row.table !== 'incarnations' && row.table !== 'debts') continue;
      const old = before.get(row);
      if (row.table === 'incarnations' && old !== undefined && old.goneAt === null)
        letGo.push(...this.retains(row, old));
      for (const claim of old === undefined ? [] : this.claimsOf(old)) {
        this.claims.get(claim)?.delete(row.key);
        ended.add(claim);
      }
      for (const claim of this.claimsOf(row)) {
        const known = this.claims.get(claim);
        if (known === undefined) this.claims.set(claim, new Set([row.key]));
        else known.add(row.key);
      }
    }
    // What a debt answers for shall go.
    for (const [claim, wasThere] of letGo) if (!this.isClaimed(claim)) this.giveAway(claim, wasThere);
    for (const claim of ended) if (!this.isClaimed(claim)) this.ended(claim);
  }

  /** Of an incarnation whose policy is Retain: once it was there it does not go, it is only let go of. */
  private retains(row: Row, old: Row): readonly [claim: string, wasThere: boolean][] {
    if (!old.state.includes('"frozen":')) return [];
    const then = decode.incarnation(old);
    if (then.frozen === '' || then.external !== undefined || then.life === 'going') return [];
    const [, policy] = JSON.parse(this.cluster.open(then.frozen)) as readonly [string, string, string];
    if (policy !== 'Retain') return [];
    const { life } = decode.incarnation(row);
    const wasThere = then.life === 'live';
    if (wasThere) this.expect('what is retained stays', life !== 'going', () => `${then.physicalName} is undone`);
    return row.goneAt === null ? [] : this.claimsOf(old).map(claim => [claim, wasThere]);
  }

  private giveAway(claim: string, wasThere: boolean): void {
    this.given.add(claim);
    const there = [...(this.things.get(claim) ?? [])].filter(thing => thing.there);
    for (const thing of there) this.retained.add(thing);
    const isThing = wasThere && kindOfStep(claim.split(' ')[0] ?? '') !== undefined;
    if (isThing)
      this.expect('what is retained stays', there.length > 0, () => `${claim} is let go of, and is not there`);
  }

  /** What a row answers for. */
  private claimsOf(row: Row): readonly string[] {
    if (row.goneAt !== null) return [];
    if (row.table === 'debts') {
      const debt = decode.debt(row);
      if (debt.over) return [];
      const made = (step: string) => debt.made[step]?.[0];
      return [`${debt.step} ${debt.mark}`, ...this.natural(debt.step, debt.properties, made)];
    }
    if (row.table !== 'incarnations') return [];
    const incarnation = decode.incarnation(row);
    if (incarnation.life === 'gone') return [];
    return incarnation.steps.flatMap(({ name, state }) =>
      state.at === 'idle'
        ? []
        : [
            `${bareName(name)} ${state.mark}`,
            ...this.naturalOf(incarnation, name),
            // A floating address on a server's own port goes with that.
            ...this.naturalOf(incarnation, bareName(name).replace(/^port_(\d+)$/, 'floating_ip_$1')),
          ],
    );
  }

  private naturalOf(incarnation: IncarnationRecord, step: string): readonly string[] {
    const made = (name: string) => madeBy(incarnation.steps.findLast(record => bareName(record.name) === name));
    const { work } = incarnation;
    const properties = work !== null && step !== bareName(step) ? work.properties : incarnation.properties;
    return this.natural(bareName(step), properties, made);
  }

  private natural(step: string, properties: string, made: Given['made']): readonly string[] {
    if (!mayBeNatural(step)) return [];
    const key = naturalKey(step, { properties: this.map(properties), made });
    return key === undefined ? [] : [key];
  }

  private map(text: string): ValueMap {
    const value = parseJson(this.cluster.open(text));
    return isMap(value) ? value : mapOf([]);
  }

  private ended(claim: string): void {
    if (this.given.has(claim)) return;
    const left = [...(this.things.get(claim) ?? [])].filter(thing => thing.there).length;
    const tied = isTie(claim) && this.service.ledger.ties().has(claim);
    const what = () => `${claim} is still there, and nothing answers for it any more`;
    this.expect('cloud is accounted for', left === 0 && !tied, what);
  }

  /** When all is quiet: what is there is what rows say, one to one, and nothing is owed. */
  final(): void {
    this.service.machine.advance();
    const live = new Set<string>();
    for (const row of this.cluster.books.rows.values()) {
      if (row.goneAt !== null) continue;
      if (row.table === 'debts') this.expect('cloud matches rows', false, () => `debt ${row.key} is left`);
      if (row.table !== 'incarnations') continue;
      const incarnation = decode.incarnation(row);
      if (incarnation.life === 'gone') continue;
      for (const step of incarnation.steps) this.finalStep(row.key, incarnation, step, live);
    }
    this.finalThings(live);
    this.finalTrusts();
  }

  /** What a step says that it made is there, and is its own. */
  private finalStep(key: Uuid, incarnation: IncarnationRecord, step: StepRecord, live: Set<string>): void {
    const { state } = step;
    const name = bareName(step.name);
    if (state.at === 'idle' || (kindOfStep(name) === undefined && !isNatural(name))) return;
    const said = () => `incarnation ${key} of ${incarnation.physicalName} says its ${name} is ${state.at}`;
    if (isNatural(name)) {
      for (const natural of this.naturalOf(incarnation, step.name)) {
        live.add(natural);
        const there = this.isThere(natural) || this.wentOn(natural);
        if (state.at === 'done') this.expect('cloud matches rows', there, () => `${said()}; there is no ${natural}`);
      }
      return;
    }
    const claim = `${name} ${state.mark}`;
    if (state.at === 'intended' || state.at === 'looking') {
      // A stack that failed meanwhile: whatever came of the attempt is found when the stack is deleted.
      for (const thing of this.things.get(claim) ?? []) live.add(thing.id);
      for (const natural of this.naturalOf(incarnation, step.name)) live.add(natural);
      return;
    }
    const kind = kindOfStep(name);
    const thing = this.service.ledger.things.get(state.physicalId);
    // A delete that failed may have been carried out late.
    if (state.at === 'leaving' && thing?.there === false) return;
    if (thing?.there === false && this.feet.has(thing)) return;
    const own =
      thing !== undefined && (this.claimOf.get(thing) === claim || this.isOwnNatural(thing, incarnation, step.name));
    this.expect(
      'cloud matches rows',
      thing?.there === true && thing.owner === 'us' && thing.kind === kind && own && !live.has(thing.id),
      () =>
        `${said()} as ${state.physicalId}; the cloud has ${thing?.there ? (thing.mark?.mark ?? 'another') : 'none'}`,
    );
    live.add(state.physicalId);
  }

  private isOwnNatural(thing: CloudThing, incarnation: IncarnationRecord, step: string): boolean {
    return this.naturalOf(incarnation, step).includes(this.claimOf.get(thing) ?? '');
  }

  /** A floating address went to another of ours that has the same: the newer server, while the older one is not gone. */
  private wentOn(natural: string): boolean {
    const [kind, address] = natural.split(' ');
    if (kind !== 'association') return false;
    return [...this.service.ledger.ties().keys()].some(
      tie => tie.startsWith(`association ${address} `) && this.isClaimed(tie),
    );
  }

  private isThere(natural: string): boolean {
    const things = [...(this.things.get(natural) ?? [])];
    return things.some(thing => thing.there) || this.service.ledger.ties().has(natural);
  }

  private finalThings(live: ReadonlySet<string>): void {
    const { ledger } = this.service;
    const isLive = (thing: CloudThing): boolean => {
      if (this.retained.has(thing)) return true;
      const claim = this.claimOf.get(thing);
      if (claim !== undefined) return live.has(thing.id) || live.has(claim);
      return this.ownersOf(thing).some(owner => owner.there && isLive(owner));
    };
    for (const thing of ledger.things.values()) {
      const { kind, id, owner, mark, there } = thing;
      const what = `${kind.name} ${id} ${mark?.mark ?? ''}`;
      if (owner === 'others') this.expect('foreign things untouched', there, () => `${what} of ${owner} is gone`);
      if (this.retained.has(thing)) this.expect('what is retained stays', there, () => `${told(thing)} is gone`);
      if (owner !== 'us' || !there) continue;
      this.expect('cloud matches rows', isLive(thing), () => `${what} belongs to no live incarnation`);
    }
    for (const [tie, thing] of ledger.ties()) {
      const known = thing.born.has(tie) || live.has(tie);
      this.expect('cloud matches rows', known, () => `${tie} belongs to no live incarnation`);
    }
  }

  private finalTrusts(): void {
    for (const stack of this.service.trusts.living()) {
      const row = this.cluster.books.stacks.get(stack as Uuid);
      const what = () => `a trust of stack ${stack} outlives it`;
      this.expect('cloud matches rows', row?.columns.deleted_at === null, what);
    }
  }
}

function told({ kind, id, mark }: CloudThing): string {
  return `${kind.name} ${id} ${mark?.mark ?? ''}`;
}

function madeBy(step: StepRecord | undefined): string | undefined {
  const state = step?.state;
  return state !== undefined && 'physicalId' in state ? state.physicalId : undefined;
}

function isTie(claim: string): boolean {
  return /^(interface|association|attachment) /.test(claim);
}

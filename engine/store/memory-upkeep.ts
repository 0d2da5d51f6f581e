/** Upkeep of the memory store: the same promises as the SQL one's, in one go each. */
import type { HybridTime } from '../kernel/clock.ts';
import type { Session, Shard, Uuid } from '../kernel/ids.ts';
import { compareText } from './query.ts';
import type { MemoryConfigs } from './memory-configs.ts';
import type { MemoryEvents } from './memory-events.ts';
import type { MemoryRows } from './memory-rows.ts';
import type { Fence } from './rules.ts';
import type { Row } from './store.ts';
import {
  type PurgeScope,
  type Purged,
  type Resealed,
  type SealedPage,
  type SealedPlace,
  type SealedText,
  sealedPrefix,
  type TextPlace,
  type Upkeep,
} from './upkeep.ts';

/** What of the memory store is worked on. */
export interface MemoryParts {
  readonly rows: MemoryRows;
  readonly events: MemoryEvents;
  /** By root, then by hash. */
  readonly bodies: Map<Uuid, Map<string, string>>;
  readonly configs: MemoryConfigs;
  readonly fences: Map<Session, readonly Fence[]>;
  readonly shards: ReadonlyMap<Shard, Session>;
  /** Strikes and freed names of a stack whose row goes. */
  readonly forget: (stack: Uuid) => void;
}

export class MemoryUpkeep implements Upkeep {
  private readonly parts: MemoryParts;

  constructor(parts: MemoryParts) {
    this.parts = parts;
  }

  async countPurgeable(scope: PurgeScope): Promise<number> {
    return this.over(scope).length;
  }

  async purgeStacks(scope: PurgeScope, atMost: number): Promise<Purged> {
    const { rows, events, bodies } = this.parts;
    let eventsLeft = atMost;
    let contentsLeft = atMost;
    let stacks = 0;
    for (const { key } of this.over(scope)) {
      eventsLeft -= events.removeSome(key, eventsLeft);
      if (this.isAlone(key)) contentsLeft -= this.removeBodies(key, [...(bodies.get(key)?.keys() ?? [])], contentsLeft);
    }
    const removable = this.over(scope).filter(({ key }) => !events.has(key) && !bodies.has(key) && this.isAlone(key));
    for (const { key } of removable.slice(0, atMost)) {
      rows.remove('stacks', key);
      this.parts.forget(key);
      stacks += 1;
    }
    return { stacks, events: atMost - eventsLeft, contents: atMost - contentsLeft };
  }

  private over({ beforeMs, project }: PurgeScope): readonly Row[] {
    return this.stacks().filter(({ key, unfinished, columns }) => {
      const deletedAt = columns['deleted_at'];
      const meant = typeof deletedAt === 'number' && deletedAt < beforeMs && !unfinished;
      const ofProject = project === undefined || columns['project'] === project;
      return meant && ofProject && !this.has('resources', key) && !this.has('debts', key);
    });
  }

  private stacks(): readonly Row[] {
    return [...this.parts.rows.all('stacks')].sort((a, b) => compareText(a.key, b.key));
  }

  private has(table: 'resources' | 'debts', stack: Uuid): boolean {
    for (const row of this.parts.rows.ofStack(stack)) if (row.table === table) return true;
    return false;
  }

  private isAlone(root: Uuid): boolean {
    return !this.tree(root).some(({ key }) => key !== root);
  }

  private tree(root: Uuid): readonly Row[] {
    const isOf = ({ key, columns }: Row) => key === root || (columns['root'] === root && columns['owner'] !== null);
    return this.stacks().filter(isOf);
  }

  private removeBodies(root: Uuid, hashes: readonly string[], atMost: number): number {
    const { bodies } = this.parts;
    const removed = hashes.slice(0, atMost);
    for (const hash of removed) bodies.get(root)?.delete(hash);
    if (bodies.get(root)?.size === 0) bodies.delete(root);
    return removed.length;
  }

  async stackKeys(project: string | undefined, after: Uuid | undefined, atMost: number): Promise<readonly Uuid[]> {
    const wanted = this.stacks().filter(
      ({ key, columns }) =>
        (after === undefined || compareText(key, after) > 0) &&
        (project === undefined || columns['project'] === project),
    );
    return wanted.slice(0, atMost).map(({ key }) => key);
  }

  async trimEvents(stacks: readonly Uuid[], keep: number, atMost: number): Promise<number> {
    const { events } = this.parts;
    let left = atMost;
    for (const stack of [...stacks].sort(compareText)) {
      const tooMany = [...events.of(stack)].length - keep;
      if (tooMany > 0) left -= events.removeSome(stack, Math.min(tooMany, left));
    }
    return atMost - left;
  }

  async purgeContents(roots: readonly Uuid[], quietSince: HybridTime, atMost: number): Promise<number> {
    let left = atMost;
    for (const root of roots) {
      const hashes = [...(this.parts.bodies.get(root)?.keys() ?? [])];
      const unnamed = hashes.length === 0 ? [] : this.unnamed(root, hashes, quietSince);
      left -= this.removeBodies(root, unnamed, left);
    }
    return atMost - left;
  }

  private unnamed(root: Uuid, hashes: readonly string[], quietSince: HybridTime): readonly string[] {
    const { rows } = this.parts;
    const stacks = this.tree(root);
    const busy = stacks.some(
      ({ columns, unfinished, clock }) => columns['status'] === 'IN_PROGRESS' || unfinished || clock >= quietSince,
    );
    const below = stacks.flatMap(({ key }) => [...rows.ofStack(key)]);
    const resources = below.filter(({ table }) => table === 'resources');
    if (busy || resources.some(({ unfinished }) => unfinished)) return [];
    const naming = [...stacks, ...below.filter(({ table }) => table === 'resources' || table === 'incarnations')];
    return hashes.filter(hash => !naming.some(({ state }) => state.includes(hash)));
  }

  async idleSessions(): Promise<ReadonlyMap<Session, string>> {
    const { fences, shards } = this.parts;
    const busy = new Set(shards.values());
    const idle = [...fences].filter(([session]) => !busy.has(session)).sort(([a], [b]) => compareText(a, b));
    const shown = (lanes: readonly Fence[]) => lanes.map(({ commitSeq }, lane) => ` ${lane}:${commitSeq}`).join('');
    return new Map(idle.map(([session, lanes]) => [session, shown(lanes)]));
  }

  async endSessions(sessions: readonly Session[]): Promise<number> {
    const idle = await this.idleSessions();
    let rows = 0;
    for (const session of sessions.filter(each => idle.has(each))) {
      rows += this.parts.fences.get(session)?.length ?? 0;
      this.parts.fences.delete(session);
    }
    return rows;
  }

  async sealedTexts(place: SealedPlace, after: TextPlace | undefined, atMost: number): Promise<SealedPage> {
    const compare = (a: TextPlace, b: TextPlace): number =>
      compareText(a.owner, b.owner) || compareText(a.part, b.part);
    const seen = this.texts(place)
      .filter(each => after === undefined || compare(each, after) > 0)
      .sort(compare)
      .slice(0, atMost);
    return { texts: seen.filter(({ text }) => text.includes(sealedPrefix)), last: seen.at(-1) };
  }

  private texts(place: SealedPlace): readonly SealedText[] {
    const { rows, events, bodies, configs } = this.parts;
    if (place === 'configs')
      return configs.all().map(({ id, body }) => ({ owner: id, part: '', version: 0, text: body }));
    if (place === 'events')
      return events
        .all()
        .map(({ stack, id, properties }) => ({ owner: stack, part: id, version: 0, text: properties ?? '' }));
    if (place === 'contents')
      return [...bodies].flatMap(([owner, all]) => [...all].map(([part, text]) => ({ owner, part, version: 0, text })));
    return [...rows.all(place)].map(({ key, version, state }) => ({ owner: key, part: '', version, text: state }));
  }

  async reseal(place: SealedPlace, texts: readonly Resealed[]): Promise<number> {
    const { rows, events, bodies, configs } = this.parts;
    let exchanged = 0;
    for (const { owner, part, version, text, resealed } of texts) {
      if (place === 'events') {
        const event = [...events.of(owner)].find(({ id }) => id === part);
        if (event?.properties !== text) continue;
        events.add({ ...event, properties: resealed });
      } else if (place === 'contents') {
        if (bodies.get(owner)?.get(part) !== text) continue;
        bodies.get(owner)?.set(part, resealed);
      } else if (place === 'configs') {
        if (!configs.exchange(owner, text, resealed)) continue;
      } else {
        const row = rows.get(place, owner);
        if (row?.version !== version || row.state !== text) continue;
        rows.put(Object.freeze({ ...row, state: resealed }));
      }
      exchanged += 1;
    }
    return exchanged;
  }
}

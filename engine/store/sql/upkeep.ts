/** Upkeep in PostgreSQL (or CockroachDB): connections of its own, so that no commit of an engine stands behind it. */
import { limits } from '../../kernel/limits.ts';
import type { HybridTime } from '../../kernel/clock.ts';
import type { Session, Uuid } from '../../kernel/ids.ts';
import {
  type PurgeScope,
  type Purged,
  type Resealed,
  type SealedPage,
  type SealedPlace,
  sealedPrefix,
  type TextPlace,
  type Upkeep,
} from '../upkeep.ts';
import { type ConnectOptions, Connections } from './connect.ts';
import { reseal, sealedTexts, upkeepStatements as statements } from './upkeep-statements.ts';

const first = '00000000-0000-0000-0000-000000000000';

export class SqlUpkeep implements Upkeep {
  private readonly connections: Connections;

  constructor(connections: Connections) {
    this.connections = connections;
  }

  async countPurgeable({ beforeMs, project }: PurgeScope): Promise<number> {
    const { rows } = await this.connections.run(statements.countPurgeable, [beforeMs, project ?? null]);
    return rows[0]?.[0] as number;
  }

  async purgeStacks({ beforeMs, project }: PurgeScope, atMost: number): Promise<Purged> {
    const values = [beforeMs, project ?? null, atMost];
    const events = await this.connections.run(statements.purgeEvents, values);
    const contents = await this.connections.run(statements.purgeOwnContents, values);
    const stacks = await this.connections.run(statements.purgeStacks, values);
    return { stacks: stacks.count, events: events.count, contents: contents.count };
  }

  async stackKeys(project: string | undefined, after: Uuid | undefined, atMost: number): Promise<readonly Uuid[]> {
    const { rows } = await this.connections.run(statements.stackKeys, [after ?? first, project ?? null, atMost]);
    return rows.map(([key]) => key as Uuid);
  }

  async trimEvents(stacks: readonly Uuid[], keep: number, atMost: number): Promise<number> {
    return (await this.connections.run(statements.trimEvents, [stacks, keep, atMost])).count;
  }

  async purgeContents(roots: readonly Uuid[], quietSince: HybridTime, atMost: number): Promise<number> {
    return (await this.connections.run(statements.purgeContents, [roots, quietSince, atMost])).count;
  }

  async idleSessions(): Promise<ReadonlyMap<Session, string>> {
    const { rows } = await this.connections.run(statements.idleSessions);
    const found = new Map<Session, string>();
    for (const [session, lane, seq] of rows as [Session, number, number][])
      found.set(session, `${found.get(session) ?? ''} ${lane}:${seq}`);
    return found;
  }

  async endSessions(sessions: readonly Session[]): Promise<number> {
    return (await this.connections.run(statements.endSessions, [sessions])).count;
  }

  async sealedTexts(place: SealedPlace, after: TextPlace | undefined, atMost: number): Promise<SealedPage> {
    const from = after?.part ?? (place === 'events' ? first : '');
    const values = [after?.owner ?? first, from, sealedPrefix, atMost];
    const { rows } = await this.connections.run(sealedTexts(place), values);
    const seen = rows as readonly [Uuid, string, number, string | null][];
    const texts = seen.flatMap(([owner, part, version, text]) =>
      text === null ? [] : [{ owner, part, version, text }],
    );
    const [owner, part] = seen.at(-1) ?? [];
    return { texts, last: owner === undefined || part === undefined ? undefined : { owner, part } };
  }

  async reseal(place: SealedPlace, texts: readonly Resealed[]): Promise<number> {
    if (texts.length === 0) return 0;
    const column = <T>(of: (text: Resealed) => T): readonly T[] => texts.map(of);
    const values = [
      column(each => each.owner),
      column(each => each.part),
      column(each => each.version),
      column(each => each.text),
      column(each => each.resealed),
    ];
    return (await this.connections.run(reseal(place), values)).count;
  }

  close(): Promise<void> {
    return this.connections.close();
  }
}

/** Upkeep of a database that `migrate` has prepared. Nothing is connected before the first call. */
export function createSqlUpkeep(options: ConnectOptions): SqlUpkeep {
  return new SqlUpkeep(new Connections({ applicationName: 'convect admin', ...options }, 2, limits.storeConnectMs));
}

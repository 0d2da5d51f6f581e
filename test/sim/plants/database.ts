/** Bugs in what the database is asked to promise. */
import type { CommitNumber, Session, Uuid } from '../../../engine/kernel/ids.ts';
import { CommitUnknown, type LaneId, type Row } from '../../../engine/store/store.ts';
import type { VersionedTable } from '../../../engine/store/tables.ts';
import { forward } from './forward.ts';
import type { Plant } from './plant.ts';

/** Another session that stands for this one where nobody can displace it. */
function shadowOf(session: Session): Session {
  return `ffffffff${session.slice(8)}` as Session;
}

/** A takeover ends nobody: who was displaced goes on writing. */
export const noFence: Plant = {
  name: 'no-fence',
  rule: 'a commit joins to the fence row that a takeover deletes',
  noticedBy: ['one writer', 'version order', 'nothing parked', 'effects after commit'],
  database: home =>
    forward(home, {
      begin: async session => {
        await home.begin(session);
        await home.begin(shadowOf(session));
      },
      commit: (lane, n, rows) => home.commit({ ...lane, session: shadowOf(lane.session) }, n, rows),
      burn: (lane, n) => home.burn({ ...lane, session: shadowOf(lane.session) }, n),
    }),
};

/** The claimer takes what is there when its statement runs, not what it read before it won the keys. */
export const staleClaim: Plant = {
  name: 'stale-claim',
  rule: 'a claim takes a shard only from the session that was read before the key was won',
  noticedBy: ['claims displace what they saw'],
  database: home =>
    forward(home, {
      claim: async (me, seen) => home.claim(me, await home.owners([...seen.keys()])),
    }),
};

/** A burn whose answer was lost burns the next number when it is asked again, and takes that for the answer. */
export const burnTwice: Plant = {
  name: 'burn-twice',
  rule: 'exactly n is burnt, as often as it is asked for',
  noticedBy: [
    'effects after commit',
    'answered is kept',
    'version order',
    'nothing parked',
    'ends as it deserves',
    'every stack ends',
  ],
  more: { 'burn-answer-lost': 3, 'commit-lost': 3 },
  database: home => {
    const asked = new Set<string>();
    return forward(home, {
      burn: async (lane: LaneId, n: CommitNumber) => {
        const attempt = `${lane.session} ${lane.lane} ${n}`;
        const outcome = await home.burn(lane, n);
        if (outcome !== 'never' || !asked.has(attempt)) {
          asked.add(attempt);
          return outcome;
        }
        await home.burn(lane, (n + 1) as CommitNumber);
        return 'in';
      },
    });
  },
};

/** What goes ahead of a big plan is there for all to see, whether the plan comes true or not. */
export const realTooEarly: Plant = {
  name: 'real-too-early',
  rule: 'rows that went ahead of a big plan are seen by nobody before the stack names the plan',
  noticedBy: ['version order', 'every stack ends'],
  more: { 'row-refused': 20 },
  database: home =>
    forward(home, {
      commit: (lane, n, set) => home.commit(lane, n, { ...set, rows: set.rows.map(row => ({ ...row, plan: null })) }),
    }),
};

/** A late statement finds its rows gone, and its upsert brings them back. */
export const resurrectRow: Plant = {
  name: 'resurrect-row',
  rule: 'an update needs the version before it: a row that is over is not inserted again',
  noticedBy: ['version order', 'one writer'],
  more: { 'commit-repeated': 5 },
  database: home => {
    const gone = new Set<Uuid>();
    const isGone = (row: Row) => gone.has(row.key);
    return forward(home, {
      commit: async (lane, n, rows) => {
        try {
          await home.commit(lane, n, rows);
          for (const row of rows.rows) if (row.goneAt !== null) gone.add(row.key);
        } catch (error) {
          const late = rows.rows.filter(row => isGone(row) && row.goneAt === null);
          if (!(error instanceof CommitUnknown) || late.length === 0) throw error;
          await bringBack(home, late);
        }
      },
    });
  },
};

async function bringBack(home: Parameters<NonNullable<Plant['database']>>[0], rows: readonly Row[]): Promise<void> {
  const session = shadowOf(rows[0]?.key as unknown as Session);
  await home.begin(session);
  const tables = new Set<VersionedTable>(rows.map(row => row.table));
  const current = new Map<Uuid, number>();
  for (const table of tables) {
    const keys = rows.map(row => row.key);
    for (const row of await home.select(table, { where: [{ column: 'key', in: keys }], withGone: true })) {
      current.set(row.key, row.version);
    }
  }
  const again = rows.map(row => ({ ...row, version: (current.get(row.key) ?? 0) + 1 }));
  const lane = { session, lane: 0 as LaneId['lane'] };
  await home.commit(lane, 1 as CommitNumber, { rows: again, events: [], contents: [], names: [] });
  await home.end(session);
}

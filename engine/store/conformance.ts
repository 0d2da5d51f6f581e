/**
 * What every home of the data must do, as one suite: `conformance('name', () => aHome)`.
 *
 * It holds the named interleavings of a takeover (late commit, stale claimer, nobody seen, stopped client), of an
 * unknown outcome (cut before, cut after, arrives later, burn's answer lost) and of a refusal (missing row, skipped
 * version, taken name), and what reads must show. Homes fail every third commit with 40001 on their own account.
 */
import { afterAll, beforeAll, describe } from 'vitest';
import { commits } from './conformance/commits.ts';
import { configs } from './conformance/configs.ts';
import type { Home } from './conformance/fixtures.ts';
import { races } from './conformance/races.ts';
import { reads } from './conformance/reads.ts';
import { takeover } from './conformance/takeover.ts';
import { unknown } from './conformance/unknown.ts';
import { upkeep } from './conformance/upkeep.ts';
import { upkeepOfAll } from './conformance/upkeep-of-all.ts';

/** `sql`: the home has a database's address, so what only a database can show is shown too. */
export function conformance(name: string, makeHome: () => Promise<Home>, { sql = false } = {}): void {
  describe(name, () => {
    let home: Home;
    const current = () => home;
    beforeAll(async () => {
      home = await makeHome();
    });
    afterAll(() => home.close());

    commits(current);
    takeover(current);
    unknown(current);
    reads(current);
    configs(current);
    upkeep(current);
    upkeepOfAll(current);
    if (sql) races(current);
  });
}

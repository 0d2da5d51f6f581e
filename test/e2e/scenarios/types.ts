/**
 * Each type of the table in test/types: created, changed, checked, replaced, deleted, a stack each, some at a time; its
 * service is asked what is there. `--out FILE` keeps the table as a page; `TYPES=GLOB` plays some types alone.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { Session } from '../../../cli/client.ts';
import { createRegistry } from '../../../engine/resources/registry.ts';
import { matches } from '../../diff/known.ts';
import type { AllInOneChild } from '../../support/allinone.ts';
import { typeEntries } from '../../types/all.ts';
import type { CloudName, TypeEntry } from '../../types/form.ts';
import { entryName } from '../../types/name.ts';
import { playEntry } from '../../types/play.ts';
import { Services } from '../../types/services.ts';
import { page, type Played, rowOf, summary } from '../../types/shown.ts';
import type { Scenario } from '../scenario.ts';
import { expect, StepFailed, type Steps } from '../steps.ts';
import { things, untilAsBefore } from '../things.ts';

const atOnce: Readonly<Record<CloudName, number>> = { sandbox: 8, lab: 4 };
const registry = createRegistry();

export const types: Scenario = {
  name: 'types',
  about: 'each type created, changed, checked, replaced and deleted; its service asked what is there',
  kind: 'with-all-in-one',
  // Minutes: npm test has the types' attributes (test/diff) and their lives under faults (test/sim/types) instead.
  onlyWhenAsked: true,
  onLab: true,
  async play(steps, allInOne, { out }) {
    const only = process.env['TYPES'] ?? '*';
    const entries = typeEntries.filter(({ type }) => matches(only, type));
    expect(entries.length > 0, `types that are called ${only}`, '  there are none');
    const before = await steps.step('what there is before', () => things(allInOne));
    const cloud = allInOne.cloud === undefined ? 'sandbox' : 'lab';
    const played = await playAll(steps, allInOne, cloud, entries);
    if (before !== undefined) await steps.step('as before', () => untilAsBefore(allInOne, before));
    const names = [...new Set(entries.map(({ type }) => type))];
    const rows = names.flatMap(name => {
      const type = registry.get(name);
      return type === undefined
        ? []
        : [
            rowOf(
              type,
              cloud,
              played.filter(({ entry }) => entry.type === name),
            ),
          ];
    });
    for (const { type, cells } of rows) console.log(`    ${type}: ${cells.join(' · ')}`);
    console.log(summary(rows));
    if (out === undefined) return;
    writeFileSync(out, page(rows, existsSync(out) ? readFileSync(out, 'utf8') : undefined));
  },
};

interface Users {
  readonly session: Session;
  readonly services: Services;
}

async function playAll(
  steps: Steps,
  allInOne: AllInOneChild,
  cloud: CloudName,
  entries: readonly TypeEntry[],
): Promise<readonly Played[]> {
  const users = { member: await member(allInOne), admin: await admin(allInOne) };
  const left = entries.map((entry, i) => ({ entry, i }));
  const played: Played[] = [];
  const run = Date.now().toString(36);
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const { entry, i } = next;
      if (entry.not?.[cloud] !== undefined) {
        played.push({ entry, shown: undefined });
        continue;
      }
      await steps.step(entryName(entry), async () => {
        const shown = await playEntry(entry, `t${run}${i}`, { ...users[entry.as ?? 'member'], cloud }, readOf(entry));
        played.push({ entry, shown });
        if (shown.failures.length > 0) throw new StepFailed(`  ${shown.failures.join('\n  ')}`);
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce[cloud] }, worker));
  return played;
}

/** The attributes that an entry reads: all that the type shows but those that it says why not. */
function readOf({ type, unread = {} }: TypeEntry): readonly string[] {
  return Object.keys(registry.get(type)?.attributes ?? {}).filter(name => name !== 'show' && !(name in unread));
}

async function member(allInOne: AllInOneChild): Promise<Users> {
  const { OS_USERNAME: user = '', OS_PASSWORD: password = '', OS_PROJECT_NAME: project = '' } = allInOne.env();
  const services = await Services.open(allInOne.keystoneUrl, { user, password, project });
  return { session: await allInOne.logIn(), services };
}

async function admin(allInOne: AllInOneChild): Promise<Users> {
  const who = { user: 'admin', password: 'password', project: 'admin' };
  return {
    session: await allInOne.logInTo('admin', 'admin'),
    services: await Services.open(allInOne.keystoneUrl, who),
  };
}

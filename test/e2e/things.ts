/** What a user has in a cloud, asked of each service itself: nothing that the engine says. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { AllInOneChild } from '../support/allinone.ts';
import { logIn, type Session } from './contract/login.ts';
import { expect } from './steps.ts';

/** Ids of everything that the user, or the user's project, has: by kind. */
export type Things = ReadonlyMap<string, readonly string[]>;

/** A trust may outlive its stack by the engine's next look. */
const settleMs = 60_000;

/** With a token of its own, which the engine never sees. */
export async function things(allInOne: AllInOneChild): Promise<Things> {
  const { OS_USERNAME: user = '', OS_PASSWORD: password = '', OS_PROJECT_NAME: project = '' } = allInOne.env();
  const session = await logIn(allInOne.keystoneUrl, { user, password, project });
  const { projectId, userId, catalog } = session;
  const [nova, cinder, neutron] = ['compute', 'volumev3', 'network'].map(service => catalog.get(service) ?? '');
  const network = (key: string): [string, string] => [
    key,
    `${neutron}/v2.0/${key.replaceAll('_', '-')}?project_id=${projectId}`,
  ];
  const lists: readonly (readonly [string, string])[] = [
    ['servers', `${nova}/servers`],
    ['keypairs', `${nova}/os-keypairs`],
    ['volumes', `${cinder}/volumes`],
    ...['networks', 'subnets', 'ports', 'routers', 'floatingips', 'security_groups'].map(network),
    ['trusts', `${allInOne.keystoneUrl}/OS-TRUST/trusts?trustor_user_id=${userId}`],
  ];
  return new Map(await Promise.all(lists.map(async ([key, url]) => [key, await ids(session, key, url)] as const)));
}

interface Thing {
  readonly id?: string;
  readonly keypair?: { readonly name: string };
}

async function ids({ token }: Session, key: string, url: string): Promise<readonly string[]> {
  const answer = await fetch(url, { headers: { 'x-auth-token': token } });
  const text = await answer.text();
  expect(answer.status === 200, `${url} answers 200`, `  it answered ${answer.status}: ${text}`);
  const list = (JSON.parse(text) as Readonly<Record<string, readonly Thing[] | undefined>>)[key];
  expect(list !== undefined, `a list of ${key}`, text);
  return list.map(one => one.id ?? one.keypair?.name ?? '').sort();
}

/** A line for each that is left or missing; empty where they are the same. */
function differences(before: Things, now: Things): string {
  const lines = [...now].flatMap(([kind, have]) => {
    const had = before.get(kind) ?? [];
    const more = have.filter(id => !had.includes(id)).map(id => `  ${kind}: ${id} is left`);
    return [...more, ...had.filter(id => !have.includes(id)).map(id => `  ${kind}: ${id} is missing`)];
  });
  return lines.join('\n');
}

/** How many things there are that were not there before. */
export function leftOver(before: Things, now: Things): number {
  return [...now].flatMap(([kind, ids]) => ids.filter(id => before.get(kind)?.includes(id) !== true)).length;
}

/** Fails the step when a minute passes and they are not. */
export async function untilAsBefore(allInOne: AllInOneChild, before: Things): Promise<void> {
  for (const until = performance.now() + settleMs; ; await sleep(500)) {
    const now = await things(allInOne);
    if (differences(before, now) === '') return;
    expect(performance.now() < until, 'the same things as before', differences(before, now));
  }
}

/** Fails the step unless there are so many more of each kind than before. */
export async function expectMore(
  allInOne: AllInOneChild,
  before: Things,
  added: Readonly<Record<string, number>>,
): Promise<void> {
  const now = await things(allInOne);
  for (const [kind, more] of Object.entries(added)) {
    const [had, has] = [before.get(kind)?.length ?? 0, now.get(kind)?.length ?? 0];
    expect(has === had + more, `${more} more of ${kind}`, `  there were ${had}, there are ${has}`);
  }
}

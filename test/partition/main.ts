/**
 * `npm run partition -- --seconds 30`: one engine of three is cut off from etcd and from everybody who would reach it,
 * in the middle of stacks that it owns. The database and the cloud it still reaches: that is the dangerous half, for
 * there it could do harm. (Its connections lead through proxies that go silent, as where a route drops packets.)
 *
 * Its own way to the other engines stays open: messages only wake, so there is nothing to be won or lost by them.
 *
 * Last line: `partition: commits_by_isolated=0 calls_started_after_deadline=0 healed=yes`; above it `refused_by_fence=…`.
 * `commits_by_isolated`: lanes of its old life that could still commit once others had taken its shards.
 * `calls_started_after_deadline`: requests for its stacks that reached the cloud between its own deadline (when it says
 * on /readyz that it is not ready) and the take-over: nobody but it could have made them. `refused_by_fence`: its lives
 * that a commit ended. `healed`: it has its share again, and every stack completed.
 *
 * With both checks of the deadline taken out (engine/actors/departures.ts, engine/assembly.ts) it counted 20 such calls;
 * with one of them, none: the other one held.
 */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { Session } from '../../cli/client.ts';
import { type Shard, shardCount, shardOf, type Uuid } from '../../engine/kernel/ids.ts';
import { type DirectoryView, watchDirectory } from '../../engine/placement/etcd/view.ts';
import { Journal } from '../cloud/journal.ts';
import { isRequest } from '../cloud/openstack.ts';
import { say, untilSettled } from '../crash/posting.ts';
import { startCluster, type TestCluster } from '../support/cluster.ts';
import { runMain } from '../support/main.ts';

const stacks = 24;
const steps = 20;
const isolated = 'engine-1';
const settleMs = 240_000;
const healMs = 60_000;
const lookMs = 20;
/** A request that left in time is on its way for so long, at most. */
const graceMs = 150;

interface Began {
  readonly name: string;
  readonly id: string;
}

/** A network after the other, with half a second between: something is asked of the cloud all the time. */
function template(): object {
  const resources: Record<string, object> = {};
  for (let n = 0; n < steps; n++) {
    const before = n === 0 ? {} : { depends_on: `net${n - 1}` };
    resources[`pause${n}`] = { type: 'OS::Heat::Delay', properties: { min_wait: 0.5 }, ...before };
    resources[`net${n}`] = { type: 'OS::Neutron::Net', depends_on: `pause${n}` };
  }
  return { heat_template_version: '2018-08-31', resources };
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
  const seconds = Number(values.seconds);
  if (!(seconds >= 8)) throw new Error('--seconds is 8 or more: a lease has to end in them');
  dataDir = mkdtempSync(join(tmpdir(), 'convect-partition-'));
  chmodSync(dataDir, 0o711); // PostgreSQL's own user must pass through
  cluster = await startCluster({ engines: 3, gateways: 2, cutable: true, dataDir });
  const directory = await watchDirectory({ hosts: [cluster.etcd.host], log: { write: () => undefined } });
  const database = new pg.Client({ connectionString: cluster.database.url });
  await database.connect();
  try {
    const session = await cluster.logIn();
    await until(() => Promise.resolve(shardsOf(directory, isolated).length > 0), healMs);
    const all = await begin(session);
    const its = all.filter(({ id }) => directory.ownerOf(shardOf(id as Uuid, 0)) === isolated);
    say(`partition: ${its.length} of ${all.length} stacks are ${isolated}'s; it is cut off for ${seconds} s`);
    const cut = await isolate(cluster, database, shardsOf(directory, isolated), seconds * 1_000);
    const healed = await heals(cluster, directory, session);
    const late = callsBetween(its, cut.deadline + graceMs, cut.takenOver);
    const fenced = readFileSync(join(dataDir, `${isolated}.log`), 'utf8').split('"msg":"fenced"').length - 1;
    say(
      `  its deadline came ${cut.deadline - cut.since} ms, the take-over ${cut.takenOver - cut.since} ms after the cut`,
    );
    for (const line of late) say(`  ${line}`);
    say(`  refused_by_fence=${fenced}`);
    const counts = `commits_by_isolated=${cut.lanes} calls_started_after_deadline=${late.length}`;
    say(`partition: ${counts} healed=${healed ? 'yes' : 'no'}`);
    return its.length > 0 && cut.lanes === 0 && late.length === 0 && healed && fenced > 0 ? 0 : 1;
  } finally {
    await database.end();
    await directory.stop();
    await end();
  }
}

async function begin(session: Session): Promise<readonly Began[]> {
  const names = Array.from({ length: stacks }, (_, n) => `stack-${n}`);
  const json = (name: string): object => ({ stack_name: name, template: template() });
  return Promise.all(
    names.map(async name => {
      const { stack } = await session.must<{ stack: { id: string } }>('POST', '/stacks', { json: json(name) });
      return { name, id: stack.id };
    }),
  );
}

interface Cut {
  /** Unix milliseconds, all three. */
  readonly since: number;
  readonly deadline: number;
  readonly takenOver: number;
  /** Lanes of its old life that the fence still lets through, after the take-over. */
  readonly lanes: number;
}

async function isolate(
  { ways, portBase }: TestCluster,
  database: pg.Client,
  shards: readonly number[],
  forMs: number,
): Promise<Cut> {
  const sessions = async (): Promise<readonly string[]> => {
    const sql = 'SELECT DISTINCT session FROM shards WHERE shard = ANY($1) AND session IS NOT NULL';
    return (await database.query<{ session: string }>(sql, [shards])).rows.map(({ session }) => session);
  };
  const before = await sessions();
  const since = Date.now();
  for (const way of ways) way.pass(false);
  const deadline = until(async () => !(await isReady(portBase)), forMs).then(() => Date.now());
  await until(async () => (await sessions()).some(session => !before.includes(session)), forMs);
  const takenOver = Date.now();
  const cut = { since, deadline: await deadline, takenOver };
  // Until it heals: none of its old lanes may be there at any look after the last of its shards was taken.
  await until(async () => (await sessions()).every(session => !before.includes(session)), forMs);
  let lanes = 0;
  while (Date.now() < since + forMs) {
    const found = await database.query('SELECT 1 FROM fences WHERE session = ANY($1)', [before]);
    lanes = Math.max(lanes, found.rows.length);
    await sleep(lookMs * 5);
  }
  for (const way of ways) way.pass(true);
  return { ...cut, lanes };
}

async function isReady(portBase: number): Promise<boolean> {
  return (await fetch(`http://127.0.0.1:${portBase + 20}/readyz`)).ok;
}

/** Its share is its own again, and all stacks are complete. */
async function heals(cut: TestCluster, directory: DirectoryView, session: Session): Promise<boolean> {
  const isBack = await until(
    async () => (await isReady(cut.portBase)) && shardsOf(directory, isolated).length > shardCount / 6,
    healMs,
  ).then(
    () => true,
    () => false,
  );
  if (!isBack) say(`  ${isolated} has not come back`);
  await untilSettled(session, stacks, settleMs);
  const { stacks: seen } = await session.must<{ stacks: readonly { stack_name: string; stack_status: string }[] }>(
    'GET',
    '/stacks',
  );
  const wrong = seen.filter(({ stack_status: status }) => status !== 'CREATE_COMPLETE');
  for (const { stack_name: name, stack_status: status } of wrong) say(`  ${name} is ${status}`);
  return isBack && wrong.length === 0 && seen.length === stacks;
}

/** Requests that made something for one of these stacks: the names of its things begin with its own. */
function callsBetween(its: readonly Began[], from: number, to: number): readonly string[] {
  return Journal.read(join(dataDir, 'cloud', 'journal'))
    .filter(isRequest)
    .filter(({ method, at }) => method === 'POST' && at > from && at < to)
    .filter(({ marks }) => its.some(({ name }) => String(marks['name'] ?? '').startsWith(`${name}-`)))
    .map(({ method, path, at }) => `${method} ${path} ${at - from} ms after the deadline`);
}

function shardsOf(directory: DirectoryView, node: string): readonly number[] {
  return Array.from({ length: shardCount }, (_, shard) => shard).filter(
    shard => directory.ownerOf(shard as Shard) === node,
  );
}

async function until(so: () => Promise<boolean>, withinMs: number): Promise<void> {
  for (const over = Date.now() + withinMs; !(await so()); await sleep(lookMs)) {
    if (Date.now() > over) throw new Error(`not in ${withinMs / 1_000} s`);
  }
}

let cluster: TestCluster | undefined;
let dataDir = '';

async function end(): Promise<void> {
  await cluster?.stop();
  cluster = undefined;
  if (dataDir !== '') rmSync(dataDir, { recursive: true, force: true });
}

await runMain({ name: 'partition', main, end });

/** An operator's day: `convect admin` on an all-in-one of its own, which is stopped for a change of its key. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SandboxUser } from '../../../cli/env.ts';
import { keyIdOf } from '../../../engine/values/sealed.ts';
import { AllInOneChild } from '../../support/allinone.ts';
import { type Ran, run, transcript } from '../../support/command.ts';
import { queryDev } from '../../support/dev-database.ts';
import { logIn } from '../contract/login.ts';
import type { Scenario } from '../scenario.ts';
import { expect, expectRun, type Steps } from '../steps.ts';

const main = fileURLToPath(new URL('../../../cli/main.js', import.meta.url));

const hanging = `heat_template_version: 2018-08-31
resources:
  slow: {type: OS::Heat::TestResource, properties: {action_wait_secs: {create: 900}}}
`;

const secrets = `heat_template_version: 2018-08-31
parameters:
  password: {type: string, hidden: true, default: not-to-be-seen}
resources:
  random: {type: OS::Heat::RandomString}
  kept: {type: OS::Heat::Value, properties: {value: {get_param: password}}}
  net: {type: OS::Neutron::Net}
outputs:
  drawn: {value: {get_attr: [random, value]}}
  kept: {value: {get_attr: [kept, value]}}
`;

const empty = 'heat_template_version: 2018-08-31\n';

export const admin: Scenario = {
  name: 'admin',
  about: 'the work of an operator: migrate, purge, reset, unpark, orphans, another key',
  kind: 'alone',
  async play(steps) {
    const allInOne = await steps.step('an all-in-one starts', () => AllInOneChild.start({ ephemeral: true }));
    if (allInOne === undefined) return;
    const folder = mkdtempSync(join(tmpdir(), 'convect-admin-'));
    try {
      const operator = new Operator(allInOne, folder);
      await schema(steps, operator);
      await looking(steps, operator);
      await stuck(steps, operator);
      await strayed(steps, operator);
      await purging(steps, operator);
      await anotherKey(steps, operator);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await steps.step('all ends', () => allInOne.remove());
    }
  },
};

class Operator {
  readonly allInOne: AllInOneChild;
  private readonly folder: string;

  constructor(allInOne: AllInOneChild, folder: string) {
    this.allInOne = allInOne;
    this.folder = folder;
  }

  /** Runs it as that user, and expects this status and these words. */
  async ends(user: SandboxUser, status: number, says: readonly (string | RegExp)[], ...words: string[]): Promise<Ran> {
    const ran = await run(process.execPath, [main, ...words], { env: this.allInOne.env(user) });
    expect(ran.status === status, `exit status ${status}`, transcript(ran));
    return expectRun(ran, { status: status === 0 ? 'success' : 'failure', says });
  }

  /** `convect admin …` of what goes to the database. */
  database(status: number, says: readonly (string | RegExp)[], ...words: string[]): Promise<Ran> {
    return this.ends('admin', status, says, 'admin', ...words, '--data', this.allInOne.dataDir);
  }

  sql<Row extends Record<string, unknown>>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return queryDev<Row>(this.allInOne.dataDir, text, values);
  }

  /** Creates a stack of the user demo; its id. */
  async create(name: string, template: string, ...options: readonly string[]): Promise<string> {
    const file = join(this.folder, `${name}.yaml`);
    writeFileSync(file, template);
    await this.ends('demo', 0, [], 'stack', 'create', name, '-t', file, ...options);
    const [row] = await this.sql<{ key: string }>('SELECT key FROM stacks WHERE name = $1 ORDER BY created_at DESC', [
      name,
    ]);
    return row?.key ?? '';
  }
}

async function schema(steps: Steps, operator: Operator): Promise<void> {
  await steps.step('migrate --status says what was run', () =>
    operator.database(0, [/^done +0001-begin\.sql$/m, /^migrate: run=0 missing=0 foreign=0$/m], 'migrate', '--status'),
  );
  await steps.step('migrate does not go back from a newer release', async () => {
    await operator.sql("INSERT INTO migrations (number, name) VALUES (9999, '9999-newer.sql')");
    await operator.database(1, ['another release has run 9999-newer.sql', 'cannot be taken back'], 'migrate');
    await operator.sql('DELETE FROM migrations WHERE number = 9999');
    await operator.database(0, [/^migrate: run=0 missing=0 foreign=0$/m], 'migrate');
  });
  await steps.step('it says how the database is named, and no password', async () => {
    const ran = await operator.ends('admin', 1, ['--config ENGINE.yaml, --data DIR'], 'admin', 'migrate');
    expect(!transcript(ran).includes('postgresql://convect'), 'no URL is shown', transcript(ran));
  });
}

async function looking(steps: Steps, operator: Operator): Promise<void> {
  await steps.step('services list, for admins alone', async () => {
    await operator.ends('admin', 0, [/^local +local +\S+Z +1024$/m], 'admin', 'services', 'list');
    await operator.ends('demo', 1, ['You are not authorized to use service:index.'], 'admin', 'services', 'list');
  });
  await steps.step('nothing is owed, parked or left', async () => {
    await operator.ends('admin', 0, [/^Stack +Type +Mark +Until +Looks\s*$/], 'admin', 'debts');
    await operator.ends('admin', 0, [/^Stack +Status +Strikes +Error\s*$/], 'admin', 'parked', 'list');
    await operator.database(0, [/^clean: sessions=0$/m], 'services', 'clean', '--idle', '1s');
  });
}

async function stuck(steps: Steps, operator: Operator): Promise<void> {
  const id = await steps.step('a stack hangs', () => operator.create('hangs', hanging));
  if (id === undefined) return;
  await steps.step('reset ends it as FAILED', async () => {
    await operator.ends('admin', 0, [/^stack hangs CREATE_FAILED$/m], 'admin', 'reset', id);
    await operator.ends('demo', 0, ['Stack status manually reset'], 'stack', 'show', 'hangs');
    await operator.ends('demo', 0, [/^slow .*CREATE_FAILED/m], 'resource', 'list', 'hangs');
  });
  await steps.step('a parked stack is listed, and unparked', async () => {
    await operator.sql(
      "UPDATE stacks SET parked = '00000000-0000-4000-8000-00000000beef', struck_at = '{1,2,3}' WHERE key = $1",
      [id],
    );
    const listed = new RegExp(`^hangs \\(${id}\\) +CREATE_FAILED +3 +00000000-0000-4000-8000-00000000beef$`, 'm');
    await operator.ends('admin', 0, [listed], 'admin', 'parked', 'list');
    await operator.ends('admin', 0, [/^stack hangs CREATE_FAILED$/m], 'admin', 'parked', 'unpark', id);
    await operator.ends('admin', 0, [/^Stack +Status +Strikes +Error\s*$/], 'admin', 'parked', 'list');
  });
  await steps.step('it can be deleted', () =>
    operator.ends('demo', 0, ['stack hangs DELETE_COMPLETE'], 'stack', 'delete', '-y', '--wait', 'hangs'),
  );
}

async function strayed(steps: Steps, operator: Operator): Promise<void> {
  const id = await steps.step('a stack with a network', () =>
    operator.create('astray', secrets, '--wait', '--poll', '0.2'),
  );
  if (id === undefined) return;
  const looked = ['admin', 'orphans', '--older-than', '0s'];
  await steps.step('what stacks have is no orphan', () =>
    operator.ends('admin', 0, [/^orphans: things=\d+ collections=\d+ orphans=0 ours=0 deleted=0$/m], ...looked),
  );
  await steps.step('a create that landed twice is one, and is deleted; what looks alike is left', async () => {
    const [row] = await operator.sql<{ physical_id: string }>(
      "SELECT physical_id FROM events WHERE stack = $1 AND resource_name = 'net' ORDER BY id LIMIT 1",
      [id],
    );
    const networks = await neutron(operator.allInOne);
    await networks.create(row?.physical_id ?? '');
    await networks.create('theirs-net-abcdefghijkl');
    await operator.ends('admin', 0, [/ orphans=2 ours=1 deleted=0$/m, / not certain +-$/m], ...looked);
    await operator.ends('admin', 1, ['--delete needs --yes'], ...looked, '--delete');
    await operator.ends('admin', 0, [/ orphans=2 ours=1 deleted=1$/m], ...looked, '--delete', '--yes');
    await operator.ends('admin', 0, [/ orphans=1 ours=0 deleted=0$/m], ...looked);
    await operator.ends('demo', 0, ['stack astray CHECK_COMPLETE'], 'stack', 'check', 'astray', '--wait');
  });
}

/** Neutron as the user demo. */
async function neutron(allInOne: AllInOneChild): Promise<{ create(name: string): Promise<void> }> {
  const who = { user: 'demo', password: 'password', project: 'demo' };
  const { token, catalog } = await logIn(allInOne.keystoneUrl, who);
  return {
    async create(name) {
      const headers = { 'x-auth-token': token, 'content-type': 'application/json' };
      const body = JSON.stringify({ network: { name } });
      const answer = await fetch(`${catalog.get('network')}/v2.0/networks`, { method: 'POST', headers, body });
      expect(answer.status === 201, 'the network is made', `  ${answer.status}: ${await answer.text()}`);
    },
  };
}

async function purging(steps: Steps, operator: Operator): Promise<void> {
  const id = await steps.step('a stack is made and deleted', async () => {
    const made = await operator.create('empty', empty, '--wait', '--poll', '0.2');
    await operator.ends('demo', 0, ['DELETE_COMPLETE'], 'stack', 'delete', '-y', '--wait', 'empty');
    await operator.ends('demo', 0, [made], 'stack', 'list', '--deleted');
    return made;
  });
  if (id === undefined) return;
  await steps.step('purge leaves what is younger, and says what it would take', async () => {
    await operator.database(0, [/^purge: stacks=0 /m], 'purge', '--older-than', '1d');
    await operator.database(0, [/^purge: stacks=1 .*nothing was deleted/m], 'purge', '--older-than', '0s', '--dry-run');
  });
  await steps.step('purge takes it with its events and contents', async () => {
    await operator.database(
      0,
      [/^purge: stacks=1 events=[1-9]\d* contents=[1-9]\d*$/m],
      ...['purge', '--older-than', '0s', '--batch', '2'],
    );
    const ran = await operator.ends('demo', 0, ['astray'], 'stack', 'list', '--deleted');
    expect(!ran.stdout.includes(id), 'it is gone from the list of deleted stacks', transcript(ran));
    const left = await operator.sql(
      'SELECT 1 FROM events WHERE stack = $1 UNION ALL SELECT 1 FROM contents WHERE root = $1',
      [id],
    );
    expect(left.length === 0, 'nothing of it is left', `  ${left.length} rows`);
  });
}

async function anotherKey(steps: Steps, operator: Operator): Promise<void> {
  const { allInOne } = operator;
  const file = join(allInOne.dataDir, 'vault.key');
  const old = readFileSync(file, 'utf8').trim();
  const fresh = randomBytes(32).toString('hex');
  const restart = async (keys: readonly string[]): Promise<void> => {
    await allInOne.stop();
    writeFileSync(file, `${keys.join('\n')}\n`);
    await allInOne.start();
  };
  const drawn = await steps.step('it starts with a new key before the old one', async () => {
    const before = await operator.ends('demo', 0, ['not-to-be-seen'], 'output', 'show', 'astray');
    await restart([fresh, old]);
    await operator.ends('demo', 0, [before.stdout.trim()], 'output', 'show', 'astray');
    return before.stdout.trim();
  });
  if (drawn === undefined) return;
  await steps.step('reencrypt exchanges what the old one sealed, while it runs', async () => {
    await operator.database(0, [/^reencrypt: rows=0 left=[1-9]\d* unopened=0$/m], 'reencrypt', '--dry-run');
    await operator.database(0, [/^reencrypt: rows=[1-9]\d* left=0 unopened=0$/m], 'reencrypt');
    await operator.database(0, [/^reencrypt: rows=0 left=0 unopened=0$/m], 'reencrypt');
    const id = keyIdOf(Buffer.from(old, 'hex'));
    const [row] = await operator.sql<{ n: string }>(
      `SELECT (SELECT count(*) FROM stacks WHERE strpos(state, $1) > 0) + (SELECT count(*) FROM resources WHERE strpos(state, $1) > 0)
       + (SELECT count(*) FROM incarnations WHERE strpos(state, $1) > 0) + (SELECT count(*) FROM contents WHERE strpos(body, $1) > 0)
       + (SELECT count(*) FROM events WHERE strpos(properties, $1) > 0) AS n`,
      [`sealed:v1:${id}:`],
    );
    expect(row?.n === '0', 'the old key sealed nothing that is kept', `  ${row?.n} rows`);
  });
  await steps.step('without the old key all is there; the stack is changed and deleted', async () => {
    await restart([fresh]);
    await operator.ends('demo', 0, [drawn], 'output', 'show', 'astray');
    await operator.ends('demo', 0, ['astray CHECK_COMPLETE'], 'stack', 'check', 'astray', '--wait');
    await operator.ends('demo', 0, ['astray DELETE_COMPLETE'], 'stack', 'delete', '-y', '--wait', 'astray');
  });
}

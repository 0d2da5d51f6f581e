/**
 * Engines of one cluster with different plug-ins: what uses a type that one of them lacks is refused; what is there when
 * one comes to lack it waits, and goes on when that engine has it again.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorText, type Session } from '../../../cli/client.ts';
import { startCluster, type TestCluster } from '../../support/cluster.ts';
import { until } from '../../bench/rounds.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';

const type = 'Example::Own::Note';
const plugin = `
export const api = 1;
export default ({ emptyMap, resource, string }) => {
  const value = ({ physicalName }) => ({ kind: 'done', waitMs: 0, value: { physicalId: physicalName, data: emptyMap } });
  return resource('${type}', {
    properties: { text: string({ update: true }) },
    life: { kind: 'local', create: (_, context) => value(context), update: (_, context) => value(context) },
  });
};
`;

/** Enough of them that some are on each engine. */
const resources = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`n${i}`, { type }]));
const template = { heat_template_version: '2021-04-16', resources };

export const pluginsCluster: Scenario = {
  name: 'plugins-cluster',
  about: 'engines with different plug-ins: refused, or waiting, never lost',
  kind: 'alone',
  onlyWhenAsked: true,
  async play(steps) {
    const folder = mkdtempSync(join(tmpdir(), 'convect-plugins-'));
    const dirs = [0, 1].map(n => join(folder, String(n)));
    for (const dir of dirs) mkdirSync(dir);
    writeFileSync(join(folder, '0', 'note.mjs'), plugin);
    const engineConfig = (n: number) => ({ plugin_dirs: [dirs[n]] });
    const cluster = await steps.step('two engines, one of them with a plug-in', () =>
      startCluster({ engines: 2, gateways: 1, ephemeral: true, engineConfig }),
    );
    try {
      if (cluster !== undefined) await played(steps, cluster, join(folder, '1', 'note.mjs'));
    } finally {
      await steps.step('all stops', async () => cluster?.stop());
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function played(steps: Steps, cluster: TestCluster, second: string): Promise<void> {
  const session = await cluster.logIn();
  await steps.step('they say that they differ', () =>
    logged(cluster, 'engine-1', '"node":"engine-2","what":"lacks Example::Own::Note"'),
  );
  await steps.step('its type is refused, whichever engine is asked', async () => {
    const said = new Set<string>();
    for (let i = 0; i < 8; i++) {
      const answer = await session.ask('POST', '/stacks', { json: { stack_name: `no-${i}`, template } });
      const text = `${answer.status} ${errorText(answer)}`;
      expect(
        /^503 .*engine engine-2 does not have|^400 .*could not be found/s.test(text),
        'a refusal that says why',
        text,
      );
      said.add(text);
    }
    expect(said.size > 0, 'refusals', '');
  });
  const path = await steps.step('both have it: a stack is created', async () => {
    writeFileSync(second, plugin);
    await restarted(cluster);
    await session.must('POST', '/stacks', { json: { stack_name: 'notes', template } });
    const { stacks } = await session.must<{ readonly stacks: readonly { readonly id: string }[] }>(
      'GET',
      '/stacks?name=notes',
    );
    const made = `/stacks/notes/${stacks[0]?.id}`;
    await until(session, made, 'CREATE_COMPLETE');
    return made;
  });
  if (path === undefined) return;
  await steps.step('one has it no more: what is there waits', async () => {
    rmSync(second);
    await restarted(cluster);
    await session.must('DELETE', path);
    await new Promise(next => setTimeout(next, 3_000));
    const { stack } = await session.must<{ readonly stack: { readonly stack_status: string } }>('GET', path);
    expect(stack.stack_status === 'DELETE_IN_PROGRESS', 'DELETE_IN_PROGRESS', stack.stack_status);
    expect(!logs(cluster).includes('strike'), 'no strike', '');
  });
  await steps.step('it has it again: nothing is lost', async () => {
    writeFileSync(second, plugin);
    await restarted(cluster);
    await gone(session, path);
    expect(!logs(cluster).includes('strike'), 'no strike', '');
  });
}

/** The second engine, so that it reads its plug-ins anew; then the shards are shared out again. */
async function restarted({ engines }: TestCluster): Promise<void> {
  await engines[1]?.stop();
  await engines[1]?.start();
  await new Promise(next => setTimeout(next, 3_000));
}

function logs({ dataDir }: TestCluster): string {
  return ['engine-1', 'engine-2'].map(name => readFileSync(join(dataDir, `${name}.log`), 'utf8')).join('');
}

async function logged({ dataDir }: TestCluster, engine: string, what: string): Promise<void> {
  const read = () => readFileSync(join(dataDir, `${engine}.log`), 'utf8');
  for (let i = 0; i < 100 && !read().includes(what); i++) await new Promise(next => setTimeout(next, 100));
  expect(read().includes(what), what, read().slice(-2_000));
}

async function gone(session: Session, path: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    const answer = await session.ask('GET', path);
    if (answer.status === 404 || JSON.stringify(answer).includes('DELETE_COMPLETE')) return;
    await new Promise(next => setTimeout(next, 200));
  }
  expect(false, 'DELETE_COMPLETE', JSON.stringify(await session.ask('GET', path)).slice(0, 500));
}

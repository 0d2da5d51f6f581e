/** The `convect` command as a client: OS_* or clouds.yaml, a template with files, a tree while it waits, its statuses. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AllInOneChild } from '../../support/allinone.ts';
import { type Ran, run, transcript } from '../../support/command.ts';
import type { Scenario } from '../scenario.ts';
import { expect, expectRun, type Steps } from '../steps.ts';

const main = fileURLToPath(new URL('../../../cli/main.js', import.meta.url));

const template = `heat_template_version: 2018-08-31
description: Made from the command line
parameters:
  greeting: {type: string}
  names: {type: comma_delimited_list}
resources:
  text: {type: OS::Heat::Value, properties: {value: {get_file: text.txt}}}
  slow: {type: OS::Heat::TestResource, properties: {wait_secs: 1, value: {get_attr: [text, value]}}}
  random: {type: My::Random}
outputs:
  said: {value: {list_join: [' ', [{get_param: greeting}, {get_attr: [slow, output]}]]}}
  names: {value: {get_param: names}}
  number: {value: 12345678901234567890}
`;

const environment = `parameters: {greeting: Hello}
resource_registry: {My::Random: OS::Heat::RandomString}
`;

const failing = `heat_template_version: 2018-08-31
resources:
  good: {type: OS::Heat::Value, properties: {value: 1}}
  breaks: {type: OS::Heat::TestResource, depends_on: good, properties: {fail: true}}
`;

interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

export const cli: Scenario = {
  name: 'cli',
  about: 'the convect command against the all-in-one',
  kind: 'with-all-in-one',
  async play(steps, allInOne) {
    const folder = mkdtempSync(join(tmpdir(), 'convect-cli-'));
    try {
      const place: Place = { folder, env: allInOne.env() };
      await refusals(steps, place, allInOne);
      await creating(steps, place);
      await reading(steps, place, allInOne);
      await ending(steps, place);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function convect(env: Readonly<Record<string, string>>, ...words: string[]): Promise<Ran> {
  return run(process.execPath, [main, ...words], { env });
}

/** Runs it and expects this status and these words. */
async function ends(
  place: Place,
  status: number,
  says: readonly (string | RegExp)[],
  ...words: string[]
): Promise<Ran> {
  const ran = await convect(place.env, ...words);
  expect(ran.status === status, `exit status ${status}`, transcript(ran));
  return expectRun(ran, { status: status === 0 ? 'success' : 'failure', says });
}

function file({ folder }: Place, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function refusals(steps: Steps, place: Place, allInOne: AllInOneChild): Promise<void> {
  await steps.step('an empty list', () => ends(place, 0, [/^ID +Name +Status/], 'stack', 'list'));
  await steps.step('without a cloud it says what to set', () =>
    ends({ ...place, env: { HOME: place.folder } }, 1, ['set OS_CLOUD', 'convect dev env'], 'stack', 'list'),
  );
  await steps.step('a wrong password', async () => {
    const wrong = { ...place, env: { ...allInOne.env(), OS_PASSWORD: 'not-the-password' } };
    const ran = await ends(wrong, 1, ['refused the login: '], 'stack', 'list');
    expect(!`${ran.stdout}${ran.stderr}`.includes('not-the-password'), 'the password is not shown', transcript(ran));
  });
  await steps.step('a region that is not there', () =>
    ends(
      { ...place, env: { ...place.env, OS_REGION_NAME: 'Atlantis' } },
      1,
      ['Atlantis', 'RegionOne'],
      'stack',
      'list',
    ),
  );
  await steps.step('wrong use', () => ends(place, 2, ["required option '-t"], 'stack', 'create', 'one'));
  await steps.step('a template that is not there', () =>
    ends(place, 1, ['none.yaml cannot be read: there is no such file'], 'stack', 'create', 'one', '-t', 'none.yaml'),
  );
}

async function creating(steps: Steps, place: Place): Promise<void> {
  const path = file(place, 'one.yaml', template);
  file(place, 'text.txt', 'from a file');
  const options = ['-t', path, '-e', file(place, 'env.yaml', environment), '--tags', 'cli,test'];
  const names = ['--parameter', 'names=a', '--parameter', 'names=b'];
  await steps.step('a create that lacks a parameter', () =>
    ends(place, 1, ['The Parameter (names) was not provided.'], 'stack', 'create', 'one', ...options),
  );
  await steps.step('stack create --wait', async () => {
    const words = ['stack', 'create', 'one', ...options, ...names, '--wait', '--poll', '0.2'];
    const ran = await ends(place, 0, [/^✓ slow {2}OS::Heat::TestResource {2}CREATE_COMPLETE$/m], ...words);
    expect(ran.stdout.trimEnd().endsWith('stack one CREATE_COMPLETE'), 'the end is told last', transcript(ran));
  });
  await steps.step('a name that is taken', () =>
    ends(place, 1, ['The Stack (one) already exists.'], 'stack', 'create', 'one', ...options, ...names),
  );
  await steps.step('a stack that fails: status 3, and why', () =>
    ends(
      place,
      3,
      [/^ {2}breaks: ValueError: resources.breaks: Test Resource failed breaks$/m, /^stack two CREATE_FAILED$/m],
      ...['stack', 'create', 'two', '-t', file(place, 'two.yaml', failing), '--wait', '--poll', '0.2'],
    ),
  );
  await steps.step('a stack that fails with a rollback', () =>
    ends(
      place,
      3,
      [/^stack three ROLLBACK_COMPLETE$/m],
      ...['stack', 'create', 'three', '-t', file(place, 'two.yaml', failing), '--wait', '--enable-rollback'],
    ),
  );
}

async function reading(steps: Steps, place: Place, allInOne: AllInOneChild): Promise<void> {
  const { OS_AUTH_URL: url = '' } = allInOne.env();
  const clouds = `clouds:
  sandbox:
    auth: {auth_url: ${url}, username: demo, project_name: demo, user_domain_name: Default, project_domain_name: Default}
    region_name: RegionOne
`;
  const settings = file(place, 'clouds.yaml', clouds);
  file(place, 'secure.yaml', 'clouds: {sandbox: {auth: {password: password}}}\n');
  const named = { ...place, env: { OS_CLOUD: 'sandbox', OS_CLIENT_CONFIG_FILE: settings } };
  await steps.step('stack show by clouds.yaml', () =>
    ends(
      named,
      0,
      [/^description +Made from the command line$/m, /^tags +cli, test$/m, 'Hello from a file'],
      'stack',
      'show',
      'one',
    ),
  );
  await steps.step('stack list --tags', () =>
    ends(place, 0, [/ one +CREATE_COMPLETE /], 'stack', 'list', '--tags', 'cli'),
  );
  await steps.step('resource list', () =>
    ends(place, 0, [/^random +My::Random +CREATE_COMPLETE/m, /^slow +/m], 'resource', 'list', 'one'),
  );
  await steps.step('event list', async () => {
    const ran = await ends(place, 0, ['slow  CREATE_COMPLETE  state changed'], 'event', 'list', 'one');
    const lines = ran.stdout.trimEnd().split('\n');
    expect(/ one {2}CREATE_IN_PROGRESS {2}/.test(lines[0] ?? ''), 'the stack first', transcript(ran));
    expect(/ one {2}CREATE_COMPLETE {2}/.test(lines.at(-1) ?? ''), 'the stack last', transcript(ran));
  });
  await steps.step('output show, as a script reads it', async () => {
    const ran = await ends(place, 0, [], 'output', 'show', 'one', 'said');
    expect(ran.stdout === 'Hello from a file\n', 'the text alone', transcript(ran));
    const number = await ends(place, 0, [], 'output', 'show', 'one', 'number');
    expect(number.stdout === '12345678901234567890\n', 'every digit', transcript(number));
    const names = await ends(place, 0, [], 'output', 'show', 'one', 'names', '--json');
    expect(JSON.stringify(JSON.parse(names.stdout)) === '["a","b"]', 'a list', transcript(names));
  });
  await steps.step('output show of none', () =>
    ends(place, 1, ['Specified output key none not found.'], 'output', 'show', 'one', 'none'),
  );
}

async function ending(steps: Steps, place: Place): Promise<void> {
  await steps.step('stack delete --wait of three and one that is not there', () =>
    ends(
      place,
      1,
      [/^stack one DELETE_COMPLETE$/m, /^stack three DELETE_COMPLETE$/m, 'The Stack (none) could not be found.'],
      ...['stack', 'delete', '--yes', '--wait', 'one', 'none', 'two', 'three'],
    ),
  );
  await steps.step('stack show of what is gone', () =>
    ends(place, 1, ['The Stack (one) could not be found.'], 'stack', 'show', 'one'),
  );
}

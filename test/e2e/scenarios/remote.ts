/**
 * Templates by URL, over real sockets: a server on an address that the engine may fetch from, and one on an address that
 * it may not. What was fetched stays when the server is gone.
 */
import { createServer, type Server } from 'node:http';
import { type ApiAnswer, errorText, type Session } from '../../../cli/client.ts';
import { openAddress } from '../../support/open-address.ts';
import { until } from '../../bench/rounds.ts';
import type { Scenario } from '../scenario.ts';
import { expect, type Steps } from '../steps.ts';

const closedAddress = '127.0.0.1';
const hot = { heat_template_version: '2021-04-16' };
const leaf = { ...hot, resources: { s: { type: 'OS::Heat::RandomString' } }, outputs: { o: { value: 'from leaf' } } };

export const remote: Scenario = {
  name: 'remote',
  about: 'templates by URL: template_url, types and registry entries, from open and closed addresses',
  kind: 'with-all-in-one',
  async play(steps, allInOne) {
    const session = await allInOne.logIn();
    const open = await Site.start(openAddress);
    const closed = await Site.start(closedAddress);
    try {
      await playAll(steps, session, open, closed);
    } finally {
      await Promise.all([open.stop(), closed.stop()]);
    }
  },
};

async function playAll(steps: Steps, session: Session, open: Site, closed: Site): Promise<void> {
  await steps.step('template_url', async () => {
    const path = await made(session, 'by-url', { template_url: open.url('root.yaml') });
    const shown = await session.must<object>('GET', path);
    expect(JSON.stringify(shown).includes('from leaf'), 'an output of what is nested', JSON.stringify(shown));
    const files = await session.must<object>('GET', `${path}/files`);
    expect(Object.keys(files).join() === open.url('leaf.yaml'), 'what was fetched is kept', JSON.stringify(files));
  });
  await steps.step('an entry of the registry', async () => {
    const template = { ...hot, resources: { r: { type: 'My::T' } } };
    const environment = { resource_registry: { 'My::T': open.url('leaf.yaml') } };
    await made(session, 'by-entry', { template, environment });
  });
  await steps.step('closed addresses, also behind a redirect, and what is not there', async () => {
    const why = 'nothing is fetched from its address';
    await refused(
      session,
      { template_url: closed.url('leaf.yaml') },
      `Could not retrieve template: Failed to retrieve template from ${closed.url('leaf.yaml')}: ${why}`,
    );
    await refused(session, { template_url: open.url(`away/${closed.url('leaf.yaml')}`) }, why);
    const template = { ...hot, resources: { r: { type: closed.url('leaf.yaml') } } };
    await refused(session, { template }, `Could not fetch remote template "${closed.url('leaf.yaml')}": `, why);
    await refused(session, { template_url: open.url('nope.yaml') }, 'it answered 404');
    await refused(session, { template_url: 'file:///etc/passwd' }, 'Invalid URL scheme file');
    expect(closed.asked.length === 0, 'the closed address was asked for nothing', closed.asked.join('\n'));
  });
  await steps.step('without the server: a PATCH, and the end of the stack', async () => {
    await open.stop();
    const path = await pathOf(session, 'by-url');
    await session.must('PATCH', path, { json: { tags: 'patched' } });
    await until(session, path, 'UPDATE_COMPLETE');
    const put = await session.ask('PUT', path, {
      json: { template: { ...hot, resources: { r: { type: open.url('leaf.yaml') } } } },
    });
    says(put, 400, 'Could not fetch remote template');
    await session.must('DELETE', path);
    await until(session, path, 'DELETE_COMPLETE');
  });
}

async function made(session: Session, name: string, body: object): Promise<string> {
  await session.must('POST', '/stacks', { json: { stack_name: name, timeout_mins: 10, ...body } });
  const path = await pathOf(session, name);
  await until(session, path, 'CREATE_COMPLETE');
  return path;
}

async function pathOf(session: Session, name: string): Promise<string> {
  const { stacks } = await session.must<{ readonly stacks: readonly { readonly id: string }[] }>(
    'GET',
    `/stacks?name=${name}`,
  );
  return `/stacks/${name}/${stacks[0]?.id}`;
}

async function refused(session: Session, body: object, ...words: readonly string[]): Promise<void> {
  says(await session.ask('POST', '/stacks', { json: { stack_name: 'refused', ...body } }), 400, ...words);
}

function says(answer: ApiAnswer, status: number, ...words: readonly string[]): void {
  const text = errorText(answer);
  const isSaid = answer.status === status && words.every(word => text.includes(word));
  expect(isSaid, `${status}: ${words.join(' … ')}`, `${answer.status}: ${text}`);
}

/** A server of templates. */
class Site {
  readonly asked: string[] = [];
  private readonly server: Server;
  private readonly address: string;

  private constructor(address: string) {
    this.address = address;
    this.server = createServer((request, response) => {
      const path = (request.url ?? '').slice(1);
      this.asked.push(path);
      const page = this.pages()[path];
      if (path.startsWith('away/')) response.writeHead(302, { location: path.slice('away/'.length) }).end();
      else if (page === undefined) response.writeHead(404).end();
      else response.end(JSON.stringify(page));
    });
  }

  static async start(address: string): Promise<Site> {
    const site = new Site(address);
    await new Promise<void>(done => site.server.listen(0, address, done));
    return site;
  }

  url(path: string): string {
    const at = this.server.address() ?? this.last;
    if (typeof at === 'object' && at !== null) this.last = at;
    return `http://${this.address}:${this.last?.port}/${path}`;
  }

  private last: { readonly port: number } | undefined;

  async stop(): Promise<void> {
    this.url('');
    if (this.server.listening) await new Promise(done => this.server.close(done));
  }

  private pages(): Readonly<Record<string, object>> {
    const outputs = { o: { value: { get_attr: ['r', 'o'] } } };
    return {
      'root.yaml': { ...hot, resources: { r: { type: this.url('leaf.yaml') } }, outputs },
      'leaf.yaml': leaf,
    };
  }
}

/** Against servers on this machine: what is fetched, what is refused, and at which address. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClock } from './clock.ts';
import { closedAddresses } from './open-addresses.ts';
import { createWeb } from './web.ts';

const bounds = { maxBytes: 1_000, deadlineMs: 2_000, project: 'p' };
const asked: string[] = [];
let port = 0;

const pages: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  '/t.yaml': response => response.end('heat_template_version: 2021-04-16\n'),
  '/bom.yaml': response => response.end(Buffer.from('\uFEFFa: é')),
  '/moved': response => response.writeHead(302, { location: '/t.yaml' }).end(),
  '/away': response => response.writeHead(301, { location: `http://127.0.0.2:${port}/t.yaml` }).end(),
  '/file': response => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
  '/round': response => response.writeHead(307, { location: '/round' }).end(),
  '/gone': response => response.writeHead(404).end('no'),
  '/big': response => response.end('x'.repeat(1_001)),
  '/endless': response => {
    const more = (): void => void (response.write('x'.repeat(100)) && setTimeout(more, 1));
    more();
  },
  '/slow': () => undefined,
  '/latin': response => response.end(Buffer.from([0x61, 0xe9])),
};
const server = createServer((request, response) => {
  asked.push(`${request.headers.host} ${request.url}`);
  pages[request.url ?? '']?.(response, request);
});

beforeAll(async () => {
  // All of 127.0.0.0/8 is this machine.
  await new Promise<void>(done => server.listen(0, '0.0.0.0', done));
  const address = server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function fetched(path: string, allow: readonly string[] = ['127.0.0.1'], more = {}): Promise<string> {
  const web = createWeb(createClock(), { allow });
  const url = path.startsWith('/') ? `http://127.0.0.1:${port}${path}` : path;
  try {
    const result = await web.textAt(url, { ...bounds, ...more });
    return result.kind === 'text' ? `text: ${result.text}` : result.reason.replace(url, 'URL');
  } finally {
    await web.stop();
  }
}

describe('a fetch', () => {
  it.each([
    ['/t.yaml', 'text: heat_template_version: 2021-04-16\n'],
    ['/moved', 'text: heat_template_version: 2021-04-16\n'],
    ['/bom.yaml', 'text: a: é'],
    ['/gone', 'Failed to retrieve template from URL: it answered 404'],
    ['/round', 'Failed to retrieve template from URL: it leads on more than 5 times'],
    ['/file', 'Failed to retrieve template from URL: it leads to a URL of the scheme file'],
    ['/big', 'Template exceeds maximum allowed size (1000 bytes)'],
    ['/endless', 'Template exceeds maximum allowed size (1000 bytes)'],
    ['/latin', 'Failed to retrieve template from URL: it is no text in UTF-8'],
    ['file:///etc/passwd', 'Invalid URL scheme file'],
    ['ftp://a/b', 'Invalid URL scheme ftp'],
    ['http://', 'Failed to retrieve template from URL: it is no URL'],
    [
      'http://u:p@127.0.0.1/t',
      'Failed to retrieve template from http://***@127.0.0.1/t: a URL with a user in it is not fetched',
    ],
    ['http://127.0.0.1:1/t.yaml', 'Failed to retrieve template from URL: it cannot be reached'],
  ])('%s', async (path, expected) => {
    expect(await fetched(path)).toBe(expected);
  });

  it('ends in time', async () => {
    const reason = 'Failed to retrieve template from URL: it took longer than 50 ms';
    expect(await fetched('/slow', ['127.0.0.1'], { deadlineMs: 50 })).toBe(reason);
  });

  it('waits for a place among those under way, and projects take turns', async () => {
    const web = createWeb(createClock(), { allow: ['127.0.0.1'] }, { perService: 1, perProject: 1 });
    const ended: string[] = [];
    const get = async (name: string, path: string, project: string, deadlineMs = 5_000): Promise<string> => {
      const result = await web.textAt(`http://127.0.0.1:${port}${path}`, { ...bounds, deadlineMs, project });
      ended.push(name);
      return result.kind === 'text' ? 'text' : result.reason.replace(/.*: /, '');
    };
    try {
      const slow = get('slow', '/slow', 'p', 300);
      const more = ['p1', 'p2', 'q'].map(name => get(name, '/t.yaml', name.slice(0, 1)));
      const late = get('late', '/t.yaml', 'p', 50);
      expect(await slow).toBe('it took longer than 300 ms');
      expect(await late).toBe('too many are fetched');
      expect(await Promise.all(more)).toEqual(['text', 'text', 'text']);
      expect(ended).toEqual(['late', 'slow', 'p1', 'q', 'p2']);
    } finally {
      await web.stop();
    }
  });
});

describe('a closed address', () => {
  const refused = 'Failed to retrieve template from URL: nothing is fetched from its address';

  it.each([
    ['by its number', () => `http://127.0.0.1:${port}/t.yaml`],
    ['by another form of its number', () => `http://0x7f.1:${port}/t.yaml`],
    ['in IPv6', () => `http://[::1]:${port}/t.yaml`],
    ['as IPv4 in IPv6', () => `http://[::ffff:127.0.0.1]:${port}/t.yaml`],
    ['by a name', () => `http://localhost:${port}/t.yaml`],
    ['of the metadata service', () => 'http://169.254.169.254/latest/meta-data/x.yaml'],
  ])('is asked for nothing: %s', async (_how, url) => {
    asked.length = 0;
    expect(await fetched(url(), [])).toBe(refused);
    expect(asked).toEqual([]);
  });

  it('is not reached by a redirect from an open one', async () => {
    asked.length = 0;
    expect(await fetched('/away')).toBe(refused);
    expect(asked).toEqual([`127.0.0.1:${port} /away`]);
    expect(await fetched('/away', ['127.0.0.0/8'])).toMatch(/^text: /);
  });

  it('is told by rules of the configuration before those that are always there', () => {
    const usual = closedAddresses({});
    const closed = [
      '127.8.0.1',
      '169.254.1.1',
      '0.0.0.0',
      '::',
      '::1',
      'fe80::1',
      '::ffff:169.254.169.254',
      '224.0.0.1',
    ];
    expect(closed.map(usual)).toEqual(closed.map(() => true));
    const more = [
      '64:ff9b::7f00:1',
      '2002:7f00:1::',
      'fd00:ec2::254',
      '100.100.100.200',
      '255.255.255.255',
      'no.address',
    ];
    expect(more.map(usual)).toEqual(more.map(() => true));
    const open = ['8.8.8.8', '10.1.2.3', '192.168.1.1', 'fd12::1', '2a00::1'];
    expect(open.map(usual)).toEqual(open.map(() => false));
    const own = closedAddresses({ allow: ['127.0.0.1'], deny: ['10.0.0.0/8', 'fd00::/8'] });
    expect(['127.0.0.1', '127.0.0.2', '10.1.2.3', 'fd12::1', '8.8.8.8'].map(own)).toEqual([
      false,
      true,
      true,
      true,
      false,
    ]);
    for (const wrong of ['x', '10.0.0.0/33', '10.0.0.0/', '::/129']) {
      expect(() => closedAddresses({ deny: [wrong] })).toThrow(RangeError);
    }
  });
});

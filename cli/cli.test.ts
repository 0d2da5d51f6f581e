import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ApiError, logIn, Session } from './client.ts';
import { envLines } from './env.ts';
import { dropPidfile, holderOf, takePidfile } from './pidfile.ts';
import { firstTaken, freePortBase, isFree, portsOf } from './ports.ts';
import { endProcess, isAlive, startOf, whoListens } from './processes.ts';

let folder = '';
const servers: Server[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-cli-'));
});

afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

type Reply = { status: number; headers?: Record<string, string>; body?: unknown };

async function serve(answer: (request: IncomingMessage, body: string) => Reply): Promise<string> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { status, headers = {}, body } = answer(request, Buffer.concat(parts).toString());
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    response.writeHead(status, { ...type, ...headers }).end(body === undefined ? undefined : JSON.stringify(body));
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const portOf = (url: string): number => Number(new URL(url).port);

describe('ports', () => {
  it('are those that OpenStack documents for the default base', () => {
    expect(portsOf(8000)).toEqual({
      cfn: 8000,
      cloudwatch: 8003,
      native: 8004,
      keystone: 5000,
      nova: 8774,
      neutron: 9696,
      cinder: 8776,
      glance: 9292,
    });
    expect(portsOf(9000).keystone).toBe(9050);
  });

  it('tells free ones from taken ones, and by whom', async () => {
    const port = portOf(await serve(() => ({ status: 200 })));
    expect(await isFree(port)).toBe(false);
    expect(await firstTaken([port])).toBe(port);
    expect(whoListens(port)).toContain(`pid ${process.pid} (`);
    const base = await freePortBase();
    expect(await firstTaken(Object.values(portsOf(base)))).toBeUndefined();
  });
});

describe('processes', () => {
  it('live until they are ended, also when they will not listen', async () => {
    const deaf = spawn('sh', ['-c', 'trap "" TERM; echo set; while :; do sleep 0.05; done'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(deaf.stdout, 'data');
    const pid = deaf.pid ?? 0;
    expect(isAlive(pid)).toBe(true);
    expect(startOf(pid)).toMatch(/^\d+$/);
    await endProcess(pid, 100);
    expect(isAlive(pid)).toBe(false);
    expect(isAlive(2 ** 30)).toBe(false);
  });
});

describe('a pidfile', () => {
  it('is held by a process that lives, and taken from one that does not', () => {
    const path = join(folder, 'pid');
    takePidfile(path, 8000);
    expect(holderOf(path)).toEqual({ pid: process.pid, portBase: 8000 });
    dropPidfile(path);
    expect(holderOf(path)).toBeUndefined();
    // The parent lives: the file is its own. The same pid with another start is a process that is gone.
    const parent = { pid: process.ppid, started: startOf(process.ppid), portBase: 9000 };
    writeFileSync(path, JSON.stringify(parent));
    expect(() => takePidfile(path, 8000)).toThrow(`already running: pid ${process.ppid} on port base 9000`);
    dropPidfile(path);
    expect(holderOf(path)?.pid).toBe(process.ppid);
    writeFileSync(path, JSON.stringify({ ...parent, started: '1' }));
    expect(holderOf(path)).toBeUndefined();
    takePidfile(path, 8000);
    expect(holderOf(path)?.pid).toBe(process.pid);
  });
});

describe('convect dev env', () => {
  it('prints lines for a shell, for the user and the ports that were asked for', () => {
    const lines = envLines(9000, 'admin');
    expect(lines).toContain('export OS_AUTH_URL=http://127.0.0.1:9050/v3');
    expect(lines).toContain('export OS_USERNAME=admin');
    expect(lines).toContain('export OS_PROJECT_NAME=admin');
    for (const line of lines) expect(line).toMatch(/^export OS_[A-Z_]+=[\w.:/-]+$/);
  });
});

describe('the client', () => {
  it('finds orchestration in the catalog, and says why it could not log in', async () => {
    const catalog = [{ type: 'orchestration', endpoints: [{ interface: 'public', url: 'http://heat/v1/p/' }] }];
    const keystoneUrl = await serve((_request, body) =>
      body.includes('"right"')
        ? { status: 201, headers: { 'x-subject-token': 'T' }, body: { token: { catalog } } }
        : { status: 401, body: { error: { message: 'No.' } } },
    );
    const session = await logIn({ keystoneUrl, user: 'u', project: 'p', password: 'right' });
    expect(session).toMatchObject({ token: 'T', url: 'http://heat/v1/p' });
    await expect(logIn({ keystoneUrl, user: 'u', project: 'p', password: 'wrong' })).rejects.toThrow(
      new ApiError(401, 'No.'),
    );
  });

  it('follows a redirect with method and body, and gives up when they go in a circle', async () => {
    const seen: string[] = [];
    const url = await serve((request, body) => {
      seen.push(`${request.method} ${request.url} ${body}`);
      const location = `http://${request.headers.host}/v1/p/${request.url === '/v1/p/a' ? 'b' : 'circle'}`;
      return request.url === '/v1/p/b' ? { status: 200, body: { x: 1 } } : { status: 302, headers: { location } };
    });
    const session = new Session('T', `${url}/v1/p`);
    expect(await session.must('DELETE', '/a', { json: { k: 'v' } })).toEqual({ x: 1 });
    expect(seen).toEqual(['DELETE /v1/p/a {"k":"v"}', 'DELETE /v1/p/b {"k":"v"}']);
    expect((await session.ask('GET', '/circle')).status).toBe(302);
  });

  it("throws Heat's own text, or the status where there is none", async () => {
    const url = await serve(request =>
      request.url === '/one'
        ? { status: 404, body: { error: { message: 'The Stack (x) could not be found.' } } }
        : { status: 502 },
    );
    const session = new Session('T', url);
    await expect(session.must('GET', '/one')).rejects.toThrow('The Stack (x) could not be found.');
    await expect(session.must('GET', '/two')).rejects.toThrow('HTTP 502');
  });
});

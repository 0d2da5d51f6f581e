import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Embedded, startEmbedded } from './embedded.ts';

const started: Embedded[] = [];
let dataDir: string;

async function start(options: Parameters<typeof startEmbedded>[0]): Promise<Embedded> {
  const server = await startEmbedded(options);
  started.push(server);
  return server;
}

async function query<R extends pg.QueryResultRow>(server: Embedded, text: string): Promise<readonly R[]> {
  const client = new pg.Client({ connectionString: server.url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text)).rows;
  } finally {
    await client.end();
  }
}

/** Kills the server as a power cut would. */
async function kill(server: Embedded): Promise<void> {
  process.kill(server.pid, 'SIGKILL');
  for (let i = 0; i < 500; i++) {
    const state = await readFile(`/proc/${server.pid}/stat`, 'utf8').catch(() => 'Z');
    if (/\bZ\b/.test(state)) return;
    await sleep(10);
  }
  throw new Error('the server lives on');
}

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'convect-test-'));
  await chmod(dataDir, 0o755);
});
afterEach(async () => {
  for (const server of started.splice(0)) await server.stop();
  await rm(dataDir, { recursive: true, force: true });
});

describe('a database of our own', () => {
  it('keeps its data, and is adopted by whoever finds it running', async () => {
    const first = await start({ dataDir });
    expect(first.adopted).toBe(false);
    await query(first, 'CREATE TABLE kept (n INT8)');
    const second = await start({ dataDir });
    expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url });
    await second.stop();
    const third = await start({ dataDir });
    expect(third.adopted).toBe(false);
    expect(await query(third, 'SELECT n FROM kept')).toEqual([]);
  });

  it('comes back after it was killed, whoever has its process id now', async () => {
    const first = await start({ dataDir });
    await query(first, 'CREATE TABLE kept (n INT8)');
    await kill(first);
    await sleep(200); // its children notice, and end
    const file = join(dataDir, 'db', 'postmaster.pid');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, [process.pid, ...lines.slice(1)].join('\n'));
    const second = await start({ dataDir });
    expect(second.adopted).toBe(false);
    expect(await query(second, 'SELECT n FROM kept')).toEqual([]);
  });

  it('is a process group of its own, so that it outlives what started it', async () => {
    const { pid } = await start({ dataDir });
    expect(execFileSync('ps', ['-o', 'pgid=', '-p', String(pid)], { encoding: 'utf8' }).trim()).toBe(String(pid));
  });

  it('listens on 127.0.0.1 alone and wants the password, which nobody else can read', async () => {
    const server = await start({ dataDir });
    const settings =
      "SELECT name, setting FROM pg_settings WHERE name IN ('listen_addresses', 'unix_socket_directories', 'fsync') ORDER BY name";
    expect((await query<{ setting: string }>(server, settings)).map(each => each.setting)).toEqual([
      'on',
      '127.0.0.1',
      '',
    ]);
    expect((await stat(join(dataDir, 'password'))).mode & 0o777).toBe(0o600);
    const url = new URL(server.url);
    url.password = 'wrong';
    const client = new pg.Client({ connectionString: url.href });
    client.on('error', () => undefined);
    await expect(client.connect()).rejects.toThrow('authentication');
  });

  it('takes the port that it is given, and says so if somebody else has it', async () => {
    const other = createServer(socket => socket.destroy());
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await expect(start({ dataDir, port })).rejects.toThrow('did not start');
    await new Promise(resolve => other.close(resolve));
    expect(new URL((await start({ dataDir, port })).url).port).toBe(String(port));
  });

  it('leaves nothing behind if it is ephemeral', async () => {
    const server = await start({ ephemeral: true });
    const [found] = await query<{ folder: string; sync: string }>(
      server,
      "SELECT current_setting('data_directory') AS folder, current_setting('fsync') AS sync",
    );
    expect(found?.sync).toBe('off');
    await server.stop();
    await expect(stat(found?.folder ?? '/')).rejects.toThrow('ENOENT');
    await expect(startEmbedded({})).rejects.toThrow('folder');
  });

  it('begins anew if making its data was interrupted', async () => {
    const first = await start({ dataDir });
    await first.stop();
    await rm(join(dataDir, 'db'), { recursive: true });
    await writeFile(join(dataDir, 'db.new'), 'half');
    const second = await start({ dataDir });
    expect(second.adopted).toBe(false);
    expect(await query(second, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});

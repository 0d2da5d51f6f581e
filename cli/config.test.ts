import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { etcdOf, readEngineConfig, readGatewayConfig, tlsOf, tracingOf } from './config.ts';
import { startStatus, version } from './status.ts';
import { Unusable } from './unusable.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convect-config-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function file(text: string, name = 'c.yaml'): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** What is said of a file that is not right. */
function said(read: (path: string) => unknown, text: string): readonly string[] {
  try {
    read(file(text));
  } catch (error) {
    if (!(error instanceof Unusable)) throw error;
    return error.message.replaceAll(folder, '…').split('\n');
  }
  throw new Error('it was taken');
}

const engine = `
node: engine-1
listen: 127.0.0.1:50051
databaseUrlFile: database-url
vaultKeyFile: vault.key
etcd: {hosts: ["127.0.0.1:2379"]}
`;
const gateway = `
listen: 0.0.0.0:8004
etcd: {hosts: ["127.0.0.1:2379"]}
keystone: {authUrl: "http://127.0.0.1:5000/v3", userName: heat, passwordFile: password, projectName: service}
`;

describe('a configuration', () => {
  it('is read, with the files that it names', () => {
    file('postgresql://u:p@h/d\n', 'database-url');
    const { config, path, secret } = readEngineConfig(file(engine));
    expect([config.node, config.etcd.hosts]).toEqual(['engine-1', ['127.0.0.1:2379']]);
    expect(secret(config.databaseUrlFile)).toBe('postgresql://u:p@h/d');
    expect(path('vault.key')).toBe(join(folder, 'vault.key'));
    expect(path('/etc/x')).toBe('/etc/x');
    expect(readGatewayConfig(file(gateway)).config.keystone.userName).toBe('heat');
  });

  it('takes variables of the environment, and says which are not set', () => {
    const one = `${engine.replace('engine-1', '"${CONVECT_TEST}-1"')}`;
    vi.stubEnv('CONVECT_TEST', 'host');
    expect(readEngineConfig(file(one)).config.node).toBe('host-1');
    vi.stubEnv('CONVECT_TEST', undefined);
    expect(said(readEngineConfig, one)[1]).toBe('  node names ${CONVECT_TEST}, which is not set');
  });

  it('says all that is wrong at once, and what would be right', () => {
    expect(said(readEngineConfig, 'node: a b\nlisten: 50051\nlisten_port: 1\netcd: {hosts: []}\n')).toEqual([
      '…/c.yaml is not right:',
      "  databaseUrlFile is missing: the path of the database's URL, such as " +
        'postgresql://user:password@host/convect, from the folder of this file if it does not begin with /',
      '  vaultKeyFile is missing: the path of the keys that seal secrets: 64 hex digits a line, the first seals; ' +
        'the same for all engines, ' +
        'from the folder of this file if it does not begin with /',
      '  listen_port is not known; there are node, listen, advertise, status, databaseUrlFile, migrate, ' +
        'vaultKeyFile, etcd, tls, insecure, allowed, cloud, fetch, plugin_dirs, environment_dir, template_dir, tracing, logLevel',
      '  node shall be the name of this engine, such as engine-1: letters, digits, dots, dashes; no other has it',
      '  listen shall be host:port of the gRPC server, such as 127.0.0.1:50051',
      '  etcd.hosts shall be a list of host:port, such as [10.0.0.2:2379, 10.0.0.3:2379]',
    ]);
    expect(said(readGatewayConfig, `${gateway}tls: {ca: ca.pem}\n`)).toEqual([
      '…/c.yaml is not right:',
      '  tls.cert is missing: the path of the certificate of this process (PEM), from the folder of this file if it ' +
        'does not begin with /',
      '  tls.key is missing: the path of its private key (PEM), from the folder of this file if it does not begin with /',
    ]);
  });

  it('takes addresses that templates by URL may and may not come from', () => {
    const { config } = readEngineConfig(
      file(`${engine}fetch: {allow: ["127.0.0.1"], deny: ["10.0.0.0/8", "fd00::/8"]}\n`),
    );
    expect(config.fetch).toEqual({ allow: ['127.0.0.1'], deny: ['10.0.0.0/8', 'fd00::/8'] });
    const wrong = said(readEngineConfig, `${engine}fetch: {allow: [localhost]}\n`);
    expect(wrong[1]).toBe('  fetch.allow.0 shall be such as 10.0.0.0/8 or fd00::/8');
  });

  it('never repeats a value: it may be a secret in the wrong place', () => {
    const lines = said(readEngineConfig, `${engine}logLevel: hunter2\ncloud: {authUrl: "hunter2"}\n`);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join()).not.toContain('hunter2');
  });

  it('says where spans go: a file beside it, a collector, or both; not nowhere', () => {
    expect(tracingOf(readEngineConfig(file(engine)))).toBeUndefined();
    const both = `${engine}tracing: {file: spans.jsonl, otlp: "http://127.0.0.1:4318/v1/traces", ratio: 0.1}\n`;
    expect(tracingOf(readEngineConfig(file(both)))).toEqual({
      file: join(folder, 'spans.jsonl'),
      otlp: 'http://127.0.0.1:4318/v1/traces',
      ratio: 0.1,
    });
    expect(tracingOf(readGatewayConfig(file(`${gateway}tracing: {otlp: "http://c/v1/traces"}\n`)))).toEqual({
      otlp: 'http://c/v1/traces',
    });
    expect(said(readEngineConfig, `${engine}tracing: {ratio: 2}\n`).slice(1)).toEqual([
      '  tracing shall be where spans of requests go: file, otlp, or both',
      '  tracing.ratio shall be how many of the traces that begin here are kept, from 0 to 1; default 1',
    ]);
  });

  it('says what a project may ask, and where records of who did what go', () => {
    const good = `${gateway}perProject: {atOnce: 16, perSecond: 2.5, burst: 10}\naudit: {file: audit.jsonl}\n`;
    expect(readGatewayConfig(file(good)).config).toMatchObject({
      perProject: { burst: 10 },
      audit: { file: 'audit.jsonl' },
    });
    expect(readGatewayConfig(file(`${gateway}audit: {stdout: true}\n`)).config.audit).toEqual({ stdout: true });
    const wrong = said(readGatewayConfig, `${gateway}perProject: {atOnce: 0, burst: 10}\naudit: {}\n`).join('\n');
    expect(wrong).toContain('perProject.perSecond is missing: a number above 0');
    expect(wrong).toContain('perProject.atOnce shall be a whole number, 1 to 512');
    expect(wrong).toContain('audit shall be where records of who did what go');
  });

  it('is refused where others could reach an engine that lets everybody in', () => {
    const open = engine.replace('127.0.0.1:50051', '0.0.0.0:50051');
    expect(said(readEngineConfig, open)[0]).toMatch(/0\.0\.0\.0:50051 can be reached by others.*give tls/);
    expect(said(readEngineConfig, `${engine}advertise: 10.0.0.1:50051\n`)[0]).toMatch(/10\.0\.0\.1:50051 can be/);
    const meant = `${open}insecure: true\n`;
    expect(readEngineConfig(file(`${meant}advertise: 10.0.0.1:50051\n`)).config.insecure).toBe(true);
    expect(said(readEngineConfig, meant)[0]).toMatch(
      /nobody reaches this engine at 0\.0\.0\.0:50051; say .* advertise/,
    );
    expect(readEngineConfig(file(engine.replace('127.0.0.1:50051', '"[::1]:1"'))).config.listen).toBe('[::1]:1');
  });

  it('is refused where it cannot be read, and a file that it names too', () => {
    expect(() => readEngineConfig(join(folder, 'none.yaml'))).toThrow(/none\.yaml cannot be read: ENOENT/);
    expect(said(readEngineConfig, 'a: [')[0]).toMatch(/c\.yaml: /);
    const { config, secret } = readEngineConfig(file(engine));
    expect(() => secret(config.databaseUrlFile)).toThrow(/names .*database-url, which cannot be read: ENOENT/);
  });

  it('gives certificates and passwords as texts', () => {
    for (const name of ['ca', 'cert', 'key', 'word']) file(`${name} text\n`, name);
    const tls = 'tls: {ca: ca, cert: cert, key: key, serverName: convect-engine}';
    const etcd = 'etcd: {hosts: ["e:1"], username: root, passwordFile: word, tls: {ca: ca}}';
    const configured = readEngineConfig(file(engine.replace(/etcd: .*/, `${etcd}\n${tls}`)));
    expect(tlsOf(configured)).toEqual({
      tls: { ca: 'ca text\n', cert: 'cert text\n', key: 'key text\n', serverName: 'convect-engine' },
    });
    expect(etcdOf(configured)).toEqual({
      hosts: ['e:1'],
      tls: { ca: 'ca text\n' },
      auth: { username: 'root', password: 'word text' },
    });
    const alone = etcd.replace(', passwordFile: word', '');
    expect(said(readEngineConfig, engine.replace(/etcd: .*/, alone))[1]).toBe(
      "  etcd.passwordFile is missing: the path of etcd's password, from the folder of this file if it does not " +
        'begin with /',
    );
  });
});

describe('the status of a process', () => {
  it('is health, readiness and version', async () => {
    let ready = false;
    const status = await startStatus('127.0.0.1:0', () => ({ ready, shards: 3 }));
    const get = async (path: string, method = 'GET'): Promise<[number, string]> => {
      const response = await fetch(`http://127.0.0.1:${status.port}${path}`, { method });
      return [response.status, await response.text()];
    };
    try {
      expect(await get('/healthz')).toEqual([200, '{"healthy":true}\n']);
      expect(await get('/readyz')).toEqual([503, '{"ready":false,"shards":3}\n']);
      ready = true;
      expect(await get('/readyz?x=1')).toEqual([200, '{"ready":true,"shards":3}\n']);
      expect(await get('/readyz', 'HEAD')).toEqual([200, '']);
      expect(await get('/version')).toEqual([200, `{"version":"${version()}","speaks":[1,1]}\n`]);
      expect(version()).toMatch(/^\d+\.\d+\.\d+/);
      expect((await get('/'))[0]).toBe(404);
      expect((await get('/healthz', 'POST'))[0]).toBe(405);
    } finally {
      status.close();
    }
  });
});

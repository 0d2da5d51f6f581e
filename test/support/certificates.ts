/** A certificate authority of a test's own, and what it signs. Made with the openssl command. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Certificate {
  /** PEM texts. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface Authority {
  /** A certificate for servers and clients with these DNS names; and for the address 127.0.0.1 where that is asked for. */
  issue(names: readonly string[], forLoopback?: boolean): Certificate;
}

/** A new one; its files are gone when this returns the last text. */
export function createAuthority(): Authority {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const inFolder = <T>(work: (folder: string) => T): T => {
    const folder = mkdtempSync(join(tmpdir(), 'convect-ca-'));
    try {
      return work(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
  const openssl = (folder: string, ...args: readonly string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  };
  const root = inFolder(folder => {
    openssl(
      folder,
      'req',
      '-x509',
      ...key,
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-days',
      '2',
      '-subj',
      '/CN=test ca',
    );
    return { cert: readFileSync(join(folder, 'ca.pem'), 'utf8'), key: readFileSync(join(folder, 'ca.key'), 'utf8') };
  });
  return {
    issue: (names, forLoopback = false) =>
      inFolder(folder => {
        writeFileSync(join(folder, 'ca.pem'), root.cert);
        writeFileSync(join(folder, 'ca.key'), root.key, { mode: 0o600 });
        const alt = [...names.map(name => `DNS:${name}`), ...(forLoopback ? ['IP:127.0.0.1'] : [])].join(',');
        writeFileSync(join(folder, 'alt'), `subjectAltName=${alt}\n`);
        openssl(folder, 'req', '-new', ...key, '-keyout', 'key.pem', '-out', 'csr', '-subj', `/CN=${names[0] ?? 'x'}`);
        const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'alt'];
        openssl(folder, 'x509', '-req', '-in', 'csr', ...signed, '-out', 'cert.pem', '-days', '2');
        const read = (name: string): string => readFileSync(join(folder, name), 'utf8');
        return { ca: root.cert, cert: read('cert.pem'), key: read('key.pem') };
      }),
  };
}

import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sshKeyOf } from './ssh-key.ts';

/** RFC 8032 §7.1, test 1. */
const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
const publicHex = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';

const openSshFields = (blob: Buffer): Buffer[] => {
  const fields: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; ) {
    const length = blob.readUInt32BE(at);
    fields.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return fields;
};

describe('an SSH key', () => {
  it('has the public half that its seed has', () => {
    const [type, blob, comment] = sshKeyOf(seed, 7, 'a-comment').publicKey.split(' ');
    expect([type, comment]).toEqual(['ssh-ed25519', 'a-comment']);
    const [name, key] = openSshFields(Buffer.from(blob ?? '', 'base64'));
    expect([name?.toString(), key?.toString('hex')]).toEqual(['ssh-ed25519', publicHex]);
  });

  it('is the same for the same seed, another for another', () => {
    expect(sshKeyOf(seed, 7, 'c')).toEqual(sshKeyOf(seed, 7, 'c'));
    const other = Buffer.from(seed);
    other[0] = 0;
    expect(sshKeyOf(other, 7, 'c').publicKey).not.toBe(sshKeyOf(seed, 7, 'c').publicKey);
    expect(() => sshKeyOf(seed.subarray(1), 7, 'c')).toThrow('32 bytes');
  });

  it.each(['', 'c', 'comment-of-13', 'long'.repeat(30)])('holds its secret in full blocks: %o', comment => {
    const { privateKey } = sshKeyOf(seed, 0xfffffff0, comment);
    const lines = privateKey.trim().split('\n');
    expect(lines.every(line => line.length <= 70)).toBe(true);
    const file = Buffer.from(lines.slice(1, -1).join(''), 'base64');
    expect(file.subarray(0, 15).toString()).toBe('openssh-key-v1\0');
    const [cipher, kdf, options] = openSshFields(file.subarray(15));
    expect([cipher, kdf, options].map(String)).toEqual(['none', 'none', '']);
    const secret = openSshFields(file.subarray(15 + 8 + 8 + 4 + 4)).at(1);
    expect((secret?.length ?? 1) % 8).toBe(0);
    expect(secret?.readUInt32BE(0)).toBe(secret?.readUInt32BE(4));
  });

  it('is one that OpenSSH reads', context => {
    const folder = mkdtempSync(join(tmpdir(), 'ssh-key-'));
    try {
      const path = join(folder, 'key');
      const { publicKey, privateKey } = sshKeyOf(seed, 7, 'a-comment');
      writeFileSync(path, privateKey, { mode: 0o600 });
      let derived: string;
      try {
        derived = execFileSync('ssh-keygen', ['-y', '-f', path], { encoding: 'utf8' });
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return context.skip();
        throw error;
      }
      expect(derived.trim()).toBe(publicKey);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('signs what its public half verifies', () => {
    const der = (hex: string) => Buffer.from(hex, 'hex');
    const priv = createPrivateKey({
      key: Buffer.concat([der('302e020100300506032b657004220420'), seed]),
      format: 'der',
      type: 'pkcs8',
    });
    const raw = openSshFields(Buffer.from(sshKeyOf(seed, 7, 'c').publicKey.split(' ')[1] ?? '', 'base64'))[1];
    const pub = createPublicKey({
      key: Buffer.concat([der('302a300506032b6570032100'), raw ?? Buffer.alloc(0)]),
      format: 'der',
      type: 'spki',
    });
    expect(verify(null, Buffer.from('x'), pub, sign(null, Buffer.from('x'), priv))).toBe(true);
  });
});

/**
 * An SSH key pair from 32 random bytes: Ed25519 (RFC 8032), in OpenSSH's own file formats.
 *
 * Nova can make a pair too, but then the private key is only in the answer to the create call: an answer that is lost
 * loses the key. Made here, it is in the database (sealed) before Nova hears of the public half.
 */
import { createPrivateKey, createPublicKey } from 'node:crypto';

export interface SshKey {
  /** One line of `authorized_keys`. */
  readonly publicKey: string;
  /** A PEM block, as `ssh -i` reads it; not encrypted. */
  readonly privateKey: string;
}

const seedBytes = 32;
/** PKCS #8 around a raw Ed25519 key (RFC 8410); the key follows. */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const keyType = 'ssh-ed25519';
const pemColumns = 70;
const blockBytes = 8;

/** The pair of a seed; `check` is any 32-bit number. Throws RangeError for a seed of another length. */
export function sshKeyOf(seed: Uint8Array, check: number, comment: string): SshKey {
  if (seed.length !== seedBytes) throw new RangeError(`a seed has ${seedBytes} bytes`);
  const publicBytes = publicHalf(seed);
  const blob = Buffer.concat([field(keyType), field(publicBytes)]);
  const secret = Buffer.concat([
    uint32(check),
    uint32(check),
    blob,
    field(Buffer.concat([seed, publicBytes])),
    field(comment),
  ]);
  const padding = Buffer.from(
    Array.from({ length: (blockBytes - (secret.length % blockBytes)) % blockBytes }, (_, i) => i + 1),
  );
  const file = Buffer.concat([
    Buffer.from('openssh-key-v1\0', 'latin1'),
    field('none'),
    field('none'),
    field(''),
    uint32(1),
    field(blob),
    field(Buffer.concat([secret, padding])),
  ]);
  return { publicKey: `${keyType} ${blob.toString('base64')} ${comment}`, privateKey: pem(file) };
}

/** The public key's 32 bytes: the end of its DER form. */
function publicHalf(seed: Uint8Array): Buffer {
  const key = createPrivateKey({ key: Buffer.concat([pkcs8Prefix, seed]), format: 'der', type: 'pkcs8' });
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-seedBytes);
}

function uint32(n: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(n);
  return bytes;
}

/** A string of RFC 4251: its length, then its bytes. */
function field(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function pem(file: Buffer): string {
  const lines = file.toString('base64').match(new RegExp(`.{1,${pemColumns}}`, 'g')) ?? [];
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

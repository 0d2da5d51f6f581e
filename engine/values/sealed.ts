/**
 * Secrets at rest: AES-256-GCM, the form in which passwords, tokens, hidden parameters and keys stand in rows and
 * messages.
 *
 *     sealed:v1:<key id>:<base64 of nonce (12) | tag (16) | ciphertext>
 *
 * The key id is 8 hex digits of a hash of the key, so that a text sealed with another key is told from a broken one,
 * and that of several keys the right one opens it: a key is exchanged while the older one still opens what it sealed.
 * Version and key id are authenticated with the text: no part of it can be exchanged unnoticed. A nonce is 96 random
 * bits, so one key may seal 2^32 texts (NIST SP 800-38D, 8.3). This file is a port's real implementation: it alone
 * in this room uses node:crypto, and its dice are handed in.
 */
import { createCipheriv, createDecipheriv, createHash, createSecretKey } from 'node:crypto';
import { invariant } from '../kernel/invariant.ts';
import type { Vault } from '../kernel/world.ts';

/** A text that this key did not seal, or that was changed since. Says why, never what. */
export class SealBroken extends Error {
  override readonly name = 'SealBroken';
}

const prefix = 'sealed:v1:';
const keyBytes = 32;
const keyIdLength = 8;
const nonceBytes = 12;
const tagBytes = 16;
const form = /^sealed:v1:([0-9a-f]{8}):([A-Za-z0-9+/]+={0,2})$/;

/** Whether a text has the form of a sealed one; only `open` proves that it is. */
export function isSealed(text: string): boolean {
  return text.startsWith(prefix) && form.test(text);
}

/** Text as it was before it was kept: opened if it was sealed. Throws SealBroken on another key. */
export function cleared(text: string, vault: Pick<Vault, 'open'>): string {
  return isSealed(text) ? vault.open(text) : text;
}

/** The id by which a key's texts are known. Throws BrokenInvariant for a key of another length. */
export function keyIdOf(key: Uint8Array): string {
  invariant(key.length === keyBytes, `a vault's key has ${keyBytes} bytes`);
  return createHash('sha256').update('convect vault key\0').update(key).digest('hex').slice(0, 8);
}

/**
 * The vault of a 256-bit key. `randomBytes(n)` must be unpredictable in production. `seal` takes any well-formed text,
 * the empty one too; `open` throws SealBroken. `older` keys open what they sealed, and seal nothing any more. Throws
 * BrokenInvariant for a key of another length.
 */
export function createVault(
  key: Uint8Array,
  randomBytes: (n: number) => Uint8Array,
  older: readonly Uint8Array[] = [],
): Vault {
  const keyId = keyIdOf(key);
  const secrets = new Map([...older, key].map(each => [keyIdOf(each), createSecretKey(Uint8Array.from(each))]));
  return {
    seal: plain => {
      const header = headerOf(keyId);
      const nonce = randomBytes(nonceBytes);
      invariant(nonce.length === nonceBytes, `the dice gave ${nonceBytes} bytes`);
      const secret = secrets.get(keyId);
      invariant(secret !== undefined, 'the key that seals is one of the keys');
      const cipher = createCipheriv('aes-256-gcm', secret, nonce).setAAD(Buffer.from(header));
      const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return header + Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open: text => {
      const madeWith = sealedWith(text);
      const secret = secrets.get(madeWith);
      if (secret === undefined) throw new SealBroken(`sealed with key ${madeWith}, ${known([...secrets.keys()])}`);
      const bytes = sealedBytes(text);
      const decipher = createDecipheriv('aes-256-gcm', secret, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(headerOf(madeWith)))
        .setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes));
      return finish(decipher, bytes.subarray(nonceBytes + tagBytes));
    },
  };
}

const headerOf = (keyId: string): string => `${prefix}${keyId}:`;

function known(keyIds: readonly string[]): string {
  return keyIds.length === 1 ? `this is key ${keyIds[0]}` : `these are keys ${keyIds.join(', ')}`;
}

/** The id of the key that sealed it. */
function sealedWith(text: string): string {
  const [, madeWith] = form.exec(text) ?? [];
  if (madeWith === undefined) throw new SealBroken('not a sealed text');
  return madeWith;
}

function sealedBytes(text: string): Buffer {
  const payload = text.slice(prefix.length + keyIdLength + 1);
  const bytes = Buffer.from(payload, 'base64');
  // Node reads base64 leniently; only the one text that we would write for these bytes is taken.
  if (bytes.toString('base64') !== payload) throw new SealBroken('not a sealed text');
  if (bytes.length < nonceBytes + tagBytes) throw new SealBroken('a sealed text cut short');
  return bytes;
}

function finish(decipher: ReturnType<typeof createDecipheriv>, sealed: Uint8Array): string {
  try {
    return Buffer.concat([decipher.update(sealed), decipher.final()]).toString('utf8');
  } catch {
    // Node's own error says no more, and its text is not ours to vouch for.
    throw new SealBroken('a sealed text was changed');
  }
}

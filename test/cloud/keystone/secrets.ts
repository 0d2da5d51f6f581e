/** Keystone's hashes, and ids made of the dice that a request carries. */
import { createHash, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Beginning } from '../service.ts';
import type { Hashed } from './state.ts';

type Dice = Pick<Beginning, 'bytes'>;

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** 32 hex digits, as Keystone makes ids. */
export const newId = (dice: Dice): string => hex(dice.bytes(16));

/** An opaque bearer token: 256 random bits. */
export const newToken = (dice: Dice): string => Buffer.from(dice.bytes(32)).toString('base64url');

export const newAuditId = (dice: Dice): string => Buffer.from(dice.bytes(16)).toString('base64url');

/** By which a token is known on disk, and the id of an ec2 credential by its access key. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Salted and slow enough that a stolen journal does not give the secrets away at once (4 MiB, some 10 ms). */
export function hashSecret(secret: string, dice: Dice): Hashed {
  const salt = hex(dice.bytes(16));
  return { salt, hash: derive(secret, salt).toString('hex') };
}

/** Compares in constant time. An unknown user costs as much as a wrong password. */
export function secretFits(secret: string, kept: Hashed | undefined): boolean {
  const { salt, hash } = kept ?? { salt: 'nobody', hash: '0'.repeat(64) };
  return timingSafeEqual(derive(secret, salt), Buffer.from(hash, 'hex')) && kept !== undefined;
}

function derive(secret: string, salt: string): Buffer {
  return scryptSync(secret, salt, 32, { N: 4096, r: 8, p: 1 });
}

/** The sandbox's dice and hashes: ids, tokens, passwords. */
import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { User } from './state.ts';

/** 32 hex digits, as Keystone makes ids. */
export const newId = (): string => randomBytes(16).toString('hex');

/** An opaque bearer token: 256 random bits. */
export const newToken = (): string => randomBytes(32).toString('base64url');

export const newAuditId = (): string => randomBytes(16).toString('base64url');

/** By which a token is known on disk. */
export const tokenHash = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Salted and slow enough that a stolen journal does not give the passwords away at once (4 MiB, some 10 ms). */
export async function hashPassword(
  password: string,
  salt = randomBytes(16).toString('hex'),
): Promise<User['password']> {
  return { salt, hash: (await derive(password, salt)).toString('hex') };
}

/** Compares in constant time. An unknown user costs as much as a wrong password. */
export async function passwordFits(password: string, user: User | undefined): Promise<boolean> {
  const kept = user?.password ?? { salt: 'nobody', hash: '0'.repeat(64) };
  const given = await derive(password, kept.salt);
  return timingSafeEqual(given, Buffer.from(kept.hash, 'hex')) && user !== undefined;
}

function derive(password: string, salt: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, 32, { N: 4096, r: 8, p: 1 }, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

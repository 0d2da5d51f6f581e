/** Key pairs: of a user, by name. */
import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { isAdmin, type Reply } from '../service.ts';
import { newKeyPair } from './bodies.ts';
import { bodyOf, type Desk, limitsOf } from './desk.ts';
import { refuse } from './errors.ts';
import { limitIn, nextOf } from './list.ts';
import type { KeyPair } from './state.ts';
import { databaseTime } from './views.ts';

const idOf = (userId: string, name: string): string => `${userId}/${name}`;

/** An admin may act for another user from 2.10 on. */
function userOf(desk: Desk, given: unknown): string {
  const { asker } = desk.ask;
  if (typeof given !== 'string' || given === asker.userId || desk.minor < 10) return asker.userId;
  if (!isAdmin(asker)) throw refuse.forbidden('os_compute_api:os-keypairs:show');
  return given;
}

const basics = (pair: KeyPair): object => ({
  name: pair.name,
  public_key: pair.publicKey,
  fingerprint: pair.fingerprint,
});

export function createKeyPair(desk: Desk): Reply {
  const given = bodyOf(desk, 'keypair', newKeyPair(desk.minor));
  const name = String(given['name']).trim();
  const userId = userOf(desk, given['user_id']);
  const id = idOf(userId, name);
  const mine = desk.tables.keyPairs.filter(pair => pair.userId === userId);
  const most = limitsOf(desk, desk.projectId)['key_pairs'] ?? -1;
  if (most >= 0 && mine.length >= most) throw refuse.denied('Quota exceeded, too many key pairs.');
  if (/[^a-zA-Z0-9_\- @.]/.test(name)) {
    const known = '@._- 0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
    throw refuse.badRequest(
      `An invalid 'name' value was provided. The name must be: Only expected characters: [${known}]`,
    );
  }
  if (desk.tables.keyPairs.get(id) !== undefined) throw refuse.conflict(`Key pair '${name}' already exists.`);
  const generated = typeof given['public_key'] === 'string' ? undefined : generate();
  const publicKey = generated?.publicKey ?? String(given['public_key']);
  const pair = desk.tables.keyPairs.put({
    id,
    number: desk.tables.keyPairs.size + 1,
    userId,
    name,
    type: typeof given['type'] === 'string' ? given['type'] : 'ssh',
    publicKey,
    fingerprint: fingerprintOf(publicKey),
    createdAt: desk.ask.now,
  });
  const body = {
    ...(generated !== undefined && { private_key: generated.privateKey }),
    ...(desk.minor >= 2 && { type: pair.type }),
    ...basics(pair),
    user_id: userId,
  };
  return { status: desk.minor >= 2 ? 201 : 200, body: { keypair: body } };
}

/** MD5 of the key's bytes, as ssh printed it of old. */
function fingerprintOf(publicKey: string): string {
  const [, data = ''] = publicKey.trim().split(/\s+/);
  const bytes = Buffer.from(data, 'base64');
  const length = bytes.length >= 4 ? bytes.readUInt32BE(0) : 0;
  const kind = bytes.subarray(4, 4 + length).toString('latin1');
  if (length === 0 || kind !== publicKey.trim().split(/\s+/)[0]) {
    throw refuse.badRequest('Keypair data is invalid: failed to generate fingerprint');
  }
  const digest = createHash('md5').update(bytes).digest('hex');
  return (digest.match(/../g) ?? []).join(':');
}

interface Generated {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** The one answer that cannot be repeated: the private key is kept nowhere. Up to 2.91. */
function generate(): Generated {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = createPublicKey(pair.privateKey).export({ format: 'jwk' });
  const number = (text: string | undefined): Buffer => {
    const bytes = Buffer.from(text ?? '', 'base64url');
    return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  };
  const field = (bytes: Buffer): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([field(Buffer.from('ssh-rsa')), field(number(jwk.e)), field(number(jwk.n))]);
  const privateKey = pair.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  return { privateKey, publicKey: `ssh-rsa ${blob.toString('base64')} Generated-by-Nova` };
}

function pairOf(desk: Desk, name: string): KeyPair {
  const userId = userOf(desk, desk.ask.query.get('user_id'));
  const pair = desk.tables.keyPairs.get(idOf(userId, name));
  if (pair === undefined) throw refuse.keyPair(name, userId);
  return pair;
}

export function showKeyPair(desk: Desk, name: string): Reply {
  const pair = pairOf(desk, name);
  const body = {
    ...basics(pair),
    user_id: pair.userId,
    created_at: databaseTime(pair.createdAt),
    deleted: false,
    deleted_at: null,
    id: pair.number,
    updated_at: null,
    ...(desk.minor >= 2 && { type: pair.type }),
  };
  return { status: 200, body: { keypair: body } };
}

export function deleteKeyPair(desk: Desk, name: string): Reply {
  desk.tables.keyPairs.drop(pairOf(desk, name).id);
  return { status: desk.minor >= 2 ? 204 : 202 };
}

export function listKeyPairs(desk: Desk): Reply {
  const { query } = desk.ask;
  const userId = userOf(desk, query.get('user_id'));
  const mine = desk.tables.keyPairs.filter(pair => pair.userId === userId).sort((a, b) => (a.name < b.name ? -1 : 1));
  const paged = desk.minor >= 35;
  const marker = paged ? query.get('marker') : null;
  const at = marker === null ? 0 : mine.findIndex(pair => pair.name === marker) + 1;
  if (marker !== null && at === 0) throw refuse.badRequest(`Marker ${marker} could not be found.`);
  const limit = paged ? limitIn(query) : mine.length;
  const shown = mine.slice(at, at + limit);
  const last = shown.at(-1);
  const more = paged && last !== undefined && shown.length === limit;
  const body = {
    keypairs: shown.map(pair => ({ keypair: { ...basics(pair), ...(desk.minor >= 2 && { type: pair.type }) } })),
    ...(more && { keypairs_links: [{ rel: 'next', href: nextOf(desk, 'os-keypairs', last.name) }] }),
  };
  return { status: 200, body };
}

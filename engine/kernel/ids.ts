/**
 * Names of things, and where they live.
 *
 * An actor's address is fixed at its birth: which stack it belongs to, which of the stack's buckets, and its own
 * uuid. The shard follows from stack and bucket alone, so every node computes the same place without asking anyone
 * (architecture: Ownership). A stack and its first 256 resources share bucket 0, hence a shard, a node and a commit;
 * the next 256 live in bucket 1, and so on: a small stack is local, a big one spreads.
 */
export type Uuid = string & { readonly brand: 'uuid' };
/** A node's life: a new one begins whenever the node was fenced. */
export type Session = Uuid & { readonly life: 'session' };
/** 0 … shardCount - 1. */
export type Shard = number & { readonly brand: 'shard' };
export type NodeId = string & { readonly brand: 'node' };
/** 0 … laneCount - 1: which of a node's commit lanes a stack's turns go through. */
export type Lane = number & { readonly brand: 'lane' };
/** Dense, from 1, per session and lane. */
export type CommitNumber = number & { readonly brand: 'commit' };

export const shardCount = 1024;
export const laneCount = 4;
export const bucketSize = 256;

/** Which actor: its kind names the behaviour that runs it; id is its row's key. A stack's id equals its stack. */
export interface Address {
  readonly kind: string;
  readonly stack: Uuid;
  readonly bucket: number;
  readonly id: Uuid;
}

const uuidForm = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** True for a lower-case uuid with dashes, the only form that rows and addresses carry. */
export function isUuid(text: string): text is Uuid {
  return uuidForm.test(text);
}

/** FNV-1a, 32 bits, then a final mix: spreads uuids evenly, and every node and release computes the same. */
export function hash32(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

export function shardOf(stack: Uuid, bucket: number): Shard {
  return (hash32(`${stack}/${bucket}`) % shardCount) as Shard;
}

export function shardOfAddress(address: Address): Shard {
  return shardOf(address.stack, address.bucket);
}

export function laneOf(stack: Uuid): Lane {
  return (hash32(stack) % laneCount) as Lane;
}

/** The bucket of a stack's n-th resource, counted from 0 over the stack's life. */
export function bucketOfResource(ordinal: number, size: number = bucketSize): number {
  return Math.floor(ordinal / size);
}

/** `kind/stack/bucket/id`: for logs, map keys and the simulator's traces. */
export function addressText(address: Address): string {
  return `${address.kind}/${address.stack}/${address.bucket}/${address.id}`;
}

/** The messages of proto/peers.proto as the codec gives them: camelCase, 64-bit integers as numbers. */
import type { Fault } from '../../proto/fault.ts';

export interface Hello {
  readonly node: string;
  readonly speaksMin: number;
  readonly speaksMax: number;
  readonly credit: number;
}

/** One of the members is there; none where a newer node says something that this release does not know. */
export interface Frame {
  readonly hello?: Hello;
  readonly batch?: { readonly envelopes: readonly Uint8Array[] };
  readonly credit?: { readonly bytes: number };
  readonly refused?: { readonly reason: string };
  readonly bye?: object;
}

export interface Question {
  readonly envelope: Uint8Array;
  readonly speaksMin: number;
  readonly speaksMax: number;
}

export interface Reply {
  readonly answer?: string;
  readonly fault?: Fault;
  readonly notOwner?: { readonly owner?: string };
}

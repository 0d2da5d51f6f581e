/**
 * Sealing again with a new key what older keys sealed, wherever in a text it stands.
 *
 * A row's state is JSON in which sealed texts are strings, or parts of strings that are JSON themselves; what was sealed
 * may hold sealed texts in its turn. A sealed text has no character that JSON would escape, so it is found as it is. What
 * only looks like one (a user may write anything) does not open, and stays as it is.
 */
import type { Vault } from '../kernel/world.ts';
import { createVault, keyIdOf, SealBroken } from './sealed.ts';

export interface ResealedText {
  /** The same where nothing had to be sealed again. */
  readonly text: string;
  /** How many sealed texts were exchanged. */
  readonly exchanged: number;
  /** How many no key opened: they stayed as they were. */
  readonly unopened: number;
}

const anySealed = /sealed:v1:([0-9a-f]{8}):[A-Za-z0-9+/]+={0,2}/g;

/** A function that seals with `key` what `older` keys sealed in a text. */
export function createResealer(
  key: Uint8Array,
  older: readonly Uint8Array[],
  randomBytes: (n: number) => Uint8Array,
): (text: string) => ResealedText {
  const vault = createVault(key, randomBytes, older);
  const current = keyIdOf(key);
  return text => resealed(text, vault, current);
}

function resealed(text: string, vault: Vault, current: string): ResealedText {
  let exchanged = 0;
  let unopened = 0;
  const made = text.replace(anySealed, (sealed, keyId: string) => {
    const plain = opened(sealed, vault);
    if (plain === undefined) {
      unopened += 1;
      return sealed;
    }
    const inner = resealed(plain, vault, current);
    exchanged += inner.exchanged;
    unopened += inner.unopened;
    if (keyId === current && inner.text === plain) return sealed;
    if (keyId !== current) exchanged += 1;
    return vault.seal(inner.text);
  });
  return { text: exchanged === 0 ? text : made, exchanged, unopened };
}

function opened(sealed: string, vault: Vault): string | undefined {
  try {
    return vault.open(sealed);
  } catch (error) {
    if (error instanceof SealBroken) return undefined;
    throw error;
  }
}

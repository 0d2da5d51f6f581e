/** How an entry is called where several are told of. */
import type { TypeEntry } from './form.ts';

export function entryName({ type, about }: TypeEntry): string {
  return about === undefined ? type : `${type}, ${about}`;
}

/**
 * Which versions of proto/ this release speaks.
 *
 * `max` goes up by one when a message is added that an older node would have to refuse; `min` follows one release
 * later, when no node that speaks only less can be in the cluster any more. Two nodes talk if their ranges meet.
 */
export interface Speaks {
  readonly min: number;
  readonly max: number;
}

export const speaks: Speaks = { min: 1, max: 1 };

/** True where two nodes have a version in common. */
export function understands(one: Speaks, other: Speaks): boolean {
  return one.min <= other.max && other.min <= one.max;
}

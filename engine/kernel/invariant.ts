/** An assertion that stays on in production: a broken one is a bug of ours, and costs its stack a strike, not the node. */
export class BrokenInvariant extends Error {
  override readonly name = 'BrokenInvariant';
}

/** Throws BrokenInvariant unless the condition holds. `what` says what should have been true; it holds no secrets. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new BrokenInvariant(what);
}

/** For the default branch of an exhaustive switch. */
export function unreachable(value: never, what: string): never {
  throw new BrokenInvariant(`${what}: ${JSON.stringify(value)}`);
}

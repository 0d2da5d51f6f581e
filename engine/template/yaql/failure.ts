/**
 * What can go wrong in a yaql expression, in the words that Heat's users know from yaql 2.0 and Python.
 *
 * Some failures are caught inside an evaluation: an empty collection (Python's StopIteration) by nobody but the
 * function that asked, a call that nothing takes by groupBy's older form. So each has a kind.
 */
export type FailureKind =
  | 'syntax'
  | 'no function'
  | 'no match'
  | 'ambiguous'
  | 'argument'
  | 'index'
  | 'value'
  | 'limit'
  | 'empty';

/** An expression that cannot be read or evaluated; the message is for the template's author. */
export class YaqlFailure extends Error {
  override readonly name = 'YaqlFailure';
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

export function fail(message: string, kind: FailureKind = 'value'): YaqlFailure {
  return new YaqlFailure(kind, message);
}

/** How a function fails, in Python's words where Heat's reach a client. */
import { pyRepr } from '../../values/python.ts';

/** Python's exception that Heat raises here; KeyError's text arrives in quotes, as Python's str() of one gives it. */
export type FailureKind = 'ValueError' | 'TypeError' | 'KeyError';

/** A function that cannot be made or resolved. Callers say where: `Property error: : resources.r…: : <message>`. */
export class FunctionFailure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string) {
    super(kind === 'KeyError' ? pyRepr(message) : message);
    this.kind = kind;
  }
}

export const failure = {
  value: (message: string) => new FunctionFailure('ValueError', message),
  type: (message: string) => new FunctionFailure('TypeError', message),
  key: (message: string) => new FunctionFailure('KeyError', message),
};

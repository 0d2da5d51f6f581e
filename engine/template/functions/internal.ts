/**
 * Calls that no template writes: they carry what was found wrong to where it must be said.
 *
 * A removed function is an error of the finished definition, not of the parse; a branch of `if` is parsed only when
 * it is chosen; and an output whose value cannot be resolved is no error of the request but of each look at it.
 */
import { errors } from '../../kernel/errors.ts';
import type { Call } from '../expr.ts';
import { functionName } from '../path.ts';
import { type FunctionDefinition, failure } from './function.ts';
import { omitted } from './omitted.ts';

/** A function that earlier versions had. */
export const removed: FunctionDefinition = {
  id: 'removed',
  validate: call => removedText(call.at),
  evaluate(call) {
    throw failure.value(removedText(call.at));
  },
};

function removedText(at: string): string {
  const explanation = `The function ${functionName(at)} is not supported in this version of HOT.`;
  return errors.InvalidTemplateVersion({ explanation }).message;
}

/** A call whose form is wrong, where that counts only if it is used; the arguments are the text. */
export const invalid: FunctionDefinition = {
  id: 'invalid',
  validate: call => text(call),
  evaluate(call) {
    throw failure.value(text(call));
  },
};

/** A value that could not be resolved; the arguments are the text. */
export const failed: FunctionDefinition = {
  id: 'failed',
  evaluate(call) {
    throw failure.value(text(call));
  },
};

/** What `if` leaves where nothing shall be: it goes away with the entry around it, so it never waits for anything. */
export const omission: FunctionDefinition = { id: omitted.fn, evaluate: call => call };

function text(call: Call): string {
  return typeof call.args === 'string' ? call.args : '';
}

export function failedCall(message: string, at: string): Call {
  return { fn: failed.id, args: message, at };
}

export function invalidCall(message: string, at: string): Call {
  return { fn: invalid.id, args: message, at };
}

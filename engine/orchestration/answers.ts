/** Reading services' answers: what they say for certain, and in which words. */
import type { CloudAnswer, CloudOutcome } from '../kernel/world.ts';
import { LifeFailure } from '../kit/resource.ts';
import { parseJson } from '../values/json.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { emptyMap, type Value, type ValueMap } from '../values/value.ts';

export function bodyOf(answer: CloudAnswer): Value {
  return answer.body === '' ? emptyMap : parseJson(answer.body);
}

/** An answer that says for certain that nothing was done (contract: marks, rules 5 and 7); 409 has its own meaning. */
export function refuses(answer: CloudAnswer): boolean {
  return answer.status >= 400 && answer.status < 500 && answer.status !== 408;
}

export function succeeded(outcome: CloudOutcome): CloudAnswer | undefined {
  return outcome.kind === 'answered' && outcome.answer.status >= 200 && outcome.answer.status < 300
    ? outcome.answer
    : undefined;
}

/** What reading a service's answer may throw. */
export function isUnreadable(error: unknown): error is Error {
  return error instanceof LifeFailure || error instanceof ValueSyntaxError;
}

const errorNames: ReadonlyMap<number, string> = new Map([
  [400, 'BadRequest'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'NotFound'],
  [409, 'Conflict'],
  [413, 'OverLimit'],
]);

export function errorName(status: number): string {
  return errorNames.get(status) ?? 'ClientException';
}

/** The service's own words: the `message` of its one-key error body, as OpenStack's services write it. */
export function messageOf(answer: CloudAnswer): string {
  try {
    const body = parseJson(answer.body);
    for (const inner of body instanceof Map ? (body as ValueMap).values() : []) {
      if (typeof inner === 'string') return inner;
      if (inner instanceof Map && typeof inner.get('message') === 'string') return String(inner.get('message'));
    }
  } catch {
    // not JSON: the status says enough
  }
  return `HTTP ${answer.status}`;
}

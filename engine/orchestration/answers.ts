/** Reading services' answers: what they say for certain, and in which words. */
import type { CloudAnswer, CloudOutcome } from '../kernel/world.ts';
import { LifeFailure } from '../kit/resource.ts';
import { parseJson } from '../values/json.ts';
import { ValueSyntaxError } from '../values/syntax.ts';
import { emptyMap, isMap, type Value, type ValueMap } from '../values/value.ts';

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

/** 404: what was asked for is not there; asked for a list, what the list would be of. */
export function isMissing(outcome: CloudOutcome): boolean {
  return outcome.kind === 'answered' && outcome.answer.status === 404;
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

/** How a refusal is told: Heat's name of the error, the service's words; `conflict`: it may pass if asked again. */
export interface Refusal {
  readonly error: string;
  readonly message: string;
  readonly conflict: boolean;
}

/** Neutron's own error types that Heat's client knows by name; others go by their status. */
const neutronTypes: ReadonlySet<string> = new Set([
  'ExternalIpAddressExhausted',
  'HostNotCompatibleWithFixedIps',
  'InvalidIpForNetwork',
  'InvalidIpForSubnet',
  'IpAddressAlreadyAllocated',
  'IpAddressGenerationFailure',
  'IpAddressInUse',
  'MacAddressInUse',
  'NetworkInUse',
  'NetworkNotFound',
  'OverQuota',
  'PortInUse',
  'PortNotFound',
  'StateInvalid',
]);

/** What an answer that refuses says. A quota that is used up is a conflict to Neutron, but no pause ends it. */
export function refusalOf(answer: CloudAnswer): Refusal {
  const type = neutronType(answer);
  return {
    error:
      type !== undefined && neutronTypes.has(type) ? `${type}Client` : (heatType(answer) ?? errorName(answer.status)),
    message: messageOf(answer),
    conflict: answer.status === 409 && type !== 'OverQuota',
  };
}

function errorName(status: number): string {
  return errorNames.get(status) ?? 'ClientException';
}

/** The service's own words: the `message` of its one-key error body, as OpenStack's services write it. */
function messageOf(answer: CloudAnswer): string {
  const body = readable(answer);
  for (const inner of body?.values() ?? []) {
    if (typeof inner === 'string') return inner;
    if (!isMap(inner) || typeof inner.get('message') !== 'string') continue;
    const detail = inner.get('detail') ?? ''; // Neutron's
    return typeof detail === 'string' && detail !== ''
      ? `${inner.get('message')}\n${detail}`
      : `${inner.get('message')}`;
  }
  return `HTTP ${answer.status}`;
}

function neutronType(answer: CloudAnswer): string | undefined {
  const error = readable(answer)?.get('NeutronError') ?? null;
  const type = isMap(error) ? error.get('type') : undefined;
  return typeof type === 'string' ? type : undefined;
}

/** Heat's own errors say their type; Keystone's, of the same form, do not. */
function heatType(answer: CloudAnswer): string | undefined {
  const error = readable(answer)?.get('error') ?? null;
  const type = isMap(error) ? error.get('type') : undefined;
  return typeof type === 'string' ? type : undefined;
}

/** An error's body, where it is JSON: otherwise the status says enough. */
function readable(answer: CloudAnswer): ValueMap | undefined {
  try {
    const body = bodyOf(answer);
    return isMap(body) ? body : undefined;
  } catch {
    return undefined;
  }
}

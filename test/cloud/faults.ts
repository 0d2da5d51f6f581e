/**
 * What goes wrong on the way to the sandbox's services, on purpose: rules as text, each with dice of its own.
 *
 * A rule reads `service=network,method=POST,kind=500,rate=0.1`. What it says of a request is narrowed by `service`,
 * `method` and `path` (a part of the path); `rate` (1 unless said) is how many of those it hits, `times` how often at
 * most, `seed` which. The kinds, by what became of the request and what its sender hears:
 *
 *   500, 409, 429, 503 …   nothing is done; that answer, in the service's own words (`retry-after` in seconds)
 *   500-after …            it is done; that answer all the same
 *   refuse                 nothing is done; the connection is cut
 *   timeout-after          it is done; no answer, and the connection is cut after `ms` (60,000)
 *   ends-in-error          it is done and answered as ever; but the server or volume that it makes ends in error
 *   lands-late             the connection is cut; it is done `ms` (2,000) later
 *   latency                it is done; the answer takes `ms` (100) longer and `per-item` ms more for each item in it
 *
 * The first rule that hits decides, but latencies add up and go along with any other.
 */
import { Random } from '../support/random.ts';

export type Effect =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly done: boolean;
      readonly retryAfter: number | undefined;
    }
  | { readonly kind: 'refuse' }
  | { readonly kind: 'ends-in-error' }
  | { readonly kind: 'timeout-after'; readonly ms: number }
  | { readonly kind: 'lands-late'; readonly ms: number };

/** What befalls one request. */
export interface Fate {
  readonly effect: Effect | undefined;
  readonly latencyMs: number;
  readonly perItemMs: number;
}

export interface Target {
  readonly service: string;
  readonly method: string;
  readonly path: string;
}

type Kind = Effect | { readonly kind: 'latency'; readonly ms: number; readonly perItemMs: number };

interface Rule {
  readonly text: string;
  readonly service: string | undefined;
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly rate: number;
  readonly times: number;
  readonly kind: Kind;
  readonly random: Random;
  hits: number;
}

const keys = ['service', 'method', 'path', 'kind', 'rate', 'times', 'seed', 'ms', 'per-item', 'retry-after'] as const;

/** A rule that cannot be read. */
export class BadFault extends Error {
  readonly statusCode = 400;
}

/** The rules in force. */
export class Faults {
  #rules: Rule[] = [];

  /** @throws BadFault that says what cannot be read; then nothing is changed. */
  set(texts: readonly string[]): void {
    this.#rules = texts.map(readRule);
  }

  /** @throws BadFault that says what cannot be read. */
  add(text: string): void {
    this.#rules.push(readRule(text, this.#rules.length));
  }

  /** Each rule with how often it has hit. */
  list(): { readonly rule: string; readonly hits: number }[] {
    return this.#rules.map(({ text, hits }) => ({ rule: text, hits }));
  }

  /** Rolls the dice of every rule that the request fits. */
  fateOf(target: Target): Fate {
    const fate = { effect: undefined as Effect | undefined, latencyMs: 0, perItemMs: 0 };
    for (const rule of this.#rules) {
      const { kind } = rule;
      if (kind.kind !== 'latency' && fate.effect !== undefined) continue;
      if (!concerns(rule, target) || rule.hits >= rule.times || rule.random.next() >= rule.rate) continue;
      rule.hits += 1;
      if (kind.kind !== 'latency') fate.effect = kind;
      else {
        fate.latencyMs += kind.ms;
        fate.perItemMs += kind.perItemMs;
      }
    }
    return fate;
  }
}

const concerns = (rule: Rule, { service, method, path }: Target): boolean =>
  (rule.service === undefined || rule.service === service) &&
  (rule.method === undefined || rule.method === method) &&
  (rule.path === undefined || path.includes(rule.path));

function readRule(text: string, index: number): Rule {
  const given = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    const key = part.slice(0, at).trim();
    if (at < 1 || !(keys as readonly string[]).includes(key)) {
      throw new BadFault(`fault "${text}": "${part}" is none of ${keys.join(', ')} with a value`);
    }
    given.set(key, part.slice(at + 1).trim());
  }
  const number = (key: string, otherwise: number, most = Number.MAX_SAFE_INTEGER): number => {
    const value = given.has(key) ? Number(given.get(key)) : otherwise;
    if (Number.isFinite(value) && value >= 0 && value <= most) return value;
    throw new BadFault(`fault "${text}": ${key} must be a number from 0 to ${most}`);
  };
  const seed = number('seed', index + 1);
  return {
    text,
    service: given.get('service'),
    method: given.get('method')?.toUpperCase(),
    path: given.get('path'),
    rate: number('rate', 1, 1),
    times: given.has('times') ? number('times', 0) : Number.POSITIVE_INFINITY,
    kind: readKind(text, given.get('kind') ?? '', number, given.has('retry-after')),
    random: new Random(seed),
    hits: 0,
  };
}

function readKind(text: string, kind: string, number: (key: string, otherwise: number) => number, wait: boolean): Kind {
  const status = /^([45]\d\d)(-after)?$/.exec(kind);
  if (status !== null) {
    const retryAfter = wait ? number('retry-after', 0) : undefined;
    return { kind: 'status', status: Number(status[1]), done: status[2] !== undefined, retryAfter };
  }
  if (kind === 'refuse' || kind === 'ends-in-error') return { kind };
  if (kind === 'timeout-after') return { kind, ms: number('ms', 60_000) };
  if (kind === 'lands-late') return { kind, ms: number('ms', 2_000) };
  if (kind === 'latency') return { kind, ms: number('ms', 100), perItemMs: number('per-item', 0) };
  throw new BadFault(
    `fault "${text}": kind must be an error status such as 500 or 409, such a status with -after, ` +
      'refuse, ends-in-error, timeout-after, lands-late or latency',
  );
}

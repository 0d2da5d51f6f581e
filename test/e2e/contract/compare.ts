/**
 * Whether two answers are the same but for what must differ: ids, times, hardware addresses, addresses that were drawn,
 * numbers that count a cloud's past.
 */
import type { Heard, Side } from './side.ts';

export interface Difference {
  readonly what: string;
  /** A line for each place where the two differ. */
  readonly lines: readonly string[];
}

/** Numbers and words that say nothing about behaviour, by their keys. */
const free = new Set([
  'revision_number',
  'standard_attr_id',
  'provider:segmentation_id',
  'fingerprint',
  'adminPass',
  'hostId',
  'locked_reason',
]);
const secrets = new Set(['secret', 'access', 'audit_ids', 'private_key', 'x-subject-token']);

const idPattern = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{64}\b|\b[0-9a-f]{32}\b/g;
const timePattern = /\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)?/g;
const macPattern = /\b([0-9a-f]{2}:){5}[0-9a-f]{2}\b/g;
const requestPattern = /req-<id>|req-[0-9a-f-]{36}/g;

/** The pairs that differ, of two sides that played the same. */
export function differences(a: Side, b: Side, from: number): Difference[] {
  const count = Math.max(a.heard.length, b.heard.length);
  const found: Difference[] = [];
  for (let i = from; i < count; i++) {
    const [one, other] = [a.heard[i], b.heard[i]];
    const what = plain(a, one?.what ?? '');
    const lines: string[] = [];
    walk('', one && shape(a, one), other && shape(b, other), lines);
    if (lines.length > 0) found.push({ what: `${i} ${what}`, lines });
  }
  return found;
}

function shape(side: Side, { what, status, contentType, authenticate, body }: Heard): unknown {
  return {
    what: plain(side, what),
    status,
    type: contentType,
    authenticate: plain(side, authenticate),
    body: canonical(side, body, ''),
  };
}

/** Arrays are sorted: lists come in the order of ids, which are drawn. */
function canonical(side: Side, value: unknown, key: string): unknown {
  if (free.has(key)) return value === null ? null : `<${typeof value}>`;
  if (secrets.has(key)) return typeof value === 'string' ? '<secret>' : `<${typeof value}>`;
  if (typeof value === 'string') return key === 'message' ? firstPart(plain(side, value)) : plain(side, value);
  if (Array.isArray(value)) {
    const items = value.map(item => canonical(side, item, ''));
    return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  }
  // Nova numbers its key pairs.
  if (key === 'id' && typeof value === 'number') return '<number>';
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(
      ([name, item]) => [plain(side, name), canonical(side, item, name)] as const,
    );
    return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  return value;
}

/** A JSON schema's error goes on to print the schema. */
const firstPart = (message: string): string => message.split('\n\nFailed validating')[0] ?? message;

function plain(side: Side, text: string): string {
  let result = text;
  for (const [origin, name] of side.names) {
    if (origin.length > 8) result = result.replaceAll(origin, name);
  }
  return result
    .replaceAll(side.run, '<run>')
    .replace(/ssh-rsa \S+ Generated-by-Nova/, '<generated key>')
    .replace(timePattern, '<time>')
    .replace(macPattern, '<mac>')
    .replace(idPattern, '<id>')
    .replace(requestPattern, '<request>')
    .replace(/\b(172\.24|10\.0)\.\d+\.\d+\b(?!\/)/g, '<drawn address>')
    .replace(/\bhost-(172-24|10-0)-\d+-\d+/g, '<drawn name>');
}

function walk(path: string, a: unknown, b: unknown, lines: string[]): void {
  if (isTree(a) && isTree(b)) {
    for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
      walk(`${path}/${key}`, a[key as keyof typeof a], b[key as keyof typeof b], lines);
    }
    if (Array.isArray(a) !== Array.isArray(b)) lines.push(`${path}: a list on one side only`);
    return;
  }
  if (a !== b) lines.push(`${path}: ${text(a)} | ${text(b)}`);
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;

function text(value: unknown): string {
  if (value === undefined) return 'not there';
  const json = JSON.stringify(value);
  return json.length > 300 ? `${json.slice(0, 300)}…` : json;
}

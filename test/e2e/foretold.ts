/** Calls that a preview announced, beside those that came: `POST network /v2.0/ports`, ids that are made on the way in braces. */
import type { Request } from './request-log.ts';

export interface Compared {
  /** How many that came were announced. */
  readonly equal: number;
  /** That came, and were not announced. */
  readonly unexpected: readonly string[];
  /** That were announced, and did not come. */
  readonly unmade: readonly string[];
}

/** `/v2.1/servers?x`, `/v3/<project>/volumes` → `/servers`, `/volumes`. */
export function bare(path: string): string {
  return (path.split('?')[0] ?? '').replace(/^\/v\d+(\.\d+)?/, '').replace(/^\/[0-9a-f]{32}(?=\/|$)/, '');
}

const textOf = ({ service, method, path }: Request): string => `${method} ${service} ${bare(path)}`;

/** What came of these that changes something: reads, logins and trusts left out. */
export function changing(requests: readonly Request[]): readonly Request[] {
  const isOwn = ({ service, path }: Request) => service === 'identity' && /^\/(auth|OS-TRUST)\//.test(bare(path));
  return requests.filter(request => request.method !== 'GET' && request.method !== 'HEAD' && !isOwn(request));
}

/** Each that came is one that was announced, as often; in whatever order. */
export function compare(announced: readonly string[], came: readonly Request[]): Compared {
  const left = announced.map(line => ({ line, fits: patternOf(line) }));
  const unexpected: string[] = [];
  // The plainest first: one with braces fits whatever id came.
  const openness = (line: string): number => line.split('{').length;
  left.sort((a, b) => openness(a.line) - openness(b.line));
  for (const text of came.map(textOf)) {
    const at = left.findIndex(({ fits }) => fits.test(text));
    if (at < 0) unexpected.push(text);
    else left.splice(at, 1);
  }
  return { equal: came.length - unexpected.length, unexpected, unmade: left.map(({ line }) => line) };
}

/** A line that says `?` for what is not known fits nothing. */
function patternOf(line: string): RegExp {
  const [method = '', service = '', ...rest] = line.split(' ');
  const path = rest.join(' ');
  const parts = bare(path).split(/(\{[^}]*\})/);
  const escaped = parts.map((part, i) => (i % 2 === 1 ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${method.replace('?', '\\?')} ${service} ${escaped.join('')}$`);
}

/** URLs as Heat writes them: absolute, under the host that the client asked, each part quoted as Python quotes it. */
import type { StackIdentity } from '../proto/engine.ts';
import type { Query } from './query.ts';

const unreserved = /^[A-Za-z0-9_.~-]*$/;

/** Percent-encoding of everything but letters, digits and `_.-~` (Python's urllib.parse.quote with no safe ones). */
export function quote(text: string): string {
  if (unreserved.test(text)) return text;
  let quoted = '';
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte);
    quoted += unreserved.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return quoted;
}

/** A query string of these pairs, blanks as `+`. */
export function queryText(pairs: Iterable<readonly [string, string]>): string {
  const plus = (text: string): string => quote(text).replaceAll('%20', '+');
  return Array.from(pairs, ([name, value]) => `${plus(name)}=${plus(value)}`).join('&');
}

export class Links {
  /** `http://host:8004/v1`. */
  readonly base: string;
  /** The asked URL, without its query. */
  readonly self: string;

  constructor(base: string, self: string) {
    this.base = base;
    this.self = self;
  }

  stack(stack: StackIdentity): string {
    return `${this.base}/${quote(stack.project)}/stacks/${quote(stack.name)}/${quote(stack.id)}`;
  }

  resource(stack: StackIdentity, name: string): string {
    return `${this.stack(stack)}/resources/${quote(name)}`;
  }

  event(stack: StackIdentity, resource: string, event: string): string {
    return `${this.resource(stack, resource)}/events/${quote(event)}`;
  }

  /** The page that follows the one whose last item is `marker`. */
  next(query: Query, marker: string): string {
    const others = query.pairs.filter(([name]) => name !== 'marker');
    return `${this.self}?${queryText([...others, ['marker', marker]])}`;
  }
}

/**
 * Errors and boilerplate as Heat words them: the fault JSON of what went wrong (contract: rest-api §1.1), and the
 * page that WebOb makes of a bare status, in the form that the client's Accept asks for (§1).
 */
import type { HeatError } from '../engine/kernel/errors.ts';
import { limits } from '../engine/kernel/limits.ts';
import { asciiJson, writeJson } from '../engine/values/json.ts';
import { mapOf, type Value } from '../engine/values/value.ts';

/** An answer, ready to be sent. */
export interface Rendered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const malformed = 'The server could not comply with the request since it is either malformed or otherwise incorrect.';
const serverError = 'The server has either erred or is incapable of performing the requested operation.';

/** Per status WebOb's title and explanation. */
const defaults: Readonly<Record<number, readonly [title: string, explanation: string]>> = {
  202: ['Accepted', 'The request is accepted for processing.'],
  302: ['Found', 'The resource was found at'],
  400: ['Bad Request', malformed],
  403: ['Forbidden', 'Access was denied to this resource.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', malformed],
  408: ['Request Timeout', 'The server has waited too long for the request to be sent by the client.'],
  409: ['Conflict', 'There was a conflict when trying to complete your request.'],
  429: ['Too Many Requests', 'The client has sent too many requests in a given amount of time.'],
  500: ['Internal Server Error', serverError],
  501: ['Not Implemented', serverError],
  503: ['Service Unavailable', 'The server is currently unavailable. Please try again at a later time.'],
};

export function jsonPage(status: number, body: Value, headers: Readonly<Record<string, string>> = {}): Rendered {
  return {
    status,
    headers: { 'Content-Type': 'application/json', ...headers },
    body: writeJson(body, { asciiOnly: true }),
  };
}

/** Statuses that are not in the table go out as 500, which they would be a bug of ours for. */
export function faultPage(error: HeatError, retryAfterSeconds: number = limits.retryAfterSeconds): Rendered {
  const status = defaults[error.status] ? error.status : 500;
  const [title, explanation] = defaults[status] ?? ['', ''];
  const body = mapOf([
    ['code', BigInt(status)],
    ['title', title],
    ['explanation', explanation],
    [
      'error',
      mapOf([
        ['message', error.message],
        ['type', error.type],
        ['traceback', null],
      ]),
    ],
  ]);
  const retryable = status === 429 || status === 503;
  return jsonPage(status, body, retryable ? { 'Retry-After': `${retryAfterSeconds}` } : {});
}

/** What the token middleware answers without a token, or with one that is none. */
export function unauthorizedPage(authUri: string): Rendered {
  const message = 'The request you have made requires authentication.';
  const error = mapOf([
    ['message', message],
    ['code', 401n],
    ['title', 'Unauthorized'],
  ]);
  return jsonPage(401, mapOf([['error', error]]), { 'WWW-Authenticate': `Keystone uri="${authUri}"` });
}

/** The 404 of a URL that no route takes. */
export function unmatchedPage(accept: string | undefined): Rendered {
  const [title, explanation] = defaults[404] ?? ['', ''];
  return boilerplate(404, title, () => `${explanation}<br /><br />\n\n\n`, accept, {});
}

/** What was asked for has begun. */
export function acceptedPage(accept: string | undefined): Rendered {
  const [title, explanation] = defaults[202] ?? ['', ''];
  return boilerplate(202, title, () => `${explanation}<br /><br />\n\n\n`, accept, {});
}

/** The redirect to a stack's canonical URL. */
export function foundPage(location: string, accept: string | undefined): Rendered {
  const [title, explanation] = defaults[302] ?? ['', ''];
  const text = (url: string): string =>
    `${explanation} <a href="${url}">${url}</a>;\nyou should be redirected automatically.\n\n`;
  return boilerplate(302, title, quoted => text(quoted(location)), accept, { Location: location });
}

type Escape = (text: string) => string;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};
const escapeHtml: Escape = text => text.replace(/[&<>"']/g, character => entities[character] ?? character);
const asItIs: Escape = text => text;

function boilerplate(
  status: number,
  title: string,
  text: (quoted: Escape) => string,
  accept: string | undefined,
  headers: Readonly<Record<string, string>>,
): Rendered {
  const line = `${status} ${title}`;
  switch (preferred(accept)) {
    case 'html': {
      const head = `<html>\n <head>\n  <title>${line}</title>\n </head>\n <body>\n  <h1>${line}</h1>\n  `;
      const body = `${head}${text(escapeHtml)}\n </body>\n</html>`;
      return { status, headers: { ...headers, 'Content-Type': 'text/html; charset=UTF-8' }, body };
    }
    case 'json': {
      const page = { message: text(asItIs), code: line, title };
      const body = asciiJson(JSON.stringify(page));
      return { status, headers: { ...headers, 'Content-Type': 'application/json' }, body };
    }
    case 'text': {
      const flat = text(asItIs)
        .replaceAll('\n', ' ')
        .replaceAll('<br />', '\n')
        .replace(/<\/?a\b[^>]*>/g, '');
      return {
        status,
        headers: { ...headers, 'Content-Type': 'text/plain; charset=UTF-8' },
        body: `${line}\n\n${flat}`,
      };
    }
  }
}

/** HTML or JSON by the higher quality, HTML where they are equal; plain text where the client takes neither. */
function preferred(accept: string | undefined): 'html' | 'json' | 'text' {
  const html = quality(accept, 'text', 'html');
  const json = quality(accept, 'application', 'json');
  if (html === 0 && json === 0) return 'text';
  return json > html ? 'json' : 'html';
}

/** RFC 9110 §12.5.1: the most specific range that takes the type counts. */
function quality(accept: string | undefined, type: string, subtype: string): number {
  let best = { rank: -1, q: 0 };
  for (const range of (accept ?? '').split(',')) {
    const [media = '', ...parameters] = range.split(';').map(part => part.trim().toLowerCase());
    const rank = media === `${type}/${subtype}` ? 2 : media === `${type}/*` ? 1 : media === '*/*' ? 0 : -1;
    if (rank <= best.rank) continue;
    const q = Number(parameters.find(part => part.startsWith('q='))?.slice(2) ?? 1);
    best = { rank, q: Number.isFinite(q) ? q : 0 };
  }
  return best.q;
}

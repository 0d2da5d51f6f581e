/**
 * The page that webob, the services' web framework, makes of an error, in the form that the client asked for.
 *
 * A client that accepts anything gets HTML; one that asks for JSON gets an object whose message still has the HTML's
 * line breaks; one that says nothing gets plain text. Glance answers so throughout, Nova and Cinder at paths that they
 * do not have.
 */
import type { Ask, Reply } from './service.ts';

const titles: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  413: 'Request Entity Too Large',
  415: 'Unsupported Media Type',
  429: 'Too Many Requests',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** What webob says where Glance gives no explanation. */
export const explanations: Readonly<Record<number, string>> = {
  403: 'Access was denied to this resource.',
  404: 'The resource could not be found.',
  409: 'There was a conflict when trying to complete your request.',
  405: 'The method specified is not allowed for this resource.',
  415: 'The request media type is not supported by this server.',
};

/**
 * The refusal as this client gets it; without a client, as one that accepts everything.
 *
 * `detail` is what stands below the explanation where a service gave webob no explanation of its own.
 */
export function page(status: number, message: string, ask?: Pick<Ask, 'headers'>, detail = ''): Reply {
  return form(status, `\n${detail}\n\n`, message, ask);
}

/** The two refusals whose pages have a form of their own. */
export function wrongMethod(ask: Ask, allowed: readonly string[]): Reply {
  const reply = form(405, '\n', `The method ${ask.method} is not allowed for this resource. `, ask);
  return { ...reply, headers: { ...reply.headers, allow: [...allowed].sort().join(', ') } };
}

export function wrongMediaType(ask: Ask, type: string): Reply {
  return form(415, '\n', `The request media type ${type} is not supported by this server.\n`, ask);
}

function form(status: number, below: string, message: string, ask: Pick<Ask, 'headers'> | undefined): Reply {
  const title = titles[status] ?? 'Error';
  const accepted = ask === undefined ? '*/*' : (ask.headers['accept'] ?? '');
  if (/text\/html|\*\/\*/.test(accepted)) {
    const line = `${status} ${title}`;
    const inner = `  <h1>${line}</h1>\n  ${escaped(message)}<br /><br />${escaped(below)}`;
    return text(
      status,
      'text/html',
      `<html>\n <head>\n  <title>${line}</title>\n </head>\n <body>\n${inner}\n </body>\n</html>`,
    );
  }
  if (accepted.includes('application/json')) {
    return { status, body: { message: `${message}<br /><br />${below}`, code: `${status} ${title}`, title } };
  }
  return text(status, 'text/plain', `${status} ${title}\n\n${message}${below.trimEnd()}\n\n   `);
}

const text = (status: number, type: string, body: string): Reply => ({
  status,
  body,
  headers: { 'content-type': `${type}; charset=UTF-8` },
});

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#x27;',
};
const escaped = (message: string): string => message.replace(/[&<>"']/g, char => entities[char] ?? char);

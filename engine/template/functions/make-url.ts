/**
 * make_url: a URL of its parts, each escaped as its place in the URL wants it (contract: templates §3).
 *
 * The parts are checked twice, as in Heat: in the finished definition as far as they are known, and again when all of
 * them are. Escaping is Python's urllib's: what is neither a letter, a digit nor one of `_.-~` becomes %XX, but for
 * what is named safe.
 */
import { floatNumber } from '../../values/floats.ts';
import { pyInt, pyRepr, pyStr } from '../../values/python.ts';
import { isFloat, isMap, type Value } from '../../values/value.ts';
import { type Expr, type ExprMap, isCall, isKnown } from '../expr.ts';
import { failure, FunctionFailure, intrinsic } from './function.ts';

const keys: readonly string[] = ['scheme', 'username', 'password', 'host', 'port', 'path', 'query', 'fragment'];

export const makeUrl = intrinsic({
  id: 'make_url',
  validate(call) {
    const name = 'make_url';
    try {
      if (!(call.args instanceof Map)) throw failure.type(`The arguments to "${name}" must be a map`);
      checkParts(call.args, name);
    } catch (error) {
      if (error instanceof FunctionFailure) return error.message;
      throw error;
    }
    return undefined;
  },
  apply(args, name) {
    if (!isMap(args)) throw failure.type(`The arguments to "${name}" must be a map`);
    checkParts(args, name);
    const text = (key: string): string => {
      const part = args.get(key);
      return typeof part === 'string' ? part : '';
    };
    const scheme = text('scheme');
    if (scheme.includes(':')) throw failure.value('URL "scheme" should not contain \':\'');
    const query = args.get('query') ?? null;
    return joined(scheme, {
      authority: authority(text, args.get('port') ?? null),
      path: quoted(text('path'), '/'),
      query: isMap(query) ? encoded(query) : '',
      fragment: quoted(text('fragment'), '/'),
    });
  },
});

function checkParts(parts: ExprMap, name: string): void {
  const unknown = [...parts.keys()].filter(key => !keys.includes(key)).sort();
  if (unknown.length > 0) throw failure.value(`Invalid arguments to "${name}": ${unknown.join(', ')}`);
  for (const key of keys) {
    const part = parts.get(key);
    if (part === undefined || isCall(part)) continue;
    if (key === 'port') checkPort(part, parts, name);
    else if (key === 'query' ? !(part instanceof Map) : typeof part !== 'string') {
      const wanted = key === 'query' ? 'map' : 'string';
      throw failure.type(`The "${key}" argument to "${name}" must be a ${wanted}`);
    }
  }
}

function checkPort(port: Expr, parts: ExprMap, name: string): void {
  const number = isKnown(port) ? portNumber(port) : undefined;
  if (number === undefined) {
    const shown = isKnown(port) ? pyStr(port) : 'a list or map';
    const args = isKnown(parts) ? pyRepr(parts) : 'these arguments';
    throw failure.value(`Invalid URL port "${shown}" for ${name} called with ${args}`);
  }
  if (number < 1n || number > 65535n) throw failure.value(`Invalid URL port ${number}, must be in range 1-65535`);
}

/** Python's int() of it. */
function portNumber(port: Value): bigint | undefined {
  if (typeof port === 'bigint') return port;
  if (typeof port === 'boolean') return port ? 1n : 0n;
  if (typeof port === 'string') return pyInt(port);
  if (port === null || !isFloat(port)) return undefined;
  const n = floatNumber(port);
  return Number.isFinite(n) ? BigInt(Math.trunc(n)) : undefined;
}

function authority(text: (key: string) => string, port: Value): string {
  const username = quoted(text('username'), '');
  const password = quoted(text('password'), '');
  const user = `${username}${password === '' ? '' : `:${password}`}`;
  const given = text('host');
  const bare = quoted(given.startsWith('[') && given.endsWith(']') ? given.slice(1, -1) : given, ':');
  const host = bare.includes(':') ? `[${bare}]` : bare;
  return `${user === '' ? '' : `${user}@`}${host}${port === null || port === '' ? '' : `:${pyStr(port)}`}`;
}

interface Parts {
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
}

/** Schemes that have an authority even where it is empty: `file:///etc`. */
const withAuthority: ReadonlySet<string> = new Set(
  (
    'ftp http gopher nntp telnet imap wais file mms https shttp snews prospero rtsp rtsps rtspu rsync svn svn+ssh ' +
    'sftp nfs git git+ssh ws wss'
  ).split(' '),
);

/** As urllib.parse.urlunsplit joins them. */
function joined(scheme: string, { authority: host, path, query, fragment }: Parts): string {
  let url = path;
  if (host !== '' || (withAuthority.has(scheme) && !path.startsWith('//'))) {
    url = `//${host}${path === '' || path.startsWith('/') ? path : `/${path}`}`;
  }
  if (scheme !== '') url = `${scheme}:${url}`;
  if (query !== '') url += `?${query}`;
  return fragment === '' ? url : `${url}#${fragment}`;
}

/** As urllib.parse.urlencode: blanks are plus signs; slashes stay. */
function encoded(query: ReadonlyMap<string, Value>): string {
  const plus = (text: string) => quoted(text, ' ').replaceAll(' ', '+').replaceAll('%2F', '/');
  return [...query].map(([key, value]) => `${plus(key)}=${plus(pyStr(value))}`).join('&');
}

/** As urllib.parse.quote. */
function quoted(text: string, safe: string): string {
  let quotedText = '';
  for (const character of text) {
    if (/[A-Za-z0-9_.~-]/.test(character) || (safe !== '' && safe.includes(character))) quotedText += character;
    else
      for (const byte of Buffer.from(character, 'utf8'))
        quotedText += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return quotedText;
}

/**
 * MIME messages of several texts, as cloud-init reads them: in the form that Python's email package writes.
 *
 * A message is a pure function of its parts, its boundary too: the same one asked for again after a crash is the same
 * text.
 */

/** One text; '' as a filename is written, undefined is not. */
export interface MimePart {
  readonly subtype: string;
  readonly content: string;
  readonly filename?: string | undefined;
}

/** The message of these parts. */
export function mimeMessage(parts: readonly MimePart[]): string {
  const texts = parts.length === 0 ? [''] : parts.map(written);
  const boundary = boundaryFor(texts);
  return [
    `Content-Type: multipart/mixed; boundary="${boundary}"`,
    'MIME-Version: 1.0',
    '',
    ...texts.flatMap(text => [`--${boundary}`, text]),
    `--${boundary}--`,
    '',
  ].join('\n');
}

const asciiOnly = /^[\0-\x7f]*$/;
const base64Columns = 76;

function written({ filename, subtype, content }: MimePart): string {
  const isAscii = asciiOnly.test(content);
  return [
    `Content-Type: text/${subtype}; charset="${isAscii ? 'us-ascii' : 'utf-8'}"`,
    'MIME-Version: 1.0',
    `Content-Transfer-Encoding: ${isAscii ? '7bit' : 'base64'}`,
    ...(filename === undefined ? [] : [`Content-Disposition: attachment; ${parameter('filename', filename)}`]),
    '',
    isAscii ? content : wrappedBase64(content),
  ].join('\n');
}

/** Quoted, or percent-encoded where it is not ASCII (RFC 2231). No line of a filename's own may end the header. */
function parameter(name: string, value: string): string {
  const line = value.replace(/[\r\n]+/g, ' ');
  if (asciiOnly.test(line)) return `${name}="${line.replace(/["\\]/g, '\\$&')}"`;
  const encoded = encodeURIComponent(line).replace(/[!'()*]/g, c => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${name}*=utf-8''${encoded}`;
}

function wrappedBase64(content: string): string {
  const encoded = Buffer.from(content, 'utf8').toString('base64');
  return `${(encoded.match(new RegExp(`.{1,${base64Columns}}`, 'g')) ?? []).join('\n')}\n`;
}

/** A line that no part holds. */
function boundaryFor(parts: readonly string[]): string {
  for (let n = 0; ; n++) {
    const boundary = `===============${String(n).padStart(19, '0')}==`;
    if (!parts.some(part => part.includes(boundary))) return boundary;
  }
}

interface Entity {
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
}

/**
 * The texts in a message that has several, in their order, those of messages within it too; undefined for any other
 * text. Beyond Heat, whose parts of messages stay encoded, they are decoded.
 */
export function partsOfMessage(text: string): readonly MimePart[] | undefined {
  const entity = entityOf(text);
  return entity === undefined ? undefined : partsIn(entity, 0);
}

/** Messages within messages; nobody writes so many. */
const maxDepth = 10;

function partsIn(entity: Entity, depth: number): readonly MimePart[] | undefined {
  const { type, parameters } = headerValue(entity.headers.get('content-type') ?? '');
  const boundary = parameters.get('boundary');
  if (!type.startsWith('multipart/') || boundary === undefined || depth > maxDepth) return undefined;
  return entitiesOf(entity.body, boundary).flatMap(inner => partsIn(inner, depth + 1) ?? [partOf(inner)]);
}

function partOf({ headers, body }: Entity): MimePart {
  const { type, parameters } = headerValue(headers.get('content-type') ?? '');
  const disposition = headerValue(headers.get('content-disposition') ?? '');
  const filename = disposition.parameters.get('filename') ?? parameters.get('name');
  const [, subtype = 'plain'] = type.split('/');
  return { subtype, content: decoded(body, headers.get('content-transfer-encoding') ?? ''), filename };
}

function entityOf(text: string): Entity | undefined {
  const lines = text.split('\n').map(line => line.replace(/\r$/, ''));
  const end = lines.findIndex(line => line === '' || !/^(?:[!-9;-~]+:|[ \t])/.test(line));
  const head = end === -1 ? lines : lines.slice(0, end);
  if (head.length === 0) return { headers: new Map(), body: lines[0] === '' ? lines.slice(1).join('\n') : text };
  const headers = new Map<string, string>();
  for (const line of head
    .join('\n')
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (colon > 0 && !headers.has(name)) headers.set(name, line.slice(colon + 1).trim());
  }
  const rest = end === -1 ? [] : lines.slice(lines[end] === '' ? end + 1 : end);
  return { headers, body: rest.join('\n') };
}

/** What stands between the boundary's lines; what is before the first and after the last is nobody's. */
function entitiesOf(body: string, boundary: string): readonly Entity[] {
  const found: Entity[] = [];
  let lines: string[] | undefined;
  for (const line of body.split('\n')) {
    const bare = line.trimEnd();
    if (bare !== `--${boundary}` && bare !== `--${boundary}--`) {
      lines?.push(line);
      continue;
    }
    const entity = lines === undefined ? undefined : entityOf(lines.join('\n'));
    if (entity !== undefined) found.push(entity);
    lines = bare.length === boundary.length + 2 ? [] : undefined;
    if (lines === undefined) break;
  }
  return found;
}

interface HeaderValue {
  /** In lower case. */
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

/** `text/plain; charset="utf-8"; filename*=utf-8''%C3%A9` */
function headerValue(header: string): HeaderValue {
  const [type = ''] = header.split(';');
  const parameters = new Map<string, string>();
  for (const [, name = '', star, quoted, bare = ''] of header.matchAll(
    /;\s*([\w-]+)(\*?)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;]*))/g,
  )) {
    const text = quoted === undefined ? bare.trim() : quoted.replace(/\\(.)/g, '$1');
    parameters.set(name.toLowerCase(), star === '*' ? percentDecoded(text) : text);
  }
  return { type: type.trim().toLowerCase(), parameters };
}

function percentDecoded(text: string): string {
  const encoded = text.replace(/^[^']*'[^']*'/, '');
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function decoded(body: string, encoding: string): string {
  switch (encoding.toLowerCase()) {
    case 'base64':
      return Buffer.from(body, 'base64').toString('utf8');
    case 'quoted-printable': {
      const bytes = body
        .replace(/=\r?\n/g, '')
        .replace(/=([0-9A-F]{2})/gi, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
      return Buffer.from(bytes, 'latin1').toString('utf8');
    }
    default:
      return body;
  }
}

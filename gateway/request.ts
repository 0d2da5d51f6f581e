/**
 * What arrives, before anything is believed: the URL in its parts, the host to answer with, the body's bytes.
 *
 * The body is read here and not by the framework: Heat takes content types that are none (`JSON`), and what it does
 * not take must reach the handler as "no body" rather than as a 415.
 */
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { errors } from '../engine/kernel/errors.ts';
import { limits } from '../engine/kernel/limits.ts';
import { parseJson } from '../engine/values/json.ts';
import { ValueSyntaxError } from '../engine/values/syntax.ts';
import { isMap } from '../engine/values/value.ts';
import type { RequestBody } from './route.ts';

export interface Target {
  /** Decoded, beginning with a slash. */
  readonly path: string;
  readonly rawPath: string;
  /** Without its question mark; still encoded. */
  readonly query: string;
}

/** The request line's target (RFC 9112 §3.2). Throws BadRequest for a path that is not UTF-8 or holds a NUL. */
export function targetOf(url: string): Target {
  const relative = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = relative.indexOf('?');
  const rawPath = mark === -1 ? relative : relative.slice(0, mark);
  const query = mark === -1 ? '' : relative.slice(mark + 1);
  const path = decodePath(rawPath);
  if (path.includes('\0')) throw errors.BadRequest({ message: 'NUL in the path.' });
  return { path: path.startsWith('/') ? path : `/${path}`, rawPath, query };
}

/** Percent-decoding as Python does it: a `%` that begins no escape stays as it is. Throws BadRequest. */
function decodePath(raw: string): string {
  if (!raw.includes('%') && /^[\x20-\x7e]*$/.test(raw)) return raw;
  const bytes = raw.replace(/%([0-9a-fA-F]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(bytes, 'latin1'));
  } catch {
    throw errors.BadRequest({ message: 'The path is not UTF-8.' });
  }
}

const hostForm = /^(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/**
 * `scheme://host[:port]` as the client sees this server; with `trustForwarded` what the proxy in front says.
 * Throws BadRequest for a Host that is none: it would end up in every link.
 */
export function originOf(raw: IncomingMessage, trustForwarded: boolean): string {
  const encrypted = 'encrypted' in raw.socket && raw.socket.encrypted === true;
  const forwarded = (name: string): string | undefined =>
    trustForwarded ? header(raw.headers, name)?.split(',')[0]?.trim() : undefined;
  const scheme = forwarded('x-forwarded-proto') === 'https' || encrypted ? 'https' : 'http';
  const own = `${raw.socket.localAddress ?? 'localhost'}:${raw.socket.localPort ?? 80}`;
  const host = forwarded('x-forwarded-host') ?? (raw.headers.host || own);
  if (!hostForm.test(host)) throw errors.BadRequest({ message: 'The Host header is not a host.' });
  return `${scheme}://${host}`;
}

/** One header's text; several of a name count as one, joined with commas. */
export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

const globalIdForm = /^req-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The id that the caller's own caller goes by, for the logs (contract: rest-api §1). */
export function globalRequestId(headers: IncomingHttpHeaders): string | undefined {
  const id = header(headers, 'x-openstack-request-id');
  return id !== undefined && globalIdForm.test(id) ? id : undefined;
}

/**
 * The body by Heat's three conditions: there is one, its content type may be JSON, it begins with `{`.
 * Throws RequestLimitExceeded beyond `maxBytes` (its rest is read and dropped, so that the sender gets the answer),
 * and BadRequest with the place for what is not JSON.
 */
export async function readBody(raw: IncomingMessage, maxBytes: number): Promise<RequestBody> {
  const bytes = await readBytes(raw, maxBytes);
  if (bytes.length === 0) return { kind: 'none', hint: 'The request has no body.' };
  const type = (raw.headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
  if (!isJsonType(type)) {
    return { kind: 'none', hint: `The Content-Type "${type.slice(0, 100)}" is not application/json.` };
  }
  if (bytes[0] !== 0x7b) return { kind: 'none', hint: 'The body does not begin with "{".' };
  try {
    const value = parseJson(bytes);
    if (isMap(value)) return { kind: 'map', map: value };
    return { kind: 'none', hint: 'The body is not a JSON object.' };
  } catch (error) {
    if (error instanceof ValueSyntaxError) throw errors.BadRequest({ message: error.message });
    throw error;
  }
}

function isJsonType(type: string): boolean {
  return type === '' || type === 'JSON' || type.startsWith('text/plain') || type.toLowerCase() === 'application/json';
}

async function readBytes(raw: IncomingMessage, maxBytes: number): Promise<Uint8Array> {
  const declared = Number(raw.headers['content-length'] ?? 0);
  if (declared > maxBytes) throw tooLong(declared, maxBytes);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of raw.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= maxBytes) chunks.push(chunk);
      if (length > limits.bodyDrainBytes) break;
    }
  } catch {
    throw errors.BadRequest({ message: 'The connection ended before the body did.' });
  }
  if (length > maxBytes) throw tooLong(length, maxBytes);
  return Buffer.concat(chunks);
}

function tooLong(length: number, maxBytes: number): Error {
  const message = `JSON body size (${length} bytes) exceeds maximum allowed size (${maxBytes} bytes).`;
  return errors.RequestLimitExceeded({ message });
}

/** True when the connection must end with this answer: more of the request would come than is worth reading. */
export function mustClose(raw: IncomingMessage): boolean {
  if (raw.complete) return false;
  return raw.readableDidRead || Number(raw.headers['content-length'] ?? 0) > limits.bodyDrainBytes;
}

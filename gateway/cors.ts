/**
 * Cross-origin requests, as oslo.middleware's outermost filter answers them (contract: rest-api §1).
 *
 * It lets the application handle an OPTIONS first; whatever is not a success becomes an empty 200, also a 401 or 404.
 * That answer is the filter's own: it has none of the headers that come from further inside.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Rendered } from './faults.ts';
import { header } from './request.ts';

const methods = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH'];
const allowHeaders = [
  'X-Auth-Token',
  'X-Identity-Status',
  'X-Roles',
  'X-Service-Catalog',
  'X-User-Id',
  'X-Tenant-Id',
  'X-OpenStack-Request-ID',
];
const exposeHeaders = ['X-Auth-Token', 'X-Subject-Token', 'X-Service-Token', 'X-OpenStack-Request-ID'];
const simpleHeaders = [
  'Cache-Control',
  'Content-Language',
  'Content-Type',
  'Expires',
  'Last-Modified',
  'Pragma',
  'Accept',
];
const permitted = new Set([...allowHeaders, ...simpleHeaders].map(name => name.toLowerCase()));
const maxAgeSeconds = 3_600;

/** The answer with what a browser needs to hand it to a page of one of `origins` (`*`: of any). */
export function withCors(
  method: string,
  headers: IncomingHttpHeaders,
  answer: Rendered,
  origins: readonly string[],
): Rendered {
  const origin = header(headers, 'origin');
  const known = origin !== undefined && (origins.includes(origin) || origins.includes('*'));
  if (method === 'OPTIONS') {
    const inner = answer.status >= 200 && answer.status < 300 ? answer : { status: 200, headers: {}, body: '' };
    return known ? preflight(headers, inner, origin) : inner;
  }
  if (!known) return answer;
  return decorate(answer, origin, { 'Access-Control-Expose-Headers': exposeHeaders.join(',') });
}

function preflight(headers: IncomingHttpHeaders, answer: Rendered, origin: string): Rendered {
  const method = header(headers, 'access-control-request-method');
  if (method === undefined || !methods.includes(method)) return answer;
  const asked = (header(headers, 'access-control-request-headers') ?? '').split(',').flatMap(name => name.trim() || []);
  if (!asked.every(name => permitted.has(name.toLowerCase()))) return answer;
  return decorate(answer, origin, {
    'Access-Control-Max-Age': `${maxAgeSeconds}`,
    'Access-Control-Allow-Methods': methods.join(','),
    ...(asked.length > 0 ? { 'Access-Control-Allow-Headers': asked.join(',') } : {}),
  });
}

function decorate(answer: Rendered, origin: string, more: Readonly<Record<string, string>>): Rendered {
  const ours = { Vary: 'Origin', 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Credentials': 'true' };
  return { ...answer, headers: { ...answer.headers, ...ours, ...more } };
}

/**
 * Fetches what users name by URL (contract: templates §7, rest-api §3.1 template_url), within bounds of time, size,
 * redirects and addresses.
 *
 * What counts is the address that is connected to: names are resolved once, by the connection itself, and what they
 * resolve to is looked at there, after every redirect too. So a name that means another address a moment later leads
 * nowhere else. Nothing of the engine's own goes along: no credentials, no cookies, no proxy of the environment.
 */
import { lookup as resolve } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, type Dispatcher, request } from 'undici';
import { Limiter, type LimiterLimits } from '../kernel/limiter.ts';
import { limits } from '../kernel/limits.ts';
import { shownUrl } from '../kernel/shown-url.ts';
import type { Clock, Web } from '../kernel/world.ts';
import { type AddressRules, closedAddresses } from './open-addresses.ts';

/** Said to the user as it is. */
class Refusal extends Error {}

export function createWeb(
  clock: Pick<Clock, 'after' | 'monotonic'>,
  rules: AddressRules = {},
  atOnce: Pick<LimiterLimits, 'perService' | 'perProject'> = usual,
): Web & { stop(): Promise<void> } {
  const isClosed = closedAddresses(rules);
  // Servers of anybody's choice are as slow as they like: each fetch has its own deadline, and waiting counts in it.
  const places = new Limiter(clock, { ...atOnce, ...steady, first: atOnce.perProject, least: atOnce.perProject });
  const agent = new Agent({
    pipelining: 1,
    keepAliveTimeout: 1, // nobody is asked twice
    headersTimeout: 0, // the deadline of the whole counts
    bodyTimeout: 0,
    connect: { timeout: limits.cloudConnectMs, lookup: openOnly(isClosed) },
  });
  return {
    textAt: async (url, { maxBytes, deadlineMs, project }) => {
      const began = clock.monotonic();
      const leave = await places.enter('web', project, deadlineMs);
      if (leave === undefined) return { kind: 'failed', reason: reasonOf(new Refusal('too many are fetched'), url) };
      const left = Math.max(0, deadlineMs - (clock.monotonic() - began));
      const over = new AbortController();
      const timer = setTimeout(() => over.abort(new Refusal(`it took longer than ${deadlineMs} ms`)), left);
      try {
        return { kind: 'text', text: await followed(url, { agent, isClosed, maxBytes, signal: over.signal }) };
      } catch (error) {
        return { kind: 'failed', reason: reasonOf(over.signal.aborted ? over.signal.reason : error, url) };
      } finally {
        clearTimeout(timer);
        leave();
      }
    },
    stop: () => agent.destroy(),
  };
}

const usual = { perService: limits.webAtOnce, perProject: limits.webPerProject };
const steady = { quickMs: 0, slowMs: Number.POSITIVE_INFINITY, warinessMs: 0 };

interface Bounds {
  readonly agent: Dispatcher;
  readonly isClosed: (address: string) => boolean;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

async function followed(url: string, bounds: Bounds): Promise<string> {
  const { agent, isClosed, maxBytes, signal } = bounds;
  let place = placeOf(url, undefined);
  for (let redirects = 0; ; redirects++) {
    const host = place.hostname.replace(/^\[|\]$/g, '');
    // A host that is an address is resolved by nobody.
    if (isIP(host) !== 0 && isClosed(host)) throw closedError();
    const headers = { accept: '*/*', 'accept-encoding': 'identity', 'user-agent': 'convect' };
    const answer = await request(place, { dispatcher: agent, method: 'GET', headers, signal });
    const { statusCode: status, body } = answer;
    const location = answer.headers['location'];
    if (status >= 200 && status < 300) return textOf(body, maxBytes);
    body.on('error', () => undefined).destroy();
    if (status < 300 || status >= 400 || typeof location !== 'string') throw new Refusal(`it answered ${status}`);
    if (redirects === limits.templateRedirects) {
      throw new Refusal(`it leads on more than ${limits.templateRedirects} times`);
    }
    place = placeOf(location, place);
  }
}

function placeOf(url: string, base: URL | undefined): URL {
  if (!URL.canParse(url, base?.href))
    throw new Refusal(base === undefined ? 'it is no URL' : 'it leads to what is no URL');
  const place = new URL(url, base?.href);
  if (place.protocol !== 'http:' && place.protocol !== 'https:') {
    const scheme = place.protocol.slice(0, -1);
    throw base === undefined ? new InvalidScheme(scheme) : new Refusal(`it leads to a URL of the scheme ${scheme}`);
  }
  // It would stand in the stack's rows and messages.
  if (place.username !== '' || place.password !== '') throw new Refusal('a URL with a user in it is not fetched');
  return place;
}

async function textOf(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new TooBig(`Template exceeds maximum allowed size (${maxBytes} bytes)`);
    chunks.push(chunk);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal('it is no text in UTF-8');
  }
}

class TooBig extends Error {}

class InvalidScheme extends Error {}

function closedError(): Refusal {
  return new Refusal('nothing is fetched from its address');
}

function openOnly(isClosed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const open = found.filter(({ address }) => !isClosed(address));
      const [first] = open;
      if (first === undefined) callback(closedError(), '');
      else if (options.all === true) callback(null, open);
      else callback(null, first.address, first.family);
    });
  };
}

/** Heat's words, then what it was as far as that tells nothing of the network behind. */
function reasonOf(error: unknown, url: string): string {
  if (error instanceof InvalidScheme) return `Invalid URL scheme ${error.message}`;
  if (error instanceof TooBig) return error.message;
  const why = error instanceof Refusal ? error.message : 'it cannot be reached';
  return `Failed to retrieve template from ${shownUrl(url)}: ${why}`;
}

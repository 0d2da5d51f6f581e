/**
 * Which microversion of a service's API calls are made with, unless the call itself says.
 *
 * A fixed one, not the newest: answers and rules differ by it, and resource types are written against one. What they
 * need: servers with tags in the create call (2.52), descriptions (2.19), `networks: auto` (2.37), flavors shown in
 * full (2.47); backups with metadata (volume 3.43). An installation that is older gets its own newest: there a
 * call may fail that needs more, and all others work.
 */
import { at, listAt, textAt } from './plain.ts';

export interface Microversion {
  /** As the OpenStack-API-Version header names the service. */
  readonly name: string;
  readonly minor: number;
  readonly major: number;
}

const wanted: Readonly<Record<string, Microversion>> = {
  compute: { name: 'compute', major: 2, minor: 90 },
  volumev3: { name: 'volume', major: 3, minor: 59 },
};

export function microversionOf(service: string): Microversion | undefined {
  return Object.hasOwn(wanted, service) ? wanted[service] : undefined;
}

/** The versioned root of an endpoint, where the service says what it takes: `…/v3/<project>` → `…/v3/`. */
export function rootOf(endpoint: string): string {
  const match = /^(.*?\/v\d[\d.]*)(?:\/|$)/.exec(endpoint);
  return `${match?.[1] ?? endpoint}/`;
}

const form = /^(\d+)\.(\d+)$/;

/** The wanted one or the newest of the same major that the root's document names; undefined where it names none. */
export function negotiated(want: Microversion, document: unknown): Microversion | undefined {
  const newest = versionsIn(document).flatMap(text => {
    const match = form.exec(text);
    return match !== null && Number(match[1]) === want.major ? [Number(match[2])] : [];
  });
  return newest.length === 0 ? undefined : { ...want, minor: Math.min(want.minor, Math.max(...newest)) };
}

function versionsIn(document: unknown): string[] {
  return [at(document, 'version'), ...listAt(document, 'versions')].flatMap(entry => textAt(entry, 'version') ?? []);
}

export function headerOf({ name, major, minor }: Microversion): Readonly<Record<string, string>> {
  return { 'openstack-api-version': `${name} ${major}.${minor}` };
}

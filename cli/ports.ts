/**
 * The ports of an all-in-one, from one number: the port base N.
 *
 *   N      the CloudFormation Query API          N+3  cloudwatch (kept free: nothing listens there yet)
 *   N+4    the native REST API                   N+50 the sandbox cloud: Keystone, Nova, Neutron, Cinder, Glance
 *
 * With the default base every port is the one that OpenStack's own documents name (8000, 8004, 5000 for Keystone …).
 */
import { createServer } from 'node:net';

export const defaultPortBase = 8000;

export interface SandboxPorts {
  readonly keystone: number;
  readonly nova: number;
  readonly neutron: number;
  readonly cinder: number;
  readonly glance: number;
}

export interface Ports extends SandboxPorts {
  readonly cfn: number;
  readonly cloudwatch: number;
  readonly native: number;
}

const customary = { keystone: 5000, nova: 8774, neutron: 9696, cinder: 8776, glance: 9292 } as const;

/** Which ports belong to a base. */
export function portsOf(base: number): Ports {
  return { cfn: base, cloudwatch: base + 3, native: base + 4, ...sandboxPorts(base) };
}

/** Those of them on which the sandbox cloud listens. */
export function sandboxPorts(base: number): SandboxPorts {
  if (base === defaultPortBase) return customary;
  return { keystone: base + 50, nova: base + 51, neutron: base + 52, cinder: base + 53, glance: base + 54 };
}

/** True when nobody listens on this port of the loopback interface (or of all interfaces). */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first of these ports that somebody else holds. */
export async function firstTaken(ports: readonly number[]): Promise<number | undefined> {
  for (const port of ports) if (!(await isFree(port))) return port;
  return undefined;
}

/**
 * A port base whose ports are all free, for demos and tests. Searched from a random place on, so that two that start
 * together seldom meet. Between this answer and the servers' start somebody may take one: the caller then tries again.
 *
 * @throws Error when 200 places were tried in vain.
 */
export async function freePortBase(): Promise<number> {
  const [lowest, highest, step] = [20_000, 31_000, 60];
  const places = Math.floor((highest - lowest) / step);
  const start = Math.floor(Math.random() * places);
  for (let i = 0; i < Math.min(places, 200); i++) {
    const base = lowest + ((start + i) % places) * step;
    if ((await firstTaken(Object.values(portsOf(base)))) === undefined) return base;
  }
  throw new Error(`no free port base between ${lowest} and ${highest}`);
}

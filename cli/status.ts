/** Health, readiness and version of a process, over HTTP, for those who watch it: systemd, Kubernetes, load balancers. */
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Meters } from '../engine/kernel/meters.ts';
import { speaks } from '../proto/version.ts';

export interface Status {
  readonly port: number;
  close(): void;
}

/**
 * Serves `/healthz` (200 while the process answers), `/readyz` (200 or 503, with what `readiness` says) and
 * `/version`; `/metrics` where there are meters (Prometheus' text). Rejects where the place is taken.
 */
export async function startStatus(
  place: string,
  readiness: () => { readonly ready: boolean } & Readonly<Record<string, unknown>>,
  meters?: Meters,
): Promise<Status> {
  if (meters !== undefined) measureProcess(meters);
  const server = createServer((request, response) => {
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
      response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') return say(405, { error: 'GET or HEAD' });
    const path = request.url?.split('?')[0];
    if (path === '/metrics' && meters !== undefined) {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', connection: 'close' });
      response.end(request.method === 'HEAD' ? undefined : meters.text());
      return;
    }
    if (path === '/healthz') return say(200, { healthy: true });
    if (path === '/version') return say(200, { version: version(), speaks: [speaks.min, speaks.max] });
    if (path !== '/readyz') return say(404, { error: 'there are /healthz, /readyz, /version and /metrics' });
    const said = readiness();
    return say(said.ready ? 200 : 503, said);
  });
  const at = place.lastIndexOf(':');
  const host = place.slice(0, at).replace(/^\[|\]$/g, '');
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(Number(place.slice(at + 1)), host, resolve);
  });
  server.unref();
  return { port: (server.address() as AddressInfo).port, close: () => server.close().closeAllConnections() };
}

function measureProcess(meters: Meters): void {
  meters.read('process_cpu_seconds_total', 'CPU time of this process.', () => cpuSeconds(), true);
  meters.read('process_resident_memory_bytes', 'Memory of this process.', () => process.memoryUsage.rss());
  const began = Math.round(performance.timeOrigin / 1_000);
  meters.read('process_start_time_seconds', 'When this process began, in unix time.', () => began);
  const labels = { version: version() };
  meters.read('convect_build_info', 'Which release runs.', () => [{ labels, value: 1 }]);
}

function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** This release's, from package.json: beside the sources, or above the compiled code. */
export function version(): string {
  const files = ['../package.json', '../../package.json'].map(up => fileURLToPath(new URL(up, import.meta.url)));
  const file = files.find(existsSync);
  const { version: found } = JSON.parse(file === undefined ? '{}' : readFileSync(file, 'utf8')) as { version?: string };
  return found ?? 'unknown';
}

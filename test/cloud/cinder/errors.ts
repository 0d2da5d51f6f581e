/** How Cinder refuses: `{"itemNotFound": {"code": 404, "message": …}}`, in its own words. */
import { Refusal, type Reply } from '../service.ts';

const names: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

export function problem(status: number, message: string): Reply {
  const retry = status === 413 ? { retryAfter: '0' } : {};
  return {
    status,
    body: { [names[status] ?? 'computeFault']: { code: status, message, ...retry } },
    ...(status === 413 && { headers: { 'retry-after': '0' } }),
  };
}

const refusal = (status: number, message: string): Refusal => new Refusal(problem(status, message), message);

const notFound = (what: string, id: string): Refusal => refusal(404, `${what} ${id} could not be found.`);

export const refuse = {
  badRequest: (message: string) => refusal(400, message),
  malformed: () =>
    refusal(400, 'The server could not comply with the request since it is either malformed or otherwise incorrect.'),
  invalidInput: (reason: string) => refusal(400, `Invalid input received: ${reason}`),
  invalidVolume: (reason: string) => refusal(400, `Invalid volume: ${reason}`),
  invalidSnapshot: (reason: string) => refusal(400, `Invalid snapshot: ${reason}`),
  invalidBackup: (reason: string) => refusal(400, `Invalid backup: ${reason}`),
  forbidden: (action: string) => refusal(403, `Policy doesn't allow ${action} to be performed.`),
  volume: (id: string) => notFound('Volume', id),
  snapshot: (id: string) => notFound('Snapshot', id),
  backup: (id: string) => notFound('Backup', id),
  type: (id: string) => notFound('Volume type', id),
  typeNamed: (name: string) => refusal(404, `Volume type with name ${name} could not be found.`),
  typeExists: (name: string) => refusal(409, `Volume Type ${name} already exists.`),
  typeSpec: (type: string, key: string) => refusal(404, `Volume Type ${type} has no extra specs with key ${key}.`),
  encryption: (type: string) => refusal(404, `Volume type encryption for type ${type} does not exist.`),
  qos: (id: string) => refusal(404, `No such qos_specs with id ${id}.`),
  conflict: (message: string) => refusal(409, message),
  notFound: (message: string) => refusal(404, message),
  metadata: (volume: string, key: string) => refusal(404, `Volume ${volume} has no metadata with key ${key}.`),
  tooMany: (allowed: number, name: string) =>
    refusal(413, `VolumeLimitExceeded: Maximum number of ${name} allowed (${allowed}) exceeded for quota '${name}'.`),
  tooLarge: (name: string, requested: number, quota: number, consumed: number) =>
    refusal(
      413,
      `VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed ${name} quota. ` +
        `Requested ${requested}G, quota is ${quota}G and ${consumed}G has been consumed.`,
    ),
} as const;

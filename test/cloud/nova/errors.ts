/** How Nova refuses: `{"itemNotFound": {"code": 404, "message": …}}`, in its own words. */
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
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

export function problem(status: number, message: string): Reply {
  return { status, body: { [names[status] ?? 'computeFault']: { code: status, message } } };
}

const refusal = (status: number, message: string): Refusal => new Refusal(problem(status, message), message);

export const refuse = {
  badRequest: (message: string) => refusal(400, message),
  conflict: (message: string) => refusal(409, message),
  notFound: (message: string) => refusal(404, message),
  forbidden: (action: string) => refusal(403, `Policy doesn't allow ${action} to be performed.`),
  denied: (message: string) => refusal(403, message),
  server: (id: string) => refusal(404, `Instance ${id} could not be found.`),
  flavor: (id: string) => refusal(404, `Flavor ${id} could not be found.`),
  keyPair: (name: string, userId: string) => refusal(404, `Keypair ${name} not found for user ${userId}`),
  marker: (id: string) => refusal(400, `marker [${id}] not found`),
  /** The server is in no state for this. */
  state: (action: string, id: string, attribute: 'vm_state' | 'task_state', state: string) =>
    refusal(409, `Cannot '${action}' instance ${id} while it is in ${attribute} ${state}`),
  portInUse: (id: string) => refusal(409, `Port ${id} is still in use.`),
  port: (id: string) => `Port id ${id} could not be found.`,
  network: (id: string) => `Network ${id} could not be found.`,
  notAttached: (server: string, volume: string) =>
    refusal(404, `Instance ${server} is not attached to volume ${volume}`),
  quota: (resource: string, requested: number, used: number, allowed: number) =>
    refusal(
      403,
      `Quota exceeded for ${resource}: Requested ${requested}, but already used ${used} of ${allowed} ${resource}`,
    ),
} as const;

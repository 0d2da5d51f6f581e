import type { Cloud } from '../kernel/world.ts';

/** A node without any service to call: no registered type calls one, and a call would surely not be sent. */
export function createNoCloud(): Cloud {
  return {
    call: async (_credential, request) => ({ kind: 'unsent', reason: `no ${request.service} service is configured` }),
  };
}

/** GET /build_info (contract: rest-api §6): Heat's default words, which name no revision. */
import { mapOf } from '../../engine/values/value.ts';
import { type Answer, json, type Route } from '../route.ts';

const unknown = mapOf([['revision', 'unknown']]);

async function show(): Promise<Answer> {
  return json(
    mapOf([
      ['api', unknown],
      ['engine', unknown],
    ]),
  );
}

export const buildInfoRoutes: readonly Route[] = [
  { methods: ['GET'], path: '/build_info', policy: 'build_info:build_info', handle: show },
];

/** What Cinder's types have in common: calls, and a volume's state. */
import type { CloudCall } from '../../kernel/world.ts';
import { textIn } from '../../kit/given.ts';
import { thingIn } from '../../kit/steps.ts';
import type { Value } from '../../values/value.ts';

/** Heat's: what its answers look like depends on it. */
const version = 'volume 3.0';

export function block(
  method: CloudCall['method'],
  path: string,
  more: Pick<CloudCall, 'body' | 'poll'> = {},
): CloudCall {
  return { service: 'volumev3', method, path, headers: { 'OpenStack-API-Version': version }, ...more };
}

export const oneVolume = (physicalId: string) => `/volumes/${encodeURIComponent(physicalId)}`;

/** Shows a volume; one list may stand for all that are waited for. */
export function showVolume(physicalId: string): CloudCall {
  return block('GET', oneVolume(physicalId), {
    poll: { list: '/volumes/detail', plural: 'volumes', key: 'volume', id: physicalId },
  });
}

/** In lower case; '' where none is shown. Throws LifeFailure for what is no volume. */
export function volumeStatus(body: Value): string {
  return (textIn(thingIn(body, 'volume'), 'status') ?? '').toLowerCase();
}

/** What Cinder's types have in common: calls, a volume's state, and what is set on a volume. */
import type { CloudCall } from '../../kernel/world.ts';
import { textIn } from '../../kit/given.ts';
import type { Step } from '../../kit/resource.ts';
import { settingStep } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { mapOf, type Value, type ValueMap } from '../../values/value.ts';

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

/** The step that makes a volume. */
export const volumeStepName = 'volume';

/** Name and description, as they are said. */
export function wordsStep(said: ValueMap): Step {
  return settingStep({
    name: 'words',
    on: volumeStepName,
    call: ({ physicalId }) => block('PUT', oneVolume(physicalId), { body: writeJson(mapOf([['volume', said]])) }),
    keep: ({ data }) => mapOf([...data, ...said]),
  });
}

export function readOnlyStep(flag: boolean): Step {
  const body = writeJson(mapOf([['os-update_readonly_flag', mapOf([['readonly', flag]])]]));
  return settingStep({
    name: 'read_only',
    on: volumeStepName,
    call: ({ physicalId }) => block('POST', `${oneVolume(physicalId)}/action`, { body }),
  });
}

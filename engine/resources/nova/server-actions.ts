/**
 * What a server can be asked to do, each as a step that waits until it is done (contract: resource-types §2, Update in
 * place, Suspend/resume).
 *
 *   resize:  ACTIVE ─▶ RESIZE ─▶ VERIFY_RESIZE ─(confirmResize)─▶ ACTIVE
 *   rebuild: ACTIVE ─▶ REBUILD ─▶ ACTIVE          suspend: ACTIVE ─▶ SUSPENDED ─(resume)─▶ ACTIVE
 *
 * Nova notes what it begins before it answers, so a second request is refused with 409 until it is over; proven by
 * `POST /servers/<id>/action` twice, but for rebuild, which begins again, and changePassword.
 */
import { actionStep } from '../../kit/actions.ts';
import { mapIn, textIn } from '../../kit/given.ts';
import type { Readiness, Step, StepInput } from '../../kit/resource.ts';
import { thingIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { compute } from './compute.ts';
import { oneServer, serverStepName, statusOf, withoutPassword } from './server-step.ts';

interface ServerAction {
  readonly name: string;
  readonly version?: string;
  body(input: StepInput): ValueMap;
  ready(server: ValueMap): Readiness;
  holds(server: ValueMap): boolean;
}

function serverAction({ name, version, body, ready, holds }: ServerAction): Step {
  return actionStep({
    name,
    on: serverStepName,
    call: ({ physicalId }, input) =>
      compute('POST', `${oneServer(physicalId)}/action`, {
        ...(version !== undefined && { version }),
        body: writeJson(body(input)),
      }),
    // Not by the list that all share: what it remembers may be from before the action.
    show: ({ physicalId }) => compute('GET', oneServer(physicalId)),
    ready: shown => ready(thingIn(shown, 'server')),
    holds: shown => holds(thingIn(shown, 'server')),
    keep: ({ data }, shown) => withTagsOf(data, withoutPassword(thingIn(shown, 'server'))),
  });
}

/** What Nova does not show there stays as it was set. */
function withTagsOf(before: ValueMap, server: ValueMap): ValueMap {
  const tags = before.get('tags') ?? null;
  return tags === null ? server : mapOf([...server, ['tags', tags]]);
}

const isReady: Readiness = { kind: 'ready' };
const isWaiting: Readiness = { kind: 'waiting' };

function failure(message: string): Readiness {
  return { kind: 'failed', error: 'Error', message };
}

function unknownStatus(what: string, server: ValueMap): Readiness {
  const message = `${what} - Unknown status ${statusOf(server)} due to "Unknown"`;
  return { kind: 'failed', error: 'ResourceUnknownStatus', message };
}

/** What Nova is about to do with it; undefined: nothing. */
function taskOf(server: ValueMap): string | undefined {
  return textIn(server, 'OS-EXT-STS:task_state');
}

function flavorOf(server: ValueMap): string | undefined {
  return textIn(mapIn(server, 'flavor') ?? emptyMap, 'id');
}

/** Another flavor, to be confirmed by confirmStep. */
export function resizeStep(flavor: string): Step {
  const isResized = (server: ValueMap) => statusOf(server) === 'VERIFY_RESIZE' || flavorOf(server) === flavor;
  return serverAction({
    name: 'resize',
    body: () => mapOf([['resize', mapOf([['flavorRef', flavor]])]]),
    ready(server) {
      const status = statusOf(server);
      if (status === 'VERIFY_RESIZE') return isReady;
      if (status === 'RESIZE' || taskOf(server) !== undefined) return isWaiting;
      // It was confirmed already, by hand or by Nova itself; else no host could take it and it is as before.
      if (isResized(server) && (status === 'ACTIVE' || status === 'SHUTOFF')) return isReady;
      return failure(`Resizing to '${flavor}' failed, status '${status}'`);
    },
    holds: server => statusOf(server) === 'RESIZE' || isResized(server),
  });
}

/** It stays with its new flavor; one that was stopped stays stopped. */
export function confirmStep(): Step {
  const isConfirmed = (server: ValueMap) => statusOf(server) === 'ACTIVE' || statusOf(server) === 'SHUTOFF';
  return serverAction({
    name: 'confirm',
    body: () => mapOf([['confirmResize', null]]),
    ready(server) {
      if (isConfirmed(server)) return isReady;
      if (statusOf(server) === 'VERIFY_RESIZE' || taskOf(server)?.includes('resize') === true) return isWaiting;
      return unknownStatus(`Confirm resize for server ${textIn(server, 'id') ?? ''} failed`, server);
    },
    holds: isConfirmed,
  });
}

/** What a rebuilt server has anew. */
export interface Rebuild {
  readonly image: string;
  readonly preserveEphemeral: boolean;
  readonly adminPass: string | undefined;
  readonly metadata: ValueMap | undefined;
  readonly personality: Value | undefined;
  /** As Nova wants it; from API 2.57 on, in which there is no personality. Undefined: it keeps what it has. */
  readonly userData: ((input: StepInput) => string) | undefined;
}

export function rebuildStep({ image, preserveEphemeral, adminPass, metadata, personality, userData }: Rebuild): Step {
  const asked: [string, Value][] = [['imageRef', image]];
  if (adminPass !== undefined) asked.push(['adminPass', adminPass]);
  if (preserveEphemeral) asked.push(['preserve_ephemeral', true]);
  if (metadata !== undefined) asked.push(['metadata', metadata]);
  if (userData === undefined && personality !== undefined) asked.push(['personality', personality]);
  return serverAction({
    name: 'rebuild',
    ...(userData !== undefined && { version: '2.57' }),
    body: input =>
      mapOf([['rebuild', mapOf(userData === undefined ? asked : [...asked, ['user_data', userData(input)]])]]),
    ready(server) {
      const status = statusOf(server);
      if (status === 'REBUILD' || taskOf(server) !== undefined) return isWaiting;
      return status === 'ERROR' ? failure(`Rebuilding server failed, status '${status}'`) : isReady;
    },
    holds: server => statusOf(server) === 'REBUILD',
  });
}

export function passwordStep(adminPass: string): Step {
  return serverAction({
    name: 'password',
    body: () => mapOf([['changePassword', mapOf([['adminPass', adminPass]])]]),
    ready(server) {
      if (statusOf(server) === 'PASSWORD' || taskOf(server) === 'updating_password') return isWaiting;
      return statusOf(server) === 'ERROR' ? unknownStatus('Changing the password failed', server) : isReady;
    },
    holds: server => statusOf(server) === 'PASSWORD',
  });
}

export function suspendStep(): Step {
  return serverAction({
    name: 'suspend',
    body: () => mapOf([['suspend', null]]),
    ready(server) {
      const status = statusOf(server);
      if (status === 'SUSPENDED') return isReady;
      if (status === 'ACTIVE' || status === '' || taskOf(server) === 'suspending') return isWaiting;
      return unknownStatus(`Suspend of server ${textIn(server, 'name') ?? ''} failed`, server);
    },
    holds: server => statusOf(server) === 'SUSPENDED' || taskOf(server) === 'suspending',
  });
}

/** `ready` as after a create. */
export function resumeStep(ready: (server: ValueMap) => Readiness): Step {
  return serverAction({
    name: 'resume',
    body: () => mapOf([['resume', null]]),
    ready: server => (statusOf(server) === 'SUSPENDED' ? isWaiting : ready(server)),
    holds: server => statusOf(server) === 'ACTIVE' || taskOf(server) === 'resuming',
  });
}

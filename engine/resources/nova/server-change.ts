/**
 * How a live server becomes another one, or that it cannot (contract: resource-types §2, Update in place).
 *
 *   metadata ─▶ tags ─▶ name ─▶ networks ─▶ resize ─▶ confirm ─▶ rebuild, or password ─▶ shown again
 *
 * Each is there only where it differs; the order is Heat's. One that is stopped half-way is kept and changed again at
 * the next update unless Nova has given it up.
 */
import { mapIn, textIn, textsIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, CloudLife, Step } from '../../kit/resource.ts';
import { readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { compute } from './compute.ts';
import { confirmStep, passwordStep, rebuildStep, resizeStep, resumeStep, suspendStep } from './server-actions.ts';
import { letGoOfNetworks, networkChange, takeNetworksBack } from './server-network-changes.ts';
import {
  chosenName,
  novaMetadata,
  oneServer,
  personality,
  readyServer,
  serverStepName,
  statusOf,
  tagged,
  userDataFor,
  userDataSteps,
  withoutPassword,
} from './server-step.ts';
import { base64, type GuestAccess } from './user-data.ts';

/** How a type with this way of reaching the CloudFormation API changes. */
export function changingServer(access: GuestAccess | undefined): Omit<CloudLife, 'kind' | 'steps' | 'chosen'> {
  return {
    update: change => (replaces(change) ? 'replace' : changeSteps(change, access)),
    prepareReplace: letGoOfNetworks,
    restorePrevious: takeNetworksBack,
    whenFailed: 'look',
    lost: body => givenUp.has(statusOf(thingIn(body, 'server'))),
    check(body) {
      const status = statusOf(thingIn(body, 'server'));
      return status === 'ACTIVE' ? undefined : `'status': expected 'ACTIVE', got '${status}'`;
    },
    suspend: () => ({ steps: [suspendStep()] }),
    resume: () => ({ steps: [resumeStep(readyServer)] }),
  };
}

const givenUp = new Set(['ERROR', 'DELETED', 'SOFT_DELETED']);

/** The policy that holds is the new one. */
function replaces({ changed, after }: Change): boolean {
  const asked = (property: string) => changed.has(property) && after.get(`${property}_update_policy`) === 'REPLACE';
  return ['flavor', 'image', 'user_data'].some(asked);
}

function changeSteps(change: Change, access: GuestAccess | undefined): ChangeSteps {
  const { changed, after, before } = change;
  const { undo = [], steps: networks } = changed.has('networks') ? networkChange(change) : { steps: [] };
  const quick = [
    ...(changed.has('metadata') ? [metadataStep(after)] : []),
    ...(changed.has('tags') ? [tagged(textsIn(after, 'tags'))] : []),
    ...(changed.has('name') ? [renameStep(after, before.physicalName)] : []),
  ];
  const slow = [...resizing(change), ...rebuilding(change, access)];
  // What an action waits for is the server as it is then.
  const again = slow.length === 0 && quick.length + networks.length + undo.length > 0 ? [shownStep()] : [];
  return { undo, steps: [...quick, ...networks, ...slow, ...again] };
}

function resizing({ changed, after }: Change): readonly Step[] {
  const flavor = textIn(after, 'flavor');
  return changed.has('flavor') && flavor !== undefined ? [resizeStep(flavor), confirmStep()] : [];
}

/** Another image, or other user data where those are to be brought to the guest so; the password goes along. */
function rebuilding({ changed, after, before }: Change, access: GuestAccess | undefined): readonly Step[] {
  const password = textIn(after, 'admin_pass');
  const userData = changed.has('user_data') && after.get('user_data_update_policy') === 'REBUILD';
  const image = textIn(after, 'image') ?? textIn(mapIn(before.data, 'image') ?? emptyMap, 'id');
  if ((!changed.has('image') && !userData) || image === undefined) {
    return changed.has('admin_pass') && password !== undefined ? [passwordStep(password)] : [];
  }
  return [
    ...(userData ? userDataSteps(after) : []),
    rebuildStep({
      image,
      preserveEphemeral: after.get('image_update_policy') === 'REBUILD_PRESERVE_EPHEMERAL',
      adminPass: password,
      metadata: novaMetadata(after),
      personality: personality(after),
      userData: userData ? input => base64(userDataFor(input, access) ?? '') : undefined,
    }),
  ];
}

/** All of them at once: what is not said goes. */
function metadataStep(after: ValueMap): Step {
  const metadata = novaMetadata(after) ?? emptyMap;
  return settingStep({
    name: 'metadata',
    on: serverStepName,
    call: ({ physicalId }) =>
      compute('PUT', `${oneServer(physicalId)}/metadata`, { body: writeJson(mapOf([['metadata', metadata]])) }),
    keep: ({ data }) => mapOf([...data, ['metadata', metadata]]),
  });
}

/** Its description stays what it was: Nova writes a server's first name there. */
function renameStep(after: ValueMap, physicalName: string): Step {
  const name = chosenName(after) ?? physicalName;
  return settingStep({
    name: 'rename',
    on: serverStepName,
    call: ({ physicalId }) =>
      compute('PUT', oneServer(physicalId), { body: writeJson(mapOf([['server', mapOf([['name', name]])]])) }),
    keep: ({ data }) => mapOf([...data, ['name', name]]),
  });
}

/** What is kept of it is what it is now; what Nova does not show there stays as it was set. */
function shownStep(): Step {
  const idOf = (input: Parameters<Step['create']>[0]) => thingOf(input, serverStepName).physicalId;
  return readingStep({
    name: 'shown',
    call: input => compute('GET', oneServer(idOf(input))),
    made(body, input) {
      const server = withoutPassword(thingIn(body, 'server'));
      const tags = input.properties.get('tags') ?? null;
      const kept: readonly (readonly [string, Value])[] = tags === null ? [] : [['tags', tags]];
      return { physicalId: idOf(input), data: mapOf([...server, ...kept]) };
    },
  });
}

/**
 * How a live volume becomes another one (contract: resource-types §4).
 *
 *   words ─▶ metadata ─▶ retype ─▶ extend ─▶ [attachments ─▶ detach] ─▶ read_only ─▶ restore
 *     ─▶ [released ─▶ attach] ─▶ shown again
 *
 * It grows while a server has it (API 3.42), and never shrinks. The flag and a backup's contents want a volume that
 * nobody has, so the server that has it lets go of it and gets it back.
 */
import { actionStep } from '../../kit/actions.ts';
import { mapIn, mapsIn, textIn, withoutNulls } from '../../kit/given.ts';
import {
  type Change,
  type ChangeSteps,
  LifeFailure,
  type Readiness,
  type Step,
  type StepInput,
} from '../../kit/resource.ts';
import { readingStep, settingStep, thingOf } from '../../kit/settle.ts';
import { thingIn } from '../../kit/steps.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { compute } from '../nova/compute.ts';
import { block, oneVolume, volumeStatus, volumeStepName, wordsStep, readOnlyStep } from './block.ts';

/** Throws LifeFailure for a size that is smaller. */
export function changeVolume(change: Change): ChangeSteps {
  const { changed, after } = change;
  const words = changed.has('name') || changed.has('description') ? [renamed(change)] : [];
  const metadata = changed.has('metadata') ? [metadataStep(after)] : [];
  const type = textIn(after, 'volume_type');
  const slow = [
    ...(changed.has('volume_type') && type !== undefined ? [retypeStep(type, shownType(change))] : []),
    ...growing(change),
    ...alone(change),
  ];
  const steps = [...words, ...metadata, ...slow];
  // What an action waits for is the volume as it is then; a PUT's answer is not all of it.
  return { steps: steps.length > 0 && slow.length === 0 ? [...steps, shownStep()] : steps };
}

function renamed({ after, before }: Change): Step {
  return wordsStep(
    mapOf([
      ['name', textIn(after, 'name') ?? before.physicalName],
      ['description', textIn(after, 'description') ?? null],
    ]),
  );
}

/** All of them at once: what is not said goes. */
function metadataStep(after: ValueMap): Step {
  const metadata = mapIn(after, 'metadata') ?? emptyMap;
  const body = writeJson(mapOf([['metadata', metadata]]));
  return settingStep({
    name: 'metadata',
    on: volumeStepName,
    call: ({ physicalId }) => block('PUT', `${oneVolume(physicalId)}/metadata`, { body }),
  });
}

const isReady: Readiness = { kind: 'ready' };
const isWaiting: Readiness = { kind: 'waiting' };

interface VolumeAction {
  readonly name: string;
  /** What is asked, and where it is asked; the volume is watched. */
  call: Parameters<typeof actionStep>[0]['call'];
  ready(volume: ValueMap, status: string): Readiness;
  holds(volume: ValueMap, status: string): boolean;
}

function volumeAction({ name, call, ready, holds }: VolumeAction): Step {
  return actionStep({
    name,
    on: volumeStepName,
    call,
    show: ({ physicalId }) => block('GET', oneVolume(physicalId)),
    ready: body => (isVolume(body) ? ready(thingIn(body, 'volume'), volumeStatus(body)) : isWaiting),
    holds: body => holds(thingIn(body, 'volume'), volumeStatus(body)),
    keep: ({ data }, body) => (isVolume(body) ? thingIn(body, 'volume') : data),
  });
}

function isVolume(body: Value): boolean {
  return isMap(body) && body.has('volume');
}

function failure(what: string, status: string): Readiness {
  const message = `${what} - Unknown status ${status} due to "Unknown"`;
  return { kind: 'failed', error: 'ResourceUnknownStatus', message };
}

/** Ready where somebody could use it. */
function usable(what: string, status: string, ...meanwhile: readonly string[]): Readiness {
  if (status === 'available' || status === 'in-use') return isReady;
  return status === '' || meanwhile.includes(status) ? isWaiting : failure(what, status);
}

function acting(name: string, given: ValueMap, version?: string): VolumeAction['call'] {
  const body = writeJson(mapOf([[name, given]]));
  return ({ physicalId }) => {
    const call = block('POST', `${oneVolume(physicalId)}/action`, { body });
    return version === undefined ? call : { ...call, headers: { 'OpenStack-API-Version': `volume ${version}` } };
  };
}

/** The type by the name under which it is shown. */
function shownType({ before }: Change): Value {
  return before.data.get('volume_type') ?? null;
}

function retypeStep(type: string, before: Value): Step {
  const isOther = (volume: ValueMap) => (volume.get('volume_type') ?? null) !== before;
  return volumeAction({
    name: 'retype',
    call: acting(
      'os-retype',
      mapOf([
        ['new_type', type],
        ['migration_policy', 'never'],
      ]),
    ),
    ready: (_volume, status) => usable('Volume retype failed', status, 'retyping'),
    holds: (volume, status) => status === 'retyping' || isOther(volume),
  });
}

function growing({ changed, after, before }: Change): readonly Step[] {
  const [size, had] = [after.get('size'), before.properties.get('size') ?? before.data.get('size')];
  if (!changed.has('size') || typeof size !== 'bigint' || typeof had !== 'bigint' || size === had) return [];
  if (size < had) throw new LifeFailure('NotSupported', 'Shrinking volume is not supported.');
  return [
    volumeAction({
      name: 'extend',
      call: acting('os-extend', mapOf([['new_size', size]]), '3.42'),
      ready: (_volume, status) => usable('Volume resize failed', status, 'extending'),
      holds: (volume, status) => status === 'extending' || volume.get('size') === size,
    }),
  ];
}

/** What wants the volume for itself. */
function alone({ changed, after, before }: Change): readonly Step[] {
  const backup = changed.has('backup_id') ? textIn(after, 'backup_id') : undefined;
  const steps = [
    ...(changed.has('read_only') ? [readOnlyStep(after.get('read_only') === true)] : []),
    ...(backup === undefined ? [] : [restoreStep(backup)]),
  ];
  return steps.length === 0
    ? []
    : [attachmentsStep(), detachStep(), ...steps, releasedStep(before.physicalId), attachStep()];
}

function restoreStep(backup: string): Step {
  return volumeAction({
    name: 'restore',
    call: ({ physicalId }) =>
      block('POST', `/backups/${encodeURIComponent(backup)}/restore`, {
        body: writeJson(mapOf([['restore', mapOf([['volume_id', physicalId]])]])),
      }),
    ready: (_volume, status) => usable('Volume backup restore failed', status, 'restoring-backup'),
    holds: (_volume, status) => status === 'restoring-backup',
  });
}

const attachmentsStepName = 'attachments';

/** Which server has it, before it lets go of it. */
function attachmentsStep(): Step {
  return readingStep({
    name: attachmentsStepName,
    call: input => block('GET', oneVolume(thingOf(input, volumeStepName).physicalId)),
    made: body => ({
      physicalId: '',
      data: mapOf([[attachmentsStepName, mapsIn(thingIn(body, 'volume'), 'attachments')]]),
    }),
  });
}

interface Attachment {
  readonly server: string;
  readonly device: string | undefined;
}

function attachmentIn(input: StepInput): Attachment | undefined {
  const [first] = mapsIn(thingOf(input, attachmentsStepName).data, attachmentsStepName);
  const server = first && textIn(first, 'server_id');
  return server === undefined ? undefined : { server, device: textIn(first ?? emptyMap, 'device') };
}

const attachmentsOf = (server: string) => `/servers/${encodeURIComponent(server)}/os-volume_attachments`;

function detachStep(): Step {
  return volumeAction({
    name: 'detach',
    call({ physicalId }, input) {
      const attachment = attachmentIn(input);
      if (attachment === undefined) return block('GET', oneVolume(physicalId));
      return compute('DELETE', `${attachmentsOf(attachment.server)}/${encodeURIComponent(physicalId)}`);
    },
    ready(_volume, status) {
      if (status === 'available') return isReady;
      const known = status === '' || status === 'in-use' || status === 'detaching' || status === 'reserved';
      return known ? isWaiting : failure('Volume detachment failed', status);
    },
    holds: (_volume, status) => status === 'available' || status === 'detaching',
  });
}

/** Nova forgets that a server had it a little after Cinder did, and puts it on none before. */
function releasedStep(volume: string): Step {
  return {
    ...readingStep({
      name: 'released',
      call(input) {
        const attachment = attachmentIn(input);
        if (attachment === undefined) return block('GET', oneVolume(volume));
        return compute('GET', attachmentsOf(attachment.server));
      },
      made: () => ({ physicalId: '', data: emptyMap }),
    }),
    ready(body) {
      const list = isMap(body) ? mapsIn(body, 'volumeAttachments') : [];
      return list.some(each => each.get('volumeId') === volume) ? isWaiting : isReady;
    },
  };
}

function attachStep(): Step {
  return volumeAction({
    name: 'attach',
    call({ physicalId }, input) {
      const attachment = attachmentIn(input);
      if (attachment === undefined) return block('GET', oneVolume(physicalId));
      const fields = withoutNulls([
        ['volumeId', physicalId],
        ['device', attachment.device],
      ]);
      return compute('POST', attachmentsOf(attachment.server), {
        body: writeJson(mapOf([['volumeAttachment', fields]])),
      });
    },
    // A volume that nobody had is shown at once, and is available.
    ready(volume, status) {
      if (status === 'in-use' || (status === 'available' && mapsIn(volume, 'attachments').length === 0)) return isReady;
      const known = ['', 'available', 'attaching', 'reserved'].includes(status);
      return known ? isWaiting : failure('Volume attachment failed', status);
    },
    holds: (_volume, status) => status === 'in-use' || status === 'attaching' || status === 'reserved',
  });
}

/** What is kept of it is what it is now. */
function shownStep(): Step {
  const idOf = (input: StepInput) => thingOf(input, volumeStepName).physicalId;
  return readingStep({
    name: 'shown',
    call: input => block('GET', oneVolume(idOf(input))),
    made: (body, input) => ({ physicalId: idOf(input), data: thingIn(body, 'volume') }),
  });
}

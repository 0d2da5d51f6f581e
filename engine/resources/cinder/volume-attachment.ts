/**
 * OS::Cinder::VolumeAttachment: a volume on a server.
 *
 *   before (GET …/os-volume_attachments: is it there?) ─▶ attachment (POST the same, then the volume is watched)
 *
 * It goes in the reverse order: off, until Cinder says that the volume is free; then until Nova, which forgets a little
 * later, does not list it any more. Before that it refuses to put the volume on another server.
 *
 * No field can carry a mark (a tag would, but a tagged volume cannot be detached from some drivers). What is known is
 * the pair of server and volume, and a second POST of it is refused with 400; so what was absent when the intent was
 * committed, and is there afterwards, is ours (marks.md: `POST /servers/S/os-volume_attachments`).
 */
import { resource } from '../../kit/declare.ts';
import { mapsIn, textIn, withoutNulls } from '../../kit/given.ts';
import type { CloudLife, Leaving, Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { thingIn, thingsIn } from '../../kit/steps.ts';
import { staysSame } from '../../kit/updates.ts';
import { writeJson } from '../../values/json.ts';
import { emptyMap, mapOf, type Value } from '../../values/value.ts';
import { compute } from '../nova/compute.ts';
import { showVolume, volumeStatus } from './block.ts';

/** Which volume is put on which server, as steps of these names. */
export interface Attaching {
  readonly before: string;
  readonly attachment: string;
  /** It is what the resource is. */
  readonly isMain: boolean;
  server(input: StepInput): string;
  volume(input: StepInput): string;
  device(input: StepInput): string | undefined;
}

const pending = new Set(['attaching', 'available', 'reserved']);

/** The POST's answer says nothing of the volume; shown is the volume. */
function ready(body: Value): Readiness {
  if (body instanceof Map && body.has('volumeAttachment')) return { kind: 'waiting' };
  const status = volumeStatus(body);
  if (status === 'in-use') return { kind: 'ready' };
  if (status === '' || pending.has(status)) return { kind: 'waiting' };
  const message = `Volume attachment failed - Unknown status ${status} due to "Unknown"`;
  return { kind: 'failed', error: 'ResourceUnknownStatus', message };
}

/** Of a volume that several servers may have, only this one's end counts. */
function goneFrom(server: string, body: Value): Leaving {
  const there = mapsIn(thingIn(body, 'volume'), 'attachments').some(each => each.get('server_id') === server);
  const status = volumeStatus(body);
  // It is still being put on, and can be taken off only then (400).
  if (status === 'attaching' || status === 'reserved' || status === 'detaching') return { kind: 'waiting' };
  if (!there || status === 'available' || status === 'deleting') return { kind: 'ready' };
  if (status === 'in-use') return { kind: 'staying' };
  const message = `Volume detachment failed - Unknown status ${status} due to "Unknown"`;
  return { kind: 'failed', error: 'ResourceUnknownStatus', message };
}

/** Looks whether it is there, then puts it there; undone in reverse. */
export function attachingSteps(attaching: Attaching): readonly Step[] {
  const { before, attachment, isMain, server, volume, device } = attaching;
  const attachments = (input: StepInput) => `/servers/${encodeURIComponent(server(input))}/os-volume_attachments`;
  const listed = (input: StepInput) => compute('GET', attachments(input));
  const isAttached = (body: Value, input: StepInput) =>
    thingsIn(body, 'volumeAttachments').some(each => each.get('volumeId') === volume(input));
  // Nova calls an attachment by its volume.
  const made = (_body: Value, input: StepInput): Made => ({ physicalId: volume(input), data: emptyMap });
  const look: Step = {
    ...readingStep({
      name: before,
      call: listed,
      made: (body, input) => ({ physicalId: '', data: mapOf([['attached', isAttached(body, input)]]) }),
    }),
    // One that was there before stays.
    remove: (_physicalId, input) =>
      input.made.get(before)?.data.get('attached') === false ? listed(input) : undefined,
    gone: (body, input) => ({ kind: isAttached(body, input) ? 'waiting' : 'ready' }),
  };
  const attach: Step = {
    name: attachment,
    service: 'compute',
    unique: true,
    main: isMain,
    conflict: 'retry',
    create(input) {
      const fields = withoutNulls([
        ['volumeId', volume(input)],
        ['device', device(input)],
      ]);
      return compute('POST', attachments(input), { body: writeJson(mapOf([['volumeAttachment', fields]])) });
    },
    made,
    find: listed,
    found(body, input) {
      if (thingOf(input, before).data.get('attached') === true || !isAttached(body, input)) return undefined;
      return made(body, input);
    },
    show: physicalId => showVolume(physicalId),
    ready,
    remove: (physicalId, input) => compute('DELETE', `${attachments(input)}/${encodeURIComponent(physicalId)}`),
    gone: (body, input) => goneFrom(server(input), body),
  };
  return [look, attach];
}

/** The life of a tie between two things that are there; a change of either takes it off and puts it on again. */
export function attachmentLife(ends: Pick<Attaching, 'server' | 'volume' | 'device'>): CloudLife {
  const steps = attachingSteps({ before: 'before', attachment: 'attachment', isMain: true, ...ends });
  return {
    kind: 'cloud',
    steps,
    // As Heat: it is taken off and put on again, whatever differs.
    update: ({ changed }) => (changed.size === 0 ? { steps: [] } : { undo: steps.map(({ name }) => name), steps }),
  };
}

export default resource('OS::Cinder::VolumeAttachment', {
  description: 'A volume on a server.',
  className: 'CinderVolumeAttachment',
  properties: {
    instance_uuid: string('The server.', { update: true }).required(),
    volume_id: string('The volume.', { update: true }).required().finds('cinder.volume'),
    mountpoint: string('The device that the guest shall see it as; the hypervisor need not heed it.', { update: true }),
  },
  life: {
    ...attachmentLife({
      server: ({ properties }) => textIn(properties, 'instance_uuid') ?? '',
      volume: ({ properties }) => textIn(properties, 'volume_id') ?? '',
      device: ({ properties }) => textIn(properties, 'mountpoint'),
    }),
    // A volume that one server has is in the way of the next attachment.
    prepareReplace: change => (staysSame(change, 'volume_id') ? 'first' : undefined),
  },
});

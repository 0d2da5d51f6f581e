/** POST /volumes/{id}/action: what is done with a volume that is there. */
import { check, explained, type Schema } from '../schema.ts';
import { type Fields, isFields, type Reply } from '../service.ts';
import { isTrue } from './bodies.ts';
import { adminOnly, type Desk, limitsOf, usageOf, volumeOf } from './desk.ts';
import { refuse } from './errors.ts';
import type { Volume } from './state.ts';
import { typeIn } from './volumes.ts';

type Action = (desk: Desk, volume: Volume, given: Fields) => Reply;

const bool: Schema = { type: ['boolean', 'string'] };

interface Known {
  readonly schema: Schema;
  readonly run: Action;
}

const actions: Readonly<Record<string, Known>> = {
  'os-extend': {
    schema: {
      type: 'object',
      properties: { new_size: { type: ['integer', 'string'], pattern: /^[0-9]+$/, minimum: 1 } },
      required: ['new_size'],
      additionalProperties: false,
    },
    run: extend,
  },
  'os-update_readonly_flag': {
    schema: { type: 'object', properties: { readonly: bool }, required: ['readonly'], additionalProperties: false },
    run: (desk, volume, { readonly }) => {
      if (volume.status !== 'available') {
        throw refuse.invalidVolume(
          `Volume ${volume.id} status must be available to update readonly flag, but current status is: ${volume.status}.`,
        );
      }
      return changed(desk, { ...volume, readonly: isTrue(readonly) });
    },
  },
  'os-set_bootable': {
    schema: { type: 'object', properties: { bootable: bool }, required: ['bootable'], additionalProperties: false },
    run: (desk, volume, { bootable }) => changed(desk, { ...volume, bootable: isTrue(bootable) }, 200),
  },
  'os-retype': {
    schema: {
      type: 'object',
      properties: { new_type: { type: 'string' }, migration_policy: { enum: [null, 'never', 'on-demand'] } },
      required: ['new_type'],
      additionalProperties: false,
    },
    run: retype,
  },
  'os-set_image_metadata': {
    schema: { type: 'object', properties: { metadata: { type: 'object' } }, required: ['metadata'] },
    run: (desk, volume, { metadata }) => {
      const image = { ...volume.image, ...(isFields(metadata) ? (metadata as Record<string, string>) : {}) };
      return { ...changed(desk, { ...volume, image }, 200), body: { metadata: image } };
    },
  },
  'os-reset_status': {
    schema: { type: 'object', properties: { status: { type: 'string' } } },
    run: (desk, volume, { status }) => {
      adminOnly(desk, 'volume_extension:volume_admin_actions:reset_status');
      return changed(desk, { ...volume, status: String(status ?? volume.status), due: undefined });
    },
  },
};

export function act(desk: Desk, id: string): Reply {
  const { body } = desk.ask;
  const [name = ''] = isFields(body) ? Object.keys(body) : [];
  const known = actions[name];
  if (!isFields(body) || known === undefined)
    throw refuse.badRequest(
      `There is no such action: ${name}. Verify the request body and Content-Type header and try again.`,
    );
  const wrong = check({ type: 'object', properties: { [name]: known.schema } }, body);
  if (wrong !== undefined) throw refuse.badRequest(explained(wrong));
  const given = body[name];
  return known.run(desk, volumeOf(desk, id), isFields(given) ? given : {});
}

function changed({ tables, ask }: Desk, volume: Volume, status = 202): Reply {
  tables.volumes.put({ ...volume, updatedAt: ask.now });
  return { status };
}

function extend(desk: Desk, volume: Volume, given: Fields): Reply {
  const size = Number(given['new_size']);
  const inUse = desk.minor >= 42 && volume.status === 'in-use';
  if (volume.status !== 'available' && !inUse) {
    throw refuse.invalidVolume(
      `Volume ${volume.id} status must be ${inUse ? "'in-use'" : "'available'"} to extend, currently ${volume.status}.`,
    );
  }
  if (size <= volume.size) {
    const sizes = `(current: ${volume.size}, extended: ${size})`;
    throw refuse.invalidInput(`New size for extend must be greater than current size. ${sizes}.`);
  }
  const room = limitsOf(desk, volume.projectId)['gigabytes'] ?? -1;
  const used = usageOf(desk, volume.projectId)['gigabytes'] ?? 0;
  const more = size - volume.size;
  if (room >= 0 && used + more > room) throw refuse.tooLarge('gigabytes', more, room, used);
  const due = { at: desk.ask.now + desk.delays.createMs, status: volume.status };
  return changed(desk, { ...volume, size, status: 'extending', due });
}

function retype(desk: Desk, volume: Volume, given: Fields): Reply {
  const type = typeIn(desk, given['new_type']);
  if ((volume.status !== 'available' && volume.status !== 'in-use') || type.id === volume.typeId) {
    throw refuse.invalidVolume(
      'Retype needs volume to be in available or in-use state, not be part of an active migration or a consistency ' +
        'group, requested type has to be different that the one from the volume, and for in-use volumes front-end ' +
        'qos specs cannot change.',
    );
  }
  const due = { at: desk.ask.now + desk.delays.createMs, status: volume.status };
  return changed(desk, { ...volume, typeId: type.id, status: 'retyping', due });
}

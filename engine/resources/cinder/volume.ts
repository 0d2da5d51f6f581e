/**
 * OS::Cinder::Volume: a block device, empty or made of something else.
 *
 *   volume (POST /volumes, or POST /backups/<id>/restore) ─▶ [own words: name, description] ─▶ [read only]
 *
 * Mark: the generated name; where the user chose a name, the description (a restored volume: always the name), found by
 * `GET /volumes/detail?name=` and compared. Then the user's own are put where it stood (`PUT /volumes/<id>`). Metadata
 * could carry it too and be filtered by, but Nova shows them to the guest. Proven by marks.md, Cinder.
 */
import { errors } from '../../kernel/errors.ts';
import { resource } from '../../kit/declare.ts';
import { mapIn, textIn, withoutNulls } from '../../kit/given.ts';
import type { CloudLife, Leaving, Live, Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import { attribute, boolean, integer, map, range, string, type SupportStatus, since } from '../../kit/schema.ts';
import { thingIn, thingsIn, unreadable } from '../../kit/steps.ts';
import { dumps } from '../../template/python-json.ts';
import type { Expr } from '../../template/expr.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { pyRepr, pyStr } from '../../values/python.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';
import { block, oneVolume, readOnlyStep, showVolume, volumeStatus, volumeStepName, wordsStep } from './block.ts';
import { changeVolume } from './volume-change.ts';

function backupOf(properties: ValueMap): string | undefined {
  return textIn(properties, 'backup_id');
}

/** The mark stands in the name unless the user chose one; a restore takes no description. */
function isNameFree(properties: ValueMap): boolean {
  return textIn(properties, 'name') === undefined || backupOf(properties) !== undefined;
}

function create({ properties, mark }: StepInput) {
  const backup = backupOf(properties);
  if (backup !== undefined) {
    const body = writeJson(mapOf([['restore', mapOf([['name', mark]])]]));
    return block('POST', `/backups/${encodeURIComponent(backup)}/restore`, { body });
  }
  const metadata = mapIn(properties, 'metadata') ?? emptyMap;
  const volume = withoutNulls([
    ['size', properties.get('size')],
    ['availability_zone', textIn(properties, 'availability_zone')],
    ['imageRef', textIn(properties, 'image') ?? textIn(properties, 'imageRef')],
    ['snapshot_id', textIn(properties, 'snapshot_id')],
    ['volume_type', textIn(properties, 'volume_type')],
    ['source_volid', textIn(properties, 'source_volid')],
    ['metadata', metadata.size === 0 ? undefined : metadata],
    ['name', textIn(properties, 'name') ?? mark],
    ['description', isNameFree(properties) ? textIn(properties, 'description') : mark],
  ]);
  const hints = mapIn(properties, 'scheduler_hints') ?? emptyMap;
  const body = withoutNulls([
    ['volume', volume],
    ['OS-SCH-HNT:scheduler_hints', hints.size === 0 ? undefined : hints],
  ]);
  return block('POST', '/volumes', { body: writeJson(body) });
}

function madeOf(volume: ValueMap): Made {
  const id = textIn(volume, 'id');
  if (id === undefined) throw unreadable('a volume without an id');
  return { physicalId: id, data: volume };
}

/** A restore's answer only names the volume. */
function made(body: Value): Made {
  const restored = mapIn(mapOf([['body', body]]), 'body')?.get('restore');
  if (restored === undefined) return madeOf(thingIn(body, 'volume'));
  const id = textIn(thingIn(body, 'restore'), 'volume_id');
  if (id === undefined) throw unreadable('a restore without a volume');
  return { physicalId: id, data: emptyMap };
}

const coming = new Set(['creating', 'restoring-backup', 'downloading']);

function ready(body: Value): Readiness {
  if (mapIn(mapOf([['body', body]]), 'body')?.has('restore')) return { kind: 'waiting' };
  const status = volumeStatus(body);
  if (status === 'available') return { kind: 'ready' };
  if (status === '' || coming.has(status)) return { kind: 'waiting' };
  if (status === 'error') {
    return { kind: 'failed', error: 'ResourceInError', message: 'Went to status error due to "Unknown"' };
  }
  const message = `Volume create failed - Unknown status ${status} due to "Unknown"`;
  return { kind: 'failed', error: 'ResourceUnknownStatus', message };
}

function gone(body: Value): Leaving {
  const status = volumeStatus(body);
  // Before it is made, or free again, it cannot go: asked to, Cinder says no.
  if (coming.has(status)) return { kind: 'waiting' };
  switch (status) {
    case 'deleting':
    case 'attaching':
    case 'detaching':
      return { kind: 'waiting' };
    case 'in-use':
      return { kind: 'failed', error: 'Error', message: 'Volume in use' };
    case 'error_deleting':
      return { kind: 'failed', error: 'ResourceInError', message: 'Went to status error_deleting due to "delete"' };
    default:
      return { kind: 'staying' };
  }
}

const volume: Step = {
  name: volumeStepName,
  service: 'volumev3',
  unique: false,
  main: true,
  conflict: 'retry',
  create,
  made,
  find({ properties, mark }) {
    const name = isNameFree(properties) ? mark : (textIn(properties, 'name') ?? mark);
    return block('GET', `/volumes/detail?name=${encodeURIComponent(name)}`);
  },
  found(body, { properties, mark }) {
    const field = isNameFree(properties) ? 'name' : 'description';
    return thingsIn(body, 'volumes')
      .filter(each => each.get(field) === mark)
      .map(madeOf)
      .sort((a, b) => compareText(a.physicalId, b.physicalId))[0];
  },
  show: showVolume,
  ready,
  remove: physicalId => block('DELETE', oneVolume(physicalId)),
  gone,
};

/** The user's own words, where they could not be said at once. */
function words(properties: ValueMap): ValueMap {
  const [name, description] = [textIn(properties, 'name'), textIn(properties, 'description')];
  if (backupOf(properties) !== undefined) {
    return withoutNulls([
      ['name', name],
      ['description', description],
    ]);
  }
  return name === undefined ? emptyMap : mapOf([['description', description ?? null]]);
}

export const volumeLife: CloudLife = {
  kind: 'cloud',
  steps(properties) {
    const said = words(properties);
    const readOnly = properties.get('read_only');
    return [
      volume,
      ...(said.size === 0 ? [] : [wordsStep(said)]),
      ...(typeof readOnly === 'boolean' ? [readOnlyStep(readOnly)] : []),
    ];
  },
  update: changeVolume,
  whenFailed: 'look',
  lost: body => volumeStatus(body).startsWith('error'),
  check(body) {
    const status = volumeStatus(body);
    if (status === 'available' || status === 'in-use') return undefined;
    return `'status': expected '['available', 'in-use']', got '${status}'`;
  },
};

/** Python's text of it, as Heat's; metadata as JSON. */
function attributeOf({ data }: Live, name: string): Value {
  switch (name) {
    case 'metadata':
      return dumps(data.get('metadata') ?? null, false);
    case 'metadata_values':
      return data.get('metadata') ?? null;
    case 'display_name':
      return data.get('name') ?? null;
    case 'display_description':
      return data.get('description') ?? null;
    case 'attachments_list':
      return data.get('attachments') ?? null;
    default:
      return pyStr(data.get(name) ?? null);
  }
}

const sources = ['snapshot_id', 'source_volid', 'image', 'imageRef'];

function isSaid(value: Expr | undefined): boolean {
  return value !== undefined && value !== null && value !== '';
}

/** Throws ResourcePropertyConflict and StackValidationFailed in Heat's words. */
function validate(properties: ReadonlyMap<string, Expr>): void {
  if (isSaid(properties.get('image')) && isSaid(properties.get('imageRef'))) {
    throw errors.ResourcePropertyConflict({ properties: ['image', 'imageRef'] });
  }
  if (isSaid(properties.get('backup_id'))) return;
  const given = sources.filter(name => isSaid(properties.get(name)));
  const list = pyRepr(given);
  if (!isSaid(properties.get('size'))) {
    if (given.length === 1 && (given[0] === 'snapshot_id' || given[0] === 'source_volid')) return;
    throw errors.StackValidationFailed({
      message: `If neither "backup_id" nor "size" is provided, one and only one of "source_volid", "snapshot_id" must be specified, but currently specified options: ${list}.`,
    });
  }
  if (given.length <= 1) return;
  throw errors.StackValidationFailed({
    message: `If "size" is provided, only one of "image", "imageRef", "source_volid", "snapshot_id" can be specified, but currently specified options: ${list}.`,
  });
}

const imageRefStatus: SupportStatus = {
  status: 'HIDDEN',
  version: '5.0.0',
  message: 'Use property image.',
  previous: { status: 'DEPRECATED', version: '2014.1', message: 'Use property image.' },
};

export default resource('OS::Cinder::Volume', {
  description: 'A block device that servers can have attached.',
  className: 'CinderVolume',
  properties: {
    availability_zone: string('Where the volume is.'),
    size: integer('How big it is, in GB.', { update: true }).constraints(range(1)),
    snapshot_id: string('The snapshot that it is made of.').finds('cinder.snapshot'),
    backup_id: string('The backup that it is made of.', { update: true }).finds('cinder.backup'),
    name: string('Its name; by default generated.', { update: true }),
    description: string('What it is for.', { update: true }),
    volume_type: string('Its type, by name or id.', { update: true }).finds('cinder.vtype'),
    metadata: map('Keys and values.', { update: true }).default({}),
    imageRef: string('The id of the image that it is made of.').status(imageRefStatus),
    image: string('The image that it is made of, by name or id.').finds('glance.image'),
    source_volid: string('The volume that it is a copy of.').finds('cinder.volume'),
    scheduler_hints: map('Hints for its placement.').supportedSince('2015.1'),
    read_only: boolean('Whether it can only be read.', { update: true }).supportedSince('5.0.0'),
    multiattach: boolean('Whether several servers may have it at once.')
      .default(false)
      .status({ status: 'HIDDEN', version: '13.0.0', previous: since('6.0.0') }),
  },
  attributes: {
    availability_zone: attribute('Where the volume is.', { type: 'string' }),
    size: attribute('How big it is, in GB.', { type: 'string' }),
    snapshot_id: attribute('The snapshot that it was made of.', { type: 'string' }),
    display_name: attribute('Its name.', { type: 'string' }),
    display_description: attribute('Its description.', { type: 'string' }),
    volume_type: attribute('Its type.', { type: 'string' }),
    metadata: attribute('Its metadata, as JSON.', { type: 'string' }),
    source_volid: attribute('The volume that it was copied from.', { type: 'string' }),
    status: attribute('Its status.', { type: 'string', cache: 'none' }),
    created_at: attribute('When it was made.', { type: 'string' }),
    bootable: attribute('Whether a server can boot from it.', { type: 'string' }),
    metadata_values: attribute('Its metadata.', { type: 'map' }),
    encrypted: attribute('Whether it is encrypted.', { type: 'string' }),
    attachments: attribute('What it is attached to, as text.', {
      type: 'string',
      cache: 'none',
      support: {
        status: 'DEPRECATED',
        version: '9.0.0',
        message: 'Use property attachments_list.',
        previous: since('2015.1'),
      },
    }),
    attachments_list: attribute('What it is attached to.', { type: 'list', cache: 'none', support: since('9.0.0') }),
    multiattach: attribute('Whether several servers may have it at once.', {
      type: 'boolean',
      support: since('6.0.0'),
    }),
  },
  validate,
  life: volumeLife,
  attribute: attributeOf,
  show: live => live.data,
});

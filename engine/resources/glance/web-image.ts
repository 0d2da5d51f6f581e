/**
 * OS::Glance::WebImage: an image that Glance itself downloads.
 *
 *   image (POST /v2/images) ─▶ import (POST …/import, then watched until it is active) ─▶ [member_i] ─▶ properties and
 *   tags (PATCH) ─▶ [deactivate]
 *
 * Changed by one PATCH of what differs, after projects that it is shared with no more and before new ones (only a
 * shared image has members), then deactivated or reactivated.
 *
 * Mark: a tag of its own in the POST (`GET /v2/images?tag=` filters by it), taken off by the PATCH that sets the tags
 * the user wants. A name would do too, but Heat gives an image without a name none (marks.md, Glance).
 */
import { errors } from '../../kernel/errors.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { resource } from '../../kit/declare.ts';
import { listIn, mapIn, textIn, textsIn } from '../../kit/given.ts';
import type { Change, ChangeSteps, CloudLife, Made, Readiness, Step, StepInput } from '../../kit/resource.ts';
import {
  allowedPattern,
  allowedValues,
  boolean,
  integer,
  list,
  map,
  type PropertySchemas,
  range,
  string,
} from '../../kit/schema.ts';
import { latestOf, settingStep, thingOf } from '../../kit/settle.ts';
import { thingsIn, unreadable } from '../../kit/steps.ts';
import { changedEntries, changedProperties, changedTexts } from '../../kit/updates.ts';
import { type Expr, isKnown } from '../../template/expr.ts';
import { compareText, writeJson } from '../../values/json.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../../values/value.ts';

const stepName = 'image';
const collection = '/v2/images';
const one = (physicalId: string) => `${collection}/${encodeURIComponent(physicalId)}`;

function glance(method: CloudCall['method'], path: string, more: Pick<CloudCall, 'body' | 'headers'> = {}): CloudCall {
  return { service: 'image', method, path, ...more };
}

/** Glance shows an image bare. Throws LifeFailure for anything else. */
function shown(body: Value): ValueMap {
  if (!isMap(body) || textIn(body, 'id') === undefined) throw unreadable('an image without an id');
  return body;
}

function madeOf(image: ValueMap): Made {
  return { physicalId: textIn(image, 'id') ?? '', data: image };
}

const notPosted = new Set(['location', 'members', 'active', 'extra_properties', 'tags']);

function posted({ properties, mark }: StepInput): ValueMap {
  const said = [...properties].filter(([name, value]) => value !== null && !notPosted.has(name));
  return mapOf([...said, ['tags', [...textsIn(properties, 'tags'), mark]]]);
}

function imageStep(properties: ValueMap): Step {
  return {
    name: stepName,
    service: 'image',
    // An id that the user chose can be taken only once.
    unique: textIn(properties, 'id') !== undefined,
    main: true,
    conflict: 'fail',
    create: input => glance('POST', collection, { body: writeJson(posted(input)) }),
    made: body => madeOf(shown(body)),
    find: ({ mark }) => glance('GET', `${collection}?tag=${encodeURIComponent(mark)}`),
    found: (body, { mark }) =>
      thingsIn(body, 'images')
        .filter(image => listIn(image, 'tags').includes(mark))
        .map(image => madeOf(shown(image)))
        .sort((a, b) => compareText(a.physicalId, b.physicalId))[0],
    show: physicalId => glance('GET', one(physicalId)),
    ready: () => ({ kind: 'ready' }),
    remove: physicalId => glance('DELETE', one(physicalId)),
  };
}

/** The POST's answer is empty; shown is the image. */
function imported(body: Value): Readiness {
  const image = isMap(body) ? body : emptyMap;
  const status = textIn(image, 'status');
  if (status === 'active') return { kind: 'ready' };
  if (status === 'killed' || status === 'deleted') {
    return { kind: 'failed', error: 'ResourceInError', message: `Went to status ${status} due to "Unknown"` };
  }
  const failedIn = textIn(image, 'os_glance_failed_import');
  if (status !== 'queued' || failedIn === undefined) return { kind: 'waiting' };
  const message = `Went to status queued due to "The import failed in: ${failedIn}"`;
  return { kind: 'failed', error: 'ResourceInError', message };
}

/** A second import is refused while the first runs: then a look at the image says that it does. */
const importStep: Step = {
  name: 'import',
  service: 'image',
  unique: true,
  repeatable: true,
  conflict: 'fail',
  create(input) {
    const method = mapOf([
      ['name', 'web-download'],
      ['uri', input.properties.get('location') ?? null],
    ]);
    const path = `${one(thingOf(input, stepName).physicalId)}/import`;
    return glance('POST', path, { body: writeJson(mapOf([['method', method]])) });
  },
  made(body, input) {
    const image = thingOf(input, stepName);
    return { physicalId: image.physicalId, data: isMap(body) && body.has('id') ? body : image.data };
  },
  find: input => glance('GET', one(thingOf(input, stepName).physicalId)),
  found: body => (textIn(shown(body), 'status') === 'queued' ? undefined : madeOf(shown(body))),
  show: physicalId => glance('GET', one(physicalId)),
  ready: imported,
  remove: () => undefined,
};

/** Shares it with a project, or does so no more; refused is what holds already. */
function memberStep(member: string, name: string, isMember: boolean): Step {
  const members = (input: StepInput) => `${one(thingOf(input, stepName).physicalId)}/members`;
  const made = (_body: Value, input: StepInput): Made => latestOf(input, stepName);
  return {
    name,
    service: 'image',
    unique: true,
    repeatable: true,
    conflict: 'fail',
    create: input =>
      isMember
        ? glance('POST', members(input), { body: writeJson(mapOf([['member', member]])) })
        : glance('DELETE', `${members(input)}/${encodeURIComponent(member)}`),
    made,
    find: input => glance('GET', members(input)),
    found: (body, input) =>
      thingsIn(body, 'members').some(each => each.get('member_id') === member) === isMember
        ? made(body, input)
        : undefined,
    show: physicalId => glance('GET', one(physicalId)),
    ready: () => ({ kind: 'ready' }),
    remove: () => undefined,
  };
}

const patchType = { 'content-type': 'application/openstack-images-v2.1-json-patch' };

/** RFC 6901: how a key is written in a pointer. */
function pointer(key: string): string {
  return `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function operation(op: 'add' | 'replace' | 'remove', path: string, value?: Value): ValueMap {
  const said = [['op', op] as const, ['path', path] as const];
  return mapOf(value === undefined ? said : [...said, ['value', value] as const]);
}

/** `add` of a key that is there replaces its value: the same however often it comes. */
function patch(properties: ValueMap): string {
  const extra = mapIn(properties, 'extra_properties') ?? emptyMap;
  return writeJson([
    ...[...extra].map(([key, value]) => operation('add', pointer(key), value)),
    operation('replace', '/tags', textsIn(properties, 'tags')),
  ]);
}

function patchStep(name: string, body: string): Step {
  return settingStep({
    name,
    on: stepName,
    call: ({ physicalId }) => glance('PATCH', one(physicalId), { headers: patchType, body }),
    keep: ({ data }, answer) => (isMap(answer) && answer.has('id') ? answer : data),
  });
}

/** Either may be asked of an image that is so already. */
function activity(name: 'deactivate' | 'reactivate'): Step {
  return settingStep({
    name,
    on: stepName,
    call: ({ physicalId }) => glance('POST', `${one(physicalId)}/actions/${name}`),
    keep: ({ data }) => mapOf([...data, ['status', name === 'deactivate' ? 'deactivated' : 'active']]),
  });
}

/** Of Glance's own; what else an image has can be removed. */
const base = new Set(['protected', 'owner', 'visibility']);
const called = new Set(['members', 'active', 'tags', 'extra_properties']);

/**
 * What a PATCH changes; none where nothing differs. A property that may be gone is put there before it is removed: the
 * same PATCH again would be refused with 409.
 */
function differences(change: Change): readonly ValueMap[] {
  const { before, after, changed } = change;
  // Some must look like ids, and take null; the others are texts.
  const gone = (path: string) => [
    operation('add', path, path === '/kernel_id' || path === '/ramdisk_id' ? null : ''),
    operation('remove', path),
  ];
  const plain = [...changedProperties(change, { without: [...called] })].flatMap(([name, value]) => {
    if (base.has(name)) return [operation('replace', pointer(name), value)];
    return value === null ? gone(pointer(name)) : [operation('add', pointer(name), value)];
  });
  const [old, now] = [before.properties, after].map(each => mapIn(each, 'extra_properties') ?? emptyMap);
  const removed = [...(old?.keys() ?? [])].filter(key => now?.has(key) !== true);
  return [
    ...plain,
    ...removed.flatMap(key => gone(pointer(key))),
    ...changedEntries(change, 'extra_properties').map(([key, value]) => operation('add', pointer(key), value)),
    ...(changed.has('tags') ? [operation('replace', '/tags', textsIn(after, 'tags'))] : []),
  ];
}

function update(change: Change): ChangeSteps {
  const { after, changed } = change;
  const operations = differences(change);
  const members = changedTexts(change, 'members');
  return {
    steps: [
      ...members.removed.map((member, i) => memberStep(member, `no_member_${i}`, false)),
      ...(operations.length > 0 ? [patchStep('change', writeJson(operations))] : []),
      ...members.added.map((member, i) => memberStep(member, `new_member_${i}`, true)),
      ...(changed.has('active') ? [activity(after.get('active') === false ? 'deactivate' : 'reactivate')] : []),
    ],
  };
}

const life: CloudLife = {
  kind: 'cloud',
  steps: properties => [
    imageStep(properties),
    importStep,
    ...textsIn(properties, 'members').map((member, i) => memberStep(member, `member_${i}`, true)),
    patchStep('properties', patch(properties)),
    ...(properties.get('active') === false ? [activity('deactivate')] : []),
  ],
  update,
};

const amazon = ['ami', 'ari', 'aki'];

/** Throws StackValidationFailed and ResourcePropertyValueDependency in Heat's words. */
function validate(properties: ReadonlyMap<string, Expr>): void {
  const [container, disk] = ['container_format', 'disk_format'].map(name => properties.get(name) ?? null);
  if (typeof container === 'string' && typeof disk === 'string' && amazon.includes(container) && container !== disk) {
    throw errors.StackValidationFailed({
      message:
        "Invalid mix of disk and container formats. When setting a disk or container format to one of 'aki', 'ari', or 'ami', the container and disk formats must match.",
    });
  }
  const members = properties.get('members') ?? [];
  const hasMembers = isKnown(members) && isList(members) && members.length > 0;
  const visibility = properties.get('visibility') ?? 'private';
  if (hasMembers && typeof visibility === 'string' && visibility !== 'shared') {
    throw errors.ResourcePropertyValueDependency({ property: 'members', needs: 'visibility', value: 'shared' });
  }
}

const uuidForm = '^([0-9a-fA-F]){8}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){4}-([0-9a-fA-F]){12}$';

const properties: PropertySchemas = {
  name: string('Its name.'),
  id: string('Its id; by default Glance chooses one.'),
  min_disk: integer('The disk that a server needs for it, in GB.').default(0).constraints(range(0)),
  min_ram: integer('The memory that a server needs for it, in MB.').default(0).constraints(range(0)),
  protected: boolean('Whether it cannot be deleted.', { update: true }).default(false),
  disk_format: string('The format of its disk.')
    .required()
    .constraints(allowedValues(...amazon, 'vhd', 'vhdx', 'vmdk', 'raw', 'qcow2', 'vdi', 'iso', 'ploop')),
  container_format: string('The format around it.')
    .required()
    .constraints(allowedValues(...amazon, 'bare', 'ovf', 'ova', 'docker')),
  location: string('The URL that Glance gets it from.').required(),
  tags: list('Its tags.', { update: true }),
  architecture: string('The architecture of its operating system.', { update: true }),
  kernel_id: string('The image of its kernel.', { update: true }).constraints(allowedPattern(uuidForm)),
  os_distro: string('The distribution of its operating system.', { update: true }),
  os_version: string('The version of its operating system.', { update: true }),
  owner: string('Whose it is.', { update: true }),
  extra_properties: map('More properties of it.', { update: true }).default({}).supportedSince('17.0.0'),
  visibility: string('Who may use it.', { update: true })
    .default('private')
    .constraints(allowedValues('public', 'private', 'community', 'shared')),
  ramdisk_id: string('The image of its initial RAM disk.', { update: true }).constraints(allowedPattern(uuidForm)),
  active: boolean('Whether its data can be had.', { update: true }).default(true).supportedSince('16.0.0'),
  members: list('Projects that it is shared with.', { update: true }).of(string()).supportedSince('16.0.0'),
};

export default resource('OS::Glance::WebImage', {
  description: 'An image that the image service downloads.',
  className: 'GlanceWebImage',
  since: '12.0.0',
  properties,
  validate,
  life,
  show: live => live.data,
});

import { describe, expect, it } from 'vitest';
import { inputFor, live, mark, shown, walk, changeOf, walkChange } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { type CloudLife, LifeFailure, type Step } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import { emptyMap, mapOf } from '../../values/value.ts';
import volumeAttachment from './volume-attachment.ts';
import volume from './volume.ts';

const life = volume.life as CloudLife;
const base: PlainMap = { size: 2 };

/** Cinder and Nova; the volume is on the server, if any. */
function cloud(server?: string) {
  const attachments = server === undefined ? [] : [{ server_id: server, device: '/dev/vdb' }];
  return ({ method, path }: CloudCall): Plain => {
    if (method === 'DELETE' || path.endsWith('/action')) return {};
    if (path.endsWith('/restore')) return { restore: { volume_id: 'V' } };
    if (path.endsWith('/os-volume_attachments')) {
      return method === 'GET' ? { volumeAttachments: [] } : { volumeAttachment: { id: 'V' } };
    }
    return { volume: { id: 'V', name: 'shown', size: 2, volume_type: 'lab', status: 'available', attachments } };
  };
}
const change = (before: PlainMap, after: PlainMap, server?: string) =>
  walkChange(volume, { ...base, ...before }, { ...base, ...after }, cloud(server));
const calls = (before: PlainMap, after: PlainMap, server?: string) => change(before, after, server).calls;
const again = 'GET /volumes/V';
const action = (body: string) => `POST /volumes/V/action {${body}}`;

describe('a volume is changed in place', () => {
  it('by its words, both of them, and its metadata, all of it', () => {
    expect(calls({ description: 'd' }, { name: 'n', description: 'd', metadata: { a: 'b' } })).toEqual([
      'PUT /volumes/V {"volume":{"name":"n","description":"d"}}',
      'PUT /volumes/V/metadata {"metadata":{"a":"b"}}',
      again,
    ]);
    expect(calls({ name: 'n', description: 'd', metadata: { a: 'b' } }, {})).toEqual([
      `PUT /volumes/V {"volume":{"name":"${mark}","description":null}}`,
      'PUT /volumes/V/metadata {"metadata":{}}',
      again,
    ]);
  });

  it('by growing while it is in use, which needs a later API', () => {
    const { calls: lines, steps } = change({}, { size: 5 });
    expect(lines).toEqual([action('"os-extend":{"new_size":5}')]);
    const input = inputFor(volume, base, { volume: { physicalId: 'V', data: emptyMap } });
    expect(steps[0]?.create(input).headers).toEqual({ 'OpenStack-API-Version': 'volume 3.42' });
  });

  it('and never shrinks', () => {
    const shrink = () => change({}, { size: 1 });
    expect(shrink).toThrow(LifeFailure);
    expect(shrink).toThrow('Shrinking volume is not supported.');
  });

  it('by what it was grown to by others, where no size was said', () => {
    expect(walkChange(volume, { source_volid: 'x' }, { source_volid: 'x', size: 2 }, cloud()).calls).toEqual([]);
    expect(() => walkChange(volume, { source_volid: 'x' }, { source_volid: 'x', size: 1 }, cloud())).toThrow(
      LifeFailure,
    );
  });

  it('by another type, which is never a move; one that is not said any more stays', () => {
    expect(calls({ volume_type: 'a' }, { volume_type: 'b' })).toEqual([
      action('"os-retype":{"new_type":"b","migration_policy":"never"}'),
    ]);
    expect(calls({ volume_type: 'a' }, {})).toEqual([]);
  });

  it('by its flag, off the server that has it and back on', () => {
    expect(calls({}, { read_only: true })).toEqual([
      again,
      again,
      action('"os-update_readonly_flag":{"readonly":true}'),
      again,
      again,
    ]);
    expect(calls({ read_only: true }, {}, 'S')).toEqual([
      again,
      'DELETE /servers/S/os-volume_attachments/V',
      action('"os-update_readonly_flag":{"readonly":false}'),
      'GET /servers/S/os-volume_attachments',
      'POST /servers/S/os-volume_attachments {"volumeAttachment":{"volumeId":"V","device":"/dev/vdb"}}',
    ]);
  });

  it('by a backup’s contents', () => {
    expect(calls({}, { backup_id: 'B' }, 'S')).toEqual([
      again,
      'DELETE /servers/S/os-volume_attachments/V',
      'POST /backups/B/restore {"restore":{"volume_id":"V"}}',
      'GET /servers/S/os-volume_attachments',
      'POST /servers/S/os-volume_attachments {"volumeAttachment":{"volumeId":"V","device":"/dev/vdb"}}',
    ]);
  });
});

describe('what a volume is asked to do', () => {
  const input = inputFor(volume, base, {
    volume: { physicalId: 'V', data: emptyMap },
    attachments: { physicalId: '', data: emptyMap },
  });
  const stepOf = (name: string, after: PlainMap): Step => {
    const step = change({}, after, 'S').steps.find(each => each.name === name);
    if (step === undefined) throw new Error(`no step ${name}`);
    return step;
  };
  const as = (status: string, more: PlainMap = {}) => fromPlain({ volume: { id: 'V', status, ...more } });
  const ready = (step: Step, ...of: Parameters<typeof as>) => {
    const readiness = step.ready(as(...of));
    return readiness.kind === 'failed' ? readiness.message : readiness.kind;
  };
  const holds = (step: Step, ...of: Parameters<typeof as>) => step.found(as(...of), input) !== undefined;
  const unknown = (what: string, status: string) => `${what} - Unknown status ${status} due to "Unknown"`;

  it('is to grow', () => {
    const step = stepOf('extend', { size: 3 });
    expect(step.ready(emptyMap)).toEqual({ kind: 'waiting' });
    expect(['extending', 'available', 'in-use'].map(status => ready(step, status))).toEqual([
      'waiting',
      'ready',
      'ready',
    ]);
    expect(ready(step, 'error_extending')).toBe(unknown('Volume resize failed', 'error_extending'));
    expect([holds(step, 'extending'), holds(step, 'in-use', { size: 3 }), holds(step, 'in-use', { size: 2 })]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is to be of another type', () => {
    const step = stepOf('retype', { volume_type: 'b' });
    expect([ready(step, 'retyping'), ready(step, 'available')]).toEqual(['waiting', 'ready']);
    expect(ready(step, 'error')).toBe(unknown('Volume retype failed', 'error'));
    expect(holds(step, 'available', { volume_type: 'b' })).toBe(true);
    expect(holds(step, 'available', { volume_type: 'lab' })).toBe(false);
  });

  it('is to be off its server, and on again', () => {
    const [off, on] = [stepOf('detach', { read_only: true }), stepOf('attach', { read_only: true })];
    expect(['in-use', 'detaching', 'available'].map(status => ready(off, status))).toEqual([
      'waiting',
      'waiting',
      'ready',
    ]);
    expect(ready(off, 'error')).toBe(unknown('Volume detachment failed', 'error'));
    expect([holds(off, 'detaching'), holds(off, 'in-use')]).toEqual([true, false]);
    expect(['reserved', 'attaching', 'in-use'].map(status => ready(on, status))).toEqual([
      'waiting',
      'waiting',
      'ready',
    ]);
    expect(ready(on, 'error_attaching')).toBe(unknown('Volume attachment failed', 'error_attaching'));
    const listed = (...ids: readonly string[]) => fromPlain({ volumeAttachments: ids.map(volumeId => ({ volumeId })) });
    const released = stepOf('released', { read_only: true });
    expect(released.ready(listed('W', 'V'))).toEqual({ kind: 'waiting' });
    expect([released.ready(listed('W')), released.ready(as('available'))]).toEqual([
      { kind: 'ready' },
      { kind: 'ready' },
    ]);
    expect(on.ready(fromPlain({ volumeAttachment: { id: 'V' } }))).toEqual({ kind: 'waiting' });
    expect([holds(on, 'reserved'), holds(on, 'available')]).toEqual([true, false]);
  });

  it('is to have a backup’s contents, whose answer is not the volume', () => {
    const step = stepOf('restore', { backup_id: 'B' });
    expect(step.ready(fromPlain({ restore: { volume_id: 'V' } }))).toEqual({ kind: 'waiting' });
    expect([ready(step, 'restoring-backup'), ready(step, 'available')]).toEqual(['waiting', 'ready']);
    expect(ready(step, 'error_restoring')).toBe(unknown('Volume backup restore failed', 'error_restoring'));
  });

  it('is checked by its status, and given up where that is an error', () => {
    const own = live(volume, base, { physicalId: 'V', data: emptyMap });
    expect([life.check?.(as('available'), own), life.check?.(as('in-use'), own)]).toEqual([undefined, undefined]);
    expect(life.check?.(as('error'), own)).toBe(`'status': expected '['available', 'in-use']', got 'error'`);
    const statuses = ['error', 'error_extending', 'in-use', 'retyping'];
    expect(statuses.map(status => life.lost?.(as(status)))).toEqual([true, true, false, false]);
  });
});

describe('a volume’s attachment is changed', () => {
  const given = { instance_uuid: 'S', volume_id: 'V' };
  const walked = (after: PlainMap) => walkChange(volumeAttachment, given, { ...given, ...after }, cloud());

  it('by being taken off and put on again', () => {
    expect(walked({ instance_uuid: 'T' }).calls).toEqual([
      'DELETE /servers/S/os-volume_attachments/V',
      'GET /servers/S/os-volume_attachments',
      'GET /servers/T/os-volume_attachments',
      'POST /servers/T/os-volume_attachments {"volumeAttachment":{"volumeId":"V"}}',
    ]);
    const { calls: lines, made } = walked({ volume_id: 'W', mountpoint: '/dev/vdc' });
    expect(lines).toEqual([
      'DELETE /servers/S/os-volume_attachments/V',
      'GET /servers/S/os-volume_attachments',
      'GET /servers/S/os-volume_attachments',
      'POST /servers/S/os-volume_attachments {"volumeAttachment":{"volumeId":"W","device":"/dev/vdc"}}',
    ]);
    expect(made.get('attachment')?.physicalId).toBe('W');
  });

  it('and a new one of the same volume waits until the old one is gone', () => {
    const first = walk(volumeAttachment, given, cloud());
    const { prepareReplace } = volumeAttachment.life as CloudLife;
    const prepared = (after: PlainMap) =>
      prepareReplace?.(changeOf(volumeAttachment, given, { ...given, ...after }, first));
    expect([prepared({}), prepared({ instance_uuid: 'T' }), prepared({ volume_id: 'W' })]).toEqual([
      'first',
      'first',
      undefined,
    ]);
  });

  it('is found again where the new one was not there before', () => {
    const { steps } = walked({ instance_uuid: 'T' });
    const step = steps.find(({ name }) => name === 'attachment');
    const before = (attached: boolean) => ({ before: { physicalId: '', data: mapOf([['attached', attached]]) } });
    const body = fromPlain({ volumeAttachments: [{ volumeId: 'V' }] });
    const found = (attached: boolean) => step?.found(body, inputFor(volumeAttachment, given, before(attached)));
    expect([found(false)?.physicalId, found(true)]).toEqual(['V', undefined]);
    expect(shown(step?.find(inputFor(volumeAttachment, { ...given, instance_uuid: 'T' })) as CloudCall)).toBe(
      'GET /servers/T/os-volume_attachments',
    );
  });
});

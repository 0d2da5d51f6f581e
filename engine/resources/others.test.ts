/** Key pairs, volumes, attachments, images, projects and users: their calls, marks, states and words. */
import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  inputFor,
  live,
  mark,
  problem,
  propertiesOf,
  shown,
  stepsFor,
  walk,
} from '../../test/support/steps.ts';
import type { CloudCall } from '../kernel/world.ts';
import type { Made, ResourceType, Step } from '../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../values/json.ts';
import { mapOf } from '../values/value.ts';
import volume from './cinder/volume.ts';
import attachment from './cinder/volume-attachment.ts';
import webImage from './glance/web-image.ts';
import project from './keystone/project.ts';
import role from './keystone/role.ts';
import user from './keystone/user.ts';
import keyPair from './nova/key-pair.ts';

const [one, two] = ['11111111-1111-4111-8111-111111111111', '22222222-1111-4111-8111-111111111111'];
const v = (plain: Plain) => fromPlain(plain);
const made = (physicalId: string, data: PlainMap = {}): Made => ({ physicalId, data: v(data) as Made['data'] });
const step = (type: ResourceType, given: PlainMap, name: string): Step => {
  const found = stepsFor(type, given).find(each => each.name === name);
  if (found === undefined) throw new Error(`no step ${name}`);
  return found;
};

describe('a key pair', () => {
  const given = { name: 'k', public_key: 'ssh-rsa AAAA me' };
  const list = (...pairs: readonly PlainMap[]) => v({ keypairs: pairs.map(keypair => ({ keypair })) });

  it('of the user’s is looked for before it is made', () => {
    const answer = ({ method }: CloudCall): Plain => (method === 'GET' ? { keypairs: [] } : { keypair: { name: 'k' } });
    expect(walk(keyPair, given, answer).calls.map(shown)).toEqual([
      'GET /os-keypairs',
      'POST /os-keypairs {"keypair":{"name":"k","public_key":"ssh-rsa AAAA me"}}',
    ]);
  });

  it('is ours only if it was not there before, with our key', () => {
    const own = step(keyPair, given, 'keypair');
    const free = inputFor(keyPair, given, { free: made('', { taken: false }) });
    const taken = inputFor(keyPair, given, { free: made('', { taken: true }) });
    const pair = { name: 'k', public_key: 'ssh-rsa AAAA me' };
    expect(own.found(list(pair), free)?.physicalId).toBe('k');
    expect(own.found(list(pair), taken)).toBeUndefined();
    expect(own.found(list({ ...pair, public_key: 'ssh-rsa BBBB' }), free)).toBeUndefined();
    expect(own.found(list({ ...pair, name: 'K' }), free)).toBeUndefined();
  });

  it('is made here where none is given; the private key is kept where it was asked for', () => {
    const kept = propertiesOf(keyPair, { name: 'k', save_private_key: true });
    const { calls } = walk(keyPair, { name: 'k' }, () => ({ keypair: { name: 'k' } }));
    expect(calls).toHaveLength(1);
    expect(bodyOf(calls[0] as CloudCall)).toEqual({ keypair: { name: 'k', public_key: kept.get('@public_key') } });
    const told = (save: boolean, name: string) =>
      keyPair.attribute(live(keyPair, { name: 'k', save_private_key: save }, made('k')), name);
    expect(told(true, 'private_key')).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
    expect(told(false, 'private_key')).toBe('');
    expect(told(false, 'public_key')).toBe(kept.get('@public_key'));
    expect(keyPair.secret).toBe(true);
  });

  it('of a type or another user needs a later API; certificates are not made', () => {
    const version = (more: PlainMap) =>
      step(keyPair, { ...given, ...more }, 'keypair').create(inputFor(keyPair, { ...given, ...more })).headers;
    expect(version({ type: 'ssh' })).toEqual({ 'OpenStack-API-Version': 'compute 2.2' });
    expect(version({ user: one })).toEqual({ 'OpenStack-API-Version': 'compute 2.10' });
    expect(problem(keyPair, { name: 'k', type: 'x509' })).toMatch('needs a public_key');
  });
});

describe('a volume', () => {
  const answer = ({ path }: CloudCall): Plain =>
    path.includes('/backups/') ? { restore: { volume_id: 'V' } } : { volume: { id: 'V' } };
  const calls = (given: PlainMap) => walk(volume, given, answer).calls.map(shown);

  it('is one call; its words follow where the mark stood in them', () => {
    expect(calls({ size: 1, description: 'd' })).toEqual([
      `POST /volumes {"volume":{"size":1,"name":"${mark}","description":"d"}}`,
    ]);
    expect(calls({ size: 1, name: 'n', description: 'd', read_only: true })).toEqual([
      `POST /volumes {"volume":{"size":1,"name":"n","description":"${mark}"}}`,
      'PUT /volumes/V {"volume":{"description":"d"}}',
      'POST /volumes/V/action {"os-update_readonly_flag":{"readonly":true}}',
    ]);
    expect(calls({ size: 1, name: 'n' })[1]).toBe('PUT /volumes/V {"volume":{"description":null}}');
  });

  it('of a backup is restored under its mark and named afterwards', () => {
    expect(calls({ backup_id: one, name: 'n' })).toEqual([
      `POST /backups/${one}/restore {"restore":{"name":"${mark}"}}`,
      'PUT /volumes/V {"volume":{"name":"n"}}',
    ]);
  });

  it('is found by its mark byte for byte', () => {
    for (const [given, field] of [
      [{ size: 1 }, 'name'],
      [{ size: 1, name: 'n' }, 'description'],
    ] as const) {
      const input = inputFor(volume, given);
      const find = (...volumes: readonly PlainMap[]) => step(volume, given, 'volume').found(v({ volumes }), input);
      expect(find({ id: 'f', [field]: mark.toUpperCase() }, { id: 'g', name: 'n', description: null })).toBeUndefined();
      expect(find({ id: 'b', [field]: mark }, { id: 'a', [field]: mark })?.physicalId).toBe('a');
    }
  });

  it('waits, is ready, fails and goes as Heat says', () => {
    const main = step(volume, { size: 1 }, 'volume');
    const ready = (status: string) => main.ready(v({ volume: { status } }));
    const gone = (status: string) => main.gone?.(v({ volume: { status } }), inputFor(volume, { size: 1 }));
    expect(['creating', 'downloading', 'restoring-backup'].map(status => ready(status).kind)).toEqual(
      Array(3).fill('waiting'),
    );
    expect(ready('available').kind).toBe('ready');
    expect(ready('error')).toMatchObject({
      error: 'ResourceInError',
      message: 'Went to status error due to "Unknown"',
    });
    expect(ready('in-use')).toMatchObject({
      message: 'Volume create failed - Unknown status in-use due to "Unknown"',
    });
    expect(main.ready(v({ restore: { volume_id: 'V' } })).kind).toBe('waiting');
    expect([gone('deleting')?.kind, gone('available')?.kind]).toEqual(['waiting', 'staying']);
    expect(gone('in-use')).toEqual({ kind: 'failed', error: 'Error', message: 'Volume in use' });
    expect(gone('error_deleting')).toMatchObject({ error: 'ResourceInError' });
  });

  it.each<[Readonly<Record<string, Plain>>, string | undefined]>([
    [
      {},
      'If neither "backup_id" nor "size" is provided, one and only one of "source_volid", "snapshot_id" must be specified, but currently specified options: [].',
    ],
    [
      { image: one },
      'If neither "backup_id" nor "size" is provided, one and only one of "source_volid", "snapshot_id" must be specified, but currently specified options: [\'image\'].',
    ],
    [
      { size: 1, image: one, snapshot_id: two },
      'If "size" is provided, only one of "image", "imageRef", "source_volid", "snapshot_id" can be specified, but currently specified options: [\'snapshot_id\', \'image\'].',
    ],
    [
      { size: 1, image: one, imageRef: one },
      'Cannot define the following properties at the same time: image, imageRef.',
    ],
    [{ snapshot_id: one }, undefined],
    [{ backup_id: one }, undefined],
  ])('%j: %s', (given, text) => {
    expect(problem(volume, given)).toBe(text);
  });

  it('tells everything as text but lists and maps', () => {
    const shownVolume = {
      size: 2,
      name: 'n',
      bootable: 'false',
      encrypted: false,
      metadata: { a: 'b' },
      attachments: [],
    };
    const told = (name: string) =>
      toPlain(volume.attribute(live(volume, { size: 2 }, made('V', shownVolume)), name) ?? null);
    expect(['size', 'encrypted', 'display_name', 'metadata', 'attachments'].map(told)).toEqual([
      '2',
      'False',
      'n',
      '{"a": "b"}',
      '[]',
    ]);
    expect([told('metadata_values'), told('attachments_list')]).toEqual([{ a: 'b' }, []]);
  });
});

describe('an attachment', () => {
  const given = { instance_uuid: one, volume_id: two, mountpoint: '/dev/vdb' };
  const main = () => step(attachment, given, 'attachment');
  const before = (attached: boolean) => inputFor(attachment, given, { before: made('', { attached }) });

  it('is looked for, then made; the volume is watched', () => {
    const answer = ({ method }: CloudCall): Plain =>
      method === 'GET' ? { volumeAttachments: [] } : { volumeAttachment: { id: two } };
    const { calls, last } = walk(attachment, given, answer);
    expect(calls.map(shown)).toEqual([
      `GET /servers/${one}/os-volume_attachments`,
      `POST /servers/${one}/os-volume_attachments {"volumeAttachment":{"volumeId":"${two}","device":"/dev/vdb"}}`,
    ]);
    expect(last.physicalId).toBe(two);
    expect(main().show(two, before(false)).path).toBe(`/volumes/${two}`);
  });

  it('is ours only where it was not before', () => {
    const list = v({ volumeAttachments: [{ volumeId: two }] });
    expect(main().found(list, before(false))?.physicalId).toBe(two);
    expect(main().found(list, before(true))).toBeUndefined();
    expect(main().found(v({ volumeAttachments: [{ volumeId: one }] }), before(false))).toBeUndefined();
  });

  it('is there when the volume is in use, and gone when it is not on this server', () => {
    const ready = (status: string) => main().ready(v({ volume: { status } })).kind;
    expect([ready('attaching'), ready('reserved'), ready('in-use'), ready('error')]).toEqual([
      'waiting',
      'waiting',
      'ready',
      'failed',
    ]);
    expect(main().ready(v({ volumeAttachment: { id: two } })).kind).toBe('waiting');
    const gone = (status: string, server: string) =>
      main().gone?.(v({ volume: { status, attachments: [{ server_id: server }] } }), before(false)).kind;
    expect([gone('detaching', one), gone('in-use', one), gone('in-use', two), gone('error', one)]).toEqual([
      'waiting',
      'staying',
      'ready',
      'failed',
    ]);
    // It can be taken off only once it is on (400 before).
    expect([gone('attaching', one), gone('reserved', one)]).toEqual(['waiting', 'waiting']);
  });
});

describe('an attachment that went', () => {
  const given = { instance_uuid: one, volume_id: two };
  const first = () => step(attachment, given, 'before');
  const before = (attached: boolean) => inputFor(attachment, given, { before: made('', { attached }) });

  it('is waited for at Nova too, which forgets it after Cinder did', () => {
    const call = first().remove('', before(false));
    expect(call && shown(call)).toBe(`GET /servers/${one}/os-volume_attachments`);
    const gone = (...ids: readonly string[]) =>
      first().gone?.(v({ volumeAttachments: ids.map(volumeId => ({ volumeId })) }), before(false)).kind;
    expect([gone(one, two), gone(one), gone()]).toEqual(['waiting', 'ready', 'ready']);
  });

  it('is not waited for where it was there before', () => {
    expect(first().remove('', before(true))).toBeUndefined();
    expect(first().remove('', inputFor(attachment, given))).toBeUndefined();
  });
});

describe('a web image', () => {
  const given = { container_format: 'bare', disk_format: 'raw', location: 'http://x/i', name: 'n', tags: ['t'] };

  it('is posted with its mark as a tag, imported, and given the user’s tags', () => {
    const answer = ({ path, method }: CloudCall): Plain =>
      method === 'POST' && path === '/v2/images' ? { id: 'I', status: 'queued', tags: [] } : {};
    const full = { ...given, extra_properties: { 'a/b': 'c' }, members: ['p'], visibility: 'shared', active: false };
    const { calls } = walk(webImage, full, answer);
    expect(bodyOf(calls[0] as CloudCall)).toMatchObject({
      name: 'n',
      tags: ['t', mark],
      visibility: 'shared',
      min_disk: 0,
    });
    expect(Object.keys(bodyOf(calls[0] as CloudCall) as object)).not.toContain('location');
    expect(calls.slice(1).map(shown)).toEqual([
      'POST /v2/images/I/import {"method":{"name":"web-download","uri":"http://x/i"}}',
      'POST /v2/images/I/members {"member":"p"}',
      'PATCH /v2/images/I [{"op":"add","path":"/a~1b","value":"c"},{"op":"replace","path":"/tags","value":["t"]}]',
      'POST /v2/images/I/actions/deactivate',
    ]);
  });

  it('is found by its tag, and active when its data are there', () => {
    const input = inputFor(webImage, given);
    const image = step(webImage, given, 'image');
    expect(image.found(v({ images: [{ id: 'f', tags: [mark.toUpperCase()] }] }), input)).toBeUndefined();
    expect(image.found(v({ images: [{ id: 'o', tags: ['x', mark] }] }), input)?.physicalId).toBe('o');
    const ready = (plain: Plain) => step(webImage, given, 'import').ready(v(plain)).kind;
    expect([
      ready({}),
      ready({ status: 'importing' }),
      ready({ status: 'active' }),
      ready({ status: 'killed' }),
    ]).toEqual(['waiting', 'waiting', 'ready', 'failed']);
    expect(ready({ status: 'queued', os_glance_failed_import: 'store' })).toBe('failed');
    expect(problem(webImage, { ...given, container_format: 'ami' })).toMatch('Invalid mix');
    expect(problem(webImage, { ...given, members: ['p'] })).toBe(
      'members property should only be specified for visibility with value shared.',
    );
  });
});

describe('Keystone’s things', () => {
  it('are posted with their mark, the user’s description afterwards', () => {
    const answer = ({ path }: CloudCall): Plain =>
      path.startsWith('/project') ? { project: { id: 'P' } } : { role: { id: 'R' } };
    expect(walk(project, { domain: one, description: 'd' }, answer).calls.map(shown)).toEqual([
      `POST /projects {"project":{"name":"${mark}","domain_id":"${one}","enabled":true,"tags":[],"description":"d"}}`,
      'GET /projects/P',
    ]);
    expect(walk(role, { name: 'n' }, answer).calls.map(shown)).toEqual([
      `POST /roles {"role":{"name":"n","description":"${mark}"}}`,
      'PATCH /roles/R {"role":{"description":""}}',
    ]);
    expect(walk(role, {}, answer).calls.map(shown)).toEqual([`POST /roles {"role":{"name":"${mark}"}}`]);
  });

  it('of a chosen name are ours by their description, and one of a kind', () => {
    const given = { name: 'n', domain: one };
    const own = step(project, given, 'project');
    const find = (...projects: readonly PlainMap[]) => own.found(v({ projects }), inputFor(project, given));
    expect(own.unique).toBe(true);
    expect(step(project, { domain: one }, 'project').unique).toBe(false);
    expect(find({ id: 'f', name: 'n', description: '' })).toBeUndefined();
    expect(find({ id: 'o', name: 'n', description: mark })?.physicalId).toBe('o');
  });

  it('a project’s default group goes before it, another project’s stays', () => {
    const group = step(project, { domain: one }, 'default_group');
    const input = inputFor(project, { domain: one }, { project: made('P') });
    const gone = (...security_groups: readonly PlainMap[]) => group.gone?.(v({ security_groups }), input);
    expect(group.remove('', input)?.path).not.toContain('P');
    expect(gone({ id: 'g', name: 'default', project_id: 'Q' })).toEqual({ kind: 'ready' });
    expect(gone({ id: 'g', name: 'default', project_id: 'P' })).toMatchObject({
      kind: 'staying',
      by: { method: 'DELETE', path: '/v2.0/security-groups/g' },
    });
  });

  it('a user gets groups and roles, each said again without harm', () => {
    const given = {
      password: 'p',
      domain: one,
      groups: [two],
      roles: [
        { role: one, project: two },
        { role: one, domain: two },
      ],
    };
    const { calls, last } = walk(user, given, () => ({ user: { id: 'U', description: 'x' } }));
    expect(calls.slice(1).map(shown)).toEqual([
      `PUT /groups/${two}/users/U`,
      `PUT /projects/${two}/users/U/roles/${one}`,
      `PUT /domains/${two}/users/U/roles/${one}`,
    ]);
    expect(
      stepsFor(user, given)
        .slice(1)
        .every(each => each.repeatable),
    ).toBe(true);
    expect(last.data).toEqual(
      mapOf([
        ['id', 'U'],
        ['description', 'x'],
      ]),
    );
    expect(problem(user, { roles: [{ role: 'r' }] })).toBe('Either project or domain must be specified for role r');
    expect(problem(user, { roles: [{ role: 'r', project: 'p', domain: 'd' }] })).toMatch('project, domain.');
  });
});

/** Cinder's types that only an administrator may use. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';

const type = thing('volumev3', '/types/{id}', 'volume_type');
const access = thing('volumev3', '/types/{id}/os-volume-type-access', 'volume_type_access');
const encryption = thing('volumev3', '/types/{type}/encryption', '');
const volumeType = (name: string) => made('OS::Cinder::VolumeType', { name: `$stack-${name}` });
const qosSpecs = (name: string) =>
  made('OS::Cinder::QoSSpecs', { name: `$stack-${name}`, specs: { total_iops_sec: '9' } });

export const cinderAdminEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Cinder::VolumeType',
    as: 'admin',
    around: { one: made('OS::Keystone::Project', {}), other: made('OS::Keystone::Project', {}) },
    properties: {
      name: '$stack-fast',
      description: 'fast',
      metadata: { 'colour:of': 'red', 'shape:of': 'round' },
      is_public: false,
      projects: [ref('one')],
    },
    thing: type,
    updates: {
      name: to('$stack-faster'),
      description: to('faster'),
      metadata: to({ 'colour:of': 'blue' }, { at: 'extra_specs' }),
      projects: to([ref('other')], { thing: access, at: '', is: [{ project_id: ref('other') }] }),
      is_public: to(true, { with: { projects: [] }, wave: 2 }),
    },
    replaces: cannot('each of its properties may be changed'),
  },
  {
    type: 'OS::Cinder::EncryptedVolumeType',
    as: 'admin',
    around: { type: volumeType('type'), other: volumeType('other') },
    properties: { volume_type: ref('type'), provider: 'luks', cipher: 'aes-xts-plain64', key_size: 256 },
    thing: encryption,
    updates: {
      provider: to('plain'),
      control_location: to('back-end'),
      cipher: to('aes-cbc-essiv'),
      key_size: to(512),
    },
    replaces: {
      volume_type: to(ref('other'), {
        thing: thing('volumev3', '/types/{other}/encryption', ''),
        at: 'volume_type_id',
      }),
    },
  },
  {
    type: 'OS::Cinder::QoSSpecs',
    as: 'admin',
    properties: { name: '$stack-brisk', specs: { read_iops_sec: '100', write_iops_sec: '50' } },
    thing: thing('volumev3', '/qos-specs/{id}', 'qos_specs'),
    updates: { specs: to({ read_iops_sec: '200' }) },
    replaces: { name: to('$stack-brisker') },
  },
  {
    type: 'OS::Cinder::QoSAssociation',
    as: 'admin',
    around: {
      type: volumeType('type'),
      other: volumeType('other'),
      specs: qosSpecs('one'),
      other_specs: qosSpecs('two'),
    },
    properties: { qos_specs: ref('specs'), volume_types: [ref('type')] },
    thing: thing('volumev3', '/qos-specs/{specs}/associations', 'qos_associations'),
    updates: { volume_types: to([ref('other')], { at: '', is: [{ id: ref('other') }] }) },
    replaces: {
      qos_specs: to(ref('other_specs'), {
        thing: thing('volumev3', '/qos-specs/{other_specs}/associations', 'qos_associations'),
        at: '',
        is: [{ id: ref('other') }],
      }),
    },
  },
  {
    type: 'OS::Cinder::Quota',
    as: 'admin',
    around: { project: made('OS::Keystone::Project', {}), other: made('OS::Keystone::Project', {}) },
    properties: { project: ref('project'), volumes: 10 },
    thing: thing('volumev3', '/os-quota-sets/{project}', 'quota_set'),
    updates: {
      gigabytes: to(1000),
      volumes: to(20),
      backups: to(30),
      backup_gigabytes: to(400),
      snapshots: to(-1),
    },
    replaces: {
      project: to(ref('other'), {
        thing: thing('volumev3', '/os-quota-sets/{other}', 'quota_set'),
        at: 'volumes',
        is: 20,
      }),
    },
  },
];

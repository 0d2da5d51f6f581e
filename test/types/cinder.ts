/** Cinder's types that every cloud's users have: volumes and their attachments. */
import { cannot, made, ref, thing, to, type TypeEntry } from './form.ts';

const volume = thing('volumev3', '/volumes/{id}', 'volume');
const server = (rest = {}) =>
  made('OS::Nova::Server', { image: 'cirros', flavor: 'm1.tiny', networks: [{ allocate_network: 'none' }], ...rest });

export const cinderEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Cinder::Volume',
    properties: { name: 'disk', description: 'empty', size: 1, metadata: { colour: 'red' }, availability_zone: 'nova' },
    thing: volume,
    updates: {
      name: to('disc'),
      description: to('still empty'),
      metadata: to({ colour: 'blue', shape: 'round' }),
      size: to(2),
      read_only: to(true, { at: 'metadata.readonly', is: 'True', wave: 2 }),
      volume_type: cannot('shown with the type that it names'),
      backup_id: cannot('no type makes a backup'),
    },
    replaces: { scheduler_hints: to({ colour: 'red' }) },
    varying: ['created_at'],
  },
  {
    type: 'OS::Cinder::Volume',
    about: 'of an image, and of another volume',
    around: { source: made('OS::Cinder::Volume', { size: 1 }) },
    properties: { image: 'cirros', size: 1 },
    thing: volume,
    replaces: {
      source_volid: to(ref('source'), { with: { image: null } }),
    },
    varying: ['created_at'],
  },
  {
    type: 'OS::Cinder::VolumeAttachment',
    around: {
      server: server(),
      other: server(),
      volume: made('OS::Cinder::Volume', { size: 1 }),
      spare: made('OS::Cinder::Volume', { size: 1 }),
    },
    properties: { instance_uuid: ref('server'), volume_id: ref('volume'), mountpoint: '/dev/vdb' },
    updates: {
      volume_id: to(ref('spare'), {
        replaces: true,
        thing: thing('volumev3', '/volumes/{spare}', 'volume'),
        at: 'status',
        is: 'in-use',
      }),
      instance_uuid: to(ref('other'), {
        thing: thing('volumev3', '/volumes/{spare}', 'volume'),
        at: 'attachments.0.server_id',
        wave: 2,
      }),
      mountpoint: to('/dev/vdc', { unseen: "the hypervisor chooses a device's name itself", wave: 3 }),
    },
    replaces: cannot('each of its properties may be changed'),
  },
];

/** Glance's types. */
import { cannot, thing, to, type TypeEntry } from './form.ts';

const never = 'Glance takes an image of its own only';

export const glanceEntries: readonly TypeEntry[] = [
  {
    type: 'OS::Glance::WebImage',
    properties: {
      name: 'from the web',
      location: 'http://images.example.org/small.img',
      disk_format: 'raw',
      container_format: 'bare',
      min_ram: 64,
      tags: ['one'],
    },
    thing: thing('image', '/v2/images/{id}', ''),
    updates: {
      tags: to(['blue', 'green']),
      architecture: to('x86_64'),
      os_distro: to('cirros'),
      os_version: to('1'),
      extra_properties: to({ hw_disk_bus: 'virtio' }, { at: 'hw_disk_bus', is: 'virtio' }),
      protected: cannot('what is protected could not be deleted afterwards'),
      kernel_id: to('11111111-2222-3333-4444-555555555555'),
      ramdisk_id: to('11111111-2222-3333-4444-555555555556'),
      visibility: to('shared'),
      owner: cannot(never),
      members: cannot('an image is shared with members only where its visibility is shared from the beginning'),
      active: to(false, { at: 'status', is: 'deactivated', wave: 2, not: { lab: 'for administrators there' } }),
    },
    replaces: {
      name: to('from the net'),
      min_ram: to(128),
      min_disk: to(1),
      disk_format: to('qcow2'),
      container_format: to('ovf'),
      location: to('http://images.example.org/other.img', { with: { active: true }, at: 'status', is: 'active' }),
    },
    not: { lab: "the lab's Glance has no way out to the web" },
  },
];

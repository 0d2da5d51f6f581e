/** What of a resource of the cloud's own types can be changed, as a table: in place, or by another one in its stead. */
import type { SimDice } from './dice.ts';
import type { Draft, Json } from './drafts.ts';

interface Around {
  readonly dice: SimDice;
  /** A number that nothing else in the run has. */
  number(): number;
}

type Change = (around: Around, draft: Draft) => Record<string, Json>;

export interface CloudTweaks {
  /** One of these is picked. */
  readonly inPlace?: readonly Change[];
  readonly replacing?: readonly Change[];
}

const name: Change = ({ dice }) => ({ name: `other${dice.below(5)}` });
const ownName: Change = ({ number }) => ({ name: `own-${number()}` });
const words: Change = ({ dice }) => ({ description: `other words ${dice.below(9)}` });
const tags: Change = ({ dice }) => ({ tags: [`tag${dice.below(3)}`, `more${dice.below(3)}`] });
const up: Change = ({ dice }) => ({ admin_state_up: dice.chance(0.5) });

const rules: Change = ({ number }) => {
  const low = 1_000 + number();
  return { rules: [{ protocol: 'tcp', port_range_min: low, port_range_max: low }] };
};

const range: Change = ({ number }) => {
  const n = number();
  return { cidr: `10.${1 + (n >> 8)}.${n & 255}.0/24` };
};

/** As the types that they are of. */
export const cloudTweaks: Readonly<Record<string, CloudTweaks>> = {
  'OS::Neutron::Net': { inPlace: [name, tags, up] },
  'OS::Neutron::Subnet': {
    inPlace: [name, tags, ({ dice }) => ({ dns_nameservers: [`10.0.0.${dice.between(1, 9)}`] })],
    replacing: [range],
  },
  'OS::Neutron::Port': { inPlace: [name, tags, up] },
  'OS::Neutron::Router': { inPlace: [name, tags, up] },
  'OS::Neutron::SecurityGroup': { inPlace: [name, words, rules] },
  'OS::Neutron::SecurityGroupRule': {
    replacing: [
      ({ number }) => {
        const low = 1_000 + number();
        return { port_range_min: low, port_range_max: low };
      },
    ],
  },
  'OS::Nova::KeyPair': { replacing: [({ number }) => ({ name: `key-${number()}` })] },
  'OS::Nova::Server': {
    inPlace: [
      name,
      ({ dice }) => ({ metadata: { a: `c${dice.below(3)}` } }),
      (_, { properties }) => ({ flavor: properties['flavor'] === 'm1.nano' ? 'm1.micro' : 'm1.nano' }),
    ],
    replacing: [({ dice }) => ({ user_data: `#!/bin/sh ${dice.below(9)}`, user_data_format: 'RAW' })],
  },
  'OS::Cinder::Volume': {
    inPlace: [
      name,
      words,
      (_, { properties }) => ({ size: Number(properties['size']) + 1 }),
      ({ dice }) => ({ metadata: { a: `c${dice.below(3)}` } }),
    ],
  },
  'OS::Cinder::VolumeAttachment': { inPlace: [({ dice }) => ({ mountpoint: `/dev/vd${dice.pick(['x', 'y'])}` })] },
  'OS::Glance::WebImage': {
    inPlace: [tags, ({ dice }) => ({ os_distro: `d${dice.below(5)}` })],
    replacing: [({ dice }) => ({ disk_format: dice.pick(['raw', 'vdi']) })],
  },
  'OS::Keystone::Project': { inPlace: [ownName, words] },
  'OS::Keystone::Role': { inPlace: [ownName] },
  'OS::Keystone::User': { inPlace: [ownName, words, ({ dice }) => ({ email: `a${dice.below(9)}@b.example` })] },
};

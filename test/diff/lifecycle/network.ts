/** Networks and ports: things that a cloud keeps, in place and replaced, and its refusals. */
import { attr, create, hot, ref, remove, type Scenario, update, until } from '../scenario.ts';

const net = (properties: Parameters<typeof hot>[0] = {}) => ({ type: 'OS::Neutron::Net', properties });
const subnet = (cidr: string) => ({ type: 'OS::Neutron::Subnet', properties: { network: ref('net'), cidr } });
const port = (properties: Parameters<typeof hot>[0] = {}) => ({
  type: 'OS::Neutron::Port',
  properties: { network: ref('net'), fixed_ips: [{ subnet: ref('subnet') }], ...properties },
});

const three = (cidr: string, netProperties = {}, portProperties = {}) =>
  hot(
    { net: net(netProperties), subnet: subnet(cidr), port: port(portProperties) },
    { outputs: { up: { value: attr('net', 'admin_state_up') }, cidr: { value: attr('subnet', 'cidr') } } },
  );

export const network: readonly Scenario[] = [
  {
    name: 'network-create-and-delete',
    row: '§6 CREATE and DELETE of what a cloud keeps',
    steps: [create(three('10.77.0.0/24')), until('CREATE_COMPLETE'), remove, until('DELETE_COMPLETE')],
  },
  {
    name: 'network-update-in-place',
    row: '§7.8 a changed property that may be updated, on a cloud: the id stays',
    steps: [
      create(three('10.77.1.0/24', { admin_state_up: true })),
      until('CREATE_COMPLETE'),
      update(three('10.77.1.0/24', { admin_state_up: false }, { admin_state_up: false })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'network-replace-port',
    row: '§7.9 replace on a cloud: the new one, then the old one goes',
    steps: [
      create(three('10.77.2.0/24')),
      until('CREATE_COMPLETE'),
      update(three('10.77.2.0/24', {}, { mac_address: 'fa:16:3e:77:00:01' })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'network-remove-port',
    row: '§3.3 a removed resource, its network stays',
    steps: [
      create(three('10.77.3.0/24')),
      until('CREATE_COMPLETE'),
      update(hot({ net: net(), subnet: subnet('10.77.3.0/24') })),
      until('UPDATE_COMPLETE'),
    ],
  },
  {
    name: 'network-suspend-and-check',
    row: '§10 suspend and check of types without handlers',
    steps: [
      create(three('10.77.4.0/24')),
      until('CREATE_COMPLETE'),
      { do: 'action', action: 'check' },
      until('CHECK_COMPLETE'),
      { do: 'action', action: 'suspend' },
      until('SUSPEND_COMPLETE'),
      { do: 'action', action: 'resume' },
      until('RESUME_COMPLETE'),
    ],
  },
  {
    name: 'network-update-rolls-back',
    row: '§4 Rollback of an update on a cloud',
    steps: [
      create(three('10.77.5.0/24', { admin_state_up: true }), { disable_rollback: false }),
      until('CREATE_COMPLETE'),
      update({
        ...three('10.77.5.0/24', { admin_state_up: false }),
        resources: {
          net: net({ admin_state_up: false }),
          subnet: subnet('10.77.5.0/24'),
          port: port(),
          bad: { type: 'OS::Heat::TestResource', properties: { fail: true }, depends_on: ['port', 'net'] },
        },
      }),
      until('ROLLBACK_COMPLETE'),
    ],
  },
];

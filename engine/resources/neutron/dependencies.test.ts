import { describe, expect, it } from 'vitest';
import { afterOf, attr, definitions, get, type Written } from '../../../test/support/steps.ts';
import floatingIp from './floating-ip.ts';
import floatingIpAssociation from './floating-ip-association.ts';
import port from './port.ts';
import router from './router.ts';

type Properties = Readonly<Record<string, Written>>;

const net: readonly [string, Properties] = ['OS::Neutron::Net', {}];
const subnet = (network: Written, more: Properties = {}): readonly [string, Properties] => [
  'OS::Neutron::Subnet',
  { network, cidr: '10.0.0.0/24', ...more },
];
const foot = (end: Properties): readonly [string, Properties] => [
  'OS::Neutron::RouterInterface',
  { router: get('router'), ...end },
];

describe('a port', () => {
  it('comes after all subnets of its network, however that is named', () => {
    const all = definitions({
      net,
      other: net,
      a: subnet(get('net', 'resources.a.properties.network.get_resource')),
      b: ['OS::Neutron::Subnet', { network_id: get('net') }],
      c: subnet(get('other')),
      d: subnet('public'),
      port: ['OS::Neutron::Port', { network: get('net', 'elsewhere') }],
      old: ['OS::Neutron::Port', { network_id: get('other') }],
      literal: ['OS::Neutron::Port', { network: 'public' }],
      none: ['OS::Neutron::Port', {}],
    });
    expect(afterOf(port, 'port', all)).toEqual(['a', 'b']);
    expect(afterOf(port, 'old', all)).toEqual(['c']);
    expect(afterOf(port, 'literal', all)).toEqual(['d']);
    expect(afterOf(port, 'none', all)).toEqual([]);
  });
});

describe('a router', () => {
  it('comes after the subnets of its external network', () => {
    const all = definitions({
      out: net,
      a: subnet(get('out')),
      b: subnet(get('in')),
      router: ['OS::Neutron::Router', { external_gateway_info: { network: get('out') } }],
      bare: ['OS::Neutron::Router', {}],
    });
    expect(afterOf(router, 'router', all)).toEqual(['a']);
    expect(afterOf(router, 'bare', all)).toEqual([]);
  });
});

/** A stack in which an address can lead to `target` over the router; another network beside it. */
function stack(target: Properties, more: Readonly<Record<string, readonly [string, Properties]>> = {}) {
  return definitions({
    net,
    side: net,
    subnet: subnet(get('net')),
    beside: subnet(get('side')),
    router: ['OS::Neutron::Router', { external_gateway_info: { network: 'public' } }],
    foot: foot({ subnet: get('subnet') }),
    sidefoot: foot({ subnet_id: get('beside') }),
    port: ['OS::Neutron::Port', target],
    ip: ['OS::Neutron::FloatingIP', { floating_network: 'public', port_id: get('port') }],
    ...more,
  });
}

describe('a floating address', () => {
  it('comes after gateways onto its network', () => {
    const all = definitions({
      router: ['OS::Neutron::Router', { external_gateway_info: { network: 'public' } }],
      other: ['OS::Neutron::Router', { external_gateway_info: { network: 'private' } }],
      bare: ['OS::Neutron::Router', {}],
      gateway: ['OS::Neutron::RouterGateway', { router_id: get('bare'), network_id: 'public' }],
      ip: ['OS::Neutron::FloatingIP', { floating_network_id: 'public' }],
    });
    expect(afterOf(floatingIp, 'ip', all)).toEqual(['gateway', 'router']);
  });

  it.each<[string, Properties, string[]]>([
    ['by its network', { network: get('net') }, ['foot', 'router']],
    ['by its subnet', { network: get('net'), fixed_ips: [{ subnet: get('subnet') }] }, ['foot', 'router']],
    [
      'by one of several',
      { network: get('side'), fixed_ips: [{ subnet: get('x') }, { subnet_id: get('beside') }] },
      ['router', 'sidefoot'],
    ],
    [
      'by its network where only the address is chosen',
      { network: get('net'), fixed_ips: [{ ip_address: '10.0.0.4' }] },
      ['foot', 'router'],
    ],
    ['not where it was there before', { network: 'private' }, ['router']],
    ['by anything where nothing is known', {}, ['foot', 'router', 'sidefoot']],
  ])('comes after what leads to its port: %s', (_what, target, expected) => {
    expect(afterOf(floatingIp, 'ip', stack(target))).toEqual(expected);
  });

  it('counts an interface into a subnet that was there before, for a port that was too', () => {
    const more = { foot: foot({ subnet: 'old-subnet' }) };
    expect(afterOf(floatingIp, 'ip', stack({ network: 'private' }, more))).toEqual(['foot', 'router']);
    expect(afterOf(floatingIp, 'ip', stack({ network: get('net') }, more))).toEqual(['router']);
  });

  it('counts an interface that joins a port of that network', () => {
    const more = {
      joined: ['OS::Neutron::Port', { network: get('net') }] as const,
      foot: foot({ port: get('joined') }),
    };
    expect(afterOf(floatingIp, 'ip', stack({ network: get('net') }, more))).toEqual(['foot', 'router']);
    expect(afterOf(floatingIp, 'ip', stack({ network: get('side') }, more))).toEqual(['router', 'sidefoot']);
  });

  it('of no port waits for no interface', () => {
    const all = stack({ network: get('net') }, { ip: ['OS::Neutron::FloatingIP', { floating_network: 'public' }] });
    expect(afterOf(floatingIp, 'ip', all)).toEqual(['router']);
  });
});

describe('an association', () => {
  const tied = (port_id: Written) => ({
    tie: ['OS::Neutron::FloatingIPAssociation', { floatingip_id: get('ip'), port_id }] as const,
  });

  it('comes after what leads to its port', () => {
    const all = stack({ network: get('side') }, tied(get('port')));
    expect(afterOf(floatingIpAssociation, 'tie', all)).toEqual(['sidefoot']);
  });

  it.each<[string, Properties, string[]]>([
    ['a network', { networks: [{ network: get('net') }] }, ['foot']],
    ['a subnet', { networks: [{ subnet: get('beside') }] }, ['sidefoot']],
    ['a port', { networks: [{ port: get('port') }] }, ['sidefoot']],
    ['several', { networks: [{ network: get('net') }, { network: get('side') }] }, ['foot', 'sidefoot']],
    ['none that is known', {}, ['foot', 'sidefoot']],
    ['an automatic one', { networks: [{ allocate_network: 'auto' }] }, ['foot', 'sidefoot']],
  ])('comes after what leads to its server by %s', (_what, server, expected) => {
    const more = {
      ...tied(attr('server', 'addresses', 'net', '0', 'port')),
      server: ['OS::Nova::Server', server] as const,
    };
    expect(afterOf(floatingIpAssociation, 'tie', stack({ network: get('side') }, more))).toEqual(expected);
  });
});

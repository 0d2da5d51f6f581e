import { describe, expect, it } from 'vitest';
import type { Draft } from '../sim/drafts.ts';
import { strands } from './stranded.ts';

const draft = (name: string, type: string, properties: Draft['properties']): Draft => ({
  name,
  type: `OS::${type}`,
  properties,
  dependsOn: [],
});
const network = { get_resource: 'net' };
const net = draft('net', 'Neutron::Net', {});
const subnet = (cidr: string) => draft('subnet', 'Neutron::Subnet', { network, cidr });
const anywhere = draft('port', 'Neutron::Port', { network });
const said = draft('port', 'Neutron::Port', { network, fixed_ips: [{ subnet: { get_resource: 'subnet' } }] });
const server = draft('server', 'Nova::Server', { networks: [{ network }] });

describe('a subnet that goes', () => {
  it('strands who stays on its network and does not name it', () => {
    for (const user of [anywhere, server]) {
      expect(strands([net, subnet('10.0.0.0/24'), user], [net, subnet('10.0.1.0/24'), user])).toBe(true);
      expect(strands([net, subnet('10.0.0.0/24'), user], [net, user])).toBe(true);
    }
  });

  it('strands nobody who goes too, or says where to be', () => {
    expect(strands([net, subnet('10.0.0.0/24'), said], [net, subnet('10.0.1.0/24'), said])).toBe(false);
    expect(strands([net, subnet('10.0.0.0/24'), server], [net])).toBe(false);
    expect(strands([net, subnet('10.0.0.0/24'), server], [net, subnet('10.0.0.0/24'), server])).toBe(false);
  });
});

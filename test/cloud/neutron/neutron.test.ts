import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, InProcessCloud, type Json } from '../inprocess.ts';

let cloud: InProcessCloud;
let net = '';
let subnet = '';

beforeEach(() => {
  cloud = new InProcessCloud();
  net = cloud.make('network', 'POST /v2.0/networks', { network: { name: 'net' } });
  subnet = makeSubnet({ cidr: '192.168.1.0/29' });
});

const ask = (request: string, body?: object): Answer => {
  const [method, path] = request.split(' ');
  return cloud.ask('network', `${method} /v2.0${path}`, body);
};

function makeSubnet(fields: object): string {
  return cloud.make('network', 'POST /v2.0/subnets', { subnet: { network_id: net, ip_version: 4, ...fields } });
}

const makePort = (fields: object = {}): Answer => ask('POST /ports', { port: { network_id: net, ...fields } });
const portId = (fields: object = {}): string => String(makePort(fields).body['port']?.['id']);
const typeOf = ({ status, body }: Answer): [number, unknown] => [status, body['NeutronError']?.['type']];
const addressesOf = (answer: Answer): unknown[] =>
  ((answer.body['port']?.['fixed_ips'] ?? []) as unknown as Json[]).map(fixed => fixed['ip_address']);

const external = (): string => {
  const body = ask('GET /networks?name=public').body;
  return String(body['networks']?.[0]?.['id']);
};

describe('addresses', () => {
  it('are given lowest first, never twice, and come back when their port is gone', () => {
    const first = makePort();
    expect(addressesOf(first)).toEqual(['192.168.1.2']);
    expect(addressesOf(makePort())).toEqual(['192.168.1.3']);
    ask(`DELETE /ports/${String(first.body['port']?.['id'])}`);
    expect(addressesOf(makePort())).toEqual(['192.168.1.2']);
  });

  it('are the lowest ones also after pools were changed and requests taken back', () => {
    ask(`PUT /subnets/${subnet}`, { subnet: { allocation_pools: [{ start: '192.168.1.4', end: '192.168.1.6' }] } });
    const high = String(makePort().body['port']?.['id']);
    expect(addressesOf(makePort())).toEqual(['192.168.1.5']);
    ask(`PUT /subnets/${subnet}`, { subnet: { allocation_pools: [{ start: '192.168.1.2', end: '192.168.1.6' }] } });
    expect(addressesOf(makePort())).toEqual(['192.168.1.2']);
    // An address is found and then the group is not: the address is free again.
    const refused = makePort({ security_groups: ['00000000-0000-0000-0000-000000000000'] });
    expect(refused.status).toBe(404);
    expect(addressesOf(makePort())).toEqual(['192.168.1.3']);
    ask(`DELETE /ports/${high}`);
    expect(addressesOf(makePort())).toEqual(['192.168.1.4']);
  });

  it('run out', () => {
    for (let i = 2; i <= 6; i++) expect(makePort().status).toBe(201);
    expect(typeOf(makePort())).toEqual([409, 'IpAddressGenerationFailure']);
    makeSubnet({ cidr: '192.168.2.0/29' });
    expect(makePort().status).toBe(201);
  });

  it('may be one of each version, and a host of a SLAAC subnet has its own', () => {
    makeSubnet({ ip_version: 6, cidr: '2001:db8:1::/64' });
    makeSubnet({ ip_version: 6, cidr: '2001:db8::/64', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' });
    const port = makePort({ mac_address: '34:56:78:9a:bc:de' });
    expect(addressesOf(port)).toEqual(['192.168.1.2', '2001:db8:1::1', '2001:db8::3656:78ff:fe9a:bcde']);
  });

  it('are kept by a port that is changed, and given back where it asks for others', () => {
    const id = portId({ fixed_ips: [{ ip_address: '192.168.1.5' }] });
    const kept = ask(`PUT /ports/${id}`, {
      port: { fixed_ips: [{ subnet_id: subnet }, { ip_address: '192.168.1.6' }] },
    });
    expect(addressesOf(kept)).toEqual(['192.168.1.5', '192.168.1.6']);
    const moved = ask(`PUT /ports/${id}`, { port: { fixed_ips: [{ ip_address: '192.168.1.6' }] } });
    expect(addressesOf(moved)).toEqual(['192.168.1.6']);
    expect(makePort({ fixed_ips: [{ ip_address: '192.168.1.5' }] }).status).toBe(201);
    expect(typeOf(makePort({ fixed_ips: [{ ip_address: '192.168.1.6' }] }))).toEqual([
      409,
      'IpAddressAlreadyAllocated',
    ]);
  });
});

describe('what is in use', () => {
  it('cannot be deleted until its users are gone', () => {
    const port = portId();
    expect(typeOf(ask(`DELETE /subnets/${subnet}`))).toEqual([409, 'SubnetInUse']);
    expect(typeOf(ask(`DELETE /networks/${net}`))).toEqual([409, 'NetworkInUse']);
    ask(`DELETE /ports/${port}`);
    expect(ask(`DELETE /networks/${net}`).status).toBe(204);
    expect(ask(`GET /subnets/${subnet}`).status).toBe(404);
  });

  it('does not hold a network back where it is the cloud’s own', () => {
    makePort({ device_owner: 'network:dhcp' });
    expect(ask(`DELETE /networks/${net}`).status).toBe(204);
    expect(ask('GET /ports').body).toEqual({ ports: [] });
  });

  it('is for everybody to see in a network that is shared, and for nobody else to change', () => {
    const inner = String(ask('GET /networks?name=private').body['networks']?.[0]?.['id']);
    expect(ask('POST /ports', { port: { network_id: inner } }).status).toBe(201);
    expect(typeOf(ask(`DELETE /networks/${inner}`))).toEqual([403, 'PolicyNotAuthorized']);
    const admins = cloud.make('network', 'POST /v2.0/networks', { network: {} }, 'admin');
    expect(typeOf(ask(`GET /networks/${admins}`))).toEqual([404, 'NetworkNotFound']);
    expect(typeOf(ask('POST /ports', { port: { network_id: admins } }))).toEqual([404, 'NetworkNotFound']);
  });
});

describe('a router', () => {
  let router = '';

  beforeEach(() => {
    router = cloud.make('network', 'POST /v2.0/routers', { router: { name: 'r' } });
  });

  const wire = (verb: string, body: object): Answer => ask(`PUT /routers/${router}/${verb}_router_interface`, body);
  const open = (): Answer =>
    ask(`PUT /routers/${router}`, { router: { external_gateway_info: { network_id: external() } } });

  it('takes its gateway from the external network, and gives the address back', () => {
    const info = open().body['router']?.['external_gateway_info'];
    expect(info).toMatchObject({ network_id: external(), enable_snat: true });
    const ip = info?.['external_fixed_ips']?.[0]?.['ip_address'];
    expect(ip).toMatch(/^172\.24\./);
    const other = cloud.make('network', 'POST /v2.0/routers', { router: {} });
    const body = { router: { external_gateway_info: { network_id: external() } } };
    const addressOf = (answer: Answer): unknown =>
      answer.body['router']?.['external_gateway_info']?.['external_fixed_ips']?.[0]?.['ip_address'];
    expect(addressOf(ask(`PUT /routers/${other}`, body))).not.toBe(ip);
    ask(`PUT /routers/${router}`, { router: { external_gateway_info: null } });
    ask(`PUT /routers/${other}`, { router: { external_gateway_info: null } });
    expect(addressOf(ask(`PUT /routers/${other}`, body))).toBe(ip);
  });

  it('refuses a second interface on a subnet, and on one that overlaps', () => {
    expect(wire('add', { subnet_id: subnet }).status).toBe(200);
    expect(typeOf(wire('add', { subnet_id: subnet }))).toEqual([400, 'BadRequest']);
    const second = cloud.make('network', 'POST /v2.0/networks', { network: {} });
    const twin = { network_id: second, ip_version: 4, cidr: '192.168.0.0/16' };
    const other = cloud.make('network', 'POST /v2.0/subnets', { subnet: twin });
    const refused = wire('add', { subnet_id: other });
    expect(typeOf(refused)).toEqual([400, 'BadRequest']);
    expect(refused.body['NeutronError']?.['message']).toContain('overlaps with cidr 192.168.1.0/29');
  });

  it('holds on to its interfaces, and cannot go before they do', () => {
    const { port_id: port } = wire('add', { subnet_id: subnet }).body;
    expect(typeOf(ask(`DELETE /ports/${String(port)}`))).toEqual([409, 'ServicePortInUse']);
    expect(typeOf(ask(`DELETE /routers/${router}`))).toEqual([409, 'RouterInUse']);
    expect(wire('remove', { port_id: port }).status).toBe(200);
    expect(typeOf(wire('remove', { port_id: port }))).toEqual([404, 'RouterInterfaceNotFound']);
    expect(ask(`DELETE /routers/${router}`).status).toBe(204);
    expect(ask(`DELETE /networks/${net}`).status).toBe(204);
  });

  it('says which of two names does not fit the other', () => {
    const { port_id: port } = wire('add', { subnet_id: subnet }).body;
    const other = makeSubnet({ cidr: '192.168.2.0/24' });
    expect(typeOf(wire('remove', { port_id: port, subnet_id: other }))).toEqual([409, 'SubnetMismatchForPort']);
  });

  describe('with a floating IP behind it', () => {
    let port = '';
    let floating = '';

    beforeEach(() => {
      wire('add', { subnet_id: subnet });
      open();
      port = portId();
      const body = { floatingip: { floating_network_id: external(), port_id: port } };
      floating = cloud.make('network', 'POST /v2.0/floatingips', body);
    });

    it('may lose neither its interface nor its gateway', () => {
      expect(typeOf(wire('remove', { subnet_id: subnet }))).toEqual([409, 'RouterInterfaceInUseByFloatingIP']);
      const closed = ask(`PUT /routers/${router}`, { router: { external_gateway_info: null } });
      expect(typeOf(closed)).toEqual([409, 'RouterExternalGatewayInUseByFloatingIp']);
      ask(`PUT /floatingips/${floating}`, { floatingip: { port_id: null } });
      expect(wire('remove', { subnet_id: subnet }).status).toBe(200);
    });

    it('lets it stand for one port at a time, and be moved', () => {
      const body = { floatingip: { floating_network_id: external(), port_id: port } };
      expect(typeOf(ask('POST /floatingips', body))).toEqual([409, 'FloatingIPPortAlreadyAssociated']);
      expect((ask('GET /floatingips').body['floatingips'] as unknown as Json[]).length).toBe(1);
      const other = portId();
      const moved = ask(`PUT /floatingips/${floating}`, { floatingip: { port_id: other } });
      expect(moved.body['floatingip']).toMatchObject({
        port_id: other,
        router_id: router,
        fixed_ip_address: '192.168.1.3',
      });
    });

    it('sets it free when its port goes, and takes its address back when it goes itself', () => {
      ask(`DELETE /ports/${port}`);
      const left = ask(`GET /floatingips/${floating}`).body['floatingip'];
      expect(left).toMatchObject({ port_id: null, router_id: null, fixed_ip_address: null });
      ask(`DELETE /floatingips/${floating}`);
      const again = ask('POST /floatingips', { floatingip: { floating_network_id: external() } });
      expect(again.body['floatingip']?.['floating_ip_address']).toBe(left?.['floating_ip_address']);
    });

    it('is told to Nova, address by address', () => {
      const { forNova } = cloud.composed.cloud.service('network') as unknown as {
        forNova: { floatingOf(id: string): readonly { fixed: string }[] };
      };
      expect(forNova.floatingOf(port)).toMatchObject([{ fixed: '192.168.1.2' }]);
    });
  });
});

describe('security groups', () => {
  it('begin with a default one per project that lets its own members in', () => {
    const [group] = ask('GET /security-groups').body['security_groups'] as unknown as Json[];
    const rules = group?.['security_group_rules'] as unknown as Json[];
    expect(group?.['name']).toBe('default');
    expect(rules.map(rule => `${String(rule['direction'])} ${String(rule['ethertype'])}`).sort()).toEqual([
      'egress IPv4',
      'egress IPv6',
      'ingress IPv4',
      'ingress IPv6',
    ]);
    expect(makePort().body['port']?.['security_groups']).toEqual([group?.['id']]);
    expect(makePort({ port_security_enabled: false }).body['port']?.['security_groups']).toEqual([]);
  });

  it('take their rules along when they go, and those of others that name them', () => {
    const group = (name: string): string =>
      cloud.make('network', 'POST /v2.0/security-groups', { security_group: { name } });
    const [one, two] = [group('one'), group('two')];
    const rule = { security_group_id: two, direction: 'ingress', remote_group_id: one };
    const id = cloud.make('network', 'POST /v2.0/security-group-rules', { security_group_rule: rule });
    expect(ask(`DELETE /security-groups/${one}`).status).toBe(204);
    expect(typeOf(ask(`GET /security-group-rules/${id}`))).toEqual([404, 'SecurityGroupRuleNotFound']);
  });
});

describe('lists', () => {
  const names = (query: string): unknown[] =>
    (ask(`GET /networks?${query}`).body['networks'] as unknown as Json[]).map(one => one['name']);

  it('match without case and trailing blanks, several values as or', () => {
    cloud.make('network', 'POST /v2.0/networks', { network: { name: 'Other' } });
    expect(names('name=NET%20')).toEqual(['net']);
    expect(names('name=net&name=other').sort()).toEqual(['Other', 'net']);
    expect(names('name=ne')).toEqual([]);
    expect(names(`tenant_id=${cloud.projects.demoProjectId}`).sort()).toEqual(['Other', 'net']);
    expect(names(`project_id=${cloud.projects.adminProjectId}`).sort()).toEqual(['private', 'public']);
    expect(names('revision_number=1&name=other')).toEqual(['Other']);
  });

  it('come page by page, every item once, and say when there are no more', () => {
    for (let i = 0; i < 5; i++) cloud.make('network', 'POST /v2.0/networks', { network: { name: `n${i}` } });
    const seen: unknown[] = [];
    let marker = '';
    for (let page = 0; page < 10; page++) {
      const { body } = ask(`GET /networks?limit=3${marker}`);
      const found = body['networks'] as unknown as Json[];
      seen.push(...found.map(one => one['id']));
      const links = (body['networks_links'] ?? []) as unknown as { rel: string; href: string }[];
      const next = links.find(link => link.rel === 'next');
      if (next === undefined) break;
      marker = `&marker=${new URL(next.href).searchParams.get('marker')}`;
    }
    expect(seen).toHaveLength(8);
    expect(new Set(seen).size).toBe(8);
    expect(seen).toEqual([...seen].sort());
  });

  it('go back from a marker', () => {
    const ids = (query: string): unknown[] =>
      (ask(`GET /networks?${query}`).body['networks'] as unknown as Json[]).map(one => one['id']);
    const [first, second, third] = ids('');
    expect(ids(`limit=1&marker=${String(third)}&page_reverse=True`)).toEqual([second]);
    expect(ids(`limit=5&marker=${String(third)}&page_reverse=True`)).toEqual([first, second]);
  });
});

it('refuses what would be more than a project may have', () => {
  const { demoProjectId } = cloud.projects;
  cloud.asAdmin('network', `PUT /v2.0/quotas/${demoProjectId}`, { quota: { port: 1 } });
  expect(makePort().status).toBe(201);
  const refused = makePort();
  expect(typeOf(refused)).toEqual([409, 'OverQuota']);
  expect(refused.body['NeutronError']?.['message']).toBe("Quota exceeded for resources: ['port'].");
  cloud.asAdmin('network', `DELETE /v2.0/quotas/${demoProjectId}`);
  expect(makePort().status).toBe(201);
});

it('is furnished with a router between its two networks', () => {
  const { body } = cloud.asAdmin('network', 'GET /v2.0/routers?name=router1');
  const [router] = body['routers'] as unknown as Json[];
  expect(router?.['external_gateway_info']?.['network_id']).toBe(external());
  const ports = cloud.asAdmin('network', `GET /v2.0/ports?device_id=${String(router?.['id'])}&fields=device_owner`);
  expect((ports.body['ports'] as unknown as Json[]).map(port => port['device_owner']).sort()).toEqual([
    'network:router_gateway',
    'network:router_interface',
  ]);
});

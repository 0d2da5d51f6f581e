/** Updates of whole stacks on the sandbox: each call that changes something, in its order, and what there is afterwards. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Resources, startWatched, type WatchedCloud } from '../../test/support/watched.ts';

let cloud: WatchedCloud;
beforeAll(async () => {
  cloud = await startWatched();
}, 60_000);
afterAll(() => cloud.stop());

const read = (service: string, path: string) => cloud.read(service, path);

async function counted(): Promise<Record<string, number>> {
  const counts: [string, number][] = [];
  for (const each of ['networks', 'subnets', 'ports', 'routers', 'floatingips', 'security-groups']) {
    const [list] = Object.values(await read('network', `/v2.0/${each}`));
    counts.push([each, (list as readonly unknown[]).length]);
  }
  return Object.fromEntries(counts);
}

/** A stack whose updates tell their calls, without what is posted. */
async function created(resources: Resources) {
  const stack = await cloud.create(resources);
  return {
    id: stack.id,
    async update(next: Resources, end?: string, rollback = false): Promise<readonly string[]> {
      const lines = await stack.update(next, { rollback, ...(end !== undefined && { end }) });
      return lines.map(line => line.replace(/^(POST \S+) .*/s, '$1').replace('/v2.0/', ''));
    },
    async remove(): Promise<void> {
      await stack.remove();
      expect(cloud.problems).toEqual([]);
    },
  };
}

const get = (name: string) => ({ get_resource: name });
const tcp = (port: number) => ({ protocol: 'tcp', port_range_min: port, port_range_max: port });

const base: Resources = {
  net: ['Neutron::Net'],
  subnet: ['Neutron::Subnet', { network: get('net'), cidr: '10.7.0.0/24' }],
  router: ['Neutron::Router', { external_gateway_info: { network: 'public' } }],
  foot: ['Neutron::RouterInterface', { router: get('router'), subnet: get('subnet') }],
  group: ['Neutron::SecurityGroup', { rules: [tcp(22), tcp(80)] }],
  port: [
    'Neutron::Port',
    { network: get('net'), security_groups: [get('group')], fixed_ips: [{ ip_address: '10.7.0.10' }] },
  ],
  fip: ['Neutron::FloatingIP', { floating_network: 'public', port_id: get('port') }],
};
const port = base['port']?.[1] ?? {};

describe('Neutron’s things, on the sandbox', { timeout: 120_000 }, () => {
  it('are changed in place, replaced, taken back, and leave nothing', async () => {
    const before = await counted();
    const stack = await created(base);
    expect(await stack.update(base)).toEqual([]);

    const changed: Resources = {
      ...base,
      net: ['Neutron::Net', { name: 'mine', tags: ['a', 'b'] }],
      subnet: ['Neutron::Subnet', { network: get('net'), cidr: '10.7.0.0/24', dns_nameservers: ['1.1.1.1'] }],
      router: ['Neutron::Router', { name: 'way', external_gateway_info: { network: 'public' } }],
      group: ['Neutron::SecurityGroup', { rules: [tcp(80), tcp(443)] }],
      port: ['Neutron::Port', { ...port, name: 'nic', security_groups: [] }],
    };
    const lines = await stack.update(changed);
    const rule = lines.find(line => line.startsWith('DELETE security-group-rules/'));
    expect([...lines].sort()).toEqual([
      String(rule),
      'POST security-group-rules',
      'PUT networks/<net> {"network":{"name":"mine"}}',
      'PUT networks/<net>/tags {"tags":["a","b"]}',
      'PUT ports/<port> {"port":{"name":"nic","security_groups":[]}}',
      'PUT routers/<router> {"router":{"name":"way"}}',
      'PUT subnets/<subnet> {"subnet":{"dns_nameservers":["1.1.1.1"]}}',
    ]);
    expect(lines.indexOf(String(rule))).toBeLessThan(lines.indexOf('POST security-group-rules'));
    const rules = (await read('network', `/v2.0/security-group-rules?security_group_id=${await stack.id('group')}`))[
      'security_group_rules'
    ] as readonly { readonly direction: string; readonly port_range_min: number }[];
    const opened = rules.filter(({ direction }) => direction === 'ingress').map(each => each.port_range_min);
    expect(opened.sort()).toEqual([443, 80]);
    expect(rules.filter(({ direction }) => direction === 'egress')).toHaveLength(2);

    const mac = { ...port, name: 'nic', security_groups: [], mac_address: 'fa:16:3e:00:00:77' };
    const replaced: Resources = { ...changed, port: ['Neutron::Port', mac] };
    expect(await stack.update(replaced)).toEqual([
      'PUT ports/<port> {"port":{"fixed_ips":[]}}',
      'POST ports',
      'PUT ports/<port 2> {"port":{"description":""}}',
      'PUT floatingips/<fip> {"floatingip":{"port_id":"<port 2>","fixed_ip_address":null}}',
      'DELETE ports/<port>',
    ]);
    expect(await read('network', `/v2.0/ports/${await stack.id('port')}`)).toMatchObject({
      port: { fixed_ips: [{ ip_address: '10.7.0.10' }], mac_address: 'fa:16:3e:00:00:77' },
    });

    await stack.remove();
    expect(await counted()).toEqual(before);
  });

  it('whose replacement is taken back have their addresses again', async () => {
    const stack = await created({ net: base['net']!, subnet: base['subnet']!, port: ['Neutron::Port', port2] });
    const failing: Resources = {
      net: base['net']!,
      subnet: base['subnet']!,
      port: ['Neutron::Port', { ...port2, mac_address: 'fa:16:3e:00:00:78' }],
      wrong: ['Heat::TestResource', { value: get('port'), fail: true }],
    };
    const lines = await stack.update(failing, 'ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully', true);
    const second = lines.find(line => /^DELETE ports\/[0-9a-f-]{36}$/.test(line))?.slice('DELETE ports/'.length) ?? '?';
    expect(lines.map(line => line.replaceAll(second, '<port 2>'))).toEqual([
      'PUT ports/<port> {"port":{"fixed_ips":[]}}',
      'POST ports',
      'PUT ports/<port 2> {"port":{"fixed_ips":[]}}',
      expect.stringMatching(
        /^PUT ports\/<port> \{"port":\{"fixed_ips":\[\{"subnet_id":"<subnet>","ip_address":"10.7.0.11"\}\]\}\}$/,
      ),
      'DELETE ports/<port 2>',
    ]);
    expect(await read('network', `/v2.0/ports/${await stack.id('port')}`)).toMatchObject({
      port: { fixed_ips: [{ ip_address: '10.7.0.11' }] },
    });
    await stack.remove();
  });

  it('that can be held once go before others are made', async () => {
    const two = { ...base, other: ['Neutron::Router', {}] } as Resources;
    const { fip: _fip, port: _port, ...ways } = two;
    const stack = await created(ways);
    const moved: Resources = {
      ...ways,
      foot: ['Neutron::RouterInterface', { router: get('other'), subnet: get('subnet') }],
    };
    expect(await stack.update(moved)).toEqual([
      'PUT routers/<router>/remove_router_interface {"subnet_id":"<subnet>"}',
      'PUT routers/<other>/add_router_interface {"subnet_id":"<subnet>"}',
    ]);
    await stack.remove();
  });

  it('give up a subnet once no port has an address of it, changed or replaced', async () => {
    const net: Resources = { net: ['Neutron::Net'] };
    const subnet = (nr: number): Resources[string] => [
      'Neutron::Subnet',
      { network: get('net'), cidr: `10.8.${nr}.0/24` },
    ];
    const on = (name: string, more = {}): Resources[string] => [
      'Neutron::Port',
      { network: get('net'), fixed_ips: [{ subnet: get(name) }], ...more },
    ];
    const stack = await created({ ...net, one: subnet(1), port: on('one') });
    expect(await stack.update({ ...net, two: subnet(2), port: on('two') })).toEqual([
      'POST subnets',
      'PUT ports/<port> {"port":{"fixed_ips":[{"subnet_id":"<two>"}]}}',
      'DELETE subnets/<one>',
    ]);
    const replaced = on('three', { mac_address: 'fa:16:3e:00:00:79' });
    expect(await stack.update({ ...net, three: subnet(3), port: replaced })).toEqual([
      'POST subnets',
      'PUT ports/<port> {"port":{"fixed_ips":[]}}',
      'POST ports',
      'DELETE ports/<port>',
      'DELETE subnets/<two>',
    ]);
    await stack.remove();
  });

  it('are tied anew where an association changes', async () => {
    const { fip: _fip, ...rest } = base;
    const ips: Resources = {
      ...rest,
      one: ['Neutron::FloatingIP', { floating_network: 'public' }],
      two: ['Neutron::FloatingIP', { floating_network: 'public' }],
      tie: ['Neutron::FloatingIPAssociation', { floatingip_id: get('one'), port_id: get('port') }],
    };
    const stack = await created(ips);
    const other: Resources = {
      ...ips,
      tie: ['Neutron::FloatingIPAssociation', { floatingip_id: get('two'), port_id: get('port') }],
    };
    expect(await stack.update(other)).toEqual([
      'PUT floatingips/<one> {"floatingip":{"port_id":null}}',
      'PUT floatingips/<two> {"floatingip":{"port_id":"<port>","fixed_ip_address":null}}',
    ]);
    const tied = await stack.id('two');
    expect(await read('network', `/v2.0/floatingips/${tied}`)).toMatchObject({
      floatingip: { port_id: await stack.id('port') },
    });
    await stack.remove();
  });
});

const port2 = { network: get('net'), fixed_ips: [{ ip_address: '10.7.0.11' }] };

describe('Keystone’s things, on the sandbox', { timeout: 60_000 }, () => {
  it('are changed in place, and replaced after the old one went where the name is the same', async () => {
    const assignment = (project: string) => [{ role: get('role'), project: get(project) }];
    const made: Resources = {
      project: ['Keystone::Project', { name: 'team', description: 'ours' }],
      other: ['Keystone::Project'],
      role: ['Keystone::Role'],
      user: ['Keystone::User', { name: 'who', password: 'secret-enough', roles: assignment('project') }],
    };
    const stack = await created(made);
    const changed: Resources = {
      ...made,
      project: ['Keystone::Project', { name: 'team-2', enabled: false }],
      role: ['Keystone::Role', { name: 'a-role' }],
      user: ['Keystone::User', { name: 'who', password: 'secret-enough', roles: assignment('other'), email: 'a@b.c' }],
    };
    const lines = await stack.update(changed);
    expect([...lines].sort()).toEqual([
      'DELETE /projects/<project>/users/<user>/roles/<role>',
      'PATCH /projects/<project> {"project":{"name":"team-2","description":"","enabled":false}}',
      'PATCH /roles/<role> {"role":{"name":"a-role"}}',
      'PATCH /users/<user> {"user":{"email":"a@b.c"}}',
      'PUT /projects/<other>/users/<user>/roles/<role>',
    ]);
    const below: Resources = {
      ...changed,
      project: ['Keystone::Project', { name: 'team-2', enabled: false, parent: get('other') }],
    };
    expect(await stack.update(below)).toEqual([
      expect.stringContaining('DELETE /projects/<project>'),
      'POST /projects',
      'PATCH /projects/<project 2> {"project":{"description":""}}',
    ]);
    await stack.remove();
  });
});

describe('an image, on the sandbox', { timeout: 60_000 }, () => {
  it('is changed in place', async () => {
    const given = {
      location: 'http://example.org/x',
      disk_format: 'raw',
      container_format: 'bare',
      os_distro: 'debian',
      extra_properties: { a: '1' },
    };
    const stack = await created({ image: ['Glance::WebImage', given] });
    const { os_distro: _distro, ...rest } = given;
    const after = { ...rest, tags: ['new'], extra_properties: { b: '2' }, active: false };
    expect(await stack.update({ image: ['Glance::WebImage', after] })).toEqual([
      expect.stringMatching(/^PATCH \/v2\/images\/<image> \[.*"\/os_distro".*"\/a".*"\/b".*"\/tags".*\]$/),
      'POST /v2/images/<image>/actions/deactivate',
    ]);
    const image = await read('image', `/v2/images/${await stack.id('image')}`);
    expect(image).toMatchObject({ tags: ['new'], b: '2', status: 'deactivated' });
    expect(image).not.toHaveProperty('os_distro');
    expect(image).not.toHaveProperty('a');
    await stack.remove();
  });
});

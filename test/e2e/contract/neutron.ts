/** Neutron: networks, subnets, ports, routers, floating IPs, tags, quotas, lists. */
import type { Part, Said, Side } from './side.ts';

const none = '00000000-0000-0000-0000-000000000000';
const v2 = '/v2.0';

interface Ids {
  readonly network: string;
  readonly subnet: string;
  readonly external: string;
}

export const neutronPart: Part = {
  name: 'neutron',
  async play(side) {
    const external = await furniture(side);
    const network = await networks(side);
    const subnet = await subnets(side, network);
    const ids = { network, subnet, external };
    await lists(side, network);
    await tags(side, network);
    await ports(side, ids);
    await routers(side, ids);
    await quotas(side);
    await side.call('network', 'DELETE', `${v2}/subnets/${subnet}`);
    await side.call('network', 'DELETE', `${v2}/subnets/${subnet}`);
    await side.call('network', 'DELETE', `${v2}/networks/${network}`);
    await side.call('network', 'GET', `${v2}/networks/${network}`);
  },
};

const caller =
  (side: Side, collection: string, kind: string) =>
  (method: string, path: string, fields?: object): Promise<Said> =>
    side.call(
      'network',
      method,
      `${v2}/${collection}${path}`,
      fields === undefined ? {} : { body: { [kind]: fields } },
    );

/** What both clouds are furnished with; returns the external network. */
async function furniture(side: Side): Promise<string> {
  const networkOf = async (name: string): Promise<string> => {
    const body = await side.quietly('network', 'GET', `${v2}/networks?name=${name}`);
    const network = body['networks']?.[0];
    const id = String(network?.['id']);
    side.names.set(id, `<network ${name}>`).set(String(network?.['subnets']?.[0]), `<subnet ${name}>`);
    return id;
  };
  const external = await networkOf('public');
  const inner = await networkOf('private');
  await side.call('network', 'GET', '/', { token: '' });
  await side.call('network', 'GET', `${v2}/networks/${external}`);
  await side.call('network', 'GET', `${v2}/networks/${external}`, { as: 'admin' });
  await side.call('network', 'GET', `${v2}/networks/${inner}`);
  await side.call('network', 'GET', `${v2}/subnets?network_id=${inner}`);
  await side.call('network', 'GET', `${v2}/subnets?network_id=${external}`);
  await side.call('network', 'DELETE', `${v2}/networks/${inner}`);
  await side.call('network', 'PUT', `${v2}/networks/${inner}`, { body: { network: { name: 'mine' } } });
  await side.call('network', 'GET', `${v2}/routers?name=router1`, { as: 'admin' });
  return external;
}

async function networks(side: Side): Promise<string> {
  const call = caller(side, 'networks', 'network');
  const { id } = await call('POST', '', { name: 'net', description: 'd' });
  await call('POST', '', { name: 'net', bogus: 1 });
  await call('POST', '', { name: 5 });
  await call('POST', '', { admin_state_up: 'maybe' });
  await call('POST', '', { shared: true });
  await call('POST', '', { tags: ['a'] });
  await call('POST', '', { id: 'a' });
  await call('POST', '', { name: 'x'.repeat(256) });
  await side.call('network', 'POST', `${v2}/networks`, { body: { other: {} } });
  await side.call('network', 'POST', `${v2}/networks`, { body: 'no json' });
  await call('GET', '/nope');
  await call('PUT', '/nope', { name: 'x' });
  await call('DELETE', '/nope');
  await call('PUT', `/${id}`, { name: 'Renamed', admin_state_up: false, mtu: 1400 });
  await call('PUT', `/${id}`, { id: 'x' });
  await call('PUT', `/${id}`, { status: 'x' });
  await side.call('network', 'PATCH', `${v2}/networks/${id}`, { body: {} });
  await side.call('network', 'GET', `${v2}/no-such-things`);
  const second = await call('POST', '', { name: 'second', admin_state_up: false });
  await call('DELETE', `/${second.id}`);
  return id;
}

async function subnets(side: Side, network: string): Promise<string> {
  const call = caller(side, 'subnets', 'subnet');
  const post = (fields: object): Promise<Said> => call('POST', '', { network_id: network, ip_version: 4, ...fields });
  const { id } = await post({ cidr: '192.168.77.0/28', name: 'sub' });
  await post({ cidr: '192.168.77.8/29' });
  await post({ cidr: '192.168.77.0/24', network_id: 'nope' });
  await post({ cidr: '192.168.77.0/24', network_id: none });
  await post({ cidr: '300.168.77.0/24' });
  await post({ cidr: '10.10.0.0/24', ip_version: 6 });
  await post({});
  await post({ cidr: '10.10.0.0/24', ip_version: 5 });
  await post({ cidr: '10.10.0.0/24', gateway_ip: '10.10.0.300' });
  const routes = [{ destination: '1.2.3.0/24', nexthop: '10.12.0.1' }];
  const one = await post({
    cidr: '10.12.0.0/24',
    gateway_ip: null,
    allocation_pools: [{ start: '10.12.0.10', end: '10.12.0.11' }],
    dns_nameservers: ['8.8.8.8'],
    host_routes: routes,
    enable_dhcp: false,
  });
  const pool = (...pools: readonly (readonly [string, string])[]): Promise<Said> =>
    post({ cidr: '10.13.0.0/24', allocation_pools: pools.map(([start, end]) => ({ start, end })) });
  await pool(['10.13.0.10', '10.14.0.11']);
  await pool(['10.13.0.10', '10.13.0.5']);
  await pool(['10.13.0.1', '10.13.0.5']);
  await pool(['10.13.0.2', '10.13.0.5'], ['10.13.0.4', '10.13.0.9']);
  const six = { ip_version: 6, cidr: '2001:db8::/64', ipv6_ra_mode: 'slaac', ipv6_address_mode: 'slaac' };
  const two = await post(six);
  const three = await post({ cidr: '10.9.0.5/24', gateway_ip: '10.11.0.1' });
  for (const other of [one, two, three]) await call('DELETE', `/${other.id}`);
  await call('PUT', `/${id}`, { name: 'renamed', dns_nameservers: ['1.1.1.1'], gateway_ip: null, enable_dhcp: false });
  await call('PUT', `/${id}`, { cidr: '1.1.1.0/24' });
  await call('PUT', `/${id}`, { gateway_ip: '192.168.77.1' });
  await call('PUT', `/${id}`, { allocation_pools: [{ start: '192.168.77.4', end: '192.168.77.4' }] });
  await call('GET', '/nope');
  await call('GET', `?network_id=${network}&cidr=192.168.77.0/28&fields=name&fields=cidr`);
  await call('GET', '?status=x');
  await side.call('network', 'GET', `${v2}/networks/${network}`);
  return id;
}

async function lists(side: Side, network: string): Promise<void> {
  const get = (query: string): Promise<Said> => side.call('network', 'GET', `${v2}/networks?${query}`);
  await get('bogus=1');
  await get('name=RENAMED&fields=id&fields=name');
  await get('name=renamed%20%20&fields=name');
  await get(`id=${network}&id=${none}&fields=name`);
  await get('description=D&fields=description');
  await get('admin_state_up=false&fields=name&name=Renamed');
  await get('admin_state_up=x');
  await get('router:external=true&fields=name&name=public');
  await get('shared=True&fields=name&name=private');
  await get('limit=1&name=private&fields=name');
  await get(`limit=1&marker=${network}&name=Renamed&fields=name`);
  await get('limit=1&marker=nope');
  await get('sort_key=name&sort_dir=desc&fields=name&name=Renamed&name=private');
  await get('sort_key=name');
  await get('created_at=x');
  await get('limit=x');
  await side.call('network', 'GET', `${v2}/networks/${network}?fields=name`);
}

async function tags(side: Side, network: string): Promise<void> {
  const at = `${v2}/networks/${network}/tags`;
  await side.call('network', 'PUT', `${at}/abc`);
  await side.call('network', 'GET', at);
  await side.call('network', 'PUT', at, { body: { tags: ['b', 'a'] } });
  await side.call('network', 'GET', `${at}/b`);
  await side.call('network', 'GET', `${at}/zz`);
  await side.call('network', 'GET', `${v2}/networks?tags=a,b&fields=name`);
  await side.call('network', 'GET', `${v2}/networks?tags=a,c&fields=name`);
  await side.call('network', 'DELETE', `${at}/b`);
  await side.call('network', 'DELETE', `${at}/b`);
  await side.call('network', 'DELETE', at);
  await side.call('network', 'PUT', `${v2}/networks/${none}/tags/a`);
}

async function ports(side: Side, { network, subnet, external }: Ids): Promise<void> {
  const call = caller(side, 'ports', 'port');
  const post = (fields: object): Promise<Said> => call('POST', '', { network_id: network, ...fields });
  const first = await post({ name: 'port' });
  await post({ name: 'no address is left' });
  await post({ network_id: none });
  await post({ network_id: 'nope' });
  await call('POST', '', {});
  const second = await post({ fixed_ips: [{ ip_address: '192.168.77.12' }], name: 'q', tags: ['dropped'] });
  await post({ fixed_ips: [{ ip_address: '192.168.77.12' }] });
  await post({ fixed_ips: [{ ip_address: '9.9.9.9' }] });
  await post({ fixed_ips: [{ subnet_id: subnet, ip_address: '9.9.9.9' }] });
  await post({ fixed_ips: [{ subnet_id: subnet }] });
  await post({ fixed_ips: [{ subnet_id: none }] });
  await post({ fixed_ips: [{ bogus: none }] });
  const third = await post({ fixed_ips: [], admin_state_up: false, device_id: 'd1', device_owner: 'me:x' });
  const mac = { mac_address: 'fa:16:3e:00:00:01', fixed_ips: [] };
  const fourth = await post({ ...mac, allowed_address_pairs: [{ ip_address: '1.2.3.4' }] });
  await post(mac);
  await post({ mac_address: 'zz' });
  await post({ security_groups: [none] });
  await post({ security_groups: ['zz'] });
  await post({ network_id: external });
  await post({ 'binding:host_id': 'lab' });
  await call('PUT', `/${first.id}`, { name: 'r', description: 'x', fixed_ips: [{ ip_address: '192.168.77.14' }] });
  await call('PUT', `/${first.id}`, { network_id: none });
  await call('PUT', `/${first.id}`, { security_groups: [], device_id: 'abc', device_owner: 'compute:nova' });
  await call('PUT', `/${first.id}`, { mac_address: 'fa:16:3e:00:00:02' });
  await call('GET', `?network_id=${network}`);
  for (const query of [
    'device_id=abc',
    'fixed_ips=ip_address%3D192.168.77.12',
    'device_owner=compute:nova',
    'name=Q',
  ]) {
    await call('GET', `?${query}&network_id=${network}&fields=name`);
  }
  await call('GET', `?fixed_ips=subnet_id%3D${subnet}&fields=name`);
  await call('GET', '/nope');
  await side.call('network', 'GET', `${v2}/ports/${first.id}`, { as: 'admin' });
  await side.call('network', 'DELETE', `${v2}/subnets/${subnet}`);
  for (const port of [second, third, fourth]) await call('DELETE', `/${port.id}`);
  await side.call('network', 'DELETE', `${v2}/networks/${network}`);
  await call('DELETE', `/${first.id}`);
  await call('DELETE', `/${first.id}`);
}

async function routers(side: Side, ids: Ids): Promise<void> {
  const call = caller(side, 'routers', 'router');
  const { subnet, network, external } = ids;
  const { id } = await call('POST', '', { name: 'router' });
  const add = (body: object, router = id): Promise<Said> =>
    side.call('network', 'PUT', `${v2}/routers/${router}/add_router_interface`, { body });
  const remove = (body: object): Promise<Said> =>
    side.call('network', 'PUT', `${v2}/routers/${id}/remove_router_interface`, { body });
  const added = await add({ subnet_id: subnet });
  const port = String(added.body['port_id']);
  side.names.set(port, '<interface>');
  await add({ subnet_id: subnet });
  await add({ subnet_id: none });
  await add({});
  await add({ port_id: none });
  await add({ subnet_id: subnet }, none);
  await add({ port_id: none, subnet_id: subnet });
  await add({ port_id: port });
  await side.call('network', 'GET', `${v2}/ports?device_id=${id}`);
  await side.call('network', 'DELETE', `${v2}/ports/${port}`);
  await side.call('network', 'DELETE', `${v2}/networks/${network}`);
  await call('DELETE', `/${id}`);
  await gateways(side, id, ids);
  await floating(side, ids);
  await remove({ subnet_id: subnet });
  await remove({ subnet_id: subnet });
  await remove({ port_id: port });
  await call('PUT', `/${id}`, { external_gateway_info: null });
  await call('PUT', `/${id}`, { external_gateway_info: { network_id: external } });
  await call('PUT', `/${id}`, { external_gateway_info: {} });
  await byPort(side, id, ids);
  await call('GET', '/nope');
  await call('DELETE', `/${id}`);
  await call('DELETE', `/${id}`);
}

async function gateways(side: Side, id: string, { network, external }: Ids): Promise<void> {
  const put = (fields: object): Promise<Said> =>
    side.call('network', 'PUT', `${v2}/routers/${id}`, { body: { router: fields } });
  await put({ external_gateway_info: { network_id: network } });
  await put({ external_gateway_info: { network_id: none } });
  await put({ external_gateway_info: { network_id: external } });
  await put({ external_gateway_info: { network_id: external } });
  await put({ external_gateway_info: { network_id: external, enable_snat: false } });
  await put({ distributed: true });
  await put({ routes: [{ destination: '1.0.0.0/8', nexthop: '192.168.77.9' }] });
  await put({ routes: [{ destination: '1.0.0.0/8', nexthop: '1.168.77.9' }] });
  await put({ routes: [] });
  await side.call('network', 'GET', `${v2}/routers/${id}`);
  await side.call('network', 'GET', `${v2}/routers/${id}`, { as: 'admin' });
}

async function floating(side: Side, { network, external, subnet }: Ids): Promise<void> {
  const call = caller(side, 'floatingips', 'floatingip');
  const portAt = async (ip: string): Promise<string> => {
    const port = { network_id: network, name: ip, fixed_ips: [{ ip_address: ip }] };
    return (await side.call('network', 'POST', `${v2}/ports`, { body: { port } })).id;
  };
  const [one, two] = [await portAt('192.168.77.9'), await portAt('192.168.77.10')];
  const first = await call('POST', '', { floating_network_id: external, port_id: one, description: 'Mark' });
  await call('POST', '', { floating_network_id: external, port_id: one });
  const second = await call('POST', '', { floating_network_id: external });
  await call('PUT', `/${second.id}`, { port_id: one });
  await call('PUT', `/${second.id}`, { port_id: two });
  await call('PUT', `/${second.id}`, { port_id: two });
  await call('PUT', `/${second.id}`, { description: 'changed' });
  await call('PUT', `/${second.id}`, { port_id: null });
  await call('PUT', `/${second.id}`, { port_id: none });
  await call('PUT', `/${second.id}`, { port_id: two, fixed_ip_address: '1.1.1.1' });
  await call('PUT', `/${second.id}`, { floating_network_id: none });
  await call('POST', '', { floating_network_id: network });
  await call('POST', '', { floating_network_id: none });
  await call('POST', '', { floating_network_id: external, floating_ip_address: '172.24.9.9' });
  await call('POST', '', {});
  await call('POST', '', { floating_network_id: external, fixed_ip_address: '1.1.1.1' });
  await call('GET', `?port_id=${one}`);
  await call('GET', '?description=MARK&fields=description');
  await call('GET', '?name=x');
  await call('GET', `/${none}`);
  const router = await side.quietly('network', 'GET', `${v2}/routers?name=router`);
  const routerId = String(router['routers']?.[0]?.['id']);
  const path = `${v2}/routers/${routerId}`;
  await side.call('network', 'PUT', `${path}/remove_router_interface`, { body: { subnet_id: subnet } });
  await side.call('network', 'PUT', path, { body: { router: { external_gateway_info: null } } });
  await side.call('network', 'DELETE', `${v2}/ports/${one}`);
  await call('GET', `/${first.id}`);
  for (const { id } of [first, second]) await call('DELETE', `/${id}`);
  await call('DELETE', `/${first.id}`);
  await side.call('network', 'DELETE', `${v2}/ports/${two}`);
}

/** An interface by a port of one's own goes with the interface; a subnet without a gateway needs such a port. */
async function byPort(side: Side, id: string, { network, subnet }: Ids): Promise<void> {
  const put = (verb: string, body: object): Promise<Said> =>
    side.call('network', 'PUT', `${v2}/routers/${id}/${verb}_router_interface`, { body });
  const made = { network_id: network, name: 'own', fixed_ips: [{ ip_address: '192.168.77.11' }] };
  const port = await side.call('network', 'POST', `${v2}/ports`, { body: { port: made } });
  await put('add', { port_id: port.id });
  await put('add', { port_id: port.id });
  await side.call('network', 'GET', `${v2}/ports/${port.id}`);
  await put('remove', { port_id: port.id });
  await side.call('network', 'GET', `${v2}/ports/${port.id}`);
  await side.call('network', 'PUT', `${v2}/subnets/${subnet}`, { body: { subnet: { gateway_ip: null } } });
  await put('add', { subnet_id: subnet });
}

async function quotas(side: Side): Promise<void> {
  const { projectId } = side.session('member');
  const path = `${v2}/quotas/${projectId}`;
  await side.call('network', 'GET', path);
  await side.call('network', 'GET', `${path}/default`);
  await side.call('network', 'PUT', path, { body: { quota: { network: 1 } } });
  await side.call('network', 'PUT', path, { as: 'admin', body: { quota: { network: 1 } } });
  await side.call('network', 'POST', `${v2}/networks`, { body: { network: {} } });
  await side.call('network', 'GET', `${path}/details`);
  await side.call('network', 'DELETE', path, { as: 'admin' });
  await side.call('network', 'GET', `${v2}/subnetpools`);
  await side.call('network', 'GET', `${v2}/agents`);
  await side.call('network', 'GET', `${v2}/qos/policies`);
}

/** What updates send to Neutron, Keystone and Glance, as real types' updates do: what is taken, and how it is refused. */
import { randomUUID } from 'node:crypto';
import type { Part, Said, Side } from './side.ts';

const v2 = '/v2.0';
const admin = { as: 'admin' } as const;

export const changesPart: Part = {
  name: 'what updates send',
  async play(side) {
    const network = await networks(side);
    await addresses(side, network);
    await groups(side);
    await floating(side);
    await users(side);
    await images(side);
  },
};

async function networks(side: Side): Promise<string> {
  const put = (id: string, network: object) =>
    side.call('network', 'PUT', `${v2}/networks/${id}`, { body: { network } });
  const { id } = await side.call('network', 'POST', `${v2}/networks`, { body: { network: { name: 'n' } } });
  for (const network of [
    { port_security_enabled: null },
    { port_security_enabled: false },
    { port_security_enabled: true },
    { dns_domain: 'a.example.' },
    { dns_domain: '' },
    { dns_domain: null },
    { qos_policy_id: null },
    { name: null },
    { description: null },
    { admin_state_up: null },
    { shared: true },
    {},
  ]) {
    await put(id, network);
  }
  await side.call('network', 'PUT', `${v2}/networks/${id}/tags`, { body: { tags: ['one', 'two'] } });
  await side.call('network', 'PUT', `${v2}/networks/${id}/tags`, { body: { tags: [] } });
  await side.call('network', 'GET', `${v2}/networks/${id}/dhcp-agents`);
  await side.call('network', 'GET', `${v2}/networks/${id}/dhcp-agents`, admin);
  await side.call('network', 'GET', `${v2}/networks/${id}`);
  return id;
}

async function addresses(side: Side, network: string): Promise<void> {
  const given = { network_id: network, cidr: '192.168.78.0/24', ip_version: 4 };
  const subnet = await side.call('network', 'POST', `${v2}/subnets`, { body: { subnet: given } });
  for (const fields of [
    { dns_nameservers: [] },
    { host_routes: [{ destination: '10.9.0.0/16', nexthop: '192.168.78.9' }] },
    { host_routes: [] },
    { allocation_pools: [] },
    { allocation_pools: null },
    { host_routes: null },
    { allocation_pools: [{ start: '192.168.78.10', end: '192.168.78.20' }] },
    { enable_dhcp: null },
    { segment_id: null },
  ]) {
    await side.call('network', 'PUT', `${v2}/subnets/${subnet.id}`, { body: { subnet: fields } });
  }
  await side.call('network', 'POST', `${v2}/subnets`, { body: { subnet: given } });
  const make = (port: object) => side.call('network', 'POST', `${v2}/ports`, { body: { port } });
  const first = await make({ network_id: network, fixed_ips: [{ ip_address: '192.168.78.15' }] });
  const put = (id: string, port: object) => side.call('network', 'PUT', `${v2}/ports/${id}`, { body: { port } });
  await side.call('network', 'GET', `${v2}/ports?id=${first.id}`);
  await put(first.id, { fixed_ips: [] });
  const second = await make({ network_id: network, fixed_ips: [{ ip_address: '192.168.78.15' }] });
  await put(first.id, { fixed_ips: [{ subnet_id: subnet.id, ip_address: '192.168.78.15' }] });
  await put(second.id, { fixed_ips: [] });
  await put(first.id, { fixed_ips: [{ subnet_id: subnet.id, ip_address: '192.168.78.15' }] });
  for (const port of [
    { allowed_address_pairs: [{ ip_address: '10.1.0.0/16' }] },
    { allowed_address_pairs: [] },
    { 'binding:vnic_type': 'direct' },
    { 'binding:vnic_type': 'normal' },
    { device_id: '', device_owner: '' },
    { port_security_enabled: false },
    { port_security_enabled: false, security_groups: [] },
    { security_groups: null },
    { dns_name: 'host' },
    { dns_name: null },
    { name: null },
  ]) {
    await put(first.id, port);
  }
  const usual = await side.call('network', 'GET', `${v2}/security-groups?name=default`);
  const group = String(usual.body['security_groups']?.[0]?.['id']);
  await put(first.id, { port_security_enabled: true, security_groups: [group] });
  await routers(side, subnet.id);
  for (const { id } of [first, second]) await side.call('network', 'DELETE', `${v2}/ports/${id}`);
  await side.call('network', 'GET', `${v2}/ports?id=${first.id}`);
  await side.call('network', 'DELETE', `${v2}/subnets/${subnet.id}`);
  await side.call('network', 'DELETE', `${v2}/networks/${network}`);
}

async function routers(side: Side, subnet: string): Promise<void> {
  const [one, two] = await Promise.all(
    ['one', 'two'].map(name =>
      side.quietly('network', 'POST', `${v2}/routers`, { body: { router: { name } } }).then(body => {
        const id = String(body['router']?.['id']);
        side.names.set(id, `<router ${name}>`);
        return id;
      }),
    ),
  );
  const foot = (router: string | undefined, verb: string) =>
    side.call('network', 'PUT', `${v2}/routers/${router}/${verb}_router_interface`, { body: { subnet_id: subnet } });
  await foot(one, 'add');
  await foot(two, 'add');
  await foot(one, 'remove');
  await foot(two, 'add');
  await foot(two, 'remove');
  await side.call('network', 'GET', `${v2}/routers/${one}/l3-agents`, admin);
  const put = (router: object) => side.call('network', 'PUT', `${v2}/routers/${one}`, { body: { router } });
  for (const router of [{ admin_state_up: false }, { name: 'other', admin_state_up: true }, {}]) await put(router);
  for (const router of [one, two]) await side.call('network', 'DELETE', `${v2}/routers/${router}`);
}

async function groups(side: Side): Promise<void> {
  const made = await side.call('network', 'POST', `${v2}/security-groups`, { body: { security_group: { name: 'g' } } });
  const rules = `${v2}/security-group-rules`;
  const web = { security_group_id: made.id, direction: 'ingress', ethertype: 'IPv4', protocol: 'tcp' };
  const ports = { port_range_min: '80', port_range_max: '80', remote_ip_prefix: null, remote_group_id: null };
  const posted = await side.call('network', 'POST', rules, { body: { security_group_rules: [{ ...web, ...ports }] } });
  const rule = String(posted.body['security_group_rules']?.[0]?.['id']);
  side.names.set(rule, '<rule>');
  await side.call('network', 'GET', `${rules}?security_group_id=${made.id}`);
  await side.call('network', 'DELETE', `${rules}/${rule}`);
  await side.call('network', 'DELETE', `${rules}/${rule}`);
  const usual = { security_group_id: made.id, direction: 'egress', ethertype: 'IPv4' };
  await side.call('network', 'POST', rules, { body: { security_group_rules: [usual, { ...web, ...ports }] } });
  await side.call('network', 'POST', rules, { body: { security_group_rules: [{ ...web, ...ports }] } });
  await side.call('network', 'GET', `${v2}/security-groups/${made.id}`);
  for (const fields of [
    { description: 'for the web' },
    { description: null },
    { name: 'h', description: '' },
    { stateful: false },
  ]) {
    await side.call('network', 'PUT', `${v2}/security-groups/${made.id}`, { body: { security_group: fields } });
  }
  await side.call('network', 'DELETE', `${v2}/security-groups/${made.id}`);
}

async function floating(side: Side): Promise<void> {
  const listed = await side.quietly('network', 'GET', `${v2}/networks?name=public`);
  const network = String(listed['networks']?.[0]?.['id']);
  side.names.set(network, '<public>');
  const body = { floatingip: { floating_network_id: network } };
  const { id } = await side.call('network', 'POST', `${v2}/floatingips`, { body });
  for (const floatingip of [
    { port_id: null, fixed_ip_address: null },
    { port_id: null },
    { port_id: null, fixed_ip_address: '10.0.0.9' },
  ]) {
    await side.call('network', 'PUT', `${v2}/floatingips/${id}`, { body: { floatingip } });
  }
  await side.call('network', 'DELETE', `${v2}/floatingips/${id}`);
  await side.call('network', 'PUT', `${v2}/floatingips/${id}`, { body: { floatingip: { port_id: null } } });
}

async function users(side: Side): Promise<void> {
  const { run } = side;
  const identity = (method: string, path: string, body?: object): Promise<Said> =>
    side.call('identity', method, path, { ...admin, ...(body && { body }) });
  const project = await identity('POST', '/v3/projects', { project: { name: `${run}-cp`, description: 'd' } });
  const other = await identity('POST', '/v3/projects', { project: { name: `${run}-cq` } });
  for (const fields of [
    { name: `${run}-cr`, description: 'e', enabled: false },
    { tags: ['t'] },
    { tags: [] },
    { domain_id: 'default' },
    { domain_id: 'nope' },
  ]) {
    await identity('PATCH', `/v3/projects/${project.id}`, { project: fields });
  }
  const user = await identity('POST', '/v3/users', { user: { name: `${run}-cu`, email: 'a@b.example' } });
  for (const fields of [
    { email: 'c@d.example', enabled: true },
    { email: null },
    { default_project_id: project.id },
    { default_project_id: null },
    { password: 'new' },
    { password: null },
    { domain_id: 'nope' },
  ]) {
    await identity('PATCH', `/v3/users/${user.id}`, { user: fields });
  }
  const group = await identity('POST', '/v3/groups', { group: { name: `${run}-cg`, description: 'g' } });
  const membership = `/v3/groups/${group.id}/users/${user.id}`;
  for (const method of ['HEAD', 'PUT', 'PUT', 'HEAD']) await identity(method, membership);
  await identity('GET', `/v3/users/${user.id}/groups`);
  await identity('GET', `/v3/groups?name=${run}-cg`);
  await identity('GET', `/v3/groups/${group.id}`);
  for (const method of ['DELETE', 'DELETE']) await identity(method, membership);
  await identity('GET', `/v3/users/${user.id}/groups`);
  await identity('PUT', `/v3/groups/${group.id}/users/nobody`);
  await identity('PUT', `/v3/groups/nope/users/${user.id}`);
  const role = await identity('POST', '/v3/roles', { role: { name: `${run}-cx` } });
  await identity('PATCH', `/v3/roles/${role.id}`, { role: { name: `${run}-cy` } });
  const held = `/v3/projects/${project.id}/users/${user.id}/roles/${role.id}`;
  const look = `/v3/role_assignments?user.id=${user.id}&role.id=${role.id}&scope.project.id=${project.id}`;
  await identity('PUT', held);
  await identity('GET', look);
  await identity('DELETE', held);
  await identity('GET', look);
  for (const path of [
    `/v3/roles/${role.id}`,
    `/v3/users/${user.id}`,
    `/v3/groups/${group.id}`,
    `/v3/groups/${group.id}`,
    `/v3/projects/${project.id}`,
    `/v3/projects/${other.id}`,
  ]) {
    await identity('DELETE', path);
  }
}

async function images(side: Side): Promise<void> {
  const json = { accept: 'application/json' };
  const patchType = { ...json, 'content-type': 'application/openstack-images-v2.1-json-patch' };
  const id = randomUUID();
  side.names.set(id, '<changed image>');
  const image = (method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = json) =>
    side.call('image', method, `/v2/images${path}`, { headers, ...(body !== undefined && { body }) });
  await image('POST', '', { id, name: 'changed', disk_format: 'raw', container_format: 'bare', tags: ['mark'] });
  for (const operations of [
    [{ op: 'add', path: '/os_distro', value: 'debian' }],
    [{ op: 'add', path: '/os_distro', value: null }],
    gone('os_distro', ''),
    gone('os_distro', ''),
    gone('architecture', ''),
    gone('colour', ''),
    [{ op: 'add', path: '/kernel_id', value: '' }],
    gone('kernel_id', '00000000-0000-0000-0000-000000000000'),
    gone('ramdisk_id', null),
    [{ op: 'replace', path: '/visibility', value: 'private' }],
    [{ op: 'replace', path: '/tags', value: ['a'] }],
    [{ op: 'add', path: '/protected', value: false }],
  ]) {
    await image('PATCH', `/${id}`, operations, patchType);
  }
  const member = side.session('admin').projectId;
  await image('POST', `/${id}/members`, { member });
  await image('DELETE', `/${id}/members/${member}`);
  await image('PATCH', `/${id}`, [{ op: 'replace', path: '/visibility', value: 'shared' }], patchType);
  await image('POST', `/${id}/members`, { member });
  await image('PATCH', `/${id}`, [{ op: 'replace', path: '/visibility', value: 'private' }], patchType);
  await image('GET', `/${id}/members`);
  await image('DELETE', `/${id}/members/${member}`);
  await image('POST', `/${id}/actions/deactivate`);
  await image('POST', `/${id}/actions/reactivate`);
  const octets = { ...json, 'content-type': 'application/octet-stream' };
  await image('PUT', `/${id}/file`, new Uint8Array([97]), octets);
  for (const verb of ['deactivate', 'deactivate', 'reactivate', 'reactivate']) {
    await image('POST', `/${id}/actions/${verb}`);
  }
  await image('GET', `/${id}`);
  await image('DELETE', `/${id}`);
}

function gone(name: string, value: unknown): readonly object[] {
  return [
    { op: 'add', path: `/${name}`, value },
    { op: 'remove', path: `/${name}` },
  ];
}

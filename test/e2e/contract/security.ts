/** Neutron: security groups and their rules. */
import type { Part, Said, Side } from './side.ts';

const none = '00000000-0000-0000-0000-000000000000';
const v2 = '/v2.0';

export const securityPart: Part = {
  name: 'security groups',
  async play(side) {
    await side.call('network', 'GET', `${v2}/security-groups`);
    const group = await groups(side);
    await rules(side, group);
    await severalRules(side, group);
    await ends(side, group);
  },
};

async function groups(side: Side): Promise<string> {
  const call = (method: string, path: string, fields: object): Promise<Said> =>
    side.call('network', method, `${v2}/security-groups${path}`, { body: { security_group: fields } });
  const { id } = await call('POST', '', { name: 'group', description: 'd' });
  await call('POST', '', { name: 'default' });
  const plain = await call('POST', '', {});
  await side.call('network', 'DELETE', `${v2}/security-groups/${plain.id}`);
  await call('PUT', `/${id}`, { name: 'renamed' });
  await call('PUT', `/${id}`, { name: 'default' });
  return id;
}

/** Several rules in one request: all or none. */
async function severalRules(side: Side, group: string): Promise<void> {
  const post = (items: unknown): Promise<Said> =>
    side.call('network', 'POST', `${v2}/security-group-rules`, { body: { security_group_rules: items } });
  const at = (port: number, fields: object = {}): object => {
    const range = { protocol: 'tcp', port_range_min: port, port_range_max: port };
    return { security_group_id: group, direction: 'ingress', ...range, ...fields };
  };
  for (const items of [
    [at(1001), at(1002)],
    [at(1003), at(1002)],
    [at(1004), at(1004)],
    [],
    5,
    [5],
    [at(1005, { foo: 1 })],
    [at(1006), at(1007, { security_group_id: none })],
    [at(1008), at(1009, { protocol: 'bogus' })],
  ]) {
    await post(items);
  }
}

async function rules(side: Side, group: string): Promise<void> {
  const post = (fields: object): Promise<Said> => {
    const rule = { security_group_id: group, direction: 'ingress', ...fields };
    return side.call('network', 'POST', `${v2}/security-group-rules`, { body: { security_group_rule: rule } });
  };
  const ssh = { protocol: 'tcp', port_range_min: 22, port_range_max: 22 };
  const { id } = await post({ ...ssh, description: 'mark' });
  await post(ssh);
  for (const fields of [
    { direction: 'egress' },
    { protocol: 'TCP', port_range_min: 30, port_range_max: 20 },
    { port_range_min: 30, port_range_max: 40 },
    { protocol: 'bogus' },
    { protocol: '6', port_range_min: 1, port_range_max: 70_000 },
    { protocol: '6', port_range_min: 22, port_range_max: 22 },
    { protocol: '6', port_range_min: 80, port_range_max: 80 },
    { protocol: 'icmp', port_range_min: 8, port_range_max: 0 },
    { protocol: 'icmp', port_range_max: 0 },
    { protocol: 'icmp', port_range_min: 256 },
    { protocol: 'udp', port_range_min: 5 },
    { direction: 'x' },
    { remote_ip_prefix: '10.0.0.1/8' },
    { remote_ip_prefix: '10.0.0.0/8' },
    { remote_ip_prefix: '10.20.30.40' },
    { remote_ip_prefix: 'zz' },
    { ethertype: 'IPv6', remote_ip_prefix: '1.0.0.0/8' },
    { ethertype: 'ipv6', remote_ip_prefix: '::/0' },
    { remote_group_id: group },
    { remote_group_id: group, remote_ip_prefix: '1.0.0.0/8' },
    { remote_group_id: none },
    { ethertype: 'IPv5' },
    { protocol: 'any', ethertype: 'IPv6' },
    { protocol: 256 },
    { protocol: 47 },
    { protocol: 'vrrp', port_range_min: 1, port_range_max: 2 },
    { security_group_id: none },
  ]) {
    await post(fields);
  }
  const path = `${v2}/security-group-rules`;
  await side.call('network', 'GET', `${path}/${id}`);
  await side.call('network', 'GET', `${path}/${none}`);
  await side.call('network', 'GET', `${path}?security_group_id=${group}`);
  await side.call('network', 'GET', `${path}?description=MARK&fields=description`);
  await side.call('network', 'GET', `${path}?protocol=tcp&port_range_min=22&fields=description`);
  const body = { security_group_rule: { description: 'x' } };
  await side.call('network', 'PUT', `${path}/${id}`, { body });
  await side.call('network', 'GET', `${v2}/security-groups/${group}`);
  await side.call('network', 'DELETE', `${path}/${id}`);
  await side.call('network', 'DELETE', `${path}/${id}`);
}

async function ends(side: Side, group: string): Promise<void> {
  const network = await side.call('network', 'POST', `${v2}/networks`, { body: { network: { name: 'for a port' } } });
  const port = { network_id: network.id, security_groups: [group] };
  const made = await side.call('network', 'POST', `${v2}/ports`, { body: { port } });
  const path = `${v2}/security-groups`;
  await side.call('network', 'DELETE', `${path}/${group}`);
  await side.call('network', 'DELETE', `${v2}/ports/${made.id}`);
  await side.call('network', 'DELETE', `${v2}/networks/${network.id}`);
  await side.call('network', 'DELETE', `${path}/${group}`);
  await side.call('network', 'DELETE', `${path}/${group}`);
  await side.call('network', 'GET', `${path}/${none}`);
  const listed = await side.call('network', 'GET', `${path}?name=DEFAULT`);
  const usual = String(listed.body['security_groups']?.[0]?.['id']);
  await side.call('network', 'DELETE', `${path}/${usual}`);
}

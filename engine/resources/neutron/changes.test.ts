/** Updates of Neutron's types: which calls, in which order, what is replaced, what is let go of first. */
import { describe, expect, it } from 'vitest';
import { bodyOf, changeOf, linesOf, live, mark, shown, walk, walkChange } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { ChangeSteps, ResourceType } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../../values/json.ts';
import { emptyMap, mapOf } from '../../values/value.ts';
import floatingIp from './floating-ip.ts';
import floatingIpAssociation from './floating-ip-association.ts';
import net from './net.ts';
import port from './port.ts';
import router from './router.ts';
import routerInterface from './router-interface.ts';
import securityGroup from './security-group.ts';
import securityGroupRule from './security-group-rule.ts';
import subnet from './subnet.ts';

const N = '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11';
const M = '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a22';
const G = '00000000-0000-4000-8000-00000000000e';
const H = '00000000-0000-4000-8000-00000000000f';

/** Shows what was sent, under an id and in a project. */
function echo(call: CloudCall): Plain {
  const body = bodyOf(call) as PlainMap | null;
  const key = Object.keys(body ?? {})[0] ?? '';
  const inner = body?.[key];
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return body ?? {};
  return { [key]: { id: 'ID', status: 'ACTIVE', tenant_id: 'T', ...inner } };
}

const changed = (type: ResourceType, before: PlainMap, after: PlainMap, answer = echo) =>
  walkChange(type, before, after, answer).calls;
const one = '/v2.0/networks/ID';

describe('a change in place', () => {
  it('PUTs what differs, under Neutron’s names; tags have a call of their own before', () => {
    const before = { name: 'a', tags: ['x'], shared: true };
    expect(changed(net, before, { name: 'b', tags: ['x', 'y'], qos_policy: N, shared: true })).toEqual([
      `PUT ${one}/tags {"tags":["x","y"]}`,
      `PUT ${one} {"network":{"name":"b","qos_policy_id":"${N}"}}`,
    ]);
  });

  it('sends what a removed property becomes: its default, or null', () => {
    const before = { admin_state_up: false, dns_domain: 'a.', qos_policy: N, tags: ['x'] };
    expect(changed(net, before, {})).toEqual([
      `PUT ${one}/tags {"tags":[]}`,
      `PUT ${one} {"network":{"admin_state_up":true,"qos_policy_id":null,"dns_domain":""}}`,
    ]);
    expect(changed(net, { qos_policy: N }, { qos_policy: '' })).toEqual([
      `PUT ${one} {"network":{"qos_policy_id":null}}`,
    ]);
  });

  it('gives a thing whose name is not said any more the generated one', () => {
    expect(changed(net, { name: 'a' }, {})).toEqual([`PUT ${one} {"network":{"name":"${mark}"}}`]);
  });

  it('sends of value_specs what is new or differs, and nothing for what went', () => {
    const before = { value_specs: { mtu: 1400, 'router:external': true, gone: 1 } };
    const after = { value_specs: { mtu: 1300, 'router:external': true, is_default: false } };
    expect(changed(net, before, after)).toEqual([`PUT ${one} {"network":{"mtu":1300,"is_default":false}}`]);
    expect(changed(net, before, { value_specs: { mtu: 1400, 'router:external': true } })).toEqual([]);
  });

  it('is ready when the network or port is built again; a router and a subnet are at once', () => {
    const building = fromPlain({ network: { id: 'ID', status: 'BUILD' }, port: { id: 'ID', status: 'BUILD' } });
    const last = (type: ResourceType, before: PlainMap, after: PlainMap) =>
      walkChange(type, before, after, echo).steps.at(-1)!;
    expect(last(net, {}, { name: 'b' }).ready(building).kind).toBe('waiting');
    expect(last(port, { network: N }, { network: N, name: 'b' }).ready(building).kind).toBe('waiting');
    const wrong = fromPlain({ router: { id: 'ID', status: 'ERROR' } });
    expect(last(router, {}, { name: 'b' }).ready(wrong).kind).toBe('ready');
    const failed = fromPlain({ network: { id: 'ID', status: 'ERROR' } });
    expect(last(net, {}, { name: 'b' }).ready(failed).kind).toBe('failed');
  });

  it('may be sent again, and leaves nothing to undo', () => {
    const answer = (call: CloudCall): Plain => (call.path.endsWith('-agents') ? { agents: [] } : echo(call));
    const { steps, change } = walkChange(net, {}, { name: 'b', tags: ['x'], dhcp_agent_ids: ['A'] }, answer);
    const input = { properties: change.after, physicalName: mark, mark, made: new Map() };
    expect(steps.length).toBeGreaterThan(3);
    for (const step of steps) {
      expect(step.repeatable).toBe(true);
      expect(step.remove('ID', input)).toBeUndefined();
    }
  });

  it('keeps what is shown afterwards', () => {
    const { made } = walkChange(net, { name: 'a' }, { name: 'b', tags: ['x'] }, echo);
    expect(toPlain([...made.values()].at(-1)!.data)).toMatchObject({ id: 'ID', name: 'b' });
    const tagged = walkChange(net, { shared: true }, { shared: true, tags: ['x'] }, echo);
    expect(toPlain([...tagged.made.values()].at(-1)!.data)).toMatchObject({ shared: true, tags: ['x'] });
  });

  it('asks again for attributes that others read', () => {
    const { calls } = walkChange(net, {}, { name: 'b' }, echo, ['segments']);
    expect(calls).toEqual([`PUT ${one} {"network":{"name":"b"}}`, 'GET /v2.0/segments?network_id=ID']);
  });

  it('after a failure is tried again unless the thing is gone or in error', () => {
    for (const type of [net, subnet, port, router, securityGroup, floatingIp]) {
      expect(type.life).toMatchObject({ whenFailed: 'look' });
    }
  });
});

describe('agents', () => {
  const answer =
    (...agents: readonly string[]) =>
    (call: CloudCall): Plain =>
      call.path.endsWith('-agents') ? { agents: agents.map(id => ({ id })) } : echo(call);

  it('of a network: new ones are added before the others go, whoever put it there', () => {
    const calls = changed(net, { dhcp_agent_ids: ['A', 'B'] }, { dhcp_agent_ids: ['B', 'C'] }, answer('A', 'B', 'X'));
    expect(calls).toEqual([
      'GET /v2.0/networks/ID/dhcp-agents',
      'POST /v2.0/agents/C/dhcp-networks {"network_id":"ID"}',
      'DELETE /v2.0/agents/A/dhcp-networks/ID',
      'DELETE /v2.0/agents/X/dhcp-networks/ID',
      'GET /v2.0/networks/ID',
    ]);
  });

  it('of a router: the old one goes first', () => {
    const calls = changed(router, { l3_agent_ids: ['A'] }, { l3_agent_ids: ['B'] }, answer('A'));
    expect(calls.slice(0, 2)).toEqual(['GET /v2.0/routers/ID/l3-agents', 'DELETE /v2.0/agents/A/l3-routers/ID']);
    expect(calls.at(-1)).toBe('POST /v2.0/agents/B/l3-routers {"router_id":"ID"}');
  });

  it('that are gone already count as taken away', () => {
    const { steps, made, change } = walkChange(net, { dhcp_agent_ids: ['A'] }, {}, answer('A'));
    const drop = steps.find(step => step.name === 'drop_agent_0')!;
    const input = { properties: change.after, physicalName: mark, mark, made };
    expect([drop.unique, shown(drop.find(input))]).toEqual([true, 'GET /v2.0/networks/ID/dhcp-agents']);
    expect(drop.found(fromPlain({ agents: [{ id: 'A' }] }), input)).toBeUndefined();
    expect(drop.found(fromPlain({ agents: [{ id: 'B' }] }), input)?.physicalId).toBe('ID');
  });
});

describe('OS::Neutron::Subnet', () => {
  const given = { network: N, cidr: '10.0.0.0/24' };

  it('empties lists that are not said any more; no gateway is null', () => {
    const before = {
      ...given,
      gateway_ip: '10.0.0.9',
      host_routes: [{ destination: '10.1.0.0/16', nexthop: '10.0.0.2' }],
      allocation_pools: [{ start: '10.0.0.10', end: '10.0.0.20' }],
      dns_nameservers: ['1.1.1.1'],
    };
    expect(changed(subnet, before, { ...given, gateway_ip: '' })).toEqual([
      'PUT /v2.0/subnets/ID {"subnet":{"dns_nameservers":[],"gateway_ip":null,"allocation_pools":[],"host_routes":[]}}',
    ]);
  });

  it('is replaced for another range; one of the same range goes first', () => {
    expect(changed(subnet, given, { ...given, cidr: '10.2.0.0/24' })).toBe('replace');
    expect(prepared(subnet, given, { ...given, cidr: '10.2.0.0/24' })).toBeUndefined();
    expect(prepared(subnet, given, { ...given, network: M })).toBeUndefined();
    expect(prepared(subnet, given, { ...given, ip_version: 6 })).toBe('first');
  });
});

/** What must go before another is made: its calls, `first`, or nothing. */
function prepared(type: ResourceType, before: PlainMap, after: PlainMap, answer = echo) {
  if (type.life.kind !== 'cloud') throw new Error('no cloud life');
  const first = walk(type, before, answer);
  const said = type.life.prepareReplace?.(changeOf(type, before, after, first));
  if (said === undefined || said === 'first') return said;
  return linesOf(said.steps, changeOf(type, before, after, first).before.properties, new Map(first.made), answer);
}

describe('OS::Neutron::Port', () => {
  const given = { network: N, security_groups: [G] };

  it('PUTs groups, pairs and addresses', () => {
    const after = {
      network: N,
      security_groups: [H],
      allowed_address_pairs: [{ ip_address: '10.1.0.0/16' }],
      fixed_ips: [{ subnet: M, ip_address: '10.0.0.7' }],
      'binding:vnic_type': 'direct',
    };
    const [call, ...more] = changed(port, given, after);
    expect(more).toEqual([]);
    expect(JSON.parse(call!.replace('PUT /v2.0/ports/ID ', ''))).toEqual({
      port: {
        security_groups: [H],
        allowed_address_pairs: [{ ip_address: '10.1.0.0/16' }],
        fixed_ips: [{ subnet_id: M, ip_address: '10.0.0.7' }],
        'binding:vnic_type': 'direct',
      },
    });
  });

  it('leaves addresses that are not said any more as they are, unless there shall be none', () => {
    const before = { ...given, fixed_ips: [{ ip_address: '10.0.0.7' }] };
    expect(changed(port, before, given)).toEqual([]);
    expect(changed(port, before, { ...given, no_fixed_ips: true })).toEqual([
      'PUT /v2.0/ports/ID {"port":{"fixed_ips":[]}}',
    ]);
    expect(changed(port, { ...given, no_fixed_ips: true }, given)).toEqual([]);
  });

  it('without groups has the project’s default one, of the port’s own project', () => {
    const answer = (call: CloudCall): Plain => {
      if (!call.path.startsWith('/v2.0/security-groups')) return echo(call);
      const groups = [
        { id: 'other', name: 'default', tenant_id: 'U' },
        { id: 'like', name: 'Default', tenant_id: 'T' },
        { id: 'own', name: 'default', tenant_id: 'T' },
      ];
      return { security_groups: groups };
    };
    expect(changed(port, given, { network: N }, answer)).toEqual([
      'GET /v2.0/security-groups?name=default',
      'PUT /v2.0/ports/ID {"port":{"security_groups":["own"]}}',
    ]);
    expect(changed(port, given, { network: N, security_groups: [] })).toEqual([
      'PUT /v2.0/ports/ID {"port":{"security_groups":[]}}',
    ]);
  });

  it('is replaced for another network, or where every update shall replace it', () => {
    expect(changed(port, given, { ...given, network: M })).toBe('replace');
    const always = { ...given, replacement_policy: 'REPLACE_ALWAYS' };
    expect(changed(port, always, { ...always, name: 'b' })).toBe('replace');
  });

  const withAddress = (call: CloudCall): Plain =>
    call.method === 'GET' && call.path.startsWith('/v2.0/ports?')
      ? { ports: [{ id: 'ID', fixed_ips: [{ subnet_id: M, ip_address: '10.0.0.7', extra: 1 }] }] }
      : echo(call);

  it('lets go of its addresses before another is made, and gets them back when that is taken back', () => {
    expect(prepared(port, given, { ...given, network: M }, withAddress)).toEqual([
      'GET /v2.0/ports?id=ID',
      'PUT /v2.0/ports/ID {"port":{"fixed_ips":[]}}',
    ]);
    const first = walk(port, given, echo);
    const made = new Map(first.made);
    const { life } = port;
    if (life.kind !== 'cloud') throw new Error('no cloud life');
    const change = changeOf(port, given, { ...given, network: M }, first);
    const { steps } = life.prepareReplace!(change) as ChangeSteps;
    linesOf(steps, change.before.properties, made, withAddress);
    const back = life.restorePrevious!(live(port, given, { physicalId: 'ID', data: [...made.values()].at(-1)!.data }));
    const line = `PUT /v2.0/ports/ID {"port":{"fixed_ips":[{"subnet_id":"${M}","ip_address":"10.0.0.7"}]}}`;
    expect(linesOf(back!.steps, change.before.properties, made, echo)).toEqual([line]);
  });

  it('gets them back after what took its place let go of them', () => {
    if (port.life.kind !== 'cloud') throw new Error('no cloud life');
    const first = walk(port, given, echo);
    const data = mapOf([['fixed_ips', fromPlain([{ subnet_id: M, ip_address: '10.0.0.7' }])]]);
    const own = live(port, given, { physicalId: 'ID', data });
    const next = live(port, given, { physicalId: 'NEXT', data: emptyMap });
    const { steps } = port.life.restorePrevious!(own, next)!;
    const answer = (call: CloudCall): Plain =>
      call.path.includes('?id=') ? { ports: [{ id: 'NEXT', fixed_ips: [{ ip_address: '10.0.0.7' }] }] } : echo(call);
    const made = new Map(first.made);
    expect(linesOf(steps, own.properties, made, answer)).toEqual([
      'GET /v2.0/ports?id=NEXT',
      'PUT /v2.0/ports/NEXT {"port":{"fixed_ips":[]}}',
      `PUT /v2.0/ports/ID {"port":{"fixed_ips":[{"subnet_id":"${M}","ip_address":"10.0.0.7"}]}}`,
    ]);
    expect(made.get('give_back')?.physicalId).toBe('ID');
  });

  it('that is gone already has nothing to let go of, and none to get back', () => {
    const gone = (call: CloudCall): Plain => (call.path.includes('?id=') ? { ports: [] } : echo(call));
    expect(prepared(port, given, { ...given, network: M }, gone)).toEqual([
      'GET /v2.0/ports?id=ID',
      'GET /v2.0/ports?id=ID',
    ]);
    const data = mapOf([['@fixed_ips', []]]);
    expect(port.life).toHaveProperty('restorePrevious');
    if (port.life.kind !== 'cloud') throw new Error('no cloud life');
    expect(port.life.restorePrevious!(live(port, given, { physicalId: 'ID', data }))).toBeUndefined();
  });

  it('with a MAC address of its own goes first', () => {
    const mac = { ...given, mac_address: 'fa:16:3e:00:00:01' };
    expect(prepared(port, mac, { ...mac, name: 'b' })).toBe('first');
  });
});

describe('OS::Neutron::Router', () => {
  it('changes its gateway; none is an empty map', () => {
    const at = (network: string): PlainMap => ({ external_gateway_info: { network, enable_snat: false } });
    expect(changed(router, at(N), at(M))).toEqual([
      `PUT /v2.0/routers/ID {"router":{"external_gateway_info":{"network_id":"${M}","enable_snat":false}}}`,
    ]);
    expect(changed(router, at(N), {})).toEqual(['PUT /v2.0/routers/ID {"router":{"external_gateway_info":{}}}']);
    expect(changed(router, {}, { ha: true })).toBe('replace');
  });
});

describe('OS::Neutron::RouterInterface', () => {
  it('is replaced; what the next one wants goes first', () => {
    const given = { router: N, subnet: M };
    const none = (): Plain => ({ ports: [] });
    expect(changed(routerInterface, given, { router: G, subnet: M }, none)).toBe('replace');
    expect(prepared(routerInterface, given, { router: G, subnet: M }, none)).toBe('first');
    expect(prepared(routerInterface, given, { router: N, subnet: G }, none)).toBeUndefined();
    expect(prepared(routerInterface, given, { router: N, port: M }, none)).toBeUndefined();
  });
});

describe('OS::Neutron::FloatingIP', () => {
  const given = { floating_network: N, port_id: G, fixed_ip_address: '10.0.0.4' };

  it('names both ends of its tie, whichever changed', () => {
    expect(changed(floatingIp, given, { floating_network: N, port_id: H })).toEqual([
      `PUT /v2.0/floatingips/ID {"floatingip":{"port_id":"${H}","fixed_ip_address":null}}`,
    ]);
    expect(changed(floatingIp, given, { ...given, dns_name: 'x' })).toEqual([
      `PUT /v2.0/floatingips/ID {"floatingip":{"port_id":"${G}","fixed_ip_address":"10.0.0.4"}}`,
    ]);
    expect(changed(floatingIp, given, { floating_network: N })).toEqual([
      'PUT /v2.0/floatingips/ID {"floatingip":{"port_id":null,"fixed_ip_address":null}}',
    ]);
  });

  it('is untied before another is tied, and tied again when that is taken back', () => {
    expect(changed(floatingIp, given, { ...given, floating_subnet: M })).toBe('replace');
    expect(prepared(floatingIp, given, { ...given, floating_subnet: M })).toEqual([
      'PUT /v2.0/floatingips/ID {"floatingip":{"port_id":null}}',
    ]);
    expect(prepared(floatingIp, { floating_network: N }, { floating_network: M })).toBeUndefined();
    const address = { floating_network: N, floating_ip_address: '172.24.0.9' };
    expect(prepared(floatingIp, address, { ...address, floating_subnet: M })).toBe('first');
    if (floatingIp.life.kind !== 'cloud') throw new Error('no cloud life');
    const first = walk(floatingIp, given, echo);
    const back = floatingIp.life.restorePrevious!(live(floatingIp, given, first.last));
    expect(linesOf(back!.steps, changeOf(floatingIp, given, given, first).after, new Map(first.made), echo)).toEqual([
      `PUT /v2.0/floatingips/ID {"floatingip":{"port_id":"${G}","fixed_ip_address":"10.0.0.4"}}`,
    ]);
    const loose = live(floatingIp, { floating_network: N }, first.last);
    expect(floatingIp.life.restorePrevious!(loose)).toBeUndefined();
  });
});

describe('OS::Neutron::FloatingIPAssociation', () => {
  const given = { floatingip_id: N, port_id: G };

  it('is moved to another port by the same PUT, under the same id', () => {
    const { calls, made } = walkChange(floatingIpAssociation, given, { floatingip_id: N, port_id: H }, echo);
    expect(calls).toEqual([`PUT /v2.0/floatingips/${N} {"floatingip":{"port_id":"${H}","fixed_ip_address":null}}`]);
    expect(made.get('association')?.physicalId).toBe('11111111-2222-4333-8444-555555555555');
  });

  it('unties the old address before it ties another', () => {
    expect(changed(floatingIpAssociation, given, { floatingip_id: M, port_id: G })).toEqual([
      `PUT /v2.0/floatingips/${N} {"floatingip":{"port_id":null}}`,
      `PUT /v2.0/floatingips/${M} {"floatingip":{"port_id":"${G}","fixed_ip_address":null}}`,
    ]);
    expect(prepared(floatingIpAssociation, given, given)).toBe('first');
  });
});

describe('OS::Neutron::SecurityGroup', () => {
  const rule = (from: number, more: PlainMap = {}): PlainMap => ({
    protocol: 'tcp',
    port_range_min: from,
    port_range_max: from,
    ...more,
  });
  const shownRule = (id: string, from: number, more: PlainMap = {}): PlainMap => ({
    id,
    direction: 'ingress',
    ethertype: 'IPv4',
    protocol: 'tcp',
    port_range_min: from,
    port_range_max: from,
    remote_ip_prefix: null,
    remote_group_id: null,
    description: '',
    ...more,
  });
  const usual = [
    { id: 'd4', direction: 'egress', ethertype: 'IPv4', description: '' },
    { id: 'd6', direction: 'egress', ethertype: 'IPv6', description: '' },
  ];
  const holding =
    (...rules: readonly PlainMap[]) =>
    (call: CloudCall): Plain => {
      if (call.method === 'GET' && call.path.startsWith('/v2.0/security-group-rules')) {
        return { security_group_rules: rules };
      }
      if (call.method !== 'POST') return {};
      return call.path.endsWith('-rules')
        ? (bodyOf(call) as PlainMap)
        : { security_group: { id: G, security_group_rules: usual } };
    };
  const ports = (call: string | undefined) => {
    const [, path, json = '{}'] = /^POST (\S+) (.*)$/.exec(call ?? '') ?? [];
    const rules = (JSON.parse(json) as { security_group_rules?: readonly PlainMap[] }).security_group_rules ?? [];
    return [path, ...rules.map(each => each['port_range_min'] ?? each['ethertype'])];
  };

  it('deletes what is wanted no more and posts what is missing, and nothing else', () => {
    const [read, drop, add, ...more] = changed(
      securityGroup,
      { rules: [rule(22), rule(80)] },
      { rules: [rule(80), rule(443)] },
      holding(...usual, shownRule('r22', 22), shownRule('r80', 80), shownRule('theirs', 8080)),
    );
    expect([read, drop]).toEqual([
      `GET /v2.0/security-group-rules?security_group_id=${G}`,
      'DELETE /v2.0/security-group-rules/r22',
    ]);
    expect(ports(add)).toEqual(['/v2.0/security-group-rules', '443']);
    expect(more).toEqual([]);
  });

  it('reads where a rule is gone already, and posts again what somebody took away', () => {
    const calls = changed(securityGroup, { rules: [rule(22), rule(80)] }, { rules: [rule(80)] }, holding(...usual));
    expect(calls[1]).toBe(`GET /v2.0/security-groups/${G}`);
    expect(ports(calls[2])).toEqual(['/v2.0/security-group-rules', '80']);
    const all = holding(...usual, shownRule('r80', 80), shownRule('r22', 22));
    expect(changed(securityGroup, { rules: [rule(22), rule(80)] }, { rules: [rule(80)] }, all)[2]).toBe(
      `GET /v2.0/security-groups/${G}`,
    );
  });

  it('takes the default egress rules away for the first egress rule, and puts them back after the last', () => {
    const out = { rules: [rule(53, { direction: 'egress' })] };
    const first = changed(securityGroup, { rules: [] }, out, holding(...usual));
    expect(first.slice(1, 3)).toEqual(['DELETE /v2.0/security-group-rules/d4', 'DELETE /v2.0/security-group-rules/d6']);
    expect(ports(first[3])).toEqual(['/v2.0/security-group-rules', '53']);
    const there = holding(shownRule('r53', 53, { direction: 'egress' }));
    const back = changed(securityGroup, out, { rules: [] }, there);
    expect(back[1]).toBe('DELETE /v2.0/security-group-rules/r53');
    expect(ports(back[2])).toEqual(['/v2.0/security-group-rules', 'IPv4', 'IPv6']);
  });

  it('makes a rule anew whose description changed: it cannot be set', () => {
    const calls = changed(
      securityGroup,
      { rules: [rule(22, { description: 'a' })] },
      { rules: [rule(22, { description: 'b' })] },
      holding(...usual, shownRule('r22', 22, { description: 'a' })),
    );
    expect(calls[1]).toBe('DELETE /v2.0/security-group-rules/r22');
    expect(ports(calls[2])).toEqual(['/v2.0/security-group-rules', '22']);
  });

  it('PUTs the rest between what goes and what comes', () => {
    const after = { name: 'b', rules: [rule(80)] };
    const calls = changed(securityGroup, { description: 'x', rules: [rule(22)] }, after, holding(shownRule('r', 22)));
    expect(calls.slice(0, 3)).toEqual([
      `GET /v2.0/security-group-rules?security_group_id=${G}`,
      'DELETE /v2.0/security-group-rules/r',
      `PUT /v2.0/security-groups/${G} {"security_group":{"name":"b","description":""}}`,
    ]);
  });

  it('sees after a refusal whether a rule is gone, and whether those that were missing are there', () => {
    const { steps, made, change } = walkChange(
      securityGroup,
      { rules: [rule(22)] },
      { rules: [rule(80)] },
      holding(...usual, shownRule('r22', 22)),
    );
    const input = { properties: change.after, physicalName: mark, mark, made };
    const [, drop, add] = steps;
    const left = (...rules: readonly PlainMap[]) => fromPlain({ security_group_rules: rules });
    expect([drop!.unique, add!.unique]).toEqual([true, true]);
    expect(shown(drop!.find(input))).toBe(`GET /v2.0/security-group-rules?security_group_id=${G}`);
    expect(drop!.found(left(...usual, shownRule('r22', 22)), input)).toBeUndefined();
    expect(drop!.found(left(...usual), input)?.physicalId).toBe(G);
    expect(add!.found(left(...usual), input)).toBeUndefined();
    expect(add!.found(left(...usual, shownRule('n', 80)), input)?.physicalId).toBe(G);
  });
});

describe('OS::Neutron::SecurityGroupRule', () => {
  it('is replaced; one that lets the same pass goes first', () => {
    const given = { security_group: G, port_range_min: 22, port_range_max: 22 };
    const answer = (): Plain => ({ security_group_rule: { id: 'r' } });
    expect(changed(securityGroupRule, given, { ...given, port_range_max: 23 }, answer)).toBe('replace');
    expect(prepared(securityGroupRule, given, { ...given, port_range_max: 23 }, answer)).toBeUndefined();
    expect(prepared(securityGroupRule, given, { ...given, security_group: H }, answer)).toBeUndefined();
    expect(prepared(securityGroupRule, given, { ...given, description: 'ssh' }, answer)).toBe('first');
  });
});

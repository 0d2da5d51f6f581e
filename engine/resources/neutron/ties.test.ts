import { describe, expect, it } from 'vitest';
import { bodyOf, get, inputFor, live, mark, problem, shown, stepsFor, walk } from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import type { Made } from '../../kit/resource.ts';
import { fromPlain, type Plain, type PlainMap, toPlain } from '../../values/json.ts';
import { emptyMap } from '../../values/value.ts';
import floatingIpAssociation from './floating-ip-association.ts';
import routerInterface from './router-interface.ts';
import { distinct, ruleKey } from './rules.ts';
import securityGroup from './security-group.ts';
import securityGroupRule from './security-group-rule.ts';

const R = '00000000-0000-4000-8000-00000000000a';
const S = '00000000-0000-4000-8000-00000000000b';
const P = '00000000-0000-4000-8000-00000000000c';
const F = '00000000-0000-4000-8000-00000000000d';
const G = '00000000-0000-4000-8000-00000000000e';

const foot = { id: 'x', device_id: R, device_owner: 'network:router_interface', fixed_ips: [{ subnet_id: S }] };

describe('OS::Neutron::RouterInterface', () => {
  const bySubnet = { router: R, subnet: S };
  const byPort = { router: R, port: P };
  const none = (call: CloudCall): Plain =>
    call.path.includes('/ports/') ? { port: { id: P, device_id: '' } } : { ports: [] };

  it('looks first, then ties; its id names both ends', () => {
    const first = walk(routerInterface, bySubnet, none);
    expect(first.calls.map(shown)).toEqual([
      `GET /v2.0/ports?device_id=${R}`,
      `PUT /v2.0/routers/${R}/add_router_interface {"subnet_id":"${S}"}`,
    ]);
    expect(first.last.physicalId).toBe(`${R}:subnet_id=${S}`);
    const second = walk(routerInterface, byPort, none);
    expect(second.calls.map(shown)).toEqual([
      `GET /v2.0/ports/${P}`,
      `PUT /v2.0/routers/${R}/add_router_interface {"port_id":"${P}"}`,
    ]);
    expect(second.last.physicalId).toBe(`${R}:port_id=${P}`);
  });

  const before = (plain: PlainMap, answer: Plain): { readonly before: Made } => {
    const [look] = stepsFor(routerInterface, plain);
    return { before: look!.made(fromPlain(answer), inputFor(routerInterface, plain)) };
  };

  it('takes what is there after a refusal for its own, unless it was there before', () => {
    const step = stepsFor(routerInterface, bySubnet)[1]!;
    expect([step.unique, step.repeatable]).toEqual([true, true]);
    const found = (was: Plain, is: Plain) =>
      step.found(fromPlain({ ports: is }), inputFor(routerInterface, bySubnet, before(bySubnet, { ports: was })))
        ?.physicalId;
    expect(found([], [foot])).toBe(`${R}:subnet_id=${S}`);
    expect(found([foot], [foot])).toBeUndefined();
    expect(found([], [])).toBeUndefined();
    expect(found([], [{ ...foot, fixed_ips: [{ subnet_id: P }] }])).toBeUndefined();
    expect(found([], [{ ...foot, device_id: P }])).toBeUndefined(); // a filter is never the proof
    expect(found([], [{ ...foot, device_owner: 'network:router_gateway' }])).toBeUndefined();
  });

  it('knows a port that it took, and one that was taken before', () => {
    const step = stepsFor(routerInterface, byPort)[1]!;
    const found = (was: string) =>
      step.found(
        fromPlain({ port: { id: P, device_id: R } }),
        inputFor(routerInterface, byPort, before(byPort, { port: { id: P, device_id: was } })),
      );
    expect(found('')?.physicalId).toBe(`${R}:port_id=${P}`);
    expect(found(R)).toBeUndefined();
  });

  it('is taken away; without an answer only what was not there before', () => {
    const step = stepsFor(routerInterface, bySubnet)[1]!;
    const removal = (physicalId: string, was: Plain) => {
      const call = step.remove(physicalId, inputFor(routerInterface, bySubnet, before(bySubnet, { ports: was })));
      return call && shown(call);
    };
    const call = `PUT /v2.0/routers/${R}/remove_router_interface {"subnet_id":"${S}"}`;
    expect(removal(`${R}:subnet_id=${S}`, [])).toBe(call);
    expect(removal('', [])).toBe(call);
    expect(removal('', [foot])).toBeUndefined();
  });

  it('has a subnet or a port, by new or old names', () => {
    expect(problem(routerInterface, { router_id: R, subnet_id: get('s') })).toBeUndefined();
    expect(problem(routerInterface, { router: R, subnet: S, port: P })).toBe(
      'Cannot define the following properties at the same time: subnet, port.',
    );
    expect(problem(routerInterface, { router: R })).toBe(
      'At least one of the following properties must be specified: subnet, port.',
    );
    expect(problem(routerInterface, { router: R, router_id: R, subnet: S })).toBe(
      'Cannot define the following properties at the same time: router, router_id',
    );
  });

  it('shows nothing, as in Heat', () => {
    const made = live(routerInterface, bySubnet, { physicalId: 'x', data: emptyMap });
    expect(routerInterface.attribute(made, 'show')).toBeNull();
    expect(routerInterface.reads?.next(made, 'show', [])).toBeUndefined();
  });
});

describe('OS::Neutron::FloatingIPAssociation', () => {
  const plain = { floatingip_id: F, port_id: P, fixed_ip_address: '10.0.0.4' };

  it('ties by a PUT that may come again, under an id of its own, and unties by null', () => {
    const { calls, last } = walk(floatingIpAssociation, plain, () => ({ floatingip: { id: F } }));
    expect(calls.map(shown)).toEqual([
      `PUT /v2.0/floatingips/${F} {"floatingip":{"port_id":"${P}","fixed_ip_address":"10.0.0.4"}}`,
    ]);
    expect(last.physicalId).toBe('11111111-2222-4333-8444-555555555555');
    const [step] = stepsFor(floatingIpAssociation, plain);
    expect(step!.repeatable).toBe(true);
    for (const id of [last.physicalId, '']) {
      expect(shown(step!.remove(id, inputFor(floatingIpAssociation, plain))!)).toBe(
        `PUT /v2.0/floatingips/${F} {"floatingip":{"port_id":null}}`,
      );
    }
  });

  it('names no address where none is chosen', () => {
    const [call] = walk(floatingIpAssociation, { floatingip_id: F, port_id: P }, () => ({})).calls;
    expect(bodyOf(call!)).toEqual({ floatingip: { port_id: P } });
  });
});

const defaults = [
  { id: 'd4', direction: 'egress', ethertype: 'IPv4' },
  { id: 'd6', direction: 'egress', ethertype: 'IPv6' },
];

function neutron(call: CloudCall): Plain {
  if (call.body === undefined) return {};
  const body = bodyOf(call) as {
    readonly security_group?: PlainMap;
    readonly security_group_rules?: readonly PlainMap[];
  };
  if (body.security_group_rules !== undefined) {
    return { security_group_rules: body.security_group_rules.map((rule, i) => ({ id: `r${i}`, ...rule })) };
  }
  return { security_group: { id: G, security_group_rules: defaults, ...body.security_group } };
}

describe('OS::Neutron::SecurityGroup', () => {
  const web = { protocol: 'tcp', port_range_min: 80, port_range_max: 80, remote_ip_prefix: '0.0.0.0/0' };

  it('posts its rules in one call after the group', () => {
    const { calls, last } = walk(securityGroup, { description: 'web', rules: [web, { protocol: 'icmp' }] }, neutron);
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v2.0/security-groups',
      'POST /v2.0/security-group-rules',
    ]);
    expect(bodyOf(calls[0]!)).toEqual({ security_group: { name: mark, description: 'web' } });
    const empty = { port_range_min: null, port_range_max: null, remote_ip_prefix: null };
    const common = { security_group_id: G, direction: 'ingress', ethertype: 'IPv4', remote_group_id: null };
    expect(bodyOf(calls[1]!)).toEqual({
      security_group_rules: [
        { ...common, protocol: 'tcp', port_range_min: '80', port_range_max: '80', remote_ip_prefix: '0.0.0.0/0' },
        { ...common, ...empty, protocol: 'icmp' },
      ],
    });
    expect(
      (toPlain(last.data) as { security_group_rules: { id: string }[] }).security_group_rules.map(r => r.id),
    ).toEqual(['d4', 'd6', 'r0', 'r1']);
  });

  it('takes the default egress rules away where some rule is egress, and only then', () => {
    const rules = [{ direction: 'egress', protocol: 'udp' }];
    const { calls } = walk(securityGroup, { name: 'mine', rules }, neutron);
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /v2.0/security-groups',
      'DELETE /v2.0/security-group-rules/d4',
      'DELETE /v2.0/security-group-rules/d6',
      'POST /v2.0/security-group-rules',
      `PUT /v2.0/security-groups/${G}`,
    ]);
    expect(bodyOf(calls[0]!)).toEqual({ security_group: { name: 'mine', description: mark } });
    expect(stepsFor(securityGroup, {}).map(step => step.name)).toEqual(['security_group']);
  });

  it('reads instead of deleting where Neutron put no such rule in', () => {
    const bare = (call: CloudCall): Plain =>
      call.method === 'POST' && call.path.endsWith('groups')
        ? { security_group: { id: G, security_group_rules: [] } }
        : neutron(call);
    const { calls } = walk(securityGroup, { rules: [{ direction: 'egress' }] }, bare);
    expect(calls[1]).toMatchObject({ method: 'GET', path: `/v2.0/security-groups/${G}` });
  });

  it('means itself by a remote group that is not named', () => {
    const rules = [
      { remote_mode: 'remote_group_id' },
      { remote_mode: 'remote_group_id', remote_group_id: P, remote_ip_prefix: '10.0.0.0/8' },
    ];
    const { calls } = walk(securityGroup, { rules }, neutron);
    const posted = (bodyOf(calls[1]!) as { security_group_rules: PlainMap[] }).security_group_rules;
    expect(posted.map(rule => [rule['remote_group_id'], rule['remote_ip_prefix']])).toEqual([
      [G, null],
      [P, null],
    ]);
    expect(posted[0]).not.toHaveProperty('remote_mode');
  });

  it('posts the same rule once, by whatever name', () => {
    const rules = [web, { ...web }, { ...web, protocol: 6 }, { ...web, remote_ip_prefix: '10.0.0.0/8' }];
    const { calls } = walk(securityGroup, { rules }, neutron);
    expect((bodyOf(calls[1]!) as { security_group_rules: Plain[] }).security_group_rules).toHaveLength(2);
  });

  it('sees after a refusal whether its rules are there and the default ones gone', () => {
    const plain = { rules: [web, { direction: 'egress' }] };
    const { made } = walk(securityGroup, plain, neutron);
    const input = inputFor(securityGroup, plain, { security_group: made.get('security_group')! });
    const [, drop4, , rules] = stepsFor(securityGroup, plain);
    const holds = (answer: Plain) => rules!.found(fromPlain(answer), input) !== undefined;
    const there = [
      {
        id: '1',
        direction: 'ingress',
        ethertype: 'IPv4',
        protocol: 'tcp',
        port_range_min: 80,
        port_range_max: 80,
        remote_ip_prefix: '0.0.0.0/0',
      },
      { id: '2', direction: 'egress', ethertype: 'IPv4', protocol: null },
    ];
    expect(shown(rules!.find(input))).toBe(`GET /v2.0/security-group-rules?security_group_id=${G}`);
    expect(holds({ security_group_rules: there })).toBe(true);
    expect(holds({ security_group_rules: there.slice(1) })).toBe(false);
    const gone = (left: Plain) =>
      drop4!.found(fromPlain({ security_group: { security_group_rules: left } }), input) !== undefined;
    expect(gone(defaults)).toBe(false);
    expect(gone(defaults.slice(1))).toBe(true);
    expect([drop4!.unique, drop4!.repeatable, rules!.unique, rules!.repeatable]).toEqual([true, true, true, true]);
  });

  it('may not be called default', () => {
    expect(problem(securityGroup, { name: 'default' })).toBe('Security groups cannot be assigned the name "default".');
    expect(problem(securityGroup, { rules: [{ protocol: 'tpc' }] })).toContain(
      'resources.r.properties.rules[0].protocol',
    );
  });
});

describe('rules', () => {
  const key = (plain: PlainMap) => ruleKey(fromPlain(plain) as never);

  it('are the same by what they let pass, not by how it is written', () => {
    expect(key({ protocol: 'TCP', port_range_min: 80 })).toBe(key({ protocol: 6, port_range_min: '80' }));
    expect(key({ remote_ip_prefix: '10.0.0.5' })).toBe(key({ remote_ip_prefix: '10.0.0.5/32' }));
    expect(key({ remote_ip_prefix: '10.0.0.5/24' })).toBe(key({ remote_ip_prefix: '10.0.0.0/24', description: 'x' }));
    expect(key({ remote_ip_prefix: '10.0.0.0/24' })).not.toBe(key({ remote_ip_prefix: '10.0.0.0/25' }));
    expect(key({ direction: 'egress' })).not.toBe(key({ direction: 'ingress' }));
    expect(distinct([fromPlain({ protocol: 1 }) as never, fromPlain({ protocol: 'icmp' }) as never])).toHaveLength(1);
  });
});

describe('OS::Neutron::SecurityGroupRule', () => {
  const plain = { security_group: G, port_range_min: 22, port_range_max: 22, remote_group: P };
  const posted = {
    direction: 'ingress',
    ethertype: 'IPv4',
    protocol: 'tcp',
    port_range_min: '22',
    port_range_max: '22',
  };

  it('carries its mark in the description, for ever', () => {
    const steps = stepsFor(securityGroupRule, plain);
    expect(steps.map(step => step.name)).toEqual(['security_group_rule']);
    const input = inputFor(securityGroupRule, plain);
    expect(bodyOf(steps[0]!.create(input))).toEqual({
      security_group_rule: { security_group_id: G, remote_group_id: P, ...posted, description: mark },
    });
    expect(shown(steps[0]!.find(input))).toBe(`GET /v2.0/security-group-rules?description=${mark}`);
    expect(shown(steps[0]!.remove('x', input)!)).toBe('DELETE /v2.0/security-group-rules/x');
    expect([steps[0]!.unique, steps[0]!.conflict]).toEqual([true, 'fail']);
  });

  it('with a description of the user’s is found by key and description, unless it was there before', () => {
    const own = { ...plain, description: 'ssh' };
    const rule = { id: 'n', ...posted, port_range_min: 22, port_range_max: 22, remote_group_id: P, description: 'ssh' };
    const { calls, made } = walk(securityGroupRule, own, call =>
      call.method === 'GET' ? { security_group_rules: [{ ...rule, id: 'old' }] } : { security_group_rule: rule },
    );
    expect(shown(calls[0]!)).toBe(`GET /v2.0/security-group-rules?security_group_id=${G}`);
    expect(bodyOf(calls[1]!)).toMatchObject({ security_group_rule: { description: 'ssh' } });
    const step = stepsFor(securityGroupRule, own)[1]!;
    const input = inputFor(securityGroupRule, own, { before: made.get('before')! });
    const found = (...rules: PlainMap[]) => step.found(fromPlain({ security_group_rules: rules }), input)?.physicalId;
    expect(found({ ...rule, id: 'old' })).toBeUndefined();
    expect(found({ ...rule, id: 'old' }, rule)).toBe('n');
    expect(found({ ...rule, description: 'SSH' })).toBeUndefined();
    expect(found({ ...rule, port_range_max: 23 })).toBeUndefined();
  });

  it('is checked as in Heat', () => {
    expect(problem(securityGroupRule, { ...plain, remote_ip_prefix: '10.0.0.0/8' })).toBe(
      'Cannot define the following properties at the same time: remote_group, remote_ip_prefix.',
    );
    const turned = { security_group: G, port_range_min: 8, port_range_max: 0 };
    expect(problem(securityGroupRule, turned)).toBe(
      'The minimum port number must be less than or equal to the maximum port number.',
    );
    expect(problem(securityGroupRule, { ...turned, protocol: 'icmp' })).toBeUndefined();
  });
});

import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import type { Expr, ExprMap } from '../template/expr.ts';
import { mapOf, type ValueMap } from '../values/value.ts';
import { callsOfChange, callsOfMaking, type Read } from './announced.ts';
import { closed, closedMap, isOpen } from './outlook-parts.ts';

const registry = createRegistry();
const silent: Read = async () => undefined;

describe('calls that a preview announces', () => {
  it('have ids that are made on the way in plain braces, also where a path quotes them', () => {
    const life = registry.get('OS::Neutron::Net')?.life;
    if (life?.kind !== 'cloud') throw new Error('a network is of a cloud');
    const properties = mapOf([
      ['name', 'mine'],
      ['tags', ['a']],
      ['value_specs', mapOf([])],
      ['admin_state_up', true],
      ['shared', false],
    ]);
    expect(callsOfMaking(life, properties, 'stack-net-x')).toEqual([
      'POST network /v2.0/networks',
      'PUT network /v2.0/networks/{network}',
      'PUT network /v2.0/networks/{network}/tags',
    ]);
  });

  it('have the rules that Neutron puts into a new group, where its own ones shall not be', () => {
    const life = registry.get('OS::Neutron::SecurityGroup')?.life;
    if (life?.kind !== 'cloud') throw new Error('a group is of a cloud');
    const rules = (direction: string) => mapOf([['rules', [mapOf([['direction', direction]])]]]);
    const drop = 'DELETE network /v2.0/security-group-rules/{default rule}';
    expect(callsOfMaking(life, rules('egress'), 'stack-group-x')).toEqual([
      'POST network /v2.0/security-groups',
      drop,
      drop,
      'POST network /v2.0/security-group-rules',
    ]);
    expect(callsOfMaking(life, rules('ingress'), 'stack-group-x')).not.toContain(drop);
  });

  it('have what a port lets go of before another takes its place', async () => {
    const life = registry.get('OS::Neutron::Port')?.life;
    if (life?.kind !== 'cloud') throw new Error('a port is of a cloud');
    const properties = (network: string) => mapOf([['network', network]]);
    const before = {
      resourceName: 'port',
      physicalId: 'p1',
      physicalName: 'stack-port-x',
      properties: properties('n1'),
      data: mapOf([]),
    };
    const after = properties('n2');
    const steps = life.prepareReplace?.({ before, after, changed: new Set(), metadata: null });
    if (typeof steps !== 'object') throw new Error('it lets go first');
    const made = new Map([['port', { physicalId: 'p1', data: mapOf([]) }]]);
    expect(await callsOfChange(life, before, after, steps, made, silent)).toEqual(['PUT network /v2.0/ports/p1']);
  });

  it('have what is changed in place, also where a part of it is known only after something is made', async () => {
    const life = registry.get('OS::Neutron::Port')?.life;
    if (life?.kind !== 'cloud') throw new Error('a port is of a cloud');
    const ip = (subnet: Expr): ExprMap => new Map([['fixed_ips', [new Map([['subnet', subnet]])]]]);
    const live = {
      resourceName: 'port',
      physicalId: 'p1',
      physicalName: 'stack-port-x',
      properties: closedMap(ip('s1')),
      data: mapOf([]),
    };
    const after = closedMap(ip({ fn: 'get_resource', args: 'subnet', at: 'resources.port' }));
    const steps = life.update?.({ before: live, after, changed: new Set(['fixed_ips']), metadata: null });
    if (typeof steps !== 'object') throw new Error('it is changed in place');
    const made = new Map([['port', { physicalId: 'p1', data: mapOf([]) }]]);
    expect(await callsOfChange(life, live, after, steps, made, silent)).toEqual(['PUT network /v2.0/ports/p1']);
  });

  it('have what depends on what is there: it is read as the change reads it, and the same as the undone left it', async () => {
    const life = registry.get('OS::Nova::Server')?.life;
    if (life?.kind !== 'cloud') throw new Error('a server is of a cloud');
    const on = (networks: readonly ValueMap[]) => mapOf([['networks', networks]]);
    const live = {
      resourceName: 'server',
      physicalId: 's1',
      physicalName: 'stack-server-x',
      properties: on([mapOf([['subnet', 'sub1']]), mapOf([['network', 'n1']])]),
      data: mapOf([]),
    };
    const change = {
      before: live,
      after: on([mapOf([['port', 'p9']])]),
      changed: new Set(['networks']),
      metadata: null,
    };
    const steps = life.update?.(change);
    if (typeof steps !== 'object') throw new Error('it is changed in place');
    const made = new Map(
      [['port_0', 'own'] as const, ['server', 's1'] as const].map(([name, physicalId]) => [
        name,
        { physicalId, data: mapOf([]) },
      ]),
    );
    const asked: string[] = [];
    const port = (id: string) =>
      mapOf([
        ['id', id],
        ['network_id', 'n1'],
        ['fixed_ips', []],
      ] as const);
    const read: Read = async ({ path }) => {
      asked.push(path);
      return mapOf([['ports', [port('own'), port('p1')]]]);
    };
    expect(await callsOfChange(life, live, change.after, steps, made, read)).toEqual([
      'DELETE network /v2.0/ports/own',
      'DELETE compute /servers/s1/os-interface/p1',
      'POST compute /servers/s1/os-interface',
    ]);
    expect(asked[0]).toBe('/v2.0/ports?device_id=s1');
  });
});

describe('what stands for a value that is not known yet', () => {
  it('takes the place of the call alone, and what holds one is not known', () => {
    const call: Expr = { fn: 'get_resource', args: 'a', at: 'resources.b' };
    const given: Expr = [new Map<string, Expr>([['known', 1n]]), new Map<string, Expr>([['open', [call]]])];
    expect(closed(given)).toEqual([new Map([['known', 1n]]), new Map([['open', ['{known after create}']]])]);
    expect(isOpen(closed(given))).toBe(true);
    expect(isOpen(closed([new Map([['known', 1n]])]))).toBe(false);
  });
});

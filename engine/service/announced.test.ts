import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { mapOf } from '../values/value.ts';
import { callsOfChange, callsOfMaking } from './announced.ts';

const registry = createRegistry();

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

  it('have what a port lets go of before another takes its place', () => {
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
    expect(callsOfChange(life, before, after, steps, made)).toEqual(['PUT network /v2.0/ports/p1']);
  });
});

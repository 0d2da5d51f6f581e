import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { mapOf } from '../values/value.ts';
import { callsOfMaking } from './announced.ts';

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
});

/** What an update that compares with the cloud takes for a resource's properties. */
import { describe, expect, it } from 'vitest';
import { createRegistry } from '../resources/registry.ts';
import { mapOf } from '../values/value.ts';
import { asSeen } from './converging.ts';

const port = createRegistry().get('OS::Neutron::Port');

function seen(properties: Record<string, string>, data: Record<string, string>): unknown {
  if (port === undefined) throw new Error('there are ports');
  const map = (of: Record<string, string>) => mapOf(Object.entries(of));
  return Object.fromEntries(asSeen(map(properties), map(data), port));
}

describe('an update that compares', () => {
  it('sees what somebody has changed', () => {
    const data = { name: 'other', device_id: 'somebody', network_id: 'n' };
    expect(seen({ name: 'mine', device_id: 'own' }, data)).toEqual({ name: 'other', device_id: 'somebody' });
  });

  it('takes no port from the server that has it, where the template says nothing of that', () => {
    const data = { device_id: 'a server', device_owner: 'compute:nova' };
    expect(seen({ device_id: '', device_owner: '' }, data)).toEqual({ device_id: '', device_owner: '' });
  });
});

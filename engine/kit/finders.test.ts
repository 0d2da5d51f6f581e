import { describe, expect, it } from 'vitest';
import { asked, expiration } from '../template/custom-constraints.ts';
import { fromPlain } from '../values/json.ts';
import { mapOf, type ValueMap } from '../values/value.ts';
import { byName, type Finder, finders, looksLikeId, namedThings, shownThing } from './finders.ts';
import { wantedKey, wantedOf, withIds } from './lookups.ts';
import { list, map, string } from './schema.ts';

const finder = (name: string): Finder => {
  const found = finders[name];
  if (found === undefined) throw new Error(`no finder ${name}`);
  return found;
};

describe('finders', () => {
  it('are the constraints that planning asks services for', () => {
    expect(new Set([...Object.keys(finders), expiration])).toEqual(asked);
  });

  it('compare names byte for byte, whatever the service filters by', () => {
    const body = fromPlain({
      networks: [
        { id: '1', name: 'Net' },
        { id: '2', name: 'net ' },
        { id: '3', name: 'net' },
      ],
    });
    expect(namedThings(finder('neutron.network'), body, 'net').map(thing => thing.get('id'))).toEqual(['3']);
    expect(byName(finder('nova.server'), 'a.b', 0).path).toBe('/servers?name=%5Ea%5C.b%24');
  });

  it('read key pairs out of their wrapping, and images without one', () => {
    const pairs = fromPlain({ keypairs: [{ keypair: { name: 'k' } }] });
    expect(namedThings(finder('nova.keypair'), pairs, 'k')).toHaveLength(1);
    expect(shownThing(finder('glance.image'), fromPlain({ id: 'i' }))?.get('id')).toBe('i');
    expect(shownThing(finder('nova.flavor'), fromPlain({ id: 'i' }))).toBeUndefined();
  });

  it('take what looks like a uuid for an id', () => {
    expect(looksLikeId('0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11')).toBe(true);
    expect(looksLikeId('0b2ad8b67f0f4f0e9f573d7d8b1f1a11')).toBe(true);
    expect(looksLikeId('m1.small')).toBe(false);
  });
});

describe('lookups', () => {
  const schemas = {
    network: string().finds('neutron.network'),
    plain: string(),
    groups: list().resolves('neutron.security_group'),
    ips: list().of(map().with({ subnet: string().finds('neutron.subnet') })),
  };
  const properties: ValueMap = mapOf([
    ['network', 'net'],
    ['plain', 'net'],
    ['groups', ['web', '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11', '']],
    [
      'ips',
      [mapOf([['subnet', 's']]), mapOf([['subnet', '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11']]), mapOf([['subnet', 's']])],
    ],
  ]);

  it('find every name once, wherever it stands', () => {
    expect(wantedOf(schemas, properties).map(wantedKey)).toEqual([
      'neutron.network net',
      'neutron.security_group web',
      'neutron.subnet s',
    ]);
  });

  it('put ids in their places and leave the rest', () => {
    const ids = new Map([
      ['neutron.network net', 'N'],
      ['neutron.subnet s', 'S'],
      ['neutron.security_group web', 'G'],
    ]);
    const found = withIds(schemas, properties, ids);
    expect(found.get('network')).toBe('N');
    expect(found.get('plain')).toBe('net');
    expect(found.get('groups')).toEqual(['G', '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11', '']);
    expect(found.get('ips')).toEqual([
      mapOf([['subnet', 'S']]),
      mapOf([['subnet', '0b2ad8b6-7f0f-4f0e-9f57-3d7d8b1f1a11']]),
      mapOf([['subnet', 'S']]),
    ]);
  });

  it('look for the kind of thing that another property says, and for none where it is not known', () => {
    const by = { kind: string(), thing: string().resolvesBy('kind', { network: 'neutron.network' }) };
    const of = (kind: string) =>
      mapOf([
        ['kind', kind],
        ['thing', 'x'],
      ]);
    expect(wantedOf(by, of('network')).map(wantedKey)).toEqual(['neutron.network x']);
    expect(wantedOf(by, of('toString'))).toEqual([]);
    expect(withIds(by, of('network'), new Map([['neutron.network x', 'N']])).get('thing')).toBe('N');
  });
});

import { describe, expect, it } from 'vitest';
import { toPlain } from '../values/json.ts';
import { emptyMap, mapOf } from '../values/value.ts';
import { resource } from './declare.ts';
import { physicalName, reduced, shortId } from './physical-name.ts';
import type { Live, LocalLife } from './resource.ts';
import { attribute, custom, integer, length, list, map, modulo, range, string } from './schema.ts';
import { schemaAsValue } from './schema-view.ts';

const life: LocalLife = {
  kind: 'local',
  create: () => ({ kind: 'done', waitMs: 0, value: { physicalId: 'id', data: emptyMap } }),
};
const live: Live = {
  resourceName: 'r',
  physicalId: 'id-1',
  physicalName: 's-r-x',
  properties: emptyMap,
  data: mapOf([['ip', '10.0.0.1']]),
};

describe('a declaration', () => {
  const type = resource('Test::Kit::Thing', {
    life,
    attributes: { ip: attribute('Address.'), gone: attribute('None.') },
  });

  it('is filled in', () => {
    expect(type.className).toBe('Thing');
    expect(type.secret).toBe(false);
    expect(type.maxNameLength).toBe(255);
    expect(type.support).toEqual({ status: 'SUPPORTED' });
    expect(type.referenceId(live)).toBe('id-1');
  });

  it('answers attributes from data; show is null where nothing shows it', () => {
    expect(type.attribute(live, 'ip')).toBe('10.0.0.1');
    expect(type.attribute(live, 'gone')).toBe(null);
    expect(type.attribute(live, 'show')).toBe(null);
    expect(type.attribute(live, 'nope')).toBeUndefined();
    expect(type.attribute(live, 'constructor')).toBeUndefined();
    const shown = resource('Test::Kit::Shown', { life, show: l => l.data });
    expect(shown.attribute(live, 'show')).toBe(live.data);
  });

  it('may not contradict itself', () => {
    expect(() => resource('Thing', { life })).toThrow("a type's name has parts");
    expect(() => resource('A::B', { life, anyProperties: true, properties: { a: string() } })).toThrow('not both');
    expect(() => resource('A::B', { life: { kind: 'cloud', steps: [] } })).toThrow('has a step');
  });

  it('is shown as its schema', () => {
    const shown = resource('Test::Kit::Shown', {
      since: '7.0.0',
      life,
      properties: {
        n: integer('A number.', { update: true })
          .default(1)
          .constraints(range(1), { ...modulo(2, 1), description: 'odd' }),
        hidden: string().status({ status: 'HIDDEN' }),
        later: string({ implemented: false }),
        l: list().of(
          map().with({ f: string({ immutable: true }).required().constraints(length(1, 2), custom('x.y')) }),
        ),
      },
      attributes: {
        out: attribute('Out.', { type: 'string' }),
        old: attribute('Old.', { support: { status: 'HIDDEN' } }),
      },
    });
    expect(toPlain(schemaAsValue(shown))).toEqual({
      resource_type: 'Test::Kit::Shown',
      properties: {
        n: {
          type: 'integer',
          description: 'A number.',
          default: 1,
          required: false,
          constraints: [{ range: { min: 1 } }, { description: 'odd', modulo: { step: 2, offset: 1 } }],
          update_allowed: true,
          immutable: false,
        },
        l: {
          type: 'list',
          required: false,
          update_allowed: false,
          immutable: false,
          schema: {
            '*': {
              type: 'map',
              required: false,
              update_allowed: false,
              immutable: false,
              schema: {
                f: {
                  type: 'string',
                  required: true,
                  constraints: [{ length: { min: 1, max: 2 } }, { custom_constraint: 'x.y' }],
                  update_allowed: false,
                  immutable: true,
                },
              },
            },
          },
        },
      },
      attributes: {
        out: { description: 'Out.', type: 'string' },
        show: { description: 'Detailed information about resource.', type: 'map' },
      },
      support_status: { status: 'SUPPORTED', message: null, version: '7.0.0', previous_status: null },
    });
  });
});

describe('physical names', () => {
  // base64.b32encode of uuid.UUID(…).time, padded on the right to 64 bits, its first 12 letters in lower case.
  it.each([
    ['00000000-0000-4000-8000-000000000000', 'aaaaaaaaaaaa'],
    ['ffffffff-ffff-4fff-bfff-ffffffffffff', '777777777777'],
    ['12345678-9abc-4def-8123-456789abcdef', '3342xqjdivty'],
    ['6ba7b810-9dad-41d1-80b4-00c04fd430c8', 'dum5vvv2poaq'],
  ])('%s → %s', (uuid, short) => {
    expect(shortId(uuid)).toBe(short);
  });

  it('refuse what is no version 4 uuid', () => {
    expect(() => shortId('6ba7b810-9dad-11d1-80b4-00c04fd430c8')).toThrow('version 4');
    expect(() => shortId('x')).toThrow('version 4');
  });

  const uuid = 'ffffffff-ffff-4fff-bfff-ffffffffffff';

  it('are stack, resource and short id', () => {
    expect(physicalName('my_stack', 'web', uuid)).toBe('my_stack-web-777777777777');
  });

  it('lose their front where they are too long, never the short id', () => {
    const long = physicalName('s'.repeat(250), 'server', uuid);
    expect(long).toBe(`ss-${'s'.repeat(252 - '-server-777777777777'.length)}-server-777777777777`);
    expect(long).toHaveLength(255);
    expect(physicalName('stack', 'x'.repeat(60), uuid, 53)).toBe(`st-${'x'.repeat(50 - 13)}-777777777777`);
    expect(reduced('abcde', 5)).toBe('abcde');
    expect(reduced('abcdefgh', 5)).toBe('ab-gh');
  });
});

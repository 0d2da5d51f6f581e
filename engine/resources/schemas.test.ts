import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { PropertySchema, PropertySchemas, SupportStatus } from '../kit/schema.ts';
import { constraintAsValue } from '../kit/schema-view.ts';
import { parseJson, toPlain, writeJson } from '../values/json.ts';
import { type Value, type ValueMap, isMap } from '../values/value.ts';
import { createRegistry } from './registry.ts';

/** What real Heat declares, as recorded from it. */
const heat = parseJson(readFileSync(new URL('../../test/fixtures/heat-schemas.json', import.meta.url))) as ValueMap;
const registry = createRegistry();

/** A property in the fixture's form. */
function recorded(schema: PropertySchema): Record<string, unknown> {
  return {
    type: schema.type,
    ...(schema.defaultValue !== undefined && { default: writeJson(schema.defaultValue) }),
    ...(schema.isRequired && { required: true }),
    ...(schema.updateAllowed && { update_allowed: true }),
    ...(schema.immutable && { immutable: true }),
    ...(!schema.implemented && { implemented: false }),
    ...(schema.constraintList.length > 0 && {
      constraints: schema.constraintList.map(c => toPlain(constraintAsValue(c))),
    }),
    ...(schema.element && { schema: { '*': recorded(schema.element) } }),
    ...(schema.children && { schema: recordedAll(schema.children) }),
    ...withSupport(schema.support),
  };
}

/** The support status as the fixture has it: left out where there is nothing to say. */
function withSupport(support: SupportStatus): Record<string, unknown> {
  const status = recordedSupport(support);
  return Object.keys(status).length === 0 ? {} : { support: status };
}

function recordedAll(schemas: PropertySchemas): Record<string, unknown> {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, recorded(schema)]));
}

/** The fixture's property with defaults as text (1.0 is not 1). */
function expected(property: Value): unknown {
  if (!isMap(property)) return property;
  return Object.fromEntries(
    [...property].flatMap(([key, value]): [string, unknown][] => {
      if (key === 'support') return isMap(value) && value.size === 0 ? [] : [[key, toPlain(value)]];
      if (key === 'default') return [[key, writeJson(value)]];
      if (key === 'schema' && isMap(value))
        return [[key, Object.fromEntries([...value].map(([k, v]) => [k, expected(v)]))]];
      return [[key, toPlain(value)]];
    }),
  );
}

function recordedSupport(support: SupportStatus): Record<string, unknown> {
  return {
    ...(support.status !== 'SUPPORTED' && { status: support.status }),
    ...(support.version !== undefined && { version: support.version }),
    ...(support.previous && { previous_status: recordedBefore(support.previous) }),
  };
}

/** An earlier status that says nothing else is recorded by its name. */
function recordedBefore(support: SupportStatus): Record<string, unknown> {
  return support.version === undefined
    ? { status: support.status, ...recordedSupport(support) }
    : recordedSupport(support);
}

describe.each([...heat.keys()])('%s is declared as in Heat', name => {
  const type = registry.get(name)!;
  const theirs = heat.get(name) as ValueMap;

  it('by class and status', () => {
    expect(type.className).toBe(theirs.get('class'));
    expect(recordedSupport(type.support)).toEqual(toPlain(theirs.get('support_status') ?? null));
  });

  it('with its properties', () => {
    const properties = theirs.get('properties') as ValueMap;
    expect(recordedAll(type.properties)).toEqual(Object.fromEntries([...properties].map(([k, v]) => [k, expected(v)])));
  });

  it('with its attributes, and show', () => {
    const { show, ...own } = type.attributes;
    expect(show?.type).toBe('map');
    const ours = Object.entries(own).map(([key, a]) => [
      key,
      { ...(a.type && { type: a.type }), ...(a.cache === 'none' && { cache: 'none' }), ...withSupport(a.support) },
    ]);
    expect(Object.fromEntries(ours)).toEqual(toPlain(theirs.get('attributes') ?? null));
  });
});

describe('the registry', () => {
  it('holds the fixture’s types, in the order of their names', () => {
    expect(registry.names()).toEqual([...heat.keys()].sort());
    expect(registry.get('OS::Heat::Nothing')).toBeUndefined();
    expect(registry.get('__proto__')).toBeUndefined();
  });

  it('takes more types, each name once', () => {
    const mine = { ...registry.get('OS::Heat::None')!, name: 'Mine::Own::Type' };
    expect(createRegistry([mine]).get('Mine::Own::Type')).toBe(mine);
    expect(() => createRegistry([registry.get('OS::Heat::None')!])).toThrow('two types are named OS::Heat::None');
  });
});

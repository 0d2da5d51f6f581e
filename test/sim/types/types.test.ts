import { describe, expect, it } from 'vitest';
import type { Registry, ResourceType, Step } from '../../../engine/kit/resource.ts';
import { createRegistry } from '../../../engine/resources/registry.ts';
import { isList, isMap, mapOf } from '../../../engine/values/value.ts';
import { to, type TypeEntry } from '../../types/form.ts';
import { differences, lives, type Lived } from './all.ts';
import { type Life, liveUnder } from './life.ts';

const net: TypeEntry = {
  type: 'OS::Neutron::Net',
  properties: { name: 'lane' },
  updates: { name: to('road') },
  replaces: {},
};

/** The product's types, but another way to find a network that was made. */
function careless(found: (step: Step) => Step['found']): Registry {
  const types = createRegistry();
  const other = (type: ResourceType): ResourceType => {
    const { life } = type;
    if (type.name !== net.type || life.kind !== 'cloud') return type;
    const { steps } = life;
    const changed: typeof steps = properties =>
      (typeof steps === 'function' ? steps(properties) : steps).map(step =>
        step.name === 'network' ? { ...step, found: found(step) } : step,
      );
    return { ...type, life: { ...life, steps: changed } };
  };
  return {
    get: name => {
      const type = types.get(name);
      return type && other(type);
    },
    names: () => types.names(),
  };
}

describe('a type under the faults of its cloud', () => {
  it('lives as without, and each fault comes up', async () => {
    const all: Lived[] = [];
    for await (const life of lives(net, 1)) all.push(life);
    expect(all.flatMap(({ violations }) => violations)).toEqual([]);
    const hit = new Set(all.filter(({ hits }) => hits > 0).map(({ fault }) => fault));
    expect([...hit].sort()).toEqual(['cloud-lands-late', 'cloud-timeout-after-success', 'cloud-twin']);
  });

  it('that does not find what it made leaves a twin behind', async () => {
    const registry = careless(() => () => undefined);
    const plain = await liveUnder(net, { seed: 1, fault: undefined });
    const lived: Life[] = [];
    for (let seed = 1; seed <= 8; seed++)
      lived.push(await liveUnder(net, { seed, fault: 'cloud-timeout-after-success', registry }));
    expect(lived.flatMap(life => [...life.violations, ...differences(plain, life)])).not.toEqual([]);
  });

  it('that takes the first one for its own takes what is others’', async () => {
    const registry = careless(step => (body, input) => {
      const list = isMap(body) ? (body.get('networks') ?? null) : null;
      const first = isList(list) ? list[0] : undefined;
      return first === undefined ? undefined : step.made(mapOf([['network', first]]), input);
    });
    const plain = await liveUnder(net, { seed: 1, fault: undefined });
    const lived: Life[] = [];
    for (let seed = 1; seed <= 8; seed++) lived.push(await liveUnder(net, { seed, fault: 'cloud-twin', registry }));
    expect(lived.flatMap(life => [...life.violations, ...differences(plain, life)])).not.toEqual([]);
  });
});

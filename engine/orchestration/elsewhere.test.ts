/** A resource whose type its engine lacks waits, and goes on where the type is. */
import { afterEach, expect, it } from 'vitest';
import { started } from '../../test/support/stack-rig.ts';
import { resource } from '../kit/declare.ts';
import type { LocalLife } from '../kit/resource.ts';
import { createRegistry } from '../resources/registry.ts';
import { emptyMap } from '../values/value.ts';

let stop: (() => Promise<void>) | undefined;
afterEach(async () => {
  await stop?.();
  stop = undefined;
});

const life: LocalLife = {
  kind: 'local',
  create: (_, { physicalName }) => ({ kind: 'done', waitMs: 0, value: { physicalId: physicalName, data: emptyMap } }),
};

it.each([
  ['Example::Own::Type', 'of which nothing is known'],
  ['OS::Magnum::Cluster', "of Heat's, of which the name is known"],
])(
  'a %s, %s here, is not lost, and its stack is not struck',
  async name => {
    const whole = createRegistry([resource(name, { life })]);
    const bare = createRegistry();
    let isHere = false;
    const lacking = { ...whole, get: (type: string) => (isHere ? whole : bare).get(type) };
    const rig = await started(lacking, whole);
    stop = () => rig.node.stop();
    const stack = await rig.create(`heat_template_version: 2018-08-31\nresources: {r: {type: '${name}'}}`);
    await new Promise(next => setTimeout(next, 300));
    const row = async () => (await rig.store.read('stacks', [stack]))[0]?.columns;
    expect(await row()).toMatchObject({ action: 'CREATE', status: 'IN_PROGRESS' });
    expect(rig.problems).toEqual([]);
    isHere = true;
    await expect.poll(async () => (await row())?.status, { timeout: 20_000 }).toBe('COMPLETE');
    expect(rig.problems).toEqual([]);
  },
  30_000,
);

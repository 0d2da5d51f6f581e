/** What is in use is asked to go again: a few times, a little later each time, and as often whenever it is told to go. */
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { quickClock } from '../../test/support/quick-clock.ts';
import { SmallNeutron } from '../../test/support/small-neutron.ts';
import { until } from '../../test/support/until.ts';
import { limits } from '../kernel/limits.ts';

let rig: EngineRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

const template = (resources: string) => `heat_template_version: 2018-08-31\nresources:\n${resources}`;
const net = '  net: {type: OS::Neutron::Net}\n';
const subnet = '  subnet: {type: OS::Neutron::Subnet, properties: {network: {get_resource: net}, cidr: 10.7.0.0/24}}\n';
const inUse = 'One or more ports have an IP allocation from this subnet.';

/** A Neutron in which the first so many requests to take a subnet away are refused. */
async function refusing(times: number) {
  const neutron = new SmallNeutron();
  let [asked, left] = [0, times];
  rig = await startEngineRig(
    {
      async call(_credential, call) {
        if (call.method !== 'DELETE' || !call.path.startsWith('/v2.0/subnets/')) return neutron.answer(call);
        asked += 1;
        if (left-- <= 0) return neutron.answer(call);
        const body = JSON.stringify({ NeutronError: { type: 'SubnetInUse', message: inUse, detail: '' } });
        return { kind: 'answered', answer: { status: 409, body } };
      },
    },
    '',
    { clock: quickClock(50) },
  );
  const stack = await rig.create(template(net + subnet));
  expect(await rig.ended(stack, 'CREATE')).toContain('CREATE_COMPLETE');
  return { engine: rig, stack, neutron, asked: () => asked };
}

describe('what is still in use', () => {
  it('is asked to go until it is not', async () => {
    const { engine, stack, neutron, asked } = await refusing(limits.conflictTries);
    await engine.update(stack, template(net));
    expect(await engine.ended(stack, 'UPDATE')).toContain('UPDATE_COMPLETE');
    expect(asked()).toBe(limits.conflictTries + 1);
    const told = (await engine.events(stack, 'subnet')).map(line => line.split(' ')[0]);
    expect(told).toEqual(['CREATE_IN_PROGRESS', 'CREATE_COMPLETE', 'DELETE_IN_PROGRESS', 'DELETE_COMPLETE']);
    expect(neutron.all('subnets')).toEqual([]);
  });

  it('and stays so: the action fails, and the next one asks as often again', async () => {
    const { engine, stack, neutron, asked } = await refusing(2 * limits.conflictTries + 1);
    await engine.update(stack, template(net));
    expect(await engine.ended(stack, 'UPDATE')).toBe(
      `UPDATE_FAILED: Resource DELETE failed: Conflict: resources.subnet: ${inUse}`,
    );
    expect(asked()).toBe(limits.conflictTries + 1);
    await engine.remove(stack);
    expect(await engine.ended(stack, 'DELETE')).toContain('DELETE_COMPLETE');
    expect(asked()).toBe(2 * (limits.conflictTries + 1));
    expect(neutron.all('subnets')).toEqual([]);
  });

  it('fails the next update too that wants it again, and is over: a later one replaces it', async () => {
    const { engine, stack, neutron, asked } = await refusing(2 * (limits.conflictTries + 1));
    await engine.update(stack, template(net));
    await until('asked to go', () => asked() > 0);
    await engine.update(stack, template(net + subnet));
    expect(await engine.ended(stack, 'UPDATE')).toContain('UPDATE_FAILED');
    expect((await engine.states(stack)).get('subnet')).toBe('DELETE_FAILED');
    await engine.update(stack, template(net + subnet));
    expect(await engine.ended(stack, 'UPDATE')).toContain('UPDATE_COMPLETE');
    expect(neutron.all('subnets')).toHaveLength(1);
  });
});

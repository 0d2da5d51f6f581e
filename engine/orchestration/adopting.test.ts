/** Resources with `external_id`: watched, never touched. */
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { SmallNeutron } from '../../test/support/small-neutron.ts';

let rig: EngineRig;
afterEach(() => rig.stop());

const net = '00000000-0000-4000-8000-00000000000a';
const template = (resources: object): string => JSON.stringify({ heat_template_version: '2021-04-16', resources });
const watched = (id: string, more: object = {}) => ({ type: 'OS::Neutron::Net', external_id: id, ...more });

async function started() {
  const neutron = new SmallNeutron();
  neutron.add('networks', { id: net, name: 'theirs', mtu: 1450 });
  const calls: string[] = [];
  rig = await startEngineRig({
    call: async (_credential, call) => {
      calls.push(`${call.method} ${call.path.split('?')[0]}`);
      return neutron.answer(call);
    },
  });
  return { neutron, calls, changes: () => calls.filter(line => !line.startsWith('GET')) };
}

describe('a resource with external_id', () => {
  it('is looked at, read by others, and stays when the stack goes', async () => {
    const { neutron, calls, changes } = await started();
    const name = { type: 'OS::Heat::Value', properties: { value: { get_attr: ['n', 'name'] } } };
    const subnet = {
      type: 'OS::Neutron::Subnet',
      properties: { network: { get_resource: 'n' }, cidr: '10.0.0.0/24', name: { get_attr: ['v', 'value'] } },
    };
    const stack = await rig.create(template({ n: watched(net), v: name, s: subnet }));
    expect(await rig.ended(stack, 'CREATE')).toBe('CREATE_COMPLETE: Stack CREATE completed successfully');
    expect((await rig.physicalIds(stack)).get('n')).toBe(net);
    expect(neutron.all('subnets')).toMatchObject([{ network_id: net, name: 'theirs' }]);
    expect(await rig.events(stack, 'n')).toEqual([
      `ADOPT_IN_PROGRESS ${net}: state changed`,
      `ADOPT_COMPLETE ${net}: state changed`,
      `CHECK_COMPLETE ${net}: CHECK not supported for OS::Neutron::Net`,
    ]);
    // What else its definition says changes nothing of it.
    const more = { properties: { name: 'other' }, metadata: { m: 1 } };
    await rig.update(stack, template({ n: watched(net, more), v: name, s: subnet }));
    expect(await rig.ended(stack, 'UPDATE')).toContain('UPDATE_COMPLETE');
    await rig.remove(stack);
    expect(await rig.ended(stack, 'DELETE')).toContain('DELETE_COMPLETE');
    expect(neutron.all('networks')).toMatchObject([{ id: net, name: 'theirs' }]);
    expect(neutron.all('subnets')).toEqual([]);
    expect(changes().filter(line => line.includes('/networks'))).toEqual([]);
    expect(calls.filter(line => line === `GET /v2.0/networks/${net}`).length).toBeGreaterThanOrEqual(2);
    expect(rig.problems).toEqual([]);
  });

  it('is refused where its service does not know it', async () => {
    await started();
    await expect(rig.create(template({ n: watched('nobody') }))).rejects.toThrow(
      'Invalid external resource: Resource nobody (OS::Neutron::Net) can not be found.',
    );
  });

  it('fails where its thing went in between', async () => {
    const { neutron } = await started();
    const slow = { type: 'OS::Heat::TestResource', properties: { wait_secs: 1 } };
    const stack = await rig.create(
      template({ slow, n: watched(net, { properties: { name: { get_attr: ['slow', 'output'] } } }) }),
    );
    neutron.answer({ method: 'DELETE', service: 'network', path: `/v2.0/networks/${net}` });
    expect(await rig.ended(stack, 'CREATE')).toBe(
      `CREATE_FAILED: Resource ADOPT failed: NotFound: resources.n: Resource ${net} (OS::Neutron::Net) can not be found.`,
    );
    await rig.remove(stack);
    expect(await rig.ended(stack, 'DELETE')).toContain('DELETE_COMPLETE');
  });

  it('that was given up hears in vain what its service says', async () => {
    const neutron = new SmallNeutron();
    neutron.add('networks', { id: net });
    let calls = 0;
    let answer: (() => void) | undefined;
    rig = await startEngineRig({
      call: async (_credential, call) => {
        calls += 1; // the first is of who plans
        if (calls === 2) await new Promise<void>(resolve => (answer = resolve));
        return neutron.answer(call);
      },
    });
    const hooks = { resource_registry: { resources: { n: { hooks: 'pre-delete' } } } };
    const stack = await rig.create(template({ n: watched(net) }), false, undefined, hooks);
    for (let i = 0; i < 200 && answer === undefined; i++) await new Promise(next => setTimeout(next, 10));
    await rig.remove(stack);
    const last = async () => (await rig.events(stack, 'n')).at(-1) ?? '';
    for (let i = 0; i < 200 && !(await last()).startsWith('ADOPT_FAILED'); i++)
      await new Promise(next => setTimeout(next, 10));
    answer?.();
    for (let i = 0; i < 200 && !(await last()).includes('paused'); i++) await new Promise(next => setTimeout(next, 10));
    expect(await last()).toBe(`ADOPT_FAILED ${net}: DELETE paused until Hook pre-delete is cleared`);
    expect(rig.problems).toEqual([]);
  });

  it('is given no other id, and not made into one of its own', async () => {
    const { neutron, changes } = await started();
    neutron.add('networks', { id: net.replace('0a', '0b') });
    const stack = await rig.create(template({ n: watched(net) }));
    await rig.ended(stack, 'CREATE');
    const refusal =
      'UPDATE_FAILED: Resource UPDATE failed: NotSupported: resources.n: ' +
      'Update to property external_id of n (OS::Neutron::Net) is not supported.';
    await rig.update(stack, template({ n: watched(net.replace('0a', '0b')) }));
    expect(await rig.ended(stack, 'UPDATE')).toBe(refusal);
    await rig.update(stack, template({ n: watched(net) }));
    expect(await rig.ended(stack, 'UPDATE')).toContain('UPDATE_COMPLETE');
    await rig.update(stack, template({ n: { type: 'OS::Neutron::Net' } }));
    expect(await rig.ended(stack, 'UPDATE')).toBe(refusal);
    expect(changes()).toEqual([]);
    expect(rig.problems).toEqual([]);
  });

  it('needs nothing, and is no stack', async () => {
    await started();
    await expect(
      rig.create(template({ n: watched(net, { depends_on: 'v' }), v: { type: 'OS::Heat::Value' } })),
    ).rejects.toThrow(`Invalid dependency with external OS::Neutron::Net resource: ${net}`);
    const group = { type: 'OS::Heat::ResourceGroup', external_id: net, properties: { resource_def: { type: 'T' } } };
    await expect(rig.create(template({ group }))).rejects.toThrow('A stack cannot be watched');
  });

  it('is what it is also of a type without a service', async () => {
    await started();
    const stack = await rig.create(
      template({ v: { type: 'OS::Heat::Value', external_id: 'x', properties: { value: 1 } } }),
    );
    expect(await rig.ended(stack, 'CREATE')).toContain('CREATE_COMPLETE');
    expect((await rig.physicalIds(stack)).get('v')).toBe('x');
  });
});

describe('a deletion policy', () => {
  it('that no type has is refused, and not taken for another', async () => {
    await started();
    const volume = { type: 'OS::Heat::Value', deletion_policy: 'Snapshot', properties: { value: 1 } };
    await expect(rig.create(template({ volume }))).rejects.toThrow('"Snapshot" deletion policy not supported');
  });
});

/** What can be there only once (a port with an address): the one that failed goes before the next is asked for. */
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { SmallNeutron } from '../../test/support/small-neutron.ts';

let rig: EngineRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

const N = '00000000-0000-4000-8000-00000000000e';
const port = (more: string) => `
heat_template_version: 2018-08-31
resources:
  port: {type: OS::Neutron::Port, properties: {network: ${N}${more}}}
`;

/** Calls that change something, of a port that goes to ERROR when it is made first, and is asked for again. */
async function mended(more: string): Promise<readonly string[]> {
  const neutron = new SmallNeutron();
  neutron.add('networks', { id: N });
  const calls: string[] = [];
  let broken = true;
  rig = await startEngineRig({
    async call(_credential, call) {
      if (call.method !== 'GET') calls.push(call.method);
      const outcome = neutron.answer(call);
      if (call.method !== 'POST' || !broken || outcome.kind !== 'answered') return outcome;
      broken = false;
      const body = outcome.answer.body.replace('"ACTIVE"', '"ERROR"');
      return { kind: 'answered', answer: { ...outcome.answer, body } };
    },
  });
  const stack = await rig.create(port(more));
  expect(await rig.ended(stack, 'CREATE')).toContain('CREATE_FAILED');
  await rig.update(stack, port(more));
  expect(await rig.ended(stack, 'UPDATE')).toContain('UPDATE_COMPLETE');
  expect(neutron.all('ports')).toHaveLength(1);
  expect(rig.problems).toEqual([]);
  return calls;
}

describe('an attempt that failed', () => {
  it('goes first where it may hold what the next one wants', async () => {
    expect(await mended(', fixed_ips: [{ip_address: 10.0.0.7}]')).toEqual(['POST', 'DELETE', 'POST']);
  });

  it('goes after the next one is there otherwise', async () => {
    expect(await mended('')).toEqual(['POST', 'POST', 'DELETE']);
  });
});

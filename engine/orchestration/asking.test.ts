/** What is asked of services before a stack is accepted. */
import { afterEach, describe, expect, it } from 'vitest';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { isHeatError } from '../kernel/errors.ts';
import type { CloudOutcome } from '../kernel/world.ts';

let rig: EngineRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

const answered = (status: number, body: object): CloudOutcome => ({
  kind: 'answered',
  answer: { status, body: JSON.stringify(body) },
});

interface Asked {
  readonly said: string;
  readonly calls: readonly string[];
}

/** Asks for a stack of a cloud that has the network `known` and the extension `router`, and nothing else. */
async function asked(resources: string): Promise<Asked> {
  await rig?.stop();
  const calls: string[] = [];
  rig = await startEngineRig({
    async call(_credential, { method, path }) {
      calls.push(`${method} ${path}`);
      if (path === '/v2.0/extensions') return answered(200, { extensions: [{ alias: 'router' }] });
      if (path === '/v2.0/networks?name=known') return answered(200, { networks: [{ id: 'N', name: 'known' }] });
      if (path.startsWith('/v2.0/networks?')) return answered(200, { networks: [] });
      if (path.includes('subnetpools')) return { kind: 'unknown', reason: 'silence' };
      return answered(404, {});
    },
  });
  const text = `heat_template_version: 2018-08-31\nresources:\n${resources}`;
  try {
    await rig.create(text);
    return { said: 'accepted', calls };
  } catch (error) {
    if (!isHeatError(error)) throw error;
    return { said: `${error.status} ${error.type}: ${error.message}`, calls };
  }
}

const port = (name: string, network: string) =>
  `  ${name}: {type: OS::Neutron::Port, properties: {network: ${network}}}\n`;

describe('before a stack is accepted', () => {
  it('what its properties name is looked up, each thing once, and the first that is missing is told', async () => {
    const { said, calls } = await asked(port('a', 'known') + port('b', 'nope') + port('c', 'nope') + port('d', 'nix'));
    expect(said).toBe(
      "400 StackValidationFailed: Property error: : resources.b.properties.network: : Error validating value 'nope': Unable to find network with name or id 'nope'",
    );
    expect(calls.filter(call => call === 'GET /v2.0/networks?name=nope')).toHaveLength(1);
    expect(calls.some(call => call.startsWith('POST'))).toBe(false);
  });

  it('the place in lists and maps is told', async () => {
    const { said } = await asked(
      '  s: {type: OS::Nova::Server, properties: {flavor: {get_resource: f}, image: {get_resource: f}, networks: [{network: known}, {network: nope}]}}\n  f: {type: OS::Heat::RandomString}\n',
    );
    expect(said).toContain('resources.s.properties.networks[1].network: : Error validating');
  });

  it('what waits for another resource is left, and what nobody answers for passes', async () => {
    const { said } = await asked(
      '  r: {type: OS::Heat::RandomString}\n  p: {type: OS::Neutron::Port, properties: {network: {get_resource: r}}}\n  q: {type: OS::Neutron::Subnet, properties: {network: known, subnetpool: silent}}\n',
    );
    expect(said).toBe('accepted');
  });

  it('an extension that a type requires and its service lacks is missed', async () => {
    const group = '  g: {type: OS::Neutron::SecurityGroup}\n';
    expect((await asked(group)).said).toBe(
      '400 ResourceTypeUnavailable: HEAT-E99001 Service neutron is not available for resource type OS::Neutron::SecurityGroup, reason: Required extension security-group in neutron service is not available.',
    );
    expect((await asked('  r: {type: OS::Neutron::Router}\n')).said).toBe('accepted');
  });

  it('a type of Heat’s that is not built is refused with what is missing', async () => {
    expect((await asked('  w: {type: OS::Trove::Instance}\n')).said).toBe(
      '400 ResourceTypeUnavailable: HEAT-E99001 Service trove is not available for resource type OS::Trove::Instance, reason: this type is not there yet: it is missing among those of trove.',
    );
  });
});

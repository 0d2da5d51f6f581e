/**
 * OS::Nova::FloatingIP: a floating address as old templates say it, of the network `pool`, else of the first external
 * one. Nova has none any more: it is Neutron's (contract: resource-types §5). Mark: its description, emptied by a PUT.
 *
 *   [pool: which network is external?] ─▶ floatingip ─▶ description
 */
import { resource } from '../../kit/declare.ts';
import { textIn } from '../../kit/given.ts';
import { LifeFailure, type Step } from '../../kit/resource.ts';
import { attribute, string } from '../../kit/schema.ts';
import { readingStep, thingOf } from '../../kit/settle.ts';
import { restStep, thingsIn } from '../../kit/steps.ts';
import { supportHistory } from '../../kit/support-history.ts';
import { emptyMap, mapOf, type ValueMap } from '../../values/value.ts';
import { type Collection, service, settingStep, wrapped } from '../neutron/network.ts';

const floatingIp: Collection = { key: 'floatingip', path: '/v2.0/floatingips' };

const pool: Step = readingStep({
  name: 'pool',
  call: () => ({ service, method: 'GET', path: '/v2.0/networks?router:external=True' }),
  made(body) {
    const [first] = thingsIn(body, 'networks');
    const physicalId = first === undefined ? undefined : textIn(first, 'id');
    if (physicalId === undefined) throw new LifeFailure('NotFound', 'Could not find any external network.');
    return { physicalId, data: emptyMap };
  },
});

const address: Step = {
  ...restStep({
    name: floatingIp.key,
    service,
    path: floatingIp.path,
    key: floatingIp.key,
    markField: 'description',
    body: input => {
      const network = textIn(input.properties, 'pool') ?? thingOf(input, pool.name).physicalId;
      return mapOf([['floating_network_id', network]]);
    },
    keep: whole => whole,
    conflict: 'retry',
  }),
  main: true,
};

const undescribed = mapOf([['description', '']]);

const description: Step = settingStep({
  name: 'description',
  on: floatingIp,
  call: one => ({ service, method: 'PUT', path: one, body: wrapped(floatingIp.key, undescribed) }),
  change: () => undescribed,
});

function steps(properties: ValueMap): readonly Step[] {
  const first = textIn(properties, 'pool') === undefined ? [pool] : [];
  return [...first, address, description];
}

export default resource('OS::Nova::FloatingIP', {
  description: 'A floating address.',
  className: 'NovaFloatingIp',
  support: supportHistory('HIDDEN 11.0.0 < DEPRECATED 9.0.0 < SUPPORTED 2014.1'),
  properties: {
    pool: string('Name or id of the external network; by default the first.').resolves('neutron.network'),
  },
  attributes: {
    pool: attribute('Id of the network that it is of.', { type: 'string' }),
    ip: attribute('The address itself.', { type: 'string' }),
  },
  life: { kind: 'cloud', steps },
  attribute: ({ data }, name) => textIn(data, name === 'ip' ? 'floating_ip_address' : 'floating_network_id') ?? null,
});

/**
 * Example::Network::Lan: a network and its one subnet, as one resource.
 *
 *   POST networks ─▶ POST subnets ─▶ GET networks/<id>: what is kept of it
 *
 * The mark, by which each is found again after a crash, is its description. They go in reverse.
 */
import type { Kit, StepInput } from 'convect/plugin-api';

export const api = 1;

export default (kit: Kit) => {
  const { attribute, changedProperties, custom, mapOf, readingStep, resource, restStep, settingStep, string } = kit;
  const { byStatus, textIn, thingIn, thingOf, writeJson } = kit;
  const kept = (net: ReturnType<typeof thingIn>) =>
    mapOf(['name', 'status', 'subnets'].map(name => [name, net.get(name) ?? null]));
  const at = (id: string) => `/v2.0/networks/${encodeURIComponent(id)}`;

  const network = restStep({
    name: 'network',
    service: 'network',
    path: '/v2.0/networks',
    key: 'network',
    markField: 'description',
    body: ({ properties, physicalName }) => mapOf([['name', textIn(properties, 'name') ?? physicalName]]),
    ready: byStatus(['ACTIVE', 'DOWN']),
    conflict: 'retry',
  });
  const subnet = restStep({
    name: 'subnet',
    service: 'network',
    path: '/v2.0/subnets',
    key: 'subnet',
    markField: 'description',
    body: input =>
      mapOf([
        ['network_id', thingOf(input, 'network').physicalId],
        ['cidr', input.properties.get('cidr') ?? null],
        ['ip_version', 4n],
      ]),
    conflict: 'retry',
  });
  const look = readingStep({
    name: 'look',
    call: input => ({ service: 'network', method: 'GET', path: at(thingOf(input, 'network').physicalId) }),
    made: (body, input: StepInput) => ({
      physicalId: thingOf(input, 'network').physicalId,
      data: kept(thingIn(body, 'network')),
    }),
  });

  return resource('Example::Network::Lan', {
    description: 'A network and its one subnet.',
    properties: {
      name: string('Its name; default the physical name.', { update: true }),
      cidr: string('The addresses of its subnet.').required().constraints(custom('net_cidr')),
    },
    attributes: {
      name: attribute('Its name.', { type: 'string' }),
      status: attribute('Its status.', { type: 'string' }),
      subnets: attribute('Id of its subnet, in a list.', { type: 'list' }),
    },
    life: {
      kind: 'cloud',
      steps: [{ ...network, main: true }, subnet, look],
      update: change => ({
        steps: [
          settingStep({
            name: 'rename',
            on: 'network',
            call: (thing, input) => ({
              service: 'network',
              method: 'PUT',
              path: at(thing.physicalId),
              body: writeJson(mapOf([['network', named(change, input)]])),
            }),
            keep: (_thing, body) => kept(thingIn(body, 'network')),
          }),
        ],
      }),
      check: body => {
        const status = textIn(thingIn(body, 'network'), 'status');
        return status === 'ACTIVE' ? undefined : `The network is ${status}.`;
      },
    },
  });

  function named(change: Parameters<typeof changedProperties>[0], { physicalName }: StepInput) {
    const changed = changedProperties(change);
    return changed.get('name') === null ? changed.set('name', physicalName) : changed;
  }
};

/** What Nova does with Neutron's ports and Cinder's volumes, seen from all three. */
import { becomes, computeOf, furnitureOf, newest } from './nova.ts';
import type { Part, Said, Side } from './side.ts';

export const togetherPart: Part = {
  name: 'Nova with Neutron and Cinder',
  async play(side) {
    const { network } = await furnitureOf(side);
    await ports(side, network);
    await volumes(side);
  },
};

async function boot(side: Side, given: object): Promise<string> {
  const { image, flavor } = await furnitureOf(side);
  const server = { name: side.run, flavorRef: flavor, imageRef: image, networks: 'none', ...given };
  const said = await computeOf(side)('POST', '/servers', { server });
  if (said.id === '') throw new Error(`${side.name} made no server: ${JSON.stringify(said.body)}`);
  return said.id;
}

const gone = (side: Side, service: string, path: string) => side.until(service, path, ({ status }) => status === 404);

async function ports(side: Side, network: string): Promise<void> {
  const compute = computeOf(side);
  const port = (method: string, path: string, body?: unknown): Promise<Said> =>
    side.call('network', method, `/v2.0/ports${path}`, body === undefined ? {} : { body });
  const given = (await port('POST', '', { port: { network_id: network, name: 'given' } })).id;
  const second = (await port('POST', '', { port: { network_id: network, name: 'second' } })).id;
  const id = await boot(side, { networks: [{ port: given }] });
  await becomes(side, id, 'ACTIVE');
  await port('GET', `/${given}`);
  await port('DELETE', `/${given}`);
  const twice = { name: 'x', flavorRef: '3', imageRef: (await furnitureOf(side)).image };
  await compute('POST', '/servers', { server: { ...twice, networks: [{ port: given }] } });
  await compute('POST', '/servers', { server: { ...twice, networks: [{ port: second }, { port: second }] } });
  await compute('POST', '/servers', { server: { ...twice, networks: [{ port: second, fixed_ip: '10.0.0.9' }] } });
  await compute('GET', `/servers/${id}/os-interface`);
  await compute('GET', `/servers/${id}/os-interface/${given}`);
  await compute('GET', `/servers/${id}/os-interface/${second}`);
  const attach = (interfaceAttachment: object, version = newest) =>
    compute('POST', `/servers/${id}/os-interface`, { interfaceAttachment }, version);
  await attach({ net_id: network, port_id: second });
  await attach({ port_id: given });
  await attach({ port_id: second, tag: 'late' });
  await compute('GET', `/servers/${id}/os-interface`, undefined, '2.1');
  await compute('GET', `/servers/${id}`);
  await compute('DELETE', `/servers/${id}/os-interface/${second}`);
  await side.until('network', `/v2.0/ports/${second}`, ({ body }) => String(body['port']?.['device_id']) === '');
  await port('GET', `/${second}`);
  await compute('DELETE', `/servers/${id}`);
  await gone(side, 'compute', `/v2.1/servers/${id}`);
  await port('GET', `/${given}`);
  for (const one of [given, second]) await port('DELETE', `/${one}`);
}

async function volumes(side: Side): Promise<void> {
  const compute = computeOf(side);
  const root = `/v3/${side.session('member').projectId}/volumes`;
  const volume = async (method: string, path: string, body?: unknown): Promise<Said> =>
    side.call('volumev3', method, `${root}${path}`, body === undefined ? {} : { body });
  const is = (one: string, status: string) =>
    side.until('volumev3', `${root}/${one}`, ({ body }) => String(body['volume']?.['status']) === status);
  const made = (await volume('POST', '', { volume: { size: 1, name: 'v' } })).id;
  await is(made, 'available');
  const id = await boot(side, {});
  await becomes(side, id, 'ACTIVE');
  const path = `/servers/${id}/os-volume_attachments`;
  const missing = '00000000-1111-4222-8333-444444444444';
  await compute('POST', path, { volumeAttachment: { volumeId: missing } });
  await compute('POST', path, { volumeAttachment: { volumeId: 'nope' } });
  await compute('POST', path, { volumeAttachment: { volumeId: made } }, '2.60');
  await is(made, 'in-use');
  await compute('POST', path, { volumeAttachment: { volumeId: made } });
  await volume('GET', `/${made}`);
  await volume('DELETE', `/${made}`);
  for (const version of ['2.1', '2.70', '2.79', newest]) await compute('GET', path, undefined, version);
  await compute('GET', `${path}/${made}`);
  await compute('GET', `${path}/${missing}`);
  await compute('GET', `/servers/${id}`);
  await compute('DELETE', `${path}/${made}`);
  await is(made, 'available');
  await volume('GET', `/${made}`);
  await compute('GET', path);
  await compute('DELETE', `${path}/${made}`);
  await compute('DELETE', `/servers/${id}`);
  await gone(side, 'compute', `/v2.1/servers/${id}`);
  await volume('DELETE', `/${made}`);
  await gone(side, 'volumev3', `${root}/${made}`);
}

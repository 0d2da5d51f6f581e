/** Trunks, extra routes and forwarded ports, as Neutron has them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Tables } from '../table.ts';
import { admin, type Answered, Bench, stranger } from '../testing.ts';
import { Neutron } from './service.ts';

let bench: Bench;

const ask = (request: string, body?: unknown, as?: typeof stranger) =>
  bench.ask('network', request, body, as && { as });
const idOf = (reply: Answered, key: string) => String(reply.json[key]?.['id']);
const make = (collection: string, key: string, fields: object, as?: typeof stranger) =>
  idOf(ask(`POST /v2.0/${collection}`, { [key]: fields }, as), key);
const error = (reply: Answered) => [reply.status, reply.json['NeutronError']?.['type']];

let net = '';
let subnet = '';

beforeEach(() => {
  const tables = new Tables();
  bench = new Bench(tables, [new Neutron(tables)]);
  net = make('networks', 'network', { name: 'n' });
  subnet = make('subnets', 'subnet', { network_id: net, cidr: '10.0.0.0/24', ip_version: 4 });
});

const port = () => make('ports', 'port', { network_id: net });

/** A router between the subnet and an external network; gives both ids. */
function way(): { readonly router: string; readonly external: string } {
  const external = make('networks', 'network', { name: 'out', 'router:external': true }, admin);
  make('subnets', 'subnet', { network_id: external, cidr: '172.24.4.0/24', ip_version: 4 }, admin);
  const router = make('routers', 'router', { external_gateway_info: { network_id: external } });
  expect(ask(`PUT /v2.0/routers/${router}/add_router_interface`, { subnet_id: subnet }).status).toBe(200);
  return { router, external };
}

describe('a trunk', () => {
  const sub = (id: string, number: number) => ({ port_id: id, segmentation_type: 'vlan', segmentation_id: number });
  const change = (id: string, verb: string, ...subs: object[]) =>
    ask(`PUT /v2.0/trunks/${id}/${verb}_subports`, { sub_ports: subs });

  it('is made, shown, changed and deleted', () => {
    const [parent, child] = [port(), port()];
    const made = ask('POST /v2.0/trunks', { trunk: { port_id: parent, sub_ports: [sub(child, 7)] } });
    expect(made.status).toBe(201);
    expect(made.json['trunk']).toMatchObject({ status: 'DOWN', admin_state_up: true, sub_ports: [sub(child, 7)] });
    const id = idOf(made, 'trunk');
    const put = ask(`PUT /v2.0/trunks/${id}`, { trunk: { name: 'x', description: 'y' } });
    expect(put.json['trunk']).toMatchObject({ name: 'x', description: 'y', port_id: parent });
    expect(ask(`GET /v2.0/trunks?port_id=${parent}`).json['trunks']).toMatchObject([{ id }]);
    expect(error(ask(`GET /v2.0/trunks/${id}`, undefined, stranger))).toEqual([404, 'TrunkNotFound']);
    expect(ask(`DELETE /v2.0/trunks/${id}`).status).toBe(204);
    expect(error(ask(`GET /v2.0/trunks/${id}`))).toEqual([404, 'TrunkNotFound']);
  });

  it('has a parent of its own, and ports and numbers once', () => {
    const [parent, one, two] = [port(), port(), port()];
    const id = make('trunks', 'trunk', { port_id: parent });
    expect(error(ask('POST /v2.0/trunks', { trunk: { port_id: parent } }))).toEqual([409, 'ParentPortInUse']);
    expect(change(id, 'add', sub(one, 1)).json).toMatchObject({ id, sub_ports: [sub(one, 1)] });
    expect(error(change(id, 'add', sub(one, 2)))).toEqual([409, 'TrunkPortInUse']);
    expect(error(change(id, 'add', sub(parent, 2)))).toEqual([409, 'TrunkPortInUse']);
    expect(error(change(id, 'add', sub(two, 1)))).toEqual([409, 'DuplicateSubPort']);
    expect(error(change(id, 'add', sub(two, 4095)))).toEqual([400, 'InvalidInput']);
    expect(error(change(id, 'remove', { port_id: two }))).toEqual([404, 'SubPortNotFound']);
    expect(error(ask(`DELETE /v2.0/ports/${parent}`))).toEqual([409, 'PortInUseAsTrunkParent']);
    expect(error(ask(`DELETE /v2.0/ports/${one}`))).toEqual([409, 'PortInUseAsSubPort']);
    expect(change(id, 'remove', { port_id: one }).json).toMatchObject({ sub_ports: [] });
    expect(ask(`GET /v2.0/trunks/${id}/get_subports`).json).toEqual({ sub_ports: [] });
    expect(ask(`DELETE /v2.0/ports/${one}`).status).toBe(204);
  });

  it('that is down stays as it is until it is up', () => {
    const id = make('trunks', 'trunk', { port_id: port(), admin_state_up: false });
    expect(error(change(id, 'add', sub(port(), 1)))).toEqual([409, 'TrunkDisabled']);
    expect(error(ask(`DELETE /v2.0/trunks/${id}`))).toEqual([409, 'TrunkDisabled']);
    ask(`PUT /v2.0/trunks/${id}`, { trunk: { admin_state_up: true } });
    expect(ask(`DELETE /v2.0/trunks/${id}`).status).toBe(204);
  });
});

describe('extra routes', () => {
  const a = { destination: '10.9.0.0/24', nexthop: '10.0.0.9' };
  const b = { destination: '10.8.0.0/24', nexthop: '10.0.0.9' };
  const change = (router: string, verb: string, ...routes: object[]) =>
    ask(`PUT /v2.0/routers/${router}/${verb}_extraroutes`, { router: { routes } });

  it('are added to what is there, and taken from it, as often as asked', () => {
    const { router } = way();
    ask(`PUT /v2.0/routers/${router}`, { router: { routes: [a] } });
    for (let i = 0; i < 2; i++) expect(change(router, 'add', a, b).json['router']).toMatchObject({ routes: [a, b] });
    for (let i = 0; i < 2; i++) expect(change(router, 'remove', a).json['router']).toMatchObject({ routes: [b] });
    const stray = change(router, 'add', { destination: '10.7.0.0/24', nexthop: '192.168.0.1' });
    expect(error(stray)).toEqual([400, 'InvalidRoutes']);
    expect(error(change('none', 'add', a))).toEqual([404, 'RouterNotFound']);
    const held = ask(`PUT /v2.0/routers/${router}/remove_router_interface`, { subnet_id: subnet });
    expect(error(held)).toEqual([409, 'RouterInterfaceInUseByRoute']);
  });
});

describe('a forwarded port', () => {
  const at = (floating: string) => `/v2.0/floatingips/${floating}/port_forwardings`;

  it('is made, changed and deleted, and holds its floating IP', () => {
    const { router, external } = way();
    const inside = port();
    const ip = String(ask(`GET /v2.0/ports/${inside}`).json['port']?.['fixed_ips']?.['0']?.['ip_address']);
    const floating = make('floatingips', 'floatingip', { floating_network_id: external });
    const said = { protocol: 'tcp', external_port: 2222, internal_port: 22, internal_port_id: inside };
    const post = (fields: object) => ask(`POST ${at(floating)}`, { port_forwarding: fields });
    const made = post({ ...said, internal_ip_address: ip });
    expect(made.status).toBe(201);
    const id = idOf(made, 'port_forwarding');
    expect(made.json['port_forwarding']).toEqual({ ...said, id, internal_ip_address: ip, description: '' });
    expect(ask(`GET /v2.0/floatingips/${floating}`).json['floatingip']).toMatchObject({
      router_id: router,
      port_forwardings: [{ id, external_port: 2222 }],
    });
    expect(error(post({ ...said, internal_port: 23 }))).toEqual([400, 'BadRequest']);
    expect(error(post({ ...said, external_port: 23 }))).toEqual([400, 'BadRequest']);
    expect(error(post({ ...said, external_port: 24, internal_port: 24, internal_ip_address: '10.9.9.9' }))).toEqual([
      400,
      'BadRequest',
    ]);
    const put = ask(`PUT ${at(floating)}/${id}`, { port_forwarding: { external_port: 80 } });
    expect(put.json['port_forwarding']).toMatchObject({ external_port: 80, internal_port: 22 });
    const held = [409, 'FipInUseByPortForwarding'];
    expect(error(ask(`PUT /v2.0/floatingips/${floating}`, { floatingip: { port_id: port() } }))).toEqual(held);
    expect(error(ask(`DELETE /v2.0/floatingips/${floating}`))).toEqual(held);
    expect(ask(`DELETE ${at(floating)}/${id}`).status).toBe(204);
    expect(error(ask(`GET ${at(floating)}/${id}`))).toEqual([404, 'PortForwardingNotFound']);
    expect(ask(`GET /v2.0/floatingips/${floating}`).json['floatingip']).toMatchObject({ router_id: null });
  });

  it('goes with the port that it leads to', () => {
    const { external } = way();
    const inside = port();
    const floating = make('floatingips', 'floatingip', { floating_network_id: external });
    const said = { protocol: 'tcp', external_port: 1, internal_port: 1, internal_port_id: inside };
    expect(ask(`POST ${at(floating)}`, { port_forwarding: said }).status).toBe(201);
    expect(ask(`DELETE /v2.0/ports/${inside}`).status).toBe(204);
    expect(ask(`GET ${at(floating)}`).json['port_forwardings']).toEqual([]);
  });
});

/** Routes, trunks and forwarded ports: which calls, in which order, and what is found again. */
import { describe, expect, it } from 'vitest';
import {
  afterOf,
  bodyOf,
  definitions,
  get,
  inputFor,
  live,
  mark,
  problem,
  shown,
  stepsFor,
  walk,
  walkChange,
} from '../../../test/support/steps.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import extraRoute from './extra-route.ts';
import extraRouteSet from './extra-route-set.ts';
import floatingIpPortForward from './floating-ip-port-forward.ts';
import trunk from './trunk.ts';

const R = '00000000-0000-4000-8000-00000000000a';
const P = '00000000-0000-4000-8000-00000000000c';
const Q = '00000000-0000-4000-8000-00000000000d';
const F = '00000000-0000-4000-8000-00000000000e';

const a = { destination: '10.9.0.0/24', nexthop: '10.0.0.9' };
const b = { destination: '10.8.0.0/24', nexthop: '10.0.0.9' };
const c = { destination: '10.7.0.0/24', nexthop: '10.0.0.9' };

/** A router that has these routes, whatever is asked of it. */
const having =
  (...routes: PlainMap[]) =>
  (): Plain => ({ router: { id: R, name: 'r', routes } });

describe('OS::Neutron::ExtraRoute', () => {
  const plain = { router_id: R, ...a };

  it('looks first, then adds its route to those of others', () => {
    const { calls, last } = walk(extraRoute, plain, having());
    expect(calls.map(shown)).toEqual([
      `GET /v2.0/routers/${R}`,
      `PUT /v2.0/routers/${R}/add_extraroutes {"router":{"routes":[{"destination":"10.9.0.0/24","nexthop":"10.0.0.9"}]}}`,
    ]);
    expect(last.physicalId).toBe(`${R}:10.9.0.0/24:10.0.0.9`);
    const [before, routes] = stepsFor(extraRoute, plain);
    const input = inputFor(extraRoute, plain);
    expect(shown(routes!.remove('', input)!)).toContain(`PUT /v2.0/routers/${R}/remove_extraroutes`);
    expect([before!.repeatable, routes!.repeatable]).toEqual([true, true]);
  });

  it('fails where the route is there already', () => {
    const [before] = stepsFor(extraRoute, plain);
    expect(before!.ready(fromPlain(having(b)())).kind).toBe('ready');
    expect(before!.ready(fromPlain(having(b, a)()))).toEqual({
      kind: 'failed',
      error: 'Error',
      message: 'Route duplicates an existing route.',
    });
  });

  it('comes after the interfaces and gateways of its router', () => {
    const all = definitions({
      foot: ['OS::Neutron::RouterInterface', { router: get('router'), subnet: 's' }],
      old: ['OS::Neutron::RouterInterface', { router_id: get('router'), subnet: 't' }],
      other: ['OS::Neutron::RouterInterface', { router: get('elsewhere'), subnet: 's' }],
      way: ['OS::Neutron::RouterGateway', { router_id: get('router'), network: 'public' }],
      one: ['OS::Neutron::ExtraRoute', { router_id: get('router') }],
      set: ['OS::Neutron::ExtraRouteSet', { router: get('router') }],
    });
    expect(afterOf(extraRoute, 'one', all)).toEqual(['foot', 'old', 'way']);
    expect(afterOf(extraRouteSet, 'set', all)).toEqual(['foot', 'old', 'way']);
  });
});

describe('OS::Neutron::ExtraRouteSet', () => {
  it('is the router’s id, and keeps which routes are its own', () => {
    const { last } = walk(extraRouteSet, { router: R, routes: [a, b] }, having(b, c, a));
    expect(last.physicalId).toBe(R);
    expect(last.data).toEqual(fromPlain({ routes: [a, b] }));
  });

  it('reads the router where it has none', () => {
    const { calls } = walk(extraRouteSet, { router: R }, having());
    expect(calls.map(shown)).toEqual([`GET /v2.0/routers/${R}`, `GET /v2.0/routers/${R}`]);
    expect(
      stepsFor(extraRouteSet, { router: R })[1]!.remove('', inputFor(extraRouteSet, { router: R })),
    ).toBeUndefined();
  });

  it('takes away what is no more, then adds what is missing', () => {
    const before = { router: R, routes: [a, b] };
    const after = { router: R, routes: [b, c] };
    const there = [having(), having(a, b), having(a, b), having(b), having(b, c)];
    let at = 0;
    const { calls, steps } = walkChange(extraRouteSet, before, after, () => there[at++]?.() ?? {});
    expect(calls).toEqual([
      `GET /v2.0/routers/${R}`,
      `PUT /v2.0/routers/${R}/remove_extraroutes {"router":{"routes":[{"destination":"10.9.0.0/24","nexthop":"10.0.0.9"}]}}`,
      `PUT /v2.0/routers/${R}/add_extraroutes {"router":{"routes":[{"destination":"10.7.0.0/24","nexthop":"10.0.0.9"}]}}`,
    ]);
    expect(steps.map(({ name }) => name)).toEqual(['before', 'drop_routes', 'routes']);
    expect(steps[0]!.ready(fromPlain(having(a, b)())).kind).toBe('ready');
    expect(steps[0]!.ready(fromPlain(having(c)()))).toMatchObject({ kind: 'failed', error: 'PhysicalResourceExists' });
  });
});

describe('OS::Neutron::Trunk', () => {
  const sub = (id: string, number: number) => ({ port: id, segmentation_type: 'vlan', segmentation_id: number });
  const sent = (id: string, number: number) => ({ port_id: id, segmentation_type: 'vlan', segmentation_id: number });

  /** Neutron with a trunk that has these subports. */
  const neutron =
    (...subs: PlainMap[]) =>
    (call: CloudCall): Plain => {
      if (call.path.endsWith('_subports')) return { id: 'ID', sub_ports: subs };
      const body = bodyOf(call) as { trunk?: PlainMap } | null;
      return { trunk: { id: 'ID', status: 'DOWN', sub_ports: subs, ...body?.trunk } };
    };

  it('posts its parent and subports by id', () => {
    const { calls, last } = walk(trunk, { port: P, sub_ports: [sub(Q, 7)] }, neutron());
    expect(calls.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v2.0/trunks']);
    expect(bodyOf(calls[0]!)).toEqual({ trunk: { port_id: P, sub_ports: [sent(Q, 7)], name: mark } });
    expect(stepsFor(trunk, { port: P })[0]!.unique).toBe(true);
    const made = live(trunk, { port: P }, last);
    expect(trunk.attribute(made, 'port_id')).toBe(P);
    expect(trunk.attribute(made, 'show')).toBe(last.data);
  });

  it('changes its name by a PUT, then takes subports away before it adds others', () => {
    const before = { port: P, sub_ports: [sub(Q, 7), sub(R, 8)] };
    const after = { port: P, name: 'x', sub_ports: [sub(Q, 9), sub(R, 8)] };
    const { calls } = walkChange(trunk, before, after, neutron(sent(Q, 7), sent(R, 8)));
    expect(calls).toEqual([
      'PUT /v2.0/trunks/ID {"trunk":{"name":"x"}}',
      'GET /v2.0/trunks/ID',
      `PUT /v2.0/trunks/ID/remove_subports {"sub_ports":[{"port_id":"${Q}"}]}`,
      `PUT /v2.0/trunks/ID/add_subports {"sub_ports":[{"port_id":"${Q}","segmentation_type":"vlan","segmentation_id":9}]}`,
    ]);
  });

  it('reads where somebody else has moved them already, and sees after a refusal whether it holds', () => {
    const before = { port: P, sub_ports: [sub(Q, 7)] };
    const after = { port: P, sub_ports: [sub(R, 8)] };
    const { calls, steps, made, change } = walkChange(trunk, before, after, neutron(sent(R, 8)));
    expect(calls).toEqual(['GET /v2.0/trunks/ID', 'GET /v2.0/trunks/ID', 'GET /v2.0/trunks/ID']);
    const first = walkChange(trunk, before, after, neutron(sent(Q, 7)));
    const add = first.steps.find(({ name }) => name === 'add_subports')!;
    const input = { properties: change.after, physicalName: mark, mark, made: first.made };
    expect([add.unique, add.repeatable, shown(add.find(input))]).toEqual([true, true, 'GET /v2.0/trunks/ID']);
    expect(add.found(fromPlain(neutron(sent(R, 8))(add.find(input))), input)?.physicalId).toBe('ID');
    expect(add.found(fromPlain(neutron(sent(R, 9))(add.find(input))), input)).toBeUndefined();
    expect(steps).toHaveLength(3);
    expect(made.size).toBeGreaterThan(0);
  });

  it('is brought up before it goes, and changed before it goes down', () => {
    const downed = { port: P, admin_state_up: false };
    const steps = stepsFor(trunk, downed);
    const { made } = walk(trunk, downed, neutron());
    const input = inputFor(trunk, downed, Object.fromEntries(made));
    expect(steps.map(step => step.remove('ID', input)).map(call => call && shown(call))).toEqual([
      'DELETE /v2.0/trunks/ID',
      'PUT /v2.0/trunks/ID {"trunk":{"admin_state_up":true}}',
    ]);
    const after = { ...downed, sub_ports: [sub(Q, 7)] };
    const { steps: changing } = walkChange(trunk, { port: P }, after, neutron());
    expect(changing.map(({ name }) => name)).toEqual(['subports', 'remove_subports', 'add_subports', 'change', 'down']);
    const up = walkChange(trunk, downed, { port: P }, neutron());
    expect(up.calls).toEqual(['PUT /v2.0/trunks/ID {"trunk":{"admin_state_up":true}}']);
  });

  it('keeps its parent', () => {
    expect(trunk.properties['port']?.immutable).toBe(true);
    expect(
      problem(trunk, { port: P, sub_ports: [{ port: Q, segmentation_type: 'vlan', segmentation_id: 4095 }] }),
    ).toContain('resources.r.properties.sub_ports[0].segmentation_id');
  });
});

describe('OS::Neutron::FloatingIPPortForward', () => {
  const plain = {
    floating_ip: F,
    internal_port: P,
    internal_port_number: 22,
    internal_ip_address: '10.0.0.4',
    external_port: 2222,
    protocol: 'tcp',
  };
  const path = `/v2.0/floatingips/${F}/port_forwardings`;
  const made = { id: 'ID', internal_port: 22, internal_port_id: P, external_port: 2222, protocol: 'tcp' };
  const neutron = (call: CloudCall): Plain =>
    call.method === 'GET' ? { port_forwardings: [] } : { port_forwarding: made };

  it('looks, then posts under Neutron’s names', () => {
    const { calls, last } = walk(floatingIpPortForward, plain, neutron);
    expect(calls.map(({ method, path: at }) => `${method} ${at}`)).toEqual([`GET ${path}`, `POST ${path}`]);
    expect(bodyOf(calls[1]!)).toEqual({
      port_forwarding: {
        internal_ip_address: '10.0.0.4',
        internal_port: 22,
        external_port: 2222,
        internal_port_id: P,
        protocol: 'tcp',
      },
    });
    expect(last.physicalId).toBe('ID');
  });

  it('finds its own by port and protocol, unless it was there before', () => {
    const [, step] = stepsFor(floatingIpPortForward, plain);
    const found = (ids: string[], ...rows: PlainMap[]) =>
      step!.found(
        fromPlain({ port_forwardings: rows }),
        inputFor(floatingIpPortForward, plain, { before: { physicalId: 'before', data: fromPlain({ ids }) as never } }),
      )?.physicalId;
    expect(found([], made)).toBe('ID');
    expect(found(['ID'], made)).toBeUndefined();
    expect(found([], { ...made, protocol: 'udp' })).toBeUndefined();
  });

  it('changes by a PUT of what differs', () => {
    const { calls } = walkChange(
      floatingIpPortForward,
      plain,
      { ...plain, external_port: 80, internal_port: Q, internal_port_number: 81 },
      neutron,
    );
    expect(calls).toEqual([
      `PUT ${path}/ID {"port_forwarding":{"internal_port":81,"external_port":80,"internal_port_id":"${Q}"}}`,
    ]);
  });

  it('comes after the interface that leads to its port, and can be checked', () => {
    const all = definitions({
      net: ['OS::Neutron::Net', {}],
      subnet: ['OS::Neutron::Subnet', { network: get('net'), cidr: '10.0.0.0/24' }],
      foot: ['OS::Neutron::RouterInterface', { router: get('router'), subnet: get('subnet') }],
      port: ['OS::Neutron::Port', { network: get('net') }],
      it: ['OS::Neutron::FloatingIPPortForward', { internal_port: get('port') }],
    });
    expect(afterOf(floatingIpPortForward, 'it', all)).toEqual(['foot']);
    expect(floatingIpPortForward.life.kind === 'cloud' && floatingIpPortForward.life.check).toBeDefined();
  });
});

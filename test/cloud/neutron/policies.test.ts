/** QoS policies and their rules, shares (RBAC policies), metering. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, InProcessCloud, type Json } from '../inprocess.ts';

let cloud: InProcessCloud;

beforeEach(() => {
  cloud = new InProcessCloud();
});

const ask = (request: string, body?: object): Answer => cloud.ask('network', request.replace(' ', ' /v2.0'), body);
const asAdmin = (request: string, body?: object): Answer =>
  cloud.asAdmin('network', request.replace(' ', ' /v2.0'), body);
const typeOf = ({ status, body }: Answer): [number, unknown] => [status, body['NeutronError']?.['type']];
const idOf = ({ body }: Answer): string => String(Object.values(body)[0]?.['id']);
const nobody = '00000000-0000-4000-8000-000000000000';

describe('QoS', () => {
  const policy = (fields: object = {}): Answer => asAdmin('POST /qos/policies', { policy: { name: 'p', ...fields } });
  const rule = (id: string, kind: string, fields: object): Answer =>
    asAdmin(`POST /qos/policies/${id}/${kind}_rules`, { [`${kind}_rule`]: fields });

  it('is made by admins, and shown with its rules', () => {
    expect(ask('POST /qos/policies', { policy: {} }).status).toBe(403);
    const id = idOf(policy({ description: 'd', shared: true }));
    expect(rule(id, 'bandwidth_limit', { max_kbps: 9 }).body).toMatchObject({
      bandwidth_limit_rule: { max_kbps: 9, max_burst_kbps: 0, direction: 'egress' },
    });
    rule(id, 'dscp_marking', { dscp_mark: 8 });
    const { body } = ask(`GET /qos/policies/${id}`);
    expect(body['policy']).toMatchObject({ name: 'p', description: 'd', shared: true, is_default: false });
    const rules = body['policy']?.['rules'] as unknown as Json[];
    expect(rules.map(one => [one['type'], one['qos_policy_id']])).toEqual([
      ['bandwidth_limit', id],
      ['dscp_marking', id],
    ]);
    expect(asAdmin(`GET /qos/policies/${id}/dscp_marking_rules`).body['dscp_marking_rules']).toMatchObject([
      { dscp_mark: 8 },
    ]);
    expect(asAdmin(`GET /qos/policies/${id}/dscp_marking_rules?description=x`).status).toBe(400);
  });

  it('has one rule of a kind each way', () => {
    const id = idOf(policy());
    const first = rule(id, 'minimum_packet_rate', { min_kpps: 1 });
    expect(typeOf(rule(id, 'minimum_packet_rate', { min_kpps: 2 }))).toEqual([409, 'QoSRulesConflict']);
    expect(typeOf(rule(id, 'minimum_packet_rate', { min_kpps: 2, direction: 'any' }))).toEqual([
      409,
      'QoSRulesConflict',
    ]);
    expect(rule(id, 'minimum_packet_rate', { min_kpps: 2, direction: 'ingress' }).status).toBe(201);
    expect(rule(id, 'minimum_bandwidth', { min_kbps: 1 }).status).toBe(201);
    const at = `/qos/policies/${id}/minimum_packet_rate_rules/${idOf(first)}`;
    expect(asAdmin(`PUT ${at}`, { minimum_packet_rate_rule: { min_kpps: 5 } }).body).toMatchObject({
      minimum_packet_rate_rule: { min_kpps: 5, direction: 'egress' },
    });
    const turned = asAdmin(`PUT ${at}`, { minimum_packet_rate_rule: { direction: 'ingress' } });
    expect(typeOf(turned)).toEqual([409, 'QoSRulesConflict']);
    expect(asAdmin(`DELETE ${at}`).status).toBe(204);
    expect(typeOf(asAdmin(`GET ${at}`))).toEqual([404, 'QosRuleNotFound']);
    expect(typeOf(rule(nobody, 'dscp_marking', { dscp_mark: 8 }))).toEqual([404, 'QosPolicyNotFound']);
    expect(rule(id, 'dscp_marking', { dscp_mark: 9 }).status).toBe(400);
    expect(rule(id, 'bandwidth_limit', { max_kbps: -1 }).status).toBe(400);
    expect(rule(id, 'bandwidth_limit', { max_kbps: 1, description: 'x' }).status).toBe(400);
  });

  it('is used by what says so, and stays as long', () => {
    const own = idOf(policy());
    const net = (fields: object): Answer => ask('POST /networks', { network: fields });
    expect(typeOf(net({ qos_policy_id: own }))).toEqual([404, 'QosPolicyNotFound']);
    const shared = idOf(policy({ shared: true }));
    const id = idOf(net({ qos_policy_id: shared }));
    const port = ask('POST /ports', { port: { network_id: id } });
    expect(port.body['port']).toMatchObject({ qos_policy_id: null, qos_network_policy_id: shared });
    expect(typeOf(ask(`PUT /ports/${idOf(port)}`, { port: { qos_policy_id: own } }))).toEqual([
      404,
      'QosPolicyNotFound',
    ]);
    expect(typeOf(asAdmin(`DELETE /qos/policies/${shared}`))).toEqual([409, 'QosPolicyInUse']);
    ask(`PUT /networks/${id}`, { network: { qos_policy_id: null } });
    expect(asAdmin(`DELETE /qos/policies/${shared}`).status).toBe(204);
  });
});

describe('shares', () => {
  const demo = (): string => cloud.projects.demoProjectId;
  const share = (fields: object): Answer =>
    asAdmin('POST /rbac-policies', {
      rbac_policy: { object_type: 'network', action: 'access_as_shared', target_tenant: demo(), ...fields },
    });
  const network = (fields: object = {}): string => idOf(asAdmin('POST /networks', { network: fields }));
  const shares = (id: string): unknown[] =>
    (asAdmin(`GET /rbac-policies?object_id=${id}`).body['rbac_policies'] as unknown as Json[]).map(
      one => `${String(one['action'])} ${String(one['target_tenant'])}`,
    );

  it('let one project use a network, and stay while it does', () => {
    const id = network();
    expect(ask(`GET /networks/${id}`).status).toBe(404);
    const made = share({ object_id: id });
    expect(made.status).toBe(201);
    expect(typeOf(share({ object_id: id }))).toEqual([409, 'DuplicateRbacPolicy']);
    expect(ask(`GET /networks/${id}`).body['network']?.['shared']).toBe(true);
    const port = idOf(ask('POST /ports', { port: { network_id: id } }));
    expect(typeOf(asAdmin(`DELETE /rbac-policies/${idOf(made)}`))).toEqual([409, 'RbacPolicyInUse']);
    const moved = asAdmin(`PUT /rbac-policies/${idOf(made)}`, { rbac_policy: { target_tenant: 'other' } });
    expect(typeOf(moved)).toEqual([409, 'RbacPolicyInUse']);
    ask(`DELETE /ports/${port}`);
    expect(asAdmin(`DELETE /rbac-policies/${idOf(made)}`).status).toBe(204);
    expect(ask(`GET /networks/${id}`).status).toBe(404);
  });

  it('with everybody are a network’s flags, and the flags are shares', () => {
    const id = network({ shared: true });
    expect(shares(id)).toEqual(['access_as_shared *']);
    asAdmin(`PUT /networks/${id}`, { network: { shared: false, 'router:external': true } });
    expect(shares(id)).toEqual(['access_as_external *']);
    share({ object_id: id, target_tenant: '*' });
    expect(asAdmin(`GET /networks/${id}`).body['network']).toMatchObject({ shared: true, 'router:external': true });
    ask('POST /ports', { port: { network_id: id } });
    const unshared = asAdmin(`PUT /networks/${id}`, { network: { shared: false } });
    expect(typeOf(unshared)).toEqual([409, 'InvalidSharedSetting']);
  });

  it('are of things that are there, and of one’s own', () => {
    expect(typeOf(share({ object_id: nobody }))).toEqual([404, 'NetworkNotFound']);
    expect(share({ object_id: network(), object_type: 'port' }).status).toBe(400);
    const pool = idOf(asAdmin('POST /subnetpools', { subnetpool: { name: 'p', prefixes: ['10.0.0.0/16'] } }));
    expect(share({ object_type: 'subnetpool', object_id: pool, action: 'access_as_external' }).status).toBe(400);
    expect(ask(`GET /subnetpools/${pool}`).status).toBe(404);
    expect(share({ object_type: 'subnetpool', object_id: pool }).status).toBe(201);
    expect(ask(`GET /subnetpools/${pool}`).body['subnetpool']?.['shared']).toBe(true);
    const own = idOf(ask('POST /networks', { network: {} }));
    const post = (target: string) =>
      ask('POST /rbac-policies', {
        rbac_policy: { object_type: 'network', object_id: own, action: 'access_as_shared', target_tenant: target },
      });
    expect(post('*').status).toBe(403);
    expect(post('somebody').status).toBe(201);
    ask(`DELETE /networks/${own}`);
    expect(shares(own)).toEqual([]);
  });
});

describe('metering', () => {
  it('counts ranges that do not overlap under labels', () => {
    expect(ask('POST /metering/metering-labels', { metering_label: { name: 'l' } }).status).toBe(403);
    const label = asAdmin('POST /metering/metering-labels', { metering_label: { name: 'l' } });
    expect(label.body['metering_label']).toMatchObject({ name: 'l', description: '', shared: false });
    const at = `/metering/metering-labels/${idOf(label)}`;
    expect(asAdmin(`PUT ${at}`, { metering_label: { name: 'm' } }).status).toBe(405);
    const rule = (fields: object): Answer =>
      asAdmin('POST /metering/metering-label-rules', {
        metering_label_rule: { metering_label_id: idOf(label), direction: 'ingress', ...fields },
      });
    const first = rule({ remote_ip_prefix: '10.0.0.0/24' });
    expect(first.status).toBe(201);
    expect(typeOf(rule({ remote_ip_prefix: '10.0.0.0/16' }))).toEqual([409, 'MeteringLabelRuleOverlaps']);
    expect(rule({ remote_ip_prefix: '10.0.0.0/16', excluded: true }).status).toBe(201);
    expect(rule({ remote_ip_prefix: '10.0.0.0/16', direction: 'egress' }).status).toBe(201);
    expect(typeOf(rule({ metering_label_id: nobody, remote_ip_prefix: '10.0.0.0/16' }))).toEqual([
      404,
      'MeteringLabelNotFound',
    ]);
    expect(asAdmin(`DELETE ${at}`).status).toBe(204);
    expect(typeOf(asAdmin(`GET /metering/metering-label-rules/${idOf(first)}`))).toEqual([
      404,
      'MeteringLabelRuleNotFound',
    ]);
  });
});

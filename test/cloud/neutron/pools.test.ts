/** Address scopes, subnet pools, and subnets that take their range out of one; segments, and subnets on them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { type Answer, InProcessCloud } from '../inprocess.ts';
import { parseCidr, printCidr } from './addresses.ts';
import { joined, left, within } from './ranges.ts';

let cloud: InProcessCloud;
let net = '';

beforeEach(() => {
  cloud = new InProcessCloud();
  net = cloud.make('network', 'POST /v2.0/networks', { network: { name: 'net' } });
});

const ask = (request: string, body?: object): Answer => cloud.ask('network', request.replace(' ', ' /v2.0'), body);
const asAdmin = (request: string, body?: object): Answer =>
  cloud.asAdmin('network', request.replace(' ', ' /v2.0'), body);
const typeOf = ({ status, body }: Answer): [number, unknown] => [status, body['NeutronError']?.['type']];
const pool = (fields: object = {}): Answer =>
  ask('POST /subnetpools', { subnetpool: { name: 'pool', prefixes: ['10.8.0.0/16'], ...fields } });
const idOf = ({ body }: Answer): string => String(Object.values(body)[0]?.['id']);
const subnet = (fields: object, network = net): Answer =>
  ask('POST /subnets', { subnet: { network_id: network, ip_version: 4, ...fields } });
const cidrOf = ({ body }: Answer): unknown => body['subnet']?.['cidr'];
const another = (): string => cloud.make('network', 'POST /v2.0/networks', { network: {} });

describe('ranges', () => {
  const of = (...texts: readonly string[]) => texts.flatMap(text => parseCidr(text) ?? []);
  const said = (cidrs: ReturnType<typeof of>) => cidrs.map(printCidr);

  it('are joined, and leave what others do not take', () => {
    expect(said(joined(of('10.0.1.0/24', '10.0.0.0/24', '10.0.0.7/32', '10.9.0.0/24')))).toEqual([
      '10.0.0.0/23',
      '10.9.0.0/24',
    ]);
    expect(said(left(of('10.0.0.0/24'), of('10.0.0.64/26')))).toEqual(['10.0.0.0/26', '10.0.0.128/25']);
    expect(said(left(of('2001:db8::/32'), of('2001:db8::/33')))).toEqual(['2001:db8:8000::/33']);
    expect(said(left(of('0.0.0.0/0'), []))).toEqual(['0.0.0.0/0']);
    expect(within(of('10.0.0.0/23'), of('10.0.0.0/24'))).toBe(false);
    expect(within(of('10.0.0.0/23'), of('10.0.0.0/24', '10.0.1.0/24'))).toBe(true);
  });
});

describe('a subnet pool', () => {
  it('joins its prefixes, and tells the lengths as text', () => {
    const { status, body } = pool({ prefixes: ['10.8.1.0/24', '10.8.0.0/24'], default_prefixlen: 26 });
    expect(status).toBe(201);
    expect(body['subnetpool']).toMatchObject({
      prefixes: ['10.8.0.0/23'],
      ip_version: 4,
      default_prefixlen: '26',
      min_prefixlen: '8',
      max_prefixlen: '32',
      default_quota: null,
      address_scope_id: null,
      shared: false,
      is_default: false,
    });
  });

  it('is refused where it contradicts itself', () => {
    expect(typeOf(pool({ prefixes: [] }))).toEqual([400, 'EmptySubnetPoolPrefixList']);
    expect(typeOf(pool({ prefixes: ['10.0.0.0/8', '::/8'] }))).toEqual([400, 'PrefixVersionMismatch']);
    expect(typeOf(pool({ min_prefixlen: 28, max_prefixlen: 24 }))).toEqual([400, 'IllegalSubnetPoolPrefixBounds']);
    expect(typeOf(pool({ default_prefixlen: 4 }))).toEqual([400, 'IllegalSubnetPoolPrefixBounds']);
    expect(pool({ shared: true }).status).toBe(403);
    const { body } = pool();
    const grow = (prefixes: readonly string[]) =>
      ask(`PUT /subnetpools/${String(body['subnetpool']?.['id'])}`, { subnetpool: { prefixes } });
    expect(typeOf(grow(['10.8.0.0/17']))).toEqual([400, 'IllegalSubnetPoolPrefixUpdate']);
    expect(grow(['10.8.0.0/15']).status).toBe(200);
  });

  it('gives each subnet a range of its own, and has it back', () => {
    const id = idOf(pool({ prefixes: ['10.8.0.0/23'], default_prefixlen: 24 }));
    const first = subnet({ subnetpool_id: id });
    expect(cidrOf(first)).toBe('10.8.0.0/24');
    expect(first.body['subnet']).toMatchObject({ subnetpool_id: id, gateway_ip: '10.8.0.1' });
    expect(cidrOf(subnet({ subnetpool_id: id, prefixlen: 26 }))).toBe('10.8.1.0/26');
    expect(cidrOf(subnet({ subnetpool_id: id, cidr: '10.8.1.128/25' }))).toBe('10.8.1.128/25');
    // Small pieces first.
    expect(cidrOf(subnet({ subnetpool_id: id, prefixlen: 27 }))).toBe('10.8.1.64/27');
    expect(subnet({ subnetpool_id: id }).status).toBe(500);
    expect(subnet({ subnetpool_id: id, cidr: '10.8.0.0/25' }).status).toBe(500);
    expect(typeOf(ask(`DELETE /subnetpools/${id}`))).toEqual([400, 'SubnetPoolDeleteError']);
    ask(`DELETE /subnets/${idOf(first)}`);
    expect(cidrOf(subnet({ subnetpool_id: id }))).toBe('10.8.0.0/24');
  });

  it('says no to what it does not give', () => {
    const id = idOf(pool({ default_prefixlen: 24, min_prefixlen: 20, max_prefixlen: 28, default_quota: 300 }));
    expect(typeOf(subnet({ subnetpool_id: id, prefixlen: 30 }))).toEqual([400, 'MaxPrefixSubnetAllocationError']);
    expect(typeOf(subnet({ subnetpool_id: id, prefixlen: 16 }))).toEqual([400, 'MinPrefixSubnetAllocationError']);
    expect(typeOf(subnet({ subnetpool_id: id, cidr: '10.8.0.0/24', prefixlen: 24 }))).toEqual([400, 'BadRequest']);
    expect(typeOf(subnet({ subnetpool_id: id, ip_version: 6 }))).toEqual([400, 'BadRequest']);
    expect(typeOf(subnet({ subnetpool_id: net }))).toEqual([404, 'SubnetPoolNotFound']);
    expect(subnet({ subnetpool_id: id }).status).toBe(201);
    expect(typeOf(subnet({ subnetpool_id: id }))).toEqual([409, 'SubnetPoolQuotaExceeded']);
    expect(typeOf(subnet({ cidr: '10.99.0.0/24' }))).toEqual([400, 'NetworkSubnetPoolAffinityError']);
  });

  it('is the usual one where an admin says so', () => {
    const usual = { subnetpool: { name: 'p', prefixes: ['10.4.0.0/16'], is_default: true, default_prefixlen: 26 } };
    expect(typeOf(subnet({ use_default_subnetpool: true }))).toEqual([400, 'BadRequest']);
    expect(asAdmin('POST /subnetpools', { subnetpool: { ...usual.subnetpool, shared: true } }).status).toBe(201);
    expect(typeOf(asAdmin('POST /subnetpools', usual))).toEqual([400, 'InvalidInput']);
    expect(cidrOf(subnet({ use_default_subnetpool: true }))).toBe('10.4.0.0/26');
  });

  it('may be of an address scope, which its networks are of then', () => {
    const scope = idOf(ask('POST /address-scopes', { address_scope: { name: 's', ip_version: 4 } }));
    const id = idOf(pool({ address_scope_id: scope, default_prefixlen: 24 }));
    expect(typeOf(pool({ address_scope_id: scope }))).toEqual([409, 'AddressScopePrefixConflict']);
    expect(typeOf(pool({ address_scope_id: scope, prefixes: ['::/8'] }))[0]).toBe(400);
    subnet({ subnetpool_id: id });
    const { body } = ask(`GET /networks/${net}`);
    expect(body['network']).toMatchObject({ ipv4_address_scope: scope, ipv6_address_scope: null });
    expect(typeOf(ask(`DELETE /address-scopes/${scope}`))).toEqual([409, 'AddressScopeInUse']);
    expect(ask(`PUT /subnetpools/${id}`, { subnetpool: { address_scope_id: null } }).status).toBe(200);
    expect(ask(`DELETE /address-scopes/${scope}`).status).toBe(204);
  });
});

describe('an address scope', () => {
  it('has a name, and nothing else that is free', () => {
    const post = (fields: object) => ask('POST /address-scopes', { address_scope: { ip_version: 4, ...fields } });
    expect(Object.keys(post({}).body['address_scope'] ?? {}).sort()).toEqual([
      'id',
      'ip_version',
      'name',
      'project_id',
      'shared',
      'tenant_id',
    ]);
    expect(post({ description: 'x' }).status).toBe(400);
    expect(post({ shared: true }).status).toBe(403);
    const id = idOf(asAdmin('POST /address-scopes', { address_scope: { ip_version: 6, shared: true } }));
    expect(ask(`GET /address-scopes/${id}`).status).toBe(200);
    const unshared = asAdmin(`PUT /address-scopes/${id}`, { address_scope: { shared: false } });
    expect(typeOf(unshared)).toEqual([400, 'AddressScopeUpdateError']);
  });
});

describe('a network', () => {
  const post = (fields: object): Answer =>
    asAdmin('POST /networks', {
      network: Object.fromEntries(Object.entries(fields).map(([key, value]) => [`provider:${key}`, value])),
    });

  it('has its place once', () => {
    expect(post({ network_type: 'vlan', physical_network: 'physnet1', segmentation_id: '7' }).status).toBe(201);
    const again = post({ network_type: 'vlan', physical_network: 'physnet1', segmentation_id: 7 });
    expect(typeOf(again)).toEqual([409, 'VlanIdInUse']);
    expect(post({ network_type: 'flat', physical_network: 'x' }).status).toBe(201);
    expect(typeOf(post({ network_type: 'flat', physical_network: 'x' }))).toEqual([409, 'FlatNetworkInUse']);
    expect(post({ network_type: 'vxlan', segmentation_id: 99 }).status).toBe(201);
    expect(typeOf(post({ network_type: 'vxlan', segmentation_id: 99 }))).toEqual([409, 'TunnelIdInUse']);
    const drawn = post({ network_type: 'vlan' }).body['network'];
    expect(drawn).toMatchObject({ 'provider:physical_network': 'physnet1' });
  });

  it('says where it cannot be', () => {
    for (const place of [
      { network_type: 'flat' },
      { network_type: 'gre' },
      { network_type: 'local', segmentation_id: 1 },
      { network_type: 'vlan', physical_network: 'nowhere', segmentation_id: 7 },
      { network_type: 'vlan', physical_network: 'physnet1', segmentation_id: 5000 },
    ]) {
      expect(typeOf(post(place))).toEqual([400, 'InvalidInput']);
    }
  });

  it('changes its VLAN’s number, and no more of its place', () => {
    const id = idOf(post({ network_type: 'vlan', physical_network: 'physnet1', segmentation_id: 7 }));
    const put = (fields: object): Answer => asAdmin(`PUT /networks/${id}`, { network: fields });
    expect(put({ 'provider:segmentation_id': 8 }).status).toBe(200);
    const { body } = asAdmin(`GET /segments?network_id=${id}`);
    expect(body['segments']).toMatchObject([{ name: null, network_type: 'vlan', segmentation_id: 8 }]);
    expect(typeOf(put({ 'provider:network_type': 'vxlan' }))).toEqual([400, 'InvalidInput']);
  });
});

describe('segments', () => {
  const first = (network = net): string =>
    String(asAdmin(`GET /segments?network_id=${network}`).body['segments']?.[0]?.['id']);

  it('are seen by admins alone; each network begins with one, and takes all along', () => {
    expect(ask(`GET /segments?network_id=${net}`).body['segments']).toEqual([]);
    expect(ask(`GET /segments/${first()}`).status).toBe(404);
    const post = { segment: { network_id: net, network_type: 'vxlan', name: 'more', description: 'd' } };
    expect(ask('POST /segments', post).status).toBe(403);
    const made = asAdmin('POST /segments', post);
    expect(made.status).toBe(201);
    expect(made.body['segment']).toMatchObject({ name: 'more', description: 'd', physical_network: null });
    expect(asAdmin(`PUT /segments/${idOf(made)}`, { segment: { name: 'm' } }).body['segment']?.['name']).toBe('m');
    expect(ask(`GET /networks/${net}`).body['network']?.['l2_adjacency']).toBe(false);
    ask(`DELETE /networks/${net}`);
    expect(asAdmin(`GET /segments/${idOf(made)}`).status).toBe(404);
  });

  it('carry all of a network’s subnets or none', () => {
    const on = subnet({ cidr: '10.1.0.0/24', segment_id: first() });
    expect(on.status).toBe(201);
    expect('segment_id' in (on.body['subnet'] ?? {})).toBe(false);
    expect(asAdmin(`GET /subnets/${idOf(on)}`).body['subnet']?.['segment_id']).toBe(first());
    expect(typeOf(subnet({ cidr: '10.2.0.0/24' }))).toEqual([400, 'SubnetsNotAllAssociatedWithSegments']);
    const other = another();
    expect(typeOf(subnet({ cidr: '10.2.0.0/24', segment_id: first() }, other))).toEqual([400, 'NetworkIdsDontMatch']);
    const later = idOf(subnet({ cidr: '10.2.0.0/24' }, other));
    const put = (segment: string | null) => ask(`PUT /subnets/${later}`, { subnet: { segment_id: segment } });
    expect(put(null).status).toBe(200);
    expect(put(first(other)).status).toBe(200);
    expect(typeOf(put(null))).toEqual([400, 'SubnetSegmentAssociationChangeNotAllowed']);
    expect(typeOf(asAdmin(`DELETE /segments/${first()}`))).toEqual([409, 'SegmentInUse']);
  });
});

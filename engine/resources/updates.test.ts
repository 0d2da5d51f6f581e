/** Updates of whole stacks on the sandbox: each call that changes something, in its order, and what there is afterwards. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePortBase } from '../../cli/ports.ts';
import { type Sandbox, startSandbox } from '../../test/cloud/sandbox.ts';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { createCloud, type RealCloud } from '../cloud/cloud.ts';
import { passwordCredential } from '../cloud/credential.ts';
import type { CloudCall } from '../kernel/world.ts';
import { createClock } from '../real/clock.ts';
import { createDice } from '../real/dice.ts';

const admin = passwordCredential(
  { name: 'admin', password: 'password', domain: { id: 'default' } },
  { name: 'admin', domain: { id: 'default' } },
);

const folder = mkdtempSync(join(tmpdir(), 'updates-'));
const calls: CloudCall[] = [];
let sandbox: Sandbox;
let cloud: RealCloud;
let rig: EngineRig;

beforeAll(async () => {
  sandbox = await startSandbox({ portBase: await freePortBase(), dataDir: folder });
  cloud = createCloud(
    { authUrl: sandbox.keystoneUrl, serviceUser: { name: 'heat', password: 'password', project: 'service' } },
    { clock: createClock(), dice: createDice(), log: { write: () => undefined }, mayStart: () => true },
  );
  const watched = {
    call: (credential: string, call: CloudCall, deadlineMs: number) => {
      calls.push(call);
      return cloud.call(credential, call, deadlineMs);
    },
  };
  rig = await startEngineRig(watched, admin);
}, 60_000);

afterAll(async () => {
  await rig.stop();
  await cloud.stop();
  await sandbox.stop();
  rmSync(folder, { recursive: true });
});

async function read(service: string, path: string): Promise<Record<string, unknown>> {
  const outcome = await cloud.call(admin, { method: 'GET', service, path }, 10_000);
  if (outcome.kind !== 'answered' || outcome.answer.status !== 200) throw new Error(JSON.stringify(outcome));
  return JSON.parse(outcome.answer.body) as Record<string, unknown>;
}

async function counted(): Promise<Record<string, number>> {
  const counts: [string, number][] = [];
  for (const each of ['networks', 'subnets', 'ports', 'routers', 'floatingips', 'security-groups']) {
    const [list] = Object.values(await read('network', `/v2.0/${each}`));
    counts.push([each, (list as readonly unknown[]).length]);
  }
  return Object.fromEntries(counts);
}

const head = 'heat_template_version: 2018-08-31\nresources:\n';

/** A stack whose updates are watched. Resources are written `name: [type, properties]`. */
class Watched {
  readonly #old = new Map<string, string>();
  readonly #id: string;

  private constructor(id: string) {
    this.#id = id;
  }

  static async create(resources: Resources): Promise<Watched> {
    const stack = new Watched(await rig.create(written(resources), true));
    expect(await rig.ended(stack.#id as never, 'CREATE', 30_000)).toBe(
      'CREATE_COMPLETE: Stack CREATE completed successfully',
    );
    return stack;
  }

  /** Updates it; what was called that changes something, in order, with names for ids. */
  async update(
    resources: Resources,
    end = 'UPDATE_COMPLETE: Stack UPDATE completed successfully',
    rollback = false,
  ): Promise<readonly string[]> {
    const id = this.#id as never;
    for (const [name, physical] of await rig.physicalIds(id)) this.#name(name, physical);
    const from = calls.length;
    await rig.update(id, written(resources), { rollback, isAdmin: true });
    expect(await rig.ended(id, end.slice(0, end.indexOf('_')), 60_000)).toBe(end);
    for (const [name, physical] of await rig.physicalIds(id)) this.#name(name, physical);
    return calls
      .slice(from)
      .filter(({ method }) => method !== 'GET')
      .map(call => this.#line(call));
  }

  async id(name: string): Promise<string> {
    return (await rig.physicalIds(this.#id as never)).get(name) ?? '';
  }

  async remove(): Promise<void> {
    const id = this.#id as never;
    await rig.remove(id);
    expect(await rig.ended(id, 'DELETE', 60_000)).toBe('DELETE_COMPLETE: Stack DELETE completed successfully');
    expect(rig.problems).toEqual([]);
  }

  /** `<port>` is the first thing of that name, `<port 2>` what took its place. */
  #name(name: string, physical: string): void {
    if (physical === '' || this.#old.has(physical)) return;
    const before = [...this.#old.values()].filter(known => known === `<${name}>` || known.startsWith(`<${name} `));
    this.#old.set(physical, before.length === 0 ? `<${name}>` : `<${name} ${before.length + 1}>`);
  }

  #line({ method, path, body }: CloudCall): string {
    let line = `${method} ${path}${body === undefined || method === 'POST' ? '' : ` ${body}`}`;
    for (const [physical, name] of this.#old) line = line.replaceAll(physical, name);
    return line.replace('/v2.0/', '');
  }
}

type Resources = Readonly<Record<string, readonly [type: string, properties?: object]>>;

function written(resources: Resources): string {
  const lines = Object.entries(resources).map(([name, [type, properties = {}]]) =>
    JSON.stringify({ [name]: { type: `OS::${type}`, properties } }).slice(1, -1),
  );
  return `${head}  {${lines.join(', ')}}\n`;
}

const get = (name: string) => ({ get_resource: name });
const tcp = (port: number) => ({ protocol: 'tcp', port_range_min: port, port_range_max: port });

const base: Resources = {
  net: ['Neutron::Net'],
  subnet: ['Neutron::Subnet', { network: get('net'), cidr: '10.7.0.0/24' }],
  router: ['Neutron::Router', { external_gateway_info: { network: 'public' } }],
  foot: ['Neutron::RouterInterface', { router: get('router'), subnet: get('subnet') }],
  group: ['Neutron::SecurityGroup', { rules: [tcp(22), tcp(80)] }],
  port: [
    'Neutron::Port',
    { network: get('net'), security_groups: [get('group')], fixed_ips: [{ ip_address: '10.7.0.10' }] },
  ],
  fip: ['Neutron::FloatingIP', { floating_network: 'public', port_id: get('port') }],
};
const port = base['port']?.[1] ?? {};

describe('Neutron’s things, on the sandbox', { timeout: 120_000 }, () => {
  it('are changed in place, replaced, taken back, and leave nothing', async () => {
    const before = await counted();
    const stack = await Watched.create(base);
    expect(await stack.update(base)).toEqual([]);

    const changed: Resources = {
      ...base,
      net: ['Neutron::Net', { name: 'mine', tags: ['a', 'b'] }],
      subnet: ['Neutron::Subnet', { network: get('net'), cidr: '10.7.0.0/24', dns_nameservers: ['1.1.1.1'] }],
      router: ['Neutron::Router', { name: 'way', external_gateway_info: { network: 'public' } }],
      group: ['Neutron::SecurityGroup', { rules: [tcp(80), tcp(443)] }],
      port: ['Neutron::Port', { ...port, name: 'nic', security_groups: [] }],
    };
    const lines = await stack.update(changed);
    const rule = lines.find(line => line.startsWith('DELETE security-group-rules/'));
    expect([...lines].sort()).toEqual([
      String(rule),
      'POST security-group-rules',
      'PUT networks/<net> {"network":{"name":"mine"}}',
      'PUT networks/<net>/tags {"tags":["a","b"]}',
      'PUT ports/<port> {"port":{"name":"nic","security_groups":[]}}',
      'PUT routers/<router> {"router":{"name":"way"}}',
      'PUT subnets/<subnet> {"subnet":{"dns_nameservers":["1.1.1.1"]}}',
    ]);
    expect(lines.indexOf(String(rule))).toBeLessThan(lines.indexOf('POST security-group-rules'));
    const rules = (await read('network', `/v2.0/security-group-rules?security_group_id=${await stack.id('group')}`))[
      'security_group_rules'
    ] as readonly { readonly direction: string; readonly port_range_min: number }[];
    const opened = rules.filter(({ direction }) => direction === 'ingress').map(each => each.port_range_min);
    expect(opened.sort()).toEqual([443, 80]);
    expect(rules.filter(({ direction }) => direction === 'egress')).toHaveLength(2);

    const mac = { ...port, name: 'nic', security_groups: [], mac_address: 'fa:16:3e:00:00:77' };
    const replaced: Resources = { ...changed, port: ['Neutron::Port', mac] };
    expect(await stack.update(replaced)).toEqual([
      'PUT ports/<port> {"port":{"fixed_ips":[]}}',
      'POST ports',
      'PUT ports/<port 2> {"port":{"description":""}}',
      'PUT floatingips/<fip> {"floatingip":{"port_id":"<port 2>","fixed_ip_address":null}}',
      'DELETE ports/<port>',
    ]);
    expect(await read('network', `/v2.0/ports/${await stack.id('port')}`)).toMatchObject({
      port: { fixed_ips: [{ ip_address: '10.7.0.10' }], mac_address: 'fa:16:3e:00:00:77' },
    });

    await stack.remove();
    expect(await counted()).toEqual(before);
  });

  it('whose replacement is taken back have their addresses again', async () => {
    const stack = await Watched.create({ net: base['net']!, subnet: base['subnet']!, port: ['Neutron::Port', port2] });
    const failing: Resources = {
      net: base['net']!,
      subnet: base['subnet']!,
      port: ['Neutron::Port', { ...port2, mac_address: 'fa:16:3e:00:00:78' }],
      wrong: ['Heat::TestResource', { value: get('port'), fail: true }],
    };
    const lines = await stack.update(failing, 'ROLLBACK_COMPLETE: Stack ROLLBACK completed successfully', true);
    const second = lines.find(line => /^DELETE ports\/[0-9a-f-]{36}$/.test(line))?.slice('DELETE ports/'.length) ?? '?';
    expect(lines.map(line => line.replaceAll(second, '<port 2>'))).toEqual([
      'PUT ports/<port> {"port":{"fixed_ips":[]}}',
      'POST ports',
      'PUT ports/<port 2> {"port":{"fixed_ips":[]}}',
      expect.stringMatching(
        /^PUT ports\/<port> \{"port":\{"fixed_ips":\[\{"subnet_id":"<subnet>","ip_address":"10.7.0.11"\}\]\}\}$/,
      ),
      'DELETE ports/<port 2>',
    ]);
    expect(await read('network', `/v2.0/ports/${await stack.id('port')}`)).toMatchObject({
      port: { fixed_ips: [{ ip_address: '10.7.0.11' }] },
    });
    await stack.remove();
  });

  it('that can be held once go before others are made', async () => {
    const two = { ...base, other: ['Neutron::Router', {}] } as Resources;
    const { fip: _fip, port: _port, ...ways } = two;
    const stack = await Watched.create(ways);
    const moved: Resources = {
      ...ways,
      foot: ['Neutron::RouterInterface', { router: get('other'), subnet: get('subnet') }],
    };
    expect(await stack.update(moved)).toEqual([
      'PUT routers/<router>/remove_router_interface {"subnet_id":"<subnet>"}',
      'PUT routers/<other>/add_router_interface {"subnet_id":"<subnet>"}',
    ]);
    await stack.remove();
  });

  it('are tied anew where an association changes', async () => {
    const { fip: _fip, ...rest } = base;
    const ips: Resources = {
      ...rest,
      one: ['Neutron::FloatingIP', { floating_network: 'public' }],
      two: ['Neutron::FloatingIP', { floating_network: 'public' }],
      tie: ['Neutron::FloatingIPAssociation', { floatingip_id: get('one'), port_id: get('port') }],
    };
    const stack = await Watched.create(ips);
    const other: Resources = {
      ...ips,
      tie: ['Neutron::FloatingIPAssociation', { floatingip_id: get('two'), port_id: get('port') }],
    };
    expect(await stack.update(other)).toEqual([
      'PUT floatingips/<one> {"floatingip":{"port_id":null}}',
      'PUT floatingips/<two> {"floatingip":{"port_id":"<port>","fixed_ip_address":null}}',
    ]);
    const tied = await stack.id('two');
    expect(await read('network', `/v2.0/floatingips/${tied}`)).toMatchObject({
      floatingip: { port_id: await stack.id('port') },
    });
    await stack.remove();
  });
});

const port2 = { network: get('net'), fixed_ips: [{ ip_address: '10.7.0.11' }] };

describe('Keystone’s things, on the sandbox', { timeout: 60_000 }, () => {
  it('are changed in place, and replaced after the old one went where the name is the same', async () => {
    const assignment = (project: string) => [{ role: get('role'), project: get(project) }];
    const made: Resources = {
      project: ['Keystone::Project', { name: 'team', description: 'ours' }],
      other: ['Keystone::Project'],
      role: ['Keystone::Role'],
      user: ['Keystone::User', { name: 'who', password: 'secret-enough', roles: assignment('project') }],
    };
    const stack = await Watched.create(made);
    const changed: Resources = {
      ...made,
      project: ['Keystone::Project', { name: 'team-2', enabled: false }],
      role: ['Keystone::Role', { name: 'a-role' }],
      user: ['Keystone::User', { name: 'who', password: 'secret-enough', roles: assignment('other'), email: 'a@b.c' }],
    };
    const lines = await stack.update(changed);
    expect([...lines].sort()).toEqual([
      'DELETE /projects/<project>/users/<user>/roles/<role>',
      'PATCH /projects/<project> {"project":{"name":"team-2","description":"","enabled":false}}',
      'PATCH /roles/<role> {"role":{"name":"a-role"}}',
      'PATCH /users/<user> {"user":{"email":"a@b.c"}}',
      'PUT /projects/<other>/users/<user>/roles/<role>',
    ]);
    const below: Resources = {
      ...changed,
      project: ['Keystone::Project', { name: 'team-2', enabled: false, parent: get('other') }],
    };
    expect(await stack.update(below)).toEqual([
      expect.stringContaining('DELETE /projects/<project>'),
      'POST /projects',
      'PATCH /projects/<project 2> {"project":{"description":""}}',
    ]);
    await stack.remove();
  });
});

describe('an image, on the sandbox', { timeout: 60_000 }, () => {
  it('is changed in place', async () => {
    const given = {
      location: 'http://example.org/x',
      disk_format: 'raw',
      container_format: 'bare',
      os_distro: 'debian',
      extra_properties: { a: '1' },
    };
    const stack = await Watched.create({ image: ['Glance::WebImage', given] });
    const { os_distro: _distro, ...rest } = given;
    const after = { ...rest, tags: ['new'], extra_properties: { b: '2' }, active: false };
    expect(await stack.update({ image: ['Glance::WebImage', after] })).toEqual([
      expect.stringMatching(/^PATCH \/v2\/images\/<image> \[.*"\/os_distro".*"\/a".*"\/b".*"\/tags".*\]$/),
      'POST /v2/images/<image>/actions/deactivate',
    ]);
    const image = await read('image', `/v2/images/${await stack.id('image')}`);
    expect(image).toMatchObject({ tags: ['new'], b: '2', status: 'deactivated' });
    expect(image).not.toHaveProperty('os_distro');
    expect(image).not.toHaveProperty('a');
    await stack.remove();
  });
});

import { describe, expect, it } from 'vitest';
import {
  changeOf,
  inputFor,
  linesOf,
  live,
  mark,
  propertiesOf,
  shown,
  walk,
  walkChange,
} from '../../../test/support/steps.ts';
import type { CloudLife, Step } from '../../kit/resource.ts';
import type { CloudCall } from '../../kernel/world.ts';
import { fromPlain, type Plain, type PlainMap } from '../../values/json.ts';
import { emptyMap, mapOf } from '../../values/value.ts';
import server from './server.ts';

const [image, flavor, net, other, port, address] = ['1', '2', '3', '4', '5', '6'].map(
  n => `${n.repeat(8)}-1111-4111-8111-111111111111`,
) as [string, string, string, string, string, string];
const raw: PlainMap = { image, flavor, user_data_format: 'RAW' };
const life = server.life as CloudLife;

/** A cloud in which the server holds some ports; each port that is made has the next number. */
function cloud(held: readonly PlainMap[] = []) {
  let ports = 0;
  return ({ method, path }: CloudCall): Plain => {
    if (path.startsWith('/software_configs')) return { software_configs: [{ id: other, config: 'new' }] };
    if (path.startsWith('/v2.0/subnets/')) return { subnet: { id: 's', network_id: net } };
    if (path.startsWith('/v2.0/ports?')) return { ports: held };
    if (path.startsWith('/v2.0/ports') && method === 'POST') return { port: { id: `P${ports++}` } };
    if (path.endsWith('/os-interface')) return { interfaceAttachment: { port_id: 'N' } };
    if (method === 'DELETE' || path.endsWith('/action')) return {};
    return { server: { id: 'S', name: 'shown', adminPass: 'hidden' } };
  };
}

function change(before: PlainMap, after: PlainMap, held: readonly PlainMap[] = []) {
  return walkChange(server, { ...raw, ...before }, { ...raw, ...after }, cloud(held));
}
const calls = (before: PlainMap, after: PlainMap, held: readonly PlainMap[] = []) => change(before, after, held).calls;
const again = 'GET /servers/S';
const list = 'GET /v2.0/ports?device_id=S';

describe('a server is changed in place', () => {
  it('by one call for each of its words, then shown again', () => {
    const before = { metadata: { a: '1', b: '2' }, tags: ['x'], name: 'old' };
    expect(calls(before, { metadata: { b: 3 }, tags: ['y'], name: 'new' })).toEqual([
      'PUT /servers/S/metadata {"metadata":{"b":"3"}}',
      'PUT /servers/S/tags {"tags":["y"]}',
      'PUT /servers/S {"server":{"name":"new"}}',
      again,
    ]);
    expect(calls(before, { tags: null })).toEqual([
      'PUT /servers/S/metadata {"metadata":{}}',
      'PUT /servers/S/tags {"tags":[]}',
      `PUT /servers/S {"server":{"name":"${mark}"}}`,
      again,
    ]);
  });

  it('keeps what is shown then, with its tags, without a password', () => {
    const { made } = change({ name: 'old' }, { name: 'new', tags: ['t'] });
    expect([...made.values()].at(-1)).toEqual({
      physicalId: 'S',
      data: fromPlain({ id: 'S', name: 'shown', tags: ['t'] }),
    });
  });

  it('has another flavor by resizing, and confirming that', () => {
    expect(calls({}, { flavor: other })).toEqual([
      `POST /servers/S/action {"resize":{"flavorRef":"${other}"}}`,
      'POST /servers/S/action {"confirmResize":null}',
    ]);
  });

  it('has another image by being rebuilt, with the password and the metadata that it shall have', () => {
    const after = { image: other, admin_pass: 'pw', metadata: { a: 'b' }, personality: null };
    expect(calls({ metadata: { a: 'b' } }, after)).toEqual([
      `POST /servers/S/action {"rebuild":{"imageRef":"${other}","adminPass":"pw","metadata":{"a":"b"}}}`,
    ]);
    expect(calls({}, { image: other, image_update_policy: 'REBUILD_PRESERVE_EPHEMERAL' })).toEqual([
      `POST /servers/S/action {"rebuild":{"imageRef":"${other}","preserve_ephemeral":true}}`,
    ]);
  });

  it('has other user data as their policy says', () => {
    const policy = (user_data_update_policy: string) => ({ user_data: 'new', user_data_update_policy });
    const { steps } = change({ user_data: 'old' }, policy('REBUILD'));
    const encoded = Buffer.from('new').toString('base64');
    expect(calls({ user_data: 'old' }, policy('REBUILD'))).toEqual([
      `POST /servers/S/action {"rebuild":{"imageRef":"${image}","user_data":"${encoded}"}}`,
    ]);
    expect(create(steps[0]).headers).toEqual({ 'OpenStack-API-Version': 'compute 2.57' });
    expect(calls({ user_data: 'old' }, policy('IGNORE'))).toEqual([]);
    expect(calls({ user_data: 'old' }, policy('REPLACE'))).toBe('replace');
    expect(calls({ user_data: 'old' }, { user_data: 'new' })).toBe('replace');
    // A config's id: what that config holds is read first.
    expect(calls({ user_data: 'old' }, { ...policy('REBUILD'), user_data: other })).toEqual([
      `GET /software_configs?id=${other}`,
      `POST /servers/S/action {"rebuild":{"imageRef":"${image}","user_data":"${encoded}"}}`,
    ]);
  });

  it('has another password by a call of its own; one that is not said any more stays', () => {
    expect(calls({}, { admin_pass: 'pw' })).toEqual(['POST /servers/S/action {"changePassword":{"adminPass":"pw"}}']);
    expect(calls({ admin_pass: 'pw' }, {})).toEqual([]);
  });

  it('does all of it in the order of Heat', () => {
    const after = { name: 'n', flavor: other, image: other, networks: [{ port }], metadata: { a: 'b' } };
    expect((calls({ networks: [{ port }] }, after) as readonly string[]).map(call => call.slice(0, 44))).toEqual([
      'PUT /servers/S/metadata {"metadata":{"a":"b"',
      'PUT /servers/S {"server":{"name":"n"}}',
      'POST /servers/S/action {"resize":{"flavorRef',
      'POST /servers/S/action {"confirmResize":null',
      'POST /servers/S/action {"rebuild":{"imageRef',
    ]);
  });

  it('is replaced where a policy says so, or where nothing else can be done', () => {
    expect(calls({}, { flavor: other, flavor_update_policy: 'REPLACE' })).toBe('replace');
    expect(calls({}, { image: other, image_update_policy: 'REPLACE' })).toBe('replace');
    expect(calls({}, { flavor_update_policy: 'REPLACE' })).toEqual([]);
    for (const after of [{ key_name: 'k' }, { security_groups: [other] }, { availability_zone: 'z' }]) {
      expect(calls({}, after)).toBe('replace');
    }
  });
});

function create(step: Step | undefined): CloudCall {
  if (step === undefined) throw new Error('no such step');
  return step.create(inputFor(server, raw, { server: { physicalId: 'S', data: emptyMap } }));
}

describe('what a server is asked to do', () => {
  const stepOf = (after: PlainMap, name: string): Step => {
    const step = change({}, after).steps.find(each => each.name === name);
    if (step === undefined) throw new Error(`no step ${name}`);
    return step;
  };
  const shownAs = (status: string, task: string | null = null, more: PlainMap = {}) =>
    fromPlain({ server: { id: 'S', name: 'web', status, 'OS-EXT-STS:task_state': task, ...more } });
  const old = { flavor: { id: flavor } };
  const resized = { flavor: { id: other } };
  const input = inputFor(server, raw, { server: { physicalId: 'S', data: emptyMap } });
  const ready = (step: Step, ...of: Parameters<typeof shownAs>) => {
    const readiness = step.ready(shownAs(...of));
    return readiness.kind === 'failed' ? `${readiness.error}: ${readiness.message}` : readiness.kind;
  };
  const holds = (step: Step, ...of: Parameters<typeof shownAs>) => step.found(shownAs(...of), input) !== undefined;

  it('is a resize until it can be confirmed', () => {
    const step = stepOf({ flavor: other }, 'resize');
    expect(step.ready(emptyMap)).toEqual({ kind: 'waiting' });
    expect(ready(step, 'RESIZE', 'resize_prep', old)).toBe('waiting');
    expect(ready(step, 'ACTIVE', 'resize_prep', old)).toBe('waiting');
    expect(ready(step, 'VERIFY_RESIZE', null, resized)).toBe('ready');
    expect(ready(step, 'ACTIVE', null, resized)).toBe('ready');
    expect(ready(step, 'ACTIVE', null, old)).toBe(`Error: Resizing to '${other}' failed, status 'ACTIVE'`);
    expect(ready(step, 'ERROR', null, resized)).toBe(`Error: Resizing to '${other}' failed, status 'ERROR'`);
  });

  it('is not asked for twice: a refusal of a second resize is looked into', () => {
    const step = stepOf({ flavor: other }, 'resize');
    expect(step).toMatchObject({ unique: true, repeatable: true, conflict: 'retry' });
    expect(shown(step.find(input))).toBe('GET /servers/S');
    expect(holds(step, 'RESIZE', 'resize_migrating', old)).toBe(true);
    expect(holds(step, 'VERIFY_RESIZE', null, resized)).toBe(true);
    expect(holds(step, 'ACTIVE', 'image_uploading', old)).toBe(false);
  });

  it('is a confirmation until it is active, or stopped as before', () => {
    const step = stepOf({ flavor: other }, 'confirm');
    expect(ready(step, 'VERIFY_RESIZE')).toBe('waiting');
    expect(ready(step, 'ACTIVE')).toBe('ready');
    expect(ready(step, 'SHUTOFF')).toBe('ready');
    expect(ready(step, 'ERROR', 'resize_finish')).toBe('waiting');
    expect(ready(step, 'ERROR')).toBe(
      'ResourceUnknownStatus: Confirm resize for server S failed - Unknown status ERROR due to "Unknown"',
    );
    expect([holds(step, 'ACTIVE'), holds(step, 'VERIFY_RESIZE')]).toEqual([true, false]);
  });

  it('is a rebuild, whose answer is not the end of it', () => {
    const step = stepOf({ image: other }, 'rebuild');
    expect(ready(step, 'REBUILD', 'rebuilding')).toBe('waiting');
    expect(ready(step, 'ACTIVE')).toBe('ready');
    expect(ready(step, 'ERROR')).toBe("Error: Rebuilding server failed, status 'ERROR'");
    expect([holds(step, 'REBUILD', 'rebuilding'), holds(step, 'ACTIVE')]).toEqual([true, false]);
    const made = step.made(shownAs('REBUILD', 'rebuilding', { adminPass: 'pw' }), input);
    expect(made.data.has('adminPass')).toBe(false);
  });

  it('is a password that is being set', () => {
    const step = stepOf({ admin_pass: 'pw' }, 'password');
    expect(ready(step, 'PASSWORD', 'updating_password')).toBe('waiting');
    expect(ready(step, 'ACTIVE')).toBe('ready');
    expect(ready(step, 'ERROR')).toContain('ResourceUnknownStatus: Changing the password failed');
  });

  it('is suspending and resuming', () => {
    const own = live(server, raw, { physicalId: 'S', data: emptyMap });
    const [suspend] = life.suspend?.(own).steps ?? [];
    const [resume] = life.resume?.(own).steps ?? [];
    if (suspend === undefined || resume === undefined) throw new Error('it has no steps');
    expect([shown(suspend.create(input)), shown(resume.create(input))]).toEqual([
      'POST /servers/S/action {"suspend":null}',
      'POST /servers/S/action {"resume":null}',
    ]);
    expect([ready(suspend, 'ACTIVE', 'suspending'), ready(suspend, 'SUSPENDED')]).toEqual(['waiting', 'ready']);
    expect(ready(suspend, 'ERROR')).toBe(
      'ResourceUnknownStatus: Suspend of server web failed - Unknown status ERROR due to "Unknown"',
    );
    expect([holds(suspend, 'SUSPENDED'), holds(suspend, 'SHUTOFF')]).toEqual([true, false]);
    expect([ready(resume, 'SUSPENDED', 'resuming'), ready(resume, 'ACTIVE')]).toEqual(['waiting', 'ready']);
    expect(ready(resume, 'ERROR')).toContain('ResourceInError: Went to status ERROR');
    expect([holds(resume, 'ACTIVE'), holds(resume, 'SHUTOFF')]).toEqual([true, false]);
  });

  it('is checked by its status, and given up only where Nova has', () => {
    const own = live(server, raw, { physicalId: 'S', data: emptyMap });
    expect(life.check?.(shownAs('ACTIVE'), own)).toBeUndefined();
    expect(life.check?.(shownAs('ERROR'), own)).toBe("'status': expected 'ACTIVE', got 'ERROR'");
    expect(
      ['ERROR', 'DELETED', 'SOFT_DELETED', 'PAUSED', 'SHUTOFF'].map(status => life.lost?.(shownAs(status))),
    ).toEqual([true, true, true, false, false]);
  });
});

describe('a server’s networks are changed', () => {
  const on = (id: string, network: string, ip = '10.0.0.9'): PlainMap => ({
    id,
    network_id: network,
    fixed_ips: [{ ip_address: ip, subnet_id: 's' }],
  });
  const attach = (body: string) => `POST /servers/S/os-interface {"interfaceAttachment":{${body}}}`;

  it('by taking off what Nova made for one, and putting on the other', () => {
    expect(calls({ networks: [{ network: net }] }, { networks: [{ network: other }] }, [on('N1', net)])).toEqual([
      list,
      'DELETE /servers/S/os-interface/N1',
      attach(`"net_id":"${other}"`),
      again,
    ]);
  });

  it('and not at all where an entry only says less, or stands elsewhere', () => {
    const two = [{ network: net, fixed_ip: '10.0.0.5' }, { port }];
    expect(calls({ networks: two }, { networks: [{ port }, { network: net }] })).toEqual([]);
  });

  it('by the port that is given, with its tag', () => {
    expect(calls({ networks: [{ port }] }, { networks: [{ port: other, tag: 't' }] }, [on(port, net)])).toEqual([
      list,
      `DELETE /servers/S/os-interface/${port}`,
      attach(`"port_id":"${other}","tag":"t"`),
      again,
    ]);
  });

  it('by which interface is an entry’s: that of its address, else the next of its network', () => {
    const two = [{ network: net }, { network: net, fixed_ip: '10.0.0.5' }];
    const held = [on('A', net, '10.0.0.5'), on('B', net, '10.0.0.6'), on('C', other)];
    const off = (kept: PlainMap) => calls({ networks: two }, { networks: [kept] }, held);
    expect(off({ network: net, fixed_ip: '10.0.0.5' })).toEqual([list, 'DELETE /servers/S/os-interface/B', again]);
    expect(off({ network: net })).toEqual([list, 'DELETE /servers/S/os-interface/A', again]);
  });

  it('where nothing was held for an entry, nothing is taken off', () => {
    expect(calls({ networks: [{ port }] }, { networks: [{ network: net }] })).toEqual([
      list,
      `${list}&id=&fields=id`,
      attach(`"net_id":"${net}"`),
      again,
    ]);
  });

  it('from a port of Nova’s choice, to none, to one of Nova’s choice', () => {
    const held = [on('N1', net)];
    expect(calls({}, { networks: [{ allocate_network: 'none' }] }, held)).toEqual([
      list,
      'DELETE /servers/S/os-interface/N1',
      again,
    ]);
    expect(calls({ networks: [{ allocate_network: 'none' }] }, {})).toEqual([list, attach(''), again]);
    expect(calls({}, { networks: [] })).toEqual([]);
  });

  it('with a port that is made, described and given a floating IP before it is put on', () => {
    const made = { subnet: other, fixed_ip: '10.0.0.7', floating_ip: address };
    expect(calls({ networks: [{ network: net }] }, { networks: [{ network: net }, made] })).toEqual([
      list,
      `GET /v2.0/subnets/${other}`,
      `POST /v2.0/ports {"port":{"name":"r-port-1","network_id":"${net}","fixed_ips":[{"ip_address":"10.0.0.7","subnet_id":"${other}"}],"description":"${mark}-port-1"}}`,
      `PUT /v2.0/floatingips/${address} {"floatingip":{"port_id":"P0","fixed_ip_address":"10.0.0.7"}}`,
      attach('"port_id":"P0"'),
      again,
    ]);
  });

  it('without one that was made, which goes first; the next of them keeps its port under its new place', () => {
    const [a, b] = [{ subnet: other }, { subnet: other, port_extra_properties: { admin_state_up: false } }];
    const { calls: lines, made } = change({ networks: [a, b] }, { networks: [b] });
    expect(lines).toEqual(['DELETE /v2.0/ports/P0', list, 'GET /v2.0/ports/P1', again]);
    expect(made.get('port_0')?.physicalId).toBe('P1');
  });

  it('with a made port that gets other properties where it is; another MAC address makes another port', () => {
    const entry = (more: PlainMap) => ({ network: net, port_extra_properties: more });
    const old = entry({ admin_state_up: false, value_specs: { description: 'd', hints: 'h' }, qos_policy: other });
    const put = 'PUT /v2.0/ports/P0 {"port":{"admin_state_up":true,"binding:vnic_type":"direct"';
    expect(calls({ networks: [old] }, { networks: [entry({ 'binding:vnic_type': 'direct' })] })).toEqual([
      list,
      `${put},"qos_policy_id":null,"description":""}}`,
      again,
    ]);
    expect(calls({ networks: [old] }, { networks: [old] })).toEqual([]);
    const moved = calls({ networks: [old] }, { networks: [entry({ mac_address: '00:11:22:33:44:55' })] });
    expect(moved.slice(0, 2)).toEqual(['DELETE /v2.0/ports/P0', list]);
    expect(moved).toContain(attach('"port_id":"P1"'));
  });

  it('with two made ports changing places, each found by its new one', () => {
    const [a, b] = [{ subnet: other }, { subnet: other, port_extra_properties: { admin_state_up: false } }];
    const { made } = change({ networks: [a, b] }, { networks: [b, a] });
    expect([made.get('port_0')?.physicalId, made.get('port_1')?.physicalId]).toEqual(['P1', 'P0']);
  });

  it('by a floating IP alone: put on, moved, taken off', () => {
    const [plain, floating] = [{ port }, { port, floating_ip: address }];
    const put = (body: string) => `PUT /v2.0/floatingips/${address} {"floatingip":{${body}}}`;
    expect(calls({ networks: [plain] }, { networks: [floating] })).toEqual([list, put(`"port_id":"${port}"`), again]);
    expect(calls({ networks: [floating] }, { networks: [plain] })).toEqual([list, put('"port_id":null'), again]);
    expect(
      calls({ networks: [floating, { port: other }] }, { networks: [plain, { port: other, floating_ip: address }] }),
    ).toEqual([list, put(`"port_id":"${other}"`), again]);
  });

  it('by waiting until an interface is off', () => {
    const { steps } = change({ networks: [{ network: net }] }, { networks: [{ network: other }] });
    const detach = steps.find(({ name }) => name === 'detach_0');
    const ready = (body: Plain) => detach?.ready(fromPlain(body)).kind;
    expect([ready({}), ready({ ports: [{ id: 'x' }] }), ready({ ports: [] })]).toEqual(['waiting', 'waiting', 'ready']);
  });

  it('and a lost answer is looked for among what was not there before', () => {
    const { steps, made } = change(
      { networks: [{ network: net }] },
      { networks: [{ network: net }, { network: net }] },
      [on('A', net)],
    );
    const step = steps.find(({ name }) => name === 'attach_1');
    if (step === undefined) throw new Error('nothing is put on');
    expect(step).toMatchObject({ unique: true, repeatable: false });
    const before = new Map([...made].filter(([name]) => name !== 'attach_1'));
    const input = { properties: propertiesOf(server, raw), physicalName: mark, mark, made: before };
    expect(shown(step.find(input))).toBe(list);
    const found = (...ports: readonly PlainMap[]) => step.found(fromPlain({ ports }), input)?.physicalId;
    expect(found(on('A', net))).toBeUndefined();
    expect(found(on('A', net), on('C', other), on('B', net))).toBe('B');
  });
});

describe('before and after another server takes its place', () => {
  const networks = [
    { port },
    { network: net, fixed_ip: '10.0.0.5' },
    { subnet: other, fixed_ip: '10.0.0.6' },
    { network: other },
  ];
  const given = { ...raw, networks };
  const held = [
    { id: port, network_id: net, fixed_ips: [] },
    { id: 'N1', network_id: net, fixed_ips: [{ ip_address: '10.0.0.5' }] },
  ];

  it('it lets go of ports and addresses that are said, and of nothing else', () => {
    const first = walk(server, given, cloud(held));
    const change = changeOf(server, given, { ...given, key_name: 'k' }, first);
    const said = life.prepareReplace?.(change);
    if (said === undefined || said === 'first') throw new Error('it lets go of nothing');
    expect(linesOf(said.steps, change.after, new Map(first.made), cloud(held))).toEqual([
      list,
      `DELETE /servers/S/os-interface/${port}`,
      'PUT /v2.0/ports/N1 {"port":{"fixed_ips":[]}}',
      `${list}&id=&fields=id`,
    ]);
    const plain = changeOf(server, raw, { ...raw, key_name: 'k' }, walk(server, raw, cloud()));
    expect(life.prepareReplace?.(plain)).toBeUndefined();
  });

  it('it takes them back from the other one, and only from that one', () => {
    const first = walk(server, given, cloud(held));
    const own = live(server, given, first.made.get('server') ?? { physicalId: '', data: emptyMap });
    const successor = { ...own, physicalId: 'T', properties: mapOf([]) };
    const answer = (call: CloudCall): Plain =>
      call.path.includes('device_id=T')
        ? { ports: held }
        : call.path.includes('device_id=S')
          ? { ports: [{ id: 'N0', network_id: net, fixed_ips: [] }] }
          : cloud()(call);
    const lines = (to: typeof successor | undefined) =>
      linesOf(life.restorePrevious?.(own, to)?.steps ?? [], own.properties, new Map(first.made), answer);
    expect(lines(successor)).toEqual([
      'GET /v2.0/ports?device_id=T',
      `DELETE /servers/T/os-interface/${port}`,
      'PUT /v2.0/ports/N1 {"port":{"fixed_ips":[]}}',
      `${list}&id=&fields=id`,
      list,
      attachPort,
      'PUT /v2.0/ports/N0 {"port":{"fixed_ips":[{"ip_address":"10.0.0.5"}]}}',
      `PUT /v2.0/ports/P0 {"port":{"fixed_ips":[{"subnet_id":"${other}","ip_address":"10.0.0.6"}]}}`,
    ]);
    expect(lines(undefined)[0]).toBe(list);
    expect(life.restorePrevious?.(live(server, raw, first.last), successor)).toBeUndefined();
  });

  const attachPort = `POST /servers/S/os-interface {"interfaceAttachment":{"port_id":"${port}"}}`;

  it('a server that failed keeps its ports, since Nova does not take them off', () => {
    const first = walk(server, given, cloud(held));
    const change = changeOf(server, given, { ...given, key_name: 'k' }, first);
    const said = life.prepareReplace?.(change);
    const detach = typeof said === 'object' ? said.steps.find(({ name }) => name === 'detach_0') : undefined;
    const input = { properties: change.after, physicalName: mark, mark, made: first.made };
    const found = (status: string) => detach?.found(fromPlain({ server: { status } }), input);
    expect(found('ERROR')?.physicalId).toBe('');
    expect(found('ACTIVE')).toBeUndefined();
  });
});

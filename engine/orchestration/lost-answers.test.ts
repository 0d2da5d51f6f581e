import { afterEach, describe, expect, it } from 'vitest';
import { type EngineRig, startEngineRig } from '../../test/support/engine-rig.ts';
import { quickClock } from '../../test/support/quick-clock.ts';
import { SmallNeutron } from '../../test/support/small-neutron.ts';
import { until } from '../../test/support/until.ts';
import type { CloudCall } from '../kernel/world.ts';

const R = '00000000-0000-4000-8000-00000000000a';
const S = '00000000-0000-4000-8000-00000000000b';

/** With a router and a subnet that were there before. */
function withRouter(): SmallNeutron {
  const neutron = new SmallNeutron();
  neutron.add('routers', { id: R });
  neutron.add('subnets', { id: S });
  return neutron;
}
const F = '00000000-0000-4000-8000-00000000000d';
const P = '00000000-0000-4000-8000-00000000000c';

let rig: EngineRig | undefined;
afterEach(async () => {
  await rig?.stop();
  rig = undefined;
});

/** An engine whose answers to some calls get lost, once each, after the service did what was asked. */
async function losing(neutron: SmallNeutron, lost: (call: CloudCall) => boolean) {
  const calls: string[] = [];
  const known = new Set<string>();
  rig = await startEngineRig({
    async call(_credential, call) {
      const line = `${call.method} ${call.path}`;
      calls.push(line);
      const outcome = neutron.answer(call);
      if (!lost(call) || known.has(line)) return outcome;
      known.add(line);
      return { kind: 'unknown', reason: 'cut' };
    },
  });
  return { rig, calls };
}

const changes = (call: CloudCall) => call.method !== 'GET';
const template = (resources: string) => `heat_template_version: 2018-08-31\nresources:\n${resources}`;

describe('an answer that is lost', () => {
  it('of every change: nothing is made twice, all of it goes', async () => {
    const neutron = withRouter();
    neutron.add('floatingips', { id: F, port_id: null });
    neutron.add('ports', { id: P });
    const { rig: engine } = await losing(neutron, changes);
    const stack = await engine.create(
      template(`
  net: {type: OS::Neutron::Net, properties: {name: mine, tags: [t]}}
  group:
    type: OS::Neutron::SecurityGroup
    properties: {rules: [{protocol: tcp, port_range_min: 22, port_range_max: 22}, {direction: egress}]}
  foot: {type: OS::Neutron::RouterInterface, properties: {router: ${R}, subnet: ${S}}}
  tie: {type: OS::Neutron::FloatingIPAssociation, properties: {floatingip_id: ${F}, port_id: ${P}}}
`),
    );
    expect(await engine.ended(stack, 'CREATE', 30_000)).toContain('CREATE_COMPLETE');
    expect(neutron.all('networks')).toMatchObject([{ name: 'mine', description: '', tags: ['t'] }]);
    expect(neutron.all('security-groups')).toHaveLength(1);
    expect(neutron.all('security-group-rules').map(rule => [rule['direction'], rule['protocol']])).toEqual([
      ['ingress', 'tcp'],
      ['egress', null],
    ]);
    expect(neutron.all('ports')).toHaveLength(2);
    expect(neutron.all('floatingips')).toMatchObject([{ port_id: P }]);
    await engine.remove(stack);
    expect(await engine.ended(stack, 'DELETE', 30_000)).toContain('DELETE_COMPLETE');
    for (const kind of ['networks', 'security-groups', 'security-group-rules'])
      expect(neutron.all(kind), kind).toEqual([]);
    expect(neutron.all('ports')).toMatchObject([{ id: P }]);
    expect(neutron.all('floatingips')).toMatchObject([{ port_id: null }]);
  }, 60_000);

  it('of an interface that somebody else had made: theirs is told of, not taken, not taken away', async () => {
    const neutron = withRouter();
    neutron.add('ports', { device_id: R, device_owner: 'network:router_interface', fixed_ips: [{ subnet_id: S }] });
    const { rig: engine, calls } = await losing(neutron, changes);
    const stack = await engine.create(
      template(`  foot: {type: OS::Neutron::RouterInterface, properties: {router: ${R}, subnet: ${S}}}`),
    );
    expect(await engine.ended(stack, 'CREATE', 30_000)).toBe(
      `CREATE_FAILED: Resource CREATE failed: BadRequest: resources.foot: Bad router request: Router already has a port on subnet ${S}.`,
    );
    await engine.remove(stack);
    expect(await engine.ended(stack, 'DELETE')).toContain('DELETE_COMPLETE');
    expect(neutron.all('ports')).toHaveLength(1);
    expect(calls.filter(line => line.includes('remove_router_interface'))).toEqual([]);
  }, 60_000);
});

describe('a call that may be sent again', () => {
  it('counts as made until it is undone, also where all later ones did nothing', async () => {
    const neutron = withRouter();
    let asked = 0;
    const calls: string[] = [];
    rig = await startEngineRig(
      {
        async call(_credential, call) {
          calls.push(`${call.method} ${call.path}`);
          if (!call.path.endsWith('/add_router_interface')) return neutron.answer(call);
          if (asked++ > 0) return { kind: 'unsent', reason: 'nobody listens' };
          neutron.answer(call);
          return { kind: 'unknown', reason: 'cut' };
        },
      },
      '',
      { clock: quickClock(50) },
    );
    const stack = await rig.create(
      template(`  foot: {type: OS::Neutron::RouterInterface, properties: {router: ${R}, subnet: ${S}}}`),
    );
    expect(await rig.ended(stack, 'CREATE')).toContain('CREATE_FAILED: Resource CREATE failed: ConnectFailure');
    expect(neutron.all('ports')).toHaveLength(1);
    await rig.remove(stack);
    expect(await rig.ended(stack, 'DELETE')).toContain('DELETE_COMPLETE');
    expect(neutron.all('ports')).toEqual([]);
    expect(calls.filter(line => line.includes('remove_router_interface'))).toHaveLength(1);
  });
});

describe('what was lost with all that it was part of', () => {
  it('counts as absent: a volume was to be on a server that is gone', async () => {
    const volume = '{"volume": {"id": "v", "status": "available", "attachments": []}}';
    const answered = (status: number, body: string) => ({ kind: 'answered', answer: { status, body } }) as const;
    let posts = 0;
    rig = await startEngineRig(
      {
        async call(_credential, { method, path }) {
          if (path.startsWith('/volumes')) return answered(200, volume);
          if (method === 'POST' && posts++ === 0) return { kind: 'unknown', reason: 'cut' };
          if (posts === 0) return answered(200, '{"volumeAttachments": []}');
          return answered(404, '{"itemNotFound": {"code": 404, "message": "Instance could not be found."}}');
        },
      },
      '',
      { clock: quickClock(100) },
    );
    const stack = await rig.create(
      template(`  tie: {type: OS::Cinder::VolumeAttachment, properties: {instance_uuid: ${R}, volume_id: ${S}}}`),
    );
    expect(await rig.ended(stack, 'CREATE')).toContain('resources.tie: Instance could not be found.');
    await rig.remove(stack);
    expect(await rig.ended(stack, 'DELETE')).toContain('DELETE_COMPLETE');
    expect(rig.problems).toEqual([]);
  });
});

describe('a check whose answer comes late', () => {
  it('says nothing of what a newer update has begun', async () => {
    const answered = (status: number, body: object) =>
      ({ kind: 'answered', answer: { status, body: JSON.stringify(body) } }) as const;
    const things: Record<string, unknown>[] = [];
    let answerNow: (() => void) | undefined;
    let held = false;
    rig = await startEngineRig({
      async call(_credential, { method, path, body }) {
        if (method === 'POST') things.push({ id: `v${things.length}`, status: 'available', attachments: [] });
        const at = things.findIndex(each => path === `/volumes/${String(each['id'])}`);
        const thing = things.at(at);
        if (held && method === 'GET') {
          held = false;
          await new Promise<void>(resolve => {
            answerNow = resolve;
          });
          return answered(200, { volume: { ...thing, status: 'error' } });
        }
        if (thing === undefined || (at < 0 && method !== 'POST')) return answered(404, {});
        if (method === 'DELETE') things.splice(at, 1);
        if (body !== undefined) Object.assign(thing, (JSON.parse(body) as { volume: object }).volume);
        return answered(method === 'POST' ? 202 : 200, { volume: thing });
      },
    });
    const volume = (name: string) => template(`  v: {type: OS::Cinder::Volume, properties: {size: 1, name: ${name}}}`);
    const stack = await rig.create(volume('one'));
    expect(await rig.ended(stack, 'CREATE')).toContain('CREATE_COMPLETE');
    held = true;
    await rig.act(stack, 'CHECK');
    await until('the check asks', () => answerNow !== undefined);
    await rig.update(stack, volume('two'));
    answerNow?.();
    expect(await rig.ended(stack, 'UPDATE')).toBe('UPDATE_COMPLETE: Stack UPDATE completed successfully');
    expect(things.map(({ name }) => name)).toEqual(['two']);
    const told = (await rig.events(stack, 'v')).map(line => line.split(' ')[0]);
    expect(told).toContain('CHECK_FAILED');
    expect(told).not.toContain('UPDATE_FAILED');
    expect(rig.problems).toEqual([]);
  });
});

describe('a refusal', () => {
  it('because a quota is used up is told in Neutron’s words after one look, and not asked again', async () => {
    const neutron = withRouter();
    const { rig: engine, calls } = await losing(neutron, () => false);
    const answer = neutron.answer.bind(neutron);
    neutron.answer = call => {
      const outcome = answer(call);
      if (call.path === '/v2.0/security-group-rules' && call.method === 'POST')
        return {
          kind: 'answered',
          answer: {
            status: 409,
            body: '{"NeutronError":{"type":"OverQuota","message":"Quota exceeded.","detail":"More."}}',
          },
        };
      return call.method === 'GET'
        ? { kind: 'answered', answer: { status: 200, body: '{"security_group_rules":[]}' } }
        : outcome;
    };
    const stack = await engine.create(
      template('  g: {type: OS::Neutron::SecurityGroup, properties: {rules: [{protocol: tcp}]}}'),
    );
    expect(await engine.ended(stack, 'CREATE')).toBe(
      'CREATE_FAILED: Resource CREATE failed: OverQuotaClient: resources.g: Quota exceeded.\nMore.',
    );
    expect(calls.filter(line => line.startsWith('GET') && !line.endsWith('/extensions'))).toHaveLength(1);
    expect(calls.filter(line => line === 'POST /v2.0/security-group-rules')).toHaveLength(1);
  });
});

describe('a call whose turn does not come', () => {
  it('waits on, however often, and fails nobody', async () => {
    const neutron = withRouter();
    let waits = 0;
    rig = await startEngineRig({
      async call(_credential, call) {
        if (!changes(call) || waits++ >= 12) return neutron.answer(call);
        return { kind: 'unsent', reason: 'too many network calls wait', crowded: true };
      },
    });
    const stack = await rig.create(template('  net: {type: OS::Neutron::Net, properties: {name: mine}}'));
    expect(await rig.ended(stack, 'CREATE', 30_000)).toContain('CREATE_COMPLETE');
    expect(waits).toBeGreaterThan(12);
    expect(neutron.all('networks')).toHaveLength(1);
  }, 60_000);
});

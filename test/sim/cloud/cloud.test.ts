import { describe, expect, it } from 'vitest';
import { SimDice } from '../dice.ts';
import { Trusts, userToken } from './credentials.ts';
import { type CloudThing, Ledger, tiesOf } from './ledger.ts';
import { Machine, type Request, type Who } from './machine.ts';
import { markIn, markOfText, shouted } from './marks.ts';

const delays = { buildMs: 100, deleteMs: 100, actionMs: 100, volumeMs: 100, importMs: 100 };
const mark = 's1-r2-abcdefghijkl';

/** A machine, its books, and a user who asks it; `pass` lets time pass. */
function cloud() {
  let now = 0;
  const machine = new Machine(new SimDice('cloud test'), delays, () => now);
  const ledger = new Ledger();
  ledger.furnish(machine.furniture.entry);
  machine.observe(entry => ledger.append(entry));
  const user = machine.who(machine.furniture.userToken);
  if (user === undefined) throw new Error('the user is known');
  const ask = (service: string, request: string, body?: object, who: Who = user) => {
    const [method = '', path = ''] = request.split(' ');
    const text = body === undefined ? {} : { body: JSON.stringify(body) };
    ledger.asking = 'us';
    const answer = machine.request(who, { service, method, path, ...text } as Request);
    ledger.asking = 'due';
    return { status: answer.status, body: answer.body === '' ? undefined : JSON.parse(answer.body), text: answer.body };
  };
  const there = (kind: string): CloudThing[] =>
    [...ledger.things.values()].filter(thing => thing.kind.name === kind && thing.owner === 'us' && thing.there);
  return { machine, ledger, ask, there, pass: (ms: number) => (now += ms) };
}

describe('the service of parts, things and keys', () => {
  it('builds, lists without regard to case, and refuses to delete what is in use', () => {
    const { ask, pass } = cloud();
    const { status, body } = ask('sim', 'POST /parts', { part: { name: 'n', mark: 'Mark' } });
    expect(status).toBe(201);
    const { id } = body.part;
    pass(9_000);
    expect(ask('sim', `GET /parts/${id}`).body.part.status).toBe('active');
    expect(ask('sim', 'GET /parts?mark=mARK').body.parts).toHaveLength(1);
    expect(ask('sim', 'GET /parts?mark=other').body.parts).toEqual([]);
    const thing = ask('sim', 'POST /things', { thing: { name: 'n', mark: 'm', part: id } }).body.thing.id;
    expect(ask('sim', `DELETE /parts/${id}`).status).toBe(409);
    expect(ask('sim', `DELETE /things/${thing}`).status).toBe(204);
    expect(ask('sim', `DELETE /parts/${id}`).status).toBe(204);
    expect(ask('sim', `DELETE /parts/${id}`).status).toBe(404);
    expect(ask('sim', 'POST /things', { thing: { mark: 'm', part: id } }).status).toBe(404);
  });

  it('has one key per slot', () => {
    const { ask } = cloud();
    expect(ask('sim', 'POST /keys', { key: { mark: 'a', slot: 's' } }).status).toBe(201);
    expect(ask('sim', 'POST /keys', { key: { mark: 'b', slot: 's' } }).status).toBe(409);
  });
});

describe('the machine', () => {
  it('is the sandbox: a server that is built in its time, with a port of its own that goes with it', () => {
    const { ask, there, pass } = cloud();
    const image = ask('image', 'GET /v2/images').body.images[0].id;
    const network = ask('network', 'GET /v2.0/networks?name=private').body.networks[0].id;
    const body = { server: { name: mark, imageRef: image, flavorRef: '1', networks: [{ uuid: network }] } };
    const { id } = ask('compute', 'POST /servers', body).body.server;
    expect(ask('compute', `GET /servers/${id}`).body.server.status).toBe('BUILD');
    pass(1_000);
    expect(ask('compute', `GET /servers/${id}`).body.server.status).toBe('ACTIVE');
    expect(there('server').map(thing => thing.mark?.mark)).toEqual([mark]);
    expect(there('port').map(({ item }) => item['device_id'])).toEqual([id]);
    expect(ask('compute', `DELETE /servers/${id}`).status).toBe(204);
    pass(1_000);
    expect(ask('compute', `GET /servers/${id}`).status).toBe(404);
    expect([there('server'), there('port')]).toEqual([[], []]);
  });

  it('knows ties from what things are born with, and default groups from what is ours', () => {
    const { ask, ledger, there } = cloud();
    const external = ask('network', 'GET /v2.0/networks?name=public').body.networks[0].id;
    const network = ask('network', 'GET /v2.0/networks?name=private').body.networks[0].id;
    const port = ask('network', 'POST /v2.0/ports', { port: { name: mark, network_id: network } }).body.port.id;
    expect(there('security_group')).toEqual([]);
    const fip = ask('network', 'POST /v2.0/floatingips', {
      floatingip: { description: mark, floating_network_id: external },
    }).body.floatingip.id;
    expect([...ledger.ties()]).toEqual([]);
    ask('network', `PUT /v2.0/floatingips/${fip}`, { floatingip: { port_id: port } });
    expect([...ledger.ties().keys()]).toEqual([`association ${fip} ${port}`]);
    expect(there('floatingip').map(thing => thing.born.size)).toEqual([0]);
    ask('network', `DELETE /v2.0/ports/${port}`);
    expect(there('floatingip').flatMap(tiesOf)).toEqual([]);
  });

  it('is the same for the same dice', () => {
    const made = () => {
      const { ask } = cloud();
      return ask('network', 'POST /v2.0/networks', { network: { name: mark } }).text;
    };
    expect(made()).toBe(made());
  });
});

describe('trusts', () => {
  it('are made once for a mark, stand for the user, and end', () => {
    const { machine, ask } = cloud();
    const trusts = new Trusts(machine);
    const first = trusts.delegate(userToken, 'stack');
    expect(trusts.delegate(userToken, 'stack')).toEqual(first);
    expect(trusts.delegate('token:other', 'stack').kind).toBe('refused');
    if (first.kind !== 'delegated') throw new Error('it is delegated');
    const who = trusts.who(first.credential);
    expect([who?.asker.userId, trusts.stackOf(first.credential)]).toEqual([machine.furniture.userId, 'stack']);
    expect(ask('network', 'GET /v2.0/networks', undefined, who).status).toBe(200);
    trusts.revoke(first.credential);
    expect([trusts.living(), trusts.who(first.credential)]).toEqual([[], undefined]);
  });
});

describe('marks', () => {
  it('are found as they are, with the number of a server’s port', () => {
    expect(markIn([null, 'mine', mark])).toEqual({ mark, resource: 's1-r2', port: undefined });
    expect(markIn([`${mark}-port-3`])).toEqual({ mark, resource: 's1-r2', port: '3' });
    expect(markIn([mark.toUpperCase(), `${mark} `])).toBeUndefined();
    expect(markOfText(`{"name":"${mark}"}`)).toBe(mark);
    expect(markIn([shouted(mark, mark)])).toBeUndefined();
  });
});

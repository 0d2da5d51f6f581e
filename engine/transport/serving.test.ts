import { afterEach, describe, expect, test } from 'vitest';
import { createEngineClient, type EngineClient, type EngineMember } from '../../proto/client.ts';
import type { Caller, EngineService, StackIdentity, StackRequest } from '../../proto/engine.ts';
import type { Tls } from '../../proto/grpc.ts';
import { createAuthority } from '../../test/support/certificates.ts';
import { startTestNode, type TestNode, until, uuid } from '../../test/support/grpc-nodes.ts';
import { startTcpProxy } from '../../test/support/tcp-proxy.ts';
import { errors, type HeatError } from '../kernel/errors.ts';
import type { NodeId } from '../kernel/ids.ts';
import { createDice } from '../real/dice.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { emptyMap } from '../values/value.ts';
import { createServing } from './serving.ts';

const ending: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (let end = ending.pop(); end !== undefined; end = ending.pop()) await end();
});

const caller: Caller = {
  project: 'p',
  userId: 'u',
  userName: 'u',
  roles: [],
  isAdmin: false,
  token: 't',
  requestId: `req-${uuid(1)}`,
  services: undefined,
};
const stack: StackIdentity = { project: 'p', name: 'a', id: uuid(5) };
const create: StackRequest = {
  name: 'a',
  template: '{}',
  environment: undefined,
  environmentFiles: [],
  files: new Map(),
  parameters: emptyMap,
  timeoutMins: undefined,
  disableRollback: undefined,
  tags: undefined,
};

/** A directory as a test says it is, and engines whose service is what a test says. */
class TestCluster {
  readonly addresses = new Map<string, string>();
  readonly log: string[] = [];
  owner: string | undefined;
  private readonly hear = new Set<() => void>();

  async engine(
    name: string,
    service: Partial<EngineService>,
    options: {
      readonly owner?: () => string;
      readonly atOnce?: number;
      readonly perProject?: number;
      readonly tls?: Tls;
    } = {},
  ): Promise<TestNode> {
    const { owner = () => this.owner, tls } = options;
    const serving = createServing({
      service: service as EngineService,
      dice: createDice(),
      log: { write: (_level, event, fields) => this.log.push(`${event} ${JSON.stringify(fields)}`) },
      directory: { me: name as NodeId, ownerOf: () => owner() as NodeId | undefined },
      ...(options.atOnce !== undefined && { atOnce: options.atOnce }),
      ...(options.perProject !== undefined && { perProject: options.perProject }),
    });
    const allowed = { engines: ['convect-engine'], gateways: ['convect-gateway'] };
    const node = await startTestNode(name, this.addresses, { serving, allowed, ...(tls && { tls }) });
    ending.push(() => node.stop());
    return node;
  }

  client(options: { readonly tls?: Tls; readonly deadlineMs?: number } = {}): EngineClient {
    const member = (id: string): EngineMember | undefined => {
      const address = this.addresses.get(id);
      return address === undefined ? undefined : { address, speaks: [1, 1] };
    };
    const client = createEngineClient({
      engines: {
        members: () => [...this.addresses].map(([id, address]) => ({ id: id as NodeId, address, speaks: [1, 1] })),
        member,
        ownerOf: () => this.owner as NodeId | undefined,
        onChange: fn => {
          this.hear.add(fn);
          return () => this.hear.delete(fn);
        },
      },
      log: { write: (_level, event, fields) => this.log.push(`${event} ${JSON.stringify(fields)}`) },
      ...options,
    });
    ending.push(() => client.stop());
    return client;
  }

  change(owner: string | undefined, gone?: string): void {
    this.owner = owner;
    if (gone !== undefined) this.addresses.delete(gone);
    for (const fn of this.hear) fn();
  }
}

const failure = (asked: Promise<unknown>): Promise<HeatError> =>
  asked.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: HeatError) => error,
  );

describe('what is said', () => {
  test('arrives, and comes back, without a loss', async () => {
    const cluster = new TestCluster();
    const heard: unknown[] = [];
    const text = '{"z":1.0,"1":12345678901234567890,"__proto__":[-0.5e3]}';
    await cluster.engine('a', {
      template: async (...given) => {
        heard.push(given);
        return parseJson(text);
      },
      files: async () => new Map([['f', 'é😀']]),
      deleteStack: async () => undefined,
      validateTemplate: async (_caller, request, ignored) => {
        heard.push([request.parameters, ignored]);
        return emptyMap;
      },
    });
    const { service } = cluster.client();
    expect(writeJson(await service.template(caller, stack))).toBe(text);
    expect(heard[0]).toEqual([caller, stack]);
    expect(await service.files(caller, stack)).toEqual(new Map([['f', 'é😀']]));
    expect(await service.deleteStack(caller, stack)).toBeUndefined();
    const parameters = new Map([['n', 1n]]);
    await service.validateTemplate(caller, { ...create, parameters }, new Set(['99001']));
    expect(heard[1]).toEqual([parameters, new Set(['99001'])]);
  });

  test('a large answer comes in pieces, whole', async () => {
    const cluster = new TestCluster();
    const text = 'é'.repeat(6_000_000);
    await cluster.engine('a', { template: async () => text });
    expect(await cluster.client().service.template(caller, stack)).toBe(text);
  });

  test('an error comes back as it is; a bug as an error id that is in the log of the engine', async () => {
    const cluster = new TestCluster();
    await cluster.engine('a', {
      showStack: () => Promise.reject(errors.EntityNotFound({ entity: 'Stack', name: 'a' })),
      template: () => Promise.reject(new RangeError('secret words')),
    });
    const { service } = cluster.client();
    const known = await failure(service.showStack(caller, stack, false));
    expect([known.type, known.status, known.message]).toEqual([
      'EntityNotFound',
      404,
      'The Stack (a) could not be found.',
    ]);
    const bug = await failure(service.template(caller, stack));
    const id = /error id ([0-9a-f-]{36})/.exec(bug.message)?.[1] ?? '?';
    expect(cluster.log.find(line => line.includes(id))).toMatch(/^call-failed .*"method":"template".*RangeError/);
    expect(cluster.log.join()).not.toContain('secret words');
  });
});

describe('a command', () => {
  const recorder = (name: string, heard: string[]): Partial<EngineService> => ({
    actOn: async () => {
      heard.push(name);
    },
  });

  test("goes to the stack's owner", async () => {
    const cluster = new TestCluster();
    const heard: string[] = [];
    for (const name of ['a', 'b', 'c']) await cluster.engine(name, recorder(name, heard));
    cluster.owner = 'b';
    const { service } = cluster.client();
    for (let i = 0; i < 5; i++) await service.actOn(caller, stack, 'check');
    expect(heard).toEqual(['b', 'b', 'b', 'b', 'b']);
  });

  test('goes to whom a node that is not the owner names', async () => {
    const cluster = new TestCluster();
    const heard: string[] = [];
    for (const name of ['a', 'b', 'c']) await cluster.engine(name, recorder(name, heard), { owner: () => 'c' });
    cluster.owner = 'a'; // what the gateway believes
    await cluster.client().service.actOn(caller, stack, 'check');
    expect(heard).toEqual(['c']);
  });

  test('ends up somewhere even if two nodes name each other', async () => {
    const cluster = new TestCluster();
    const heard: string[] = [];
    await cluster.engine('a', recorder('a', heard), { owner: () => 'b' });
    await cluster.engine('b', recorder('b', heard), { owner: () => 'a' });
    cluster.owner = 'a';
    await cluster.client().service.actOn(caller, stack, 'check');
    expect(heard.length).toBe(1);
  });

  test('is sent again to the next owner, the same in all, when its engine is gone without a word', async () => {
    const cluster = new TestCluster();
    const heard: unknown[] = [];
    await cluster.engine('a', {
      createStack: (...given) => {
        heard.push(given);
        return new Promise(() => undefined); // stands still
      },
    });
    await cluster.engine('b', {
      createStack: async (_caller, request) => {
        heard.push([_caller, request]);
        return { project: 'p', name: 'a', id: request.id ?? '' };
      },
    });
    cluster.owner = 'a';
    const asked = cluster.client().service.createStack(caller, create);
    await until(() => heard.length === 1, 'the first engine hears it');
    cluster.change('b', 'a');
    const made = await asked;
    expect(heard.length).toBe(2);
    expect(heard[0]).toEqual(heard[1]);
    expect(made.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('a delete whose answer was lost, and which finds nothing the second time, was done', async () => {
    const cluster = new TestCluster();
    const gone = (): Promise<never> => Promise.reject(errors.EntityNotFound({ entity: 'Stack', name: 'a' }));
    let times = 0;
    const a = await cluster.engine('a', {
      deleteStack: () => {
        times += 1;
        return new Promise(() => undefined);
      },
    });
    await cluster.engine('b', { deleteStack: gone });
    cluster.owner = 'a';
    const { service } = cluster.client();
    const asked = service.deleteStack(caller, stack);
    await until(() => times === 1, 'the first engine hears it');
    cluster.change('b', a.id);
    await asked;
    expect((await failure(service.deleteStack(caller, stack))).status).toBe(404);
  });

  test('waits for an owner, and says so when none comes', async () => {
    const cluster = new TestCluster();
    const client = cluster.client({ deadlineMs: 300 });
    expect(client.isReady()).toBe(false);
    expect((await failure(client.service.actOn(caller, stack, 'check'))).status).toBe(503);
    expect((await failure(client.service.template(caller, stack))).status).toBe(503);
    const asked = cluster.client().service.actOn(caller, stack, 'check');
    const heard: string[] = [];
    await cluster.engine('a', recorder('a', heard));
    cluster.change('a');
    await asked;
    expect(heard).toEqual(['a']);
  });
});

describe('too much', () => {
  test('a command beyond what a node takes on is refused with 429; a query goes elsewhere', async () => {
    const cluster = new TestCluster();
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    let running = 0;
    const slow: Partial<EngineService> = {
      actOn: () => {
        running += 1;
        return held;
      },
      template: async () => 'slow',
    };
    await cluster.engine('a', slow, { atOnce: 1 });
    cluster.owner = 'a';
    const { service } = cluster.client();
    const first = service.actOn(caller, stack, 'check');
    await until(() => running === 1, 'the first is under way');
    const refused = await failure(service.actOn(caller, stack, 'check'));
    expect([refused.status, refused.type]).toEqual([429, 'TooManyRequests']);
    expect((await failure(service.template(caller, stack))).status).toBe(429);
    await cluster.engine('b', { template: async () => 'other' });
    for (let i = 0; i < 5; i++) expect(await service.template(caller, stack)).toBe('other');
    release();
    await first;
  });

  test('one project does not get all of it, and the others the rest', async () => {
    const cluster = new TestCluster();
    let release: () => void = () => undefined;
    const held = new Promise<void>(resolve => {
      release = resolve;
    });
    let running = 0;
    const actOn = (): Promise<void> => {
      running += 1;
      return held;
    };
    await cluster.engine('a', { actOn }, { atOnce: 3, perProject: 2 });
    cluster.owner = 'a';
    const { service } = cluster.client();
    const under = [service.actOn(caller, stack, 'check'), service.actOn(caller, stack, 'check')];
    await until(() => running === 2, 'two are under way');
    expect((await failure(service.actOn(caller, stack, 'check'))).status).toBe(429);
    under.push(service.actOn({ ...caller, project: 'another' }, stack, 'check'));
    await until(() => running === 3, 'the other project’s is, too');
    release();
    await Promise.all(under);
    await service.actOn(caller, stack, 'check');
  });
});

test('an answer that was cut off is asked for again, elsewhere, and never taken for a whole one', async () => {
  const cluster = new TestCluster();
  const text = 'x'.repeat(3_000_000);
  let times = 0;
  const service: Partial<EngineService> = {
    template: async () => {
      times += 1;
      return text;
    },
  };
  const a = await cluster.engine('a', service);
  const proxy = await startTcpProxy(a.port);
  ending.push(() => proxy.stop());
  cluster.addresses.set('a', proxy.host);
  const client = cluster.client();
  proxy.cutAfter(1_000_000);
  expect(await client.service.template(caller, stack)).toBe(text);
  expect(times).toBe(2);
  expect(cluster.log.filter(line => line.startsWith('engine.silent')).length).toBe(1);
});

test('with certificates only gateways and engines may ask', async () => {
  const authority = createAuthority();
  const as = (name: string): Tls => ({ ...authority.issue([name]), serverName: 'convect-engine' });
  const cluster = new TestCluster();
  await cluster.engine('a', { template: async () => 'yes' }, { tls: as('convect-engine') });
  expect(await cluster.client({ tls: as('convect-gateway') }).service.template(caller, stack)).toBe('yes');
  expect(await cluster.client({ tls: as('convect-engine') }).service.template(caller, stack)).toBe('yes');
  for (const tls of [as('somebody'), undefined]) {
    const client = cluster.client({ deadlineMs: 300, ...(tls && { tls }) });
    expect((await failure(client.service.template(caller, stack))).status).toBe(503);
  }
  expect(cluster.log.some(line => line.includes('PERMISSION_DENIED'))).toBe(true);
});

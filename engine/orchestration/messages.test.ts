import { describe, expect, test } from 'vitest';
import { decodeEnvelope, encodeEnvelope, productWire } from '../actors/wire.ts';
import type { HybridTime } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { Envelope, Message } from '../kernel/world.ts';
import type { WireMessage } from './messages.ts';

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}` as Uuid;
const clock = (1_785_000_000_000 * 1024 + 7) as HybridTime;
const address = (n: number): Address => ({ kind: 'resource', stack: uuid(1), bucket: n, id: uuid(n) });

function envelope(message: Message): Envelope {
  return { id: uuid(9), to: address(2), from: address(3), clock, message };
}

/** One of each kind, every optional field given: a field that the .proto lacks, or another kind, does not compile. */
const full = {
  converge: {
    kind: 'converge',
    generation: 3,
    action: 'CREATE',
    removed: false,
    breakpoints: 'pre-delete',
    order: {
      type: 'OS::Heat::RandomString',
      properties: '{"__proto__":1.0,"é😀":null}',
      metadata: '',
      externalId: 'e',
      breakpoints: 'pre-create',
      deletionPolicy: 'Delete',
      description: '',
      policies: '["l"]',
      secret: true,
      alias: 'Mine',
      tree: {
        project: 'p',
        username: 'u',
        isAdmin: false,
        depth: 1,
        timeoutMins: 5,
        environment: 'e',
        files: 'f',
      },
    },
    requires: [address(0), address(300)],
    requiredBy: [],
    exports: ['__proto__', ''],
    deadline: clock,
    arrived: [{ resource: uuid(4), incarnation: uuid(5), exported: '{}' }],
    untold: [{ resource: uuid(6), version: 3 }],
    over: [uuid(7)],
    observe: true,
    timeoutMs: 60_000,
    credential: 'sealed:v1:',
  },
  ready: { kind: 'ready', generation: 2 ** 40, resource: uuid(4), incarnation: uuid(5), exported: '{"ref":"x"}' },
  settled: {
    kind: 'settled',
    generation: 1,
    resource: uuid(4),
    reached: true,
    clean: false,
    failure: '',
    absent: true,
  },
  released: { kind: 'released', generation: 0, resource: uuid(4), holds: [uuid(5)] },
  stop: { kind: 'stop', generation: 1, abort: 'Create timed out', down: true },
  create: {
    kind: 'create',
    project: 'p',
    name: 'n',
    username: 'u',
    isAdmin: false,
    template: '{}',
    environment: 'sealed:v1:',
    files: '{}',
    disableRollback: true,
    timeoutMins: 0,
    tags: ['a', 'b'],
    tagged: true,
    services: 'compute,network',
    credential: 'sealed:v1:',
    extended: true,
  },
  remove: { kind: 'remove' },
  update: {
    kind: 'update',
    existing: true,
    isAdmin: false,
    template: '{}',
    environment: 'sealed:v1:',
    files: '{}',
    clearParameters: ['a'],
    disableRollback: false,
    timeoutMins: 0,
    tagged: true,
    tags: ['a'],
    converge: true,
    services: 'compute',
    credential: 'sealed:v1:',
    extended: true,
  },
  cancel: { kind: 'cancel', rollback: false },
  act: { kind: 'act', action: 'CHECK' },
  mark: { kind: 'mark', unhealthy: true, reason: 'r' },
  unhook: { kind: 'unhook', hook: 'pre-create' },
  wake: { kind: 'wake' },
  reset: { kind: 'reset' },
  order: {
    kind: 'order',
    order: 3,
    parent: address(7),
    what: 'define',
    secret: true,
    parentResource: 'r',
    name: 's-r-x',
    root: uuid(8),
    tree: { project: 'p', username: 'u', isAdmin: true, depth: 0, environment: 'e', files: 'f' },
    converge: false,
    template: '{}',
    file: 'f.yaml',
    parameters: 'sealed:v1:',
    entry: ['resources', 'r', 'T'],
    timeoutMins: 5,
    credential: 'sealed:v1:',
    apart: true,
    facade: '[]',
  },
  childSettled: { kind: 'childSettled', child: uuid(8), order: 3, there: true, failure: 'why' },
} as const satisfies { [K in WireMessage['kind']]: Required<Extract<WireMessage, { kind: K }>> };

/** Those with optional fields, without them. */
const bare: readonly WireMessage[] = [
  { ...without(without(full.converge, 'order'), 'credential'), requires: [], exports: [] },
  { ...without(without(full.converge, 'timeoutMs'), 'order'), arrived: [], untold: [], over: [] },
  without(without(without(without(full.update, 'template'), 'disableRollback'), 'timeoutMins'), 'extended'),
  without(without(full.settled, 'failure'), 'absent'),
  without(without(full.stop, 'abort'), 'down'),
  without(without(without(without(without(full.order, 'template'), 'parameters'), 'credential'), 'apart'), 'facade'),
  without(full.childSettled, 'failure'),
  { ...without(without(without(full.create, 'timeoutMins'), 'credential'), 'extended'), tags: [] },
];

function without<T extends object, K extends keyof T>(message: T, key: K): Omit<T, K> {
  const { [key]: _left, ...rest } = message;
  return rest;
}

describe('every kind comes back as it went', () => {
  test.each(Object.values(full).map(message => [message.kind, message] as const))('%s', (_kind, message) => {
    const sent = envelope(message);
    expect(decodeEnvelope(encodeEnvelope(sent))).toStrictEqual(sent);
  });

  test.each(bare.map(message => [message.kind, message] as const))('%s, optional fields absent', (_kind, message) => {
    const sent = envelope(message);
    expect(decodeEnvelope(encodeEnvelope(sent))).toStrictEqual(sent);
  });

  test('the .proto and the TypeScript union have the same kinds', () => {
    expect([...productWire().kinds].sort()).toEqual(Object.keys(full).sort());
  });
});

import { describe, expect, test } from 'vitest';
import type { HybridTime } from '../kernel/clock.ts';
import type { Address, Uuid } from '../kernel/ids.ts';
import type { Trace } from '../kernel/tracing.ts';
import type { Envelope, Message } from '../kernel/world.ts';
import { decodeEnvelope, encodeEnvelope, WireError } from './wire.ts';

const uuid = (n: number) => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}` as Uuid;
const clock = (1_785_000_000_000 * 1024 + 7) as HybridTime;
const address = (n: number): Address => ({ kind: 'resource', stack: uuid(1), bucket: n, id: uuid(n) });

function envelope(message: Message): Envelope {
  return { id: uuid(9), to: address(2), from: address(3), clock, message };
}

const ready = {
  kind: 'ready',
  generation: 2 ** 40,
  resource: uuid(4),
  incarnation: uuid(5),
  exported: '{"ref":"é😀"}',
};
const settled = { kind: 'settled', generation: 1, resource: uuid(4), reached: true, clean: false };
const stop = { kind: 'stop', generation: 1 };
const remove = { kind: 'remove' };
const converge = {
  kind: 'converge',
  generation: 3,
  action: 'CREATE',
  removed: true,
  requires: [address(0), address(300)],
  requiredBy: [],
  exports: ['__proto__'],
  deadline: clock,
  arrived: [],
  untold: [],
  over: [],
  observe: false,
};

function without(message: Message, key: string): Message {
  const copy: Message & Record<string, unknown> = { ...message };
  delete copy[key];
  return copy;
}

describe('an envelope comes back as it went', () => {
  test.each([ready, settled, stop, remove, converge])('%j', message => {
    const sent = envelope(message);
    expect(decodeEnvelope(encodeEnvelope(sent))).toStrictEqual(sent);
  });

  test('from nobody', () => {
    const sent = { ...envelope(remove), from: undefined };
    expect(decodeEnvelope(encodeEnvelope(sent))).toStrictEqual(sent);
  });

  test('with what it came of', () => {
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' as Trace;
    const sent: Envelope = { ...envelope(remove), trace };
    expect(decodeEnvelope(encodeEnvelope(sent))).toStrictEqual(sent);
    const spoilt = encodeEnvelope({ ...sent, trace: 'nonsense' as Trace });
    expect(decodeEnvelope(spoilt)).toStrictEqual(envelope(remove));
  });

  test('out of the middle of a bigger buffer', () => {
    const bytes = encodeEnvelope(envelope(ready));
    const buffer = new Uint8Array(bytes.length + 20).fill(255);
    buffer.set(bytes, 10);
    expect(decodeEnvelope(buffer.subarray(10, 10 + bytes.length)).message).toStrictEqual(ready);
  });
});

describe('what protobuf would drop or invent is refused', () => {
  test.each<[string, Message, string]>([
    ['an unknown kind', { kind: 'explode' }, 'no message kind explode'],
    ['an envelope field as kind', { kind: 'id' }, 'no message kind id'],
    ['a prototype key as kind', { kind: 'toString' }, 'no message kind toString'],
    ['an unknown field', { ...stop, colour: 'red' } as Message, 'stop.colour is not in proto/'],
    ['a missing field', without(ready, 'resource'), 'ready.resource is missing'],
    ['a missing list', without(converge, 'exports'), 'converge.exports is missing'],
    ['an undefined field', { ...stop, abort: undefined } as Message, 'stop.abort is no string'],
    ['another type', { ...ready, exported: 5 } as Message, 'ready.exported is no string'],
    ['a fraction', { ...stop, generation: 1.5 } as Message, 'stop.generation is no integer'],
    ['beyond 2^53', { ...stop, generation: 2 ** 53 } as Message, 'stop.generation is no integer'],
    ['a number for a boolean', { ...settled, clean: 1 } as Message, 'settled.clean is no boolean'],
    ['a map for a list', { ...converge, exports: {} } as Message, 'converge.exports is no list'],
    ['a bad item', { ...converge, requires: [{ ...address(1), id: 7 }] } as Message, 'converge.requires.id is no'],
    ['null for a message', { ...converge, order: null } as Message, 'converge.order is no message'],
  ])('%s', (_name, message, problem) => {
    expect(() => encodeEnvelope(envelope(message))).toThrow(WireError);
    expect(() => encodeEnvelope(envelope(message))).toThrow(problem);
  });

  test('a bad id, address or clock', () => {
    const good = envelope(remove);
    expect(() => encodeEnvelope({ ...good, id: 'x' as Uuid })).toThrow('id is no uuid');
    expect(() => encodeEnvelope({ ...good, clock: 1.5 as HybridTime })).toThrow('clock is no hybrid time');
    expect(() => encodeEnvelope({ ...good, to: { ...address(1), bucket: 2 ** 31 } })).toThrow(
      'to.bucket is no integer',
    );
  });

  test('bytes of another release or of nothing', () => {
    const bytes = encodeEnvelope(envelope(remove));
    expect(() => decodeEnvelope(bytes.subarray(0, bytes.length - 1))).toThrow(WireError);
    expect(() => decodeEnvelope(Uint8Array.of(1, 2, 3))).toThrow(WireError);
    expect(() => decodeEnvelope(new Uint8Array(0))).toThrow(WireError);
    // `remove` is field 16, empty, written last; field 1000 is no kind of ours.
    const unknown = Uint8Array.of(...bytes.subarray(0, bytes.length - 3), 0xc2, 0x3e, 0);
    expect(() => decodeEnvelope(unknown)).toThrow('without a message that this release knows');
  });
});

/**
 * Envelopes as bytes: proto/ is the only language that nodes speak, and its files are the only list of messages.
 *
 * The codec walks the loaded descriptors, so a new message is added to the .proto and to its TypeScript union and
 * nowhere else. A kind is the name of its field in the envelope's `oneof`. Protobuf itself drops what it does not
 * know and fills in what is missing; between two actors that would be a lost order that nobody notices. So encoding
 * refuses a kind or a field that the .proto lacks and a field that is absent, undefined or of another type, and
 * decoding refuses an envelope without a message that this release knows: a newer node's message is an error in the
 * log, and the rows tell the same later (architecture: messages only wake).
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loadSync, type MessageTypeDefinition, type PackageDefinition } from '@grpc/proto-loader';
import type { HybridTime } from '../kernel/clock.ts';
import { isUuid, type Address, type Uuid } from '../kernel/ids.ts';
import { traceOf } from '../kernel/tracing.ts';
import type { Envelope } from '../kernel/world.ts';

/** An envelope that cannot be written, or bytes that are none. `message` names the field, never its value. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

export interface Wire {
  /** Every kind of message that can travel. */
  readonly kinds: ReadonlySet<string>;
  /** Throws WireError. */
  encode(envelope: Envelope): Uint8Array;
  /** Throws WireError. */
  decode(bytes: Uint8Array): Envelope;
}

/** Envelopes of the product's own messages. Throws WireError where an envelope does not fit proto/. */
export function encodeEnvelope(envelope: Envelope): Uint8Array {
  return productWire().encode(envelope);
}

/** The reverse of encodeEnvelope: deep-equal to what went in. Throws WireError. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  return productWire().decode(bytes);
}

let loaded: Wire | undefined;

/** The wire of proto/envelope.proto, read from disk once, at its first use. */
export function productWire(): Wire {
  loaded ??= loadWire(protoFolder());
  return loaded;
}

/** The compiled code lies one folder deeper (dist/) than the sources. */
function protoFolder(): string {
  const folders = ['../../proto/', '../../../proto/'].map(up => fileURLToPath(new URL(up, import.meta.url)));
  const folder = folders.find(candidate => existsSync(`${candidate}envelope.proto`));
  if (folder === undefined) throw new WireError('proto/envelope.proto is missing from this installation');
  return folder;
}

/** What is used of google.protobuf.DescriptorProto; names are in camelCase already. */
interface Descriptor {
  readonly name: string;
  readonly field: readonly FieldDescriptor[];
  readonly oneofDecl: readonly { readonly name: string }[];
}
interface FieldDescriptor {
  readonly name: string;
  readonly number: number;
  readonly label: string;
  readonly type: string;
  readonly typeName: string;
}

const packageName = 'convect.v1';
const firstKindNumber = 10;

/** A wire of the `envelope.proto` in a folder, and of what it imports. Throws WireError on what the codec lacks. */
export function loadWire(folder: string): Wire {
  const definitions = loadSync('envelope.proto', {
    includeDirs: [folder],
    longs: Number,
    defaults: true,
    arrays: true,
  });
  const codec = messageOf(definitions, 'Envelope');
  const shapes = new Shapes(definitions);
  const kinds = new Map<string, Shape>();
  for (const field of (codec.type as Descriptor).field) {
    if (field.number >= firstKindNumber) kinds.set(field.name, shapes.of(field.typeName));
  }
  const address = shapes.of('Address');
  return {
    kinds: new Set(kinds.keys()),
    encode: envelope => encode(codec, kinds, address, envelope),
    decode: bytes => decode(codec, kinds, address, bytes),
  };
}

type Codec = MessageTypeDefinition<object, object>;

function messageOf(definitions: PackageDefinition, name: string): Codec {
  const definition = definitions[`${packageName}.${name}`];
  if (definition === undefined || !isMessage(definition)) throw new WireError(`no message ${name} in proto/`);
  return definition;
}

function isMessage(definition: PackageDefinition[string]): definition is Codec {
  return definition.format === 'Protocol Buffer 3 DescriptorProto';
}

function encode(codec: Codec, kinds: ReadonlyMap<string, Shape>, address: Shape, envelope: Envelope): Uint8Array {
  const { id, to, from, clock, message, trace } = envelope;
  const { kind, ...fields } = message;
  const shape = kinds.get(kind);
  if (shape === undefined) throw new WireError(`no message kind ${kind} in proto/`);
  shape.check(fields, kind);
  uuid(id, 'id');
  checkClock(clock);
  addressOf(address, to, 'to');
  if (from !== undefined) addressOf(address, from, 'from');
  return codec.serialize({ id, to, clock, [kind]: fields, ...(from && { from }), ...(trace && { trace }) });
}

function decode(codec: Codec, kinds: ReadonlyMap<string, Shape>, address: Shape, bytes: Uint8Array): Envelope {
  const raw = read(codec, bytes);
  const kind = Object.keys(raw).find(name => kinds.has(name));
  if (kind === undefined) throw new WireError('an envelope without a message that this release knows');
  const fields = raw[kind];
  kinds.get(kind)?.check(fields, kind);
  // A trace decides nothing: one that cannot be read is no reason to refuse the message.
  const trace = typeof raw['trace'] === 'string' ? traceOf(raw['trace']) : undefined;
  return {
    id: uuid(raw['id'], 'id'),
    to: addressOf(address, raw['to'], 'to'),
    from: raw['from'] === undefined ? undefined : addressOf(address, raw['from'], 'from'),
    clock: checkClock(raw['clock']),
    message: { kind, ...(fields as object) },
    ...(trace && { trace }),
  };
}

function read(codec: Codec, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    return codec.deserialize(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)) as Record<string, unknown>;
  } catch (error) {
    throw new WireError(`bytes that are no envelope: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

function checkClock(clock: unknown): HybridTime {
  if (!Number.isSafeInteger(clock) || (clock as number) < 0) throw new WireError('clock is no hybrid time');
  return clock as HybridTime;
}

function uuid(value: unknown, path: string): Uuid {
  if (typeof value !== 'string' || !isUuid(value)) throw new WireError(`${path} is no uuid`);
  return value;
}

function addressOf(shape: Shape, value: unknown, path: string): Address {
  shape.check(value, path);
  const { kind, stack, bucket, id } = value as Readonly<{ [K in keyof Address]: Address[K] }>;
  return { kind, bucket, stack: uuid(stack, `${path}.stack`), id: uuid(id, `${path}.id`) };
}

/**
 * What is wrong with a value, from its own path on (`.order.type is missing`); undefined where nothing is. The path
 * is put together only where something is wrong: every message between nodes is checked at both ends.
 */
type Check = (value: unknown) => string | undefined;

/** Throws WireError where a value is not of a shape. */
interface Shape {
  readonly check: (value: unknown, path: string) => void;
}

class LateShape implements Shape {
  /** Until its descriptor was read. */
  find: Check = () => ' checked too early';

  check(value: unknown, path: string): void {
    const problem = this.find(value);
    if (problem !== undefined) throw new WireError(`${path}${problem}`);
  }
}

/** Shapes of messages, made once each from their descriptors; a message may hold itself. */
class Shapes {
  private readonly definitions: PackageDefinition;
  private readonly made = new Map<string, LateShape>();

  constructor(definitions: PackageDefinition) {
    this.definitions = definitions;
  }

  of(name: string): LateShape {
    const known = this.made.get(name);
    if (known) return known;
    const shape = new LateShape();
    this.made.set(name, shape);
    shape.find = this.messageCheck(messageOf(this.definitions, name).type as Descriptor);
    return shape;
  }

  private messageCheck(descriptor: Descriptor): Check {
    const fields = descriptor.field.map(field => ({
      name: field.name,
      // A proto3 `optional` is a oneof of its own, named after the field.
      optional: descriptor.oneofDecl.some(({ name }) => name === `_${field.name}`),
      check: this.fieldCheck(field),
    }));
    const names = new Set(fields.map(field => field.name));
    return value => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is no message';
      for (const name of Object.keys(value)) {
        if (!names.has(name)) return `.${name} is not in proto/`;
      }
      const record = value as Readonly<Record<string, unknown>>;
      for (const { name, optional, check } of fields) {
        if (Object.hasOwn(record, name)) {
          const problem = check(record[name]);
          if (problem !== undefined) return `.${name}${problem}`;
        } else if (!optional) {
          return `.${name} is missing`;
        }
      }
      return undefined;
    };
  }

  private fieldCheck(field: FieldDescriptor): Check {
    const check = field.type === 'TYPE_MESSAGE' ? this.nestedCheck(field.typeName) : scalarChecks.get(field.type);
    if (check === undefined) throw new WireError(`proto/ uses ${field.type} (${field.name}), which the codec lacks`);
    if (field.label !== 'LABEL_REPEATED') return check;
    return value => {
      if (!Array.isArray(value)) return ' is no list';
      for (const item of value) {
        const problem = check(item);
        if (problem !== undefined) return problem;
      }
      return undefined;
    };
  }

  private nestedCheck(name: string): Check {
    const shape = this.of(name);
    return value => shape.find(value);
  }
}

const scalarChecks: ReadonlyMap<string, Check> = new Map([
  ['TYPE_STRING', typeCheck('string')],
  ['TYPE_BOOL', typeCheck('boolean')],
  ['TYPE_INT32', rangeCheck(-(2 ** 31), 2 ** 31 - 1)],
  ['TYPE_INT64', rangeCheck(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)],
]);

function typeCheck(type: 'string' | 'boolean'): Check {
  const problem = ` is no ${type}`;
  return value => (typeof value === type ? undefined : problem);
}

/** Integers that a JavaScript number holds exactly. */
function rangeCheck(low: number, high: number): Check {
  const problem = ` is no integer from ${low} to ${high}`;
  return value =>
    Number.isInteger(value) && (value as number) >= low && (value as number) <= high ? undefined : problem;
}

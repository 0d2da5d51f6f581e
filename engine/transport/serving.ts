/**
 * What gateways ask of this node, over gRPC (proto/engine.proto).
 *
 * A command belongs to its stack's owner: another node says who that is, and the gateway asks there; only when it is
 * told to does a node pass a command on. So many calls at once and no more: what comes beyond is refused with 429,
 * for a node that takes on more than it can do answers nobody in time. One project gets half of that: however many
 * gateways pass its requests on, there is room for the others'.
 */
import type { sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { errors, isHeatError } from '../kernel/errors.ts';
import { type NodeId, type Shard, shardOf } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import type { Dice, Log } from '../kernel/world.ts';
import { type Call, isCommand, isQuery, type Outcome, type Piece, stackOf } from '../../proto/calls.ts';
import type { EngineService } from '../../proto/engine.ts';
import { type Fault, faultOf } from '../../proto/fault.ts';
import { readText, TextError, writeText } from '../../proto/text.ts';
import { speaks, understands } from '../../proto/version.ts';

export interface ServingOptions {
  readonly service: EngineService;
  readonly dice: Dice;
  readonly log: Log;
  readonly directory: { readonly me: NodeId; ownerOf(shard: Shard): NodeId | undefined };
  /** Calls at once, and on behalf of one project; beyond, 429. */
  readonly atOnce?: number;
  readonly perProject?: number;
}

export interface Serving {
  command(call: ServerUnaryCall<Call, Outcome>, reply: sendUnaryData<Outcome>): void;
  query(stream: ServerWritableStream<Call, Piece>): void;
  /** How many calls are under way. */
  readonly running: number;
}

export function createServing(options: ServingOptions): Serving {
  return new NodeServing(options);
}

class NodeServing implements Serving {
  private readonly options: ServingOptions;
  running = 0;
  private readonly byProject = new Map<string, number>();

  constructor(options: ServingOptions) {
    this.options = options;
  }

  command({ request }: ServerUnaryCall<Call, Outcome>, reply: sendUnaryData<Outcome>): void {
    void this.outcomeOf(request).then(outcome => reply(null, outcome));
  }

  query(stream: ServerWritableStream<Call, Piece>): void {
    void this.resultOf(stream.request, isQuery).then(async result => {
      if ('fault' in result) stream.write(result);
      else await writePieces(stream, Buffer.from(result.text, 'utf8'));
      stream.end();
    });
  }

  private async outcomeOf(call: Call): Promise<Outcome> {
    const other = call.forward ? undefined : this.otherOwner(call);
    if (other !== undefined) return { notOwner: { owner: other } };
    const result = await this.resultOf(call, isCommand);
    return 'fault' in result ? result : { result: result.text };
  }

  /** Who has the stack, where it is somebody else as far as is known here. */
  private otherOwner(call: Call): NodeId | undefined {
    const { directory } = this.options;
    const stack = stackOf(call.method, argumentsOf(call));
    const owner = stack === undefined ? undefined : directory.ownerOf(shardOf(stack, 0));
    return owner === directory.me ? undefined : owner;
  }

  private async resultOf(
    call: Call,
    mayAsk: (method: string) => method is keyof EngineService,
  ): Promise<{ readonly text: string } | { readonly fault: Fault }> {
    const { atOnce = limits.engineCallsAtOnce, perProject = limits.engineCallsPerProject } = this.options;
    const project = callerOf(call, 'project');
    const its = this.byProject.get(project) ?? 0;
    if (this.running >= atOnce || its >= perProject) {
      return { fault: faultOf(errors.TooManyRequests({ message: 'The engine has too much to do; please retry.' })) };
    }
    this.count(project, 1);
    try {
      const { method } = call;
      if (!mayAsk(method) || !understands(speaks, { min: call.speaksMin, max: call.speaksMax })) {
        return { fault: faultOf(errors.Unavailable({ message: 'This engine does not know what is asked of it.' })) };
      }
      const run: (...given: never[]) => Promise<unknown> = this.options.service[method];
      return { text: writeText(await run(...(argumentsOf(call) as never[]))) };
    } catch (error) {
      return { fault: isHeatError(error) ? faultOf(error) : this.ownFault(call, error) };
    } finally {
      this.count(project, -1);
    }
  }

  private count(project: string, more: 1 | -1): void {
    this.running += more;
    const its = (this.byProject.get(project) ?? 0) + more;
    if (its === 0) this.byProject.delete(project);
    else this.byProject.set(project, its);
  }

  /** A mistake of ours: its name and place go to the log, under an id that the client sees. */
  private ownFault(call: Call, error: unknown): Fault {
    const errorId = this.options.dice.uuid();
    const { name = 'unknown', stack = '' } = error instanceof Error ? error : {};
    const frames = stack.split('\n').filter(line => /^\s+at /.test(line));
    const place = frames.slice(0, 12).map(line => line.trim());
    this.options.log.write('error', 'call-failed', {
      error_id: errorId,
      request_id: callerOf(call, 'requestId'),
      method: call.method,
      error: name,
      stack: place.join(' | '),
    });
    return faultOf(errors.Internal({ errorId }));
  }
}

/** The caller is the first argument of all that is asked on somebody's behalf. */
function callerOf(call: Call, what: 'requestId' | 'project'): string {
  try {
    const [caller] = argumentsOf(call);
    if (typeof caller !== 'object' || caller === null || !(what in caller)) return '';
    const value = (caller as Readonly<Record<string, unknown>>)[what];
    return typeof value === 'string' ? value : '';
  } catch {
    return ''; // what cannot be read has no caller
  }
}

/** Read once a call: they may be a megabyte. */
const read = new WeakMap<Call, readonly unknown[]>();

function argumentsOf(call: Call): readonly unknown[] {
  const known = read.get(call);
  if (known !== undefined) return known;
  const list = readText(call.arguments);
  if (!Array.isArray(list)) throw new TextError('arguments that are no list');
  read.set(call, list);
  return list;
}

/** As fast as the other side reads. */
async function writePieces(stream: ServerWritableStream<Call, Piece>, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length && !stream.cancelled; at += limits.pieceBytes) {
    const more = stream.write({ result: bytes.subarray(at, at + limits.pieceBytes) });
    if (more || stream.cancelled) continue;
    await new Promise<void>(resolve => {
      stream.once('drain', resolve);
      stream.once('cancelled', resolve);
    });
  }
}

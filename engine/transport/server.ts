/**
 * A node's gRPC server: other nodes' streams and commands, gateways' calls, each checked by the certificate's name.
 */
import {
  Server,
  type ServiceDefinition,
  status,
  type UntypedHandleCall,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import type { Clock } from '../kernel/world.ts';
import {
  type Authenticated,
  namesOf,
  serverCredentials,
  serverOptions,
  serviceOf,
  type Tls,
} from '../../proto/grpc.ts';
import type { GrpcTransport } from './transport.ts';
import type { Serving } from './serving.ts';

export interface NodeServerOptions {
  /** `host:port`; port 0: a free one. */
  readonly listen: string;
  readonly tls?: Tls;
  /** DNS names of the certificates of other nodes and of gateways; looked at only with `tls`. */
  readonly allowed?: { readonly engines: readonly string[]; readonly gateways: readonly string[] };
  readonly transport: GrpcTransport;
  readonly serving: Serving;
  readonly clock: Clock;
}

export interface NodeServer {
  readonly port: number;
  /** Takes no more calls, lets those under way end for so long, then cuts them. */
  stop(graceMs: number): Promise<void>;
}

/** Listens. Rejects where it cannot. */
export async function startNodeServer(options: NodeServerOptions): Promise<NodeServer> {
  const { transport, serving, tls, allowed = { engines: [], gateways: [] } } = options;
  const server = new Server(serverOptions);
  const engines = tls === undefined ? undefined : new Set(allowed.engines);
  const anyone = tls === undefined ? undefined : new Set([...allowed.engines, ...allowed.gateways]);
  add(server, serviceOf('Peers'), engines, {
    Talk: stream => transport.talk(stream),
    Ask: (call, reply) => transport.answer(call, reply),
  } satisfies Handlers<GrpcTransport['talk'], GrpcTransport['answer']>);
  add(server, serviceOf('Engine'), anyone, {
    Command: (call, reply) => serving.command(call, reply),
    Query: stream => serving.query(stream),
  } satisfies EngineHandlers);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(options.listen, serverCredentials(tls), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  return { port, stop: graceMs => stop(server, options.clock, graceMs) };
}

interface Handlers<Talk, Ask> {
  readonly Talk: Talk;
  readonly Ask: Ask;
}
interface EngineHandlers {
  readonly Command: Serving['command'];
  readonly Query: Serving['query'];
}

function add(
  server: Server,
  service: ServiceDefinition,
  names: ReadonlySet<string> | undefined,
  handlers: object,
): void {
  const guarded: UntypedServiceImplementation = {};
  for (const [name, handler] of Object.entries(handlers)) guarded[name] = guard(handler as Handler, names);
  server.addService(service, guarded);
}

interface Call extends Authenticated {
  emit(event: 'error', error: object): boolean;
}
type Reply = (error: object) => void;
type Handler = (call: Call, reply: Reply) => void;

/** Only for callers whose certificate has one of these names; undefined: for everybody. */
function guard(handler: Handler, names: ReadonlySet<string> | undefined): UntypedHandleCall {
  const guarded: Handler = (call, reply) => {
    if (names === undefined || namesOf(call).some(name => names.has(name))) {
      handler(call, reply);
      return;
    }
    const refusal = { code: status.PERMISSION_DENIED, details: 'the certificate has no name that may ask this' };
    if (typeof reply === 'function') reply(refusal);
    else call.emit('error', refusal);
  };
  return guarded as UntypedHandleCall;
}

function stop(server: Server, clock: Clock, graceMs: number): Promise<void> {
  return new Promise(resolve => {
    const cancel = clock.after(graceMs, () => server.forceShutdown());
    server.tryShutdown(() => {
      cancel();
      resolve();
    });
  });
}

/**
 * gRPC as both ends of every connection use it: the services of proto/, channels, certificates.
 *
 * With certificates both sides show one (mTLS): a server takes none that its authority did not sign, and each service
 * says by which names (DNS names of the certificate) it may be asked; a client checks that the server's certificate
 * is of the name it meant. Without certificates nothing is encrypted, so that is for loopback alone.
 */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  type ChannelOptions,
  ChannelCredentials,
  type MethodDefinition,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { loadSync, type PackageDefinition } from '@grpc/proto-loader';
import { limits } from '../engine/kernel/limits.ts';

/** Certificates as PEM texts. `key` is never logged. */
export interface Tls {
  /** Who signs the certificates of this cluster; nobody else's are taken. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** The name that a server's certificate must have; absent: the host of its address. */
  readonly serverName?: string;
}

/** Where both services' .proto files are: beside this file, or beside the folder of compiled code. */
function protoFolder(): string {
  const folders = ['./', '../../proto/'].map(up => fileURLToPath(new URL(up, import.meta.url)));
  const folder = folders.find(candidate => existsSync(`${candidate}engine.proto`));
  if (folder === undefined) throw new Error('proto/engine.proto is missing from this installation');
  return folder;
}

let loaded: PackageDefinition | undefined;

/** A service of proto/, e.g. `Engine`, read from disk once. */
export function serviceOf(name: 'Engine' | 'Peers'): ServiceDefinition {
  loaded ??= loadSync(['engine.proto', 'peers.proto'], { includeDirs: [protoFolder()], longs: Number, defaults: true });
  const definition = loaded[`convect.v1.${name}`];
  if (definition === undefined || 'format' in definition) throw new Error(`no service ${name} in proto/`);
  return definition;
}

/** A method of a service, by its name in the .proto. `Q` and `A` are its messages, which the caller knows. */
export function methodOf<Q, A>(service: ServiceDefinition, name: string): MethodDefinition<Q, A> {
  const method = service[name];
  if (method === undefined) throw new Error(`no method ${name} in proto/`);
  return method;
}

/** Options of both ends. Proxies of the environment are for the outside. */
const common: ChannelOptions = {
  'grpc.max_send_message_length': limits.wireMessageBytes,
  'grpc.max_receive_message_length': limits.wireMessageBytes,
  'grpc.keepalive_time_ms': limits.wireKeepAliveMs,
  'grpc.keepalive_timeout_ms': limits.wireKeepAliveAnswerMs,
};

export const serverOptions: ChannelOptions = common;

/** A channel of its own per client: one that stands still is closed without harm to others. */
export function channelOptions(tls: Tls | undefined): ChannelOptions {
  return {
    ...common,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.service_config_disable_resolution': 1,
    'grpc.initial_reconnect_backoff_ms': limits.wireReconnectFirstMs,
    'grpc.max_reconnect_backoff_ms': limits.wireReconnectMaxMs,
    ...(tls?.serverName !== undefined && {
      'grpc.ssl_target_name_override': tls.serverName,
      'grpc.default_authority': tls.serverName,
    }),
  };
}

export function channelCredentials(tls: Tls | undefined): ChannelCredentials {
  if (tls === undefined) return ChannelCredentials.createInsecure();
  return ChannelCredentials.createSsl(Buffer.from(tls.ca), Buffer.from(tls.key), Buffer.from(tls.cert));
}

/** With certificates: nobody is let in without one of its own. */
export function serverCredentials(tls: Tls | undefined): ServerCredentials {
  if (tls === undefined) return ServerCredentials.createInsecure();
  const pair = { private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.cert) };
  return ServerCredentials.createSsl(Buffer.from(tls.ca), [pair], true);
}

/** The part of a call that says who is at the other end. */
export interface Authenticated {
  getAuthContext(): { readonly sslPeerCertificate?: { readonly subjectaltname?: string | undefined } } | null;
}

/** The DNS names of the certificate that the other end of a call showed. */
export function namesOf(call: Authenticated): readonly string[] {
  const names = call.getAuthContext()?.sslPeerCertificate?.subjectaltname ?? '';
  return names
    .split(', ')
    .filter(name => name.startsWith('DNS:'))
    .map(name => name.slice('DNS:'.length).toLowerCase());
}

/**
 * A client of etcd: the package etcd3 for its messages, its tokens and its TLS, and nothing else of it.
 *
 * Left out on purpose, each because it was seen to fail: its Watcher loses events when the connection breaks in the
 * middle of a catch-up, its Lease says `lost` after twice the time to live, its circuit breaker keeps a server that is
 * back away for five seconds, its locks and elections fence nothing. What stands in their place is in watch.ts and
 * session.ts, over etcd's raw streams.
 *
 * Every unary call has a deadline (limits.etcdCallMs), every connection gives signs of life: a frozen server, or a
 * route that drops packets, is noticed within limits.etcdKeepAliveMs + limits.etcdKeepAliveTimeoutMs. What a call that
 * failed has done is unknown; every caller here may simply ask again.
 */
import { rootCertificates } from 'node:tls';
import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import {
  Etcd3,
  EtcdAuthenticationFailedError,
  EtcdPermissionDeniedError,
  GRPCUnavailableError,
  type IOptions,
} from 'etcd3';
import { limits } from '../../kernel/limits.ts';

export interface EtcdOptions {
  /** `host:port` of each server, with or without `https://`; at least one. */
  readonly hosts: readonly string[];
  /** PEM texts. Without `ca` the public authorities are trusted; `cert` and `key` are this client's own. */
  readonly tls?: {
    readonly ca?: string;
    readonly cert?: string;
    readonly key?: string;
    /** The name that the servers' certificates carry, where it is not the host's. */
    readonly serverName?: string;
  };
  readonly auth?: { readonly username: string; readonly password: string };
  /** What all keys begin with; clusters that share an etcd differ in it. Default `/convect/`. */
  readonly prefix?: string;
}

export const defaultPrefix = '/convect/';

type FaultHandling = NonNullable<IOptions['faultHandling']>;
type Policy = NonNullable<FaultHandling['global']>;

/** A policy that runs what it is given up to `tries` times, the next time at another server if one was not there. */
function tryServers(tries: number): Policy {
  const never = () => ({ dispose: () => undefined });
  const policy = {
    onSuccess: never,
    onFailure: never,
    execute: async <T>(fn: (context: { signal: AbortSignal }) => PromiseLike<T> | T): Promise<T> => {
      const { signal } = new AbortController();
      for (let left = tries - 1; ; left--) {
        try {
          return await fn({ signal });
        } catch (error) {
          if (left === 0 || !(error instanceof GRPCUnavailableError)) throw error;
        }
      }
    },
  };
  return policy as unknown as Policy; // it wants a property that exists in types only
}

function credentialsOf(tls: NonNullable<EtcdOptions['tls']>): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: Buffer.from(tls.ca ?? rootCertificates.join('\n')),
    ...(tls.cert === undefined ? {} : { certChain: Buffer.from(tls.cert) }),
    ...(tls.key === undefined ? {} : { privateKey: Buffer.from(tls.key) }),
  };
}

/** Connects when the first call is made. Throws where no server is named. To be closed with `close()`. */
export function connect({ hosts, tls, auth }: EtcdOptions): Etcd3 {
  if (hosts.length === 0) throw new Error('no etcd server is named');
  const isSecure = tls !== undefined || hosts.some(host => host.startsWith('https://'));
  const names = hosts.map(host => host.replace(/^https?:\/\//, ''));
  return new Etcd3({
    hosts: names,
    ...(isSecure ? { credentials: credentialsOf(tls ?? {}) } : {}),
    ...(auth === undefined ? {} : { auth: { username: auth.username, password: auth.password } }),
    grpcOptions: {
      'grpc.keepalive_time_ms': limits.etcdKeepAliveMs,
      'grpc.keepalive_timeout_ms': limits.etcdKeepAliveTimeoutMs,
      'grpc.keepalive_permit_without_calls': 0, // etcd takes them for an attack; a watch is always under way
      'grpc.initial_reconnect_backoff_ms': limits.etcdBackoffMs,
      'grpc.max_reconnect_backoff_ms': limits.etcdCallMs,
      ...(tls?.serverName === undefined ? {} : { 'grpc.ssl_target_name_override': tls.serverName }),
    },
    // gRPC takes a time of day, and turns it into a span at once: a later jump of the clock changes nothing.
    defaultCallOptions: ({ isStream }) => (isStream ? {} : { deadline: Date.now() + limits.etcdCallMs }),
    faultHandling: { global: tryServers(names.length), host: () => tryServers(1) },
  });
}

/** Asks the server to end the stream when its cluster has no leader: it would stay open and silent. */
export const requireLeader: Interceptor = (options, nextCall) =>
  new InterceptingCall(nextCall(options), {
    start: (metadata, listener, next) => {
      const own = metadata.clone(); // the client uses one for all calls
      own.set('hasleader', 'true');
      next(own, listener);
    },
  });

/** A wrong password or a missing permission: asking again does not help. */
export function isRefusal(error: unknown): boolean {
  return error instanceof EtcdAuthenticationFailedError || error instanceof EtcdPermissionDeniedError;
}

/** The end of a range that holds all keys with this prefix. */
export function afterPrefix(prefix: string): Buffer {
  const bytes = Buffer.from(prefix);
  const last = bytes.length - 1;
  bytes[last] = (bytes[last] ?? 0) + 1; // a prefix is text that ends in a slash
  return bytes;
}

/** Half to one and a half of the time between two attempts. */
export function backoffMs(): number {
  return limits.etcdBackoffMs * (0.5 + Math.random());
}

/** What may be said of an error in a log: its kind, and etcd's own words, which hold no values. */
export function reasonOf(error: unknown): string {
  return error instanceof Error
    ? `${error.name === 'Error' ? error.constructor.name : error.name}: ${error.message}`
    : 'unknown';
}

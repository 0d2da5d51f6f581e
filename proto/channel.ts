/** One engine, as a gateway asks it: calls over a channel of their own, which all end when the engine is gone. */
import { Client, Metadata, type MethodDefinition, type ServiceError, status } from '@grpc/grpc-js';
import type { Call, Outcome, Piece } from './calls.ts';
import type { Fault } from './fault.ts';
import { channelCredentials, channelOptions, methodOf, serviceOf, type Tls } from './grpc.ts';

/** No answer came, or not all of it: whether the call did anything nobody knows. */
export class NoReply extends Error {
  override readonly name = 'NoReply';
}

export class EngineChannel {
  readonly address: string;
  private readonly client: Client;
  private readonly commands: MethodDefinition<Call, Outcome>;
  private readonly queries: MethodDefinition<Call, Piece>;
  private readonly cancels = new Set<() => void>();

  constructor(address: string, tls: Tls | undefined) {
    this.address = address;
    this.client = new Client(address, channelCredentials(tls), channelOptions(tls));
    const service = serviceOf('Engine');
    this.commands = methodOf(service, 'Command');
    this.queries = methodOf(service, 'Query');
  }

  /** How many calls are under way. */
  get running(): number {
    return this.cancels.size;
  }

  /** Rejects with NoReply. */
  command(call: Call, withinMs: number): Promise<Outcome> {
    const { path, requestSerialize, responseDeserialize } = this.commands;
    return this.run<Outcome>((resolve, reject) => {
      const answered = (error: ServiceError | null, outcome?: Outcome): void => {
        if (error === null && outcome !== undefined) resolve(outcome);
        else reject(new NoReply(whyOf(error)));
      };
      const options = { deadline: Date.now() + withinMs };
      const asked = this.client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        call,
        new Metadata(),
        options,
        answered,
      );
      return () => asked.cancel();
    });
  }

  /** The text of the whole answer. Rejects with NoReply. */
  query(call: Call, withinMs: number): Promise<{ readonly text: string } | { readonly fault: Fault }> {
    const { path, requestSerialize, responseDeserialize } = this.queries;
    return this.run((resolve, reject) => {
      const options = { deadline: Date.now() + withinMs };
      const stream = this.client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        call,
        new Metadata(),
        options,
      );
      const pieces: Uint8Array[] = [];
      let fault: Fault | undefined;
      stream.on('data', (piece: Piece) => {
        if (piece.fault !== undefined) fault = piece.fault;
        else if (piece.result !== undefined) pieces.push(piece.result);
      });
      stream.on('error', (error: ServiceError) => reject(new NoReply(whyOf(error))));
      // Comes after an error too, and is then too late: a cut answer is never taken for a whole one.
      stream.on('status', ({ code }: { readonly code: number }) => {
        if (code !== status.OK) return;
        resolve(fault === undefined ? { text: Buffer.concat(pieces).toString('utf8') } : { fault });
      });
      return () => stream.cancel();
    });
  }

  /** Ends what is under way. */
  close(): void {
    for (const cancel of [...this.cancels]) cancel();
    this.client.close();
  }

  private run<T>(begin: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void): Promise<T> {
    let cancel: (() => void) | undefined;
    const ended = new Promise<T>((resolve, reject) => {
      cancel = begin(resolve, reject);
      this.cancels.add(cancel);
    });
    return ended.finally(() => {
      if (cancel !== undefined) this.cancels.delete(cancel);
    });
  }
}

function whyOf(error: ServiceError | null): string {
  return error === null ? 'an empty answer' : `${status[error.code] ?? error.code}: ${error.details}`;
}

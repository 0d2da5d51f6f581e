/**
 * One lane's own connection: commits go over it one after the other, and wait for no read and no other lane.
 *
 * A commit has limits.commitDeadlineMs from its call to its answer. One that takes longer is unknown, and its
 * connection is cut, so that the next number never stands behind it in the same stream; the database may still run
 * what it had received, which is why `burn` goes over another connection and has the last word.
 */
import type pg from 'pg';
import { limits } from '../../kernel/limits.ts';
import { CommitRetry, CommitUnknown } from '../store.ts';
import { type ConnectOptions, connectAlone, cut, within } from './connect.ts';
import { commitFailure, spoilsConnection, sqlFailure } from './failures.ts';
import type { Query } from './select.ts';

interface Progress {
  sent: boolean;
  late: boolean;
}

export class LaneConnection {
  private readonly options: ConnectOptions;
  private client: pg.Client | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(options: ConnectOptions) {
    this.options = options;
  }

  /** True if the fence's row answered. Throws CommitRetry, CommitRefused, CommitTimeout or CommitUnknown. */
  commit(query: Query): Promise<boolean> {
    const turn = this.last.then(() => this.run(query));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async run(query: Query): Promise<boolean> {
    const progress: Progress = { sent: false, late: false };
    const late = () => {
      progress.late = true;
      return progress.sent ? new CommitUnknown('no answer in time') : new CommitRetry('08001');
    };
    try {
      return await within(limits.commitDeadlineMs, this.send(query, progress), late);
    } catch (error) {
      if (error instanceof CommitUnknown || error instanceof CommitRetry || spoilsConnection(error)) this.drop();
      throw error instanceof CommitUnknown || error instanceof CommitRetry ? error : commitFailure(error);
    }
  }

  private async send(query: Query, progress: Progress): Promise<boolean> {
    const client = await this.connected();
    // It was said that nothing is written, so nothing may be sent now.
    if (progress.late) throw new CommitRetry('08001');
    progress.sent = true;
    const { rows } = await client.query<unknown[]>({ ...query, rowMode: 'array' });
    return rows.length > 0;
  }

  /** A connection that is up as far as is known. Nothing is sent before: a failure here surely wrote nothing. */
  private async connected(): Promise<pg.Client> {
    if (this.client !== undefined) return this.client;
    if (this.closed) throw new CommitRetry('08003');
    let client: pg.Client;
    try {
      client = await connectAlone(this.options);
    } catch (error) {
      throw new CommitRetry(sqlFailure(error)?.code ?? '08001');
    }
    if (this.closed) {
      cut(client);
      throw new CommitRetry('08003');
    }
    this.client = client;
    const gone = () => {
      if (this.client === client) this.client = undefined;
    };
    client.on('error', gone);
    client.on('end', gone);
    return client;
  }

  private drop(): void {
    const client = this.client;
    this.client = undefined;
    if (client !== undefined) cut(client);
  }

  /** Waits for the commit under way, then closes. */
  async close(): Promise<void> {
    this.closed = true;
    await this.last;
    this.drop();
  }
}

import { describe, expect, it } from 'vitest';
import { createDice } from '../real/dice.ts';
import type { CommitNumber, Lane, Session } from '../kernel/ids.ts';
import type { Clock } from '../kernel/world.ts';
import {
  CommitRefused,
  CommitRetry,
  CommitTimeout,
  CommitUnknown,
  type RowSet,
  type Store,
  StoreUnavailable,
} from '../store/store.ts';
import { CommitWriter } from './commit.ts';

const nothing: RowSet = { rows: [], events: [], contents: [], names: [] };
const lane = { session: 's' as Session, lane: 0 as Lane };

/** A store whose commits and burns answer as scripted, and that notes what it was asked. */
function scripted(commits: (Error | 'ok')[], burns: ('in' | 'never' | 'fenced' | Error)[] = []) {
  const asked: string[] = [];
  const next = <T>(script: T[], what: string, n: number): T => {
    asked.push(`${what} ${n}`);
    const answer = script.shift();
    if (answer === undefined) throw new Error(`unexpected ${what} ${n}`);
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const store = {
    commit: async (_lane: unknown, n: CommitNumber) => void next(commits, 'commit', n),
    burn: async (_lane: unknown, n: CommitNumber) => next(burns, 'burn', n),
  } as unknown as Store;
  const after = (_ms: number, fn: () => void) => {
    queueMicrotask(fn);
    return () => undefined;
  };
  const clock = { after } as unknown as Clock;
  return { asked, writer: new CommitWriter({ store, clock, dice: createDice() }, lane) };
}

describe('a commit whose outcome', () => {
  it('is plain takes the next number', async () => {
    const { writer, asked } = scripted(['ok', 'ok']);
    await writer.write(nothing);
    await writer.write(nothing);
    expect(asked).toEqual(['commit 1', 'commit 2']);
  });

  it('is "surely not" tries the same number again', async () => {
    const { writer, asked } = scripted([new CommitRetry('40001'), new CommitRetry('53300'), 'ok']);
    expect(await writer.write(nothing)).toEqual({ kind: 'in' });
    expect(asked).toEqual(['commit 1', 'commit 1', 'commit 1']);
  });

  it('is unknown is burnt; what was in is not written again', async () => {
    const { writer, asked } = scripted([new CommitUnknown(), 'ok'], ['in']);
    expect(await writer.write(nothing)).toEqual({ kind: 'in' });
    await writer.write(nothing);
    expect(asked).toEqual(['commit 1', 'burn 1', 'commit 2']);
  });

  it('is unknown and never was in goes under the next number', async () => {
    const { writer, asked } = scripted([new CommitUnknown(), 'ok'], ['never']);
    expect(await writer.write(nothing)).toEqual({ kind: 'in' });
    expect(asked).toEqual(['commit 1', 'burn 1', 'commit 2']);
  });

  it('is unknown is burnt under its own number, as often as the burn’s answer is lost', async () => {
    const { writer, asked } = scripted(
      [new CommitUnknown(), 'ok'],
      [new StoreUnavailable(), new StoreUnavailable(), 'never'],
    );
    await writer.write(nothing);
    expect(asked).toEqual(['commit 1', 'burn 1', 'burn 1', 'burn 1', 'commit 2']);
  });

  it('is the end of this life says so', async () => {
    const { writer } = scripted([new CommitUnknown()], ['fenced']);
    expect(await writer.write(nothing)).toEqual({ kind: 'fenced' });
  });

  it('is a refusal leaves the number free', async () => {
    const refusal = new CommitRefused('22012', 'names');
    const { writer, asked } = scripted([refusal, 'ok']);
    expect(await writer.write(nothing)).toEqual({ kind: 'refused', error: refusal });
    await writer.write(nothing);
    expect(asked).toEqual(['commit 1', 'commit 1']);
  });

  it('took too long is tried once more, then split as a refusal', async () => {
    const { writer, asked } = scripted([new CommitTimeout(), new CommitTimeout()]);
    expect(await writer.write(nothing)).toMatchObject({ kind: 'refused', error: { code: '57014' } });
    expect(asked).toHaveLength(2);
  });
});

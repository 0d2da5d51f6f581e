import { describe, expect, it } from 'vitest';
import type { StackCredential } from './credential-records.ts';
import type { Pending, StackTurn } from './stack-turn.ts';
import { tellAgain } from './telling.ts';

/** What one resource is told again by a stack of this credential. */
function toldWith(credential: StackCredential, action = 'UPDATE'): unknown[] {
  const told: unknown[] = [];
  const turn = {
    record: { credential, action, status: 'IN_PROGRESS' },
    tell: (_to: unknown, message: unknown) => told.push(message),
  } as unknown as StackTurn;
  tellAgain(turn, { address: {}, order: { kind: 'converge' } } as Pending);
  return told;
}

describe('telling a resource again', () => {
  it('waits while the user’s own credential is being delegated: it would begin without any', () => {
    expect(toldWith({ kind: 'own', sealed: 'theirs' })).toEqual([]);
  });

  it('hands the delegated credential out', () => {
    const told = [{ kind: 'converge', credential: 'sealed' }];
    expect(toldWith({ kind: 'delegated', sealed: 'sealed' })).toEqual(told);
  });

  it('goes on where there is none, and where things only go', () => {
    expect(toldWith({ kind: 'none' })).toEqual([{ kind: 'converge' }]);
    expect(toldWith({ kind: 'own', sealed: 'theirs' }, 'DELETE')).toEqual([{ kind: 'converge' }]);
  });
});

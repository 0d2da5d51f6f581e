/** Telling resources of a generation, with the credential that they may need for it. */
import { delegateTask } from './delegation.ts';
import type { Converge } from './messages.ts';
import type { StackRecord } from './records.ts';
import type { Pending, StackTurn } from './stack-turn.ts';

/**
 * Tells everybody who has not settled. While the stack still has the user's own credential, delegation comes first:
 * what begins with a token that runs out could not be ended with it. Only at the birth nobody can have tried before.
 */
export function tellPending(turn: StackTurn, isBirth = false): void {
  const { record, memory } = turn;
  if (record.credential.kind === 'own' && isDelegatedFirst(record)) {
    if (memory.delegating) return;
    turn.setMemory({ delegating: true });
    const run = delegateTask(record.id, record.credential.sealed, isBirth);
    turn.effect({ do: 'task', cloud: true, run });
    return;
  }
  for (const { address, order } of memory.pending?.values() ?? []) turn.tell(address, withCredential(record, order));
}

/** Tells one of them again, who has not heard; but nobody before the credential is there. */
export function tellAgain(turn: StackTurn, { address, order }: Pending): void {
  if (!isDelegatedFirst(turn.record)) turn.tell(address, withCredential(turn.record, order));
}

function isDelegatedFirst({ credential, action, status }: StackRecord): boolean {
  return credential.kind === 'own' && action !== 'DELETE' && status === 'IN_PROGRESS';
}

/** The order as it is told now. */
function withCredential(stack: StackRecord, order: Converge): Converge {
  const { kind } = stack.credential;
  return kind === 'delegated' || kind === 'shared' ? { ...order, credential: stack.credential.sealed } : order;
}

/**
 * A client behind a gateway: asks any node that seems alive, and with the same request id again where no answer came.
 *
 * It is patient: only an answer of the engine ends a request. So what a client was told and what became true can be
 * compared at the end.
 */
import { HeatError } from '../../engine/kernel/errors.ts';
import { type Address, laneOf, type Uuid } from '../../engine/kernel/ids.ts';
import type { Answer, Message } from '../../engine/kernel/world.ts';
import type { Cluster } from './cluster.ts';

export type Told =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly error: HeatError };

const askDeadlineMs = 10_000;
const retryable = new Set([429, 500, 503]);

/** Asks until an answer or a refusal comes. Never rejects; never resolves if the run ends before. */
export function request(cluster: Cluster, to: Address, message: Message, id: Uuid): Promise<Told> {
  const { scheduler } = cluster;
  const dice = cluster.dice.fork(`client ${id}`);
  return new Promise(resolve => {
    let over = false;
    const end = (told: Told) => {
      if (over) return;
      over = true;
      scheduler.fold('told', -1);
      scheduler.note(
        () =>
          `client told ${message.kind} ${to.id.slice(0, 6)}: ${told.kind === 'answered' ? told.answer.kind : `${told.error.status} ${told.error.type}`}`,
      );
      resolve(told);
    };
    const attempt = () => {
      if (over) return;
      const up = cluster.running();
      if (up.length === 0) {
        scheduler.after(500, 'client waits', -1, attempt);
        return;
      }
      const via = dice.pick(up);
      scheduler.note(
        () => `client asks n${via.index}: ${message.kind} ${to.kind} ${to.id.slice(0, 6)} lane ${laneOf(to.stack)}`,
      );
      let waiting = true;
      const again = () => {
        if (!waiting || over) return;
        waiting = false;
        scheduler.after(dice.span(50, 1_000), 'client retries', -1, attempt);
      };
      // The gateway's connection may be cut, or its node die, without a word.
      scheduler.after(askDeadlineMs + 1_000, 'client gives up', -1, again);
      cluster.ask(via, to, { request: id, message }, askDeadlineMs).then(
        answer => {
          // Also the way back to the client may be cut: then it asks again, and must hear the same.
          if (cluster.faults.roll('message-dropped')) again();
          else end({ kind: 'answered', answer });
        },
        (error: unknown) => {
          if (error instanceof HeatError && !retryable.has(error.status)) {
            end({ kind: 'refused', error });
            return;
          }
          scheduler.note(() => `client is told to wait: ${error instanceof Error ? error.message : String(error)}`);
          again();
        },
      );
    };
    attempt();
  });
}

import { describe, expect, it } from 'vitest';
import type { Uuid } from '../kernel/ids.ts';
import type { Activation } from './activation.ts';
import { type Mail, Queue, RunQueue } from './mailbox.ts';

/** As much of an actor as the queue looks at. */
function actor(stack: string, mails: number): Activation {
  const mailbox = new Queue<Mail>();
  for (let n = 0; n < mails; n++) mailbox.push({ message: { kind: `${n}` }, request: undefined, trace: undefined });
  const address = { kind: 'stack', stack: stack as Uuid, bucket: 0, id: stack as Uuid };
  return { address, mailbox, phase: 'ready', queued: false } as unknown as Activation;
}

/** Whose turns come, in order, until nobody has any. */
function order(queue: RunQueue, most = Number.POSITIVE_INFINITY): string[] {
  const stacks: string[] = [];
  for (let next = queue.next(); next !== undefined; next = queue.next()) {
    stacks.push(next.activation.address.stack);
    if (stacks.length >= most) break;
  }
  return stacks;
}

describe('turns', () => {
  it('go from stack to stack, however much mail one has', () => {
    const queue = new RunQueue();
    for (const [stack, mails] of [
      ['a', 3],
      ['b', 1],
      ['c', 2],
    ] as const)
      queue.add(actor(stack, mails));
    expect(order(queue)).toEqual(['a', 'b', 'c', 'a', 'c', 'a']);
    expect(queue.empty).toBe(true);
  });

  it('go from tenant to tenant, however many stacks one has', () => {
    const queue = new RunQueue(stack => stack[0]);
    for (let n = 0; n < 10_000; n++) queue.add(actor(`heavy-${n}`, 5));
    queue.add(actor('light', 3));
    queue.add(actor('other', 1));
    expect(order(queue, 7)).toEqual(['heavy-0', 'light', 'other', 'heavy-1', 'light', 'heavy-2', 'light']);
    const rest = order(queue);
    expect(rest).toHaveLength(50_000 - 3);
    expect(rest.slice(0, 2)).toEqual(['heavy-3', 'heavy-4']); // its own stacks take turns as well
    expect(queue.empty).toBe(true);
  });

  it('are kept when it becomes known whose a stack is, and lost when it is forgotten', () => {
    let known = false;
    const queue = new RunQueue(stack => (known && stack !== 'z' ? 'tenant' : undefined));
    const a = actor('a', 2);
    queue.add(a);
    known = true;
    queue.add(actor('b', 2));
    queue.add(actor('z', 1));
    queue.add(a); // it is in the queue already
    expect(order(queue, 2)).toEqual(['a', 'b']);
    queue.forget('b' as Uuid);
    expect(order(queue)).toEqual(['z', 'a']);
    expect(queue.empty).toBe(true);
    const again = actor('b', 1);
    queue.add(again);
    expect(order(queue)).toEqual(['b']);
  });
});

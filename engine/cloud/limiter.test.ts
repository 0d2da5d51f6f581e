import { describe, expect, it } from 'vitest';
import { createClock } from '../real/clock.ts';
import { type Leave, Limiter } from './limiter.ts';

const most = { perService: 4, perProject: 2, first: 2, quickMs: 5_000, slowMs: 10_000 };
const settle = (ms = 0): Promise<void> => new Promise(resolve => setTimeout(resolve, ms));

/** Asks for a place, and notes who got one in which order. */
function rig(): {
  enter: (project: string, ms?: number, service?: string) => void;
  order: string[];
  leaves: Leave[];
  limiter: Limiter;
} {
  const limiter = new Limiter(createClock(), most);
  const order: string[] = [];
  const leaves: Leave[] = [];
  const enter = (project: string, ms = 5_000, service = 'compute'): void => {
    void limiter.enter(service, project, ms).then(leave => {
      order.push(leave === undefined ? `${project} late` : project);
      if (leave !== undefined) leaves.push(leave);
    });
  };
  return { enter, order, leaves, limiter };
}

describe('places for calls', () => {
  it('are so many per project and per service, and services do not share them', async () => {
    const { enter, order } = rig();
    for (const project of ['a', 'a', 'a', 'b', 'b', 'b', 'c']) enter(project);
    await settle();
    expect(order).toEqual(['a', 'a', 'b', 'b']);
    enter('a', 5_000, 'network');
    await settle();
    expect(order).toEqual(['a', 'a', 'b', 'b', 'a']);
  });

  it('go to projects in turn, however many of one wait', async () => {
    const { enter, order, leaves } = rig();
    for (let i = 0; i < 6; i++) enter('a');
    for (const project of ['b', 'c', 'd']) enter(project);
    await settle();
    order.length = 0;
    for (let i = 0; i < 7; i++) {
      leaves.shift()?.();
      await settle();
    }
    expect(order).toEqual(['a', 'd', 'a', 'a', 'a']);
  });

  it('are given back once, however often one leaves', async () => {
    const { enter, order, leaves } = rig();
    for (let i = 0; i < 4; i++) enter('a');
    await settle();
    const [first] = leaves;
    first?.();
    first?.();
    await settle();
    expect(order).toHaveLength(3);
  });

  it('are not waited for longer than asked, and who left the queue takes none', async () => {
    const { enter, order, leaves } = rig();
    enter('a');
    enter('a');
    enter('a', 20);
    enter('a');
    await settle(60);
    expect(order).toEqual(['a', 'a', 'a late']);
    leaves.shift()?.();
    await settle();
    expect(order).toEqual(['a', 'a', 'a late', 'a']);
  });

  it('are not given to who is held back, and to others all the same', async () => {
    const { enter, order, limiter } = rig();
    limiter.holdBack('compute', 'a', 60);
    enter('a');
    enter('b');
    await settle(20);
    expect(order).toEqual(['b']);
    await settle(120);
    expect(order).toEqual(['b', 'a']);
    limiter.holdBack('compute', '', 60);
    enter('c');
    await settle(20);
    expect(order).toHaveLength(2);
    await settle(120);
    expect(order).toEqual(['b', 'a', 'c']);
  });

  it('are few at first, one more with each quick answer, half as many when answers are slow', async () => {
    const limiter = new Limiter(createClock(), { perService: 99, perProject: 6, first: 2, quickMs: 30, slowMs: 60 });
    const inside: Leave[] = [];
    const ask = (n: number): void => {
      for (let i = 0; i < n; i++) void limiter.enter('compute', 'a', 5_000).then(leave => leave && inside.push(leave));
    };
    const leaveAll = (): void => {
      for (const leave of inside.splice(0)) leave();
    };
    ask(40);
    for (const most of [2, 4, 6, 6]) {
      await settle();
      expect(inside).toHaveLength(most);
      leaveAll();
    }
    await settle(90);
    leaveAll(); // all of them began before the first was found slow: halved once
    await settle();
    expect(inside).toHaveLength(3);
    await settle(90);
    leaveAll();
    await settle();
    expect(inside).toHaveLength(1);
    await settle(45); // neither
    leaveAll();
    await settle();
    expect(inside).toHaveLength(1);
    leaveAll();
    await settle();
    expect(inside).toHaveLength(2);
  });
});

import { describe, expect, it } from 'vitest';
import { createClock } from '../real/clock.ts';
import { type Leave, Limiter, type LimiterLimits } from './limiter.ts';

const most = { perService: 4, perProject: 2, first: 2, least: 1, quickMs: 5_000, slowMs: 10_000, warinessMs: 0 };
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
    const { ask, leaveAll, inside, clock } = timed({ perProject: 6 });
    ask(40);
    for (const most of [2, 4, 6, 6]) {
      await settle();
      expect(inside).toHaveLength(most);
      clock.pass(30);
      leaveAll();
    }
    await settle();
    clock.pass(61);
    leaveAll(); // all of them began before the first was found slow: halved once
    await settle();
    expect(inside).toHaveLength(3);
    clock.pass(61);
    leaveAll();
    await settle();
    expect(inside).toHaveLength(1);
    clock.pass(45); // neither
    leaveAll();
    await settle();
    expect(inside).toHaveLength(1);
    leaveAll();
    await settle();
    expect(inside).toHaveLength(2);
  });

  it('do not become more by quick answers soon after a slow one', async () => {
    const { ask, leaveAll, inside, clock } = timed({ warinessMs: 500 });
    ask(40);
    await settle();
    clock.pass(61);
    leaveAll();
    for (let quick = 1; quick <= 25; quick++) {
      await settle();
      expect(inside).toHaveLength(1);
      clock.pass(20);
      leaveAll();
    }
    await settle();
    expect(inside).toHaveLength(2);
  });
});

/** Places by a clock that stands still until it is told to pass; answers within 30 are quick, beyond 60 slow. */
function timed(given: Partial<LimiterLimits>) {
  let now = 0;
  const real = createClock();
  const clock = { ...real, monotonic: () => now, after: real.after.bind(real) };
  const some = { ...most, perService: 99, perProject: 9, quickMs: 30, slowMs: 60, ...given };
  const limiter = new Limiter(clock, some);
  const inside: Leave[] = [];
  return {
    inside,
    clock: {
      pass(ms: number): void {
        now += ms;
      },
    },
    ask(count: number): void {
      for (let i = 0; i < count; i++)
        void limiter.enter('compute', 'a', 600_000).then(leave => leave && inside.push(leave));
    },
    leaveAll(): void {
      for (const leave of inside.splice(0)) leave();
    },
  };
}

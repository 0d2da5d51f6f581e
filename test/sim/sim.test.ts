import { describe, expect, it } from 'vitest';
import { SimDice } from './dice.ts';
import { faultKinds } from './faults.ts';
import { plantNamed } from './plants/all.ts';
import { Report } from './report.ts';
import { runSeed } from './run.ts';
import { Scheduler } from './scheduler.ts';

describe('the scheduler', () => {
  const make = (seed: string) => new Scheduler(new SimDice(seed), true);

  it('runs events by time, and lets what they settled run to its end before the next', async () => {
    const scheduler = make('a');
    const seen: string[] = [];
    const chain = async (name: string) => {
      for (let i = 0; i < 20; i++) await null;
      seen.push(`${name} settled`);
    };
    scheduler.after(2, 'b', 0, () => seen.push('b'));
    scheduler.after(1, 'a', 0, () => {
      seen.push('a');
      void chain('a');
    });
    expect(await scheduler.run(() => false, 100)).toBe('empty');
    expect(seen).toEqual(['a', 'a settled', 'b']);
    expect(scheduler.now).toBe(2);
  });

  it('runs no cancelled event, stops when told, and at its bound', async () => {
    const scheduler = make('b');
    let ran = 0;
    scheduler.after(1, 'x', 0, () => ran++)();
    expect(await scheduler.run(() => false, 100)).toBe('empty');
    expect(ran).toBe(0);
    const again = () => {
      ran++;
      scheduler.after(1, 'y', 0, again);
    };
    again();
    expect(await scheduler.run(() => ran === 5, 100)).toBe('done');
    expect(await scheduler.run(() => false, 10)).toBe('bound');
    expect(scheduler.steps).toBe(10);
  });

  it('takes events of one instant in an order that the seed decides', async () => {
    const order = async (seed: string) => {
      const scheduler = make(seed);
      const seen: number[] = [];
      for (let i = 0; i < 30; i++) scheduler.after(1, 'x', 0, () => seen.push(i));
      await scheduler.run(() => false, 100);
      return seen.join();
    };
    expect(await order('one')).toBe(await order('one'));
    expect(await order('one')).not.toBe(await order('two'));
  });

  it('rejects with what an event threw', async () => {
    const scheduler = make('c');
    scheduler.after(1, 'x', 0, () => {
      throw new Error('broken');
    });
    await expect(scheduler.run(() => false, 10)).rejects.toThrow('broken');
  });
});

describe('seeded dice', () => {
  it('are spread evenly and make uuids of version 4', () => {
    const dice = new SimDice('dice');
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) counts[dice.below(10)]! += 1;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect(dice.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('fork into streams that do not move each other', () => {
    const one = new SimDice('x');
    const other = new SimDice('x');
    other.fork('a').next();
    expect(other.next()).toBe(one.next());
    expect(one.fork('a').next()).not.toBe(one.fork('b').next());
  });
});

describe('a simulated run', () => {
  it('is the same for the same seed, with or without its trace, and another for another', async () => {
    const first = await runSeed({ seed: 4 });
    const again = await runSeed({ seed: 4, verbose: true });
    expect(again.digest).toBe(first.digest);
    expect(again.tail.length).toBeGreaterThan(100);
    expect((await runSeed({ seed: 5 })).digest).not.toBe(first.digest);
  });

  it('holds on one node, and on five', async () => {
    for (let seed = 1; seed <= 10; seed++) {
      expect((await runSeed({ seed, nodes: 1 })).violations, `seed ${seed} on one`).toEqual([]);
      expect((await runSeed({ seed, nodes: 5 })).violations, `seed ${seed} on five`).toEqual([]);
    }
  });

  it('replays a violation from its seed', async () => {
    const plant = plantNamed('effects-before-commit');
    const first = await runSeed({ seed: 1, plant });
    const again = await runSeed({ seed: 1, plant, verbose: true });
    expect(first.violations).not.toEqual([]);
    expect(again.violations).toEqual(first.violations);
  });
});

describe('a report', () => {
  it('finds what came up too seldom, once there are seeds enough to judge', async () => {
    const result = await runSeed({ seed: 1 });
    const report = new Report(3);
    report.add(result);
    expect(report.shortfalls()).toEqual([]);
    const nothing = { ...result, faults: new Map(), operations: new Map(), things: new Map(), checks: new Map() };
    for (let i = 0; i < 100; i++) report.add(nothing);
    const shortfalls = report.shortfalls();
    for (const kind of faultKinds) expect(shortfalls.some(line => line.includes(kind))).toBe(true);
    expect(report.lastLine()).toMatch(
      /^sim: seeds=101 steps=\d+ faults=\d+ violations=0 stacks_ended=\d+ digest=[0-9a-f]{16}$/,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { Admission, type AdmissionOptions, type Admitted } from './admission.ts';
import { rig } from './fixtures/gateway.ts';

/** A clock that only the test moves; its timers fire when it passes them. */
function handClock() {
  let now = 0;
  let timers: { readonly at: number; readonly fn: () => void }[] = [];
  return {
    monotonic: () => now,
    after: (ms: number, fn: () => void) => {
      const timer = { at: now + ms, fn };
      timers.push(timer);
      return () => {
        timers = timers.filter(each => each !== timer);
      };
    },
    pass(ms: number): void {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { fn } of due) fn();
    },
  };
}

const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

function gate(options: AdmissionOptions = {}) {
  const clock = handClock();
  const admission = new Admission({ atOnce: () => 2, ...options, clock });
  const seen: string[] = [];
  const inside: (() => void)[] = [];
  const ask = (project: string, kind: 'read' | 'write' = 'write'): Promise<void> =>
    admission.enter(kind, project).then((admitted: Admitted) => {
      seen.push(admitted.kind === 'in' ? project : `${project} ${admitted.why} ${admitted.afterSeconds}`);
      if (admitted.kind === 'in') inside.push(admitted.leave);
    });
  return { clock, seen, inside, ask };
}

describe('admission', () => {
  it('lets a project do so much at once, and another past its line', async () => {
    const { seen, inside, ask } = gate();
    for (let n = 0; n < 1_000; n++) void ask('heavy');
    await settle();
    expect(seen).toEqual(['heavy', 'heavy']);
    void ask('light');
    await settle();
    expect(seen).toEqual(['heavy', 'heavy', 'light']);
    inside.shift()?.();
    await settle();
    expect(seen).toEqual(['heavy', 'heavy', 'light', 'heavy']);
  });

  it('has places apart for what only reads', async () => {
    const { seen, ask } = gate();
    for (let n = 0; n < 5; n++) void ask('p', 'write');
    for (let n = 0; n < 5; n++) void ask('p', 'read');
    await settle();
    expect(seen).toHaveLength(4);
  });

  it('lets more in when there are more engines, and fewer when there are fewer', async () => {
    let most = 1;
    const { seen, inside, ask } = gate({ atOnce: () => most });
    for (let n = 0; n < 9; n++) void ask('p');
    await settle();
    expect(seen).toHaveLength(1);
    most = 3;
    inside.shift()?.();
    inside.shift()?.();
    await settle();
    expect(inside).toHaveLength(2);
    inside.shift()?.();
    await settle();
    expect(inside).toHaveLength(3);
    most = 1;
    inside.shift()?.();
    inside.shift()?.();
    await settle();
    expect(inside).toHaveLength(1);
  });

  it('refuses who finds a long line, and who waits too long', async () => {
    const { seen, clock, ask } = gate({ waiting: 2, waitMs: 1_000, placeMs: 60_000 });
    for (let n = 0; n < 5; n++) void ask('p');
    await settle();
    expect([...seen].sort()).toEqual(['p', 'p', 'p line 1']);
    clock.pass(1_001);
    await settle();
    expect(seen.slice(3)).toEqual(['p wait 1', 'p wait 1']);
  });

  it('gives the place of one that takes long to another, once', async () => {
    const { seen, inside, clock, ask } = gate({ placeMs: 2_000 });
    for (let n = 0; n < 7; n++) void ask('p');
    await settle();
    clock.pass(2_001);
    await settle();
    expect(seen).toHaveLength(4);
    for (const leave of inside.slice(0, 2)) leave();
    await settle();
    expect(seen).toHaveLength(4);
  });

  it('keeps to so many a second, if that is asked for, and says when there is one again', async () => {
    const { seen, inside, clock, ask } = gate({ atOnce: () => 99, perSecond: 0.5, burst: 3 });
    for (let n = 0; n < 4; n++) await ask('p');
    await ask('q');
    expect(seen).toEqual(['p', 'p', 'p', 'p rate 2', 'q']);
    clock.pass(1_000);
    await ask('p');
    clock.pass(1_000);
    await ask('p');
    expect(seen.slice(5)).toEqual(['p rate 1', 'p']);
    clock.pass(3_600_000);
    for (let n = 0; n < 4; n++) await ask('p');
    expect(seen.slice(7)).toEqual(['p', 'p', 'p', 'p rate 2']);
    expect(inside.length).toBe(8);
  });
});

describe('a gateway', () => {
  it('answers 429 with Retry-After to a project that asks too much, and serves others', async () => {
    const { app, ask } = rig({ admission: { perSecond: 0.1, burst: 2 } });
    try {
      const statuses: number[] = [];
      for (let n = 0; n < 3; n++) statuses.push((await ask('GET', '/v1/p1/stacks')).statusCode);
      expect(statuses).toEqual([200, 200, 429]);
      const refused = await ask('GET', '/v1/p1/stacks');
      expect(refused.headers['retry-after']).toBe('10');
      expect(refused.json()).toMatchObject({ code: 429, error: { type: 'TooManyRequests' } });
      expect((await ask('GET', '/v1/admins/stacks', { token: 'admin' })).statusCode).toBe(200);
    } finally {
      await app.close();
    }
  });
});

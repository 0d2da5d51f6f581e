/** Commits whose outcome is unknown, and what burning makes of them. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { CommitNumber } from '../../kernel/ids.ts';
import { CommitUnknown, type Row, StoreUnavailable } from '../store.ts';
import { event, type Home, Life, next, row, set, type Shaky } from './fixtures.ts';

export function unknown(home: () => Home): void {
  let shaky: Shaky;
  let life: Life;
  let first: Row;
  beforeEach(async () => {
    shaky = await home().shaky();
    life = await Life.begin(shaky.store);
    first = row('timers');
    await life.commit(set(first));
  });

  const lost = async (second: Row) => {
    await expect(life.commit(set(second, event(second.stack)))).rejects.toBeInstanceOf(CommitUnknown);
    return life.nextNumber();
  };
  const stored = async () => (await home().store.read('timers', [first.key]))[0];

  describe('burning', () => {
    it('says never of a commit that was cut off before it arrived', async () => {
      shaky.lose('commit', 'before');
      const n = await lost(next(first));
      expect(await life.store.burn(life.lane(), n)).toBe('never');
      expect(await stored()).toEqual(first);
      life.skip();
      const second = next(first);
      await life.commit(set(second));
      expect(await stored()).toEqual(second);
    });

    it('says in of a commit whose answer was cut off', async () => {
      const second = next(first);
      shaky.lose('commit', 'after');
      const n = await lost(second);
      expect(await life.store.burn(life.lane(), n)).toBe('in');
      expect(await life.store.burn(life.lane(), n)).toBe('in');
      expect(await stored()).toEqual(second);
      life.skip();
      await life.commit(set(next(second)));
    });

    it('keeps a commit out that arrives later', async () => {
      shaky.lose('commit', 'held');
      const n = await lost(next(first, { state: 'late' }));
      expect(await life.store.burn(life.lane(), n)).toBe('never');
      await shaky.release();
      expect(await stored()).toEqual(first);
      expect(await home().store.events([first.stack], { where: [] })).toEqual([]);
      expect(await life.store.burn(life.lane(), n)).toBe('never');
      life.skip();
      await life.commit(set(next(first, { state: 'next' })));
    });

    it('sees a commit that arrived before it', async () => {
      const second = next(first);
      shaky.lose('commit', 'held');
      const n = await lost(second);
      await shaky.release();
      expect(await life.store.burn(life.lane(), n)).toBe('in');
      expect(await stored()).toEqual(second);
    });

    it('whose own answer is lost is asked again, and says the same', async () => {
      shaky.lose('commit', 'before');
      const n = await lost(next(first));
      shaky.lose('burn', 'after');
      await expect(life.store.burn(life.lane(), n)).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await life.store.burn(life.lane(), n)).toBe('never');
      shaky.lose('burn', 'before');
      await expect(life.store.burn(life.lane(), n)).rejects.toBeInstanceOf(StoreUnavailable);
      expect(await life.store.burn(life.lane(), n)).toBe('never');
    });

    it('stays in its lane, and burns no number but the one', async () => {
      shaky.lose('commit', 'before');
      const n = await lost(next(first));
      await life.commit(set(row('timers')), 1 as never);
      expect(await life.store.burn(life.lane(), n)).toBe('never');
      await life.commit(set(row('timers')), 1 as never);
      await expect(life.store.burn(life.lane(2 as never), 5 as CommitNumber)).rejects.toThrow('burnt');
      await life.commit(set(row('timers')), 2 as never);
    });
  });

  it('a lane goes on beside a commit that hangs', async () => {
    shaky.lose('commit', 'held');
    const n = await lost(next(first, { state: 'late' }));
    expect(await life.store.burn(life.lane(), n)).toBe('never');
    life.skip();
    const second = next(first);
    await life.commit(set(second));
    await shaky.release();
    expect(await stored()).toEqual(second);
  });

  it('a lane goes on after a cut by itself', async () => {
    shaky.lose('commit', 'after');
    await lost(next(first));
    life.skip();
    for (let i = 0; i < 5; i++) await life.commit(set(row('timers')));
  });
}

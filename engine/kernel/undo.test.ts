import { describe, expect, it } from 'vitest';
import { startWhole } from './undo.ts';

describe('something that is started of parts', () => {
  it('ends them once, one after the other, the last one first', async () => {
    const ended: string[] = [];
    const whole = await startWhole(async undo => {
      undo.push(async () => {
        await Promise.resolve();
        ended.push('first');
      });
      undo.push(() => ended.push('second'));
      return {
        get parts() {
          return 2 - ended.length;
        },
      };
    });
    expect(whole.parts).toBe(2);
    await whole.stop();
    await whole.stop();
    expect(ended).toEqual(['second', 'first']);
    expect(whole.parts).toBe(0);
  });

  it('ends what was started where a later part fails', async () => {
    const ended: string[] = [];
    const failing = startWhole(async undo => {
      undo.push(() => ended.push('first'));
      throw new Error('no second');
    });
    await expect(failing).rejects.toThrow('no second');
    expect(ended).toEqual(['first']);
  });
});

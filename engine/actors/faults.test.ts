import { describe, expect, it } from 'vitest';
import { errors } from '../kernel/errors.ts';
import { whatOf, whereOf } from './faults.ts';

describe('what the log says of a throw', () => {
  it('names the places, innermost first', () => {
    const thrower = () => {
      throw new Error('broken');
    };
    expect(() => thrower()).toThrow(
      expect.toSatisfy((error: unknown) =>
        /^thrower faults\.test\.ts:\d+ < .*faults\.test\.ts:\d+/.test(whereOf(error)),
      ),
    );
  });

  it('takes nothing from the text, whatever that looks like', () => {
    const error = new Error('no\n    at hunter2 (/secret.ts:1:2)');
    expect(whereOf(error)).not.toContain('hunter2');
  });

  it('says of an error for users its type alone', () => {
    expect(whatOf(errors.StackValidationFailed({ message: 'hunter2' }))).toBe('StackValidationFailed');
    expect(whatOf('hunter2')).toBe('unknown');
    expect(whereOf('hunter2')).toBe('');
  });
});

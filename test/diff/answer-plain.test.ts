import { expect, it } from 'vitest';
import { plainAnswer } from './answer-plain.ts';

it('tells floats from integers, however they are written, and keeps digits', () => {
  expect(plainAnswer('[1, 1.0, 1e3, 12345678901234567890, "NaN \\" Infinity", true, null]')).toEqual([
    1,
    'float 1',
    'float 1000',
    'integer 12345678901234567890',
    'NaN " Infinity',
    true,
    null,
  ]);
});

it("reads Python's words that are no JSON", () => {
  expect(plainAnswer('{"a": NaN, "b": [-Infinity, Infinity]}')).toEqual({
    a: 'float NaN',
    b: ['float -Infinity', 'float Infinity'],
  });
});

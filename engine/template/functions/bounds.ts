/** Bounds on what functions make of small arguments: a few kilobytes of template may ask for terabytes. */
import { limits } from '../../kernel/limits.ts';
import { isFloat, isList, isMap, type Value } from '../../values/value.ts';
import { affords } from '../work.ts';
import { FunctionFailure } from './failure.ts';

/** Counts work. Throws where the template asks for more than it may in all. */
export function spend(cost: number): void {
  if (affords(cost)) return;
  const message = `What the functions of the template make is too long in all (the limit is ${limits.maxWork} characters)`;
  throw new FunctionFailure('ValueError', message);
}

/** Characters that are searched at the cost of one that is made. */
export const searchedPerUnit = 16;

/** Throws where a result of so many characters (entries count as one each) is too long to be a value. */
export function checkSize(size: number, name: string): void {
  if (size > limits.maxResultSize) {
    throw new FunctionFailure(
      'ValueError',
      `The result of "${name}" is too long (the limit is ${limits.maxResultSize} characters)`,
    );
  }
}

/** Characters and entries of a value; counts no further than just above limits.maxResultSize. */
export function sizeOf(value: Value, sofar = 0): number {
  if (sofar > limits.maxResultSize) return sofar;
  if (typeof value === 'string') return sofar + value.length + 1;
  if (typeof value !== 'object' || value === null || isFloat(value)) return sofar + 1;
  let size = sofar + 1;
  if (isList(value)) for (const item of value) size = sizeOf(item, size);
  else if (isMap(value)) for (const [key, item] of value) size = sizeOf(item, size + key.length);
  return size;
}

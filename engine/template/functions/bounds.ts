/** Bounds on what functions make of small arguments: a few kilobytes of template may ask for terabytes. */
import { limits } from '../../kernel/limits.ts';
import { isFloat, isList, isMap, type Value } from '../../values/value.ts';
import { failure } from './function.ts';

/** Throws where a result of so many characters (entries count as one each) is too long to be a value. */
export function checkSize(size: number, name: string): void {
  if (size > limits.maxResultSize) {
    throw failure.value(`The result of "${name}" is too long (the limit is ${limits.maxResultSize} characters)`);
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

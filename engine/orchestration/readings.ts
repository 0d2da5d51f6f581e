/**
 * What a job has read of templates, for the same job once more.
 *
 * A job that needs templates by URL ends with their names, and begins again with them among its files (fetching.ts), up
 * to a hundred times: what it had read by then it need not read again. A text always reads as the same value and no
 * value ever changes, so it makes no difference but in time whose job finds it here.
 */
import { limits } from '../kernel/limits.ts';
import type { Value } from '../values/value.ts';

/** By text; of jobs that want more. */
const kept = new Map<string, Value>();
let keptChars = 0;
/** By the job that is under way. */
let reading: Map<string, Value> | undefined;

/** Runs a job: what it read is kept where it wants more, and forgotten where it came to its end. */
export function readingOnce<R extends { readonly kind: string }>(run: () => R): R {
  const read = new Map<string, Value>();
  reading = read;
  try {
    const result = run();
    for (const [text, value] of read) {
      if (result.kind === 'wants') keep(text, value);
      else forget(text);
    }
    return result;
  } finally {
    reading = undefined;
  }
}

/** What a text says; within a job it is read once. `read` may throw: then nothing is kept. */
export function valueIn(text: string, read: (text: string) => Value): Value {
  const value = reading?.get(text) ?? kept.get(text) ?? read(text);
  reading?.set(text, value);
  return value;
}

function keep(text: string, value: Value): void {
  if (kept.has(text)) return;
  if (keptChars + text.length > limits.templatesKeptChars) {
    kept.clear();
    keptChars = 0;
  }
  kept.set(text, value);
  keptChars += text.length;
}

function forget(text: string): void {
  if (kept.delete(text)) keptChars -= text.length;
}

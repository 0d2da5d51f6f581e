/**
 * What an evaluation may use up. Every expression that is evaluated, every item that is read and every part that is
 * looked at counts one step, so whatever a template asks for comes to an end; a text or a list that would be too large
 * is refused before it is made.
 */
import { limits } from '../../kernel/limits.ts';
import { spend } from '../functions/bounds.ts';
import { fail } from './failure.ts';
import type { Regex } from './values.ts';

/** What a step costs of all that a template's functions may do (template/work.ts), where a character costs one. */
const stepCost = 80;
/** How many steps are counted before they are paid. */
const stepsAtOnce = 1_000;

export class Meter {
  private steps = 0;
  private paid = 0;
  private depth = 0;
  /** Regular expressions that were compiled already. */
  readonly patterns = new Map<string, Regex>();

  step(count = 1): void {
    this.steps += count;
    if (this.steps - this.paid > stepsAtOnce) this.pay();
  }

  /** Throws a failure where the expression takes too long, a FunctionFailure where all of the template's do. */
  pay(): void {
    const due = this.steps - this.paid;
    this.paid = this.steps;
    spend(due * stepCost);
    if (this.steps > limits.maxYaqlSteps) {
      throw fail(`Expression takes too long (the limit is ${limits.maxYaqlSteps} steps)`, 'limit');
    }
  }

  /** Before and after what may lead to itself again; who throws need not leave, as long as nobody goes on. */
  enter(): void {
    if (++this.depth > limits.maxYaqlCallDepth) throw fail('maximum recursion depth exceeded', 'limit');
  }

  leave(): void {
    this.depth--;
  }

  /** How deep it is, to go back there where something that was thrown is caught. */
  get level(): number {
    return this.depth;
  }

  backTo(level: number): void {
    this.depth = level;
  }
}

/** Heat's [yaql] memory_quota: bytes that CPython would need for a value, or for some together. */
export function checkMemory(...sizes: readonly number[]): void {
  let total = 0;
  for (const size of sizes) {
    total += size;
    if (total > limits.yaqlMemoryQuota) throw fail('Expression consumed too much memory', 'limit');
  }
}

/** Heat's [yaql] limit_iterators. */
export function checkLength(length: number): void {
  if (length > limits.yaqlLimitIterators) {
    throw fail(`Collection length exceeds ${limits.yaqlLimitIterators} elements`, 'limit');
  }
}

/** A scenario is a list of named steps; each passes or fails on its own and says what it saw when it fails. */
import { type Ran, transcript } from '../support/command.ts';

/** What was expected, and the evidence. Its message is printed whole. */
export class StepFailed extends Error {}

export class Steps {
  readonly scenario: string;
  passed = 0;
  failed = 0;
  /** Told of each step as it begins, by its number, from 1 on. */
  onStep: ((step: number) => void) | undefined;
  readonly #write: (line: string) => void;

  constructor(scenario: string, write: (line: string) => void) {
    this.scenario = scenario;
    this.#write = write;
  }

  /** Runs a step. A failure is printed and counted; the next steps go on. Returns the step's result if it passed. */
  async step<T>(name: string, body: () => Promise<T>): Promise<T | undefined> {
    this.onStep?.(this.passed + this.failed + 1);
    const started = performance.now();
    const after = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
    try {
      const result = await body();
      this.passed += 1;
      this.#write(`  ✓ ${name} (${after()})`);
      return result;
    } catch (error) {
      this.failed += 1;
      this.#write(`  ✗ ${name} (${after()})\n${textOf(error)}`);
      return undefined;
    }
  }

  get line(): string {
    return `e2e: ${this.scenario} ${this.passed} steps passed, ${this.failed} failed`;
  }
}

function textOf(error: unknown): string {
  if (error instanceof StepFailed) return error.message;
  if (!(error instanceof Error)) return `  ${String(error)}`;
  // fetch says "fetch failed" and hides the reason below it.
  const cause = error.cause instanceof Error ? `\n  because: ${error.cause.message}` : '';
  return `  ${error.stack ?? error.message}${cause}`;
}

/** Fails the step unless the condition holds; `evidence` is shown below what was expected. */
export function expect(condition: boolean, expected: string, evidence: string): asserts condition {
  if (!condition) throw new StepFailed(`  expected: ${expected}\n${evidence}`);
}

export interface ExpectedRun {
  readonly status: 'success' | 'failure';
  /** What the two outputs together must say. */
  readonly says?: readonly (string | RegExp)[];
  readonly saysNot?: readonly (string | RegExp)[];
}

/** Fails the step unless a command ended and spoke as expected. */
export function expectRun(ran: Ran, { status, says = [], saysNot = [] }: ExpectedRun): Ran {
  const evidence = transcript(ran);
  expect(
    (ran.status === 0) === (status === 'success'),
    `exit status ${status === 'success' ? '0' : 'not 0'}`,
    evidence,
  );
  const said = `${ran.stdout}\n${ran.stderr}`;
  for (const text of says) expect(matches(said, text), `it says ${String(text)}`, evidence);
  for (const text of saysNot) expect(!matches(said, text), `it does not say ${String(text)}`, evidence);
  return ran;
}

function matches(said: string, text: string | RegExp): boolean {
  return typeof text === 'string' ? said.includes(text) : text.test(said);
}

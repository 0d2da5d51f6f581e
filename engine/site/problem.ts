/** What an operator added to an engine cannot be used: all that is wrong, each with its file and line. */
export interface Problem {
  readonly file: string;
  /** From 1; undefined: the file as a whole. */
  readonly line?: number | undefined;
  /** What is wrong, and what would be right. */
  readonly message: string;
}

/** The engine does not start with it. */
export class UnusableSite extends Error {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(shownProblem).join('\n'));
    this.problems = problems;
  }
}

function shownProblem({ file, line, message }: Problem): string {
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}

/** Why a file cannot be read, as its system says. */
export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
}

/** Where in a file something stands that is wrong: by the words that lead to it, or by the way to a throw. Pure. */

/** The line of each of `words`, one after the other, from line `from`: the last that is found. From 1. */
export function lineOfWords(text: string, words: readonly string[], from = 1): number {
  const lines = text.split('\n');
  let line = from;
  for (const word of words) {
    const pattern = new RegExp(`(^|[^\\w$])${word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}($|[^\\w$])`);
    const found = lines.findIndex((each, i) => i >= line - 1 && !isComment(each) && pattern.test(each));
    if (found !== -1) line = found + 1;
  }
  return line;
}

function isComment(line: string): boolean {
  return /^\s*(\/\/|\/?\*|#)/.test(line);
}

export interface CodePlace {
  /** A path. */
  readonly file: string;
  readonly line: number;
}

/**
 * Where an error comes from: what its stack begins with (a text that is no module), else the innermost place outside of
 * `own` (the engine's code) and of Node. Undefined where it does not say.
 */
export function thrownAt(error: unknown, own: string): CodePlace | undefined {
  if (!(error instanceof Error) || error.stack === undefined) return undefined;
  const { stack } = error;
  const head = /^(?:file:\/\/)?(\/[^\n]*?):(\d+)\n/.exec(stack);
  if (head !== null) return { file: decodeURI(head[1] ?? ''), line: Number(head[2]) };
  for (const [, path = '', line] of stack.matchAll(/^ +at (?:.* \()?(?:file:\/\/)?(\/[^\n()]*?):(\d+):\d+\)?$/gm)) {
    if (!path.startsWith(own)) return { file: decodeURI(path), line: Number(line) };
  }
  return undefined;
}

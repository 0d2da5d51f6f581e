/** What a command writes with, and how it ends. Tests give their own. */
import type { Screen } from './progress.ts';

export interface Out {
  /** A line for whoever asked. */
  line(text: string): void;
  /** Where a tree is drawn while a command waits. */
  readonly screen: Screen;
}

/** How a command ends; 2 is wrong use, which commander finds. */
export const exit = { done: 0, refused: 1, usage: 2, failed: 3 } as const;

/** The action was begun, and failed: all has been said, the process ends with this status. */
export class EndedBadly extends Error {
  readonly status = exit.failed;
}

export const terminal: Out = {
  line: text => console.log(text),
  screen: { isTty: process.stdout.isTTY === true, write: text => void process.stdout.write(text) },
};

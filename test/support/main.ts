/** How a command of the tests begins and ends: its last line says how it went, also where it was told to stop. */

export interface Command {
  /** As `npm run` calls it; the last line begins with it. */
  readonly name: string;
  /** The exit status. What it throws is the last line. */
  readonly main: () => Promise<number>;
  /** Ends what it has started, where a signal ends it. */
  readonly end: () => Promise<unknown>;
}

const say = (line: string): void => console.log(line);

/** Runs it, and ends the process: with its status, with 1 where it failed or was ended by SIGINT or SIGTERM. */
export async function runMain({ name, main, end }: Command): Promise<never> {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      void end()
        .catch(() => undefined)
        .finally(() => {
          say(`${name}: ended by ${signal}`);
          process.exit(1);
        });
    });
  }
  try {
    process.exitCode = await main();
  } catch (error) {
    say(`${name}: failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
  return process.exit();
}

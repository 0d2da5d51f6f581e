const orphanWatchMs = 250;

/** Waits for SIGTERM or SIGINT. A second one ends the process at once, whatever is still being stopped. */
export function untilToldToStop(): Promise<NodeJS.Signals> {
  return new Promise(told => {
    let times = 0;
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.on(signal, () => {
        times += 1;
        if (times > 1) process.exit(1);
        told(signal);
      });
    }
    if (process.env['npm_command'] !== undefined) untilOrphaned(() => told('SIGTERM'));
  });
}

/** npx and npm do not pass a SIGTERM on: when the one that started this process is gone, it was told to stop. */
function untilOrphaned(orphaned: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    orphaned();
  }, orphanWatchMs);
  timer.unref();
}

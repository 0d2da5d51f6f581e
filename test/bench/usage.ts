/** What processes have used, from /proc: processor time and memory. */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks a second of /proc/<pid>/stat: fixed by Linux for what it shows to users. */
const ticksPerSecond = 100;

/** The fields of /proc/<pid>/stat from the third on; undefined for a process that is no more. */
function stat(pid: number): readonly string[] | undefined {
  try {
    // The second field is the program's name in brackets, which may hold blanks and brackets itself.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function ticks(fields: readonly string[] | undefined, from: number, to: number): number {
  return (fields ?? []).slice(from, to).reduce((sum, field) => sum + Number(field), 0);
}

/** Seconds of processor time of a process so far; with `family`, also of its children, dead and alive. */
export function cpuSeconds(pid: number, family = false): number {
  const [utime, afterStime, afterCstime, ppid] = [11, 13, 15, 1];
  let sum = ticks(stat(pid), utime, family ? afterCstime : afterStime);
  if (family) {
    for (const name of readdirSync('/proc')) {
      const fields = /^\d+$/.test(name) ? stat(Number(name)) : undefined;
      if (fields?.[ppid] === String(pid)) sum += ticks(fields, utime, afterStime);
    }
  }
  return sum / ticksPerSecond;
}

/** Memory that a process holds now, in MiB. */
export function rssMib(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024;
}

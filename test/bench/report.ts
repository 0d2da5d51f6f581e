/** Samples to figures, and figures to the table and the file that others read. */
import type { Case } from './cases.ts';
import { median, type Sample } from './rounds.ts';

/** One line of the file. */
export interface Figures {
  readonly case: string;
  readonly seconds: number;
  /** What the database alone takes for the same rows, in the same run; null where nothing was compared. */
  readonly limit_seconds: number | null;
  /** Resources a second; requests a second where requests were measured. */
  readonly rate: number;
  readonly cpu_seconds: number | null;
  readonly rss_mib: number | null;
  /** Requests to services; only where they were counted. */
  readonly calls?: number;
}

export interface Result {
  readonly of: Case;
  readonly samples: readonly Sample[];
  /** Before the warm-up: the server's first stack of this size. */
  readonly cold: Sample;
  readonly rssMib: number;
}

const rounded = (n: number, digits: number): number => Number(n.toFixed(digits));

export function figuresOf({ of, samples, rssMib }: Result): Figures {
  const seconds = median(samples.map(sample => sample.seconds));
  return {
    case: of.name,
    seconds: rounded(seconds, 4),
    limit_seconds: rounded(median(samples.map(sample => sample.floorSeconds)), 4),
    rate: rounded(of.stack.resources / seconds, 1),
    cpu_seconds: rounded(median(samples.map(sample => sample.cpuSeconds)), 2),
    rss_mib: rounded(rssMib, 1),
  };
}

/** Why a case is not as it must be; undefined where it is. */
export function fault({ of, samples }: Result): string | undefined {
  const most = Math.max(...samples.map(sample => sample.commits));
  if (of.maxCommits === undefined || most <= of.maxCommits) return undefined;
  return `${of.name} took ${most} commits, ${of.maxCommits} are allowed`;
}

const heads = ['case', 'seconds', 'floor', '× floor', 'best', 'cold', 'resources/s', 'CPU s', 'RSS MiB', 'commits'];

/** Medians over the rounds; the ratio is of those; best and cold are single rounds. */
export function tableOf(results: readonly Result[]): string {
  const lines = results.map(result => {
    const { seconds, limit_seconds, rate, cpu_seconds, rss_mib } = figuresOf(result);
    const floor = limit_seconds ?? 0;
    const commits = result.samples.map(sample => sample.commits);
    const [least, most] = [Math.min(...commits), Math.max(...commits)];
    return [
      result.of.name,
      seconds.toFixed(3),
      floor.toFixed(3),
      (seconds / floor).toFixed(2),
      Math.min(...result.samples.map(sample => sample.seconds)).toFixed(3),
      result.cold.seconds.toFixed(3),
      rate.toFixed(0),
      String(cpu_seconds),
      String(rss_mib),
      least === most ? String(most) : `${least}–${most}`,
    ];
  });
  return aligned([[...heads, 'real Heat'], ...lines.map((line, i) => [...line, heat(results[i]?.of.heatSeconds)])]);
}

const heat = (seconds: number | undefined): string => (seconds === undefined ? '–' : `${seconds} s`);

/** Columns: the first to the left, the others to the right. */
export function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map(line => (line[column] ?? '').length)));
  const padded = (cell: string, column: number): string =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);
  return lines.map(line => `  ${line.map(padded).join('  ')}`).join('\n');
}

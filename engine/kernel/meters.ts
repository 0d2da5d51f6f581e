/**
 * What is counted and measured, and its text for Prometheus (text exposition format 0.0.4).
 *
 * Every count is a number in memory that somebody reads now and then; nothing is sent anywhere. Names of labels are
 * few and known, and so are their values: kinds, statuses, routes; never a project's, a user's or a template's.
 */
import { invariant } from './invariant.ts';

export type Labels = Readonly<Record<string, string>>;

/** Rises. */
export interface Counter {
  add(labels?: Labels, by?: number): void;
  /** The one of these labels, for those who count often: it adds one. */
  one(labels: Labels): () => void;
}

/** How often which size came. */
export interface Histogram {
  /** In the unit that the name says. */
  seen(value: number, labels?: Labels): void;
}

export interface Reading {
  readonly labels: Labels;
  readonly value: number;
}

export interface Meters {
  /** The counter of this name, made at the first call. */
  counter(name: string, help: string): Counter;
  /** The histogram of this name; `bounds` rise, and the last bucket, of all, is added. */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram;
  /** Read whenever somebody looks; a later call takes the place of an earlier one. `rises`: it is a counter. */
  read(name: string, help: string, readings: () => number | readonly Reading[], rises?: boolean): void;
  /** All of it, families by name. */
  text(): string;
}

/** Bounds for how long something takes, in seconds: from a turn of the event loop to a slow service. */
export const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60] as const;

interface Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  lines(name: string): readonly string[];
}

export function createMeters(): Meters {
  const families = new Map<string, Family>();
  const known = <F extends Family>(name: string, make: () => F, is: (family: Family) => family is F): F => {
    const family = families.get(name) ?? make();
    invariant(is(family), `${name} is measured in one way`);
    families.set(name, family);
    return family;
  };
  return {
    counter: (name, help) =>
      known(
        name,
        () => new CounterFamily(help),
        family => family instanceof CounterFamily,
      ),
    histogram: (name, help, bounds) =>
      known(
        name,
        () => new HistogramFamily(help, bounds),
        family => family instanceof HistogramFamily,
      ),
    read: (name, help, readings, rises = false) => {
      families.set(name, new ReadFamily(help, rises ? 'counter' : 'gauge', readings));
    },
    text: () =>
      [...families]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .flatMap(([name, family]) => [
          `# HELP ${name} ${family.help}`,
          `# TYPE ${name} ${family.type}`,
          ...family.lines(name),
        ])
        .map(line => `${line}\n`)
        .join(''),
  };
}

/** One text per set of labels: what stands in braces, in the order in which the labels were given. */
function inBraces(labels: Labels): string {
  let text = '';
  for (const [name, value] of Object.entries(labels)) text += `${text === '' ? '' : ','}${name}="${escaped(value)}"`;
  return text;
}

function escaped(value: string): string {
  return value.replace(/[\\"\n]/g, found => (found === '\n' ? '\\n' : `\\${found}`));
}

function sample(name: string, braces: string, value: number): string {
  return `${name}${braces === '' ? '' : `{${braces}}`} ${value}`;
}

interface Count {
  value: number;
}

class CounterFamily implements Family, Counter {
  readonly type = 'counter';
  readonly help: string;
  private readonly counts = new Map<string, Count>();

  constructor(help: string) {
    this.help = help;
  }

  add(labels: Labels = {}, by = 1): void {
    this.of(labels).value += by;
  }

  one(labels: Labels): () => void {
    const count = this.of(labels);
    return () => {
      count.value += 1;
    };
  }

  lines(name: string): readonly string[] {
    return [...this.counts].map(([braces, { value }]) => sample(name, braces, value));
  }

  private of(labels: Labels): Count {
    const braces = inBraces(labels);
    const known = this.counts.get(braces);
    if (known !== undefined) return known;
    const count = { value: 0 };
    this.counts.set(braces, count);
    return count;
  }
}

interface Buckets {
  /** How many fell between the bound before and this one. */
  readonly counts: number[];
  sum: number;
}

class HistogramFamily implements Family, Histogram {
  readonly type = 'histogram';
  readonly help: string;
  private readonly bounds: readonly number[];
  private readonly series = new Map<string, Buckets>();

  constructor(help: string, bounds: readonly number[]) {
    this.help = help;
    this.bounds = bounds;
  }

  seen(value: number, labels: Labels = {}): void {
    const braces = inBraces(labels);
    let buckets = this.series.get(braces);
    if (buckets === undefined) {
      buckets = { counts: Array.from({ length: this.bounds.length + 1 }, () => 0), sum: 0 };
      this.series.set(braces, buckets);
    }
    const at = this.bounds.findIndex(bound => value <= bound);
    const index = at === -1 ? this.bounds.length : at;
    buckets.counts[index] = (buckets.counts[index] ?? 0) + 1;
    buckets.sum += value;
  }

  lines(name: string): readonly string[] {
    return [...this.series].flatMap(([braces, { counts, sum }]) => {
      const before = braces === '' ? '' : `${braces},`;
      let total = 0;
      const lines = counts.map((count, i) => {
        total += count;
        return sample(`${name}_bucket`, `${before}le="${this.bounds[i] ?? '+Inf'}"`, total);
      });
      return [...lines, sample(`${name}_sum`, braces, sum), sample(`${name}_count`, braces, total)];
    });
  }
}

class ReadFamily implements Family {
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  private readonly readings: () => number | readonly Reading[];

  constructor(help: string, type: 'counter' | 'gauge', readings: () => number | readonly Reading[]) {
    this.help = help;
    this.type = type;
    this.readings = readings;
  }

  lines(name: string): readonly string[] {
    const read = this.readings();
    if (typeof read === 'number') return [sample(name, '', read)];
    return read.map(({ labels, value }) => sample(name, inBraces(labels), value));
  }
}

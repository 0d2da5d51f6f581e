/** What many seeds came to: tables of operations, faults and invariants, and whether each came up often enough. */
import { type FaultKind, faultKinds } from './faults.ts';
import { kinds } from './cloud/kinds.ts';
import { type InvariantName, invariantNames } from './invariants/checks.ts';
import { type OperationKind, operationKinds } from './operation-kinds.ts';
import type { RunResult } from './run.ts';

/** Of a thousand seeds, so many at least must meet each kind of fault. */
const leastPerThousand = 100;
/** Each kind of operation as often; of fewer seeds than a thousand, at all. */
const seedsForOperations = 1_000;
/** And so many of each kind of thing must have been made in the cloud, and so many that only look like ours. */
const leastThings = 10;
const leastTwins = 1;
/** Fewer seeds than this say nothing of what is rare. */
const seedsToJudge = 100;
/** Fewer nodes than this do not meet all faults. */
const nodesToJudge = 3;

/** What no random stack has: its types live through the faults one by one (`--types`). */
const apart: ReadonlySet<string> = new Set([
  ...['address_scope', 'subnetpool', 'policy', 'QoS rule', 'share', 'metering_label', 'metering rule', 'trunk'],
  ...['port forwarding', 'flavor', 'server group', 'aggregate', 'volume type', 'qos specs'],
  ...['domain', 'group', 'service', 'endpoint', 'region', "group's grant"],
]);

const thingsMade: readonly string[] = kinds
  .filter(({ name }) => !apart.has(name))
  .flatMap(({ name, twin }) => [`${name} of us`, ...(twin === undefined ? [] : [`${name} of others`])]);

function add<K>(sum: Map<K, number>, more: ReadonlyMap<K, number>): void {
  for (const [kind, count] of more) sum.set(kind, (sum.get(kind) ?? 0) + count);
}

function table<K extends string>(title: string, kinds: readonly K[], counts: ReadonlyMap<K, number>): string[] {
  const width = Math.max(...kinds.map(kind => kind.length));
  return [title, ...kinds.map(kind => `  ${kind.padEnd(width)}  ${String(counts.get(kind) ?? 0).padStart(9)}`)];
}

export class Report {
  private readonly nodes: number;
  seeds = 0;
  steps = 0;
  violations = 0;
  stacksEnded = 0;
  private digest = 0n;
  private readonly operations = new Map<OperationKind, number>();
  private readonly faults = new Map<FaultKind, number>();
  private readonly things = new Map<string, number>();
  private readonly ends = new Map<string, number>();
  private readonly checks = new Map<InvariantName, number>();

  constructor(nodes: number) {
    this.nodes = nodes;
  }

  add(result: RunResult): void {
    this.seeds++;
    this.steps += result.steps;
    this.stacksEnded += result.stacksEnded;
    if (result.violations.length > 0) this.violations++;
    this.digest = BigInt.asUintN(64, this.digest * 0x100000001b3n + BigInt(`0x${result.digest}`));
    add(this.operations, result.operations);
    add(this.faults, result.faults);
    add(this.things, result.things);
    add(this.ends, result.ends);
    add(this.checks, result.checks);
  }

  get faultsTotal(): number {
    return [...this.faults.values()].reduce((sum, count) => sum + count, 0);
  }

  tables(): readonly string[] {
    return [
      ...table('operations', operationKinds, this.operations),
      ...table('stacks ended', [...this.ends.keys()].sort(), this.ends),
      ...table('made in the cloud, by us and by others', thingsMade, this.things),
      ...table('faults', faultKinds, this.faults),
      ...table('invariants: looked at, on cases that could have broken them', invariantNames, this.checks),
    ];
  }

  /** What came up too seldom for the run to prove anything of it. */
  shortfalls(): readonly string[] {
    if (this.seeds < seedsToJudge || this.nodes < nodesToJudge) return [];
    const least = Math.floor((leastPerThousand * this.seeds) / 1_000);
    const leastOperations = this.seeds < seedsForOperations ? 1 : least;
    const seldom = (name: string, count: number, wanted: number) =>
      count < wanted ? [`${name} came up ${count} times in ${this.seeds} seeds, ${wanted} are the least`] : [];
    return [
      ...operationKinds.flatMap(kind => seldom(`operation "${kind}"`, this.operations.get(kind) ?? 0, leastOperations)),
      ...thingsMade.flatMap(what => seldom(what, this.things.get(what) ?? 0, this.leastOf(what))),
      ...faultKinds.flatMap(kind => seldom(`fault ${kind}`, this.faults.get(kind) ?? 0, least)),
      ...invariantNames.flatMap(name => seldom(`invariant "${name}"`, this.checks.get(name) ?? 0, this.seeds)),
    ];
  }

  private leastOf(thing: string): number {
    return Math.floor(((thing.endsWith('us') ? leastThings : leastTwins) * this.seeds) / 1_000);
  }

  lastLine(): string {
    const digest = this.digest.toString(16).padStart(16, '0');
    return `sim: seeds=${this.seeds} steps=${this.steps} faults=${this.faultsTotal} violations=${this.violations} stacks_ended=${this.stacksEnded} digest=${digest}`;
  }
}

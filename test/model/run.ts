/**
 * One run: a node in virtual time, one stack, random operations at random moments, and the oracle beside it.
 *
 * There are no faults here (test/sim has them): what is asked is whether the order of things and their end follow from
 * the templates alone, whatever comes in the middle of what.
 */
import type { Behaviour } from '../../engine/actors/actor.ts';
import type { World } from '../../engine/actors/world.ts';
import { HybridClock } from '../../engine/kernel/clock.ts';
import { isHeatError } from '../../engine/kernel/errors.ts';
import type { Uuid } from '../../engine/kernel/ids.ts';
import { EngineNode } from '../../engine/node.ts';
import { behaviours, unparks } from '../../engine/orchestration/behaviours.ts';
import { jobs } from '../../engine/orchestration/jobs.ts';
import type { WireMessage } from '../../engine/orchestration/messages.ts';
import { createLocalDirectory, createLocalTransport } from '../../engine/real/local-directory.ts';
import { createNoCloud } from '../../engine/real/no-cloud.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { createMemoryStore } from '../../engine/store/memory.ts';
import type { Store } from '../../engine/store/store.ts';
import { createVault } from '../../engine/values/sealed.ts';
import { epochMs } from '../sim/clock.ts';
import { SimDice } from '../sim/dice.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { Graph } from './graph.ts';
import { Oracle } from './oracle.ts';

export interface ModelResult {
  readonly seed: number;
  readonly ops: number;
  readonly replaced: number;
  readonly failed: number;
  readonly violations: readonly string[];
}

/** What a planted bug puts around the behaviours. */
export type Planted = (all: readonly Behaviour<unknown>[]) => readonly Behaviour<unknown>[];

const registry = createRegistry();
const known: Readonly<Record<string, (input: never) => unknown>> = jobs(registry);
const maxSteps = 60_000;
const patienceMs = 900_000;
const noEnvironment = JSON.stringify({ environment: null, environment_files: [], parameters: {} });

/** The store, with the oracle told of each commit. */
function watched(store: Store, oracle: Oracle): Store {
  return new Proxy(store, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (key !== 'commit') return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      const commit: Store['commit'] = async (lane, n, rows) => {
        await target.commit(lane, n, rows);
        oracle.landed(rows);
      };
      return commit;
    },
  });
}

class Run {
  readonly oracle = new Oracle();
  readonly problems: string[] = [];
  readonly dice: SimDice;
  private readonly scheduler: Scheduler;
  private readonly store: Store;
  private readonly world: World;
  private readonly node: EngineNode;
  private readonly stack: Uuid;
  private pending = 0;

  constructor(seed: number, plant: Planted) {
    this.dice = new SimDice(`model/${seed}`);
    this.scheduler = new Scheduler(this.dice.fork('order'), false);
    const { scheduler } = this;
    const hybrid = new HybridClock(() => epochMs + scheduler.now);
    this.store = watched(createMemoryStore({ nowMs: () => epochMs + scheduler.now }), this.oracle);
    this.world = {
      clock: {
        now: () => hybrid.now(),
        observe: time => hybrid.observe(time),
        monotonic: () => scheduler.now,
        after: (ms, run) => scheduler.after(ms, 'timer', 0, run),
        soon: run => void scheduler.after(0, 'soon', 0, run),
      },
      dice: this.dice.fork('node'),
      store: this.store,
      transport: createLocalTransport(),
      directory: createLocalDirectory(),
      cloud: createNoCloud(),
      vault: createVault(this.dice.bytes(32), n => this.dice.bytes(n)),
      compute: { run: async (job, input) => known[job]?.(input as never) as never },
      log: { write: (level, event, fields) => this.log(level, event, fields) },
    };
    this.node = new EngineNode({ world: this.world, behaviours: plant(behaviours(registry)), unparks });
    this.stack = this.dice.uuid();
  }

  private log(level: string, event: string, fields: unknown): void {
    if (level === 'error' || level === 'warn') this.problems.push(`${event} ${JSON.stringify(fields)}`);
  }

  async start(): Promise<void> {
    await this.node.start();
  }

  end(): void {
    this.node.kill();
  }

  /** Asks, and goes on without the answer. A refusal is an answer; anything else is a violation. */
  private ask(message: WireMessage): void {
    this.pending++;
    const to = { kind: 'stack', stack: this.stack, bucket: 0, id: this.stack };
    void this.node
      .ask(to, { request: this.dice.uuid(), message }, 60_000)
      .catch((error: unknown) => {
        if (!isHeatError(error) || error.status >= 500) this.oracle.violations.push(`asked: ${String(error)}`);
      })
      .finally(() => this.pending--);
  }

  create(graph: Graph, disableRollback: boolean): void {
    this.ask({
      kind: 'create',
      project: 'p',
      name: 'model',
      username: 'u',
      isAdmin: false,
      template: graph.template(),
      environment: this.world.vault.seal(noEnvironment),
      files: '{}',
      disableRollback,
      tags: [],
      tagged: false,
    });
  }

  update(graph: Graph, disableRollback: boolean): void {
    this.ask({
      kind: 'update',
      existing: false,
      isAdmin: false,
      template: graph.template(),
      environment: this.world.vault.seal(noEnvironment),
      files: '{}',
      clearParameters: [],
      disableRollback,
      tagged: false,
      tags: [],
      converge: false,
    });
  }

  tell(message: WireMessage): void {
    this.ask(message);
  }

  /** Lets so much virtual time go by. */
  async wait(ms: number): Promise<void> {
    const until = this.scheduler.now + ms;
    this.scheduler.after(ms, 'wait', -1, () => undefined);
    await this.scheduler.run(() => this.scheduler.now >= until, this.scheduler.steps + maxSteps);
  }

  /** All that there is, a line each, for whoever looks for the reason. */
  private async rows(): Promise<string> {
    const resources = await this.store.select('resources', { where: [] });
    const incarnations = await this.store.select('incarnations', { where: [] });
    return resources
      .map(row => {
        const own = incarnations.filter(({ actor }) => actor === row.key).map(each => `${each.key} ${each.state}`);
        return [
          `${row.key} ${row.unfinished ? 'UNFINISHED ' : ''}${JSON.stringify(row.columns)} ${row.state}`,
          ...own,
        ].join('\n    ');
      })
      .join('\n');
  }

  /** Until nothing is under way; `<action>_<status>` of the stack. */
  async settled(): Promise<string> {
    const limit = this.scheduler.now + patienceMs;
    const isQuiet = () => this.pending === 0 && this.node.population === 0;
    const steps = this.scheduler.steps + maxSteps;
    await this.scheduler.run(() => isQuiet() || this.scheduler.now > limit, steps);
    const [row] = await this.store.read('stacks', [this.stack]);
    const state = row === undefined ? 'none' : `${row.columns.action}_${row.columns.status}`;
    return isQuiet()
      ? state
      : `${state} (unsettled: ${this.pending} requests, ${this.node.population} actors)\n${await this.rows()}`;
  }
}

/** One seed: operations at random moments, then a healthy template, then nothing. */
export async function runModel(seed: number, plant: Planted = all => all): Promise<ModelResult> {
  const run = new Run(seed, plant);
  const { dice, oracle } = run;
  await run.start();
  let graph = Graph.random(dice);
  run.create(graph, dice.chance(0.5));
  let ops = 1;
  for (let left = 1 + dice.below(5); left > 0; left--, ops++) {
    await run.wait(dice.pick([0, 0.5, 20, 400, 2_000, 8_000]) * (0.5 + dice.unit()));
    if (dice.chance(0.15)) {
      run.tell({ kind: 'cancel', rollback: dice.chance(0.5) });
    } else if (dice.chance(0.08)) {
      run.tell({ kind: 'act', action: dice.pick(['SUSPEND', 'RESUME', 'CHECK'] as const) });
    } else {
      graph = graph.changed(dice);
      run.update(graph, dice.chance(0.5));
    }
  }
  await toTheEnd(run, graph.changed(dice).healthy());
  run.end();
  const violations = [...oracle.violations, ...run.problems];
  return { seed, ops, replaced: oracle.replaced, failed: oracle.failed, violations };
}

/** Whatever happened before, a healthy update ends in what it says, and a delete in nothing. */
async function toTheEnd(run: Run, graph: Graph): Promise<void> {
  const { oracle } = run;
  const expect = (state: string, ...wanted: readonly string[]) => {
    if (!wanted.includes(state)) oracle.violations.push(`the stack ended ${state}, not ${wanted.join(' or ')}`);
  };
  const before = await run.settled();
  if (before.includes('unsettled')) oracle.violations.push(`the stack never ended: ${before}`);
  if (before.startsWith('SUSPEND')) {
    run.tell({ kind: 'act', action: 'RESUME' });
    await run.settled();
  }
  run.update(graph, true);
  expect(await run.settled(), 'UPDATE_COMPLETE');
  oracle.checkEnd(graph);
  run.tell({ kind: 'remove' });
  expect(await run.settled(), 'DELETE_COMPLETE');
  oracle.checkNothing();
}

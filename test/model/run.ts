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
import type { Address, Uuid } from '../../engine/kernel/ids.ts';
import { EngineNode } from '../../engine/node.ts';
import { behaviours, unparks } from '../../engine/orchestration/behaviours.ts';
import { jobs } from '../../engine/orchestration/jobs.ts';
import type { Act, WireMessage } from '../../engine/orchestration/messages.ts';
import { decode } from '../../engine/orchestration/records.ts';
import { createLocalDirectory, createLocalTransport } from '../../engine/real/local-directory.ts';
import { createNoCloud } from '../../engine/real/no-cloud.ts';
import { createRegistry } from '../../engine/resources/registry.ts';
import { createMemoryStore } from '../../engine/store/memory.ts';
import type { RowSet, Store } from '../../engine/store/store.ts';
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
  readonly nested: number;
  readonly failed: number;
  /** `<action>_<status>` of the stack after the random operations. */
  readonly ended: string;
  readonly violations: readonly string[];
}

/** Hears what is asked and what happens. */
export type Say = (text: string) => void;

/** What a planted bug puts around the behaviours. */
export type Planted = (all: readonly Behaviour<unknown>[]) => readonly Behaviour<unknown>[];

const registry = createRegistry();
const known: Readonly<Record<string, (input: never) => unknown>> = jobs(registry);
const maxSteps = 60_000;
const patienceMs = 900_000;
const noEnvironment = JSON.stringify({ environment: null, environment_files: [], parameters: {} });

/** The store, with others told of each commit. */
function watched(store: Store, landed: (rows: RowSet) => void): Store {
  return new Proxy(store, {
    get(target, key, receiver) {
      const member: unknown = Reflect.get(target, key, receiver);
      if (key !== 'commit') return typeof member === 'function' ? (member.bind(target) as unknown) : member;
      const commit: Store['commit'] = async (lane, n, rows) => {
        await target.commit(lane, n, rows);
        landed(rows);
      };
      return commit;
    },
  });
}

class Run {
  readonly oracle: Oracle;
  readonly problems: string[] = [];
  readonly dice: SimDice;
  private readonly scheduler: Scheduler;
  private readonly store: Store;
  private readonly world: World;
  private readonly node: EngineNode;
  private readonly stack: Uuid;
  private readonly say: Say;
  private pending = 0;
  /** It was asked for last of such actions. */
  isSuspended = false;
  /** All templates, by the number that their description says; those that were taken, as they were. */
  private readonly graphs: Graph[] = [];
  private readonly taken: number[] = [];

  constructor(seed: number, plant: Planted, say: Say) {
    this.say = say;
    this.dice = new SimDice(`model/${seed}`);
    this.scheduler = new Scheduler(this.dice.fork('order'), false);
    this.stack = this.dice.uuid();
    this.oracle = new Oracle(this.stack);
    const { scheduler } = this;
    const hybrid = new HybridClock(() => epochMs + scheduler.now);
    this.store = watched(createMemoryStore({ nowMs: () => epochMs + scheduler.now }), rows => this.landed(rows));
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
  }

  private landed(rows: RowSet): void {
    this.oracle.landed(rows);
    for (const { resource_name, action, status, reason, physical_id } of rows.events)
      this.tellOf(`${resource_name} ${action}_${status} ${physical_id}: ${reason}`);
  }

  private tellOf(what: string): void {
    this.say(`${this.scheduler.now.toFixed(1).padStart(10)} ${what}`);
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
  private ask(message: WireMessage, to: Address = this.address, taken?: number): void {
    this.pending++;
    const about = taken === undefined ? JSON.stringify(message) : `${message.kind} ${taken}: ${this.graphs[taken]}`;
    this.tellOf(`asked: ${about}`);
    void this.node
      .ask(to, { request: this.dice.uuid(), message }, 60_000)
      .then(() => {
        this.tellOf(`taken: ${message.kind}`);
        if (taken !== undefined) this.taken.push(taken);
      })
      .catch((error: unknown) => {
        if (!isHeatError(error) || error.status >= 500) this.oracle.violations.push(`asked: ${String(error)}`);
      })
      .finally(() => this.pending--);
  }

  private get address(): Address {
    return { kind: 'stack', stack: this.stack, bucket: 0, id: this.stack };
  }

  private texts(graph: Graph): { readonly template: string; readonly files: string; readonly environment: string } {
    this.graphs.push(graph);
    const template = graph.template(String(this.graphs.length - 1));
    return { template, files: graph.files(), environment: this.world.vault.seal(noEnvironment) };
  }

  create(graph: Graph, disableRollback: boolean): void {
    const who = { project: 'p', name: 'model', username: 'u', isAdmin: false };
    const texts = this.texts(graph);
    this.ask({ kind: 'create', ...who, ...texts, disableRollback, tags: [], tagged: false }, this.address, 0);
  }

  update(graph: Graph, disableRollback: boolean): void {
    const rest = { existing: false, isAdmin: false, clearParameters: [], tagged: false, tags: [], converge: false };
    const texts = this.texts(graph);
    this.ask({ kind: 'update', ...rest, ...texts, disableRollback }, this.address, this.graphs.length - 1);
  }

  tell(message: WireMessage): void {
    this.ask(message);
  }

  /** Resumes the outermost stack that is suspended, wholly or not; false where none is. */
  async resumeOne(): Promise<boolean> {
    const rows = await this.store.select('stacks', { where: [{ column: 'action', in: ['SUSPEND'] }] });
    const depth = (row: (typeof rows)[number]) => Number(row.columns.nested_depth);
    const [row] = rows.toSorted((a, b) => depth(a) - depth(b));
    if (row === undefined) return false;
    this.isSuspended = false;
    this.ask({ kind: 'act', action: 'RESUME' }, { kind: 'stack', stack: row.key, bucket: 0, id: row.key });
    return true;
  }

  act(action: Act['action']): void {
    this.isSuspended = action === 'SUSPEND';
    this.ask({ kind: 'act', action });
  }

  /** Says of any resource of the tree that it is not what it should be. */
  async markOne(): Promise<void> {
    const rows = await this.store.select('resources', { where: [] });
    if (rows.length === 0) return;
    const { stack, bucket, key } = this.dice.pick(rows);
    this.ask({ kind: 'mark', unhealthy: true, reason: 'marked' }, { kind: 'resource', stack, bucket, id: key });
  }

  /** A stack that says that it is as it shall be is what its template says; after an update, what the newest says. */
  async checkComplete(state: string): Promise<void> {
    if (!/^(CREATE|UPDATE|ROLLBACK|DELETE)_COMPLETE$/.test(state)) return;
    const [row] = await this.store.read('stacks', [this.stack]);
    const said = row === undefined ? '' : JSON.parse(decode.stack(row).description);
    const newest = this.taken.at(-1);
    const number = /^\d+$/.test(said) ? Number(said) : undefined;
    const isNew = state.startsWith('CREATE') || state.startsWith('UPDATE');
    if (isNew && number !== newest) this.oracle.violations.push(`${state} of template ${said}, not of ${newest}`);
    if (number !== undefined && this.graphs[number]?.fails === true && !state.startsWith('DELETE'))
      this.oracle.violations.push(`${state} of template ${said}, of which something must have failed`);
    this.oracle.checkEnd(state === 'DELETE_COMPLETE' || number === undefined ? undefined : this.graphs[number]);
  }

  /** Lets so much virtual time go by. */
  async wait(ms: number): Promise<void> {
    const until = this.scheduler.now + ms;
    this.scheduler.after(ms, 'wait', -1, () => undefined);
    await this.scheduler.run(() => this.scheduler.now >= until, this.scheduler.steps + maxSteps);
  }

  /** Rows of all that is under way, for whoever looks for the reason. */
  private async rows(): Promise<string> {
    const resources = await this.store.select('resources', { where: [] });
    const incarnations = await this.store.select('incarnations', { where: [] });
    return resources
      .filter(row => row.unfinished)
      .map(row => {
        const own = incarnations.filter(({ actor }) => actor === row.key).map(each => `${each.key} ${each.state}`);
        return [`${row.key} ${JSON.stringify(row.columns)} ${row.state}`, ...own].join('\n    ');
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

/** One of the operations that a user has, at random; the graph that the stack has then, if it is taken. */
async function operate(run: Run, graph: Graph): Promise<Graph> {
  const { dice } = run;
  const roll = dice.unit();
  if (run.isSuspended && dice.chance(0.5)) run.act('RESUME');
  else if (roll < 0.15) run.tell({ kind: 'cancel', rollback: dice.chance(0.5) });
  else if (roll < 0.25) run.act(dice.pick(['SUSPEND', 'RESUME', 'CHECK']));
  else if (roll < 0.3) await run.markOne();
  else if (roll < 0.32) run.tell({ kind: 'remove' });
  else {
    const next = graph.changed(dice);
    run.update(next, dice.chance(0.5));
    return next;
  }
  return graph;
}

/** One seed: operations at random moments, then a healthy template, then nothing. */
export async function runModel(
  seed: number,
  plant: Planted = all => all,
  say: Say = () => undefined,
): Promise<ModelResult> {
  const run = new Run(seed, plant, say);
  const { dice, oracle } = run;
  await run.start();
  let graph = Graph.random(dice);
  run.create(graph, dice.chance(0.5));
  const ops = 1 + dice.below(5);
  for (let i = 0; i < ops; i++) {
    await run.wait(dice.pick([0, 0.5, 20, 400, 2_000, 8_000]) * (0.5 + dice.unit()));
    graph = await operate(run, graph);
  }
  const ended = await run.settled();
  if (ended.includes('unsettled')) oracle.violations.push(`the stack never ended: ${ended}`);
  await run.checkComplete(ended);
  if (ended !== 'DELETE_COMPLETE') await toTheEnd(run, graph.changed(dice).healthy());
  run.end();
  const violations = [...oracle.violations, ...run.problems];
  const { replaced, nested, failed } = oracle;
  return { seed, ops: ops + 1, replaced, nested, failed, ended, violations };
}

/** Whatever happened before, a healthy update ends in what it says, and a delete in nothing. */
async function toTheEnd(run: Run, graph: Graph): Promise<void> {
  while (await run.resumeOne()) await run.settled();
  for (const wanted of ['UPDATE_COMPLETE', 'DELETE_COMPLETE']) {
    if (wanted === 'UPDATE_COMPLETE') run.update(graph, true);
    else run.tell({ kind: 'remove' });
    const state = await run.settled();
    if (state !== wanted) run.oracle.violations.push(`the stack ended ${state}, not ${wanted}`);
    await run.checkComplete(state);
  }
}

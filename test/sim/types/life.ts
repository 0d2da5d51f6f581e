/**
 * The life of one entry of the table of types (test/types) in a simulated cluster, under one fault of its cloud: as its
 * user makes it, changes it in every way of the table, and deletes it. At each rest the cloud's books, kept from effects
 * alone, must be what they are in the same life without a fault: no twin, no orphan; and nobody else's thing is touched.
 *
 * A stage that a fault brought to fail (a conflict that comes too often) is asked for again, as users do.
 */
import { productWire } from '../../../engine/actors/wire.ts';
import type { Address, Uuid } from '../../../engine/kernel/ids.ts';
import type { Registry } from '../../../engine/kit/resource.ts';
import { behaviours, unparks } from '../../../engine/orchestration/behaviours.ts';
import { jobs } from '../../../engine/orchestration/jobs.ts';
import type { WireMessage } from '../../../engine/orchestration/messages.ts';
import { createRegistry } from '../../../engine/resources/registry.ts';
import type { TypeEntry } from '../../types/form.ts';
import { stagesOf, templateOf } from '../../types/stages.ts';
import { request } from '../client.ts';
import { SimCredentials, userToken } from '../cloud/credentials.ts';
import type { CloudThing } from '../cloud/ledger.ts';
import { SimCloud } from '../cloud/port.ts';
import { SimService } from '../cloud/service.ts';
import { Cluster } from '../cluster.ts';
import type { FaultKind, Rates } from '../faults.ts';
import { checkHistory } from '../invariants/history.ts';
import { Order } from '../invariants/order.ts';
import { openLore } from './lore.ts';

/** The name of the stack: a mark begins with it. */
const stackName = 's0';
const project = 'p1';
const tries = 8;
const patienceMs = 3_600_000;
const quietMs = 30_000;
const maxSteps = 400_000;
/** How often a fault comes up, of the requests that it can hit. A twin matters to those who must look again. */
const usualRate = 0.3;
const rates = (fault: FaultKind): Rates =>
  fault === 'cloud-twin' ? { [fault]: 1, 'cloud-timeout-after-success': usualRate } : { [fault]: usualRate };

export interface LifeOptions {
  readonly seed: number;
  /** Undefined: all goes well. */
  readonly fault: FaultKind | undefined;
  readonly verbose?: boolean;
  /** In place of the product's types. */
  readonly registry?: Registry;
}

export interface Life {
  /** At each rest, what of ours is there: `<n> <kind>`; the last is after the delete. */
  readonly rests: readonly string[];
  /** How often the fault came up. */
  readonly hits: number;
  readonly violations: readonly string[];
  readonly tail: readonly string[];
}

const productTypes = createRegistry();

export async function liveUnder(entry: TypeEntry, options: LifeOptions): Promise<Life> {
  const { seed, fault, verbose = false, registry = productTypes } = options;
  const cluster: Cluster = new Cluster({
    seed,
    nodes: 1,
    verbose,
    wire: productWire(),
    behaviours: () => behaviours(registry),
    unparks,
    jobs: jobs(registry),
    cloud: (slot, directory) => new SimCloud(service, slot.process, directory),
    credentials: slot => new SimCredentials(service.trusts, slot.process, cluster),
    faults: fault === undefined ? {} : rates(fault),
  });
  const isOurs = (id: string): boolean => service.ledger.things.get(id)?.owner === 'us';
  const service: SimService = new SimService(cluster, cluster.dice.fork('cloud'), openLore(isOurs));
  new Order(cluster, () => []);
  const user = new User(cluster, service);
  watchOthers(cluster, service);
  const failed = (reason: unknown): void =>
    cluster.checks.failed(reason instanceof Error ? (reason.stack ?? reason.message) : String(reason));
  process.on('unhandledRejection', failed);
  try {
    cluster.start();
    await user.live(entry);
    if (!cluster.checks.broken) checkHistory(cluster);
  } catch (error) {
    failed(error);
  } finally {
    process.off('unhandledRejection', failed);
  }
  const twins = [...service.ledger.things.values()].filter(({ owner }) => owner === 'others').length - user.furniture;
  return {
    rests: user.rests,
    hits: fault === 'cloud-twin' ? twins : fault === undefined ? 0 : (cluster.faults.counts.get(fault) ?? 0),
    violations: cluster.checks.violations.map(({ invariant, what }) => `${invariant}: ${what}`),
    tail: cluster.scheduler.tail(60_000),
  };
}

/** What others have is theirs. */
function watchOthers({ checks }: Cluster, { ledger }: SimService): void {
  const untouched = ({ kind, id, owner }: CloudThing, by: string): void => {
    if (owner !== 'others') return;
    checks.expect('foreign things untouched', by !== 'us', () => `${kind.name} ${id} of others was changed or deleted`);
  };
  ledger.listeners.push({ came: () => undefined, went: untouched, changed: untouched, tied: () => undefined });
}

class User {
  readonly rests: string[] = [];
  /** Things of others that were there before. */
  readonly furniture: number;
  private readonly cluster: Cluster;
  private readonly service: SimService;
  private readonly id: Uuid;

  constructor(cluster: Cluster, service: SimService) {
    this.cluster = cluster;
    this.service = service;
    this.id = cluster.dice.uuid();
    this.furniture = [...service.ledger.things.values()].filter(({ owner }) => owner === 'others').length;
  }

  async live(entry: TypeEntry): Promise<void> {
    for (const { kind, properties } of stagesOf(entry, 'sandbox')) {
      const template = JSON.stringify(templateOf(entry, stackName, properties));
      await this.reach(kind === 'create' ? this.creation(template) : this.update(template), this.update(template));
    }
    await this.reach({ kind: 'remove' }, { kind: 'remove' });
  }

  /** Asks until it is so; what is there then is a rest. */
  private async reach(first: WireMessage, again: WireMessage): Promise<void> {
    for (let i = 0; i < tries && !this.cluster.checks.broken; i++) {
      const told = await this.ask(i === 0 ? first : again);
      if (told !== 'answered') {
        if (!this.cluster.checks.broken) this.cluster.checks.failed(`${first.kind} was refused: ${told}`);
        return;
      }
      const columns = await this.settled();
      if (columns === undefined) return;
      if (columns['status'] !== 'COMPLETE') continue;
      await this.quiet();
      this.rests.push(this.ours());
      return;
    }
    if (this.cluster.checks.broken) return;
    const { action, status, reason } = this.columns() ?? {};
    const what = (): string => `${first.kind}: ${String(action)}_${String(status)} (${String(reason)})`;
    this.cluster.checks.expect('ends as it deserves', false, what);
  }

  private async ask(message: WireMessage): Promise<string> {
    const { scheduler, dice } = this.cluster;
    const to: Address = { kind: 'stack', stack: this.id, bucket: 0, id: this.id };
    let told: string | undefined;
    void request(this.cluster, to, message, dice.uuid()).then(answer => {
      told =
        answer.kind === 'answered'
          ? 'answered'
          : `${answer.error.status} ${answer.error.type}: ${answer.error.message}`;
    });
    await this.until(() => told !== undefined, `an answer to ${message.kind}`);
    scheduler.note(() => `---- ${message.kind}: ${told}`);
    return told ?? 'no answer';
  }

  private columns(): Readonly<Record<string, unknown>> | undefined {
    return this.cluster.books.stacks.get(this.id)?.columns;
  }

  /** When nothing goes on, and nothing is owed. */
  private async settled(): Promise<Readonly<Record<string, unknown>> | undefined> {
    const { books } = this.cluster;
    const isOver = (): boolean =>
      this.columns()?.['status'] !== 'IN_PROGRESS' && books.owed.size === 0 && books.unfinished.size === 0;
    return (await this.until(isOver, 'an end')) ? this.columns() : undefined;
  }

  /** What services do by themselves is over. */
  private async quiet(): Promise<void> {
    const { scheduler } = this.cluster;
    const then = scheduler.now + quietMs;
    await scheduler.run(() => scheduler.now > then, maxSteps);
  }

  private async until(isOver: () => boolean, what: string): Promise<boolean> {
    const { scheduler, checks } = this.cluster;
    const limit = scheduler.now + patienceMs;
    await scheduler.run(() => checks.broken || isOver() || scheduler.now > limit, maxSteps);
    checks.expect('every stack ends', checks.broken || isOver(), () => `${what} never came`);
    return !checks.broken;
  }

  /** Of each kind how many of ours there are. */
  private ours(): string {
    this.service.machine.advance();
    const counts = new Map<string, number>();
    for (const { kind, owner, there } of this.service.ledger.things.values()) {
      if (owner === 'us' && there) counts.set(kind.name, (counts.get(kind.name) ?? 0) + 1);
    }
    return [...counts]
      .map(([kind, n]) => `${n} ${kind}`)
      .sort()
      .join(', ');
  }

  private given(): Pick<Extract<WireMessage, { kind: 'update' }>, 'isAdmin' | 'environment' | 'credential'> {
    const { cluster } = this;
    const environment = cluster.seal(JSON.stringify({ environment: {}, environment_files: [], parameters: {} }));
    return { isAdmin: true, environment, credential: cluster.seal(userToken) };
  }

  private creation(template: string): WireMessage {
    return {
      kind: 'create',
      project,
      name: stackName,
      username: 'demo',
      template,
      files: '{}',
      disableRollback: true,
      timeoutMins: 60,
      tags: [],
      tagged: false,
      ...this.given(),
    };
  }

  private update(template: string): WireMessage {
    return {
      kind: 'update',
      existing: false,
      template,
      files: '{}',
      clearParameters: [],
      disableRollback: true,
      timeoutMins: 60,
      tagged: false,
      tags: [],
      converge: false,
      ...this.given(),
    };
  }
}

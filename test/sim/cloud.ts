/**
 * The way to the cloud service, and what goes wrong on it.
 *
 * The effect of a request and its answer are two things: a request may do its work and fail, may do nothing and fail,
 * may sit in a queue and do its work long after its sender gave up, and other users make things that look like ours.
 * Every outcome that the port allows is met, `unsent` only where truly not a byte left.
 */
import { limits } from '../../engine/kernel/limits.ts';
import type { Cloud, CloudAnswer, CloudCall, CloudOutcome } from '../../engine/kernel/world.ts';
import { CloudState, type CloudThing, type Fate, problem } from './cloud-state.ts';
import { Trusts } from './credentials.ts';
import type { SimDice } from './dice.ts';
import type { SimDirectory } from './directory.ts';
import type { Faults } from './faults.ts';
import type { Checks } from './invariants/checks.ts';
import type { Links } from './links.ts';
import { never, type SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** Faults that a stack may fail for: the engine gives up after a few of a sort. */
export interface Grudge {
  /** Conflicts and refused connections. */
  conflicts: number;
  /** Things of it that went to `error`. */
  errors: number;
}

interface Around {
  readonly scheduler: Scheduler;
  readonly faults: Faults;
  readonly links: Links;
  readonly checks: Checks;
}

export class SimService {
  readonly state = new CloudState();
  readonly trusts: Trusts;
  /** By stack name, which every mark begins with. */
  readonly grudges = new Map<string, Grudge>();
  /** Requests that may still make something, by mark. */
  readonly onTheWay = new Map<string, number>();
  /** Called when a thing of ours came to be, and went. */
  readonly changed: ((thing: CloudThing, what: 'created' | 'deleted') => void)[] = [];
  readonly around: Around;
  readonly dice: SimDice;
  requests = 0;

  constructor(around: Around, dice: SimDice) {
    this.around = around;
    this.dice = dice;
    this.trusts = new Trusts(dice.fork('trusts'));
  }

  grudge(stack: string): Grudge {
    const known = this.grudges.get(stack);
    if (known !== undefined) return known;
    const fresh = { conflicts: 0, errors: 0 };
    this.grudges.set(stack, fresh);
    return fresh;
  }

  /** Other users' things: made beside ours, and never ours to touch. */
  foreign(like: {
    readonly name: string;
    readonly mark: string;
    readonly kind: CloudThing['kind'];
    readonly slot?: string;
  }): void {
    const { now } = this.around.scheduler;
    const { name, mark, kind, slot } = like;
    const id = this.dice.uuid();
    this.state.add({
      id,
      kind,
      owner: 'others',
      name,
      mark,
      part: undefined,
      slot,
      createdAt: now,
      readyAt: now,
      fails: false,
    });
  }

  /** The request takes effect now. */
  effect(call: CloudCall): CloudAnswer {
    this.requests++;
    const { scheduler, faults, links } = this.around;
    const asked = markOf(call);
    if (asked !== undefined && faults.roll('cloud-twin')) {
      this.foreign({ name: asked.name, mark: asked.mark.toUpperCase(), kind: asked.kind });
    }
    const fate = (): Fate => {
      const fails = faults.roll('cloud-build-error');
      if (fails && asked !== undefined) this.grudge(stackOf(asked.mark)).errors++;
      return { id: this.dice.uuid(), readyAt: scheduler.now + links.dice.skewed(0, 8_000), fails };
    };
    const before = this.state.journal.length;
    const answer = this.state.handle(scheduler.now, 'us', call, fate);
    if (answer.status === 409) this.conflict(call);
    for (const { thing, what } of this.state.journal.slice(before)) {
      scheduler.fold(what, -1);
      scheduler.note(() => `cloud: ${thing.kind} ${thing.id.slice(0, 6)} ${thing.mark} ${what}`);
      for (const listener of this.changed) listener(thing, what);
    }
    return answer;
  }

  /** A conflict or refused connection that the stack of this request met. */
  conflict(call: CloudCall): void {
    const mark = markOf(call)?.mark ?? this.state.things.get(call.path.split('/')[2] ?? '')?.mark;
    if (mark !== undefined) this.grudge(stackOf(mark)).conflicts++;
  }

  setOut(call: CloudCall, more: number): void {
    const mark = markOf(call)?.mark;
    if (mark !== undefined) this.onTheWay.set(mark, (this.onTheWay.get(mark) ?? 0) + more);
  }
}

/** What a create carries. */
export function markOf(
  call: CloudCall,
): { readonly kind: CloudThing['kind']; readonly name: string; readonly mark: string } | undefined {
  if (call.method !== 'POST') return undefined;
  const [kind, body] =
    Object.entries(JSON.parse(call.body ?? '{}') as Record<string, { name: string; mark: string }>)[0] ?? [];
  return body === undefined ? undefined : { kind: kind as CloudThing['kind'], name: body.name, mark: body.mark };
}

/** Marks are physical names: `<stack>-<resource>-<short id>`. */
export function stackOf(mark: string): string {
  return mark.slice(0, mark.indexOf('-'));
}

export class SimCloud implements Cloud {
  private readonly service: SimService;
  private readonly process: SimProcess;
  private readonly directory: SimDirectory;

  constructor(service: SimService, process: SimProcess, directory: SimDirectory) {
    this.service = service;
    this.process = process;
    this.directory = directory;
  }

  call(credential: string, call: CloudCall, deadlineMs: number): Promise<CloudOutcome> {
    if (!this.process.alive) return never();
    const { service } = this;
    const { scheduler, faults, links, checks } = service.around;
    scheduler.note(() => `n${this.process.index} calls ${call.method} ${call.path} ${markOf(call)?.mark ?? ''}`);
    checks.expect(
      'calls within the lease',
      scheduler.now < this.directory.deadline(),
      () =>
        `n${this.process.index} called the cloud ${scheduler.now - this.directory.deadline()} ms after its lease's deadline`,
    );
    if (!links.up(this.process.index, 'cloud') || faults.roll('cloud-refused')) {
      service.conflict(call);
      return this.answer(links.latency(), { kind: 'unsent', reason: 'connection refused' });
    }
    const soon = links.dice.skewed(5, 400);
    if (faults.roll('cloud-500-before')) return this.answered(soon, () => problem(500, 'Error', 'internal error'));
    if (call.method !== 'GET' && faults.roll('cloud-409')) {
      service.conflict(call);
      return this.answered(soon, () => problem(409, 'Conflict', 'busy, try again'));
    }
    if (!service.trusts.isLiving(credential)) {
      return this.answered(soon, () =>
        problem(401, 'Unauthorized', 'The request you have made requires authentication.'),
      );
    }
    const gone: CloudOutcome = { kind: 'unknown', reason: 'no answer' };
    if (faults.roll('cloud-lost')) return this.answer(links.dice.skewed(10, deadlineMs), gone);
    if (faults.roll('cloud-lands-late')) {
      // Its sender hears nothing; the request sits in queues as long as it may.
      this.land(links.dice.skewed(20, deadlineMs + limits.serviceLimitMs - 1_000), call);
      return this.answer(links.dice.skewed(10, deadlineMs), gone);
    }
    if (faults.roll('cloud-timeout-after-success')) {
      this.land(soon, call);
      return this.answer(links.dice.skewed(500, deadlineMs), gone);
    }
    if (faults.roll('cloud-500-after')) {
      return this.answered(soon, () => {
        service.effect(call);
        return problem(500, 'Error', 'internal error');
      });
    }
    return this.answered(soon, () => service.effect(call));
  }

  private land(afterMs: number, call: CloudCall): void {
    this.service.setOut(call, 1);
    this.service.around.scheduler.after(afterMs, 'cloud lands late', -1, () => {
      this.service.setOut(call, -1);
      this.service.effect(call);
    });
  }

  /** The effect after a while, its answer on the way back. A request that was sent takes effect whatever becomes of its sender. */
  private answered(afterMs: number, effect: () => CloudAnswer): Promise<CloudOutcome> {
    const { scheduler, links } = this.service.around;
    return new Promise(resolve => {
      scheduler.after(afterMs, 'cloud', this.process.index, () => {
        const answer = effect();
        scheduler.note(() => `cloud answers n${this.process.index}: ${answer.status}`);
        this.process.after(links.latency(), 'cloud', () => resolve({ kind: 'answered', answer }));
      });
    });
  }

  private answer(afterMs: number, outcome: CloudOutcome): Promise<CloudOutcome> {
    return new Promise(resolve => {
      this.process.after(afterMs, 'cloud', () => resolve(outcome));
    });
  }
}

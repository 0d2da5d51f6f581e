/**
 * The way to the cloud's services, and what goes wrong on it.
 *
 * The effect of a request and its answer are two things: a request may do its work and fail, may do nothing and fail,
 * or may sit in a queue and do its work long after its sender gave up. Every outcome that the port allows is met,
 * `unsent` only where truly not a byte left.
 */
import { limits } from '../../../engine/kernel/limits.ts';
import type { Cloud, CloudAnswer, CloudCall, CloudOutcome } from '../../../engine/kernel/world.ts';
import type { SimDirectory } from '../directory.ts';
import { never, type SimProcess } from '../process.ts';
import { markOfText } from './marks.ts';
import type { Caller, SimService } from './service.ts';

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
    scheduler.note(
      () => `n${this.process.index} calls ${call.service} ${call.method} ${call.path} ${markOfText(call.body) ?? ''}`,
    );
    const late = scheduler.now - this.directory.deadline();
    // As the real port: a task's second look may come after the lease, and then does not leave.
    if (late >= 0 && call.method === 'GET') return this.answer(0, { kind: 'unsent', reason: 'the lease is over' });
    checks.expect(
      'calls within the lease',
      late < 0,
      () => `n${this.process.index} called the cloud ${late} ms after its lease's deadline`,
    );
    const stack = service.trusts.stackOf(credential);
    if (!links.up(this.process.index, 'cloud') || faults.roll('cloud-refused')) {
      service.conflict(stack, call);
      return this.answer(links.latency(), { kind: 'unsent', reason: 'connection refused' });
    }
    const soon = links.dice.skewed(5, 400);
    const refused = (status: number, message: string) =>
      this.answered(soon, () => service.machine.problem(call.service, status, message));
    if (faults.roll('cloud-500-before')) return refused(500, 'internal error');
    if (call.method !== 'GET' && faults.roll('cloud-409')) {
      service.conflict(stack, call);
      return refused(409, 'busy, try again');
    }
    const caller = service.caller(credential);
    if (caller === undefined) return refused(401, 'The request you have made requires authentication.');
    return this.sent(caller, call, deadlineMs, soon);
  }

  /** It left, and somebody may do what it asks for. */
  private sent(caller: Caller, call: CloudCall, deadlineMs: number, soon: number): Promise<CloudOutcome> {
    const { service } = this;
    const { faults, links } = service.around;
    const gone: CloudOutcome = { kind: 'unknown', reason: 'no answer' };
    if (faults.roll('cloud-lost')) return this.answer(links.dice.skewed(10, deadlineMs), gone);
    if (faults.roll('cloud-lands-late')) {
      // Its sender hears nothing; the request sits in queues as long as it may.
      this.land(links.dice.skewed(20, deadlineMs + limits.serviceLimitMs - 1_000), caller, call);
      return this.answer(links.dice.skewed(10, deadlineMs), gone);
    }
    if (faults.roll('cloud-timeout-after-success')) {
      this.land(soon, caller, call);
      return this.answer(links.dice.skewed(500, deadlineMs), gone);
    }
    if (faults.roll('cloud-500-after')) {
      return this.answered(soon, () => {
        service.effect(caller, call);
        return service.machine.problem(call.service, 500, 'internal error');
      });
    }
    return this.answered(soon, () => service.effect(caller, call));
  }

  private land(afterMs: number, caller: Caller, call: CloudCall): void {
    const { scheduler } = this.service.around;
    scheduler.after(afterMs, 'cloud lands late', -1, () => {
      scheduler.note(() => `cloud: lands late: ${call.method} ${call.path} ${markOfText(call.body) ?? ''}`);
      this.service.effect(caller, call);
    });
  }

  /** The effect after a while, its answer on the way back. A request that was sent takes effect whatever becomes of its sender. */
  private answered(afterMs: number, effect: () => CloudAnswer): Promise<CloudOutcome> {
    const { scheduler, links } = this.service.around;
    return new Promise(resolve => {
      scheduler.after(afterMs, 'cloud', this.process.index, () => {
        const answer = effect();
        scheduler.note(
          () => `cloud answers n${this.process.index}: ${answer.status} ${answer.status < 400 ? '' : answer.body}`,
        );
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

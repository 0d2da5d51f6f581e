/**
 * The way to the machine's Keystone for trusts: a user's token is traded once for a credential that lasts, by a mark.
 *
 * A delegation may be made and its answer lost, or land long after; whoever asks again with the same mark gets the
 * same one. Services refuse every call without a living trust, so whoever acts for a user with anything else is seen.
 */
import { limits } from '../../../engine/kernel/limits.ts';
import type { CloudAnswer, Credentials, Delegation } from '../../../engine/kernel/world.ts';
import type { Faults } from '../faults.ts';
import type { Links } from '../links.ts';
import { never, type SimProcess } from '../process.ts';
import type { Scheduler } from '../scheduler.ts';
import type { Machine, Who } from './machine.ts';

/** The user's own token; the mark of a secret is in it, so that it is found wherever it should not be. */
export const userToken = 'token:s3cret-user';

const prefix = 'trust:s3cret-';
const path = '/OS-TRUST/trusts';

interface Trust {
  readonly id: string;
  readonly x_mark?: string;
}

export class Trusts {
  private readonly machine: Machine;
  /** Marks and tokens of trusts, by credential. */
  private readonly marks = new Map<string, string>();
  private readonly tokens = new Map<string, string>();

  constructor(machine: Machine) {
    this.machine = machine;
  }

  /** Who calls with this credential; undefined once its trust is gone. */
  who(credential: string): Who | undefined {
    if (credential === userToken) return this.user();
    if (!credential.startsWith(prefix)) return undefined;
    const known = this.tokens.get(credential);
    const who = known === undefined ? undefined : this.machine.who(known);
    if (who !== undefined) return who;
    const token = this.machine.trusted(credential.slice(prefix.length));
    if (token === undefined) return undefined;
    this.tokens.set(credential, token);
    return this.machine.who(token);
  }

  /** The id of the stack whose credential it is. */
  stackOf(credential: string): string | undefined {
    return this.marks.get(credential);
  }

  /** Marks of those that there are. */
  living(): readonly string[] {
    return this.list().map(trust => trust.x_mark ?? '');
  }

  delegate(own: string, mark: string): Delegation {
    const { userId, serviceUserId, projectId } = this.machine.furniture;
    if (own !== userToken) return { kind: 'refused', error: 'Unauthorized', message: 'The token is not valid.' };
    const user = this.user();
    const known = this.list().find(trust => trust.x_mark === mark);
    const trust =
      known ??
      ((): Trust => {
        const body = JSON.stringify({
          trust: {
            trustor_user_id: userId,
            trustee_user_id: serviceUserId,
            project_id: projectId,
            impersonation: true,
            roles: [{ name: 'admin' }],
            x_mark: mark,
          },
        });
        const answer = this.machine.request(user, { service: 'identity', method: 'POST', path, body });
        return (bodyOf(answer, 201) as { readonly trust: Trust }).trust;
      })();
    const credential = `${prefix}${trust.id}`;
    this.marks.set(credential, mark);
    return { kind: 'delegated', credential };
  }

  /** As the trust itself, which may end itself. */
  revoke(credential: string): void {
    const who = this.who(credential);
    if (who === undefined) return;
    const one = `${path}/${credential.slice(prefix.length)}`;
    this.machine.request(who, { service: 'identity', method: 'DELETE', path: one });
  }

  private user(): Who {
    const user = this.machine.who(this.machine.furniture.userToken);
    if (user === undefined) throw new Error("the user's token is good");
    return user;
  }

  private list(): readonly Trust[] {
    const query = `?trustor_user_id=${this.machine.furniture.userId}`;
    const answer = this.machine.request(this.user(), { service: 'identity', method: 'GET', path: `${path}${query}` });
    return (bodyOf(answer, 200) as { readonly trusts: readonly Trust[] }).trusts;
  }
}

function bodyOf(answer: CloudAnswer, status: number): unknown {
  if (answer.status !== status) throw new Error(`Keystone answers ${answer.status}: ${answer.body}`);
  return JSON.parse(answer.body);
}

export class SimCredentials implements Credentials {
  private readonly trusts: Trusts;
  private readonly process: SimProcess;
  private readonly around: { readonly scheduler: Scheduler; readonly faults: Faults; readonly links: Links };

  constructor(trusts: Trusts, process: SimProcess, around: SimCredentials['around']) {
    this.trusts = trusts;
    this.process = process;
    this.around = around;
  }

  delegate(credential: string, mark: string): Promise<Delegation> {
    return this.trip(() => this.trusts.delegate(credential, mark), { kind: 'again', reason: 'no answer' });
  }

  revoke(credential: string): Promise<'gone' | 'again'> {
    const effect = (): 'gone' => {
      this.trusts.revoke(credential);
      return 'gone';
    };
    return this.trip(effect, 'again');
  }

  private trip<T, L>(effect: () => T, lost: L): Promise<T | L> {
    const { process } = this;
    const { scheduler, faults, links } = this.around;
    if (!process.alive) return never();
    const cut = !links.up(process.index, 'cloud') || faults.roll('trust-unsent');
    const deaf = faults.roll('trust-answer-lost');
    return new Promise(resolve => {
      const wait = links.dice.skewed(5, 200);
      if (cut) {
        process.after(wait, 'trust', () => resolve(lost));
        return;
      }
      if (faults.roll('trust-lands-late')) {
        const late = limits.callDeadlineMs + limits.serviceLimitMs - 1_000;
        scheduler.after(links.dice.skewed(20, late), 'trust lands late', process.index, () => void effect());
        process.after(links.dice.skewed(10, 5_000), 'trust', () => resolve(lost));
        return;
      }
      scheduler.after(wait, 'trust', process.index, () => {
        const result = effect();
        scheduler.note(
          () =>
            `n${process.index}: trusts ${this.trusts
              .living()
              .map(mark => mark.slice(0, 6))
              .join(' ')}`,
        );
        process.after(links.latency(), 'trust', () => resolve(deaf ? lost : result));
      });
    });
  }
}

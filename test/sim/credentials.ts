/**
 * The simulated identity service's trusts: a user's token is traded once for a credential that lasts, by a mark.
 *
 * A delegation may be made and its answer lost; whoever asks again with the same mark gets the same one. The cloud
 * service refuses every call without a living trust, so whoever acts for a user with anything else is seen at once.
 */
import { limits } from '../../engine/kernel/limits.ts';
import type { Credentials, Delegation } from '../../engine/kernel/world.ts';
import type { SimDice } from './dice.ts';
import type { Faults } from './faults.ts';
import type { Links } from './links.ts';
import { never, type SimProcess } from './process.ts';
import type { Scheduler } from './scheduler.ts';

/** The user's own token; the mark of a secret is in it, so that it is found wherever it should not be. */
export const userToken = 'token:s3cret-user';

export class Trusts {
  /** Trusts that live, by mark: the stack's id. */
  readonly living = new Map<string, string>();
  private readonly dice: SimDice;

  constructor(dice: SimDice) {
    this.dice = dice;
  }

  isLiving(credential: string): boolean {
    for (const trust of this.living.values()) if (trust === credential) return true;
    return false;
  }

  delegate(own: string, mark: string): Delegation {
    if (own !== userToken) return { kind: 'refused', error: 'Unauthorized', message: 'The token is not valid.' };
    const known = this.living.get(mark);
    if (known !== undefined) return { kind: 'delegated', credential: known };
    const credential = `trust:s3cret-${this.dice.uuid()}`;
    this.living.set(mark, credential);
    return { kind: 'delegated', credential };
  }

  revoke(credential: string): void {
    for (const [mark, trust] of this.living) if (trust === credential) this.living.delete(mark);
  }
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
          () => `n${process.index}: trusts ${[...this.trusts.living.keys()].map(mark => mark.slice(0, 6)).join(' ')}`,
        );
        process.after(links.latency(), 'trust', () => resolve(deaf ? lost : result));
      });
    });
  }
}

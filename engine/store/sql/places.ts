/**
 * Places for statements: so many at once, the others wait in the order in which they came.
 *
 * A pool of connections takes waiting for a free one and waiting for the database to answer a connect as one and the
 * same, with one deadline. They are not: a tree of a thousand stacks asks for thousands of reads within a second, and
 * a database that is only busy with them must not be taken for one that is gone.
 */
import { clearTimeout, setTimeout } from 'node:timers';

/** Gives the place back; once. */
export type Leave = () => void;

interface Waiter {
  readonly enter: (leave: Leave | undefined) => void;
}

export class Places {
  private readonly most: number;
  private taken = 0;
  private readonly waiting = new Set<Waiter>();

  constructor(most: number) {
    this.most = most;
  }

  /** A place; undefined when none came free in time. */
  take(withinMs: number): Promise<Leave | undefined> {
    if (this.taken < this.most) {
      this.taken += 1;
      return Promise.resolve(this.leave());
    }
    return new Promise(resolve => {
      const timer = setTimeout(() => waiter.enter(undefined), withinMs);
      const waiter: Waiter = {
        enter: leave => {
          clearTimeout(timer);
          this.waiting.delete(waiter);
          resolve(leave);
        },
      };
      this.waiting.add(waiter);
    });
  }

  /** The next one takes it over: the count stays. */
  private leave(): Leave {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const [next] = this.waiting;
      if (next === undefined) this.taken -= 1;
      else next.enter(this.leave());
    };
  }
}

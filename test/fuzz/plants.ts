/** Bugs on purpose, to see them caught: `--plant throw|loop|leak|server`. */
import { HeatError } from '../../engine/kernel/errors.ts';
import type { jobs } from '../../engine/orchestration/jobs.ts';

type Jobs = ReturnType<typeof jobs>;

const kept: number[][] = [];

const bugs: Readonly<Record<string, () => unknown>> = {
  throw: () => (undefined as unknown as string).length,
  loop: () => {
    for (;;);
  },
  leak: () => {
    for (;;) kept.push(new Array<number>(4_000_000).fill(0.5));
  },
  server: () => {
    throw new HeatError('RemoteError', 500, '');
  },
};

export const plantNames = Object.keys(bugs);

/** Jobs that are ill where a template says OS::Heat::Delay. */
export function planted(name: string | undefined): ((given: Jobs) => Jobs) | undefined {
  const bug = name === undefined ? undefined : bugs[name];
  if (bug === undefined) return undefined;
  return ({ validate, plan }) => ({
    plan,
    validate: job => {
      if (!job.template.includes('OS::Heat::Delay')) return validate(job);
      try {
        bug();
      } catch (error) {
        if (!(error instanceof HeatError)) throw error;
        return { kind: 'refused', type: error.type, status: error.status, message: error.message };
      }
      return validate(job);
    },
  });
}

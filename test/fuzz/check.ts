/**
 * One case through all that a template meets before anything is made of it: it is parsed and validated, planned,
 * previewed with all that is nested in it, planned again from what the plan would keep, and patched.
 *
 * Whatever a client sends, the answer is a result or an error of the client's (a HeatError with a 4xx). Anything else
 * is a finding: an exception, an error that calls itself the server's, a plan that is not the same the next time.
 */
import type { World } from '../../engine/actors/world.ts';
import type { Registry } from '../../engine/kit/resource.ts';
import { jobs, type PlanJob, type PlanMade } from '../../engine/orchestration/jobs.ts';
import { storedJob } from '../../engine/orchestration/patching.ts';
import { previewOf } from '../../engine/service/preview.ts';
import { previewTree } from '../../engine/service/preview-tree.ts';
import { createLocalDirectory } from '../../engine/real/local-directory.ts';
import { createNoCloud } from '../../engine/real/no-cloud.ts';
import type { ValidateJob } from '../../engine/orchestration/validating.ts';
import { type Case, jobOf } from './case.ts';

export interface Finding {
  /** The same for the same bug, as far as that can be told. */
  readonly key: string;
  readonly message: string;
}

/** Heat's own answers of 500 to what a client did wrong, which clients know them by (contract: rest-api §1.1). */
const wired = new Set(['InvalidRestrictedAction', 'InvalidExternalResourceDependency']);

const about = { stackId: 's', stackName: 'st', projectId: 'p', timeoutMs: 3_600_000 };

type Jobs = ReturnType<typeof jobs>;

export class Checker {
  private readonly registry: Registry;
  private readonly jobs: Jobs;

  constructor(registry: Registry, spoil: (given: Jobs) => Jobs = given => given) {
    this.registry = registry;
    this.jobs = spoil(jobs(registry));
  }

  /** What is wrong; undefined: nothing. Never throws. */
  async check(given: Case): Promise<Finding | undefined> {
    try {
      return await this.all(given);
    } catch (error) {
      return findingOf(error);
    }
  }

  private async all(given: Case): Promise<Finding | undefined> {
    const job = jobOf(given);
    const validated = this.jobs.validate({
      ...job,
      projectId: 'p',
      ignoresMissingServices: false,
    } satisfies ValidateJob);
    const wrong = refusedWrongly(validated);
    if (wrong !== undefined) return wrong;
    const planned = this.jobs.plan({ ...job, ...about });
    if (planned.kind !== 'made') return refusedWrongly(planned);
    await this.preview(planned.plan);
    const { plan } = planned;
    const { extended = false, zones, access } = job;
    const stored = { template: plan.template, environment: plan.environment, files: plan.files, extended };
    const asked = { ...(access && { access }), ...(zones && { zones }) };
    const again = this.jobs.plan({ ...storedJob(stored), ...asked, ...about });
    if (again.kind !== 'made')
      return { key: 'replan', message: `what was planned is not planned again: ${said(again)}` };
    const differs = differing(plan, again.plan);
    if (differs !== undefined) return { key: `replan ${differs}`, message: `planned again, ${differs} differs` };
    if (given.change === undefined) return undefined;
    const update = { stored, existing: true, clearParameters: ['p0'] };
    const patched = this.jobs.plan({ ...jobOf(given.change), ...about, update });
    return patched.kind === 'made' ? undefined : refusedWrongly(patched);
  }

  private async preview(plan: PlanMade): Promise<void> {
    const { jobs: known, registry } = this;
    const compute = { run: async (_job: string, input: PlanJob) => known.plan(input) };
    const clock = { monotonic: () => 0 };
    const log = { write: () => undefined };
    const world = {
      compute,
      clock,
      log,
      cloud: createNoCloud(),
      directory: createLocalDirectory(),
    } as unknown as World;
    previewOf(plan);
    const identity = { project: 'p', name: 'st', id: 'None' };
    await previewTree({ world, registry, credential: '', isAdmin: true, timeoutMins: null }, plan, identity);
  }
}

type Result = ReturnType<Jobs['plan']> | ReturnType<Jobs['validate']>;

function said(result: Result): string {
  return result.kind === 'refused' ? `${result.type} ${result.status}: ${result.message}` : result.kind;
}

function refusedWrongly(result: Result): Finding | undefined {
  if (result.kind !== 'refused') return undefined;
  const { type, status } = result;
  if ((status >= 400 && status < 500) || wired.has(type)) return undefined;
  return { key: `${status} ${type}`, message: said(result) };
}

/** Plans of the same are the same: ids and times are none in them. Only floats may be written in another way. */
function differing(first: PlanMade, second: PlanMade): string | undefined {
  const text = (of: unknown): string =>
    JSON.stringify(of).replaceAll(floats, (_, digits: string) => `f${Number(digits)}`);
  const names = ['template', 'outputs', 'version', 'description', 'parameters', 'resources', 'hidden'] as const;
  return names.find(name => text(first[name]) !== text(second[name]));
}

const floats = /\[\\*"f\\*",\\*"([^"\\]*)\\*"\]/g;

function findingOf(error: unknown): Finding {
  if (!(error instanceof Error)) return { key: 'no error', message: String(error) };
  const frame = (error.stack ?? '').split('\n').find(line => line.trimStart().startsWith('at ')) ?? '';
  return { key: `${error.name} ${frame.trim()}`, message: error.stack ?? error.message };
}

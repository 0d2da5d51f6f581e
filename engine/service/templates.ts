/** What templates may say, and whether one holds (contract: rest-api §3.5, §6): nothing is made, no actor is asked. */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors, isHeatError } from '../kernel/errors.ts';
import { limits } from '../kernel/limits.ts';
import type { Registry } from '../kit/resource.ts';
import { checkAsked } from '../orchestration/asking.ts';
import { planFor, validateFor } from '../orchestration/fetching.ts';
import type { PlanJob, PlanMade } from '../orchestration/jobs.ts';
import { timeoutMs } from '../orchestration/stack-turn.ts';
import { functionsListed, versionsListed } from '../template/catalog.ts';
import { requireVersion } from '../template/version.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { emptyMap, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import type {
  Caller,
  StackPreview,
  StackRequest,
  TemplateFunction,
  TemplateRequest,
  TemplateVersion,
} from '../../proto/engine.ts';
import { previewOf } from './preview.ts';
import { previewTree } from './preview-tree.ts';
import { credentialOf } from './access.ts';
import { accessOf } from './types.ts';

export function templateVersions(): readonly TemplateVersion[] {
  return versionsListed();
}

/** Throws NotFound as Heat words it. */
export function templateFunctions(
  version: string,
  withConditions: boolean,
  isExtended = false,
): readonly TemplateFunction[] {
  const listed = functionsListed(version, withConditions, isExtended);
  if (listed === undefined) throw errors.NotFound({ message: `Template with version ${version} not found` });
  return listed;
}

/**
 * A request's template as jobs and commands carry it; one that is named by URL is fetched (contract: rest-api §3.1).
 * Throws BadRequest where it cannot be, InvalidTemplateVersion for an object without any.
 */
export async function templateText(
  { web }: Pick<World, 'web'>,
  { project }: Pick<Caller, 'project'>,
  { template, templateUrl }: Pick<TemplateRequest, 'template' | 'templateUrl'>,
): Promise<string> {
  if (templateUrl === undefined) {
    if (typeof template === 'string') return template;
    requireVersion(template);
    return writeJson(template);
  }
  const bounds = { maxBytes: limits.maxTemplateBytes, deadlineMs: limits.templateFetchMs, project };
  const nowhere = { kind: 'failed', reason: 'nothing is fetched here' } as const;
  const fetched = web === undefined ? nowhere : await web.textAt(templateUrl, bounds);
  if (fetched.kind === 'text') return fetched.text;
  throw errors.BadRequest({ message: `Could not retrieve template: ${fetched.reason}` });
}

export function environmentText({
  environment,
  environmentFiles,
  parameters,
}: Omit<TemplateRequest, 'template' | 'files'>): string {
  return writeJson(
    mapOf([
      ['environment', environment ?? null],
      ['environment_files', environmentFiles],
      ['parameters', parameters],
    ]),
  );
}

export function filesText({ files }: Pick<TemplateRequest, 'files'>): string {
  return writeJson(mapOf([...files].map(([name, text]): [string, Value] => [name, text])));
}

/** The code by which clients ask that a missing service be no error. */
const missingService = '99001';

/** Throws Invalid for a code that is none, and what validation finds (orchestration/validating.ts). */
export async function validateTemplate(
  world: World,
  caller: Caller,
  request: TemplateRequest,
  ignored: ReadonlySet<string>,
): Promise<ValueMap> {
  const unknown = [...ignored].filter(code => code !== missingService);
  if (unknown.length > 0) {
    throw errors.BadRequest({ message: `Invalid codes in ignore_errors : [${unknown.join(', ')}]` });
  }
  const body = await validateFor(world, {
    template: await templateText(world, caller, request),
    environment: environmentText(request),
    files: filesText(request),
    projectId: caller.project,
    extended: request.extended === true,
    access: accessOf(caller),
    ignoresMissingServices: ignored.has(missingService),
  });
  if (isHeatError(body)) throw body;
  const parsed = parseJson(body);
  return isMap(parsed) ? parsed : emptyMap;
}

/** Throws StackExists, and what a create would be refused with. */
export async function previewStack(
  world: World,
  registry: Registry,
  caller: Caller,
  request: StackRequest,
): Promise<StackPreview> {
  const { project } = caller;
  const credential = credentialOf(caller);
  const { name, timeoutMins } = request;
  if ((await world.store.named(project, name)) !== undefined) throw errors.StackExists({ name });
  const plan = await planned(world, caller, request);
  const unknown = await checkAsked(world, credential, plan.asked);
  if (unknown !== undefined) throw unknown;
  const identity = { project, name, id: 'None' };
  const about = { world, registry, isAdmin: caller.isAdmin, credential, timeoutMins: timeoutMins ?? null };
  return {
    ...previewOf(plan),
    resources: await previewTree(about, plan, identity),
    identity,
    createdAt: msOf(world.clock.now()),
    owner: caller.userName,
    disableRollback: request.disableRollback ?? true,
    timeoutMins: timeoutMins === 0 ? undefined : timeoutMins,
    tags: request.tags,
  };
}

async function planned(world: World, caller: Caller, request: StackRequest): Promise<PlanMade> {
  const job: PlanJob = {
    template: await templateText(world, caller, request),
    environment: environmentText(request),
    files: filesText(request),
    stackId: 'None',
    stackName: request.name,
    projectId: caller.project,
    extended: request.extended === true,
    timeoutMs: timeoutMs(request.timeoutMins ?? null),
    access: accessOf(caller),
  };
  const plan = await planFor(world, job, credentialOf(caller));
  if (isHeatError(plan)) throw plan;
  return plan;
}

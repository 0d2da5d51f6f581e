/** What templates may say, and whether one holds (contract: rest-api §3.5, §6): nothing is made, no actor is asked. */
import type { World } from '../actors/world.ts';
import { msOf } from '../kernel/clock.ts';
import { errors } from '../kernel/errors.ts';
import type { Registry } from '../kit/resource.ts';
import { type PlanJob, type PlanMade, type PlanResult, refusal, type ValidateResult } from '../orchestration/jobs.ts';
import { checkAsked } from '../orchestration/lookups.ts';
import { timeoutMs } from '../orchestration/stack-turn.ts';
import type { ValidateJob } from '../orchestration/validating.ts';
import { functionsListed, versionsListed } from '../template/catalog.ts';
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
import { accessOf } from './types.ts';

export function templateVersions(): readonly TemplateVersion[] {
  return versionsListed().map(({ version, aliases }) => ({ version, type: 'hot', aliases }));
}

/** Throws NotFound as Heat words it. */
export function templateFunctions(version: string, withConditions: boolean): readonly TemplateFunction[] {
  const listed = functionsListed(version, withConditions);
  if (listed === undefined) throw errors.NotFound({ message: `Template with version ${version} not found` });
  return listed;
}

/** The parts of a request as jobs and commands carry them. */
export function templateText({ template }: Pick<TemplateRequest, 'template'>): string {
  return typeof template === 'string' ? template : writeJson(template);
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
  const result = await world.compute.run<ValidateJob, ValidateResult>('validate', {
    template: templateText(request),
    environment: environmentText(request),
    files: filesText(request),
    projectId: caller.project,
    access: accessOf(caller),
    ignoresMissingServices: ignored.has(missingService),
  });
  if (result.kind === 'refused') throw refusal(result);
  const body = parseJson(result.body);
  return isMap(body) ? body : emptyMap;
}

/** Throws StackExists, and what a create would be refused with. */
export async function previewStack(
  world: World,
  registry: Registry,
  caller: Caller,
  request: StackRequest,
): Promise<StackPreview> {
  const { project, token } = caller;
  const { name, timeoutMins } = request;
  if ((await world.store.named(project, name)) !== undefined) throw errors.StackExists({ name });
  const plan = await planned(world, caller, request);
  const unknown = await checkAsked(world, token === '' ? '' : `token:${token}`, plan.asked);
  if (unknown !== undefined) throw unknown;
  const identity = { project, name, id: 'None' };
  const about = { world, registry, isAdmin: caller.isAdmin, timeoutMins: timeoutMins ?? null };
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
  const result = await world.compute.run<PlanJob, PlanResult>('plan', {
    template: templateText(request),
    environment: environmentText(request),
    files: filesText(request),
    stackId: 'None',
    stackName: request.name,
    projectId: caller.project,
    timeoutMs: timeoutMs(request.timeoutMins ?? null),
    access: accessOf(caller),
  });
  if (result.kind === 'refused') throw refusal(result);
  return result.plan;
}

/**
 * Planning a stack, as a task outside the turn: is the name free, is there room, what shall there be.
 *
 * The checks come in Heat's order (contract: rest-api §3.7, create-time checks): the name, the number of stacks, then
 * the template. The name is read here so that a taken one is told before anything else; the commit of the birth
 * decides (architecture: Names). Secrets are sealed here, before they get near a record.
 */
import { untilAvailable } from '../actors/retry.ts';
import type { World } from '../actors/world.ts';
import { errors, type HeatError, isHeatError } from '../kernel/errors.ts';
import type { Uuid } from '../kernel/ids.ts';
import { limits } from '../kernel/limits.ts';
import { dialectNamed } from '../template/dialects/all.ts';
import { allPseudoNames } from '../template/pseudo.ts';
import { parseJson, writeJson } from '../values/json.ts';
import { cleared } from '../values/sealed.ts';
import { isMap, mapOf, type Value } from '../values/value.ts';
import { checkAsked } from './asking.ts';
import { planFor } from './fetching.ts';
import type { PlanJob, PlanMade } from './jobs.ts';
import type { TemplateJob } from './inputs.ts';
import type { Create, Update } from './messages.ts';
import { storedJob, type Stored } from './patching.ts';
import { plainFacade } from './plan-facts.ts';
import type { StackRecord, StackVersion } from './records.ts';
import { type StackTurn, timeoutMs } from './stack-turn.ts';
import { resourcesBeside } from './tree-rows.ts';

/** A plan's end: what the stack shall be, with all secrets sealed; or why not. */
export interface Planned {
  readonly kind: 'planned';
  readonly request: Uuid;
  readonly command: Create;
  readonly plan: PlanMade | HeatError;
}

/** The task that plans one create. */
export function planTask(stack: Uuid, request: Uuid, command: Create): (world: World) => Promise<Planned> {
  return async world => ({ kind: 'planned', request, command, plan: await makePlan(world, stack, command) });
}

/** Who asks for an update, and for what; without it, what the stack has is planned again. */
type Asked = Pick<
  Update,
  | 'existing'
  | 'isAdmin'
  | 'template'
  | 'environment'
  | 'files'
  | 'clearParameters'
  | 'timeoutMins'
  | 'services'
  | 'credential'
  | 'extended'
>;

/** Plans an update of the stack as its row is; secrets are sealed but for the definitions of resources. */
export async function planUpdate(world: World, stack: StackRecord, asked: Asked): Promise<PlanMade | HeatError> {
  const stored = await storedOf(world, stack);
  const job: PlanJob = {
    ...(await about(world, stack, asked.timeoutMins ?? stack.timeoutMins)),
    template: asked.template ?? stored.template,
    environment: world.vault.open(asked.environment),
    files: asked.files,
    access: { isAdmin: asked.isAdmin, services: asked.services?.split(',') },
    extended: asked.template === undefined ? stored.extended === true : asked.extended === true,
    update: { stored, existing: asked.existing, clearParameters: asked.clearParameters },
  };
  const credential = asked.credential === undefined ? '' : world.vault.open(asked.credential);
  const plan = await planFor(world, job, credential);
  if (isHeatError(plan)) return plan;
  const unknown = await checkAsked(world, credential, plan.asked);
  return unknown ?? withSealedContents(world, plan);
}

/** The plan of what the stack has, once more: the same as it was. */
export async function replan(world: World, stack: StackRecord): Promise<PlanMade | HeatError> {
  const stored = await storedOf(world, stack);
  const { zones } = stack.facts ?? {};
  const job: PlanJob = {
    ...(await about(world, stack, stack.timeoutMins)),
    ...storedJob(stored),
    patient: true,
    ...(zones === undefined ? {} : { zones: { names: zones } }),
  };
  const plan = await planFor(world, job, '');
  return isHeatError(plan) ? plan : withSealedContents(world, plan);
}

async function about(
  world: World,
  stack: StackRecord,
  timeoutMins: number | null,
): Promise<Omit<PlanJob, keyof TemplateJob>> {
  const { id, name, project, nestedDepth } = stack;
  return {
    stackId: id,
    stackName: name,
    projectId: project,
    timeoutMs: timeoutMs(timeoutMins),
    depth: nestedDepth,
    secret: stack.nesting?.secret === true,
    ...(isPartOf(stack) ? { facade: cleared(stack.facts?.facade ?? plainFacade, world.vault) } : {}),
    others: nestedDepth === 0 ? 0 : await resourcesBeside(world, id, id), // a root has none beside it
  };
}

/** It is the thing of a resource of the stack above. */
function isPartOf({ nesting, apart }: StackRecord): boolean {
  return nesting !== null && apart !== true;
}

/** What the stack was made of, opened. */
async function storedOf(world: World, { root, contents, facts }: StackRecord): Promise<Stored> {
  const { template, environment, files } = contents;
  const bodies = await untilAvailable(world, () => world.store.contents(root, [template, environment, files]));
  return {
    template: cleared(bodies.get(template) ?? '{}', world.vault),
    environment: world.vault.open(bodies.get(environment) ?? world.vault.seal('{}')),
    files: bodies.get(files) ?? '{}',
    ...(facts?.extended === true ? { extended: true } : {}),
  };
}

async function makePlan(world: World, stack: Uuid, command: Create): Promise<PlanMade | HeatError> {
  const { project, name } = command;
  const holder = await untilAvailable(world, () => world.store.named(project, name));
  if (holder !== undefined && holder !== stack) return errors.StackExists({ name });
  const crowded = await tooManyStacks(world, command);
  if (crowded !== undefined) return crowded;
  const job: PlanJob = {
    template: command.template,
    environment: world.vault.open(command.environment),
    files: command.files,
    extended: command.extended === true,
    stackId: stack,
    stackName: name,
    projectId: project,
    timeoutMs: timeoutMs(command.timeoutMins ?? null),
    access: { isAdmin: command.isAdmin, services: command.services?.split(',') },
  };
  const credential = command.credential === undefined ? '' : world.vault.open(command.credential);
  const plan = await planFor(world, job, credential);
  if (isHeatError(plan)) return plan;
  const unknown = await checkAsked(world, credential, plan.asked);
  return unknown ?? sealed(world, plan);
}

/** Why the project may have no further stack; administrators' may. */
export async function tooManyStacks(
  world: World,
  { project, isAdmin }: Pick<Create, 'project' | 'isAdmin'>,
): Promise<HeatError | undefined> {
  const most = limits.maxStacksPerProject;
  if (isAdmin || (await stacksOf(world, project)) < most) return undefined;
  const message = `You have reached the maximum stacks per tenant, ${most}. Please delete some stacks.`;
  return errors.RequestLimitExceeded({ message });
}

/** What is shown as a root, so also a stack that another's resource is. */
function stacksOf(world: World, project: string): Promise<number> {
  return untilAvailable(world, () =>
    world.store.count('stacks', [
      { column: 'project', in: [project] },
      { column: 'deleted_at', in: [null] },
      { column: 'nested_depth', in: [0] },
    ]),
  );
}

/** A plan for new resources, with all that may be a secret sealed. */
export function sealed(world: World, plan: PlanMade): PlanMade {
  const seal = (text: string): string => world.vault.seal(text);
  return {
    ...withSealedContents(world, plan),
    resources: plan.secret
      ? plan.resources.map(resource => ({
          ...resource,
          properties: seal(resource.properties),
          metadata: seal(resource.metadata),
        }))
      : plan.resources,
  };
}

/** A plan whose definitions are compared first, and sealed when they are told. */
export function withSealedContents(world: World, plan: PlanMade): PlanMade {
  const seal = (text: string): string => world.vault.seal(text);
  const whole = { ...plan, environment: seal(plan.environment), outputs: seal(plan.outputs) };
  if (!plan.givenSecrets) return whole;
  const { facade } = plan.facts;
  return {
    ...whole,
    template: seal(plan.template),
    parameters: seal(plan.parameters),
    facts: { ...plan.facts, ...(facade === undefined ? {} : { facade: seal(facade) }) },
  };
}

/** What the plan makes of the stack; its contents are kept. `files`: they are kept already, under that key. */
export function versionOf(turn: StackTurn, plan: PlanMade, files?: string): StackVersion {
  const { version, description, parameters, hidden, facts, breakpoints } = plan;
  return {
    facts,
    version,
    breakpoints: breakpoints.length > 0 ? breakpoints : undefined,
    description,
    parameters,
    hidden,
    contents: {
      template: keep(turn, plan.template),
      environment: keep(turn, plan.environment),
      files: files ?? keep(turn, plan.files),
      outputs: keep(turn, plan.outputs),
    },
  };
}

/** What the stack is now, as a rollback goes back to it. */
export function versionNow(record: StackRecord): StackVersion {
  const { version, description, parameters, hidden, breakpoints, contents, facts = {} } = record;
  return { version, description, parameters, hidden, breakpoints, contents, facts };
}

/** Writes one content of the stack and returns the key under which it is kept. */
export function keep(turn: StackTurn, body: string): string {
  const hash = turn.context.uuid();
  turn.effect({ do: 'content', content: { root: turn.record.root, hash, body } });
  return hash;
}

/**
 * What a rolled-back create is left with: an empty template of the same version, no environment, no outputs, only
 * the pseudo parameters (contract: lifecycle §4, Rollback).
 */
export function emptied(turn: StackTurn): void {
  const { contents, parameters, version } = turn.record;
  const shown = parseJson(cleared(parameters, turn.context));
  const pseudo = isMap(shown) ? mapOf([...shown].filter(([name]) => allPseudoNames.has(name))) : shown;
  const empty: Value = mapOf([[dialectNamed(version).versionKey, version]]);
  turn.set({
    contents: {
      ...contents,
      template: keep(turn, writeJson(empty)),
      environment: keep(turn, turn.context.seal('{}')),
      outputs: keep(turn, turn.context.seal('[]')),
    },
    parameters: writeJson(pseudo),
    description: '"No description"',
    breakpoints: undefined,
  });
}

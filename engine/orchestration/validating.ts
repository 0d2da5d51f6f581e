/**
 * POST /validate: whether a template's structure holds, and what its parameters are (contract: rest-api §6).
 *
 * Parameters' values, properties' values and what is required are left alone: clients validate to learn which
 * parameters to ask a person for. Conditions that decide about something are decided, as in Heat, so a parameter
 * without a value that they read is missed.
 */
import { requireType } from '../kit/access.ts';
import { HeatError, isHeatError } from '../kernel/errors.ts';
import type { Registry } from '../kit/resource.ts';
import { validateNames, validateUpdatePolicy } from '../kit/validate.ts';

import { cfnConstraint } from '../template/constraint-view.ts';
import { type Environment, environmentAsValue } from '../template/environment.ts';
import type { ParameterType } from '../template/dialects/parameter-rules.ts';
import type { ParameterSchema } from '../template/parameter-schema.ts';
import { type Globals, noGlobals } from '../template/globals.ts';
import type { Definition } from '../template/planning.ts';
import { structure } from '../template/prepare.ts';
import { parseRegistry } from '../template/resource-registry.ts';
import type { Template } from '../template/template.ts';
import { parseJson } from '../values/json.ts';
import { pyTruthy } from '../values/python.ts';
import { isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';
import { pseudoNames } from '../template/pseudo.ts';
import { environmentOf, readTemplate, type TemplateJob, textsOf } from './inputs.ts';
import { rulesOf, treeOf, withTemplates } from './tree.ts';

export interface ValidateJob extends TemplateJob {
  readonly projectId: string;
  /** A type whose service is missing is no error. */
  readonly ignoresMissingServices: boolean;
}

/** The body of the answer. Throws what validation finds as BadRequest, some errors under their own names. */
export function validated(job: ValidateJob, registry: Registry, globals: Globals = noGlobals): ValueMap {
  try {
    return looked(job, registry, globals);
  } catch (error) {
    if (!isHeatError(error) || error.type !== 'StackValidationFailed') throw error;
    // On this route alone Heat's text comes with single colons, under the API layer's own class.
    throw new HeatError('HTTPBadRequest', 400, error.message.replaceAll(': : ', ': '));
  }
}

function looked(job: ValidateJob, registry: Registry, globals: Globals): ValueMap {
  const raw = readTemplate(job);
  const files = textsOf(parseJson(job.files));
  const environment = { ...environmentOf(job, raw, files), globalRegistry: globals.registry };
  return validatedValues({ raw, files, environment, globals }, job, registry);
}

/** What a job's texts say, read. */
export interface ReadInputs {
  readonly raw: ValueMap;
  readonly files: ReadonlyMap<string, string>;
  readonly environment: Environment;
  readonly globals?: Globals;
}

/** As validated, from values. Throws errors as they are. */
export function validatedValues(
  { raw, files, environment, globals = noGlobals }: ReadInputs,
  job: Omit<ValidateJob, 'template' | 'environment' | 'files'>,
  registry: Registry,
): ValueMap {
  // Who may use a type is no question of the template's structure.
  const tree = treeOf({
    registry,
    access: undefined,
    files: withTemplates(files, globals),
    projectId: job.projectId,
    unfetched: job.unfetched,
    extended: job.extended,
  });
  const { template } = structure({
    raw,
    isExtended: job.extended === true,
    environment,
    files,
    pseudo: { stackId: 'None', stackName: 'dummy', projectId: job.projectId },
    ...rulesOf({ tree, environment, stackName: 'dummy', depth: 0, copies: 1 }),
    check: definition => checkDefinition(definition, registry, job),
  });
  const { parameterGroups } = template;
  return mapOf([
    ['Description', template.description],
    ['Parameters', parametersAsValue(template, environment)],
    ...(pyTruthy(parameterGroups) ? [['ParameterGroups', parameterGroups] as const] : []),
    ['Environment', shownEnvironment(environment, template, registry)],
  ]);
}

function checkDefinition(
  definition: Definition,
  registry: Registry,
  job: Pick<ValidateJob, 'access' | 'ignoresMissingServices'>,
): void {
  const type = registry.get(definition.implementation);
  if (type === undefined) return;
  if (job.access !== undefined && !job.ignoresMissingServices) requireType(type, job.access);
  validateNames(type, definition);
  validateUpdatePolicy(type, definition);
}

/** Types that the registry has resolved are noted in it (contract: rest-api §6, validate). */
function shownEnvironment(environment: Environment, template: Template, registry: Registry): Value {
  const types = parseRegistry(environment.resourceRegistry, environment.globalRegistry);
  const exists = (type: string): boolean => registry.get(type) !== undefined;
  const resourceRegistry = new Map(environment.resourceRegistry);
  for (const { name, type } of template.resources.values()) {
    const target = types.noted(type, name, exists);
    if (target !== undefined) resourceRegistry.set(type, target);
  }
  const all = environmentAsValue({ ...environment, resourceRegistry });
  return isMap(all) ? mapOf([...all].filter(([section]) => section !== 'encrypted_param_names')) : all;
}

function parametersAsValue(template: Template, environment: Environment): ValueMap {
  return mapOf(
    [...template.parameters.values()]
      .filter(({ name }) => !pseudoNames(template.dialect).has(name))
      .map((schema): [string, Value] => [schema.name, parameterAsValue(schema, environment)]),
  );
}

const typeNames: Readonly<Record<ParameterType, string>> = {
  string: 'String',
  number: 'Number',
  comma_delimited_list: 'CommaDelimitedList',
  json: 'Json',
  boolean: 'Boolean',
};

/** Values and defaults as they were written. The caller's own secrets come back to the caller, as in Heat. */
function parameterAsValue(schema: ParameterSchema, environment: Environment): ValueMap {
  const { name, constraints } = schema;
  const fallback = environment.parameterDefaults.get(name) ?? schema.default ?? null;
  const value = environment.parameters.get(name) ?? null;
  const texts = constraints.map(({ description }) => description).filter(text => text !== undefined);
  return mapOf([
    ['Type', typeNames[schema.type]],
    ['Description', schema.description],
    ['NoEcho', schema.hidden ? 'true' : 'false'],
    ['Label', schema.label],
    ...(fallback === null ? [] : [['Default', fallback] as const]),
    ...(pyTruthy(value) ? [['Value', value] as const] : []),
    ...(schema.tags.length === 0 ? [] : [['Tags', schema.tags] as const]),
    ...constraints.flatMap(cfnConstraint),
    ...(texts.length === 0 ? [] : [['ConstraintDescription', texts.join(' ')] as const]),
  ]);
}

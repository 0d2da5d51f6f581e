/**
 * What a project may have at most: of Nova's, Cinder's and Neutron's things, by one mechanism.
 *
 *   [usage: is less said than the project has already?] ─▶ quota (PUT …/<project> {what is said})
 *
 * A project has its quota always: nothing is made, so nothing has a mark. The PUT says the same however often it comes,
 * and what is not said any more stays as it is, as in Heat (contract: resource-types §3 to §5); when the resource goes,
 * the defaults come back.
 */
import { errors } from '../kernel/errors.ts';
import type { CloudCall } from '../kernel/world.ts';
import { mapIn, textIn, withoutNulls } from '../kit/given.ts';
import type { CloudLife, Made, Readiness, Step, StepInput } from '../kit/resource.ts';
import { integer, type PropertyBuilder, type PropertySchemas, range, string } from '../kit/schema.ts';
import { readingStep, settingStep } from '../kit/settle.ts';
import { thingIn } from '../kit/steps.ts';
import type { Expr } from '../template/expr.ts';
import { writeJson } from '../values/json.ts';
import { emptyMap, mapOf, type Value, type ValueMap } from '../values/value.ts';

export interface Quotas {
  /** Around them, e.g. `quota_set`. */
  readonly key: string;
  call(method: CloudCall['method'], project: string, body?: string): CloudCall;
  /** Neutron's quota is called by its project, the others by their physical name. */
  readonly isCalledByProject?: boolean;
  /** Asks what there is of each: to say less than that is refused. Absent: the service says so itself, or nobody does. */
  usage?(project: string): CloudCall;
}

/** The project, then how many of each of these it may have. */
export function quotaProperties(limits: Readonly<Record<string, PropertyBuilder>>): PropertySchemas {
  return { project: string('The project, by name or id.').required().finds('keystone.project'), ...limits };
}

/** How many of something there may be; -1 is no limit. */
export function limit(of: string): PropertyBuilder {
  return integer(`How many ${of} it may have; -1 is no limit.`, { update: true }).constraints(range(-1));
}

/** A quota that says nothing is refused. Throws PropertyUnspecified. */
export function saysSome(schemas: PropertySchemas): (properties: ReadonlyMap<string, Expr>) => void {
  const names = Object.keys(schemas).filter(name => name !== 'project');
  return properties => {
    if (names.some(name => (properties.get(name) ?? null) !== null)) return;
    throw errors.PropertyUnspecified({ properties: [...names].sort() });
  };
}

export function quotaLife(quotas: Quotas): CloudLife {
  const { key, call, usage } = quotas;
  const looked = (properties: ValueMap): readonly Step[] =>
    usage === undefined ? [] : [usageStep(key, usage, properties)];
  const changed = (properties: ValueMap): Step => ({
    ...settingStep({
      name: 'change',
      on: quotaStepName,
      call: () => call('PUT', projectOf(properties), bodyOf(key, properties)),
      keep: (_quota, body) => thingIn(body, key),
    }),
    conflict: 'fail',
  });
  return {
    kind: 'cloud',
    steps: properties => [...looked(properties), quotaStep(quotas)],
    update: ({ after, changed: { size } }) => ({ steps: size === 0 ? [] : [...looked(after), changed(after)] }),
    // Its defaults come back before another says its own.
    prepareReplace: ({ before, after }) => (projectOf(before.properties) === projectOf(after) ? 'first' : undefined),
  };
}

const quotaStepName = 'quota';

function projectOf(properties: ValueMap): string {
  return textIn(properties, 'project') ?? '';
}

/** The limits that are said. */
function limitsOf(properties: ValueMap): ValueMap {
  return withoutNulls([...properties].filter(([name]) => name !== 'project'));
}

function bodyOf(key: string, properties: ValueMap): string {
  return writeJson(mapOf([[key, limitsOf(properties)]]));
}

function quotaStep({ key, call, isCalledByProject = false }: Quotas): Step {
  const made = (body: Value, { properties, physicalName }: StepInput): Made => ({
    physicalId: isCalledByProject ? projectOf(properties) : physicalName,
    data: thingIn(body, key),
  });
  return {
    name: quotaStepName,
    service: '',
    unique: false,
    main: true,
    repeatable: true,
    conflict: 'fail',
    create: ({ properties }) => call('PUT', projectOf(properties), bodyOf(key, properties)),
    made,
    find: ({ properties }) => call('GET', projectOf(properties)),
    found: made,
    show: (_physicalId, { properties }) => call('GET', projectOf(properties)),
    ready: () => ({ kind: 'ready' }),
    remove: (_physicalId, { properties }) => call('DELETE', projectOf(properties)),
  };
}

/** Fails where less is said than the project has. */
function usageStep(key: string, usage: (project: string) => CloudCall, properties: ValueMap): Step {
  return {
    ...readingStep({
      name: 'usage',
      call: () => usage(projectOf(properties)),
      made: () => ({ physicalId: '', data: emptyMap }),
    }),
    ready: body => withinUsage(thingIn(body, key), limitsOf(properties)),
  };
}

function withinUsage(shown: ValueMap, limits: ValueMap): Readiness {
  for (const [name, most] of limits) {
    const used = mapIn(shown, name)?.get('in_use') ?? 0n;
    if (typeof most !== 'bigint' || typeof used !== 'bigint' || most < 0n || most >= used) continue;
    const message = `Invalid quota ${name} value(s): ${most}. Can not be less than the current usage value(s): ${used}.`;
    return { kind: 'failed', error: 'ValueError', message };
  }
  return { kind: 'ready' };
}

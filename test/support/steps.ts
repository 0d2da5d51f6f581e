/** Walks through a type's steps as the engine does, against a service that is a function: what is called, what is kept. */
import type { CloudCall } from '../../engine/kernel/world.ts';
import type { Call, Expr } from '../../engine/template/expr.ts';
import { differences } from '../../engine/kit/change.ts';
import type {
  Change,
  Live,
  Made,
  PlannedDefinition,
  ResourceType,
  Step,
  StepInput,
} from '../../engine/kit/resource.ts';
import { mainStep, stepsOf } from '../../engine/kit/resource.ts';
import { resolveProperties, validateResource } from '../../engine/kit/validate.ts';
import { fromPlain, parseJson, type Plain, type PlainMap, toPlain } from '../../engine/values/json.ts';
import { mapOf, type Value, type ValueMap } from '../../engine/values/value.ts';

export const mark = 's-r-abcdefghijkl';
const path = 'resources.r.properties';

/** A property that another resource will say. */
export const get = (resource: string, at = `${path}.x.get_resource`): Call => ({
  fn: 'get_resource',
  args: resource,
  at,
});
export const attr = (...args: readonly string[]): Call => ({ fn: 'get_attr', args, at: `${path}.x.get_attr` });

/** The properties as a life gets them, with what it chose. */
export function propertiesOf(
  type: ResourceType,
  plain: PlainMap,
  exports: readonly string[] = [],
  required: ReadonlyMap<string, Value> = new Map(),
): ValueMap {
  const resolved = resolveProperties(type, fromPlain(plain) as ValueMap, path);
  if (type.life.kind !== 'cloud' || type.life.chosen === undefined) return resolved;
  const chosen = type.life.chosen(resolved, {
    resourceName: 'r',
    stackName: 's',
    physicalName: mark,
    stackTimeoutMs: 3_600_000,
    below: () => 0,
    uuid: () => '11111111-2222-4333-8444-555555555555',
    metadata: mapOf([]),
    exports,
    required,
  });
  return mapOf([...resolved, ...chosen]);
}

export function stepsFor(type: ResourceType, plain: PlainMap): readonly Step[] {
  return stepsWith(type, propertiesOf(type, plain));
}

function stepsWith(type: ResourceType, properties: ValueMap): readonly Step[] {
  if (type.life.kind !== 'cloud') throw new Error(`${type.name} has no steps`);
  return stepsOf(type.life, properties);
}

export function inputFor(type: ResourceType, plain: PlainMap, made: Readonly<Record<string, Made>> = {}): StepInput {
  return { properties: propertiesOf(type, plain), physicalName: mark, mark, made: new Map(Object.entries(made)) };
}

/** `POST /v2.0/networks {…}`: a call on one line. */
export function shown({ method, path: at, body }: CloudCall): string {
  return `${method} ${at}${body === undefined ? '' : ` ${body}`}`;
}

/** A call's body as plain data. */
export function bodyOf(call: CloudCall): Plain {
  return toPlain(parseJson(call.body ?? 'null'));
}

export interface Walk {
  readonly calls: readonly CloudCall[];
  readonly made: ReadonlyMap<string, Made>;
  readonly last: Made;
}

/** All creates in their order; `answer` says what each brings. */
export function walk(
  type: ResourceType,
  plain: PlainMap,
  answer: (call: CloudCall) => Plain,
  exports: readonly string[] = [],
): Walk {
  const properties = propertiesOf(type, plain, exports);
  const made = new Map<string, Made>();
  const calls: CloudCall[] = [];
  for (const step of stepsWith(type, properties)) {
    const input: StepInput = { properties, physicalName: mark, mark, made };
    const call = step.create(input);
    calls.push(call);
    made.set(step.name, step.made(fromPlain(answer(call)), input));
  }
  const last = [...made.values()].at(-1);
  if (last === undefined) throw new Error(`${type.name} made nothing`);
  return { calls, made, last };
}

/** What validation says; undefined where nothing is wrong. */
export function problem(type: ResourceType, given: Readonly<Record<string, Plain | Call>>): string | undefined {
  try {
    validateResource(type, { name: 'r', properties: exprs(given) }, { stackTimeoutMs: 3_600_000 });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

export type Written = Plain | Call | readonly Written[] | { readonly [key: string]: Written };

function isCallLike(value: Written): value is Call {
  return typeof value === 'object' && value !== null && 'fn' in value && 'at' in value;
}

/** Template values in which calls are left as they are. */
export function expr(value: Written): Expr {
  if (isCallLike(value)) return value;
  if (Array.isArray(value)) return (value as readonly Written[]).map(expr);
  if (typeof value === 'object' && value !== null)
    return new Map(
      Object.entries(value as { readonly [key: string]: Written }).map(([key, inner]) => [key, expr(inner)]),
    );
  return fromPlain(value as Plain);
}

export function exprs(given: Readonly<Record<string, Written>>): ReadonlyMap<string, Expr> {
  return new Map(Object.entries(given).map(([name, value]) => [name, expr(value)]));
}

/** A template's resources as `after` sees them: name → [type, properties]. */
export function definitions(
  all: Readonly<Record<string, readonly [type: string, properties: Readonly<Record<string, Written>>]>>,
): ReadonlyMap<string, PlannedDefinition> {
  return new Map(
    Object.entries(all).map(([name, [implementation, given]]) => [
      name,
      { name, implementation, properties: exprs(given) },
    ]),
  );
}

/** What `after` adds for one of them, sorted. */
export function afterOf(type: ResourceType, name: string, all: ReadonlyMap<string, PlannedDefinition>): string[] {
  const own = all.get(name);
  if (own === undefined) throw new Error(`no ${name}`);
  return [...new Set(type.after?.(own, all) ?? [])].sort();
}

/** A made resource as attributes are asked of it. */
export function live(type: ResourceType, plain: PlainMap, made: Made): Live {
  return {
    resourceName: 'r',
    physicalName: mark,
    physicalId: made.physicalId,
    data: made.data,
    properties: propertiesOf(type, plain),
  };
}

export interface ChangeWalk {
  /** `replace`, or the calls on one line each: what is undone first, then the steps in order. */
  readonly calls: readonly string[] | 'replace';
  readonly made: ReadonlyMap<string, Made>;
  /** As the update's steps were asked; undefined where it is replaced. */
  readonly steps: readonly Step[];
  readonly change: Change;
}

/**
 * A thing is made with `before` and changed to `after`, as the engine does: its own steps, then what the type's update
 * says of what differs. `answer` says what each call brings; what the creates brought is in `made`.
 */
export function walkChange(
  type: ResourceType,
  before: PlainMap,
  after: PlainMap,
  answer: (call: CloudCall) => Plain,
  exports: readonly string[] = [],
): ChangeWalk {
  if (type.life.kind !== 'cloud') throw new Error(`${type.name} has no steps`);
  const first = walk(type, before, answer, exports);
  const change = changeOf(type, before, after, first, exports);
  const { replacing } = differences(type, change.before.properties, change.after);
  const said = replacing.size > 0 ? 'replace' : (type.life.update?.(change) ?? 'replace');
  if (said === 'replace') return { calls: 'replace', made: first.made, steps: [], change };
  const made = new Map(first.made);
  const old = { properties: change.before.properties, physicalName: mark, mark, made };
  const own = stepsWith(type, change.before.properties);
  const undone = [...(said.undo ?? [])].reverse().flatMap(name => {
    const call = own.find(step => step.name === name)?.remove(made.get(name)?.physicalId ?? '', old);
    made.delete(name);
    return call === undefined ? [] : [call];
  });
  const calls = linesOf(said.steps, change.after, made, answer);
  return { calls: [...undone.map(shown), ...calls], made, steps: said.steps, change };
}

/** What `update` and `prepareReplace` are asked of a thing that `walk` made. */
export function changeOf(
  type: ResourceType,
  before: PlainMap,
  after: PlainMap,
  first: Walk,
  exports: readonly string[] = [],
): Change {
  const [old, next] = [propertiesOf(type, before, exports), propertiesOf(type, after, exports)];
  if (type.life.kind !== 'cloud') throw new Error(`${type.name} has no steps`);
  const main = mainStep(stepsWith(type, old));
  const own = first.made.get(main?.name ?? '');
  if (own === undefined) throw new Error(`${type.name} made nothing`);
  const last = [...first.made.values()].findLast(made => made.physicalId === own.physicalId) ?? own;
  const { inPlace, replacing } = differences(type, old, next);
  return {
    before: { resourceName: 'r', physicalName: mark, physicalId: own.physicalId, properties: old, data: last.data },
    after: next,
    changed: new Set([...inPlace, ...replacing]),
    metadata: mapOf([]),
  };
}

/** The calls of some steps on one line each; each brings what `answer` says. */
export function linesOf(
  steps: readonly Step[],
  properties: ValueMap,
  made: Map<string, Made>,
  answer: (call: CloudCall) => Plain,
): readonly string[] {
  return steps.map(step => {
    const input: StepInput = { properties, physicalName: mark, mark, made };
    const call = step.create(input);
    const brought = step.made(fromPlain(answer(call)), input);
    made.delete(step.name); // what is said last comes last
    made.set(step.name, brought);
    return shown(call);
  });
}

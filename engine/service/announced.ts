/**
 * The calls that a change sends to services if all goes well, as a preview tells them: method, service, path. Reads
 * and polls are none; where a change reads before it calls, the preview reads the same. Ids that are made on the way
 * stand in braces under their step's name.
 */
import type { CloudCall } from '../kernel/world.ts';
import {
  type ChangeSteps,
  type CloudLife,
  type Live,
  type Made,
  type Step,
  type StepInput,
  stepsOf,
} from '../kit/resource.ts';
import { foreseen } from '../kit/settle.ts';
import type { IncarnationRecord } from '../orchestration/records.ts';
import { nameOf } from '../orchestration/work-steps.ts';
import { parseJson } from '../values/json.ts';
import { emptyMap, isList, isMap, mapOf, type Value, type ValueMap } from '../values/value.ts';

/** What a service shows now; undefined: it did not say. */
export type Read = (call: CloudCall) => Promise<Value | undefined>;

/** What an incarnation's steps made, by name, opened. */
export function madeBy(incarnation: IncarnationRecord, open: (text: string) => string): ReadonlyMap<string, Made> {
  const made = new Map<string, Made>();
  for (const { name, state } of incarnation.steps) {
    if (state.at !== 'done' && state.at !== 'waiting' && state.at !== 'leaving') continue;
    const data = parseJson(open(state.data));
    made.set(nameOf(name).bare, { physicalId: state.physicalId, data: isMap(data) ? data : emptyMap });
  }
  return made;
}

/** Of making one with these properties. */
export function callsOfMaking(life: CloudLife, properties: ValueMap, physicalName: string): readonly string[] {
  const steps = asked(() => stepsOf(life, properties));
  return steps === undefined ? ['?'] : created(steps, properties, physicalName);
}

/** Of what is done to a live one; `after` are its properties from then on. */
export async function callsOfChange(
  life: CloudLife,
  live: Live,
  after: ValueMap,
  { undo = [], steps }: ChangeSteps,
  made: ReadonlyMap<string, Made>,
  read: Read,
): Promise<readonly string[]> {
  const own = stepsOf(life, live.properties).filter(step => undo.includes(step.name));
  const gone = removed(
    [...own].sort((a, b) => undo.indexOf(a.name) - undo.indexOf(b.name)),
    live,
    made,
  );
  const left = new Map([...made].filter(([name]) => !undo.includes(name)));
  const taken = new Set(undo.flatMap(name => made.get(name)?.physicalId ?? []));
  const shown: Read = async call => without(await read(call), taken);
  return [...gone, ...(await done(steps, { properties: after, physicalName: live.physicalName, made: left }, shown))];
}

/** Of what is done to a live one, in order, reading where it reads. */
async function done(
  steps: readonly Step[],
  { properties, physicalName, made: before }: Omit<StepInput, 'mark'>,
  read: Read,
): Promise<readonly string[]> {
  const made = new Map(before);
  const lines: string[] = [];
  for (const step of steps) {
    const input = { properties, physicalName, mark: physicalName, made };
    const call = asked(() => step.create(input));
    lines.push(...(call === undefined ? [`? ${step.service} ${step.name}`] : textOf(call)));
    const body = call !== undefined && isRead(call) ? await read(call) : undefined;
    const seen = body === undefined ? undefined : asked(() => step.made(body, input));
    if (seen !== undefined) made.delete(step.name); // what speaks of a thing last stands last
    if (!made.has(step.name)) made.set(step.name, seen ?? foreseen(step.name));
  }
  return lines;
}

/** What is made on the way has no id to read it by. */
function isRead({ method, path }: CloudCall): boolean {
  return method === 'GET' && !/[{}]|%7B|%7D/.test(path);
}

/** A service's list as it is once these are gone. */
function without(body: Value | undefined, gone: ReadonlySet<string>): Value | undefined {
  if (body === undefined || gone.size === 0 || !isMap(body)) return body;
  const isLeft = (item: Value): boolean => !isMap(item) || !gone.has(String(item.get('id') ?? ''));
  return mapOf([...body].map(([key, list]): [string, Value] => [key, isList(list) ? list.filter(isLeft) : list]));
}

/** Of taking one away. */
export function callsOfLeaving(life: CloudLife, live: Live, made: ReadonlyMap<string, Made>): readonly string[] {
  return removed(stepsOf(life, live.properties), live, made);
}

function created(steps: readonly Step[], properties: ValueMap, physicalName: string): readonly string[] {
  const made = new Map<string, Made>();
  return steps.flatMap(step => {
    const call = asked(() => step.create({ properties, physicalName, mark: physicalName, made }));
    made.set(step.name, foreseen(step.name));
    return call === undefined ? [`? ${step.service} ${step.name}`] : textOf(call);
  });
}

function removed(steps: readonly Step[], live: Live, made: ReadonlyMap<string, Made>): readonly string[] {
  const { properties, physicalName } = live;
  return steps.toReversed().flatMap(step => {
    const thing = made.get(step.name);
    if (thing === undefined) return [];
    const input = { properties, physicalName, mark: physicalName, made };
    const call = asked(() => step.remove(thing.physicalId, input) ?? null);
    if (call === null) return [];
    return call === undefined ? [`? ${step.service} ${step.name}`] : textOf(call);
  });
}

function textOf({ method, service, path }: CloudCall): readonly string[] {
  if (method === 'GET') return [];
  // What stands in braces for an id was quoted like one.
  const shown = (path.split('?')[0] ?? path).replace(/%7B.*?%7D/g, decodeURIComponent);
  return [`${method} ${service} ${shown}`];
}

/** A type may need to know more than a preview does: then its call is not told. */
function asked<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch {
    return undefined;
  }
}

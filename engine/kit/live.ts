/**
 * Attributes as they are now: what has to be asked of services before a type can answer.
 *
 * A type is pure, so it says which GET comes next, given the answers so far, and how the answers become data; whoever
 * shows a resource makes the calls. A thing that cannot be asked keeps the data that it had when it was made.
 */
import type { CloudCall } from '../kernel/world.ts';
import { emptyMap } from '../values/value.ts';
import {
  type Live,
  type LiveAnswer,
  type LiveReads,
  mainStep,
  type ResourceType,
  type StepInput,
  stepsOf,
} from './resource.ts';

const mostCalls = 16;

/** How a type's attributes are asked for: its own way, or its main step's thing shown again; undefined: never. */
export function readsOf(type: ResourceType): LiveReads | undefined {
  if (type.reads !== undefined) return type.reads;
  const { life } = type;
  if (life.kind !== 'cloud') return undefined;
  const main = (live: Live) => mainStep(stepsOf(life, live.properties));
  return {
    next: (live, _attribute, answers) =>
      answers.length === 0 ? main(live)?.show(live.physicalId, inputOf(live)) : undefined,
    data: (live, _attribute, [answer]) =>
      answer === undefined ? emptyMap : (main(live)?.made(answer, inputOf(live)).data ?? live.data),
  };
}

function inputOf({ properties, physicalName }: Live): StepInput {
  return { properties, physicalName, mark: physicalName, made: new Map() };
}

/**
 * The resource with data as it is now, for one attribute. `ask` answers undefined where the service refused; what
 * it throws goes through, as does LifeFailure of an answer that cannot be read.
 */
export async function refreshed(
  type: ResourceType,
  live: Live,
  attribute: string,
  ask: (call: CloudCall) => Promise<LiveAnswer>,
): Promise<Live> {
  const reads = readsOf(type);
  if (reads === undefined) return live;
  const answers: LiveAnswer[] = [];
  for (let call = reads.next(live, attribute, answers); call !== undefined && answers.length < mostCalls; ) {
    answers.push(await ask(call));
    call = reads.next(live, attribute, answers);
  }
  return answers.length === 0 ? live : { ...live, data: reads.data(live, attribute, answers) };
}

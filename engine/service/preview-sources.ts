/** What a preview asks that no row says: names, and how things are in their cloud, as the caller. */
import { credentialOf } from './access.ts';
import type { World } from '../actors/world.ts';
import type { Millis } from '../kernel/clock.ts';
import { limits } from '../kernel/limits.ts';
import type { CloudCall } from '../kernel/world.ts';
import { type Wanted, wantedKey } from '../kit/lookups.ts';
import { type Live, mainStep, type Registry, type ResourceType, stepsOf } from '../kit/resource.ts';
import { bodyOf, isUnreadable, succeeded } from '../orchestration/answers.ts';
import { asSeen } from '../orchestration/converging.ts';
import { find } from '../orchestration/lookups.ts';
import { callService } from '../orchestration/own-calls.ts';
import { timeoutMs } from '../orchestration/stack-turn.ts';
import { isSealed } from '../values/sealed.ts';
import type { Value } from '../values/value.ts';
import type { Caller, StackChange } from '../../proto/engine.ts';
import type { Seen, Sources } from './outlook-parts.ts';

export interface About {
  readonly change: StackChange;
  /** By this node's clock: later nothing is read any more. */
  readonly until: Millis;
  readonly secret: boolean;
  readonly stackName: string;
}

/** The sources of one stack of the tree. */
export function sourcesOf(
  world: World,
  registry: Registry,
  caller: Caller,
  { change, until, secret, stackName }: About,
): Sources {
  const credential = credentialOf(caller);
  return {
    open: text => (isSealed(text) ? world.vault.open(text) : text),
    isSealed,
    type: name => registry.get(name),
    lookUp: wanted => lookedUp(world, credential, wanted),
    look: (type, live) => seen(world, caller, type, live),
    read: call => readNow(world, caller, call, until),
    observe: change.converge,
    secret,
    below: n => world.dice.below(n),
    uuid: () => world.dice.uuid(),
    stackName,
    timeoutMs: timeoutMs(change.timeoutMins ?? null),
  };
}

/** Throws for a name that names nothing, as the resource would fail. */
async function lookedUp(
  world: World,
  credential: string,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  for (const each of wanted) {
    const found = await find(world, credential, each);
    if (found instanceof Error) throw found;
    if (found !== undefined) ids.set(wantedKey(each), found);
  }
  return ids;
}

/** Not for ever: a change of a thousand resources is told with what could be read in time. */
async function readNow(world: World, caller: Caller, call: CloudCall, until: Millis): Promise<Value | undefined> {
  const leftMs = Math.min(until - world.clock.monotonic(), limits.showDeadlineMs);
  if (leftMs <= 0) return undefined;
  const answer = succeeded(await callService(world, caller, credentialOf(caller), call, leftMs));
  try {
    return answer && bodyOf(answer);
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

/** As a resource that looks at its thing before it decides (orchestration/converging.ts). */
async function seen(world: World, caller: Caller, type: ResourceType, live: Live): Promise<Seen | undefined> {
  const { life } = type;
  if (life.kind !== 'cloud') return undefined;
  const { properties, physicalName } = live;
  const main = mainStep(stepsOf(life, properties));
  if (main === undefined) return undefined;
  const input = { properties, physicalName, mark: physicalName, made: new Map() };
  const show = main.show(live.physicalId, input);
  const outcome = await callService(world, caller, credentialOf(caller), show, limits.showDeadlineMs);
  const answer = succeeded(outcome);
  if (answer === undefined) {
    const isGone = outcome.kind === 'answered' && outcome.answer.status === 404;
    return isGone ? { sound: false, properties } : undefined;
  }
  try {
    const body = bodyOf(answer);
    const lost = life.lost === undefined ? main.ready(body).kind === 'failed' : life.lost(body);
    return { sound: !lost, properties: asSeen(properties, main.made(body, input).data, type) };
  } catch (error) {
    if (isUnreadable(error)) return undefined;
    throw error;
  }
}

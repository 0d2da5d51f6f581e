/** What is done to a live incarnation, as steps: asked of its type again whenever they are needed, since it is pure. */
import { invariant } from '../kernel/invariant.ts';
import type { ChangeSteps, CloudLife, Live } from '../kit/resource.ts';
import { parseJson } from '../values/json.ts';
import { liveOf, mapFrom } from './making.ts';
import type { IncarnationRecord } from './records.ts';
import type { Work } from './work-records.ts';
import type { ResourceTurn } from './resource-turn.ts';

/** `update:resize` is the step `resize` of an update. */
export function nameOf(name: string): { readonly isWork: boolean; readonly bare: string } {
  const colon = name.indexOf(':');
  return colon < 0 ? { isWork: false, bare: name } : { isWork: true, bare: name.slice(colon + 1) };
}

/** The steps of what is done to it. The same work always has the same ones. */
export function stepsOfWork(turn: ResourceTurn, incarnation: IncarnationRecord): ChangeSteps {
  const { work } = incarnation;
  const { life } = turn.type(incarnation.type);
  invariant(work !== null, 'a step of work belongs to one');
  const steps =
    life.kind === 'cloud'
      ? stepsFor(turn, work, life, liveOf(turn, incarnation), successorOf(turn, incarnation))
      : { steps: [] };
  invariant(steps !== undefined && typeof steps === 'object', `${incarnation.type} says twice how to ${work.kind}`);
  return steps;
}

/** What took an incarnation's place, where that made something. It stays until the other is itself again. */
export function successorOf(turn: ResourceTurn, { id, generation }: IncarnationRecord): Live | undefined {
  // By generation: rows are loaded in any order.
  const later = turn.incarnations.filter(each => each.id !== id && each.generation > generation);
  const [successor] = later.filter(({ physicalId }) => physicalId !== null).sort((a, b) => a.generation - b.generation);
  return successor === undefined ? undefined : liveOf(turn, successor);
}

function stepsFor(
  turn: ResourceTurn,
  work: Work,
  life: CloudLife,
  live: Live,
  successor: Live | undefined,
): ChangeSteps | string | undefined {
  const change = () => ({
    before: live,
    after: mapFrom(turn.clear(work.properties)),
    changed: new Set(work.changed),
    metadata: parseJson(turn.clear(work.metadata)),
  });
  switch (work.kind) {
    case 'update':
      return life.update?.(change());
    case 'prepare':
      return life.prepareReplace?.(change());
    case 'restore':
      return life.restorePrevious?.(live, successor);
    case 'suspend':
      return life.suspend?.(live);
    case 'resume':
      return life.resume?.(live);
    case 'check':
      return { steps: [] };
    default:
      return work.kind satisfies never;
  }
}

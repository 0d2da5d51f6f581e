/** What a run's users asked of a stack, and what they were told. */
import type { Uuid } from '../../engine/kernel/ids.ts';
import type { MadeTemplate } from './templates.ts';

/** One template that the stack was asked to be. */
export interface Version {
  readonly template: MadeTemplate;
  readonly askedAt: number;
  toldAt: number | undefined;
}

export interface StackModel {
  readonly id: Uuid;
  readonly name: string;
  readonly disableRollback: boolean;
  /** In the order in which they were asked for; the first is the create's. */
  readonly versions: Version[];
  /** Slots that somebody else has, of which one of its resources must be the only one. */
  readonly taken: Set<string>;
  created: 'asked' | 'told' | 'refused';
  refusal: string | undefined;
  /** A delete was asked for; and answered. */
  removeAsked: boolean;
  removeTold: boolean;
  /** Updates that were accepted. */
  updatesTold: number;
  /** An update to whatever it is was accepted last at that time; after a rollback it may be an older one. */
  keptAt: number;
  /** A cancel was asked for, with or without a rollback. */
  cancelAsked: boolean;
  /** An operator reset it. */
  resetAsked: boolean;
  /** A user did something to a stack that is nested in it. */
  tampered: boolean;
  /** Of those, which a user deleted, and what holds them. */
  readonly emptied: Set<Uuid>;
  /** One of its templates says where a resource stops: its environment is told as a whole from then on. */
  hooked: boolean;
  /** A user said of one of its resources that it is not healthy. */
  marked: boolean;
}

/** What it was asked to be last. */
export function newestOf({ versions }: StackModel): MadeTemplate {
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error('a stack was asked to be something');
  return newest.template;
}

/** Whether a resource of the template cannot be made, whatever the engine does. */
export function isUnhealthy({ taken }: StackModel, { fails, hangs, slots }: MadeTemplate): boolean {
  return fails || hangs || slots.some(slot => taken.has(slot));
}

/** Some resource of the template stops somewhere. */
export function isHooked({ drafts }: MadeTemplate): boolean {
  return drafts.some(({ hook }) => hook !== undefined);
}

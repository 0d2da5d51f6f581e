/** What is measured on clusters: many stacks of one client at once, and one stack that is a tree of many. */
import { limits } from '../../engine/kernel/limits.ts';
import { independent, minionFile, minions } from './templates.ts';

export interface ClusterStack {
  readonly template: unknown;
  readonly files?: Readonly<Record<string, unknown>>;
}

export interface ClusterCase {
  readonly name: string;
  readonly about: string;
  /** All of them are asked for at once. */
  readonly stacks: readonly ClusterStack[];
  /** Of all stacks, nested ones too. */
  readonly resources: number;
  /** First ones that do not count: what a process runs often it compiles better, and each of many runs less. */
  readonly warmUps: number;
  readonly rounds: number;
}

/** How much more CPU a resource may take on three engines than on one (engines, PostgreSQL and etcd). */
export const mostRatio = 1.15;

/** Of a machine's nested stack (templates.ts). */
const ofMinion = 22;
const allMinions = 1_000;
/** A tree may have 1,000 resources: the group, its members, and theirs. */
const minionsOfTree = Math.floor((limits.maxResourcesPerStack - 1) / (ofMinion + 1));

/** As few trees as the limit allows, all full but the last. */
export function trees(all: number, most: number): readonly number[] {
  return Array.from({ length: Math.ceil(all / most) }, (_, n) => Math.min(most, all - n * most));
}

const clustersOfMinions = trees(allMinions, minionsOfTree);

export const clusterCases: readonly ClusterCase[] = [
  {
    name: 'create-10000',
    about: '10 stacks of 1,000 RandomStrings (as many as a stack may have), asked for by one client at once',
    stacks: Array.from({ length: 10 }, () => ({ template: independent(1_000) })),
    resources: 10_000,
    warmUps: 4,
    rounds: 5,
  },
  {
    name: 'magnum',
    about:
      `${allMinions} nested stacks of ${ofMinion} resources, each the shape of a Kubernetes machine's, without a cloud; ` +
      `in ${clustersOfMinions.length} groups, since a tree may have ${limits.maxResourcesPerStack} resources`,
    stacks: clustersOfMinions.map(count => ({ template: minions(count), files: minionFile })),
    // Those of the nested stacks, the groups' members and the groups.
    resources: allMinions * ofMinion + allMinions + clustersOfMinions.length,
    // Each of three engines runs a third of the code that one does, and is warm as much later.
    warmUps: 3,
    rounds: 5,
  },
];

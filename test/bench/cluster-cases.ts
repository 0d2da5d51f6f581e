/** What is measured on clusters: many stacks of one client at once, and one stack that is a tree of many. */
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
  /** After a first one that does not count. */
  readonly rounds: number;
}

/** How much more CPU a resource may take on three engines than on one (engines, PostgreSQL and etcd). */
export const mostRatio = 1.15;

const nodes = 1_000;

export const clusterCases: readonly ClusterCase[] = [
  {
    name: 'create-10000',
    about: '10 stacks of 1,000 RandomStrings (as many as a stack may have), asked for by one client at once',
    stacks: Array.from({ length: 10 }, () => ({ template: independent(1_000) })),
    resources: 10_000,
    rounds: 5,
  },
  {
    name: 'magnum',
    about: `a group of ${nodes} nested stacks of 22 resources each, as those of a big Kubernetes cluster, without a cloud`,
    stacks: [{ template: minions(nodes), files: minionFile }],
    // Those of the nested stacks, the group's members and the group.
    resources: nodes * 22 + nodes + 1,
    rounds: 3,
  },
];

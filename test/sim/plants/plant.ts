/**
 * A planted bug: one rule of the architecture taken away, by wrapping a port, the store, a behaviour or a type. The
 * product knows nothing of it. A plant that no invariant notices shows a rule that nobody watches.
 */
import type { Behaviour } from '../../../engine/actors/actor.ts';
import type { Cloud, Directory } from '../../../engine/kernel/world.ts';
import type { ResourceType } from '../../../engine/kit/resource.ts';
import type { MemoryStore } from '../../../engine/store/memory.ts';
import type { Store } from '../../../engine/store/store.ts';
import type { Cluster, NodeSlot } from '../cluster.ts';
import type { FaultKind } from '../faults.ts';
import type { InvariantName } from '../invariants/checks.ts';

export interface Plant {
  readonly name: string;
  /** What was taken away. */
  readonly rule: string;
  /** Which invariants may be the first to notice; the first of them is named for the rule. */
  readonly noticedBy: readonly InvariantName[];
  /** The database itself, for all nodes. */
  database?(home: MemoryStore, cluster: Cluster): Store;
  /** One node's connection to it. */
  store?(store: Store, cluster: Cluster, slot: NodeSlot): Store;
  directory?(directory: Directory, cluster: Cluster, slot: NodeSlot): Directory;
  cloud?(cloud: Cloud, cluster: Cluster, slot: NodeSlot): Cloud;
  behaviour?(behaviour: Behaviour<unknown>, cluster: Cluster, slot: NodeSlot): Behaviour<unknown>;
  /** One of the simulator's own types; or any of the product's. */
  type?(type: ResourceType): ResourceType;
  builtIn?(type: ResourceType): ResourceType;
  /** It shows seldom: the seeds before this one are known to say nothing of it. Default: 1. */
  readonly from?: number;
  /** Faults that must be frequent for the bug to matter. */
  readonly more?: Readonly<Partial<Record<FaultKind, number>>>;
}

/**
 * What users do when they see something: a resource that waits at a hook is let go on (or not, as its template's maker
 * decided); a group that is in the middle of its batches is disturbed, by a command to its own stack.
 */
import type { Uuid } from '../../engine/kernel/ids.ts';
import { decode } from '../../engine/orchestration/records.ts';
import type { Row } from '../../engine/store/store.ts';
import type { Chronicle } from './chronicle.ts';
import type { Cluster } from './cluster.ts';
import type { SimDice } from './dice.ts';
import type { Draft, HookKind } from './drafts.ts';
import type { Operations } from './operations.ts';

/** Of the moments in the middle of batches, so many see a command to the group's stack. */
const disturbedShare = 0.5;

export class Reactions {
  private readonly cluster: Cluster;
  private readonly operations: Operations;
  private readonly chronicle: Chronicle;
  private readonly dice: SimDice;
  private readonly seen = new Set<string>();
  private readonly asks = new Map<string, number>();

  constructor(cluster: Cluster, operations: Operations, chronicle: Chronicle) {
    this.cluster = cluster;
    this.operations = operations;
    this.chronicle = chronicle;
    this.dice = cluster.dice.fork('reactions');
    cluster.books.listeners.push(({ rows }) => {
      for (const row of rows.rows) {
        if (row.goneAt !== null) continue;
        if (row.table === 'resources' && row.state.includes('"hooks":{')) this.waits(row);
        else if (row.table === 'incarnations' && row.state.includes('"child":{')) this.hasChild(row);
      }
    });
  }

  /** How often a resource was to be let go on. */
  asked(resource: Uuid, hook: HookKind): number {
    return this.asks.get(`${resource} ${hook}`) ?? 0;
  }

  /** What the template of that generation says of a root's resource. */
  draftOf(stack: Uuid, name: string, generation: number): Draft | undefined {
    const { known } = this.operations.maker;
    // A delete's environment is that of before; a create that was rolled back leaves none.
    const chapter = this.chronicle.of(stack).find(each => each.generation === generation);
    return known.get(chapter?.version ?? '')?.drafts.find(draft => draft.name === name);
  }

  private isNew(what: string): boolean {
    if (this.seen.has(what)) return false;
    this.seen.add(what);
    return true;
  }

  private waits({ key, stack: id, kind, bucket, actor, state, columns }: Row): void {
    const { at } = (JSON.parse(state) as { readonly hooks: { readonly at: HookKind | null } }).hooks;
    if (at === null) return;
    const generation = Number(columns.generation);
    const stack = this.operations.stacks.find(each => each.id === id);
    if (stack === undefined || !this.isNew(`${key} ${generation} ${at}`)) return;
    if (this.draftOf(id, String(columns.name), generation)?.hook?.isCleared !== true) return;
    const { dice } = this;
    const ask = () => this.asks.set(`${key} ${at}`, this.asked(key, at) + 1);
    for (let left = dice.chance(0.15) ? 2 : 1; left > 0; left--)
      this.operations.unhook(stack, { kind, stack: id, bucket, id: actor }, at, dice.skewed(20, 6_000), ask);
  }

  private hasChild(row: Row): void {
    const { id, child } = decode.incarnation(row);
    if (child?.what !== 'define') return;
    const isBetween = child.at === 'pausing' || (child.at === 'ordered' && child.index > 0);
    if (!isBetween || !this.isNew(`${id} ${child.order} ${child.at}`)) return;
    const root = this.cluster.books.stacks.get(row.stack)?.columns.root;
    const stack = this.operations.stacks.find(each => each.id === root);
    if (stack !== undefined && this.dice.chance(disturbedShare))
      this.operations.disturb(stack, id, this.dice.skewed(0, 1_500));
  }
}

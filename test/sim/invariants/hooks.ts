/**
 * A resource does not go on while its hook is set: each time that it does, its user had let it.
 *
 * What goes on is told from rows alone: a first incarnation of a create; in an update anything that is made of one that
 * was there, or that it is found right; a delete's first step. That a hook is set is told from the user's own template.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import { decode, type IncarnationRecord, type ResourceRecord } from '../../../engine/orchestration/records.ts';
import type { Row } from '../../../engine/store/store.ts';
import type { Landed } from '../books.ts';
import type { Cluster } from '../cluster.ts';
import type { HookKind } from '../drafts.ts';
import type { Operations } from '../operations.ts';
import type { Reactions } from '../reactions.ts';

/** An incarnation in one commit; `then`: as it was before. */
interface Step {
  readonly now: IncarnationRecord;
  readonly then: IncarnationRecord | undefined;
}

export class Hooks {
  private readonly cluster: Cluster;
  private readonly operations: Operations;
  private readonly reactions: Reactions;
  private readonly passed = new Map<string, number>();
  private readonly known = new Set<string>();

  constructor(cluster: Cluster, operations: Operations, reactions: Reactions) {
    this.cluster = cluster;
    this.operations = operations;
    this.reactions = reactions;
    cluster.books.listeners.push((landed, before) => this.landed(landed, before));
  }

  private landed({ rows }: Landed, before: ReadonlyMap<Row, Row>): void {
    const hooked = new Set(this.operations.stacks.filter(stack => stack.hooked).map(({ id }) => id));
    if (hooked.size === 0) return;
    const touched = rows.rows.filter(
      ({ table, stack }) => hooked.has(stack) && (table === 'resources' || table === 'incarnations'),
    );
    for (const actor of new Set(touched.map(row => row.actor))) {
      const own = touched.filter(row => row.actor === actor);
      this.actor(actor, own, before);
    }
  }

  private actor(actor: Uuid, rows: readonly Row[], before: ReadonlyMap<Row, Row>): void {
    const main = this.cluster.books.rows.get(actor);
    if (main === undefined) return;
    const resource = decode.resource(main);
    const hook = this.reactions.draftOf(main.stack, resource.name, resource.generation)?.hook;
    if (hook === undefined) return;
    const steps = rows
      .filter(({ table }) => table === 'incarnations')
      .map((row): Step => {
        const old = before.get(row);
        return { now: decode.incarnation(row), then: old === undefined ? undefined : decode.incarnation(old) };
      });
    const goes = goesOn[hook.at](resource, steps, this.olderOf(main, steps));
    if (goes) this.went(resource, hook.at);
    // It stays where it is.
    else if (resource.hooks?.at === hook.at) this.cluster.checks.expect('hooks hold', true, () => '');
  }

  /** Incarnations of before this generation, that are still there. */
  private olderOf(main: Row, steps: readonly Step[]): boolean {
    const { generation } = decode.resource(main);
    const changed = new Set(steps.map(({ now }) => now.id));
    const resting = this.cluster.books
      .rowsOf(main.stack)
      .filter(({ table, actor, key }) => table === 'incarnations' && actor === main.key && !changed.has(key));
    return [
      ...resting.map(decode.incarnation),
      ...steps.flatMap(({ now, then }) => (now.life === 'gone' ? [] : then)),
    ].some(each => each !== undefined && each.life !== 'gone' && each.generation < generation);
  }

  private went({ id, name, stackName, generation }: ResourceRecord, hook: HookKind): void {
    if (this.known.has(`${id} ${hook} ${generation}`)) return;
    this.known.add(`${id} ${hook} ${generation}`);
    const times = (this.passed.get(`${id} ${hook}`) ?? 0) + 1;
    this.passed.set(`${id} ${hook}`, times);
    const asked = this.reactions.asked(id, hook);
    this.cluster.checks.expect(
      'hooks hold',
      times <= asked,
      () => `${stackName}.${name} went on past ${hook} in ${generation}: ${times} times, and was let ${asked} times`,
    );
  }
}

type GoesOn = (resource: ResourceRecord, steps: readonly Step[], hasOlder: boolean) => boolean;

const goesOn: Readonly<Record<HookKind, GoesOn>> = {
  'pre-create': ({ task }, steps) => task === 'CREATE' && steps.some(({ then }) => then === undefined),
  'pre-update': ({ task, removed, generation, reached }, steps, hasOlder) => {
    if ((task !== 'UPDATE' && task !== 'ROLLBACK') || removed || !hasOlder) return false;
    // What was begun for an older generation is made anew with that one's number after a lost answer.
    const isBegun = ({ now, then }: Step) => then === undefined && now.generation === generation;
    return reached === generation || steps.some(step => isBegun(step) || step.now.work?.generation === generation);
  },
  'pre-delete': ({ task, removed, hooks, current }, steps) => {
    // What an update had replaced may have gone in the same commit, before the delete came that it waits for.
    const isOlder = ({ now }: Step) => hooks?.at === 'pre-delete' && now.id !== current;
    const begins = (step: Step) => isLeaving(step.now) && step.then !== undefined && !isLeaving(step.then);
    return removed && task === 'DELETE' && steps.some(step => begins(step) && !isOlder(step));
  },
};

function isLeaving({ life }: IncarnationRecord): boolean {
  return life === 'going' || life === 'gone';
}

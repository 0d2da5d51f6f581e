/** A user looks, through any node: what is shown is committed, and fits together. */
import type { Row } from '../../../engine/store/store.ts';
import type { Cluster } from '../cluster.ts';
import type { StackModel } from '../stack-model.ts';

/** The newest version of each stack's row that somebody was shown. */
export class Reads {
  private readonly cluster: Cluster;
  private readonly seen = new Map<string, number>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  /** Reads a stack and then its resources. A node that goes away in between answers nobody. */
  show(stack: StackModel): void {
    const slot = this.cluster.running()[0];
    const world = slot?.world;
    if (world === undefined) return;
    const seen = this.seen.get(stack.id) ?? 0;
    void (async () => {
      const [row] = await world.store.read('stacks', [stack.id]);
      const resources = await world.store.select('resources', { where: [{ column: 'stack', in: [stack.id] }] });
      this.check(stack, row, resources, seen);
    })().catch(() => undefined);
  }

  /** `seen`: the newest version that anybody was shown before this read began. */
  private check(stack: StackModel, row: Row | undefined, resources: readonly Row[], seen: number): void {
    const { checks, books } = this.cluster;
    const known = books.stacks.get(stack.id);
    checks.expect(
      'reads are committed and consistent',
      row !== undefined && known !== undefined && row.version <= known.version && row.version >= seen,
      () => `stack ${stack.name} is shown at version ${row?.version}, committed is ${known?.version}`,
    );
    if (row === undefined) return;
    this.seen.set(stack.id, Math.max(row.version, this.seen.get(stack.id) ?? 0));
    if (row.columns.action !== 'CREATE' || row.columns.status !== 'COMPLETE') return;
    const bad = resources.find(
      // What a user says of its health is not the stack's.
      ({ columns }) =>
        Number(columns.generation) === Number(row.columns.generation) &&
        columns.status !== 'COMPLETE' &&
        columns.action !== 'CHECK',
    );
    checks.expect(
      'reads are committed and consistent',
      bad === undefined,
      () => `stack ${stack.name} is shown complete with ${String(bad?.columns.name)} ${String(bad?.columns.status)}`,
    );
  }
}

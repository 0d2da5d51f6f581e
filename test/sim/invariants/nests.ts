/**
 * Nested stacks: each has a resource that answers for it as long as it is there, and takes and answers its orders; and
 * of trees the reference model (test/model) says in each commit what may be, and at the end what exists.
 */
import type { Uuid } from '../../../engine/kernel/ids.ts';
import type { Row } from '../../../engine/store/store.ts';
import { decode } from '../decoded.ts';
import { Oracle } from '../../model/oracle.ts';
import type { Landed } from '../books.ts';
import type { Cluster } from '../cluster.ts';
import type { Operations } from '../operations.ts';
import { newestOf, type StackModel } from '../stack-model.ts';
import type { MadeTemplate } from '../templates.ts';

export class Nests {
  private readonly cluster: Cluster;
  private readonly operations: Operations;
  private readonly oracles = new Map<Uuid, Oracle>();
  /** Stack → the root of the tree that it is in; of trees alone. */
  private readonly roots = new Map<Uuid, Uuid>();

  constructor(cluster: Cluster, operations: Operations) {
    this.cluster = cluster;
    this.operations = operations;
    cluster.books.listeners.push(landed => this.landed(landed));
  }

  private landed({ rows }: Landed): void {
    for (const row of rows.rows) {
      if (row.table === 'stacks') this.stack(row);
      if (row.table === 'incarnations' && row.goneAt !== null) this.gone(row.key);
    }
    const roots = new Set(rows.rows.flatMap(row => this.rootOf(row) ?? []));
    for (const root of roots) {
      const within = rows.rows.filter(row => this.rootOf(row) === root);
      this.oracleOf(root).landed({ rows: within, events: [], contents: [], names: [] });
      this.heed(root);
    }
  }

  /** The root of a row's tree. What an incarnation's thing is, is in it too. */
  private rootOf(row: Row): Uuid | undefined {
    const known = this.roots.get(row.stack);
    if (known === undefined && row.table === 'stacks' && row.columns.owner === null) {
      const model = this.operations.stacks.find(({ id }) => id === row.key);
      if (model !== undefined && newestOf(model).graph !== undefined) this.roots.set(row.key, row.key);
    }
    const root = this.roots.get(row.stack);
    if (root !== undefined && row.table === 'incarnations') this.roots.set(row.key, root);
    return root;
  }

  private oracleOf(root: Uuid): Oracle {
    const known = this.oracles.get(root);
    if (known !== undefined) return known;
    const oracle = new Oracle(root);
    this.oracles.set(root, oracle);
    return oracle;
  }

  private heed(root: Uuid): void {
    const { violations } = this.oracleOf(root);
    this.cluster.checks.expect('dependency order', violations.length === 0, () => violations.join('; '));
  }

  private stack(row: Row): void {
    if (row.columns.owner === null || row.columns.deleted_at !== null) return;
    const parent = this.cluster.books.rows.get(row.key);
    this.cluster.checks.expect(
      'nested stacks have parents',
      parent !== undefined && parent.goneAt === null,
      () => `nested stack ${String(row.columns.name)} is there, and no resource answers for it`,
    );
  }

  private gone(key: Uuid): void {
    const row = this.cluster.books.stacks.get(key);
    if (row === undefined) return;
    this.cluster.checks.expect(
      'nested stacks have parents',
      row.columns.deleted_at !== null,
      () => `nested stack ${String(row.columns.name)} is left by the resource that answered for it`,
    );
  }

  /** A root that has ended well: of its tree what its template says exists, and nothing else. */
  checkEnd(stack: StackModel, made: MadeTemplate | undefined): void {
    const { checks, books } = this.cluster;
    if (made === undefined) {
      const left = [...books.stacks.values()].find(
        ({ key, columns }) => columns.root === stack.id && key !== stack.id && columns.deleted_at === null,
      );
      checks.expect(
        'nested stacks have parents',
        left === undefined,
        () => `stack ${stack.name} is gone, and its nested stack ${String(left?.columns.name)} is not`,
      );
    }
    const oracle = this.oracles.get(stack.id);
    if (oracle === undefined || stack.tampered) return;
    oracle.checkEnd(made?.graph);
    checks.expect(
      'ends as it deserves',
      oracle.violations.length === 0,
      () => `stack ${stack.name}: ${oracle.violations.join('; ')}`,
    );
  }

  /** Every order was answered, and nothing is under way. */
  final(): void {
    const { checks, books } = this.cluster;
    for (const row of books.stacks.values()) {
      if (row.columns.owner === null) continue;
      const { nesting, name, action, status } = decode.stack(row);
      checks.expect(
        'every stack ends',
        status !== 'IN_PROGRESS',
        () => `nested stack ${name} is ${action}_${status} for ever`,
      );
      checks.expect(
        'answered is kept',
        nesting === null || nesting.settled?.order === nesting.taken,
        () => `nested stack ${name} took order ${nesting?.taken}, and answered ${nesting?.settled?.order}`,
      );
    }
  }
}

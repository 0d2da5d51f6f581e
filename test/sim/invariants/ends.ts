/** When all is quiet: every stack has ended, as it deserves; what clients were told is true; names are right. */
import type { Row } from '../../../engine/store/store.ts';
import type { SimService } from '../cloud/service.ts';
import type { Cluster } from '../cluster.ts';
import { type Operations, project, type StackModel } from '../operations.ts';

/** So many conflicts and refused connections may make the engine give up one resource. */
const patience = 5;

const longChain = 20;

export function checkEnds(cluster: Cluster, operations: Operations, service: SimService): void {
  const { checks, books } = cluster;
  for (const stack of operations.stacks) {
    const row = books.stacks.get(stack.id);
    if (stack.created === 'refused') {
      checks.expect(
        'answered is kept',
        row === undefined,
        () => `stack ${stack.name} was refused (${stack.refusal}), and is there`,
      );
      checks.expect(
        'ends as it deserves',
        stack.refusal === 'StackExists',
        () => `stack ${stack.name} was refused: ${stack.refusal}`,
      );
      continue;
    }
    checks.expect(
      'answered is kept',
      row?.columns.name === stack.name,
      () => `stack ${stack.name} was created, and its row is lost`,
    );
    if (row !== undefined) checkEnd(cluster, stack, row, service);
  }
  checkNames(cluster);
  checkStore(cluster);
  for (const stack of operations.stacks) {
    if (stack.created !== 'told') continue;
    checks.expect('nothing parked', !books.parked.has(stack.id), () => `stack ${stack.name} is parked`);
  }
}

/** What landed is what is stored: no more, no less. */
function checkStore({ checks, books, memory }: Cluster): void {
  const { rows } = memory.dump();
  const stored = new Set<string>();
  for (const table of Object.values(rows)) {
    for (const row of table) {
      stored.add(`${row.table} ${row.key}`);
      const known = books.known(row);
      checks.expect(
        'version order',
        known?.version === row.version && known.state === row.state,
        () => `${row.table} ${row.key} is stored as v${row.version}, and landed as v${known?.version}`,
      );
    }
  }
  const lost = [...books.all()].find(row => row.goneAt === null && !stored.has(`${row.table} ${row.key}`));
  checks.expect('answered is kept', lost === undefined, () => `${lost?.table} ${lost?.key} v${lost?.version} is lost`);
}

function checkEnd(cluster: Cluster, stack: StackModel, row: Row, service: SimService): void {
  const { checks, books } = cluster;
  const end = `${String(row.columns.action)}_${String(row.columns.status)}`;
  checks.expect(
    'every stack ends',
    row.columns.status !== 'IN_PROGRESS',
    () => `stack ${stack.name} is ${end} for ever`,
  );
  const grudge = service.grudge(stack.id);
  const excused = grudge.errors > 0 || [...grudge.conflicts.values()].some(conflicts => conflicts >= patience);
  const deserved = deserves(stack, excused);
  checks.expect(
    'ends as it deserves',
    deserved.includes(end),
    () => `stack ${stack.name} ends ${end} (${String(row.columns.reason)}), deserved ${deserved.join(' or ')}`,
  );
  const resources = books.rowsOf(stack.id).filter(found => found.table === 'resources' && found.goneAt === null);
  if (end === 'CREATE_COMPLETE') {
    checks.expect(
      'ends as it deserves',
      resources.length === stack.template.resources && resources.every(isComplete),
      () =>
        `stack ${stack.name} is complete, of its ${stack.template.resources} resources these are: ${resources.map(shown).join(', ')}`,
    );
  }
  if (end === 'DELETE_COMPLETE' || end === 'ROLLBACK_COMPLETE') {
    checks.expect(
      'ends as it deserves',
      resources.length === 0,
      () => `stack ${stack.name} is ${end}, but has ${resources.map(shown).join(', ')}`,
    );
  }
}

function isComplete({ columns }: Row): boolean {
  return columns.action === 'CREATE' && columns.status === 'COMPLETE' && columns.reached === 1 && columns.clean === 1;
}

function shown({ columns }: Row): string {
  return `${String(columns.name)} ${String(columns.action)}_${String(columns.status)} reached ${String(columns.reached)}`;
}

function deserves(stack: StackModel, blamed: boolean): readonly string[] {
  // A minute, which is all that such a stack gives each action, may be less than a cloud's lost answers or a long
  // chain of waits take.
  const { hangs, callsCloud, resources } = stack.template;
  const excused = blamed || (hangs && (callsCloud || resources > longChain));
  if (stack.removeTold) return excused ? ['DELETE_COMPLETE', 'DELETE_FAILED'] : ['DELETE_COMPLETE'];
  const failed = stack.disableRollback
    ? ['CREATE_FAILED']
    : ['ROLLBACK_COMPLETE', ...(excused ? ['ROLLBACK_FAILED'] : [])];
  if (stack.template.fails || hangs || stack.blocked) return failed;
  return excused ? ['CREATE_COMPLETE', ...failed] : ['CREATE_COMPLETE'];
}

/** Every stack that is not deleted holds its name, and no deleted one does. */
function checkNames({ checks, books }: Cluster): void {
  for (const row of books.stacks.values()) {
    const held = books.names.get(`${project}/${String(row.columns.name)}`);
    const holds = held?.stack === row.key && !held.gone;
    const deleted = row.columns.deleted_at !== null;
    checks.expect(
      'names are unique',
      holds === !deleted,
      () => `stack ${String(row.columns.name)} ${deleted ? 'is deleted and holds' : 'is there without'} its name`,
    );
  }
}

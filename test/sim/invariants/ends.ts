/** When all is quiet: every stack has ended, as it deserves; what clients were told is true; names are right. */
import type { Row } from '../../../engine/store/store.ts';
import { type Chapter, type Chronicle, followsTemplate } from '../chronicle.ts';
import type { SimService } from '../cloud/service.ts';
import type { Cluster } from '../cluster.ts';
import { type Operations, project } from '../operations.ts';
import type { StackModel } from '../stack-model.ts';
import { wrongContent } from './content.ts';
import { judge } from './deserved.ts';
import type { Nests } from './nests.ts';

export interface Reckoning {
  readonly cluster: Cluster;
  readonly operations: Operations;
  readonly service: SimService;
  readonly chronicle: Chronicle;
  readonly nests: Nests;
}

export function checkEnds(reckoning: Reckoning): void {
  const { cluster, operations } = reckoning;
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
    if (row !== undefined) checkEnd(reckoning, stack, row);
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

function checkEnd({ cluster, operations, service, chronicle, nests }: Reckoning, stack: StackModel, row: Row): void {
  const { checks } = cluster;
  const chapters = chronicle.of(stack.id);
  const templates = operations.maker.known;
  judge(checks, { stack, chapters, templates, service });
  checkAnswers(cluster, stack, chapters);
  const last = chapters.findLast(followsTemplate);
  const end = `${String(row.columns.action)}_${String(row.columns.status)}`;
  const isGone = end === 'DELETE_COMPLETE';
  if (!isGone && (last?.status !== 'COMPLETE' || isHalfGone(chapters, last))) return;
  const made = isGone ? undefined : templates.get(last?.version ?? '');
  nests.checkEnd(stack, made);
  if (made?.graph !== undefined) return;
  const { drafts = [], secret } = made ?? {};
  const { tampered, emptied } = stack;
  const isHalfway = row.columns.status === 'FAILED';
  const why = wrongContent(cluster, stack.id, { drafts, secret, isHalfway, isTampered: tampered, emptied });
  checks.expect('ends as it deserves', why === undefined, () => `stack ${stack.name} is ${end}: ${why}`);
}

/** A delete began since, and was reset, or took what it could: what is there then nobody can say. */
function isHalfGone(chapters: readonly Chapter[], made: Chapter): boolean {
  return chapters.slice(chapters.indexOf(made) + 1).some(({ action }) => action === 'DELETE');
}

/** What was accepted was done, and nothing older came after it. */
function checkAnswers({ checks, books }: Cluster, stack: StackModel, chapters: readonly Chapter[]): void {
  const own = (books.events.get(stack.id) ?? []).filter(event => event.physical_id === stack.id);
  const begun = own.filter(({ action, status }) => action === 'UPDATE' && status === 'IN_PROGRESS').length;
  checks.expect(
    'answered is kept',
    begun === stack.updatesTold,
    () => `stack ${stack.name} accepted ${stack.updatesTold} updates, and began ${begun}`,
  );
  const last = chapters.at(-1);
  checks.expect(
    'answered is kept',
    // One that failed may have something else after it, also within the commit in which it did.
    !stack.removeTold || chapters.some(({ action }) => action === 'DELETE'),
    () => `stack ${stack.name} accepted a delete, and is ${last?.action}_${last?.status}`,
  );
  const planned = chapters.findLast(followsTemplate);
  if (planned?.action !== 'UPDATE') return;
  // An update that a delete ended within its own commit has no chapter, and is what the delete found; a rollback that
  // did has none either, and what the delete found is of before the update.
  const is = new Set([planned.version, last?.version]);
  const told = stack.versions.filter(({ template }) => is.has(template.id)).map(({ toldAt }) => toldAt ?? 0);
  // Nor has one that was rolled back in that commit.
  if (told.length === 0) return;
  const newer = stack.versions.find(
    ({ toldAt, askedAt }) => toldAt !== undefined && stack.keptAt < toldAt && told.every(at => at > 0 && askedAt > at),
  );
  checks.expect(
    'answered is kept',
    newer === undefined,
    () => `stack ${stack.name} accepted ${newer?.template.id} after ${[...is].join(' and ')}, which it is`,
  );
}

/** Every stack that is not deleted holds its name, and no deleted one does. */
function checkNames({ checks, books }: Cluster): void {
  for (const row of books.stacks.values()) {
    const held = books.names.get(`${project}/${String(row.columns.name)}`);
    const holds = held?.stack === row.key && !held.gone;
    const deleted = row.columns.deleted_at !== null;
    checks.expect(
      'names are unique',
      row.columns.owner === null ? holds === !deleted : !holds,
      () => `stack ${String(row.columns.name)} ${deleted ? 'is deleted and holds' : 'is there without'} its name`,
    );
  }
}
